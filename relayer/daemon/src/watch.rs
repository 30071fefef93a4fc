//! From a stored cursor to observations: blocks are pulled one after another, so that nothing is lost while this
//! process, or its node, was away. Where a node has pruned what was not read yet, the contracts are asked instead. Headers
//! that views and witnesses show are compared with our own node's.

mod clock;
mod gap;
mod header;
mod pool;
mod wake;
mod witness;

use std::pin::pin;

use futures::{stream, StreamExt};
use tessera_contract_api::{
    event::decode,
    transaction_lock::{self as lock, ConfigResponse},
};
use tessera_planner::{Block, Fact, Observation, Served};
use tessera_primitives::{Height, ZoneId};
use tessera_view::Event;

use crate::{
    chain::{ChainBlock, ChainError, ContractEvent},
    duties::{ask, ask_views},
    relay::{Nodes, Relay, RelayError, Zone},
};

pub use clock::{age_of_tip, mind_the_clock, ClockError};
pub use wake::{listen, takes_subscriptions};
pub use witness::{Opening, Witness};

/// Blocks that are asked for at once: they come in order, and the next are on their way while one is written down.
const AHEAD: usize = 8;

/// Reads every block of a zone above the cursor.
///
/// # Errors
/// [`RelayError`]: the cursor stays at the last block that was written down.
pub async fn catch_up(relay: &Relay, zone: &Zone) -> Result<(), RelayError> {
    let id = zone.chain.zone();
    let tip = zone.chain.tip().await?;
    relay.activity().tip(id, tip, relay.now());
    if let Some(price) = zone.chain.gas_price().await {
        relay.ledger().lock().await.reprice(id, price);
    }
    while let Some(next) = unread(relay, zone, tip).await? {
        let heights = stream::iter(next.0..=tip.0).map(Height);
        let blocks = heights.map(|height| async move { (height, zone.chain.block(height).await) });
        let mut blocks = pin!(blocks.buffered(AHEAD));
        while let Some((height, block)) = blocks.next().await {
            match block {
                Ok(block) => take(relay, zone, block).await?,
                // A node that is behind answers the same for a while.
                Err(missing @ ChainError::Missing { .. }) => {
                    let gone = height < tip && relay.is_missing_for_good(id, height);
                    if !gone || !gap::is_pruned(zone, tip).await? {
                        return Err(missing.into());
                    }
                    gap::cross(relay, zone, tip).await?;
                    break;
                }
                Err(error) => return Err(error.into()),
            }
            relay.announce();
        }
    }
    header::ask_parents(relay, zone).await?;
    header::compare(relay, zone).await?;
    compare(relay, &zone.nodes(), tip).await
}

/// Follows a chain without contracts of ours: its witnesses are compared with our own node.
///
/// # Errors
/// [`RelayError`] of our own node.
pub async fn follow(relay: &Relay, nodes: &Nodes) -> Result<(), RelayError> {
    let tip = nodes.chain.tip().await?;
    relay.activity().tip(nodes.chain.zone(), tip, relay.now());
    compare(relay, nodes, tip).await
}

async fn compare(relay: &Relay, nodes: &Nodes, tip: Height) -> Result<(), RelayError> {
    for witness in &nodes.witnesses {
        witness.compare(relay, nodes, tip).await?;
    }
    Ok(())
}

/// The first block up to the tip that was not written down.
async fn unread(relay: &Relay, zone: &Zone, tip: Height) -> Result<Option<Height>, RelayError> {
    let cursor = relay.ledger().lock().await.cursor(zone.chain.zone())?;
    let next = cursor.map_or(zone.start, |last| Height(last.0.saturating_add(1)));
    Ok((next <= tip).then_some(next))
}

async fn take(relay: &Relay, zone: &Zone, block: ChainBlock) -> Result<(), RelayError> {
    let (id, height, hash) = (zone.chain.zone(), block.height, block.hash);
    let pool = zone.pool.as_ref();
    let moved = pool.is_some_and(|pool| {
        let mut events = block.events.iter();
        events.any(|event| pool::has_moved(pool, event))
    });
    let block = read(zone, block)?;
    // Asked before the block counts as read: a kill between the two must not lose it.
    if block.facts.iter().any(is_about_the_contracts) {
        survey(relay, zone).await?;
    }
    if moved {
        pool::survey(relay, zone).await?;
    }
    let observation = Observation::Block(block);
    let claimed = {
        let mut ledger = relay.ledger().lock().await;
        ledger.observe(observation)?;
        ledger.knowledge().claims(id).contains(&height)
    };
    if claimed {
        header::tell(relay, id, height, Some(hash)).await?;
    }
    Ok(())
}

