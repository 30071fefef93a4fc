//! Prices for an oracle: sources are asked again and again, and what the oracle would refuse or call suspect is kept back
//! here already.
//!
//! Nothing of it is in the journal: a report that is sent twice is refused by its time, and one that was lost is followed by
//! the next. A lane that relays too is used by one hand at a time, as its own two hands do.

mod guard;
mod source;

use std::{collections::BTreeMap, sync::Arc, time::Duration, time::Instant};

use serde::Serialize;
use tessera_contract_api::price_oracle::{ExecuteMsg, FeedName, FeedResponse, QueryMsg};
use tessera_price::state::{Board, Reporters, Suspicion};
use tessera_primitives::{Price, Seconds, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{
    app,
    chain::{Call, Chain, ChainError},
    config::{ChainConfig, Config, PriceFeed, PricesConfig},
    duties,
    keys::{self, KeyRing},
    observe,
    relay::{Relay, RelayError, Zone},
};

pub use guard::{judge, Hold, Known, Said};
pub use source::{ask, SourceError};

/// Who reports what on one chain.
#[derive(Clone)]
pub struct Plan {
    chain: Arc<dyn Chain>,
    /// The relayer's lane that has the same account.
    lane: Option<usize>,
    drift: Duration,
    config: PricesConfig,
}

/// What became of a feed in one round.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reported {
    /// The feed.
    pub feed: FeedName,
    /// What its source said, if it did.
    pub price: Option<Price>,
    /// When that held, as it was or would be reported.
    pub time: Option<Timestamp>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a price.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is in a block.
    Reported,
    /// It would have been reported.
    Ready,
    /// It was kept back.
    Held(String),
    /// There is none, or the chain refused it.
    Failed(String),
}

/// Reports round by round, and remembers which prices wait to be confirmed.
pub struct Reporter {
    plan: Plan,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    suspicions: BTreeMap<FeedName, Suspicion>,
}

/// How a round differs from the daemon's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ways {
    /// Nothing is sent.
    pub dry: bool,
    /// A person has confirmed prices that moved far.
    pub confirmed: bool,
}

impl Plan {
    /// A plan for an account of a chain.
    pub fn new(chain: Arc<dyn Chain>, drift: Duration, config: PricesConfig) -> Plan {
        Plan {
            chain,
            lane: None,
            drift,
            config,
        }
    }

    /// For one chain, apart from a relayer.
    ///
    /// # Errors
    /// What keeps the chain or the key from being used.
    pub async fn open(
        chain: &ChainConfig,
        prices: &PricesConfig,
        ring: &KeyRing,
    ) -> Result<Plan, app::AppError> {
        let name = prices.key_name.as_deref().unwrap_or(chain.key_name());
        let own = app::reach(chain, Some((ring, name))).await?;
        Ok(Plan::new(Arc::new(own), chain.clock_drift, prices.clone()))
    }

    /// For all chains that a relayer serves and has prices for, with its own lanes where the key is one of theirs.
    ///
    /// # Errors
    /// As [`Plan::open`].
    pub async fn all(
        config: &Config,
        ring: &KeyRing,
        zones: &[Zone],
    ) -> Result<Vec<Plan>, app::AppError> {
        let mut plans = Vec::new();
        for chain in &config.chains {
            let Some(prices) = &chain.prices else {
                continue;
            };
            let name = prices.key_name.as_deref().unwrap_or(chain.key_name());
            let place = chain.key_names.iter().position(|known| known == name);
            let zone = zones.iter().find(|zone| *zone.chain.zone() == chain.id);
            let shared = place.zip(zone).and_then(|(place, zone)| {
                let lane = zone.lanes.get(place)?;
                Some((lane.clone(), place))
            });
            plans.push(match shared {
                Some((lane, place)) => Plan {
                    lane: Some(place),
                    ..Plan::new(lane, chain.clock_drift, prices.clone())
                },
                None => {
                    let own = app::open(chain)?.with_key(keys::open(ring, chain, name).await?)?;
                    Plan::new(Arc::new(own), chain.clock_drift, prices.clone())
                }
            });
        }
        Ok(plans)
    }

    /// How often it reports.
    pub fn interval(&self) -> Duration {
        self.config.interval
    }
}

