//! What views say of a zone's headers, held against our own node's.

use tessera_planner::Observation;
use tessera_primitives::{Hash, Height, ZoneId};

use crate::{
    chain::ChainError,
    duties::ask_view,
    relay::{Relay, RelayError, Zone},
};

/// Headers that are compared in one round at most.
const MOST_COMPARED: usize = 100;

/// Compares what views say of this zone, as far as our node has got.
///
/// # Errors
/// [`RelayError`]: what was not compared is compared later.
pub(super) async fn compare(relay: &Relay, zone: &Zone) -> Result<(), RelayError> {
    let id = zone.chain.zone();
    let heights = relay.ledger().lock().await.knowledge().claims(id);
    for height in heights.into_iter().take(MOST_COMPARED) {
        let hash = match zone.chain.block(height).await {
            Ok(block) => Some(block.hash),
            Err(ChainError::Missing { .. }) if relay.is_missing_for_good(id, height) => {
                tracing::warn!(zone = %id, %height, "our node has forgotten a header that a view shows");
                None
            }
            Err(ChainError::Missing { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        tell(relay, id, height, hash).await?;
    }
    Ok(())
}

/// Says which header our own node has.
pub(super) async fn tell(
    relay: &Relay,
    of: &ZoneId,
    height: Height,
    hash: Option<Hash>,
) -> Result<(), RelayError> {
    let zone = of.clone();
    let mut ledger = relay.ledger().lock().await;
    Ok(ledger.observe(Observation::Header { zone, height, hash })?)
}

/// Asks a zone's view for the parents that reported forks name: the event does not tell them.
///
/// # Errors
/// [`RelayError`]: what was not asked is asked later.
pub(super) async fn ask_parents(relay: &Relay, zone: &Zone) -> Result<(), RelayError> {
    let on = zone.chain.zone();
    let orphans = relay.ledger().lock().await.knowledge().orphans(on);
    for (of, reported) in orphans {
        let view = match ask_view(zone, &of).await {
            Ok(view) => view,
            Err(RelayError::Chain(error @ ChainError::Query { .. })) => {
                tracing::warn!(zone = %on, %of, %error, "a fork's parent is not known");
                continue;
            }
            Err(error) => return Err(error),
        };
        let records = [view.fork, view.branch_fork].into_iter().flatten();
        let exact = records.filter(|record| record.height() <= reported);
        let bound = exact
            .map(|record| record.bound)
            .max_by_key(|bound| bound.height);
        let named = bound.and_then(|bound| Some((bound.height, bound.parent?)));
        let observation = Observation::Parent {
            on: on.clone(),
            of,
            fork: named.map_or(reported, |(height, _)| height),
            parent: named.map(|(_, parent)| parent),
        };
        relay.ledger().lock().await.observe(observation)?;
    }
    Ok(())
}
