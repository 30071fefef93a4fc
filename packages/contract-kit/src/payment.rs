//! Movement of money: funds that must be exact, cw20 tokens fetched by allowance, sends.
//!
//! ```text
//!            fetch: balances noted,                    fetched: balance risen by
//!            TransferFrom sent         replies         exactly what was asked
//!   idle ───────────────────────► fetching ──────────────────────────────────► idle
//! ```
//!
//! Or a token sends itself and says so in its hook ([`received`]): then the contract keeps account of what it holds of the
//! token, and what leaves goes through [`send_held`] and [`burn_held`]. A contract takes a token in one of the two ways.
//!
//! A token is believed by the difference that its transfer makes to the contract's balance, so a token that keeps a part
//! for itself is refused. While tokens are being fetched every entry point refuses ([`refuse_while_fetching`]): a token
//! that calls its sender, or anybody, in the middle of a transfer could otherwise have one difference counted twice.

use cosmwasm_std::{
    to_json_binary, Addr, BankMsg, CosmosMsg, Env, QuerierWrapper, StdError, Storage, SubMsg,
    WasmMsg,
};
use serde::{Deserialize, Serialize};
use tessera_primitives::{
    json::{self, Json, ToJson},
    Address, Amount, Asset, Coin, Denom, Overflow,
};

use crate::packed::{PackedError, PackedItem, PackedMap};

