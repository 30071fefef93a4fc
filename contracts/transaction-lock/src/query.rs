use cosmwasm_std::{to_json_binary, Binary, Deps, Env};
use tessera_contract_api::transaction_lock::{
    CheckResponse, ConfigResponse, ExposureResponse, LegResponse, OpenTask, OwedResponse,
    PeerResponse, QueryMsg, TermsResponse,
};
use tessera_contract_kit::{pagination::page, roles};
use tessera_lock::state::{Exposure, LegState, Terms};
use tessera_primitives::{json::ToJson, Asset, Hash, Height, ZoneId};

use crate::{state, LockError};

pub fn answer(deps: Deps, env: Env, message: QueryMsg) -> Result<Binary, LockError> {
    let storage = deps.storage;
    let now = Height(env.block.height);
    let answer = match message {
        QueryMsg::Roles {} => roles::query(storage)?.to_json(),
        QueryMsg::Config {} => config(deps)?.to_json(),
        QueryMsg::Leg { task_id } => leg(deps, &task_id)?.to_json(),
        QueryMsg::Check { task_id } => check(deps, &task_id)?.to_json(),
        QueryMsg::OpenTasks { start_after, limit } => {
            let start_after = start_after.map(|last| (last.deadline, last.task_id));
            let open = state::waiting(storage, start_after, page(limit))?;
            let open = open.into_iter().map(|(deadline, task_id, state)| OpenTask {
                deadline,
                task_id,
                state,
            });
            open.collect::<Vec<_>>().to_json()
        }
        QueryMsg::Owed { start_after, limit } => {
            let start_after = start_after.map(|last| (last.task_id, last.effect));
            let owed = state::owed(storage, start_after, page(limit))?;
            let owed = owed
                .into_iter()
                .map(|((task_id, effect), payout)| OwedResponse {
                    task_id,
                    effect,
                    payout,
                });
            owed.collect::<Vec<_>>().to_json()
        }
        QueryMsg::Peers { start_after, limit } => {
            let peers = state::peers(storage, start_after, page(limit))?;
            let peers = peers.into_iter().map(|(zone, peer)| PeerResponse {
                zone,
                contract: peer.contract,
                roots: peer.roots,
                linked: peer.linked,
            });
            peers.collect::<Vec<_>>().to_json()
        }
        QueryMsg::Targets { start_after, limit } => {
            state::targets(storage, start_after, page(limit))?.to_json()
        }
        QueryMsg::OpenValue { zone, asset } => {
            let exposure = state::exposure(storage, &zone, &asset)?;
            let length = state::home(storage)?.1.max_horizon;
            let at_risk = exposure.map(|exposure| risk(zone, asset, exposure, now, length));
            at_risk.to_json()
        }
        QueryMsg::Caps { start_after, limit } => {
            let start_after = start_after.map(|last| (last.zone, last.asset));
            let length = state::home(storage)?.1.max_horizon;
            let all = state::exposures(storage, start_after, page(limit))?;
            let all = all
                .into_iter()
                .map(|((zone, asset), exposure)| risk(zone, asset, exposure, now, length));
            all.collect::<Vec<_>>().to_json()
        }
    };
    Ok(to_json_binary(&answer)?)
}

fn config(deps: Deps) -> Result<ConfigResponse, LockError> {
    let (place, parameters) = state::home(deps.storage)?;
    Ok(ConfigResponse {
        zone: place.zone,
        contract: place.contract,
        parameters,
    })
}

fn leg(deps: Deps, task: &Hash) -> Result<Option<LegResponse>, LockError> {
    let Some(mark) = state::mark(deps.storage, task)? else {
        return Ok(None);
    };
    let terms = state::terms(deps.storage, task)?;
    Ok(Some(LegResponse {
        state: mark.state,
        committed_at: mark.committed_at,
        terms: terms.map(describe),
    }))
}

/// reliable-ibc.txt IV.A: the position of `tx` in the chain, and whether `tx'` followed.
fn check(deps: Deps, task: &Hash) -> Result<CheckResponse, LockError> {
    let mark = state::mark(deps.storage, task)?;
    let committed = mark.filter(|mark| mark.committed_at != Height(0));
    Ok(CheckResponse {
        tx: committed.map(|mark| mark.committed_at),
        reversed: mark.is_some_and(|mark| mark.state == LegState::Reversed),
    })
}

fn describe(terms: Terms) -> TermsResponse {
    TermsResponse {
        leg: terms.index,
        deadline: terms.deadline,
        registrant: terms.registrant,
        funds: terms.funds,
        tip: terms.tip,
        calls: terms.calls,
    }
}

fn risk(
    zone: ZoneId,
    asset: Asset,
    exposure: Exposure,
    now: Height,
    length: u64,
) -> ExposureResponse {
    let exposure = exposure.at(now, length);
    ExposureResponse {
        zone,
        asset,
        max: exposure.max,
        at_risk: exposure.told_at_risk(),
    }
}
