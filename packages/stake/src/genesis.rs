//! How a pool begins.

use alloc::{string::String, vec::Vec};

use tessera_primitives::{Address, Asset};

use crate::{
    state::{
        Parameters, Place, Pool, Slasher, SlasherNumber, Token, TokenNumber, MAX_SHARE,
        MAX_SLASHERS, MAX_TOKENS,
    },
    Refusal, Share, Step, Write,
};

/// A token that is whitelisted from the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstToken {
    /// What it is on this zone.
    pub asset: Asset,
    /// Its decimals, 0 to 18.
    pub decimals: u8,
    /// The price oracle's feed.
    pub feed: String,
    /// How much of the weight it may have; the first one, the hub's, has all.
    pub max_share: Share,
}

/// What a new pool writes: its parameters, the hub's token and those beside it, and the slashers.
///
/// # Errors
/// [`Refusal::Parameter`], [`Refusal::Number`] for no token or too many, [`Refusal::Content`] for a share, an asset named
/// twice or decimals that are wrong.
pub fn genesis(
    place: &Place,
    parameters: Parameters,
    tokens: Vec<FirstToken>,
    slashers: Vec<(Address, Share)>,
) -> Result<Step, Refusal> {
    place.check()?;
    parameters.check(place)?;
    number("tokens", 1, MAX_TOKENS, tokens.len())?;
    number("slashers", 0, MAX_SLASHERS, slashers.len())?;
    let mut pool = Pool::default();
    let mut writes = Vec::from([Write::Parameters(parameters)]);
    let mut assets: Vec<Asset> = Vec::new();
    for token in tokens {
        let number: TokenNumber = pool.next_token;
        let hub = number == crate::state::HUB;
        let max_share = if hub { Share::ONE } else { token.max_share };
        let over = !hub && !(1..=MAX_SHARE).contains(&max_share.billionths());
        let native = matches!(token.asset, Asset::Native(_));
        if over || token.decimals > 18 || hub && !native || assets.contains(&token.asset) {
            return Err(Refusal::Content {
                what: "first token",
            });
        }
        assets.push(token.asset.clone());
        pool.tokens.push(number);
        pool.next_token = number.saturating_add(1);
        let token = Token {
            asset: token.asset,
            decimals: token.decimals,
            feed: token.feed,
            max_share,
            leaving: None,
        };
        writes.push(Write::Token(number, token));
    }
    for (address, max_fraction) in slashers {
        let number: SlasherNumber = pool.next_slasher;
        pool.slashers.push(number);
        pool.next_slasher = number.saturating_add(1);
        let revoked = false;
        let slasher = Slasher {
            address,
            max_fraction,
            revoked,
        };
        writes.push(Write::Slasher(number, slasher));
    }
    writes.push(Write::Candidates(Vec::new()));
    writes.push(Write::Pool(pool));
    Ok(Step {
        writes,
        ..Step::default()
    })
}

fn number(what: &'static str, min: usize, max: usize, actual: usize) -> Result<(), Refusal> {
    if (min..=max).contains(&actual) {
        return Ok(());
    }
    Err(Refusal::Number {
        what,
        min,
        max,
        actual,
    })
}
