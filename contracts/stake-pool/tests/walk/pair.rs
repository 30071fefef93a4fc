//! The contract and the rule on maps, side by side.

use cosmwasm_std::{Addr, Empty};
use cw20::Cw20ExecuteMsg;
use cw_multi_test::AppResponse;
use tessera_contract_api::{
    event,
    price_oracle::{self, FeedName, WeightPrice},
    stake_pool::{
        Candidacy, Draft, Entry, ExecuteMsg, PartResponse, QueryMsg, Settings, SlashOrder,
        ValidatorResponse,
    },
};
use tessera_primitives::{
    fact::{Attribute, Facts},
    Address, Amount, Asset, Price, Seconds, Value,
};
use tessera_stake::{
    answer, input,
    state::{Content, Parameters},
    Event, Input,
};
use tessera_testing::{
    pool::{Pool, PoolConfig, VoteSecret, UNIT},
    Zone,
};

use crate::{
    generate::{OPERATORS, SLASHERS, USERS},
    world::{self, World, CW20},
};

/// Attributes that are times: the two clocks began at different ones.
const TIMES: [&str; 3] = ["until", "matures", "at"];

/// Feeds that proposals name beside those of the first tokens.
const OTHER_FEEDS: [&str; 2] = ["FEED/USD", "OTHER/USD"];

pub struct Pair {
    pub model: World,
    zone: Zone,
    pool: Pool,
    late: Addr,
}

impl Clone for Pair {
    fn clone(&self) -> Pair {
        Pair {
            model: self.model.copy(),
            zone: self.zone.clone(),
            pool: self.pool.clone(),
            late: self.late.clone(),
        }
    }
}

impl Pair {
    pub fn new() -> Pair {
        let mut zone = Zone::new("hub-1", "hub").unwrap();
        let config = PoolConfig::new(&zone).unwrap();
        let settings = config.feed.clone();
        let pool = Pool::deploy(&mut zone, config).unwrap();
        let owner = zone.account("owner").unwrap();
        let code = zone.store_code(tessera_testing::contracts::notes::code);
        let late = zone.instantiate(&owner, code, &Empty {}, "late").unwrap();
        for feed in OTHER_FEEDS {
            let message = price_oracle::ExecuteMsg::SetFeed {
                feed: FeedName::new(feed).unwrap(),
                settings: settings.clone(),
            };
            zone.execute(&owner, &pool.oracle, &message, &[]).unwrap();
        }
        let Asset::Cw20(token) = pool.asset(CW20).unwrap().clone() else {
            panic!("no token");
        };
        for operator in OPERATORS {
            let give = Cw20ExecuteMsg::Transfer {
                recipient: zone.account(operator).unwrap().into_string(),
                amount: (1u128 << 70).into(),
            };
            let token = Addr::unchecked(token.as_str());
            zone.execute(&owner, &token, &give, &[]).unwrap();
        }
        Pair {
            model: World::new(),
            zone,
            pool,
            late,
        }
    }

    /// Time passes, and reporters say what the model's prices are now; of one that is none they say nothing. Mostly a price
    /// at most doubles, as an oracle believes it; a jump is Suspect first.
    pub fn pass(&mut self, seconds: u64, jump: bool) {
        self.zone.next_block_after(Seconds(seconds)).unwrap();
        for number in 0..4u16 {
            let feed = tessera_testing::pool::feed(number).unwrap();
            let price = self.model.prices[&number].filter(|price| !price.is_zero());
            let Some(price) = price else {
                continue;
            };
            let last = self.pool.quote(&self.zone, &feed).unwrap().unwrap().price;
            let believed = price.min(Price(last.0.saturating_mul(2)));
            let price = if jump { price } else { believed };
            self.pool.report(&mut self.zone, &feed, price).unwrap();
        }
        for feed in OTHER_FEEDS {
            let feed = FeedName::new(feed).unwrap();
            self.pool.report(&mut self.zone, &feed, UNIT).unwrap();
        }
    }

    /// Both do it, or neither; gives the names of what they said.
    pub fn act(&mut self, input: Input, secrets: usize) -> Option<Vec<String>> {
        let input = self.priced(input);
        let said = self.say(&input, secrets);
        let shown = format!("{input:?}");
        let expected = self.model.act(input);
        match (said, expected) {
            (Ok(said), Ok(expected)) => {
                let actual = self.facts(&said);
                let expected: Vec<_> = expected
                    .iter()
                    .map(|event| self.translated(event))
                    .collect();
                assert_eq!(actual, expected, "{shown}");
                Some(actual.into_iter().map(|(name, _)| name).collect())
            }
            (Err(_), Err(_)) => None,
            (said, expected) => {
                panic!("{shown}: the contract {said:?}, the rule {expected:?}")
            }
        }
    }

