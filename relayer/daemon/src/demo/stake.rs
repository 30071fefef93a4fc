//! The stake chapter: tokens of three kinds secure a zone, their owners let a fourth in, and what counted pays. The relayer
//! of the other stories turns the epochs, counts the votes, enacts and drains.

mod report;

use std::collections::BTreeMap;

use tessera_contract_api::{
    price_oracle::{self, FeedName},
    stake_pool::{
        DelegationResponse, Draft, Entry, ExecuteMsg, PoolResponse, ProposalResponse, QueryMsg,
        SlashOrder, TokenResponse, WeightsResponse,
    },
};
use tessera_primitives::{wide, Asset, Denom, Hash, Price};
use tessera_stake::{
    state::{Choice, Content, Kind, Phase, TokenNumber, ValidatorNumber},
    Share,
};
use tessera_testing::pool::{Pool, PoolConfig, HUB, TOKEN, UNIT, VOUCHER, WHOLE};

use super::{
    report::{verb, Check},
    world::World,
};
use crate::watch;

pub use report::{Holding, StakeReport, Weights};

/// A whole token of six decimals.
const COIN: u128 = 1_000_000;
/// A whole token of eighteen.
const WEI: u128 = 1_000_000_000_000_000_000;
/// The number of the chapter's only proposal.
const PROPOSAL: u64 = 0;
/// Epochs after which something should have happened.
const PATIENCE: u32 = 20;
/// Everybody with stake, in the order in which they come.
const STAKERS: [&str; 5] = ["alice", "bob", "carol", "dave", "pat"];

/// The world of the chapter.
struct Stage {
    world: World,
    pool: Pool,
    report: StakeReport,
}

/// Plays the chapter.
///
/// # Errors
/// When a contract or the relayer fails; what ends differently than it should is in the report.
pub(super) async fn play() -> anyhow::Result<StakeReport> {
    let mut stage = Stage::start().await?;
    let [alice, bob] = [
        stage.validator("alice", 60 * COIN)?,
        stage.validator("bob", 40 * COIN)?,
    ];
    stage.bond("carol", alice, VOUCHER, 20 * COIN)?;
    stage.bond("dave", bob, TOKEN, 10 * WEI)?;
    stage.epochs(2).await?;
    stage.weigh("everybody has bonded")?;

    stage
        .price(VOUCHER, Price(UNIT.0.saturating_mul(3)))
        .await?;
    stage.weigh("the voucher's price has tripled")?;
    let capped = stage.share("the voucher's price has tripled", VOUCHER)?;
    stage.check(
        "a token whose price is pumped counts for a fifth at most",
        capped == 2_000,
    );

    stage.whitelist(alice).await?;
    stage.bond("pat", alice, WHOLE, 5)?;
    stage.epochs(2).await?;
    stage.weigh("a fourth token was let in")?;
    let fourth = stage.share("a fourth token was let in", WHOLE)?;
    stage.check("its stake counts", fourth > 0);

    stage.slash(bob).await?;
    stage.epochs(1).await?;
    stage.weigh("bob was slashed by a tenth, and is out")?;
    stage.holders()?;
    stage.finish()
}

impl Stage {
    async fn start() -> anyhow::Result<Stage> {
        let mut pool = None;
        let world = World::start_with(|sea| {
            let mut zone = sea.chain.zone();
            let mut config = PoolConfig::new(&zone)?;
            config.tokens.truncate(WHOLE.into());
            let made = Pool::deploy(&mut zone, config)?;
            let address = zone.address(&made.address)?;
            pool = Some(made);
            Ok(Some(address))
        })
        .await?;
        let pool = pool.ok_or_else(|| anyhow::anyhow!("no pool was made"))?;
        let fund = ExecuteMsg::Fund { reserve: true };
        let mut zone = world.sea.chain.zone();
        let giver = zone.account("owner")?;
        let Asset::Native(denom) = pool.asset(HUB)?.clone() else {
            anyhow::bail!("the hub's token is no coin");
        };
        zone.mint(&giver, COIN, denom.as_str())?;
        let coins = [cosmwasm_std::Coin::new(COIN, denom.as_str())];
        zone.execute(&giver, &pool.address, &fund, &coins)?;
        drop(zone);
        let story = "coins, vouchers and tokens of sea-1 are staked with two validators; a price moves, the stakers vote \
                     a fourth token in, and one validator is slashed";
        let report = StakeReport {
            story,
            weights: Vec::new(),
            checks: Vec::new(),
            holders: BTreeMap::new(),
            pushed: BTreeMap::new(),
        };
        Ok(Stage {
            world,
            pool,
            report,
        })
    }

    fn validator(&self, operator: &str, amount: u128) -> anyhow::Result<ValidatorNumber> {
        let mut zone = self.world.sea.chain.zone();
        self.pool.create_validator(&mut zone, operator, amount)
    }

