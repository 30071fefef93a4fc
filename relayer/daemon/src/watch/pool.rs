//! How a stake-pool stands, asked whenever it has said something that changes what it waits for.

use tessera_contract_api::{
    event::decode,
    stake_pool::{ConfigResponse, PoolResponse, ProposalResponse, QueryMsg},
};
use tessera_planner::{Observation, PendingProposal, PoolStanding};
use tessera_primitives::Address;
use tessera_stake::{
    state::{Phase, ProposalNumber},
    Event,
};

use crate::{
    chain::ContractEvent,
    duties::{ask, ask_all},
    relay::{Relay, RelayError, Zone},
};

/// Whether the pool has said something that changes what it waits for. What cannot be read may have.
pub(super) fn has_moved(pool: &Address, event: &ContractEvent) -> bool {
    match decode::<Event>(pool, &event.kind, &event.attributes) {
        None => false,
        Some(Err(_)) => true,
        Some(Ok(event)) => matches!(
            event,
            Event::Turned { .. }
                | Event::SlashAccepted { .. }
                | Event::Drained { .. }
                | Event::Taken { .. }
                | Event::Proposed { .. }
                | Event::VotingOpened { .. }
                | Event::Concluded { .. }
                | Event::Funded { .. }
                | Event::ParametersSet { .. }
        ),
    }
}

/// Asks whether a zone's stake-pool, if it has one, is one.
///
/// # Errors
/// [`RelayError`].
pub(super) async fn look_at(zone: &Zone) -> Result<(), RelayError> {
    if let Some(pool) = &zone.pool {
        let _is_one: ConfigResponse = ask(zone.chain.as_ref(), pool, &QueryMsg::Config {}).await?;
    }
    Ok(())
}

/// Asks a zone's stake-pool, if it has one that is pushed along, and writes down how it stands.
///
/// # Errors
/// [`RelayError`].
pub async fn survey(relay: &Relay, zone: &Zone) -> Result<(), RelayError> {
    let id = zone.chain.zone();
    let Some(pool) = &zone.pool else {
        return Ok(());
    };
    let known = {
        let ledger = relay.ledger().lock().await;
        if !ledger.knowledge().pushes(id) {
            return Ok(());
        }
        ledger.knowledge().settled_proposals(id)
    };
    let node = zone.chain.as_ref();
    let config: ConfigResponse = ask(node, pool, &QueryMsg::Config {}).await?;
    let PoolResponse { pool: now, .. } = ask(node, pool, &QueryMsg::Pool {}).await?;
    let page = |last: Option<&ProposalResponse>, limit| QueryMsg::Proposals {
        start_after: last.map(|last| last.number).or(known),
        limit,
    };
    let proposals = ask_all(node, pool, page).await?;
    let standing = PoolStanding {
        zone: id.clone(),
        place: config.place,
        turned: now.turned,
        slashes: now.slashes,
        drained: now.drained,
        cursor: now.cursor,
        proposals: proposals.iter().filter_map(pending).collect(),
        next_proposal: now.next_proposal,
        pay: config.parameters.pay.min(now.reserve),
    };
    let mut ledger = relay.ledger().lock().await;
    Ok(ledger.observe(Observation::Pool(standing))?)
}

fn pending(found: &ProposalResponse) -> Option<PendingProposal> {
    let (due, accepted) = match found.proposal.phase {
        Phase::Deposit { until } | Phase::Voting { until, .. } => (until, false),
        Phase::Accepted { at } => (at, true),
        Phase::Enacted | Phase::Failed | Phase::Rejected | Phase::Vetoed | Phase::Revoked => {
            return None
        }
    };
    let number: ProposalNumber = found.number;
    Some(PendingProposal {
        number,
        due,
        accepted,
    })
}
