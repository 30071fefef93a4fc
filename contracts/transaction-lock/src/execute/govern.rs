//! What the owner decides.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response, WasmQuery};
use tessera_contract_api::transaction_lock::{InstantiateMsg, Settings};
use tessera_contract_kit::{address, payment, roles, version};
use tessera_lock::{
    state::{Parameters, Place},
    Input,
};
use tessera_primitives::{json::Json, Address, Amount, Asset, CanonicalAddress, ZoneId};

use super::turn::Turn;
use crate::{
    contract::{NAME, VERSION},
    state, LockError,
};

/// Makes the lock, on the zone whose chain runs it.
pub fn settle_in(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: InstantiateMsg,
) -> Result<Response, LockError> {
    payment::require_funds(&info.funds, &[])?;
    address::validate(deps.api, &message.settings.treasury)?;
    let parameters = Parameters::from(message.settings);
    parameters.check()?;
    let place = Place {
        zone: ZoneId::new(env.block.chain_id)?,
        contract: address::canonical(deps.api, &env.contract.address)?,
        address: address::of(&env.contract.address)?,
    };
    roles::appoint(deps.storage, deps.api, message.roles)?;
    state::settle_in(deps.storage, &place, &parameters)?;
    version::record(deps.storage, NAME, VERSION)?;
    Ok(Response::new())
}

/// Names the lock of another zone, and the contract of this one that answers for its roots.
pub fn link_peer(
    deps: DepsMut,
    env: Env,
    zone: ZoneId,
    contract: CanonicalAddress,
    roots: Address,
) -> Result<Response, LockError> {
    address::validate(deps.api, &roots)?;
    decide(
        deps,
        env,
        Input::LinkPeer {
            zone,
            contract,
            roots,
        },
    )
}

/// Stops new legs with a zone.
pub fn unlink_peer(deps: DepsMut, env: Env, zone: ZoneId) -> Result<Response, LockError> {
    decide(deps, env, Input::UnlinkPeer { zone })
}

/// Lets legs call a contract.
pub fn link_target(deps: DepsMut, env: Env, contract: Address) -> Result<Response, LockError> {
    address::validate(deps.api, &contract)?;
    let question = WasmQuery::ContractInfo {
        contract_addr: contract.to_string(),
    };
    // What it answers is of no interest, so it is read as a tree: that costs no code.
    let info = deps.querier.query::<Json>(&question.into());
    if info.is_err() {
        return Err(LockError::NoContract { address: contract });
    }
    decide(deps, env, Input::LinkTarget { contract })
}

/// Lets no new leg call a contract.
pub fn unlink_target(deps: DepsMut, env: Env, contract: Address) -> Result<Response, LockError> {
    decide(deps, env, Input::UnlinkTarget { contract })
}

/// Caps what may be at risk from a zone in an asset.
pub fn set_cap(
    deps: DepsMut,
    env: Env,
    zone: ZoneId,
    asset: Asset,
    max: Amount,
) -> Result<Response, LockError> {
    if let Asset::Cw20(token) = &asset {
        address::validate(deps.api, token)?;
    }
    decide(deps, env, Input::SetCap { zone, asset, max })
}

/// Sets the parameters, all of them.
pub fn set_parameters(deps: DepsMut, env: Env, settings: Settings) -> Result<Response, LockError> {
    address::validate(deps.api, &settings.treasury)?;
    let parameters = settings.into();
    decide(deps, env, Input::SetParameters { parameters })
}

fn decide(deps: DepsMut, env: Env, input: Input) -> Result<Response, LockError> {
    let mut turn = Turn::begin(deps, env);
    turn.take(input)?;
    turn.end()
}
