use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use tessera_contract_kit::{address, crypto::HostCrypto};
use tessera_primitives::ZoneId;
use tessera_view::{
    evidence::{self, ForkProof},
    transition, Input,
};

use super::{finish, now};
use crate::{state::State, ChainViewError};

pub(crate) fn report_fork(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    zone: ZoneId,
    proof: &ForkProof,
) -> Result<Response, ChainViewError> {
    let now = now(env);
    let reads = State::new(deps.storage);
    let evidence = evidence::report(&HostCrypto(deps.api), now.time, &reads, &zone, proof)?;
    let caller = address::of(&info.sender)?;
    let input = Input::ReportFork {
        zone,
        evidence,
        caller,
    };
    let step = transition(&now, &reads, input)?;
    finish(deps.storage, step)
}
