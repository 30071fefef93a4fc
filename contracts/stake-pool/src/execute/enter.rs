//! What tokens come along with: `create_validator`, `bond`, `propose`, `deposit`, as native coins or by a token's hook; and
//! `fund`.

use cosmwasm_std::{from_json, DepsMut, Env, MessageInfo, Response};
use tessera_contract_api::{
    price_oracle::FeedName,
    stake_pool::{Candidacy, Draft, Entry},
};
use tessera_contract_kit::{address, crypto::HostCrypto, payment};
use tessera_primitives::{Address, Amount, Asset, Bytes, Coin, Denom};
use tessera_stake::{evidence, input, state::Content, transition, Input, Reads, Refusal};

use super::{finish, now, prices, require_contract};
use crate::{state::Book, PoolError};

/// An entry with native coins.
pub fn enter(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    entry: Entry,
) -> Result<Response, PoolError> {
    let brought = only_coin(&info)?;
    let sender = address::of(&info.sender)?;
    bring(deps, env, sender, brought, entry)
}

/// An entry with cw20 tokens, which their contract says it has sent. That is believed of a whitelisted token, as far as the
/// pool's balance covers it.
pub fn receive(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    sender: Address,
    amount: Amount,
    msg: Bytes,
) -> Result<Response, PoolError> {
    let token = address::of(&info.sender)?;
    let asset = Asset::Cw20(token.clone());
    address::validate(deps.api, &sender)?;
    if Book::open(deps.storage).token_of(&asset)?.is_none() {
        return Err(PoolError::NotWhitelisted { asset });
    }
    let entry: Entry = from_json(msg.as_slice()).map_err(PoolError::Entry)?;
    payment::received(deps.storage, deps.querier, &env, &token, amount)?;
    bring(deps, env, sender, Coin { asset, amount }, entry)
}

/// The hub's own coins, for the next turn or the reserve.
pub fn fund(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    reserve: bool,
) -> Result<Response, PoolError> {
    let brought = only_coin(&info)?;
    let input = Input::Fund {
        sender: address::of(&info.sender)?,
        amount: brought.amount,
        reserve,
    };
    let step = transition(&now(&env), &Book::open(deps.storage), input)?;
    finish(deps.storage, step, Some(brought))
}

fn bring(
    deps: DepsMut,
    env: Env,
    sender: Address,
    brought: Coin,
    entry: Entry,
) -> Result<Response, PoolError> {
    if let Entry::Propose(draft) = &entry {
        check_content(&deps, &draft.content)?;
    }
    let book = Book::open(deps.storage);
    let asset = brought.asset.clone();
    let token = book.token_of(&asset)?;
    let token = token.ok_or(PoolError::NotWhitelisted { asset })?;
    let amount = brought.amount;
    let input = match entry {
        Entry::CreateValidator(candidacy) => {
            let key = proven(&deps, &book, &sender, &candidacy)?;
            Input::CreateValidator(input::Candidacy {
                operator: sender,
                key,
                name: candidacy.name,
                commission: candidacy.commission,
                max_commission: candidacy.max_commission,
                max_change: candidacy.max_change,
                bond: quote(&deps, &book, token)?,
                amount,
            })
        }
        Entry::Bond { validator } => Input::Bond {
            delegator: sender,
            validator,
            quote: quote(&deps, &book, token)?,
            amount,
        },
        Entry::Propose(Draft {
            content,
            link,
            report,
        }) => Input::Propose {
            proposer: sender,
            content,
            link,
            report,
            quote: quote(&deps, &book, token)?,
            amount,
        },
        Entry::Deposit { proposal } => {
            let unknown = Refusal::UnknownProposal { proposal };
            let known = book.proposal(proposal)?.ok_or(unknown)?;
            let mut tokens: Vec<_> = known.deposits.into_iter().map(|(token, _)| token).collect();
            if !tokens.contains(&token) {
                tokens.push(token);
            }
            Input::Deposit {
                depositor: sender,
                proposal,
                token,
                amount,
                prices: prices::fresh(&deps.querier, &book, &tokens)?,
            }
        }
    };
    let step = transition(&now(&env), &book, input)?;
    finish(deps.storage, step, Some(brought))
}

fn proven(
    deps: &DepsMut,
    book: &Book,
    operator: &Address,
    candidacy: &Candidacy,
) -> Result<evidence::ProvenKey, PoolError> {
    let (key, signature) = (
        candidacy.vote_key.as_slice(),
        candidacy.possession.as_slice(),
    );
    let crypto = HostCrypto(deps.api);
    Ok(evidence::possession(
        &crypto,
        &book.place()?,
        operator,
        key,
        signature,
    )?)
}

fn quote(deps: &DepsMut, book: &Book, token: u16) -> Result<input::Quote, PoolError> {
    let quotes = prices::fresh(&deps.querier, book, &[token])?;
    let missing = Refusal::PriceMissing { token };
    Ok(quotes.into_iter().next().ok_or(missing)?)
}

/// What the rule cannot see of a proposal: that addresses are contracts of this zone, and that a feed can be asked for.
pub fn check_content(deps: &DepsMut, content: &Content) -> Result<(), PoolError> {
    let contract = match content {
        Content::AddToken { asset, feed, .. } => {
            FeedName::new(feed.as_str())?;
            match asset {
                Asset::Cw20(token) => token,
                Asset::Native(_) => return Ok(()),
            }
        }
        Content::ChangeFeed { feed, .. } => {
            FeedName::new(feed.as_str())?;
            return Ok(());
        }
        Content::RegisterSlasher { address, .. } => address,
        Content::RemoveToken { .. }
        | Content::ChangeMaxShare { .. }
        | Content::RevokeSlasher { .. } => return Ok(()),
    };
    address::validate(deps.api, contract)?;
    require_contract(deps, contract)
}

/// The coins of the one denom that came along.
fn only_coin(info: &MessageInfo) -> Result<Coin, PoolError> {
    let [coin] = info.funds.as_slice() else {
        let actual = info.funds.len();
        return Err(PoolError::OneCoin { actual });
    };
    Ok(Coin {
        asset: Asset::Native(Denom::new(coin.denom.as_str())?),
        amount: Amount(coin.amount.u128()),
    })
}