/// Reports until it is cancelled. What keeps a price from being reported is said once, until it changes.
pub async fn serve(relay: Arc<Relay>, plan: Plan, cancel: CancellationToken) {
    let clock = {
        let relay = relay.clone();
        move || relay.now()
    };
    let mut reporter = Reporter::new(plan, Box::new(clock));
    let mut told: BTreeMap<FeedName, Outcome> = BTreeMap::new();
    loop {
        let round = tokio::select! {
            round = reporter.round(Some(relay.as_ref()), Ways::default()) => round,
            () = cancel.cancelled() => return,
        };
        let chain = reporter.plan.chain.clone();
        let zone = chain.zone();
        // What a lane holds is looked at with the lanes.
        if reporter.plan.lane.is_none() {
            observe::look_into_purse(&relay, chain.as_ref()).await;
        }
        match round {
            Ok(round) => {
                for reported in round {
                    tell(zone, &reported, told.get(&reported.feed));
                    told.insert(reported.feed, reported.outcome);
                }
            }
            Err(error) => {
                tracing::warn!(%zone, %error, "no prices were reported");
                relay
                    .activity()
                    .mishap(zone, error.to_string(), relay.now());
            }
        }
        tokio::select! {
            () = tokio::time::sleep(reporter.plan.interval()) => {}
            () = cancel.cancelled() => return,
        }
    }
}

fn tell(zone: &tessera_primitives::ZoneId, reported: &Reported, before: Option<&Outcome>) {
    let feed = &reported.feed;
    match &reported.outcome {
        Outcome::Reported | Outcome::Ready => {
            let price = reported.price.map(|price| price.to_string());
            tracing::info!(%zone, %feed, price, "reported");
        }
        outcome if Some(outcome) == before => {}
        Outcome::Held(reason) => tracing::warn!(%zone, %feed, reason, "a price is kept back"),
        Outcome::Failed(reason) => tracing::warn!(%zone, %feed, reason, "there is no price"),
    }
}

impl Reporter {
    /// A reporter that has seen nothing yet.
    pub fn new(plan: Plan, clock: Box<dyn Fn() -> Timestamp + Send + Sync>) -> Reporter {
        Reporter {
            plan,
            clock,
            suspicions: BTreeMap::new(),
        }
    }

    /// Asks all sources at once, and reports what may be reported in one transaction, or one by one where the chain refuses
    /// that.
    ///
    /// # Errors
    /// [`RelayError`] when the chain does not answer. What is wrong with one feed is its outcome.
    pub async fn round(
        &mut self,
        relay: Option<&Relay>,
        ways: Ways,
    ) -> Result<Vec<Reported>, RelayError> {
        // Before asking: no answer is older than that.
        let now = (self.clock)();
        let asked = self.plan.config.feeds.iter();
        let asked = asked.map(|feed| source::ask(feed, self.plan.config.timeout, now));
        let answers = futures::future::join_all(asked).await;
        let chain = self.plan.chain.clone();
        let tip = chain.block(chain.tip().await?).await?.time;
        let oracle = self.plan.config.contract.clone();
        let reporters: Reporters =
            duties::ask(chain.as_ref(), &oracle, &QueryMsg::Reporters {}).await?;
        let account = chain.account();
        let number = account.and_then(|account| reporters.number(account));
        let mut round = Vec::new();
        let mut calls = Vec::new();
        let feeds = self.plan.config.feeds.clone();
        for (feed, answer) in feeds.iter().zip(answers) {
            let mut reported = Reported {
                feed: feed.feed.clone(),
                price: None,
                time: None,
                outcome: Outcome::Ready,
            };
            match answer {
                Err(error) => reported.outcome = Outcome::Failed(error.to_string()),
                Ok(said) => {
                    reported.price = Some(said.price);
                    match self.weigh(feed, said, number, tip, ways.confirmed).await? {
                        Err(reason) => reported.outcome = Outcome::Held(reason),
                        Ok(time) => {
                            reported.time = Some(time);
                            let message = ExecuteMsg::Report {
                                feed: feed.feed.clone(),
                                price: said.price,
                                time,
                            };
                            calls.push((round.len(), duties::call(&oracle, &message)?));
                        }
                    }
                }
            }
            round.push(reported);
        }
        if !ways.dry {
            self.send(relay, &calls, &mut round).await?;
        }
        Ok(round)
    }

