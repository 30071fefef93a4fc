//! A zone with a pool on it, two validators of 200 and 100, and whoever comes along.

use std::fmt::Debug;

use cosmwasm_std::{Addr, Coin};
use cw_multi_test::AppResponse;
use serde::de::DeserializeOwned;
use stake_pool::PoolError;
use tessera_contract_api::{
    event,
    stake_pool::{
        ConfigResponse, CreditResponse, DelegationResponse, Draft, Entry, ExecuteMsg, PartResponse,
        PoolResponse, QueryMsg, SlashOrder, StakedToken, ValidatorResponse,
    },
};
use tessera_primitives::{Address, Amount, Asset, Hash, Price, Seconds};
use tessera_stake::{
    state::{Choice, Content, Kind, Phase, Proposal},
    Event, Refusal, Share,
};
pub use tessera_testing::pool::{HUB, TOKEN, UNIT, VOUCHER, WHOLE};
use tessera_testing::{
    pool::{feed, Pool, PoolConfig},
    Zone,
};

pub const EPOCH: u64 = 100;
pub const UNBONDING: u64 = 1_000;
/// A whole token of 6 decimals.
pub const MILLION: u128 = 1_000_000;

#[derive(Clone, Debug)]
pub struct World {
    pub zone: Zone,
    pub pool: Pool,
    evidence: u64,
}

/// What was said.
pub type Said = anyhow::Result<AppResponse>;

/// The pool's refusal, wherever in the transaction it was.
#[track_caller]
pub fn refused<T: Debug>(said: anyhow::Result<T>) -> PoolError {
    let error = said.unwrap_err();
    let text = format!("{error:#}");
    error.downcast().unwrap_or_else(|_| panic!("{text}"))
}

/// The rule's refusal.
#[track_caller]
pub fn rule<T: Debug>(said: anyhow::Result<T>) -> Refusal {
    match refused(said) {
        PoolError::Rule(refusal) => *refusal,
        other => panic!("{other:?}"),
    }
}

/// Why a question has no answer: a chain gives the words alone.
#[track_caller]
pub fn unanswered<T: Debug>(said: anyhow::Result<T>, because: &Refusal) {
    let text = format!("{:#}", said.unwrap_err());
    assert!(text.contains(&because.to_string()), "{text}");
}

/// The pool's facts of a response.
pub fn facts(response: &AppResponse, pool: &Addr) -> Vec<Event> {
    let pool = Address::new(pool.as_str()).unwrap();
    let read = |event: &cosmwasm_std::Event| {
        let attributes = event.attributes.iter();
        let attributes: Vec<_> = attributes
            .map(|one| (one.key.clone(), one.value.clone()))
            .collect();
        event::decode::<Event>(&pool, &event.ty, &attributes)
    };
    let facts = response.events.iter().filter_map(read);
    facts.map(Result::unwrap).collect()
}

impl World {
    /// A pool that nobody has joined.
    pub fn empty() -> World {
        World::with(|_| {})
    }

    /// The same, set otherwise.
    pub fn with(change: impl FnOnce(&mut PoolConfig)) -> World {
        World::try_with(change).unwrap()
    }

    /// A pool that somebody else makes.
    pub fn of(make: impl FnOnce(&mut Zone) -> Pool) -> World {
        let mut zone = Zone::new("hub-1", "hub").unwrap();
        let pool = make(&mut zone);
        World {
            zone,
            pool,
            evidence: 0,
        }
    }

    pub fn try_with(change: impl FnOnce(&mut PoolConfig)) -> anyhow::Result<World> {
        let mut zone = Zone::new("hub-1", "hub").unwrap();
        let mut config = PoolConfig::new(&zone).unwrap();
        change(&mut config);
        let pool = Pool::deploy(&mut zone, config)?;
        Ok(World {
            zone,
            pool,
            evidence: 0,
        })
    }

    /// Alice has 200 and Carol 100 of the hub's coin at their validators 0 and 1, and both count.
    pub fn new() -> World {
        let mut world = World::empty();
        world.begin();
        world
    }

    pub fn begin(&mut self) {
        self.create("alice", 200);
        self.create("carol", 100);
        self.turn();
        self.epochs(1);
    }

    pub fn create(&mut self, who: &str, tokens: u128) -> u32 {
        let pool = self.pool.clone();
        pool.create_validator(&mut self.zone, who, tokens * MILLION)
            .unwrap()
    }

    pub fn say(&mut self, who: &str, message: ExecuteMsg) -> Said {
        self.pool.clone().execute(&mut self.zone, who, &message)
    }

