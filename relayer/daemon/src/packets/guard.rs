//! Who guards the clients of ordinary IBC: forks come from witnesses ([`Fork`]) and from the clients themselves
//! ([`Claim`]).
//!
//! Nothing of it is remembered from one start to the next: witnesses are compared again, and so are the newest headers of
//! clients; a client that is frozen already is left alone.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use tessera_primitives::ZoneId;
use tokio::{sync::mpsc::Receiver, time::Instant};

use super::{
    claim::{Claim, Standing},
    fork::Fork,
    Chains,
};
use crate::relay::{Nodes, Relay};

/// How often it is looked for forks that were found.
const TICK: Duration = Duration::from_secs(2);

/// How long after all clients know of a fork it is looked for new ones, which anybody may make.
const LOOK_AGAIN: Duration = Duration::from_secs(300);
/// The pause after something failed; it doubles until it is [`LOOK_AGAIN`].
const PAUSE: Duration = Duration::from_secs(4);
/// The pause before a header is compared that our node does not have yet.
const SOON: Duration = Duration::from_secs(4);
/// Headers that wait to be compared, at most: the newest.
const MOST_CLAIMS: usize = 1_000;
/// How often it is tried to learn a header from a client's chain, or to freeze a client that has another than our node: for
/// eight hours, since each may cost a fee.
const MOST_TRIES: u32 = 100;

/// What went wrong, and on which zone.
pub(super) type Mishaps = Vec<(ZoneId, String)>;

/// What is known of a zone's fork: when clients are looked for next, and how long the pause was before.
struct Told {
    next: Instant,
    pause: Duration,
}

/// Whoever looks for forks, and for clients that do not know of them.
#[derive(Default)]
pub(super) struct Guard {
    told: BTreeMap<ZoneId, Told>,
    claims: VecDeque<Waiting>,
}

/// A header that waits to be compared.
#[derive(Clone)]
struct Waiting {
    claim: Claim,
    due: Instant,
    tries: u32,
}

impl Guard {
    /// Shows clients what they do not know, until it is dropped: then it goes on where it was.
    pub(super) async fn watch(
        &mut self,
        relay: &Relay,
        chains: Chains,
        mut claims: Receiver<Claim>,
    ) {
        loop {
            self.look(relay, &chains, &mut claims).await;
            tokio::time::sleep(TICK).await;
        }
    }

    async fn look(&mut self, relay: &Relay, chains: &Chains, claims: &mut Receiver<Claim>) {
        for nodes in relay.nodes() {
            self.ask_witnesses(relay, chains, &nodes).await;
        }
        while let Ok(claim) = claims.try_recv() {
            let (due, tries) = (Instant::now(), 0);
            self.claims.push_back(Waiting { claim, due, tries });
        }
        let excess = self.claims.len().saturating_sub(MOST_CLAIMS);
        self.claims.drain(..excess);
        for _ in 0..self.claims.len() {
            let Some(waiting) = self.claims.front().cloned() else {
                break;
            };
            let left = if waiting.due > Instant::now() {
                Some(waiting)
            } else {
                compare(relay, chains, waiting).await
            };
            self.claims.pop_front();
            self.claims.extend(left);
        }
    }

    async fn ask_witnesses(&mut self, relay: &Relay, chains: &Chains, nodes: &Nodes) {
        let id = nodes.chain.zone();
        let now = Instant::now();
        if self.told.get(id).is_some_and(|told| now < told.next) {
            return;
        }
        for witness in &nodes.witnesses {
            let Some(height) = witness.parted().await else {
                continue;
            };
            let told = match witness.chain().await {
                Ok(theirs) => {
                    let fork = Fork {
                        ours: nodes.chain.as_ref(),
                        theirs: theirs.as_ref(),
                        height,
                    };
                    fork.tell_all(relay, chains).await
                }
                Err(error) => Err(vec![(id.clone(), error.to_string())]),
            };
            let done = told.is_ok();
            self.note(relay, id, told);
            // What one witness cannot show any more, another may.
            if done {
                return;
            }
        }
    }

    fn note(&mut self, relay: &Relay, of: &ZoneId, told: Result<(), Mishaps>) {
        let last = self.told.get(of).map(|told| told.pause);
        let pause = match told {
            Ok(()) => LOOK_AGAIN,
            Err(mishaps) => {
                for (zone, reason) in mishaps {
                    mishap(relay, &zone, &reason);
                }
                let longer = last.map_or(PAUSE, |last| last.saturating_mul(2));
                longer.min(LOOK_AGAIN)
            }
        };
        let now = Instant::now();
        let next = now.checked_add(pause).unwrap_or(now);
        self.told.insert(of.clone(), Told { next, pause });
    }
}

/// Compares a header; answers it, for later, where nothing came of that.
async fn compare(relay: &Relay, chains: &Chains, waiting: Waiting) -> Option<Waiting> {
    let Waiting { claim, due, tries } = waiting;
    let (pause, failed) = match claim.compare(relay, chains).await {
        Standing::Settled => return None,
        Standing::Ahead => (SOON, 0),
        Standing::Unknown(reason) => {
            tracing::debug!(zone = %claim.on, reason, "what a client was shown is not known");
            (LOOK_AGAIN, 1)
        }
        Standing::Unpunished(reason) => {
            mishap(relay, &claim.on, &reason);
            (LOOK_AGAIN, 1)
        }
    };
    let tries = tries.saturating_add(failed);
    if tries > MOST_TRIES {
        tracing::error!(zone = %claim.on, ?claim, "what a client was shown is given up");
        return None;
    }
    let due = Instant::now().checked_add(pause).unwrap_or(due);
    Some(Waiting { claim, due, tries })
}

fn mishap(relay: &Relay, zone: &ZoneId, reason: &str) {
    tracing::error!(%zone, reason, "a client was not told of a fork");
    relay.activity().mishap(zone, reason.into(), relay.now());
}
