use std::{
    fmt,
    sync::{atomic::AtomicU64, Mutex},
    time::Duration,
};

use prometheus_client::{
    encoding::{text::encode, EncodeLabelSet},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Metric, Registry, Unit},
};
use tessera_primitives::{Address, Amount, Seconds, ZoneId};

use super::{
    activity::Sent,
    packets::Packets,
    state::{ClientStatus, State},
};
use crate::held::held;

/// Milliseconds of the latency histograms' buckets.
const LATENCIES: [f64; 12] = [
    50.0, 100.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 15_000.0, 30_000.0, 60_000.0,
    120_000.0,
];

/// What our views are called where clients of ordinary IBC have ids.
const VIEW: &str = "chain-view";

/// One zone.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfChain {
    chain: String,
}

/// One view: `src_chain` is viewed by a contract on `dst_chain`, as Hermes names a client's two ends.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfView {
    src_chain: String,
    dst_chain: String,
}

/// One client: a view of ours, or one of ordinary IBC.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfClient {
    client: String,
    src_chain: String,
    dst_chain: String,
}

/// One account's coins.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfWallet {
    chain: String,
    account: String,
    denom: String,
}

/// Transactions of one zone by how they ended.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfEnd {
    chain: String,
    outcome: &'static str,
}

type Money = Counter<f64, AtomicU64>;
type Level = Gauge<f64, AtomicU64>;

/// Everything that `/metrics` shows. Names that mean what Hermes means by them are Hermes'.
pub(super) struct Metrics {
    registry: Registry,
    counted: Counted,
    seen: Seen,
    /// Whoever reads holds this: what is seen is written anew for each.
    reading: Mutex<()>,
}

/// What is counted as it happens.
struct Counted {
    messages: Family<OfChain, Counter>,
    transactions: Family<OfEnd, Counter>,
    errors: Family<OfChain, Counter>,
    client_updates: Family<OfView, Counter>,
    forks_reported: Family<OfView, Counter>,
    clients_frozen: Family<OfView, Counter>,
    fees: Family<OfWallet, Money>,
    latency_submitted: Family<OfChain, Histogram>,
    latency_confirmed: Family<OfChain, Histogram>,
}

impl Counted {
    fn new(registry: &mut Registry) -> Counted {
        let latency = || Family::new_with_constructor(histogram as fn() -> Histogram);
        Counted {
            messages: shown(
                registry,
                "total_messages_submitted",
                "Messages in transactions that a node took",
            ),
            transactions: shown(
                registry,
                "transactions",
                "Transactions by how they ended: included, failed in their block, or lost",
            ),
            errors: shown(registry, "errors", "Steps that failed and were tried again"),
            client_updates: shown(
                registry,
                "client_updates_submitted",
                "Headers of src_chain that the view on dst_chain took from us",
            ),
            forks_reported: shown(
                registry,
                "forks_reported",
                "Forks of src_chain that we proved to the view on dst_chain",
            ),
            clients_frozen: shown(
                registry,
                "client_misbehaviours_submitted",
                "Clients of src_chain in ordinary IBC on dst_chain that our evidence froze",
            ),
            fees: shown(
                registry,
                "fees_spent",
                "Fees of transactions that a block had, in base units; of keys for packets, by what they hold less",
            ),
            latency_submitted: registered(
                registry,
                "tx_latency_submitted",
                "Milliseconds from taking up duties until a node took their transaction",
                latency(),
            ),
            latency_confirmed: registered(
                registry,
                "tx_latency_confirmed",
                "Milliseconds from taking up duties until their transaction was seen in a block",
                latency(),
            ),
        }
    }
}

/// What is read off when somebody asks.
struct Seen {
    wallet_balance: Family<OfWallet, Level>,
    tip: Family<OfChain, Gauge>,
    height: Family<OfChain, Gauge>,
    backlog_size: Family<OfChain, Gauge>,
    backlog_oldest: Family<OfChain, Gauge>,
    backlog_deadline: Family<OfChain, Gauge>,
    client_expiration: Family<OfClient, Gauge>,
    view_age: Family<OfView, Gauge>,
    view_forked: Family<OfView, Gauge>,
    tasks_open: Gauge,
    tasks_finished: Gauge,
    stuck: Gauge,
    alarms: Gauge,
}

