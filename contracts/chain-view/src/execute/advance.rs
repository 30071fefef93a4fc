use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use tessera_contract_kit::{address, crypto::HostCrypto};
use tessera_header::Header;
use tessera_primitives::ZoneId;
use tessera_view::{evidence, transition, Input};

use super::{finish, now};
use crate::{state::State, ChainViewError};

pub(crate) fn advance(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    zone: ZoneId,
    header: &Header,
) -> Result<Response, ChainViewError> {
    let now = now(env);
    let reads = State::new(deps.storage);
    let header = evidence::advance(&HostCrypto(deps.api), now.time, &reads, &zone, header)?;
    let caller = address::of(&info.sender)?;
    let input = Input::Advance {
        zone,
        header,
        caller,
    };
    let step = transition(&now, &reads, input)?;
    finish(deps.storage, step)
}
