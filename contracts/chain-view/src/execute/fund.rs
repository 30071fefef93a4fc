use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use tessera_contract_kit::payment;
use tessera_primitives::{Amount, Asset, Coin, ZoneId};
use tessera_view::Input;

use super::run;
use crate::{state, ChainViewError};

pub(crate) fn fund(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    zone: ZoneId,
) -> Result<Response, ChainViewError> {
    let denom = state::reserve_denom(deps.storage)?;
    let sent = info.funds.iter().find(|coin| coin.denom == denom.as_str());
    let amount = Amount(sent.map_or(0, |coin| coin.amount.u128()));
    let asset = Asset::Native(denom);
    payment::require_funds(&info.funds, &[Coin { asset, amount }])?;
    run(deps, env, Input::Fund { zone, amount })
}