impl Seen {
    fn new(registry: &mut Registry) -> Seen {
        Seen {
            wallet_balance: shown(registry, "wallet_balance", "What an account that pays for gas has left, in base units"),
            tip: shown(registry, "chain_tip", "Height of the node's newest block"),
            height: shown(registry, "chain_height", "Height of the newest block that was read and written down"),
            backlog_size: shown(registry, "backlog_size", "Legs on this chain that have not ended"),
            backlog_oldest: shown(registry, "backlog_oldest", "Blocks since the oldest of them was registered"),
            backlog_deadline: shown(registry, "backlog_deadline", "Blocks until the nearest deadline of a leg that waits to be committed; negative after it"),
            client_expiration: {
                let expiration = Family::default();
                let help = "Until a client of src_chain on dst_chain, `chain-view` or one of ordinary IBC, expires unless it is shown a header; 0 once it has";
                registry.register_with_unit("client_expiration", help, Unit::Seconds, expiration.clone());
                expiration
            },
            view_age: shown(registry, "view_age_blocks", "Blocks of src_chain that the view on dst_chain has not been shown"),
            view_forked: shown(registry, "view_forked", "1 while the view on dst_chain waits for a branch of src_chain to be admitted"),
            tasks_open: shown(registry, "tasks_open", "Tasks that are not over on every served zone"),
            tasks_finished: shown(registry, "tasks_finished", "Tasks that were seen to their end, by the journal"),
            stuck: shown(registry, "stuck", "Duties that failed so often that they are set aside or given up: see `tessera query stuck`"),
            alarms: shown(registry, "alarms", "What no relayer can mend and an owner should look at"),
        }
    }
}

fn histogram() -> Histogram {
    Histogram::new(LATENCIES)
}

/// A new figure under its name.
fn shown<M: Metric + Clone + Default>(registry: &mut Registry, name: &str, help: &str) -> M {
    registered(registry, name, help, M::default())
}

fn registered<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Packets::new()));
        Metrics {
            counted: Counted::new(&mut registry),
            seen: Seen::new(&mut registry),
            reading: Mutex::default(),
            registry,
        }
    }
}

impl Metrics {
    pub(super) fn sent(&self, sent: &Sent) {
        let chain = chain(&sent.zone);
        let messages = u64::try_from(sent.messages).unwrap_or(u64::MAX);
        self.counted.messages.get_or_create(&chain).inc_by(messages);
        let outcome = match (sent.succeeded, sent.confirmed) {
            (true, _) => "included",
            (false, Some(_)) => "failed",
            (false, None) => "lost",
        };
        let end = OfEnd {
            chain: chain.chain.clone(),
            outcome,
        };
        self.counted.transactions.get_or_create(&end).inc();
        let submitted = self.counted.latency_submitted.get_or_create(&chain);
        submitted.observe(milliseconds(sent.submitted));
        if let Some(confirmed) = sent.confirmed {
            if let Some(payer) = &sent.payer {
                self.paid(&sent.zone, payer, &sent.denom, sent.fee);
            }
            let latency = self.counted.latency_confirmed.get_or_create(&chain);
            latency.observe(milliseconds(confirmed));
        }
    }

    pub(super) fn paid(&self, zone: &ZoneId, payer: &Address, denom: &str, fee: Amount) {
        let wallet = wallet(zone, payer, denom);
        self.counted.fees.get_or_create(&wallet).inc_by(units(fee));
    }

    pub(super) fn advanced(&self, on: &ZoneId, of: &ZoneId) {
        self.counted
            .client_updates
            .get_or_create(&view(on, of))
            .inc();
    }