    /// After each step the pool's account has exactly what the rule accounts for.
    pub fn check_money(&self) {
        self.model.check_money();
        for (number, token) in &self.model.pool.tokens {
            let held = self.model.held.get(&token.asset).copied().unwrap_or(0);
            let asset = self.asset(&token.asset);
            let actual = self.pool.holding(&self.zone, &self.pool.address, &asset);
            assert_eq!(actual.unwrap().0 as i128, held, "token {number}");
        }
    }

    /// What is asked of the contract is what the rule answers.
    pub fn check_answers(&self) {
        self.model.check_cells();
        self.model.check_rewards();
        let now = self.model.now();
        for (delegator, validator) in self.model.pool.delegations.keys() {
            let view = answer::delegation(&now, &self.model.pool, delegator, *validator).unwrap();
            let question = QueryMsg::Parts {
                delegator: self.address(delegator),
                validator: *validator,
            };
            let parts: Vec<PartResponse> = self.pool.ask(&self.zone, &question).unwrap();
            let seen = |one: &PartResponse| (one.part, one.worth, one.frozen, one.withdrawable);
            let expected = view.parts.iter();
            let expected = expected.map(|one| (one.part, one.worth, one.frozen, one.withdrawable));
            assert!(parts.iter().map(seen).eq(expected), "{delegator}");
        }
        for number in self.model.pool.validators.keys().copied() {
            let question = QueryMsg::Validator { validator: number };
            let told: ValidatorResponse = self.pool.ask(&self.zone, &question).unwrap();
            let known = self.model.validator(number);
            assert_eq!(told.validator.holdings, known.holdings);
            assert_eq!(told.validator.earned, known.earned);
            assert_eq!(told.vote_key, self.model.pool.vote_keys[&number]);
        }
    }

    /// With what the oracle says in place of the prices that the generator thought of.
    fn priced(&self, input: Input) -> Input {
        let fresh = |quote: input::Quote| self.fresh(quote.token);
        match input {
            Input::CreateValidator(candidacy) => Input::CreateValidator(input::Candidacy {
                bond: fresh(candidacy.bond),
                ..candidacy
            }),
            Input::Bond {
                delegator,
                validator,
                quote,
                amount,
            } => Input::Bond {
                delegator,
                validator,
                quote: fresh(quote),
                amount,
            },
            Input::Propose {
                proposer,
                content,
                link,
                report,
                quote,
                amount,
            } => Input::Propose {
                proposer,
                content,
                link,
                report,
                quote: fresh(quote),
                amount,
            },
            Input::Deposit {
                depositor,
                proposal,
                token,
                amount,
                prices,
            } => Input::Deposit {
                depositor,
                proposal,
                token,
                amount,
                prices: prices.into_iter().map(fresh).collect(),
            },
            Input::Snapshot { .. } => Input::Snapshot {
                prices: self.weighing(),
            },
            Input::Turn { caller, .. } => Input::Turn {
                caller,
                prices: self.weighing(),
            },
            other => other,
        }
    }

    fn fresh(&self, token: u16) -> input::Quote {
        let feed = FeedName::new(self.model.pool.tokens[&token].feed.as_str()).unwrap();
        let quote = self.pool.quote(&self.zone, &feed).unwrap();
        let price = quote.and_then(|quote| quote.fresh());
        input::Quote { token, price }
    }

    fn weighing(&self) -> Vec<input::Quote> {
        let one = |token: u16| {
            let feeds = vec![self.model.pool.tokens[&token].feed.clone()];
            let question = price_oracle::QueryMsg::WeightPrices { feeds };
            let answer: Vec<WeightPrice> = self.zone.query(&self.pool.oracle, &question).unwrap();
            let price = answer[0].price;
            input::Quote { token, price }
        };
        self.model.pool.tokens.keys().copied().map(one).collect()
    }

    fn say(&mut self, input: &Input, secrets: usize) -> anyhow::Result<AppResponse> {
        if let Some((who, token, amount, entry)) = self.entry(input, secrets) {
            // What the rule has never heard of is not offered: a coin of its denom would be another thing.
            let asset = self.asset(&world::asset(token));
            let (pool, zone) = (self.pool.clone(), &mut self.zone);
            return pool.enter_with(zone, &who, &asset, amount.0, &entry);
        }
        let (who, message) = self.message(input, secrets);
        let sender = self.who(&who);
        let funds = match input {
            Input::Fund { amount, .. } => {
                self.zone.mint(&sender, amount.0, "uhub").unwrap();
                cosmwasm_std::coins(amount.0, "uhub")
            }
            _ => Vec::new(),
        };
        let pool = self.pool.address.clone();
        self.zone.execute(&sender, &pool, &message, &funds)
    }

