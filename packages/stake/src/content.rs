//! What a proposal may say. It is asked twice: when it is proposed, and when it is enacted.

use tessera_primitives::Asset;

use crate::{
    state::{Content, Token, TokenNumber, HUB, MAX_SHARE, MAX_SLASHERS, MAX_TOKENS},
    work::{Answer, Work},
    Reads, Refusal, Refused, Share,
};

/// Greatest length of a feed's name, in bytes.
const MAX_FEED: usize = 40;

/// Greatest number of decimals.
const MAX_DECIMALS: u8 = 18;

/// Whether a content could be done now.
pub(crate) fn refuse_content<R: Reads>(work: &Work<'_, R>, content: &Content) -> Answer<(), R> {
    match content {
        Content::AddToken {
            asset,
            decimals,
            feed,
            max_share,
        } => refuse_token(work, asset, *decimals, feed, *max_share),
        Content::RemoveToken { token } => refuse_leaving(work, *token).map(drop),
        Content::ChangeFeed { token, feed } => {
            whitelisted(work, *token)?;
            refuse_feed(feed)
        }
        Content::ChangeMaxShare { token, max_share } => {
            refuse_leaving(work, *token)?;
            refuse_share(*max_share)
        }
        Content::RegisterSlasher {
            address,
            max_fraction,
        } => {
            let known = work.get(work.reads.slasher_of(address))?;
            let known = known.is_some_and(|known| work.pool.slashers.contains(&known));
            let full = work.pool.slashers.len() >= MAX_SLASHERS;
            refuse(known || full || *max_fraction == Share::ZERO, "slasher")
        }
        Content::RevokeSlasher { slasher } => {
            refuse(!work.pool.slashers.contains(slasher), "slasher")
        }
    }
}

fn refuse_token<R: Reads>(
    work: &Work<'_, R>,
    asset: &Asset,
    decimals: u8,
    feed: &str,
    max_share: Share,
) -> Answer<(), R> {
    refuse_feed(feed)?;
    refuse_share(max_share)?;
    refuse(decimals > MAX_DECIMALS, "decimals")?;
    let mut weighing = work.pool.tokens.len();
    if let Some(number) = work.get(work.reads.token_of(asset))? {
        let known = work.token(number)?;
        if !known.has_left(work.now) {
            let asset = asset.clone();
            return Err(Refused::Rule(Refusal::AssetTaken {
                asset,
                token: number,
            }));
        }
        // What is bonded of it was counted by these.
        refuse(known.decimals != decimals, "decimals")?;
        if work.pool.tokens.contains(&number) {
            weighing = weighing.saturating_sub(1);
        }
    }
    refuse(weighing >= MAX_TOKENS, "token, one too many")
}

/// A token that is whitelisted.
fn whitelisted<R: Reads>(work: &Work<'_, R>, number: TokenNumber) -> Answer<Token, R> {
    work.entering(number)
}

/// A token that is whitelisted and is not the hub's.
fn refuse_leaving<R: Reads>(work: &Work<'_, R>, number: TokenNumber) -> Answer<Token, R> {
    refuse(number == HUB, "token, the hub's own")?;
    whitelisted(work, number)
}

fn refuse_share<E>(max_share: Share) -> Result<(), Refused<E>> {
    refuse(!(1..=MAX_SHARE).contains(&max_share.billionths()), "share")
}

fn refuse_feed<E>(feed: &str) -> Result<(), Refused<E>> {
    refuse(!(3..=MAX_FEED).contains(&feed.len()), "feed")
}

fn refuse<E>(wrong: bool, what: &'static str) -> Result<(), Refused<E>> {
    if wrong {
        return Err(Refused::Rule(Refusal::Content { what }));
    }
    Ok(())
}
