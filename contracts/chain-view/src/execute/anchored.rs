//! The verbs that start from a header on the owner's word.

use cosmwasm_std::{DepsMut, Env, Response};
use tessera_contract_kit::crypto::HostCrypto;
use tessera_header::Header;
use tessera_primitives::ZoneId;
use tessera_view::{
    evidence,
    state::{Block, Params},
    Input,
};

use super::run;
use crate::ChainViewError;

pub(crate) fn register_zone(
    deps: DepsMut,
    env: &Env,
    zone: ZoneId,
    header: &Header,
    params: Params,
) -> Result<Response, ChainViewError> {
    let anchor = evidence::anchor(&HostCrypto(deps.api), &zone, header)?;
    let input = Input::RegisterZone {
        zone,
        anchor,
        params,
    };
    run(deps, env, input)
}

pub(crate) fn admit_branch(
    deps: DepsMut,
    env: &Env,
    zone: ZoneId,
    header: &Header,
    parent: Option<Block>,
) -> Result<Response, ChainViewError> {
    let (chain_id, anchor) = evidence::anchor_of_any(&HostCrypto(deps.api), header)?;
    let input = Input::AdmitBranch {
        zone,
        chain_id,
        anchor,
        parent,
    };
    run(deps, env, input)
}

pub(crate) fn renew(
    deps: DepsMut,
    env: &Env,
    zone: ZoneId,
    chain_id: ZoneId,
    header: &Header,
) -> Result<Response, ChainViewError> {
    let anchor = evidence::anchor(&HostCrypto(deps.api), &chain_id, header)?;
    let input = Input::Renew {
        zone,
        chain_id,
        anchor,
    };
    run(deps, env, input)
}