    fn bond(
        &self,
        who: &str,
        validator: ValidatorNumber,
        token: TokenNumber,
        amount: u128,
    ) -> anyhow::Result<()> {
        let asset = self.asset(token)?;
        let mut zone = self.world.sea.chain.zone();
        let entry = Entry::Bond { validator };
        self.pool
            .enter_with(&mut zone, who, &asset, amount, &entry)?;
        Ok(())
    }

    fn ask<T: serde::de::DeserializeOwned>(&self, question: &QueryMsg) -> anyhow::Result<T> {
        self.pool.ask(&self.world.sea.chain.zone(), question)
    }

    fn asset(&self, token: TokenNumber) -> anyhow::Result<Asset> {
        let tokens: Vec<TokenResponse> = self.ask(&QueryMsg::Tokens {
            start_after: None,
            limit: None,
        })?;
        let found = tokens.into_iter().find(|found| found.number == token);
        let found = found.ok_or_else(|| anyhow::anyhow!("there is no token {token}"))?;
        Ok(found.token.asset)
    }

    /// Epochs pass, the prices are told again, and the relayer does what the pool waits for.
    async fn epochs(&self, count: u32) -> anyhow::Result<()> {
        for _ in 0..count {
            self.pool.pass_epochs(&mut self.world.sea.chain.zone(), 1)?;
            self.settle().await?;
        }
        Ok(())
    }

    /// Goes on until the relayer has nothing to do.
    async fn settle(&self) -> anyhow::Result<()> {
        for _ in 0..PATIENCE {
            self.world.round().await?;
            for zone in self.world.relay.zones() {
                watch::catch_up(&self.world.relay, zone).await?;
            }
            let mut ledger = self.world.relay.ledger().lock().await;
            if ledger.duties(self.world.relay.now()).is_empty() {
                return Ok(());
            }
        }
        anyhow::bail!("the relayer does not come to an end")
    }

    /// A token's price moves, and the epoch after it weighs by the new one.
    async fn price(&self, token: TokenNumber, price: Price) -> anyhow::Result<()> {
        self.pool
            .price(&mut self.world.sea.chain.zone(), token, price)?;
        self.epochs(1).await
    }

    /// What each token counts for in the last snapshot.
    fn weigh(&mut self, after: &'static str) -> anyhow::Result<()> {
        let PoolResponse { pool, .. } = self.ask(&QueryMsg::Pool {})?;
        let question = QueryMsg::WeightsAt {
            snapshot: pool.snapshot,
        };
        let WeightsResponse { snapshot, .. } = self.ask(&question)?;
        let whole: u128 = snapshot.units.iter().map(|unit| unit.value.0).sum();
        let mut shares = BTreeMap::new();
        for unit in &snapshot.units {
            let share = wide::multiply_divide(unit.value.0, 10_000, whole)?;
            shares.insert(self.called(unit.token)?, u64::try_from(share)?);
        }
        self.report.weights.push(Weights { after, shares });
        Ok(())
    }

    fn share(&self, after: &str, token: TokenNumber) -> anyhow::Result<u64> {
        let called = self.called(token)?;
        let mut weights = self.report.weights.iter();
        let found = weights.find(|weights| weights.after == after);
        let share = found.and_then(|weights| weights.shares.get(&called));
        Ok(share.copied().unwrap_or_default())
    }

    /// What the tokens of the chapter are called for people.
    fn called(&self, token: TokenNumber) -> anyhow::Result<String> {
        Ok(match (token, self.asset(token)?) {
            (VOUCHER, _) => "a voucher (ibc/…)".into(),
            (TOKEN, _) => "a cw20 token".into(),
            (_, Asset::Native(denom)) => denom.to_string(),
            (_, Asset::Cw20(contract)) => contract.to_string(),
        })
    }

    fn check(&mut self, what: &str, holds: bool) {
        self.report.checks.push(Check {
            what: what.into(),
            holds,
        });
    }

