//! `stake_gas`: what stakers, validators and reporters send, to pools of several sizes.

mod pool;

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use futures::{stream, StreamExt, TryStreamExt};
use serde_json::json;
use tessera::{
    chain::{wasmd::Wasmd, Included},
    keys::{new_mnemonic, SigningKey, DEFAULT_PATH},
};
use tessera_contract_api::stake_pool::{ExecuteMsg, SlashOrder};
use tessera_primitives::{Address, Amount, Hash};
use tessera_stake::{
    state::{Kind, HUB},
    Share,
};

use crate::{
    figure::Figures,
    site::{pin, store, Site, ZonesFile},
};
use pool::{account, Pool, ONE};

/// How much there is of what verbs could grow with.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Size {
    tokens: u16,
    validators: u32,
    delegators: u32,
}

/// The first is the one that goals are for. Beside it fewer of everything but tokens, of which there are few and as many as
/// may be.
const SIZES: [Size; 3] = [
    Size {
        tokens: 4,
        validators: 100,
        delegators: 1_000,
    },
    Size {
        tokens: 1,
        validators: 10,
        delegators: 10,
    },
    Size {
        tokens: 16,
        validators: 10,
        delegators: 10,
    },
];

/// Transactions that are under way at once.
const AT_ONCE: usize = 50;
/// Addresses of one transfer of coins.
const FUNDED: usize = 200;

/// Goals: all in, where an empty call of a pinned contract costs 57,000.
const GOALS: [(&str, u64); 3] = [
    ("bond", 150_000),
    ("withdraw_rewards", 160_000),
    ("price_report", 95_000),
];

impl Size {
    /// How a figure is named, and its goal: those of the usual size by the verb alone.
    fn case(self, verb: &str) -> (serde_json::Value, Option<u64>) {
        if Some(&self) == SIZES.first() {
            let goal = GOALS.iter().find(|(known, _)| *known == verb);
            return (json!({ "verb": verb }), goal.map(|(_, gas)| *gas));
        }
        let Size {
            tokens,
            validators,
            delegators,
        } = self;
        let case = json!({ "verb": verb, "delegators": delegators, "tokens": tokens, "validators": validators });
        (case, None)
    }
}

/// Where zones and contracts are.
pub struct Place<'a> {
    pub file: &'a ZonesFile,
    pub zones: &'a Path,
    pub artifacts: &'a Path,
}

pub async fn measure(place: &Place<'_>, site: &Site, figures: &mut Figures) -> anyhow::Result<()> {
    let codes = codes(place, site).await?;
    for size in SIZES {
        measure_size(place, site, &codes, size, figures).await?;
    }
    Ok(())
}

/// Stores and pins what pools need.
async fn codes(place: &Place<'_>, site: &Site) -> anyhow::Result<Vec<u64>> {
    let mut codes = Vec::new();
    for name in [
        "price_oracle.wasm",
        "stake_pool.wasm",
        "tests/cw20_base.wasm",
        "tests/cw1_whitelist.wasm",
    ] {
        codes.push(store(&site.owner, &place.artifacts.join(name)).await?);
    }
    pin(place.zones, site.zone().as_str(), &codes)?;
    Ok(codes)
}

async fn measure_size(
    place: &Place<'_>,
    site: &Site,
    codes: &[u64],
    size: Size,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let pool = Pool::deploy(site, codes, size).await?;
    let people = people(place, site, size.validators.saturating_add(size.delegators))?;
    let (operators, delegators) = people.split_at(size.validators as usize);
    let created = operators.iter().map(|operator| pool.create(operator));
    at_once(created).await?;
    pool.bond_tokens().await?;
    let bonds = delegators.iter().zip((0..size.validators).cycle());
    let bonds = bonds.map(|(delegator, validator)| pool.bond(delegator, validator, 2_000));
    at_once(bonds).await?;

    pool.next_epoch().await?;
    let mut add = |verb: &str, included: Included| -> anyhow::Result<()> {
        let gas = site.spent(included.gas_used)?;
        let (case, goal) = size.case(verb);
        figures.add_gas("stake_gas", &case, gas, goal);
        Ok(())
    };
    add("price_report", pool.report(ONE).await?)?;
    add("turn", pool.say(&site.relayer, &ExecuteMsg::Turn {}).await?)?;
    add("bond", pool.bond(&site.user, 0, 5_000).await?)?;
    add("bond_again", pool.bond(&site.user, 0, 5_000).await?)?;
    let first = delegators.first().context("a delegator")?;
    pool.next_epoch().await?;
    pool.say(&site.relayer, &ExecuteMsg::Turn {}).await?;
    let claim = ExecuteMsg::WithdrawRewards { validator: 0 };
    add("withdraw_rewards", pool.say(first, &claim).await?)?;
    let (validator, token) = (0, HUB);
    let redelegate = ExecuteMsg::Redelegate {
        validator,
        to: 1,
        token,
        amount: Amount(500),
    };
    add("redelegate", pool.say(first, &redelegate).await?)?;
    let unbond = ExecuteMsg::Unbond {
        validator,
        token,
        amount: Amount(500),
    };
    add("unbond", pool.say(first, &unbond).await?)?;
    let operator = operators.first().context("an operator")?;
    let commission = ExecuteMsg::WithdrawCommission {};
    add(
        "withdraw_commission",
        pool.say(operator, &commission).await?,
    )?;
    let slash = ExecuteMsg::Slash(SlashOrder {
        validator: 2,
        kind: Kind::Leak,
        from: 1,
        to: pool.now().await?.pool.snapshot,
        fraction: Share::percent(5),
        evidence: Hash([9; 32]),
        reward_to: account(&site.owner)?,
    });
    pool.order(&slash).await?;
    let drain = ExecuteMsg::Drain { limit: 100 };
    add("drain", pool.say(&site.relayer, &drain).await?)
}

/// New accounts with some coins.
fn people(place: &Place<'_>, site: &Site, count: u32) -> anyhow::Result<Vec<Arc<Wasmd>>> {
    let mut people = Vec::new();
    for _ in 0..count {
        let key = SigningKey::derive(&new_mnemonic()?, DEFAULT_PATH)?;
        people.push(Arc::new(site.owner.with_key(key)?));
    }
    let addresses: Vec<Address> = people
        .iter()
        .map(|person| account(person))
        .collect::<anyhow::Result<_>>()?;
    let zone = place.file.zones.first().context("a zone")?;
    for addresses in addresses.chunks(FUNDED) {
        place.file.fund(zone, addresses, 5_000_000)?;
        // The next one would use the same sequence before a block has this one.
        std::thread::sleep(Duration::from_secs(2));
    }
    Ok(people)
}

async fn at_once<'a>(
    sent: impl Iterator<Item = impl std::future::Future<Output = anyhow::Result<Included>> + 'a>,
) -> anyhow::Result<()> {
    let sent = stream::iter(sent).buffer_unordered(AT_ONCE);
    sent.try_for_each(|_| async { Ok(()) }).await
}
