use cosmwasm_std::{DepsMut, MessageInfo, Response};
use tessera_contract_kit::{address, payment};
use tessera_primitives::{Amount, Asset, Coin};

use crate::{state, BookingError};

/// Sends what has been earned to the owner, who is the sender.
pub fn withdraw(deps: DepsMut, info: MessageInfo) -> Result<Response, BookingError> {
    let earned = Coin {
        asset: Asset::Native(state::denom(deps.storage)?),
        amount: state::earned(deps.storage)?,
    };
    if earned.amount.is_zero() {
        return Ok(Response::new());
    }
    state::note_earned(deps.storage, Amount::ZERO)?;
    let owner = address::of(&info.sender)?;
    Ok(Response::new().add_message(payment::send(&earned, &owner)?))
}
