//! The relayer: zones, contracts and the ledger, and the steps that turn one into the other. `start` runs the steps in
//! tasks of their own, one watcher and one worker a zone; the demo runs them one after another.

mod error;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use futures::future::join_all;
use tendermint_rpc::WebSocketClientUrl;
use tessera_primitives::{Address, Height, Timestamp, ZoneId};
use tokio::{
    sync::{Mutex, Notify},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::{
    chain::Chain,
    held::held,
    ledger::Ledger,
    observe::{Activity, Seen, State},
    submit::{self, Desk},
    watch::{self, Witness},
};

pub use error::RelayError;

/// A zone that is served, and our contracts on it.
#[derive(Clone)]
pub struct Zone {
    /// The zone.
    pub chain: Arc<dyn Chain>,
    /// The accounts that send there, a lane each; none where nothing is sent.
    pub lanes: Vec<Arc<dyn Chain>>,
    /// Other nodes of the zone: whoever shows a header that the first one does not have, shows a fork.
    pub witnesses: Vec<Arc<Witness>>,
    /// Its transaction-lock.
    pub lock: Address,
    /// Its chain-view.
    pub view: Address,
    /// Its stake-pool, where it has one.
    pub pool: Option<Address>,
    /// Height from which blocks are read when the journal is new.
    pub start: Height,
    /// How often new blocks are asked for.
    pub poll: Duration,
    /// The websocket that says when there is a new one; none to go by the clock alone.
    pub wake: Option<WebSocketClientUrl>,
    /// Greatest number of messages in one transaction.
    pub max_messages: usize,
}

/// Our own node of a zone, and others that it is compared with.
#[derive(Clone)]
pub struct Nodes {
    /// Our own.
    pub chain: Arc<dyn Chain>,
    /// See [`Zone::witnesses`].
    pub witnesses: Vec<Arc<Witness>>,
    /// Height from which they are compared.
    pub start: Height,
    /// How often.
    pub poll: Duration,
}

impl Zone {
    /// Its nodes alone.
    pub fn nodes(&self) -> Nodes {
        Nodes {
            chain: self.chain.clone(),
            witnesses: self.witnesses.clone(),
            start: self.start,
            poll: self.poll,
        }
    }
}

/// What tells a relayer the time.
pub type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// The relayer.
pub struct Relay {
    zones: BTreeMap<ZoneId, Zone>,
    followed: Vec<Nodes>,
    /// Zones whose contracts did not answer yet.
    late: std::sync::Mutex<BTreeSet<ZoneId>>,
    ledger: Mutex<Ledger>,
    news: Notify,
    clock: Clock,
    /// Blocks that a node did not have, and how often it was asked.
    missing: std::sync::Mutex<BTreeMap<(ZoneId, Height), u32>>,
    desks: BTreeMap<ZoneId, Desk>,
    activity: Activity,
    started: Timestamp,
}

/// How often a node is asked for a block before it counts as forgotten: an answer may be an error that passes.
const PATIENCE: u32 = 3;
/// Blocks of which is remembered that they were missing, at most.
const MOST_MISSING: usize = 1_000;

impl Relay {
    /// A relayer of these zones.
    pub fn new(zones: Vec<Zone>, ledger: Ledger) -> Relay {
        let zones: BTreeMap<ZoneId, Zone> = zones
            .into_iter()
            .map(|zone| (zone.chain.zone().clone(), zone))
            .collect();
        let desk = |(id, zone): (&ZoneId, &Zone)| (id.clone(), Desk::new(zone.lanes.len()));
        Relay {
            desks: zones.iter().map(desk).collect(),
            zones,
            followed: Vec::new(),
            late: std::sync::Mutex::default(),
            ledger: Mutex::new(ledger),
            news: Notify::new(),
            clock: Box::new(wall_clock),
            missing: std::sync::Mutex::default(),
            activity: Activity::default(),
            started: wall_clock(),
        }
    }

    /// The same with another clock: that of embedded zones.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Relay {
        self.started = clock();
        self.clock = clock;
        self
    }

    /// The same beside chains without contracts of ours, whose clients are guarded.
    #[must_use]
    pub fn with_followed(mut self, followed: Vec<Nodes>) -> Relay {
        self.followed = followed;
        self
    }

    /// Another node of a served zone, to compare the first one with.
    pub fn add_witness(&mut self, zone: &ZoneId, witness: Arc<dyn Chain>) {
        if let Some(zone) = self.zones.get_mut(zone) {
            zone.witnesses.push(Arc::new(Witness::connected(witness)));
        }
    }

    /// The zones.
    pub fn zones(&self) -> impl Iterator<Item = &Zone> {
        self.zones.values()
    }

    /// The nodes of all zones, and of chains without contracts of ours.
    pub fn nodes(&self) -> impl Iterator<Item = Nodes> + '_ {
        let served = self.zones.values().map(Zone::nodes);
        served.chain(self.followed.iter().cloned())
    }

    /// A served zone.
    ///
    /// # Errors
    /// [`RelayError::Unserved`].
    pub fn zone(&self, id: &ZoneId) -> Result<&Zone, RelayError> {
        self.zones.get(id).ok_or_else(|| self.unserved(id))
    }

    /// What the lanes of a served zone share.
    ///
    /// # Errors
    /// [`RelayError::Unserved`].
    pub fn desk(&self, id: &ZoneId) -> Result<&Desk, RelayError> {
        self.desks.get(id).ok_or_else(|| self.unserved(id))
    }

    fn unserved(&self, id: &ZoneId) -> RelayError {
        RelayError::Unserved {
            zone: id.clone(),
            served: self.zones.keys().cloned().collect(),
        }
    }

    /// What is known and written down.
    pub fn ledger(&self) -> &Mutex<Ledger> {
        &self.ledger
    }

    /// Notes that a node does not have a block, and answers whether that was often enough to believe it.
    pub(crate) fn is_missing_for_good(&self, zone: &ZoneId, height: Height) -> bool {
        let mut missing = held(&self.missing);
        if missing.len() >= MOST_MISSING {
            missing.clear();
        }
        let asked = missing.entry((zone.clone(), height)).or_default();
        *asked = asked.saturating_add(1);
        let enough = *asked >= PATIENCE;
        if enough {
            missing.remove(&(zone.clone(), height));
        }
        enough
    }

    /// The time by this relayer's clock.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Ends when something was seen.
    pub fn news(&self) -> tokio::sync::futures::Notified<'_> {
        self.news.notified()
    }

    /// What it does, for people and programs that look at it.
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    /// How it stands.
    pub async fn state(&self) -> State {
        let seen = self.nodes().map(|nodes| {
            let id = nodes.chain.zone();
            let seen = Seen {
                services: nodes.chain.services(),
                contracts: self.zones.contains_key(id),
            };
            (id.clone(), seen)
        });
        let seen = seen.collect();
        let ledger = self.ledger.lock().await;
        let now = self.now();
        State::read(ledger.knowledge(), &self.activity, &seen, self.started, now)
    }

    /// Tells the workers that something was seen.
    pub fn announce(&self) {
        self.news.notify_waiters();
    }

    /// Asks the contracts of every zone how they stand. A zone that does not answer joins when it does.
    ///
    /// # Errors
    /// [`RelayError`] of one that answers and cannot be used.
    pub async fn survey(&self) -> Result<(), RelayError> {
        let surveys = self.zones.values().map(|zone| watch::survey(self, zone));
        let surveyed = join_all(surveys).await;
        for (zone, surveyed) in self.zones.values().zip(surveyed) {
            let id = zone.chain.zone();
            match surveyed {
                Ok(()) => {
                    tracing::info!(zone = %id, lock = %zone.lock, view = %zone.view, "serving")
                }
                Err(error) if error.is_absence() => {
                    tracing::warn!(zone = %id, %error, "it joins when it answers");
                    self.activity.mishap(id, error.to_string(), self.now());
                    held(&self.late).insert(id.clone());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads what a zone has come to, one that did not answer before from its contracts first.
    async fn catch_up(&self, zone: &Zone) -> Result<(), RelayError> {
        let id = zone.chain.zone();
        let late = held(&self.late).contains(id);
        if late {
            watch::survey(self, zone).await?;
            tracing::info!(zone = %id, lock = %zone.lock, view = %zone.view, "serving");
            held(&self.late).remove(id);
        }
        watch::catch_up(self, zone).await
    }

    /// Watches and works on every zone until it is cancelled.
    ///
    /// # Errors
    /// [`RelayError::Journal`]: nothing may be sent that is not written down first.
    pub async fn run(self: Arc<Relay>, cancel: CancellationToken) -> Result<(), RelayError> {
        let mut tasks = JoinSet::new();
        for zone in self.zones.values() {
            let (relay, ended, watched) = (self.clone(), cancel.clone(), zone.clone());
            let woken = Arc::new(Notify::new());
            if let Some(url) = zone.wake.clone() {
                let id = zone.chain.zone().clone();
                let (woken, ended) = (woken.clone(), cancel.clone());
                tasks.spawn(async move {
                    watch::listen(id, url, woken, ended).await;
                    Ok(())
                });
            }
            tasks.spawn(async move {
                let (nodes, step) = (watched.nodes(), || relay.catch_up(&watched));
                repeat(&relay, &nodes, &woken, ended, step).await
            });
            // Two hands a lane: one builds the next transaction while the other waits for a block.
            for lane in (0..zone.lanes.len()).flat_map(|lane| [lane, lane]) {
                let (relay, zone) = (self.clone(), zone.clone());
                tasks.spawn(submit::serve(relay, zone, lane, cancel.clone()));
            }
        }
        for nodes in self.followed.clone() {
            let (relay, ended) = (self.clone(), cancel.clone());
            tasks.spawn(async move {
                let (unwoken, step) = (Notify::new(), || watch::follow(&relay, &nodes));
                repeat(&relay, &nodes, &unwoken, ended, step).await
            });
        }
        let mut outcome = Ok(());
        while let Some(ended) = tasks.join_next().await {
            let ended = ended.unwrap_or(Err(RelayError::Panicked));
            if outcome.is_ok() {
                outcome = ended;
            }
            // One task ends only when all shall.
            cancel.cancel();
        }
        outcome
    }
}

/// Runs a step again and again: after a while or when it is woken, and after a growing while when it failed.
async fn repeat<S, F>(
    relay: &Relay,
    nodes: &Nodes,
    woken: &Notify,
    cancel: CancellationToken,
    mut step: S,
) -> Result<(), RelayError>
where
    S: FnMut() -> F,
    F: std::future::Future<Output = Result<(), RelayError>>,
{
    const LONGEST: Duration = Duration::from_secs(30);
    let mut pause = nodes.poll;
    loop {
        let done = tokio::select! {
            done = step() => done,
            () = cancel.cancelled() => return Ok(()),
        };
        match done {
            Ok(()) => pause = nodes.poll,
            Err(RelayError::Journal(error)) => return Err(error.into()),
            Err(error) => {
                let id = nodes.chain.zone();
                tracing::warn!(zone = %id, %error, "trying again in {pause:?}");
                relay.activity.mishap(id, error.to_string(), relay.now());
                pause = pause.saturating_mul(2).min(LONGEST);
            }
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            // News of a block ends no pause that a failure asked for.
            () = woken.notified(), if pause == nodes.poll => {}
            () = cancel.cancelled() => return Ok(()),
        }
    }
}

/// This machine's time.
pub fn wall_clock() -> Timestamp {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let nanos = now.unwrap_or_default().as_nanos();
    Timestamp(u64::try_from(nanos).unwrap_or(u64::MAX))
}
