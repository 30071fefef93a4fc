use std::{fmt, sync::atomic::AtomicU64, time::Duration};

use prometheus_client::{
    encoding::{text::encode, EncodeLabelSet},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use tessera_primitives::{Address, Amount, Height, ZoneId};

use super::{activity::Sent, state::State};

/// Milliseconds of the latency histograms' buckets.
const LATENCIES: [f64; 12] = [
    50.0, 100.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 15_000.0, 30_000.0, 60_000.0,
    120_000.0,
];

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
    messages: Family<OfChain, Counter>,
    transactions: Family<OfEnd, Counter>,
    errors: Family<OfChain, Counter>,
    client_updates: Family<OfView, Counter>,
    forks_reported: Family<OfView, Counter>,
    clients_frozen: Family<OfView, Counter>,
    fees: Family<OfWallet, Money>,
    latency_submitted: Family<OfChain, Histogram>,
    latency_confirmed: Family<OfChain, Histogram>,
    wallet_balance: Family<OfWallet, Level>,
    tip: Family<OfChain, Gauge>,
    height: Family<OfChain, Gauge>,
    backlog_size: Family<OfChain, Gauge>,
    backlog_oldest: Family<OfChain, Gauge>,
    backlog_deadline: Family<OfChain, Gauge>,
    client_expiration: Family<OfView, Gauge>,
    view_age: Family<OfView, Gauge>,
    view_forked: Family<OfView, Gauge>,
    tasks_open: Gauge,
    tasks_finished: Gauge,
    stuck: Gauge,
    alarms: Gauge,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let latency = || -> Family<OfChain, Histogram> {
            Family::new_with_constructor(|| Histogram::new(LATENCIES))
        };
        let mut metrics = Metrics {
            registry: Registry::default(),
            messages: Family::default(),
            transactions: Family::default(),
            errors: Family::default(),
            client_updates: Family::default(),
            forks_reported: Family::default(),
            clients_frozen: Family::default(),
            fees: Family::default(),
            latency_submitted: latency(),
            latency_confirmed: latency(),
            wallet_balance: Family::default(),
            tip: Family::default(),
            height: Family::default(),
            backlog_size: Family::default(),
            backlog_oldest: Family::default(),
            backlog_deadline: Family::default(),
            client_expiration: Family::default(),
            view_age: Family::default(),
            view_forked: Family::default(),
            tasks_open: Gauge::default(),
            tasks_finished: Gauge::default(),
            stuck: Gauge::default(),
            alarms: Gauge::default(),
        };
        metrics.register_counted();
        metrics.register_seen();
        metrics
    }
}

