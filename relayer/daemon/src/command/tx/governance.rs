//! `tessera tx governance`

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use tessera_contract_api::stake_pool::{Draft, Entry, ExecuteMsg};
use tessera_primitives::{Address, Asset, Hash};
use tessera_stake::{
    state::{Choice, Content, MAX_SHARE},
    Share,
};

use crate::command::{
    pool::{share, Coins, Signer},
    Context, Outcome,
};

/// What to do with proposals.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// Propose a change of the whitelist, with a first deposit.
    Propose(Propose),
    /// Support a proposal with a deposit.
    Deposit {
        #[command(flatten)]
        signer: Signer,
        #[command(flatten)]
        coins: Coins,
        /// The proposal's number.
        #[arg(long)]
        proposal: u64,
    },
    /// Vote with the stake that counted at a validator when voting opened.
    Vote {
        #[command(flatten)]
        signer: Signer,
        /// The proposal's number.
        #[arg(long)]
        proposal: u64,
        /// The number of the validator at which the stake counted.
        #[arg(long)]
        validator: u32,
        /// Where the stake is now, if some of it was redelegated since: all its validators' numbers.
        #[arg(long, value_delimiter = ',')]
        via: Vec<u32>,
        /// What to vote.
        #[arg(value_enum)]
        choice: Vote,
    },
    /// Vote for those delegators of one's validator who do not.
    VoteAsValidator {
        #[command(flatten)]
        signer: Signer,
        /// The proposal's number.
        #[arg(long)]
        proposal: u64,
        /// What to vote.
        #[arg(value_enum)]
        choice: Vote,
    },
    /// Count the votes of a proposal whose voting is over, or end one that did not gather its deposit.
    Tally(Which),
    /// Do what was accepted.
    Enact(Which),
    /// Have one's deposits credited; `tx stake collect` takes them out.
    Refund(Which),
}

/// A proposal.
#[derive(Debug, Args)]
pub struct Which {
    #[command(flatten)]
    signer: Signer,
    /// The proposal's number.
    #[arg(long)]
    proposal: u64,
}

/// What can be voted.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Vote {
    /// For it.
    Yes,
    /// Against it.
    No,
    /// Neither, but present.
    Abstain,
    /// Against it, and the deposits are forfeited.
    Veto,
}

impl From<Vote> for Choice {
    fn from(vote: Vote) -> Choice {
        match vote {
            Vote::Yes => Choice::Yes,
            Vote::No => Choice::No,
            Vote::Abstain => Choice::Abstain,
            Vote::Veto => Choice::Veto,
        }
    }
}

/// A proposal to be.
#[derive(Debug, Args)]
pub struct Propose {
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    coins: Coins,
    /// Where the evaluation's report is, up to 256 bytes.
    #[arg(long)]
    link: String,
    /// The report, as a file: its SHA-256 goes on chain.
    #[arg(long, value_name = "FILE")]
    report: PathBuf,
    #[command(subcommand)]
    content: What,
}