/// Whether a fact changes what [`survey`] asks for.
fn is_about_the_contracts(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::View(Event::ZoneRegistered { .. })
            | Fact::Lock(tessera_lock::Event::ParametersSet { .. })
    )
}

/// Two histories, both signed.
async fn conflict(relay: &Relay, of: &ZoneId, height: Height) -> Result<(), RelayError> {
    let mut ledger = relay.ledger().lock().await;
    if ledger
        .knowledge()
        .conflicts(of)
        .any(|known| known == height)
    {
        return Ok(());
    }
    tracing::warn!(zone = %of, %height, "two histories: the zone has forked");
    ledger.observe(Observation::Conflict {
        zone: of.clone(),
        height,
    })?;
    drop(ledger);
    relay.announce();
    Ok(())
}

/// What our contracts said in a block.
///
/// # Errors
/// [`RelayError::Event`] when an event has the name of a fact and not its attributes: the contract is newer than this
/// relayer.
pub fn read(zone: &Zone, block: ChainBlock) -> Result<Block, RelayError> {
    let mut facts = Vec::new();
    for event in &block.events {
        let Some(fact) = read_event(zone, event)? else {
            continue;
        };
        let mut attributes = event.attributes.iter();
        if let Some((_, task)) = attributes.find(|(key, _)| key == "task") {
            let span = tracing::debug_span!("task", id = task);
            let (zone, height) = (zone.chain.zone(), block.height);
            span.in_scope(|| tracing::debug!(%zone, %height, event = event.kind, "seen"));
        }
        facts.push(fact);
    }
    Ok(Block {
        zone: zone.chain.zone().clone(),
        height: block.height,
        time: block.time,
        facts,
    })
}

/// What one of our contracts said; none when it was another, or something else.
///
/// # Errors
/// As [`read`].
pub fn read_event(zone: &Zone, event: &ContractEvent) -> Result<Option<Fact>, RelayError> {
    let ContractEvent { kind, attributes } = event;
    let lock = decode(&zone.lock, kind, attributes).map(|fact| fact.map(Fact::Lock));
    let fact =
        lock.or_else(|| decode(&zone.view, kind, attributes).map(|fact| fact.map(Fact::View)));
    fact.transpose().map_err(|error| RelayError::Event {
        zone: zone.chain.zone().clone(),
        reason: error.to_string(),
    })
}

/// Writes down what a zone's contracts say of themselves: what the planner must know before it reads their blocks.
///
/// # Errors
/// As [`look_at`].
pub async fn survey(relay: &Relay, zone: &Zone) -> Result<(), RelayError> {
    let served = served(zone).await?;
    let mut ledger = relay.ledger().lock().await;
    ledger.observe(Observation::Zone(served))?;
    drop(ledger);
    pool::survey(relay, zone).await
}

/// Asks whether a zone's contracts are those that the configuration takes them for, and writes nothing down.
///
/// # Errors
/// [`RelayError`]; [`ChainError::WrongChain`] when the lock is of another zone.
pub async fn look_at(zone: &Zone) -> Result<(), RelayError> {
    served(zone).await?;
    pool::look_at(zone).await
}

async fn served(zone: &Zone) -> Result<Served, RelayError> {
    let id = zone.chain.zone().clone();
    let config: ConfigResponse =
        ask(zone.chain.as_ref(), &zone.lock, &lock::QueryMsg::Config {}).await?;
    if config.zone != id {
        return Err(ChainError::WrongChain {
            endpoint: zone.lock.to_string(),
            expected: id,
            actual: config.zone.to_string(),
        }
        .into());
    }
    let views = ask_views(zone.chain.as_ref(), &zone.view).await?;
    let views = views
        .into_iter()
        .map(|view| (view.zone, view.params.trusting_period))
        .collect();
    let accounts = zone.lanes.iter().filter_map(|lane| lane.account());
    let registrants: Result<_, ChainError> = accounts
        .map(|account| zone.chain.canonical(account))
        .collect();
    Ok(Served {
        zone: id,
        lock: config.contract,
        registrants: registrants?,
        fresh: config.parameters.fresh,
        fork_grace: config.parameters.fork_grace,
        max_horizon: config.parameters.max_horizon,
        views,
    })
}
