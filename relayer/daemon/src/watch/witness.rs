//! Other nodes of a zone: what they show is compared with what our own node has. A difference counts when both headers are
//! signed; a witness that shows unsigned ones, or does not answer, is asked less and less often.

use std::{future::Future, pin::Pin, sync::Arc};

use tessera_planner::Observation;
use tessera_primitives::{Hash, Height};
use tokio::sync::Mutex;

use super::conflict;
use crate::{
    chain::{Chain, ChainError},
    duties::{light_block, verify, Against},
    relay::{Nodes, Relay, RelayError},
};

/// A connection that is being made.
pub type Opening = Pin<Box<dyn Future<Output = Result<Arc<dyn Chain>, ChainError>> + Send>>;

/// Rounds that are passed over after a fault double with each further one, up to two to this power.
const MOST_DOUBLINGS: u32 = 10;

/// Another node of a zone. It is connected to when it is first asked, so that one that is down keeps nothing from starting.
pub struct Witness {
    open: Box<dyn Fn() -> Opening + Send + Sync>,
    standing: Mutex<Standing>,
}

#[derive(Default)]
struct Standing {
    chain: Option<Arc<dyn Chain>>,
    /// Faults in a row.
    faults: u32,
    /// Rounds in which it is not asked.
    rest: u32,
    /// The first height at which its history and our node's differ.
    parted: Option<Height>,
}

/// What a comparison came to.
enum Found {
    /// Nothing differs, as far as both have history.
    Same,
    /// The histories part at this height; the height below it that both have, if any.
    Parted(Height, Option<Height>),
}

/// Why a comparison came to nothing.
enum Trouble {
    /// Our own node, or the journal.
    Ours(RelayError),
    /// The witness.
    Theirs(String),
}

impl From<RelayError> for Trouble {
    fn from(error: RelayError) -> Trouble {
        Trouble::Ours(error)
    }
}

impl Witness {
    /// A node that is connected to by this when it is asked.
    pub fn new(open: impl Fn() -> Opening + Send + Sync + 'static) -> Witness {
        Witness {
            open: Box::new(open),
            standing: Mutex::default(),
        }
    }

    /// A node that is connected to already.
    pub fn connected(chain: Arc<dyn Chain>) -> Witness {
        Witness::new(move || {
            let chain = chain.clone();
            Box::pin(async move { Ok(chain) })
        })
    }

    /// The node.
    ///
    /// # Errors
    /// [`ChainError`] when it cannot be connected to.
    pub async fn chain(&self) -> Result<Arc<dyn Chain>, ChainError> {
        let mut standing = self.standing.lock().await;
        if let Some(chain) = &standing.chain {
            return Ok(chain.clone());
        }
        let chain = (self.open)().await?;
        standing.chain = Some(chain.clone());
        Ok(chain)
    }

    /// Faults in a row: headers that are not signed, or no answers.
    pub async fn faults(&self) -> u32 {
        self.standing.lock().await.faults
    }

    /// The lowest height at which its history and our node's differ, while they do, and both are signed.
    pub async fn parted(&self) -> Option<Height> {
        self.standing.lock().await.parted
    }

    /// Compares it with our own node up to a height of the latter.
    ///
    /// # Errors
    /// What our own node or the journal says; never what the witness does.
    pub(super) async fn compare(
        &self,
        relay: &Relay,
        nodes: &Nodes,
        tip: Height,
    ) -> Result<(), RelayError> {
        {
            let mut standing = self.standing.lock().await;
            if standing.rest > 0 {
                standing.rest = standing.rest.saturating_sub(1);
                return Ok(());
            }
        }
        match self.try_compare(relay, nodes, tip).await {
            Ok(()) => self.standing.lock().await.faults = 0,
            Err(Trouble::Ours(error)) => return Err(error),
            Err(Trouble::Theirs(reason)) => {
                let mut standing = self.standing.lock().await;
                standing.faults = standing.faults.saturating_add(1);
                standing.rest = 1u32 << standing.faults.min(MOST_DOUBLINGS);
                let (faults, id) = (standing.faults, nodes.chain.zone());
                tracing::warn!(zone = %id, faults, reason, "a witness is not believed");
            }
        }
        Ok(())
    }

