//! What stays behind. The library looks at the oldest packet of a channel alone when it starts, and afterwards at what blocks
//! tell: a packet whose block it missed waits for the next one on its channel, however long that takes. What is seen to stay
//! on the chains is carried here; and until when the clients hold that packets go through is asked on the way.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use ibc_relayer::chain::{
    counterparty::pending_packet_summary,
    handle::{BaseChainHandle, ChainHandle},
    requests::Paginate,
};
use ibc_relayer_types::core::{
    ics04_channel::{channel::Ordering, packet::Sequence},
    ics24_host::identifier::{ChainId, ClientId},
};
use tokio::{
    sync::{oneshot, watch},
    task::JoinSet,
    time::Instant,
};

use super::{
    aside,
    client::standing,
    ends::{ends, End, Place},
    failed, Chains, PacketsError, Pending,
};
use crate::{observe::Client, relay::wall_clock};

/// The pause after each of the first looks.
const SOON: Duration = Duration::from_secs(30);
/// How many looks are the first ones.
const FIRST_LOOKS: u32 = 3;
/// The pause after each later look.
const LATER: Duration = Duration::from_secs(120);
/// The longest pause of what cannot be carried, in looks: an hour.
const LONGEST: u32 = 30;
/// How long whoever carries between two chains may wait for one of them.
const GIVEN_UP: Duration = Duration::from_secs(3_600);
/// After how many looks it is asked again which channels there are.
const LISTED_FOR: u32 = 30;

/// Clients that packets go through, by the chain that they are on and their ids there.
pub(super) type Clients = BTreeMap<(ChainId, ClientId), Client>;

/// Two chains, of which the first one's packets are carried to the second.
type Pair = (ChainId, ChainId);

/// Looks until it is dropped, and carries what stays as `clear_on_start` and `clear_interval` say. Whoever carries may wait
/// for a chain that has stopped: so it is done by a thread for each pair of chains, and no other pair waits for it.
pub(super) async fn sweep(
    chains: Chains,
    scanned: oneshot::Receiver<()>,
    tell: watch::Sender<Clients>,
) {
    // What the library finds at its start, it carries itself.
    let _ended = scanned.await;
    let mut sweep = Sweep::new(chains.clone());
    let mut carrying = JoinSet::new();
    let mut busy: BTreeMap<Pair, Instant> = BTreeMap::new();
    loop {
        let pause = if sweep.looks < FIRST_LOOKS {
            SOON
        } else {
            LATER
        };
        while let Some(Ok(pair)) = carrying.try_join_next() {
            busy.remove(&pair);
        }
        busy.retain(|(zone, to), since| {
            let still = since.elapsed() < GIVEN_UP;
            if !still {
                tracing::warn!(%zone, %to, "whoever carried what stays has not come back for an hour: others go on");
            }
            still
        });
        let left_alone = busy.keys().cloned().collect();
        let looked = aside(move || {
            let due = sweep.look(&left_alone);
            (sweep, due)
        });
        let due;
        (sweep, due) = match looked.await {
            Ok(looked) => looked,
            Err(error) => {
                tracing::error!(%error, "what stays on channels is looked for anew");
                tokio::time::sleep(LATER).await;
                let mut anew = Sweep::new(chains.clone());
                anew.clients = tell.borrow().clone();
                (anew, BTreeMap::new())
            }
        };
        tell.send_replace(sweep.clients.clone());
        for (pair, all) in due {
            busy.insert(pair.clone(), Instant::now());
            let chains = chains.clone();
            carrying.spawn(async move {
                for due in all {
                    let (chains, channel) = (chains.clone(), due.pending.channel.clone());
                    let carried = aside(move || due.carry(&chains)).await;
                    if let Err(error) = carried.and_then(|carried| carried) {
                        tracing::warn!(zone = %pair.0, %channel, %error, "they were not carried");
                    }
                }
                pair
            });
        }
        tokio::time::sleep(pause).await;
    }
}

struct Sweep {
    chains: Chains,
    ends: Vec<End>,
    /// Chains whose ends are to be asked for.
    unlisted: BTreeSet<ChainId>,
    /// Closed channels on which nothing waits: nothing more will.
    settled: BTreeSet<Place>,
    clients: Clients,
    waiting: BTreeMap<Place, Waiting>,
    looks: u32,
}

/// What is to be carried on a channel.
struct Due {
    pending: Pending,
    ends: [BaseChainHandle; 2],
}

impl Sweep {
    fn new(chains: Chains) -> Sweep {
        let first = chains.config.mode.packets.clear_on_start;
        Sweep {
            unlisted: chains.handles.iter().map(ChainHandle::id).collect(),
            chains,
            ends: Vec::new(),
            settled: BTreeSet::new(),
            clients: Clients::new(),
            waiting: BTreeMap::new(),
            looks: if first { 0 } else { FIRST_LOOKS },
        }
    }