    /// With exactly these coins, which are minted.
    pub fn pay(&mut self, who: &str, message: ExecuteMsg, coins: &[Coin]) -> Said {
        let sender = self.who(who);
        for coin in coins {
            let (amount, denom) = (coin.amount.u128(), coin.denom.clone());
            self.zone.mint(&sender, amount, &denom).unwrap();
        }
        let pool = self.pool.address.clone();
        self.zone.execute(&sender, &pool, &message, coins)
    }

    pub fn enter(&mut self, who: &str, token: u16, amount: u128, entry: &Entry) -> Said {
        let pool = self.pool.clone();
        pool.enter(&mut self.zone, who, token, amount, entry)
    }

    pub fn bond(&mut self, who: &str, validator: u32, token: u16, amount: u128) -> Said {
        self.enter(who, token, amount, &Entry::Bond { validator })
    }

    pub fn unbond(&mut self, who: &str, validator: u32, token: u16, amount: u128) -> Said {
        self.say(
            who,
            ExecuteMsg::Unbond {
                validator,
                token,
                amount: Amount(amount),
            },
        )
    }

    pub fn redelegate(
        &mut self,
        who: &str,
        (validator, to): (u32, u32),
        token: u16,
        amount: u128,
    ) -> Said {
        self.say(
            who,
            ExecuteMsg::Redelegate {
                validator,
                to,
                token,
                amount: Amount(amount),
            },
        )
    }

    pub fn withdraw(&mut self, who: &str, validator: u32, token: u16) -> Said {
        self.say(who, ExecuteMsg::WithdrawUnbonded { validator, token })
    }

    pub fn rewards(&mut self, who: &str, validator: u32) -> Said {
        self.say(who, ExecuteMsg::WithdrawRewards { validator })
    }

    pub fn fund(&mut self, amount: u128, reserve: bool) -> Said {
        let denom = self.denom(HUB);
        let coins = [Coin::new(amount, denom)];
        self.pay("patron", ExecuteMsg::Fund { reserve }, &coins)
    }

    pub fn turn(&mut self) -> Vec<Event> {
        let said = self.say("pusher", ExecuteMsg::Turn {}).unwrap();
        self.facts(&said)
    }

    /// So many epochs pass, each turned, with Fresh prices.
    pub fn epochs(&mut self, number: u64) {
        for _ in 0..number {
            self.pool.clone().pass_epochs(&mut self.zone, 1).unwrap();
            self.turn();
        }
    }

    /// Time passes, and nobody does anything.
    pub fn pass(&mut self, seconds: u64) {
        self.zone.next_block_after(Seconds(seconds)).unwrap();
    }

    /// Time passes, and prices are told again.
    pub fn wait(&mut self, seconds: u64) {
        self.pass(seconds);
        self.pool.clone().refresh(&mut self.zone).unwrap();
    }

    pub fn price(&mut self, token: u16, price: u128) {
        let pool = self.pool.clone();
        pool.price(&mut self.zone, token, Price(price)).unwrap();
    }

    /// All feeds but these are told again, after some time: these fall silent.
    pub fn silence(&mut self, seconds: u64, silent: &[u16]) {
        self.pass(seconds);
        for token in (0..4).filter(|token| !silent.contains(token)) {
            let (pool, name) = (self.pool.clone(), feed(token).unwrap());
            let last = pool.quote(&self.zone, &name).unwrap().unwrap();
            pool.report(&mut self.zone, &name, last.price).unwrap();
        }
    }

    /// A slash by the first slasher for what counted in these epochs.
    pub fn order(&mut self, validator: u32, percent: u32, epochs: (u32, u32)) -> SlashOrder {
        self.evidence += 1;
        SlashOrder {
            validator,
            kind: Kind::Jail,
            from: epochs.0,
            to: epochs.1,
            fraction: Share::percent(percent),
            evidence: Hash::sha256(&self.evidence.to_be_bytes()),
            reward_to: self.address("challenger"),
        }
    }

    pub fn command(&mut self, slasher: usize, message: &ExecuteMsg) -> Said {
        let pool = self.pool.clone();
        pool.order(&mut self.zone, slasher, message)
    }

    pub fn slash(&mut self, validator: u32, percent: u32, epochs: (u32, u32)) -> Vec<Event> {
        let order = self.order(validator, percent, epochs);
        let said = self.command(0, &ExecuteMsg::Slash(order)).unwrap();
        self.facts(&said)
    }

    pub fn drain(&mut self) -> Vec<Event> {
        let said = self.say("pusher", ExecuteMsg::Drain { limit: 100 });
        let said = said.unwrap();
        self.facts(&said)
    }

    pub fn draft(&self, content: Content) -> Draft {
        Draft {
            content,
            link: "https://reports.example/new".into(),
            report: Hash::sha256(b"report"),
        }
    }