    fn entry(&self, input: &Input, secrets: usize) -> Option<(String, u16, Amount, Entry)> {
        Some(match input {
            Input::CreateValidator(candidacy) => {
                let who = candidacy.operator.as_str();
                let entry = Entry::CreateValidator(self.candidacy(who, secrets));
                (who.into(), candidacy.bond.token, candidacy.amount, entry)
            }
            Input::Bond {
                delegator,
                validator,
                quote,
                amount,
            } => {
                let validator = *validator;
                let entry = Entry::Bond { validator };
                (delegator.to_string(), quote.token, *amount, entry)
            }
            Input::Propose {
                proposer,
                content,
                link,
                report,
                quote,
                amount,
            } => {
                let draft = Draft {
                    content: self.content(content),
                    link: link.clone(),
                    report: *report,
                };
                let entry = Entry::Propose(draft);
                (proposer.to_string(), quote.token, *amount, entry)
            }
            Input::Deposit {
                depositor,
                proposal,
                token,
                amount,
                ..
            } => {
                let proposal = *proposal;
                let entry = Entry::Deposit { proposal };
                (depositor.to_string(), *token, *amount, entry)
            }
            _ => return None,
        })
    }

    fn candidacy(&self, who: &str, secrets: usize) -> Candidacy {
        let secret = VoteSecret::new(secrets as u32);
        self.pool.candidacy(&self.zone, who, &secret).unwrap()
    }

    fn message(&self, input: &Input, secrets: usize) -> (String, ExecuteMsg) {
        let (who, message) = match input.clone() {
            Input::Edit {
                operator,
                name,
                commission,
            } => (operator, ExecuteMsg::Edit { name, commission }),
            Input::RotateVoteKey { operator, .. } => {
                let Candidacy {
                    vote_key,
                    possession,
                    ..
                } = self.candidacy(operator.as_str(), secrets);
                let message = ExecuteMsg::RotateVoteKey {
                    vote_key,
                    possession,
                };
                (operator, message)
            }
            Input::Leave { operator } => (operator, ExecuteMsg::Leave {}),
            Input::Unjail { operator } => (operator, ExecuteMsg::Unjail {}),
            Input::Unbond {
                delegator,
                validator,
                token,
                amount,
            } => {
                let message = ExecuteMsg::Unbond {
                    validator,
                    token,
                    amount,
                };
                (delegator, message)
            }
            Input::Redelegate {
                delegator,
                validator,
                to,
                token,
                amount,
            } => {
                let message = ExecuteMsg::Redelegate {
                    validator,
                    to,
                    token,
                    amount,
                };
                (delegator, message)
            }
            Input::WithdrawUnbonded {
                delegator,
                validator,
                token,
            } => (delegator, ExecuteMsg::WithdrawUnbonded { validator, token }),
            Input::WithdrawRewards {
                delegator,
                validator,
            } => (delegator, ExecuteMsg::WithdrawRewards { validator }),
            Input::WithdrawCommission { operator } => (operator, ExecuteMsg::WithdrawCommission {}),
            Input::Fund {
                sender, reserve, ..
            } => (sender, ExecuteMsg::Fund { reserve }),
            Input::Snapshot { .. } => (world::address("anyone"), ExecuteMsg::Snapshot {}),
            Input::Turn { caller, .. } => (caller, ExecuteMsg::Turn {}),
            Input::Slash(order) => (order.slasher.clone(), self.slash(&order)),
            Input::Drain { caller, limit } => (caller, ExecuteMsg::Drain { limit }),
            Input::Join { slasher, validator } => (slasher, ExecuteMsg::Join { validator }),
            Input::Hold { slasher, snapshot } => (slasher, ExecuteMsg::Hold { snapshot }),
            Input::Release {
                slasher,
                snapshot,
                at,
            } => {
                // The clocks differ by a constant.
                let later = at.0 - self.model.now().time.0;
                let at = tessera_primitives::Timestamp(self.zone.time().0 + later);
                (slasher, ExecuteMsg::Release { snapshot, at })
            }
            Input::Vote {
                voter,
                proposal,
                validator,
                via,
                choice,
            } => {
                let message = ExecuteMsg::Vote {
                    proposal,
                    validator,
                    via,
                    choice,
                };
                (voter, message)
            }
            Input::VoteAsValidator {
                operator,
                proposal,
                choice,
            } => (operator, ExecuteMsg::VoteAsValidator { proposal, choice }),
            Input::Tally { caller, proposal } => (caller, ExecuteMsg::Tally { proposal }),
            Input::Enact { caller, proposal } => (caller, ExecuteMsg::Enact { proposal }),
            Input::Refund {
                depositor,
                proposal,
            } => (depositor, ExecuteMsg::Refund { proposal }),
            Input::Collect {
                holder: Some(holder),
                token,
            } => (holder, ExecuteMsg::Collect { token }),
            Input::Collect {
                holder: None,
                token,
            } => (world::address("anyone"), ExecuteMsg::Burn { token }),
            Input::SetParameters { parameters } => {
                let settings = self.settings(parameters);
                (
                    world::address("owner"),
                    ExecuteMsg::SetParameters { settings },
                )
            }
            entry => panic!("{entry:?} is an entry"),
        };
        (who.to_string(), message)
    }

