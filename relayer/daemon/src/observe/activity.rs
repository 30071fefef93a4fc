use std::{
    collections::{BTreeMap, VecDeque},
    sync::Mutex,
    time::Duration,
};

use serde::Serialize;
use tessera_primitives::{Address, Amount, Height, Timestamp, ZoneId};

use super::metrics::Metrics;
use crate::held::held;

/// How many errors are remembered for people: the newest.
const MISHAPS: usize = 20;

/// What a relayer does, beside what it knows: counted for `/metrics`, and the newest of it for people. One is shared by
/// all of a relayer's tasks.
#[derive(Default)]
pub struct Activity {
    metrics: Metrics,
    zones: Mutex<BTreeMap<ZoneId, ZoneActivity>>,
    mishaps: Mutex<VecDeque<Mishap>>,
}

/// What happened on one zone since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneActivity {
    /// The node's newest block, and when it was asked.
    pub tip: Option<(Height, Timestamp)>,
    /// What is left to pay for gas, by the account that pays: a key's own, or a granter's.
    pub wallets: BTreeMap<Address, Wallet>,
    /// Clients of ordinary IBC that packets go through.
    pub clients: Vec<Client>,
    /// Transactions that were included and succeeded.
    pub included: u64,
    /// Transactions that failed, or that no block included.
    pub failed: u64,
}

/// What an account can still pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wallet {
    /// Denom that gas is paid in.
    pub denom: String,
    /// How much of it is there, in base units.
    pub balance: Amount,
    /// What this process has paid for gas, in base units.
    pub spent: Amount,
}

/// A client of ordinary IBC, as its chain told last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its id.
    pub id: String,
    /// The chain that it follows.
    pub of: ZoneId,
    /// The newest header that it was shown.
    pub height: Height,
    /// When it expires unless it is shown a newer one.
    pub expires: Timestamp,
    /// Whether it was shown a fork, and takes nothing any longer.
    pub frozen: bool,
}

/// Something that went wrong, as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mishap {
    /// When, by the relayer's clock.
    pub at: Timestamp,
    /// On which zone.
    pub zone: ZoneId,
    /// What.
    pub reason: String,
    /// How often in a row.
    pub times: u64,
}

/// A transaction that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its zone.
    pub zone: ZoneId,
    /// Who pays for it; none where gas costs nothing.
    pub payer: Option<Address>,
    /// How many messages it has.
    pub messages: usize,
    /// What it costs at most: what its sender pays whether or not it succeeds, once a block has it.
    pub fee: Amount,
    /// The fee's denom.
    pub denom: String,
    /// From when its duties were taken up until a node took it, and until it was seen in a block.
    pub submitted: Duration,
    /// See `submitted`; none when no block had it.
    pub confirmed: Option<Duration>,
    /// Whether it succeeded.
    pub succeeded: bool,
}

impl Wallet {
    fn pay(&mut self, fee: Amount) {
        self.spent = Amount(self.spent.0.saturating_add(fee.0));
        self.balance = Amount(self.balance.0.saturating_sub(fee.0));
    }
}

impl Activity {
    /// A node was asked for its newest block.
    pub fn tip(&self, zone: &ZoneId, tip: Height, at: Timestamp) {
        self.zone(zone, |activity| activity.tip = Some((tip, at)));
    }

    /// A transaction has an end.
    pub fn sent(&self, sent: &Sent) {
        self.metrics.sent(sent);
        self.zone(&sent.zone, |activity| {
            let count = if sent.succeeded {
                &mut activity.included
            } else {
                &mut activity.failed
            };
            *count = count.saturating_add(1);
            let wallet = sent.payer.as_ref();
            let wallet = wallet.and_then(|payer| activity.wallets.get_mut(payer));
            if let (Some(_), Some(wallet)) = (sent.confirmed, wallet) {
                wallet.pay(sent.fee);
            }
        });
    }

    /// A view of `of` on `on` was advanced by us.
    pub fn advanced(&self, on: &ZoneId, of: &ZoneId) {
        self.metrics.advanced(on, of);
    }

    /// A fork of `of` was proven to the view on `on` by us.
    pub fn fork_reported(&self, on: &ZoneId, of: &ZoneId) {
        self.metrics.fork_reported(on, of);
    }

    /// A client of ordinary IBC on `on` was frozen by our evidence of a fork of `of`.
    pub fn client_frozen(&self, on: &ZoneId, of: &ZoneId) {
        self.metrics.client_frozen(on, of);
    }

    /// How the clients of ordinary IBC on a zone stand that packets go through.
    pub fn clients(&self, on: &ZoneId, clients: Vec<Client>) {
        self.zone(on, |activity| activity.clients = clients);
    }

    /// What an account holds now that signs by itself what is not counted here: what it holds less than before, it paid.
    pub fn holds_less(&self, zone: &ZoneId, account: &Address, denom: &str, balance: Amount) {
        let mut paid = Amount(0);
        self.zone(zone, |activity| {
            if let Some(wallet) = activity.wallets.get_mut(account) {
                paid = Amount(wallet.balance.0.saturating_sub(balance.0));
                wallet.pay(paid);
            }
        });
        self.metrics.paid(zone, account, denom, paid);
        self.holds(zone, account, denom, balance);
    }

    /// What an account holds now.
    pub fn holds(&self, zone: &ZoneId, account: &Address, denom: &str, balance: Amount) {
        self.zone(zone, |activity| {
            let wallet = activity.wallets.entry(account.clone()).or_insert(Wallet {
                denom: denom.into(),
                balance,
                spent: Amount(0),
            });
            wallet.balance = balance;
        });
    }

    /// Something went wrong. What is said again is counted and not repeated.
    pub fn mishap(&self, zone: &ZoneId, reason: String, at: Timestamp) {
        self.metrics.mishap(zone);
        let mut mishaps = held(&self.mishaps);
        let again = mishaps
            .iter()
            .position(|last| last.zone == *zone && last.reason == reason);
        let times = again
            .and_then(|place| mishaps.remove(place))
            .map_or(1, |last| last.times.saturating_add(1));
        mishaps.push_front(Mishap {
            at,
            zone: zone.clone(),
            reason,
            times,
        });
        mishaps.truncate(MISHAPS);
    }

    /// What went wrong last, the newest first.
    pub fn mishaps(&self) -> Vec<Mishap> {
        held(&self.mishaps).iter().cloned().collect()
    }

    /// What happened on a zone since the start.
    pub fn on(&self, zone: &ZoneId) -> ZoneActivity {
        held(&self.zones).get(zone).cloned().unwrap_or_default()
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    fn zone(&self, zone: &ZoneId, change: impl FnOnce(&mut ZoneActivity)) {
        change(held(&self.zones).entry(zone.clone()).or_default());
    }
}