    /// Alice proposes a fourth token, both validators vote for it, and the relayer sees to the rest.
    async fn whitelist(&mut self, by: ValidatorNumber) -> anyhow::Result<()> {
        let feed = FeedName::new("T3/USD")?;
        {
            let mut zone = self.world.sea.chain.zone();
            let owner = zone.account("owner")?;
            let set = price_oracle::ExecuteMsg::SetFeed {
                feed: feed.clone(),
                settings: PoolConfig::new(&zone)?.feed,
            };
            zone.execute(&owner, &self.pool.oracle, &set, &[])?;
            self.pool.report(&mut zone, &feed, UNIT)?;
        }
        let draft = Draft {
            content: Content::AddToken {
                asset: Asset::Native(Denom::new("whole")?),
                decimals: 0,
                feed: feed.to_string(),
                max_share: Share::percent(20),
            },
            link: "ipfs://evaluation".into(),
            report: Hash::sha256(b"what it is, and why it may count"),
        };
        {
            let mut zone = self.world.sea.chain.zone();
            let propose = Entry::Propose(draft);
            self.pool
                .enter(&mut zone, "alice", HUB, 100 * COIN, &propose)?;
            for operator in ["alice", "bob"] {
                let vote = ExecuteMsg::VoteAsValidator {
                    proposal: PROPOSAL,
                    choice: Choice::Yes,
                };
                self.pool.execute(&mut zone, operator, &vote)?;
            }
            // What its owner says himself does not go with the validator.
            let vote = ExecuteMsg::Vote {
                proposal: PROPOSAL,
                validator: by,
                via: vec![by],
                choice: Choice::No,
            };
            self.pool.execute(&mut zone, "carol", &vote)?;
        }
        for _ in 0..PATIENCE {
            self.epochs(1).await?;
            self.pool
                .report(&mut self.world.sea.chain.zone(), &feed, UNIT)?;
            if self.phase()? == Phase::Enacted {
                let tokens = self.asset(WHOLE).is_ok();
                self.check("two thirds voted a fourth token in, against carol", tokens);
                return Ok(());
            }
        }
        anyhow::bail!("the proposal has not ended: {:?}", self.phase()?)
    }

    fn phase(&self) -> anyhow::Result<Phase> {
        let proposals: Vec<ProposalResponse> = self.ask(&QueryMsg::Proposals {
            start_after: None,
            limit: None,
        })?;
        let first = proposals.into_iter().next();
        let first = first.ok_or_else(|| anyhow::anyhow!("there is no proposal"))?;
        Ok(first.proposal.phase)
    }

    /// A core slashes a validator for what it did in the last epoch.
    async fn slash(&mut self, validator: ValidatorNumber) -> anyhow::Result<()> {
        let before = self.staked("dave")?;
        let carols = self.staked("carol")?;
        let PoolResponse { pool, .. } = self.ask(&QueryMsg::Pool {})?;
        let order = {
            let zone = self.world.sea.chain.zone();
            SlashOrder {
                validator,
                kind: Kind::Jail,
                from: pool.snapshot,
                to: pool.snapshot,
                fraction: Share::percent(10),
                evidence: Hash([7; 32]),
                reward_to: zone.address(&zone.account("owner")?)?,
            }
        };
        let slash = ExecuteMsg::Slash(order);
        self.pool
            .order(&mut self.world.sea.chain.zone(), 0, &slash)?;
        self.settle().await?;
        let tenth = before / 10;
        self.check(
            "dave, who had staked with bob, lost a tenth of his tokens",
            self.staked("dave")? == before.saturating_sub(tenth),
        );
        let untouched = self.staked("carol")? == carols;
        self.check("carol, who had staked with alice, lost nothing", untouched);
        let PoolResponse { pool, .. } = self.ask(&QueryMsg::Pool {})?;
        self.check(
            "the relayer drained the slash",
            pool.drained == pool.slashes,
        );
        Ok(())
    }

    fn delegations(&self, who: &str) -> anyhow::Result<Vec<DelegationResponse>> {
        let delegator = {
            let zone = self.world.sea.chain.zone();
            zone.address(&zone.account(who)?)?
        };
        self.ask(&QueryMsg::Delegations {
            delegator,
            start_after: None,
            limit: None,
        })
    }

    /// All that somebody has bonded, in base units of whatever it is.
    fn staked(&self, who: &str) -> anyhow::Result<u128> {
        let delegations = self.delegations(who)?;
        let stake = delegations.iter().flat_map(|found| &found.stake);
        Ok(stake.map(|stake| stake.bonded.0).sum())
    }

    fn holders(&mut self) -> anyhow::Result<()> {
        for who in STAKERS {
            let mut held = Vec::new();
            for delegation in self.delegations(who)? {
                for stake in &delegation.stake {
                    held.push(Holding {
                        validator: delegation.validator,
                        asset: self.called(stake.token)?,
                        bonded: stake.bonded,
                        rewards: delegation.rewards,
                    });
                }
            }
            self.report.holders.insert(who.into(), held);
        }
        let mut holdings = self.report.holders.values().flatten();
        let earned = holdings.all(|holding| !holding.rewards.is_zero());
        self.check("everybody has earned rewards", earned);
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<StakeReport> {
        let zone = self.world.sea.chain.zone();
        let relayer = zone.account("relayer")?;
        for pushed in ["turn", "tally", "enact", "drain"] {
            let done = zone.blocks().iter().flat_map(|block| &block.transactions);
            let done = done
                .filter(|transaction| transaction.sender == relayer)
                .flat_map(|transaction| &transaction.messages)
                .filter(|message| verb(message) == pushed);
            self.report.pushed.insert(pushed, done.count());
        }
        drop(zone);
        let all = self.report.pushed.values().all(|count| *count > 0);
        self.check("the relayer turned, counted, enacted and drained", all);
        Ok(self.report)
    }
}