    /// What Pat proposes with a first deposit in the hub's coin; at 100 voting opens at once.
    pub fn propose(&mut self, content: Content, tokens: u128) -> anyhow::Result<u64> {
        let entry = Entry::Propose(self.draft(content));
        let said = self.enter("pat", HUB, tokens * MILLION, &entry)?;
        match &self.facts(&said)[0] {
            Event::Proposed { proposal, .. } => Ok(*proposal),
            other => panic!("{other:?}"),
        }
    }

    pub fn seat(&mut self, who: &str, proposal: u64, choice: Choice) -> Said {
        self.say(who, ExecuteMsg::VoteAsValidator { proposal, choice })
    }

    /// Both validators say so, and the vote is over.
    pub fn decide(&mut self, proposal: u64, choice: Choice) {
        self.seat("alice", proposal, choice).unwrap();
        self.seat("carol", proposal, choice).unwrap();
        self.wait(500);
        self.say("pusher", ExecuteMsg::Tally { proposal }).unwrap();
    }

    /// A content is proposed, accepted and done.
    pub fn enact(&mut self, content: Content) {
        let proposal = self.propose(content, 100).unwrap();
        self.decide(proposal, Choice::Yes);
        self.wait(200);
        self.say("pusher", ExecuteMsg::Enact { proposal }).unwrap();
        assert_eq!(self.phase(proposal), Phase::Enacted);
    }

    pub fn phase(&self, proposal: u64) -> Phase {
        let known: Option<Proposal> = self.ask(&QueryMsg::Proposal { proposal });
        known.unwrap().phase
    }

    pub fn ask<T: DeserializeOwned>(&self, question: &QueryMsg) -> T {
        self.pool.ask(&self.zone, question).unwrap()
    }

    pub fn state(&self) -> PoolResponse {
        self.ask(&QueryMsg::Pool {})
    }

    pub fn config(&self) -> ConfigResponse {
        self.ask(&QueryMsg::Config {})
    }

    pub fn validator(&self, validator: u32) -> ValidatorResponse {
        self.ask(&QueryMsg::Validator { validator })
    }

    pub fn parts(&self, who: &str, validator: u32) -> Vec<PartResponse> {
        let delegator = self.address(who);
        self.ask(&QueryMsg::Parts {
            delegator,
            validator,
        })
    }

    /// What is bonded and unbonding of a token.
    pub fn stake(&self, who: &str, validator: u32, token: u16) -> (u128, u128) {
        let delegator = self.address(who);
        let all: Vec<DelegationResponse> = self.ask(&QueryMsg::Delegations {
            delegator,
            start_after: None,
            limit: Some(100),
        });
        let stake = all.into_iter().filter(|one| one.validator == validator);
        let mut stake = stake.flat_map(|one| one.stake);
        let found = stake.find(|stake: &StakedToken| stake.token == token);
        found.map_or((0, 0), |stake| (stake.bonded.0, stake.unbonding.0))
    }

    pub fn credit(&self, holder: Option<&str>, token: u16) -> u128 {
        let all: Vec<CreditResponse> = self.ask(&QueryMsg::Credits {
            holder: holder.map(|name| self.address(name)),
            start_after: None,
            limit: None,
        });
        let found = all.into_iter().find(|credit| credit.token == token);
        found.map_or(0, |credit| credit.amount.0)
    }

    pub fn facts(&self, said: &AppResponse) -> Vec<Event> {
        facts(said, &self.pool.address)
    }

    pub fn has(&self, who: &str, token: u16) -> u128 {
        let asset = self.asset(token);
        let holding = self.pool.holding(&self.zone, &self.who(who), &asset);
        holding.unwrap().0
    }

    /// What the pool itself holds.
    pub fn held(&self, token: u16) -> u128 {
        let asset = self.asset(token);
        let holding = self.pool.holding(&self.zone, &self.pool.address, &asset);
        holding.unwrap().0
    }

    pub fn asset(&self, token: u16) -> Asset {
        self.pool.asset(token).unwrap().clone()
    }

    pub fn denom(&self, token: u16) -> String {
        match self.asset(token) {
            Asset::Native(denom) => denom.to_string(),
            Asset::Cw20(token) => panic!("{token} is no coin"),
        }
    }

    /// The cw20 token's contract.
    pub fn token(&self) -> Addr {
        match self.asset(TOKEN) {
            Asset::Cw20(token) => Addr::unchecked(token.as_str()),
            Asset::Native(denom) => panic!("{denom} is no token"),
        }
    }

    pub fn who(&self, name: &str) -> Addr {
        self.zone.account(name).unwrap()
    }

    pub fn address(&self, name: &str) -> Address {
        self.zone.address(&self.who(name)).unwrap()
    }

    pub fn epoch(&self) -> u32 {
        self.state().epoch
    }
}