/// What is proposed.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Whitelist a token.
    AddToken {
        /// Its denom, a voucher's with `ibc/`.
        #[arg(long, conflicts_with = "cw20", required_unless_present = "cw20")]
        denom: Option<String>,
        /// Its cw20 contract.
        #[arg(long)]
        cw20: Option<Address>,
        /// Its decimals, 0 to 18, for good.
        #[arg(long)]
        decimals: u8,
        /// The oracle's feed.
        #[arg(long)]
        feed: String,
        /// How much of the weight it may have, under a third: 20% unless told.
        #[arg(long, value_parser = share)]
        max_share: Option<Share>,
    },
    /// Have a token leave: no new bonds, and its weight decays.
    RemoveToken {
        /// The token: its number, its denom, or its cw20 contract.
        #[arg(long = "leaving")]
        token: String,
    },
    /// Price a token by another feed.
    ChangeFeed {
        /// The token: its number, its denom, or its cw20 contract.
        #[arg(long = "of")]
        token: String,
        /// The oracle's feed.
        #[arg(long)]
        feed: String,
    },
    /// Let a token have more or less of the weight.
    ChangeMaxShare {
        /// The token: its number, its denom, or its cw20 contract.
        #[arg(long = "of")]
        token: String,
        /// How much, under a third.
        #[arg(long, value_parser = share)]
        max_share: Share,
    },
    /// Let a contract slash.
    RegisterSlasher {
        /// The contract.
        #[arg(long)]
        address: Address,
        /// Most that it may take of a validator in an unbonding period.
        #[arg(long, value_parser = share)]
        max_fraction: Share,
    },
    /// Let a contract slash no more; its holds end.
    RevokeSlasher {
        /// The slasher's number.
        #[arg(long)]
        slasher: u16,
    },
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let (signer, did, message) = match arguments {
        Arguments::Propose(propose) => return self::propose(context, propose).await,
        Arguments::Deposit {
            signer,
            coins,
            proposal,
        } => {
            let pool = signer.open(context).await?;
            let deposit = pool.entry(&coins, Entry::Deposit { proposal }).await?;
            let did = format!("deposited {} of {}", coins.amount, coins.token);
            return pool.send(did, deposit).await;
        }
        Arguments::Vote {
            signer,
            proposal,
            validator,
            mut via,
            choice,
        } => {
            if via.is_empty() {
                via.push(validator);
            }
            let vote = ExecuteMsg::Vote {
                proposal,
                validator,
                via,
                choice: choice.into(),
            };
            (signer, "voted", vote)
        }
        Arguments::VoteAsValidator {
            signer,
            proposal,
            choice,
        } => {
            let choice = choice.into();
            let vote = ExecuteMsg::VoteAsValidator { proposal, choice };
            (signer, "voted", vote)
        }
        Arguments::Tally(Which { signer, proposal }) => {
            (signer, "counted the votes", ExecuteMsg::Tally { proposal })
        }
        Arguments::Enact(Which { signer, proposal }) => {
            (signer, "enacted", ExecuteMsg::Enact { proposal })
        }
        Arguments::Refund(Which { signer, proposal }) => {
            (signer, "refunded", ExecuteMsg::Refund { proposal })
        }
    };
    let pool = signer.open(context).await?;
    pool.say(did.into(), &message).await
}

async fn propose(context: &Context, propose: Propose) -> anyhow::Result<Outcome> {
    let Propose {
        signer,
        coins,
        link,
        report,
        content,
    } = propose;
    let text = fs::read(&report).with_context(|| report.display().to_string())?;
    let pool = signer.open(context).await?;
    let content = match content {
        What::AddToken {
            denom,
            cw20,
            decimals,
            feed,
            max_share,
        } => Content::AddToken {
            asset: match (denom, cw20) {
                (Some(denom), _) => Asset::Native(denom.parse()?),
                (None, Some(contract)) => Asset::Cw20(contract),
                (None, None) => anyhow::bail!("--denom or --cw20 says which token"),
            },
            decimals,
            feed,
            max_share: max_share.unwrap_or_else(|| Share::percent(20)),
        },
        What::RemoveToken { token } => Content::RemoveToken {
            token: pool.token(&token).await?.number,
        },
        What::ChangeFeed { token, feed } => Content::ChangeFeed {
            token: pool.token(&token).await?.number,
            feed,
        },
        What::ChangeMaxShare { token, max_share } => Content::ChangeMaxShare {
            token: pool.token(&token).await?.number,
            max_share,
        },
        What::RegisterSlasher {
            address,
            max_fraction,
        } => Content::RegisterSlasher {
            address,
            max_fraction,
        },
        What::RevokeSlasher { slasher } => Content::RevokeSlasher { slasher },
    };
    if let Content::AddToken { max_share, .. } | Content::ChangeMaxShare { max_share, .. } =
        &content
    {
        let below = max_share.billionths() <= MAX_SHARE && *max_share > Share::ZERO;
        anyhow::ensure!(below, "--max-share must be above 0 and under a third");
    }
    let draft = Draft {
        content,
        link,
        report: Hash::sha256(&text),
    };
    let now = pool.now().await?;
    let entry = pool.entry(&coins, Entry::Propose(draft)).await?;
    let did = format!(
        "proposed, as {} if nobody was faster",
        now.pool.next_proposal
    );
    pool.send(did, entry).await
}