    /// When the price held as it may be reported, or why it may not.
    async fn weigh(
        &mut self,
        feed: &PriceFeed,
        said: Said,
        number: Option<u16>,
        tip: Timestamp,
        confirmed: bool,
    ) -> Result<Result<Timestamp, String>, RelayError> {
        let (chain, oracle) = (self.plan.chain.clone(), &self.plan.config.contract);
        let name = &feed.feed;
        let Some(number) = number else {
            let account = chain.account().map(ToString::to_string);
            return Ok(Err(format!(
                "{} is no reporter of {oracle}",
                account.unwrap_or_default()
            )));
        };
        let question = QueryMsg::Feed { feed: name.clone() };
        let found: Option<FeedResponse> = duties::ask(chain.as_ref(), oracle, &question).await?;
        let Some(found) = found else {
            return Ok(Err(format!("{oracle} has no feed {name}")));
        };
        let question = QueryMsg::Board { feed: name.clone() };
        let board: Board = duties::ask(chain.as_ref(), oracle, &question).await?;
        let mut own = board.reports.iter();
        let last = own.find(|report| report.reporter == number);
        let known = Known {
            parameters: &found.parameters,
            base: board.base,
            last: last.map(|report| report.time),
            tip,
            clock: (self.clock)(),
            drift: whole(self.plan.drift),
            confirm: whole(self.plan.config.confirm),
            confirmed,
        };
        let mut suspicion = self.suspicions.remove(name);
        let verdict = judge(said, &known, &mut suspicion);
        if let Some(suspicion) = suspicion {
            self.suspicions.insert(name.clone(), suspicion);
        }
        Ok(verdict.map_err(|hold| hold.to_string()))
    }

    async fn send(
        &self,
        relay: Option<&Relay>,
        calls: &[(usize, Call)],
        round: &mut [Reported],
    ) -> Result<(), RelayError> {
        if calls.is_empty() {
            return Ok(());
        }
        let all: Vec<Call> = calls.iter().map(|(_, call)| call.clone()).collect();
        let refused = match self.submit(relay, &all).await {
            Ok(()) => None,
            Err(RelayError::Chain(error @ ChainError::Refused { .. })) => Some(error),
            Err(error) => return Err(error),
        };
        for (place, call) in calls {
            let outcome = match &refused {
                None => Outcome::Reported,
                // One of several may be at fault alone.
                Some(_) if calls.len() > 1 => {
                    match self.submit(relay, std::slice::from_ref(call)).await {
                        Ok(()) => Outcome::Reported,
                        Err(error) => Outcome::Failed(error.to_string()),
                    }
                }
                Some(error) => Outcome::Failed(error.to_string()),
            };
            if let Some(reported) = round.get_mut(*place) {
                reported.outcome = outcome;
            }
        }
        Ok(())
    }

    /// Sends calls as one transaction, from trying out to the node's queue as the lane's only hand.
    async fn submit(&self, relay: Option<&Relay>, calls: &[Call]) -> Result<(), RelayError> {
        let Plan { chain, lane, .. } = &self.plan;
        let began = Instant::now();
        let desk = relay.map(|relay| relay.desk(chain.zone())).transpose()?;
        let turn = match desk.zip(*lane) {
            Some((desk, lane)) => desk.turn(lane).await,
            None => None,
        };
        let prepared = chain.prepare(calls).await?;
        chain.offer(&prepared).await?;
        drop(turn);
        let submitted = began.elapsed();
        let settled = chain.settled(&prepared).await;
        if let Some(relay) = relay {
            let in_block = matches!(settled, Ok(_) | Err(ChainError::Refused { .. }));
            relay.activity().sent(&observe::Sent {
                zone: chain.zone().clone(),
                payer: chain.payer().cloned(),
                messages: calls.len(),
                fee: prepared.fee,
                denom: chain.gas_denom().unwrap_or_default(),
                submitted,
                confirmed: in_block.then(|| began.elapsed()),
                succeeded: settled.is_ok(),
            });
        }
        Ok(settled.map(drop)?)
    }
}

/// A length of time in whole seconds, rounded up.
fn whole(length: Duration) -> Seconds {
    let more = u64::from(length.subsec_nanos() > 0);
    Seconds(length.as_secs().saturating_add(more))
}
