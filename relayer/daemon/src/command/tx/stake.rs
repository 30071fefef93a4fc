//! `tessera tx stake`

use clap::{Args, Subcommand};
use tessera_contract_api::stake_pool::{Candidacy, Entry, ExecuteMsg};
use tessera_primitives::{Address, Amount, Asset, Bytes};
use tessera_stake::{evidence::VoteKey, key, state::HUB, Share};

use crate::{
    chain::Chain,
    command::{
        pool::{share, Coins, Pool, Signer},
        Context, Outcome,
    },
    duties::call,
};

/// What to do with stake.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// Become a validator, with tokens of one's own as the first stake.
    CreateValidator(CreateValidator),
    /// Change the name or the commission of one's validator, from the next snapshot on.
    Edit {
        #[command(flatten)]
        signer: Signer,
        /// The new name.
        #[arg(long)]
        name: Option<String>,
        /// The new commission, as 0.05 or 5%.
        #[arg(long, value_parser = share, required_unless_present = "name")]
        commission: Option<Share>,
    },
    /// Give one's validator another vote key, from the next kernel on.
    RotateVoteKey {
        #[command(flatten)]
        signer: Signer,
        /// The vote key, as `tessera keys vote add` named it.
        #[arg(long, value_name = "NAME")]
        vote_key: String,
    },
    /// Take one's validator out of the next snapshot.
    Leave {
        #[command(flatten)]
        signer: Signer,
    },
    /// Bring one's validator back, if it is out, or was jailed long enough.
    Unjail {
        #[command(flatten)]
        signer: Signer,
    },
    /// Bond tokens to a validator: they count from the next epoch on.
    Bond {
        #[command(flatten)]
        signer: Signer,
        #[command(flatten)]
        coins: Coins,
        /// The validator's number.
        #[arg(long)]
        validator: u32,
    },
    /// Take stake back: it counts through this epoch, and can be withdrawn once it has matured.
    Unbond {
        #[command(flatten)]
        signer: Signer,
        #[command(flatten)]
        coins: Coins,
        /// The validator's number.
        #[arg(long)]
        validator: u32,
    },
    /// Move stake to another validator.
    Redelegate {
        #[command(flatten)]
        signer: Signer,
        #[command(flatten)]
        coins: Coins,
        /// The number of the validator that has it.
        #[arg(long)]
        validator: u32,
        /// The number of the validator that gets it.
        #[arg(long)]
        to: u32,
    },
    /// Take out all matured stake of a token that nothing holds back.
    WithdrawUnbonded {
        #[command(flatten)]
        signer: Signer,
        /// The token: its number in the pool, its denom, or its cw20 contract.
        #[arg(long)]
        token: String,
        /// The validator's number.
        #[arg(long)]
        validator: u32,
    },
    /// Take out one's rewards.
    WithdrawRewards {
        #[command(flatten)]
        signer: Signer,
        /// The validator's number.
        #[arg(long)]
        validator: u32,
    },
    /// Take out the commission of one's validator.
    WithdrawCommission {
        #[command(flatten)]
        signer: Signer,
    },
    /// Give coins of the hub's token: for the next turn to distribute, or for the reserve.
    Fund {
        #[command(flatten)]
        signer: Signer,
        /// How much, in base units.
        #[arg(long)]
        amount: Amount,
        /// For the reserve, which pays the emission and whoever pushes the pool along.
        #[arg(long)]
        reserve: bool,
    },
    /// Take the epoch's snapshot and distribute its rewards, if nobody has.
    Turn {
        #[command(flatten)]
        signer: Signer,
    },
    /// Let accepted slashes take.
    Drain {
        #[command(flatten)]
        signer: Signer,
        /// Most items: 1 to 100.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100))]
        limit: u32,
    },
    /// Take out what slashes, refunds and rewards for pushing credited, in one token.
    Collect {
        #[command(flatten)]
        signer: Signer,
        /// The token: its number in the pool, its denom, or its cw20 contract.
        #[arg(long)]
        token: String,
    },
}

/// A validator to be.
#[derive(Debug, Args)]
pub struct CreateValidator {
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    coins: Coins,
    /// Its name, 1 to 64 printable bytes.
    #[arg(long)]
    name: String,
    /// The vote key, as `tessera keys vote add` named it; that of the signing key's name unless told.
    #[arg(long, value_name = "NAME")]
    vote_key: Option<String>,
    /// Its share of its delegators' rewards, as 0.05 or 5%.
    #[arg(long, value_parser = share, default_value = "5%")]
    commission: Share,
    /// The greatest share that it will ever take, for good.
    #[arg(long, value_parser = share, default_value = "20%")]
    max_commission: Share,
    /// How much the share may change in a day, for good.
    #[arg(long, value_parser = share, default_value = "1%")]
    max_change: Share,
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    match arguments {
        Arguments::CreateValidator(arguments) => create(context, arguments).await,
        Arguments::Bond {
            signer,
            coins,
            validator,
        } => {
            let pool = signer.open(context).await?;
            let did = format!("bonded {} of {} to {validator}", coins.amount, coins.token);
            let bond = pool.entry(&coins, Entry::Bond { validator }).await?;
            pool.send(did, bond).await
        }
        Arguments::RotateVoteKey { signer, vote_key } => {
            let pool = signer.open(context).await?;
            let (key, possession) = proven(context, &pool, &vote_key).await?;
            let rotate = ExecuteMsg::RotateVoteKey {
                vote_key: key,
                possession,
            };
            pool.say("rotated the vote key".into(), &rotate).await
        }
        Arguments::Fund {
            signer,
            amount,
            reserve,
        } => {
            let pool = signer.open(context).await?;
            let hub = pool.token(&HUB.to_string()).await?;
            let Asset::Native(denom) = hub.token.asset else {
                anyhow::bail!("the pool's hub token is no native coin");
            };
            let mut fund = call(&pool.address, &ExecuteMsg::Fund { reserve })?;
            fund.funds.push((denom.to_string(), amount));
            pool.send(format!("gave {amount}{denom}"), fund).await
        }
        other => plain(context, other).await,
    }
}