    /// Answers what is to be carried between pairs that nobody is `busy` with.
    fn look(&mut self, busy: &BTreeSet<Pair>) -> BTreeMap<Pair, Vec<Due>> {
        if self.looks.checked_rem(LISTED_FOR) == Some(0) {
            self.unlisted
                .extend(self.chains.handles.iter().map(ChainHandle::id));
        }
        self.list();
        self.ask_clients();
        let packets = &self.chains.config.mode.packets;
        let carries = self.looks < FIRST_LOOKS || packets.clear_interval > 0;
        self.looks = self.looks.saturating_add(1);
        let mut all: BTreeMap<Pair, Vec<Due>> = BTreeMap::new();
        for end in self.ends.iter().filter(|_| carries) {
            let pair = end.pair();
            let client = self.clients.get(&(pair.0.clone(), end.client.clone()));
            // Nothing is proven to one that is frozen.
            let is_frozen = client.is_some_and(|client| client.frozen);
            if is_frozen || busy.contains(&pair) || self.settled.contains(&end.place()) {
                continue;
            }
            let waiting = self.waiting.entry(end.place()).or_default();
            match end.due(waiting, packets.clear_limit) {
                Ok(due) => {
                    if end.is_closed() && waiting.is_empty() {
                        self.settled.insert(end.place());
                    }
                    if let Some(due) = due {
                        all.entry(pair).or_default().push(due);
                    }
                }
                Err(error) => {
                    tracing::warn!(zone = %pair.0, %error, "what stays on channels");
                }
            }
        }
        all
    }

    /// Which channels there are; those of a chain that does not answer are taken to be what they were.
    fn list(&mut self) {
        let Chains {
            handles, config, ..
        } = &self.chains;
        for host in handles {
            let id = host.id();
            if !self.unlisted.contains(&id) {
                continue;
            }
            match ends(host, handles, config) {
                Ok(found) => {
                    self.ends.retain(|end| end.host.id() != id);
                    self.ends.extend(found);
                    self.unlisted.remove(&id);
                }
                Err(error) => {
                    tracing::warn!(zone = %id, %error, "which channels there are");
                }
            }
        }
        let places: BTreeSet<Place> = self.ends.iter().map(End::place).collect();
        self.waiting.retain(|place, _| places.contains(place));
        self.settled.retain(|place| places.contains(place));
        let ends = self.ends.iter();
        let known: BTreeSet<_> = ends
            .map(|end| (end.host.id(), end.client.clone()))
            .collect();
        self.clients.retain(|client, _| known.contains(client));
    }

    /// Of a client that was expired when it was first seen, nobody waits for the end.
    fn ask_clients(&mut self) {
        let ends = self.ends.iter().filter(|end| end.is_open());
        let all: BTreeMap<_, _> = ends
            .map(|end| ((end.host.id(), end.client.clone()), &end.host))
            .collect();
        for (place, host) in all {
            match standing(host, &place.1) {
                Ok(client) => {
                    let is_news = client.expires > wall_clock() || client.frozen;
                    if is_news || self.clients.contains_key(&place) {
                        self.clients.insert(place, client);
                    }
                }
                Err(error) => {
                    tracing::warn!(zone = %place.0, client = %place.1, %error, "until when a client holds");
                }
            }
        }
    }
}

impl End {
    /// What was seen to wait for so long that it is to be carried: there and, as acknowledgements, back.
    fn due(&self, waiting: &mut Waiting, limit: usize) -> Result<Option<Due>, PacketsError> {
        let (chain, port, channel) = self.place();
        let asking = format!("asking what waits on {port}/{channel} of {chain}");
        let all =
            pending_packet_summary(&self.host, &self.counterparty, &self.channel, Paginate::All);
        let all = all.map_err(failed(asking))?;
        let all = all
            .unreceived_packets
            .into_iter()
            .chain(all.unreceived_acks);
        let in_order = self.channel.channel_end.ordering == Ordering::Ordered;
        let due = waiting.see(all.map(u64::from), in_order, limit);
        if due.is_empty() {
            return Ok(None);
        }
        tracing::info!(zone = %chain, %channel, packets = ?due, "nobody carried these: it is done now");
        let sequences = due.into_iter().map(Sequence::from);
        let pending = Pending {
            chain,
            port,
            channel,
            sequences: sequences.map(|sequence| sequence..=sequence).collect(),
        };
        let ends = [self.host.clone(), self.counterparty.clone()];
        Ok(Some(Due { pending, ends }))
    }
}

impl Due {
    fn carry(self, chains: &Chains) -> Result<(), PacketsError> {
        let (zone, channel) = (self.pending.chain.clone(), self.pending.channel.clone());
        let cleared = self.pending.clear(self.ends, &chains.config)?;
        tracing::info!(%zone, %channel, ?cleared, "they were carried");
        Ok(())
    }
}

/// What waits on a channel's end, by the sequences of its packets. Whoever saw its block carries a packet at once: one that
/// is seen to wait a second time is carried here, and then again after a pause that doubles, up to an hour.
#[derive(Clone, Debug, Default)]
pub struct Waiting(BTreeMap<u64, Pause>);

/// In looks.
#[derive(Clone, Copy, Debug)]
struct Pause {
    left: u32,
    last: u32,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes all that waits now, and answers what is to be carried, ascending and at most `limit`. Where packets arrive in
    /// order alone, what was seen before goes along with any that is due.
    pub fn see(
        &mut self,
        now: impl IntoIterator<Item = u64>,
        in_order: bool,
        limit: usize,
    ) -> Vec<u64> {
        let seen = std::mem::take(&mut self.0);
        let pauses = now.into_iter().map(|sequence| {
            let pause = seen.get(&sequence).copied();
            let pause = pause.unwrap_or(Pause { left: 2, last: 1 });
            let left = pause.left.saturating_sub(1);
            (sequence, Pause { left, ..pause })
        });
        self.0 = pauses.collect();
        let any = self.0.values().any(|pause| pause.left == 0);
        let due = self.0.iter_mut().filter(|(sequence, pause)| {
            pause.left == 0 || (in_order && any && seen.contains_key(sequence))
        });
        let due = due.take(limit).map(|(sequence, pause)| {
            pause.last = pause.last.saturating_mul(2).min(LONGEST);
            pause.left = pause.last;
            *sequence
        });
        due.collect()
    }
}