    fn slash(&self, order: &input::SlashOrder) -> ExecuteMsg {
        ExecuteMsg::Slash(SlashOrder {
            validator: order.validator,
            kind: order.kind,
            from: order.from,
            to: order.to,
            fraction: order.fraction,
            evidence: order.evidence,
            reward_to: self.address(&order.reward_to),
        })
    }

    fn settings(&self, parameters: Parameters) -> Settings {
        let (value, deposit): (Value, Value) = (parameters.min_self_value, parameters.min_deposit);
        Settings {
            burn: Some(parameters.burn),
            max_validators: Some(parameters.max_validators),
            emission: Some(parameters.emission),
            throttle_fraction: Some(parameters.throttle_fraction),
            jail: Some(parameters.jail),
            deposit_period: Some(parameters.deposit_period),
            voting_period: Some(parameters.voting_period),
            enact_delay: Some(parameters.enact_delay),
            leaving_period: Some(parameters.leaving_period),
            rotation: Some(parameters.rotation),
            pay: Some(parameters.pay),
            ..Settings::new(self.address(&parameters.treasury), value, deposit)
        }
    }

    fn content(&self, content: &Content) -> Content {
        match content.clone() {
            Content::AddToken {
                asset,
                decimals,
                feed,
                max_share,
            } => Content::AddToken {
                asset: self.asset(&asset),
                decimals,
                feed,
                max_share,
            },
            Content::RegisterSlasher {
                address,
                max_fraction,
            } => Content::RegisterSlasher {
                address: self.address(&address),
                max_fraction,
            },
            other => other,
        }
    }

    /// What the rule's name of an asset stands for.
    fn asset(&self, name: &Asset) -> Asset {
        let known = (0..4).find(|number| world::asset(*number) == *name);
        known.map_or_else(
            || name.clone(),
            |known| self.pool.asset(known).unwrap().clone(),
        )
    }

    /// Whom the rule's name of somebody stands for.
    fn who(&self, name: &str) -> Addr {
        match SLASHERS.iter().position(|slasher| *slasher == name) {
            Some(2) => self.late.clone(),
            Some(number) => self.pool.slashers[number].clone(),
            None => self.zone.account(name).unwrap(),
        }
    }

    fn address(&self, name: &Address) -> Address {
        self.zone.address(&self.who(name.as_str())).unwrap()
    }

    /// What the pool said, without times.
    fn facts(&self, said: &AppResponse) -> Vec<(String, Vec<Attribute>)> {
        let pool = self.zone.address(&self.pool.address).unwrap();
        let read = |event: &cosmwasm_std::Event| {
            let attributes = event.attributes.iter();
            let attributes: Vec<_> = attributes
                .map(|one| (one.key.clone(), one.value.clone()))
                .collect();
            event::decode::<Event>(&pool, &event.ty, &attributes).map(Result::unwrap)
        };
        let facts = said.events.iter().filter_map(read);
        facts.map(|fact| without_times(&fact)).collect()
    }

    /// What the rule said, in the contract's words.
    fn translated(&self, event: &Event) -> (String, Vec<Attribute>) {
        let (name, mut attributes) = without_times(event);
        let known = ["challenger", "treasury", "pusher", "patron", "pat", "owner"];
        let known = [&known[..], &USERS, &OPERATORS, &SLASHERS].concat();
        for (key, value) in &mut attributes {
            if key == "asset" {
                let numbers = 0..4u16;
                let named = numbers
                    .map(world::asset)
                    .find(|one| one.to_string() == *value);
                *value = named.map_or(value.clone(), |one| self.asset(&one).to_string());
            } else if key != "reason" && key != "phase" && known.contains(&value.as_str()) {
                *value = self.who(value).into_string();
            }
        }
        (name, attributes)
    }
}

fn without_times(event: &Event) -> (String, Vec<Attribute>) {
    let attributes = event.attributes().into_iter();
    let timeless = attributes.filter(|(key, _)| !TIMES.contains(&key.as_str()));
    (event.name().into(), timeless.collect())
}