/// Why a payment is refused.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum PaymentError {
    /// The native funds sent along are not what the message asks for.
    #[error("funds must be exactly {}, and are {}", Purse(.expected), Purse(.actual))]
    Funds {
        /// By denom, what must be sent.
        expected: Vec<(String, u128)>,
        /// By denom, what was sent.
        actual: Vec<(String, u128)>,
    },
    /// A token's transfer changed the contract's balance by another amount than it should have.
    #[error("cw20 {token}: balance must rise to {expected} and is {actual}")]
    Receipt {
        /// The token contract.
        token: Address,
        /// The balance that the transfer should have led to.
        expected: Amount,
        /// The balance that it led to.
        actual: Amount,
    },
    /// The contract was called while it was fetching tokens.
    #[error("tokens are being fetched: the contract may not be called until they have arrived")]
    Fetching,
    /// A reply to a fetch that nobody began.
    #[error("no token is being fetched")]
    NotFetching,
    /// A sum that does not fit.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// What is being fetched cannot be read.
    #[error(transparent)]
    Storage(#[from] PackedError),
    /// A token does not answer.
    #[error(transparent)]
    Std(#[from] StdError),
}

#[derive(Clone, Serialize, Deserialize)]
struct Fetch {
    token: Address,
    /// The balance once it has arrived.
    after: Amount,
}

const FETCHING: PackedItem<Vec<Fetch>> = PackedItem::new("fetching");

/// What came by tokens' hooks and has not left.
const HELD: PackedMap<Address, Amount> = PackedMap::new("held");

/// Refuses native funds that are not exactly the native part of `expected`, coin for coin. Nothing expected means that
/// nothing may be sent.
///
/// # Errors
/// [`PaymentError::Funds`], [`PaymentError::Overflow`].
pub fn require_funds(funds: &[cosmwasm_std::Coin], expected: &[Coin]) -> Result<(), PaymentError> {
    let native = expected.iter().filter_map(|coin| match &coin.asset {
        Asset::Native(denom) => Some((denom.as_str(), coin.amount.0)),
        Asset::Cw20(_) => None,
    });
    let expected = purse(native)?;
    let actual = purse(
        funds
            .iter()
            .map(|coin| (coin.denom.as_str(), coin.amount.u128())),
    )?;
    if expected == actual {
        Ok(())
    } else {
        Err(PaymentError::Funds { expected, actual })
    }
}

/// Begins to fetch the cw20 part of `coins` from `from`, who has given the contract an allowance: one submessage a
/// token, each of which must be replied to by [`fetched`]. Write state first.
///
/// # Errors
/// [`PaymentError::Fetching`], [`PaymentError::Overflow`], [`PaymentError::Std`] when a token does not answer.
pub fn fetch(
    storage: &mut dyn Storage,
    querier: QuerierWrapper,
    env: &Env,
    from: &Addr,
    coins: &[Coin],
    reply_id: u64,
) -> Result<Vec<SubMsg>, PaymentError> {
    refuse_while_fetching(storage)?;
    let mut tokens: Vec<(&Address, Amount)> = Vec::new();
    for coin in coins {
        let Asset::Cw20(token) = &coin.asset else {
            continue;
        };
        match tokens.iter_mut().find(|(known, _)| *known == token) {
            Some((_, sum)) => *sum = sum.plus(coin.amount)?,
            None => tokens.push((token, coin.amount)),
        }
    }
    tokens.retain(|(_, amount)| !amount.is_zero());
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let mut fetches = Vec::new();
    let mut messages = Vec::new();
    for (token, amount) in tokens {
        let before = balance(querier, token, &env.contract.address)?;
        fetches.push(Fetch {
            token: token.clone(),
            after: before.plus(amount)?,
        });
        let recipient = env.contract.address.as_str();
        let transfer = transfer(Some(from.as_str()), recipient, amount);
        messages.push(SubMsg::reply_on_success(call(token, &transfer)?, reply_id));
    }
    FETCHING.save(storage, &fetches)?;
    Ok(messages)
}

/// Takes the reply to the next submessage of [`fetch`]: its token's balance has risen by exactly what was asked.
///
/// # Errors
/// [`PaymentError::Receipt`], which undoes the whole transaction.
pub fn fetched(
    storage: &mut dyn Storage,
    querier: QuerierWrapper,
    env: &Env,
) -> Result<(), PaymentError> {
    let fetches = FETCHING.may_load(storage)?.unwrap_or_default();
    let (fetch, rest) = fetches.split_first().ok_or(PaymentError::NotFetching)?;
    let actual = balance(querier, &fetch.token, &env.contract.address)?;
    if actual != fetch.after {
        return Err(PaymentError::Receipt {
            token: fetch.token.clone(),
            expected: fetch.after,
            actual,
        });
    }
    if rest.is_empty() {
        FETCHING.remove(storage);
    } else {
        FETCHING.save(storage, &rest.to_vec())?;
    }
    Ok(())
}

/// Takes tokens that their own contract says it has sent here. It is believed as far as the balance covers these beside all
/// that was held before: what it kept for itself, or says twice, is refused. What was given besides belongs to nobody.
///
/// # Errors
/// [`PaymentError::Receipt`], [`PaymentError::Overflow`], [`PaymentError::Std`] when the token does not answer.
pub fn received(
    storage: &mut dyn Storage,
    querier: QuerierWrapper,
    env: &Env,
    token: &Address,
    amount: Amount,
) -> Result<(), PaymentError> {
    let held = held(storage, token)?.plus(amount)?;
    let actual = balance(querier, token, &env.contract.address)?;
    if actual < held {
        return Err(PaymentError::Receipt {
            token: token.clone(),
            expected: held,
            actual,
        });
    }
    Ok(HELD.save(storage, token, &held)?)
}

/// What came by a token's hook and has not left.
///
/// # Errors
/// [`PaymentError::Storage`].
pub fn held(storage: &dyn Storage, token: &Address) -> Result<Amount, PaymentError> {
    Ok(HELD.may_load(storage, token)?.unwrap_or_default())
}

/// The message that sends a coin, of a token that came by its hook if it is no native one.
///
/// # Errors
/// [`PaymentError::Overflow`] for more than is held, [`PaymentError::Std`].
pub fn send_held(
    storage: &mut dyn Storage,
    coin: &Coin,
    to: &Address,
) -> Result<CosmosMsg, PaymentError> {
    leave(storage, coin)?;
    send(coin, to)
}

/// The message that burns a coin, of a token that came by its hook if it is no native one.
///
/// # Errors
/// [`PaymentError::Overflow`] for more than is held, [`PaymentError::Std`].
pub fn burn_held(storage: &mut dyn Storage, coin: &Coin) -> Result<CosmosMsg, PaymentError> {
    leave(storage, coin)?;
    match &coin.asset {
        Asset::Native(denom) => Ok(BankMsg::Burn {
            amount: vec![native(denom, coin.amount)],
        }
        .into()),
        Asset::Cw20(token) => {
            let mut fields = Vec::new();
            json::set(&mut fields, "amount", &coin.amount);
            call(token, &Json::named("burn", Json::Object(fields)))
        }
    }
}

fn leave(storage: &mut dyn Storage, coin: &Coin) -> Result<(), PaymentError> {
    if let Asset::Cw20(token) = &coin.asset {
        let left = held(storage, token)?.minus(coin.amount)?;
        HELD.save(storage, token, &left)?;
    }
    Ok(())
}

/// Refuses to be called while tokens are being fetched. Every execute entry point of a contract that fetches asks this
/// first; it never holds beyond the transaction, so no exit is blocked.
///
/// # Errors
/// [`PaymentError::Fetching`].
pub fn refuse_while_fetching(storage: &dyn Storage) -> Result<(), PaymentError> {
    if FETCHING.exists(storage) {
        Err(PaymentError::Fetching)
    } else {
        Ok(())
    }
}

/// The message that sends a coin.
///
/// # Errors
/// [`PaymentError::Std`] when the message cannot be written as JSON; none can fail to.
pub fn send(coin: &Coin, to: &Address) -> Result<CosmosMsg, PaymentError> {
    match &coin.asset {
        Asset::Native(denom) => Ok(BankMsg::Send {
            to_address: to.to_string(),
            amount: vec![native(denom, coin.amount)],
        }
        .into()),
        Asset::Cw20(token) => call(token, &transfer(None, to.as_str(), coin.amount)),
    }
}

/// A native coin in CosmWasm's words.
pub fn native(denom: &Denom, amount: Amount) -> cosmwasm_std::Coin {
    cosmwasm_std::coin(amount.0, denom.as_str())
}

/// How much of an asset an account of this zone has.
///
/// # Errors
/// [`PaymentError::Std`] when the token does not answer.
pub fn holding(
    querier: QuerierWrapper,
    asset: &Asset,
    account: &Addr,
) -> Result<Amount, PaymentError> {
    match asset {
        Asset::Native(denom) => {
            let coin = querier.query_balance(account, denom.as_str())?;
            Ok(Amount(coin.amount.u128()))
        }
        Asset::Cw20(token) => balance(querier, token, account),
    }
}

fn balance(
    querier: QuerierWrapper,
    token: &Address,
    account: &Addr,
) -> Result<Amount, PaymentError> {
    let mut fields = Vec::new();
    json::set(&mut fields, "address", &account.to_string());
    let query = Json::named("balance", Json::Object(fields));
    let answer: Json = querier.query_wasm_smart(token.as_str(), &query)?;
    // A token may tell more than its balance; only that is believed.
    let balance = answer
        .fields()
        .and_then(|mut fields| fields.take("balance"));
    balance.map_err(|unfit| StdError::generic_err(unfit.to_string()).into())
}

/// cw20's `transfer`, or `transfer_from` an owner's allowance: as trees, since the interface's own enum would bring the
/// encoders of all its messages.
fn transfer(owner: Option<&str>, recipient: &str, amount: Amount) -> Json {
    let mut fields = Vec::new();
    if let Some(owner) = owner {
        fields.push(("owner".into(), owner.to_json()));
    }
    fields.push(("recipient".into(), recipient.to_json()));
    fields.push(("amount".into(), amount.to_json()));
    let name = if owner.is_some() {
        "transfer_from"
    } else {
        "transfer"
    };
    Json::named(name, Json::Object(fields))
}

fn call(token: &Address, message: &Json) -> Result<CosmosMsg, PaymentError> {
    Ok(WasmMsg::Execute {
        contract_addr: token.to_string(),
        msg: to_json_binary(message)?,
        funds: Vec::new(),
    }
    .into())
}

/// Sums by denom, in the order of denoms; what is zero is not there. Few coins come along: a list takes less code than a
/// tree.
fn purse<'a>(
    coins: impl Iterator<Item = (&'a str, u128)>,
) -> Result<Vec<(String, u128)>, PaymentError> {
    let mut sums: Vec<(String, u128)> = Vec::new();
    for (denom, amount) in coins.filter(|(_, amount)| *amount != 0) {
        match sums.binary_search_by(|(known, _)| known.as_str().cmp(denom)) {
            Ok(at) => {
                if let Some((_, sum)) = sums.get_mut(at) {
                    *sum = sum.checked_add(amount).ok_or(Overflow("funds"))?;
                }
            }
            Err(at) => sums.insert(at, (denom.into(), amount)),
        }
    }
    Ok(sums)
}

struct Purse<'a>(&'a [(String, u128)]);

impl std::fmt::Display for Purse<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        let coins: Vec<String> = self
            .0
            .iter()
            .map(|(denom, amount)| format!("{amount}{denom}"))
            .collect();
        f.write_str(&coins.join(","))
    }
}