    async fn try_compare(&self, relay: &Relay, nodes: &Nodes, tip: Height) -> Result<(), Trouble> {
        let chain = self.chain().await.map_err(theirs)?;
        let pair = Pair {
            ours: nodes.chain.as_ref(),
            theirs: chain.as_ref(),
        };
        let parted = self.standing.lock().await.parted;
        if let Some(height) = parted {
            match pair.same(height).await? {
                Some(true) => {
                    self.standing.lock().await.parted = None;
                    let zone = nodes.chain.zone().clone();
                    let agreed = Observation::Agreed { zone, height };
                    let mut ledger = relay.ledger().lock().await;
                    ledger.observe(agreed).map_err(RelayError::from)?;
                }
                _ => return Ok(()),
            }
        }
        let their_tip = chain.tip().await.map_err(theirs)?;
        match pair.part(nodes.start, tip.min(their_tip)).await? {
            Found::Same => Ok(()),
            Found::Parted(height, below) => {
                pair.believe(relay, height, below).await?;
                self.standing.lock().await.parted = Some(height);
                Ok(conflict(relay, nodes.chain.zone(), height).await?)
            }
        }
    }
}

fn theirs(error: impl ToString) -> Trouble {
    Trouble::Theirs(error.to_string())
}

/// Our own node and a witness.
struct Pair<'a> {
    ours: &'a dyn Chain,
    theirs: &'a dyn Chain,
}

impl Pair<'_> {
    /// Whether both have the same header; none where one of them has forgotten it, or does not have it yet.
    async fn same(&self, height: Height) -> Result<Option<bool>, Trouble> {
        let ours = hash(self.ours, height).await;
        let ours = ours.map_err(|error| Trouble::Ours(error.into()))?;
        let theirs = hash(self.theirs, height).await.map_err(theirs)?;
        Ok(match (ours, theirs) {
            (Some(ours), Some(theirs)) => Some(ours == theirs),
            _ => None,
        })
    }

    /// Where two histories part, by halves: they stay apart. Only heights that both have are compared; those that one
    /// has forgotten are the lowest, so they count as lower.
    async fn part(&self, start: Height, common: Height) -> Result<Found, Trouble> {
        if common < start || self.same(common).await? != Some(false) {
            return Ok(Found::Same);
        }
        let (mut low, mut high) = (start.0.saturating_sub(1), common.0);
        let mut shared = None;
        while high.saturating_sub(low) > 1 {
            let middle = low.saturating_add(high.saturating_sub(low) / 2);
            match self.same(Height(middle)).await? {
                Some(false) => high = middle,
                Some(true) => (low, shared) = (middle, Some(Height(middle))),
                None => low = middle,
            }
        }
        let shared = shared.filter(|shared| shared.0 == low);
        if shared.is_none() && low >= start.0 {
            let zone = self.ours.zone();
            tracing::warn!(%zone, height = high, "history below is pruned: the fork may lie lower");
        }
        Ok(Found::Parted(Height(high), shared))
    }

    /// Whether both headers are signed: one that is not says something of its node alone.
    async fn believe(
        &self,
        relay: &Relay,
        height: Height,
        below: Option<Height>,
    ) -> Result<(), Trouble> {
        let (zone, now) = (self.ours.zone(), relay.now());
        let ours = light_block(self.ours, height).await?;
        let shown = light_block(self.theirs, height).await.map_err(theirs)?;
        if shown.hash(zone).map_err(theirs)? == ours.hash(zone)? {
            return Err(theirs("its header is not the one that it says it has"));
        }
        let anchor = match below {
            Some(below) => Some((below, light_block(self.ours, below).await?)),
            None => None,
        };
        let against = match &anchor {
            Some((below, anchor)) => Against::Below(*below, anchor),
            None => Against::Beside(&ours),
        };
        if let Err(reason) = verify(zone, &ours, &against, now)? {
            // The witness may be right, and we hold nothing that a view would take.
            tracing::error!(%zone, %height, reason, "our own node shows an unsigned header; a witness shows a signed one");
            return Err(Trouble::Ours(RelayError::Unsigned {
                zone: zone.clone(),
                height,
                reason,
            }));
        }
        if let Err(reason) = verify(zone, &shown, &against, now).map_err(theirs)? {
            let reason = format!("its header at {height} is not signed: {reason}");
            return Err(Trouble::Theirs(reason));
        }
        Ok(())
    }
}

async fn hash(chain: &dyn Chain, height: Height) -> Result<Option<Hash>, ChainError> {
    match chain.block(height).await {
        Ok(block) => Ok(Some(block.hash)),
        Err(ChainError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
