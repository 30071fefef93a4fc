//! Embedded zones with their contracts, behind nodes that misbehave as told, and a relayer between them.
// Each story uses its own part.
#![allow(dead_code)]

use std::{
    sync::{
        atomic::{AtomicBool, AtomicU64, Ordering},
        Arc, Mutex, OnceLock,
    },
    time::Duration,
};

use async_trait::async_trait;
use tessera::{
    chain::{
        embedded::Embedded, Call, Chain, ChainBlock, ChainError, Included, LightBlock, Offered,
        Prepared, Proven,
    },
    journal::{Journal, Log},
    ledger::Ledger,
    relay::{Relay, RelayError, Zone},
    submit, watch,
};
use tessera_contract_api::transaction_lock::{LegResponse, QueryMsg};
use tessera_lock::{state::LegState, Settlement};
use tessera_planner::{GasPrice, Policy};
use tessera_primitives::{Address, Amount, Asset, CanonicalAddress, Hash, Height, ZoneId};
use tessera_testing::suite::{Plan, Suite};

/// What becomes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in the open block.
    Included,
    /// Somebody else took the account's place in line.
    Sequence,
    /// It is in the open block, and the answer is lost.
    Unanswered,
}

/// A node of an embedded zone.
pub struct Node {
    pub zone: Embedded,
    /// It does not answer.
    pub away: AtomicBool,
    /// Whoever asks it panics.
    pub faulty: AtomicBool,
    /// What its chain asks for gas.
    pub gas_price: Mutex<Option<GasPrice>>,
    /// Who pays for gas, and in which denom; the account itself, in none, unless told.
    pub payer: OnceLock<(Address, String)>,
    /// It has no block below this.
    pub earliest: AtomicU64,
    /// From this height on it shows headers that nobody signed.
    pub forged_from: AtomicU64,
    /// What becomes of the next transactions; included when there is none.
    pub fates: Mutex<Vec<Fate>>,
    /// The verbs of each transaction that was sent, with its fate.
    pub sent: Mutex<Vec<(Vec<String>, Fate)>>,
}

impl Node {
    pub fn new(zone: Embedded) -> Arc<Node> {
        Arc::new(Node {
            zone,
            away: AtomicBool::new(false),
            faulty: AtomicBool::new(false),
            gas_price: Mutex::default(),
            payer: OnceLock::new(),
            earliest: AtomicU64::new(0),
            forged_from: AtomicU64::new(u64::MAX),
            fates: Mutex::default(),
            sent: Mutex::default(),
        })
    }

    fn here(&self) -> Result<&Embedded, ChainError> {
        assert!(!self.faulty.load(Ordering::Relaxed), "what nobody foresaw");
        if !self.away.load(Ordering::Relaxed) {
            return Ok(&self.zone);
        }
        Err(self.unreachable("connection refused"))
    }

    fn unreachable(&self, reason: &str) -> ChainError {
        ChainError::Unreachable {
            zone: Chain::zone(&self.zone).clone(),
            endpoint: "nowhere".into(),
            reason: reason.into(),
        }
    }

    fn kept(&self, height: Height) -> Result<&Embedded, ChainError> {
        let here = self.here()?;
        if height.0 >= self.earliest.load(Ordering::Relaxed) {
            return Ok(here);
        }
        Err(ChainError::Missing {
            zone: Chain::zone(&self.zone).clone(),
            what: "block",
            height,
            reason: "pruned".into(),
        })
    }

    fn forges(&self, height: Height) -> bool {
        height.0 >= self.forged_from.load(Ordering::Relaxed)
    }
}

/// The words before the braces of each message.
fn verbs(calls: &[u8]) -> Vec<String> {
    let messages: Vec<serde_json::Value> = serde_json::from_slice(calls).unwrap();
    let verb = |message: &serde_json::Value| {
        let bytes = message["wasm"]["execute"]["msg"].as_str().unwrap();
        let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, bytes).unwrap();
        let message: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        message.as_object().unwrap().keys().next().unwrap().clone()
    };
    messages.iter().map(verb).collect()
}

