//! The verbs that need no evidence.

use cosmwasm_std::{DepsMut, Env, Response};
use tessera_primitives::ZoneId;
use tessera_view::Input;

use super::run;
use crate::ChainViewError;

pub(crate) fn close_zone(
    deps: DepsMut,
    env: &Env,
    zone: ZoneId,
) -> Result<Response, ChainViewError> {
    run(deps, env, Input::CloseZone { zone })
}

pub(crate) fn prune(
    deps: DepsMut,
    env: &Env,
    zone: ZoneId,
    limit: u32,
) -> Result<Response, ChainViewError> {
    run(deps, env, Input::Prune { zone, limit })
}