/// What needs nothing but its message.
async fn plain(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let (signer, token) = match &arguments {
        Arguments::Unbond { signer, coins, .. } | Arguments::Redelegate { signer, coins, .. } => {
            (signer, Some(&coins.token))
        }
        Arguments::WithdrawUnbonded { signer, token, .. }
        | Arguments::Collect { signer, token } => (signer, Some(token)),
        Arguments::CreateValidator(CreateValidator { signer, .. })
        | Arguments::Edit { signer, .. }
        | Arguments::RotateVoteKey { signer, .. }
        | Arguments::Leave { signer }
        | Arguments::Unjail { signer }
        | Arguments::Bond { signer, .. }
        | Arguments::WithdrawRewards { signer, .. }
        | Arguments::WithdrawCommission { signer }
        | Arguments::Fund { signer, .. }
        | Arguments::Turn { signer }
        | Arguments::Drain { signer, .. } => (signer, None),
    };
    let pool = signer.open(context).await?;
    let token = match token {
        Some(token) => pool.token(token).await?.number,
        None => HUB,
    };
    let (did, message) = match arguments {
        Arguments::Edit {
            name, commission, ..
        } => (
            "edited the validator",
            ExecuteMsg::Edit { name, commission },
        ),
        Arguments::Leave { .. } => ("left", ExecuteMsg::Leave {}),
        Arguments::Unjail { .. } => ("came back", ExecuteMsg::Unjail {}),
        Arguments::Unbond {
            coins, validator, ..
        } => {
            let amount = coins.amount;
            let unbond = ExecuteMsg::Unbond {
                validator,
                token,
                amount,
            };
            ("unbonded", unbond)
        }
        Arguments::Redelegate {
            coins,
            validator,
            to,
            ..
        } => {
            let amount = coins.amount;
            let redelegate = ExecuteMsg::Redelegate {
                validator,
                to,
                token,
                amount,
            };
            ("redelegated", redelegate)
        }
        Arguments::WithdrawUnbonded { validator, .. } => (
            "withdrew what had matured",
            ExecuteMsg::WithdrawUnbonded { validator, token },
        ),
        Arguments::WithdrawRewards { validator, .. } => (
            "withdrew rewards",
            ExecuteMsg::WithdrawRewards { validator },
        ),
        Arguments::WithdrawCommission { .. } => {
            ("withdrew commission", ExecuteMsg::WithdrawCommission {})
        }
        Arguments::Turn { .. } => ("turned the epoch", ExecuteMsg::Turn {}),
        Arguments::Drain { limit, .. } => ("drained", ExecuteMsg::Drain { limit }),
        Arguments::Collect { .. } => ("collected", ExecuteMsg::Collect { token }),
        Arguments::CreateValidator(_)
        | Arguments::RotateVoteKey { .. }
        | Arguments::Bond { .. }
        | Arguments::Fund { .. } => anyhow::bail!("it brings coins or a key"),
    };
    pool.say(did.into(), &message).await
}

async fn create(context: &Context, arguments: CreateValidator) -> anyhow::Result<Outcome> {
    let pool = arguments.signer.open(context).await?;
    let name = match &arguments.vote_key {
        Some(name) => name,
        None => pool.key()?,
    };
    let (vote_key, possession) = proven(context, &pool, name).await?;
    let candidacy = Candidacy {
        name: arguments.name,
        vote_key,
        possession,
        commission: arguments.commission,
        max_commission: arguments.max_commission,
        max_change: arguments.max_change,
    };
    let did = format!("created the validator {:?}", candidacy.name);
    let create = pool
        .entry(&arguments.coins, Entry::CreateValidator(candidacy))
        .await?;
    pool.send(did, create).await
}

/// A vote key, with the proof that the signing account's operator has it.
async fn proven(context: &Context, pool: &Pool, name: &str) -> anyhow::Result<(Bytes, Bytes)> {
    let secret = context.keys().vote(pool.chain.zone(), name)?;
    let place = pool.config().await?.place;
    let operator: Address = pool.signer()?.clone();
    let VoteKey(key) = secret.public();
    let message = key::possession(&place.chain, &place.pool, &operator, &key);
    let signature = secret.sign(message.as_bytes());
    Ok((Bytes(key.into()), Bytes(signature.into())))
}