impl Metrics {
    /// What is counted as it happens.
    fn register_counted(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "total_messages_submitted",
            "Messages in transactions that a node took",
            self.messages.clone(),
        );
        registry.register(
            "transactions",
            "Transactions by how they ended: included, failed in their block, or lost",
            self.transactions.clone(),
        );
        registry.register(
            "errors",
            "Steps that failed and were tried again",
            self.errors.clone(),
        );
        registry.register(
            "client_updates_submitted",
            "Headers of src_chain that the view on dst_chain took from us",
            self.client_updates.clone(),
        );
        registry.register(
            "forks_reported",
            "Forks of src_chain that we proved to the view on dst_chain",
            self.forks_reported.clone(),
        );
        registry.register(
            "client_misbehaviours_submitted",
            "Clients of src_chain in ordinary IBC on dst_chain that our evidence froze",
            self.clients_frozen.clone(),
        );
        registry.register(
            "fees_spent",
            "Fees of transactions that a block had, in base units",
            self.fees.clone(),
        );
        registry.register(
            "tx_latency_submitted",
            "Milliseconds from taking up duties until a node took their transaction",
            self.latency_submitted.clone(),
        );
        registry.register(
            "tx_latency_confirmed",
            "Milliseconds from taking up duties until their transaction was seen in a block",
            self.latency_confirmed.clone(),
        );
    }

    /// What is read off when somebody asks.
    fn register_seen(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "wallet_balance",
            "What an account can pay for gas, in base units",
            self.wallet_balance.clone(),
        );
        registry.register(
            "chain_tip",
            "Height of the node's newest block",
            self.tip.clone(),
        );
        registry.register(
            "chain_height",
            "Height of the newest block that was read and written down",
            self.height.clone(),
        );
        registry.register(
            "backlog_size",
            "Legs on this chain that have not ended",
            self.backlog_size.clone(),
        );
        registry.register(
            "backlog_oldest",
            "Blocks since the oldest of them was registered",
            self.backlog_oldest.clone(),
        );
        registry.register(
            "backlog_deadline",
            "Blocks until the nearest deadline of a leg that waits to be committed; negative after it",
            self.backlog_deadline.clone(),
        );
        registry.register_with_unit(
            "client_expiration",
            "Until the view of src_chain on dst_chain expires unless it is advanced; 0 once it has",
            Unit::Seconds,
            self.client_expiration.clone(),
        );
        registry.register(
            "view_age_blocks",
            "Blocks of src_chain that the view on dst_chain has not been shown",
            self.view_age.clone(),
        );
        registry.register(
            "view_forked",
            "1 while the view on dst_chain waits for a branch of src_chain to be admitted",
            self.view_forked.clone(),
        );
        registry.register(
            "tasks_open",
            "Tasks that are not over on every served zone",
            self.tasks_open.clone(),
        );
        registry.register(
            "tasks_finished",
            "Tasks that were seen to their end, by the journal",
            self.tasks_finished.clone(),
        );
        registry.register(
            "stuck",
            "Duties that failed so often that they are set aside: see `tessera query stuck`",
            self.stuck.clone(),
        );
        registry.register(
            "alarms",
            "What no relayer can mend and an owner should look at",
            self.alarms.clone(),
        );
    }

    pub(super) fn tip(&self, zone: &ZoneId, tip: Height) {
        self.tip.get_or_create(&chain(zone)).set(signed(tip.0));
    }

    pub(super) fn sent(&self, sent: &Sent) {
        let chain = chain(&sent.zone);
        let messages = u64::try_from(sent.messages).unwrap_or(u64::MAX);
        self.messages.get_or_create(&chain).inc_by(messages);
        let outcome = match (sent.succeeded, sent.confirmed) {
            (true, _) => "included",
            (false, Some(_)) => "failed",
            (false, None) => "lost",
        };
        let end = OfEnd {
            chain: chain.chain.clone(),
            outcome,
        };
        self.transactions.get_or_create(&end).inc();
        let submitted = self.latency_submitted.get_or_create(&chain);
        submitted.observe(milliseconds(sent.submitted));
        if let Some(confirmed) = sent.confirmed {
            let wallet = wallet(&sent.zone, &sent.account, &sent.denom);
            self.fees.get_or_create(&wallet).inc_by(units(sent.fee));
            let latency = self.latency_confirmed.get_or_create(&chain);
            latency.observe(milliseconds(confirmed));
        }
    }

    pub(super) fn advanced(&self, on: &ZoneId, of: &ZoneId) {
        self.client_updates.get_or_create(&view(on, of)).inc();
    }

    pub(super) fn fork_reported(&self, on: &ZoneId, of: &ZoneId) {
        self.forks_reported.get_or_create(&view(on, of)).inc();
    }

    pub(super) fn client_frozen(&self, on: &ZoneId, of: &ZoneId) {
        self.clients_frozen.get_or_create(&view(on, of)).inc();
    }

    pub(super) fn holds(&self, zone: &ZoneId, account: &Address, denom: &str, balance: Amount) {
        let wallet = wallet(zone, account, denom);
        self.wallet_balance
            .get_or_create(&wallet)
            .set(units(balance));
    }

    pub(super) fn mishap(&self, zone: &ZoneId) {
        self.errors.get_or_create(&chain(zone)).inc();
    }

    /// All of it in the text format that Prometheus reads, with what this state shows.
    ///
    /// # Errors
    /// [`fmt::Error`] never in practice: it is written into a string.
    pub(super) fn text(&self, state: &State) -> Result<String, fmt::Error> {
        self.read_off(state);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn read_off(&self, state: &State) {
        for zone in &state.zones {
            let on = chain(&zone.zone);
            self.height.get_or_create(&on).set(signed(zone.height.0));
            let open = i64::try_from(zone.open).unwrap_or(i64::MAX);
            self.backlog_size.get_or_create(&on).set(open);
            let oldest = zone.oldest_blocks.unwrap_or_default();
            self.backlog_oldest.get_or_create(&on).set(signed(oldest));
            // Without a deadline there is none to miss, and a figure that stays would say that there is.
            if let Some(blocks) = zone.deadline_blocks {
                self.backlog_deadline.get_or_create(&on).set(blocks);
            } else {
                self.backlog_deadline.remove(&on);
            }
            for seen in &zone.views {
                let labels = view(&zone.zone, &seen.of);
                let expires = signed(seen.expires_in.0);
                self.client_expiration.get_or_create(&labels).set(expires);
                if let Some(age) = seen.age_blocks {
                    self.view_age.get_or_create(&labels).set(signed(age));
                }
                let forked = i64::from(seen.open_fork.is_some());
                self.view_forked.get_or_create(&labels).set(forked);
            }
        }
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.tasks_open.set(count(state.open));
        self.tasks_finished.set(signed(state.finished));
        self.stuck.set(count(state.stuck.len()));
        self.alarms.set(count(state.alarms.len()));
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