    pub(super) fn fork_reported(&self, on: &ZoneId, of: &ZoneId) {
        self.counted
            .forks_reported
            .get_or_create(&view(on, of))
            .inc();
    }

    pub(super) fn client_frozen(&self, on: &ZoneId, of: &ZoneId) {
        self.counted
            .clients_frozen
            .get_or_create(&view(on, of))
            .inc();
    }

    pub(super) fn mishap(&self, zone: &ZoneId) {
        self.counted.errors.get_or_create(&chain(zone)).inc();
    }

    /// All of it in the text format that Prometheus reads, with what this state shows.
    ///
    /// # Errors
    /// [`fmt::Error`] never in practice: it is written into a string.
    pub(super) fn text(&self, state: &State) -> Result<String, fmt::Error> {
        let _alone = held(&self.reading);
        self.read_off(state);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn read_off(&self, state: &State) {
        // Clients come and go.
        self.seen.client_expiration.clear();
        for zone in &state.zones {
            let on = chain(&zone.zone);
            self.seen
                .height
                .get_or_create(&on)
                .set(signed(zone.height.0));
            if let Some(tip) = zone.tip {
                self.seen.tip.get_or_create(&on).set(signed(tip.0));
            }
            for (account, held) in &zone.wallets {
                let labels = wallet(&zone.zone, account, &held.denom);
                let level = self.seen.wallet_balance.get_or_create(&labels);
                level.set(units(held.balance));
            }
            let open = i64::try_from(zone.open).unwrap_or(i64::MAX);
            self.seen.backlog_size.get_or_create(&on).set(open);
            let oldest = zone.oldest_blocks.unwrap_or_default();
            self.seen
                .backlog_oldest
                .get_or_create(&on)
                .set(signed(oldest));
            // Without a deadline there is none to miss, and a figure that stays would say that there is.
            if let Some(blocks) = zone.deadline_blocks {
                self.seen.backlog_deadline.get_or_create(&on).set(blocks);
            } else {
                self.seen.backlog_deadline.remove(&on);
            }
            for seen in &zone.views {
                let labels = view(&zone.zone, &seen.of);
                self.expires(VIEW, &labels, seen.expires_in);
                if let Some(age) = seen.age_blocks {
                    self.seen.view_age.get_or_create(&labels).set(signed(age));
                }
                let forked = i64::from(seen.open_fork.is_some());
                self.seen.view_forked.get_or_create(&labels).set(forked);
            }
            // Of one that is frozen, nobody waits for the end.
            for client in &zone.clients {
                if client.status != ClientStatus::Frozen {
                    let labels = view(&zone.zone, &client.of);
                    self.expires(&client.client, &labels, client.expires_in);
                }
            }
        }
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.seen.tasks_open.set(count(state.open));
        self.seen.tasks_finished.set(signed(state.finished));
        let aside = state.stuck.iter().filter(|stuck| stuck.aside);
        self.seen.stuck.set(count(aside.count()));
        self.seen.alarms.set(count(state.alarms.len()));
    }

    fn expires(&self, client: &str, view: &OfView, left: Seconds) {
        let labels = OfClient {
            client: client.into(),
            src_chain: view.src_chain.clone(),
            dst_chain: view.dst_chain.clone(),
        };
        let expiration = self.seen.client_expiration.get_or_create(&labels);
        expiration.set(signed(left.0));
    }
}

fn chain(zone: &ZoneId) -> OfChain {
    OfChain {
        chain: zone.to_string(),
    }
}

fn view(on: &ZoneId, of: &ZoneId) -> OfView {
    OfView {
        src_chain: of.to_string(),
        dst_chain: on.to_string(),
    }
}

fn wallet(zone: &ZoneId, account: &Address, denom: &str) -> OfWallet {
    OfWallet {
        chain: zone.to_string(),
        account: account.to_string(),
        denom: denom.into(),
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Figures for a dashboard: what a double rounds off is a billionth.
#[allow(clippy::cast_precision_loss)]
fn units(amount: Amount) -> f64 {
    amount.0 as f64
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
