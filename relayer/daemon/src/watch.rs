//! From a stored cursor to observations: blocks are pulled one after another, so that nothing is lost while this
//! process, or its node, was away.

use tessera_contract_api::{
    event::decode,
    transaction_lock::{self as lock, ConfigResponse},
};
use tessera_planner::{Block, Fact, Observation, Served};
use tessera_primitives::{Hash, Height, ZoneId};
use tessera_view::Event;

use crate::{
    chain::{Chain, ChainBlock, ChainError, ContractEvent},
    duties::{ask, ask_views},
    relay::{Relay, RelayError, Zone},
};

/// Reads every block of a zone above the cursor.
///
/// # Errors
/// [`RelayError`]: the cursor stays at the last block that was written down.
pub async fn catch_up(relay: &Relay, zone: &Zone) -> Result<(), RelayError> {
    let id = zone.chain.zone();
    let tip = zone.chain.tip().await?;
    relay.activity().tip(id, tip, relay.now());
    let cursor = relay.ledger().lock().await.cursor(id)?;
    let next = cursor.map_or(zone.start, |last| Height(last.0.saturating_add(1)));
    for height in next.0..=tip.0 {
        let block = zone.chain.block(Height(height)).await?;
        let block = read(zone, block)?;
        let shown = shown_headers(&block);
        let observation = Observation::Block(block);
        relay.ledger().lock().await.observe(observation)?;
        for (of, height, hash) in shown {
            match check_shown(relay, &of, height, hash).await {
                // Another zone's node must not hold up the reading of this one.
                Err(RelayError::Chain(error)) => {
                    tracing::warn!(zone = %id, %of, %height, %error, "a shown header was not compared");
                }
                done => done?,
            }
        }
        relay.announce();
    }
    compare(relay, zone, tip).await
}

/// Headers that this zone's view has taken in a block.
fn shown_headers(block: &Block) -> Vec<(ZoneId, Height, Hash)> {
    let views = block.facts.iter().filter_map(|fact| match fact {
        Fact::View(Event::Advanced {
            zone, height, hash, ..
        }) => Some((zone.clone(), *height, *hash)),
        _ => None,
    });
    views.collect()
}

/// Whether a header that a view took is the one that its zone has: else the zone has forked, or its node has.
async fn check_shown(
    relay: &Relay,
    of: &ZoneId,
    height: Height,
    hash: Hash,
) -> Result<(), RelayError> {
    let Ok(source) = relay.zone(of) else {
        return Ok(());
    };
    match source.chain.block(height).await {
        Ok(block) if block.hash != hash => conflict(relay, of, height).await,
        // A node that has forgotten the block, or does not have it yet, contradicts nobody.
        Ok(_) | Err(ChainError::Missing { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Compares a zone's node with its witnesses, and finds the first height at which they differ.
async fn compare(relay: &Relay, zone: &Zone, tip: Height) -> Result<(), RelayError> {
    let id = zone.chain.zone();
    if zone.witnesses.is_empty()
        || relay
            .ledger()
            .lock()
            .await
            .knowledge()
            .conflict(id)
            .is_some()
    {
        return Ok(());
    }
    for witness in &zone.witnesses {
        let witness_tip = match witness.tip().await {
            Ok(tip) => tip,
            Err(error) => {
                tracing::warn!(zone = %id, %error, "a witness was not asked");
                continue;
            }
        };
        let common = tip.min(witness_tip);
        if common.0 < zone.start.0 || same(zone, witness.as_ref(), common).await? {
            continue;
        }
        // Histories that parted stay apart: the first difference is found by halves.
        let (mut low, mut high) = (zone.start.0.saturating_sub(1), common.0);
        while high.saturating_sub(low) > 1 {
            let middle = low.saturating_add(high.saturating_sub(low) / 2);
            if same(zone, witness.as_ref(), Height(middle)).await? {
                low = middle;
            } else {
                high = middle;
            }
        }
        conflict(relay, zone.chain.zone(), Height(high)).await?;
    }
    Ok(())
}

async fn same(zone: &Zone, witness: &dyn Chain, height: Height) -> Result<bool, RelayError> {
    let ours = zone.chain.block(height).await?.hash;
    Ok(ours == witness.block(height).await?.hash)
}

async fn conflict(relay: &Relay, of: &ZoneId, height: Height) -> Result<(), RelayError> {
    let mut ledger = relay.ledger().lock().await;
    if ledger
        .knowledge()
        .conflict(of)
        .is_none_or(|known| height < known)
    {
        tracing::warn!(zone = %of, %height, "two histories: the zone has forked");
        ledger.observe(Observation::Conflict {
            zone: of.clone(),
            height,
        })?;
        drop(ledger);
        relay.announce();
    }
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
        facts.extend(read_event(zone, event)?);
    }
    Ok(Block {
        zone: zone.chain.zone().clone(),
        height: block.height,
        time: block.time,
        facts,
    })
}

fn read_event(zone: &Zone, event: &ContractEvent) -> Result<Option<Fact>, RelayError> {
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
/// [`RelayError`]; [`ChainError::WrongChain`] when the lock is of another zone.
pub async fn survey(relay: &Relay, zone: &Zone) -> Result<(), RelayError> {
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
    let account = zone.chain.account();
    let account = account.map(|account| zone.chain.canonical(account));
    let served = Served {
        zone: id,
        lock: config.contract,
        registrants: account.transpose()?.into_iter().collect(),
        fresh: config.parameters.fresh,
        fork_grace: config.parameters.fork_grace,
        views,
    };
    let mut ledger = relay.ledger().lock().await;
    Ok(ledger.observe(Observation::Zone(served))?)
}
