use cosmwasm_std::{to_json_binary, Binary, Deps, Env};
use tessera_contract_api::transaction_lock::{
    CheckResponse, ConfigResponse, ExposureResponse, LegResponse, OpenTask, OwedResponse,
    PeerResponse, QueryMsg, TermsResponse,
};
use tessera_contract_kit::{pagination::page, roles};
use tessera_lock::state::{Exposure, LegState, Terms};
use tessera_primitives::{Asset, Hash, Height, ZoneId};

use crate::{state, LockError};

pub fn answer(deps: Deps, env: Env, message: QueryMsg) -> Result<Binary, LockError> {
    let storage = deps.storage;
    let now = Height(env.block.height);
    let answer = match message {
        QueryMsg::Roles {} => to_json_binary(&roles::query(storage)?),
        QueryMsg::Config {} => to_json_binary(&config(deps)?),
        QueryMsg::Leg { task_id } => to_json_binary(&leg(deps, &task_id)?),
        QueryMsg::Check { task_id } => to_json_binary(&check(deps, &task_id)?),
        QueryMsg::OpenTasks { start_after, limit } => {
            let start_after = start_after.map(|last| (last.deadline, last.task_id));
            let open = state::waiting(storage, start_after, page(limit))?;
            let open = open.into_iter().map(|(deadline, task_id, state)| OpenTask {
                deadline,
                task_id,
                state,
            });
            to_json_binary(&open.collect::<Vec<_>>())
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
            to_json_binary(&owed.collect::<Vec<_>>())
        }
        QueryMsg::Peers { start_after, limit } => {
            let peers = state::peers(storage, start_after, page(limit))?;
            let peers = peers.into_iter().map(|(zone, peer)| PeerResponse {
                zone,
                contract: peer.contract,
                roots: peer.roots,
                linked: peer.linked,
            });
            to_json_binary(&peers.collect::<Vec<_>>())
        }
        QueryMsg::Targets { start_after, limit } => {
            to_json_binary(&state::targets(storage, start_after, page(limit))?)
        }
        QueryMsg::OpenValue { zone, asset } => {
            let exposure = state::exposure(storage, &zone, &asset)?;
            let length = state::parameters(storage)?.max_horizon;
            let at_risk = exposure.map(|exposure| risk(zone, asset, exposure, now, length));
            to_json_binary(&at_risk)
        }
        QueryMsg::Caps { start_after, limit } => {
            let start_after = start_after.map(|last| (last.zone, last.asset));
            let length = state::parameters(storage)?.max_horizon;
            let all = state::exposures(storage, start_after, page(limit))?;
            let all = all
                .into_iter()
                .map(|((zone, asset), exposure)| risk(zone, asset, exposure, now, length));
            to_json_binary(&all.collect::<Vec<_>>())
        }
    };
    Ok(answer?)
}

fn config(deps: Deps) -> Result<ConfigResponse, LockError> {
    let place = state::place(deps.storage)?;
    Ok(ConfigResponse {
        zone: place.zone,
        contract: place.contract,
        parameters: state::parameters(deps.storage)?,
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