#[async_trait]
impl Chain for Node {
    fn zone(&self) -> &ZoneId {
        Chain::zone(&self.zone)
    }
    fn account(&self) -> Option<&Address> {
        self.zone.account()
    }
    fn payer(&self) -> Option<&Address> {
        let payer = self.payer.get().map(|(payer, _)| payer);
        payer.or(self.account())
    }
    fn gas_denom(&self) -> Option<String> {
        self.payer.get().map(|(_, denom)| denom.clone())
    }
    async fn gas_price(&self) -> Option<GasPrice> {
        *self.gas_price.lock().unwrap()
    }
    async fn tip(&self) -> Result<Height, ChainError> {
        self.here()?.tip().await
    }
    async fn block(&self, height: Height) -> Result<ChainBlock, ChainError> {
        let mut block = self.kept(height)?.block(height).await?;
        if self.forges(height) {
            block.hash = Hash::sha256(&block.hash.0);
        }
        Ok(block)
    }
    async fn header(&self, height: Height) -> Result<LightBlock, ChainError> {
        let mut block = self.kept(height)?.header(height).await?;
        if self.forges(height) {
            // Another header, under the signatures of the true one.
            let app_hash = tendermint::AppHash::try_from(vec![9; 32]).unwrap();
            block.signed_header.header.app_hash = app_hash;
            let hash = block.signed_header.header.hash();
            block.signed_header.commit.block_id.hash = hash;
        }
        Ok(block)
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
        let fate = self.fates.lock().unwrap().pop().unwrap_or(Fate::Included);
        let verbs = verbs(&prepared.bytes);
        self.sent.lock().unwrap().push((verbs, fate));
        if fate == Fate::Sequence {
            return Err(ChainError::Refused {
                zone: Chain::zone(&self.zone).clone(),
                code: 32,
                codespace: "sdk".into(),
                reason: "account sequence mismatch".into(),
            });
        }
        self.here()?.offer(prepared).await
    }
    async fn settled(&self, prepared: &Prepared) -> Result<Included, ChainError> {
        let fate = self.sent.lock().unwrap().last().map(|(_, fate)| *fate);
        if fate == Some(Fate::Unanswered) {
            return Err(self.unreachable("connection reset"));
        }
        self.here()?.settled(prepared).await
    }
}

/// Two parties pay each other on the first zone and on another.
pub fn swap(suite: &mut Suite, other: usize) -> Plan {
    let there = suite
        .payment(0, "ann", "bob", &suite.coin(0).unwrap(), 100)
        .unwrap();
    let back = suite
        .payment(other, "bob", "ann", &suite.coin(other).unwrap(), 200)
        .unwrap();
    let parts = vec![(0, there), (other, back)];
    suite.plan(parts, Settlement::OnProof).unwrap()
}

/// How a task's leg stands on a zone.
pub async fn state(zone: &Zone, task: Hash) -> LegState {
    let question = serde_json::to_vec(&QueryMsg::Leg { task_id: task }).unwrap();
    let answer = zone.chain.query(&zone.lock, &question).await.unwrap();
    let leg: Option<LegResponse> = serde_json::from_slice(&answer).unwrap();
    leg.unwrap().state
}

/// A suite's zones, behind nodes.
pub struct Site {
    pub nodes: Vec<Arc<Node>>,
    pub zones: Vec<Zone>,
}

impl Site {
    pub fn new(suite: &Suite) -> Site {
        let mut nodes = Vec::new();
        let mut zones = Vec::new();
        for side in &suite.sides {
            let relayer = side.zone.account("relayer").unwrap();
            let node = Node::new(Embedded::new(side.zone.clone(), relayer).unwrap());
            zones.push(Zone {
                lock: side.zone.address(&side.lock).unwrap(),
                view: side.zone.address(&side.view).unwrap(),
                lanes: vec![node.clone()],
                chain: node.clone(),
                witnesses: Vec::new(),
                start: Height(1),
                poll: Duration::from_millis(1),
                wake: None,
                pool: None,
                max_messages: 30,
            });
            nodes.push(node);
        }
        Site { nodes, zones }
    }

    /// A relayer that has surveyed the zones that answer.
    ///
    /// # Errors
    /// What a zone or the journal says.
    pub async fn relay(&self, journal: impl Log + 'static) -> Result<Relay, RelayError> {
        self.relay_under(Policy::default(), journal).await
    }

    /// The same under a policy.
    ///
    /// # Errors
    /// What a zone or the journal says.
    pub async fn relay_under(
        &self,
        policy: Policy,
        journal: impl Log + 'static,
    ) -> Result<Relay, RelayError> {
        let ledger = Ledger::open(journal, policy)?;
        let clock = self.nodes[0].clone();
        let relay = Relay::new(self.zones.clone(), ledger)
            .with_clock(Box::new(move || clock.zone.zone().time()));
        relay.survey().await?;
        Ok(relay)
    }

    pub async fn fresh_relay(&self) -> Relay {
        let journal = Journal::in_memory().unwrap();
        self.relay(journal).await.unwrap()
    }

    pub fn seal(&self) {
        for node in &self.nodes {
            node.zone.zone().next_block().unwrap();
        }
    }
}

/// Reads what is new on every zone.
///
/// # Errors
/// What a zone or the journal says.
pub async fn read(relay: &Relay) -> Result<(), RelayError> {
    for zone in relay.zones() {
        watch::catch_up(relay, zone).await?;
    }
    Ok(())
}

/// Reads, and does what is due.
///
/// # Errors
/// What a zone or the journal says.
pub async fn step(relay: &Relay) -> Result<(), RelayError> {
    read(relay).await?;
    for zone in relay.zones() {
        submit::work(relay, zone).await?;
    }
    Ok(())
}
