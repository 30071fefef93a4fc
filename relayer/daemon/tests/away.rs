//! A zone whose node does not answer holds up nothing that does not need it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc,
    },
    time::Duration,
};

use async_trait::async_trait;
use tessera::{
    chain::{
        embedded::Embedded, Call, Chain, ChainBlock, ChainError, Included, LightBlock, Offered,
        Prepared, Proven,
    },
    journal::Journal,
    ledger::Ledger,
    relay::{Relay, Zone},
    submit, watch,
};
use tessera_contract_api::transaction_lock::{LegResponse, QueryMsg};
use tessera_lock::{state::LegState, Settlement};
use tessera_planner::Policy;
use tessera_primitives::{Address, Amount, Asset, CanonicalAddress, Hash, Height, ZoneId};
use tessera_testing::suite::{Plan, Suite};

/// A zone whose node may be away.
struct Flaky {
    zone: Embedded,
    away: AtomicBool,
}

impl Flaky {
    fn here(&self) -> Result<&Embedded, ChainError> {
        if !self.away.load(Ordering::Relaxed) {
            return Ok(&self.zone);
        }
        Err(ChainError::Unreachable {
            zone: Chain::zone(&self.zone).clone(),
            endpoint: "nowhere".into(),
            reason: "connection refused".into(),
        })
    }
}

#[async_trait]
impl Chain for Flaky {
    fn zone(&self) -> &ZoneId {
        Chain::zone(&self.zone)
    }
    fn account(&self) -> Option<&Address> {
        self.zone.account()
    }
    async fn tip(&self) -> Result<Height, ChainError> {
        self.here()?.tip().await
    }
    async fn block(&self, height: Height) -> Result<ChainBlock, ChainError> {
        self.here()?.block(height).await
    }
    async fn header(&self, height: Height) -> Result<LightBlock, ChainError> {
        self.here()?.header(height).await
    }
    async fn prove(
        &self,
        contract: &CanonicalAddress,
        key: &[u8],
        state: Height,
    ) -> Result<Proven, ChainError> {
        self.here()?.prove(contract, key, state).await
    }
    async fn query(&self, contract: &Address, question: &[u8]) -> Result<Vec<u8>, ChainError> {
        self.here()?.query(contract, question).await
    }
    async fn balance(&self, holder: &Address, asset: &Asset) -> Result<Amount, ChainError> {
        self.here()?.balance(holder, asset).await
    }
    fn canonical(&self, address: &Address) -> Result<CanonicalAddress, ChainError> {
        self.zone.canonical(address)
    }
    fn humanise(&self, address: &CanonicalAddress) -> Result<Address, ChainError> {
        self.zone.humanise(address)
    }
    async fn prepare(&self, calls: &[Call]) -> Result<Prepared, ChainError> {
        self.here()?.prepare(calls).await
    }
    async fn offer(&self, prepared: &Prepared) -> Result<Offered, ChainError> {
        self.here()?.offer(prepared).await
    }
    async fn settled(&self, prepared: &Prepared) -> Result<Included, ChainError> {
        self.here()?.settled(prepared).await
    }
}

/// Two parties pay each other on the first zone and on another.
fn swap(suite: &mut Suite, other: usize) -> Plan {
    let there = suite
        .payment(0, "ann", "bob", &suite.coin(0).unwrap(), 100)
        .unwrap();
    let back = suite
        .payment(other, "bob", "ann", &suite.coin(other).unwrap(), 200)
        .unwrap();
    let parts = vec![(0, there), (other, back)];
    suite.plan(parts, Settlement::OnProof).unwrap()
}

async fn state(zone: &Zone, task: Hash) -> LegState {
    let question = serde_json::to_vec(&QueryMsg::Leg { task_id: task }).unwrap();
    let answer = zone.chain.query(&zone.lock, &question).await.unwrap();
    let leg: Option<LegResponse> = serde_json::from_slice(&answer).unwrap();
    leg.unwrap().state
}

#[tokio::test]
async fn tasks_with_other_zones_go_on_while_one_is_away() {
    let mut suite = Suite::new(3).unwrap();
    let (near, far) = (swap(&mut suite, 1), swap(&mut suite, 2));
    for plan in [&far, &near] {
        suite.register_all(plan).unwrap();
    }
    let mut zones = Vec::new();
    let mut chains = Vec::new();
    for on in 0..3 {
        let side = suite.side(on).unwrap();
        let relayer = side.zone.account("relayer").unwrap();
        let chain = Arc::new(Flaky {
            zone: Embedded::new(side.zone.clone(), relayer).unwrap(),
            away: AtomicBool::new(false),
        });
        zones.push(Zone {
            lock: side.zone.address(&side.lock).unwrap(),
            view: side.zone.address(&side.view).unwrap(),
            lanes: vec![chain.clone()],
            chain: chain.clone(),
            witnesses: Vec::new(),
            start: Height(1),
            poll: Duration::from_millis(1),
            max_messages: 30,
        });
        chains.push(chain);
    }
    let ledger = Ledger::open(Journal::in_memory().unwrap(), Policy::default()).unwrap();
    let clock = chains[0].clone();
    let relay =
        Relay::new(zones.clone(), ledger).with_clock(Box::new(move || clock.zone.zone().time()));
    for zone in &zones {
        watch::survey(&relay, zone).await.unwrap();
        watch::catch_up(&relay, zone).await.unwrap();
    }

    let round = |away: bool| {
        let (relay, zones, chains) = (&relay, &zones, &chains);
        async move {
            chains[2].away.store(away, Ordering::Relaxed);
            submit::work(relay, &zones[0]).await.unwrap();
            chains[0].zone.zone().next_block().unwrap();
            watch::catch_up(relay, &zones[0]).await.unwrap();
        }
    };
    round(true).await;
    assert_eq!(state(&zones[0], near.id()).await, LegState::Committed);
    assert_eq!(state(&zones[0], far.id()).await, LegState::Registered);
    // Its node is back, and nothing has to be waited for.
    round(false).await;
    assert_eq!(state(&zones[0], far.id()).await, LegState::Committed);
}
