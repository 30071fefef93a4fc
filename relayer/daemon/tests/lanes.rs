//! Several accounts of one zone at work, and batches that cannot go as one. Each task here has a leg that only waits to
//! be given back: one message that needs no proof and that fails when somebody else was first.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
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
use tessera_contract_api::transaction_lock::{ExecuteMsg, LegResponse, QueryMsg};
use tessera_lock::{state::LegState, Settlement};
use tessera_planner::Policy;
use tessera_primitives::{Address, Amount, Asset, CanonicalAddress, Hash, Height, ZoneId};
use tessera_testing::suite::{Plan, Suite};
use tokio_util::sync::CancellationToken;

/// What one account's node says no to.
#[derive(Clone, Debug, Default)]
struct Mood {
    /// More messages than this are too many bytes.
    most: Option<usize>,
    /// It has no money.
    poor: bool,
    /// So many times the sequence is another's.
    sequences: u32,
    /// In a block, it takes so much spare gas.
    spare: u64,
    /// Somebody lapses this task between trying out and the block.
    rival: Option<Hash>,
}

/// An account of an embedded zone: transactions run when they are waited for, as in a block, and not when they are offered.
struct Account {
    zone: Embedded,
    lock: Address,
    mood: Mutex<Mood>,
    /// Spare gas of prepared transactions.
    spare: Mutex<BTreeMap<Hash, u64>>,
    /// How many messages each offered transaction had.
    offered: Mutex<Vec<usize>>,
}

impl Account {
    fn refused(&self, code: u32, codespace: &str) -> ChainError {
        ChainError::Refused {
            zone: Chain::zone(&self.zone).clone(),
            code,
            codespace: codespace.into(),
            reason: "as told".into(),
        }
    }

    fn offered(&self) -> Vec<usize> {
        std::mem::take(&mut *self.offered.lock().unwrap())
    }

    fn lapse(&self, task: Hash) {
        let thief = self.zone.zone().account("thief").unwrap();
        let lock = cosmwasm_std::Addr::unchecked(self.lock.as_str());
        let message = ExecuteMsg::Lapse { task_id: task };
        let mut zone = self.zone.zone();
        zone.execute(&thief, &lock, &message, &[]).unwrap();
    }
}

#[async_trait]
impl Chain for Account {
    fn zone(&self) -> &ZoneId {
        Chain::zone(&self.zone)
    }
    fn account(&self) -> Option<&Address> {
        self.zone.account()
    }
    async fn tip(&self) -> Result<Height, ChainError> {
        self.zone.tip().await
    }
    async fn block(&self, height: Height) -> Result<ChainBlock, ChainError> {
        self.zone.block(height).await
    }
    async fn header(&self, height: Height) -> Result<LightBlock, ChainError> {
        self.zone.header(height).await
    }
    async fn prove(
        &self,
        contract: &CanonicalAddress,
        key: &[u8],
        state: Height,
    ) -> Result<Proven, ChainError> {
        self.zone.prove(contract, key, state).await
    }
    async fn query(&self, contract: &Address, question: &[u8]) -> Result<Vec<u8>, ChainError> {
        self.zone.query(contract, question).await
    }
    async fn balance(&self, holder: &Address, asset: &Asset) -> Result<Amount, ChainError> {
        self.zone.balance(holder, asset).await
    }
    fn canonical(&self, address: &Address) -> Result<CanonicalAddress, ChainError> {
        self.zone.canonical(address)
    }
    fn humanise(&self, address: &CanonicalAddress) -> Result<Address, ChainError> {
        self.zone.humanise(address)
    }
    async fn prepare(&self, calls: &[Call]) -> Result<Prepared, ChainError> {
        let mood = self.mood.lock().unwrap().clone();
        if mood.poor {
            return Err(ChainError::NoMoney {
                zone: Chain::zone(&self.zone).clone(),
                account: self.zone.account().unwrap().clone(),
                needed: "fees".into(),
                reason: "as told".into(),
            });
        }
        if let Some(limit) = mood.most.filter(|most| calls.len() > *most) {
            return Err(ChainError::TooLarge {
                zone: Chain::zone(&self.zone).clone(),
                actual: calls.len(),
                limit,
            });
        }
        let prepared = self.zone.prepare(calls).await?;
        let spare = calls.iter().map(|call| call.spare_gas).max().unwrap();
        let prepared = Prepared {
            gas_limit: 1_000 + spare,
            ..prepared
        };
        self.spare.lock().unwrap().insert(prepared.hash, spare);
        Ok(prepared)
    }
    async fn offer(&self, prepared: &Prepared) -> Result<Offered, ChainError> {
        let messages: Vec<serde_json::Value> = serde_json::from_slice(&prepared.bytes).unwrap();
        self.offered.lock().unwrap().push(messages.len());
        let mut mood = self.mood.lock().unwrap();
        if mood.sequences > 0 {
            mood.sequences -= 1;
            return Err(self.refused(32, "sdk"));
        }
        if let Some(task) = mood.rival.take() {
            self.lapse(task);
        }
        Ok(Offered::Queued)
    }
    async fn settled(&self, prepared: &Prepared) -> Result<Included, ChainError> {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let spare = self.spare.lock().unwrap()[&prepared.hash];
        if spare < self.mood.lock().unwrap().spare {
            return Err(self.refused(11, "sdk"));
        }
        self.zone.offer(prepared).await?;
        self.zone.settled(prepared).await
    }
}

struct Ground {
    relay: Arc<Relay>,
    accounts: Vec<Arc<Account>>,
    tasks: Vec<Hash>,
}

impl Ground {
    /// So many legs to give back, and these accounts to do it.
    async fn new(tasks: usize, names: &[&str], most: usize) -> Ground {
        let mut suite = Suite::new(2).unwrap();
        let plans: Vec<Plan> = (0..tasks).map(|_| payment(&mut suite)).collect();
        for plan in &plans {
            suite.register(0, plan).unwrap();
        }
        suite.tick(60).unwrap();
        let side = suite.side(0).unwrap();
        let lock = side.zone.address(&side.lock).unwrap();
        let first = side.zone.account(names[0]).unwrap();
        let zone = Embedded::new(side.zone.clone(), first).unwrap();
        let accounts: Vec<Arc<Account>> = names
            .iter()
            .map(|name| {
                let sender = zone.zone().account(name).unwrap();
                Arc::new(Account {
                    zone: zone.with_account(sender).unwrap(),
                    lock: lock.clone(),
                    mood: Mutex::default(),
                    spare: Mutex::default(),
                    offered: Mutex::default(),
                })
            })
            .collect();
        let lanes = accounts.iter().map(|lane| lane.clone() as Arc<dyn Chain>);
        let served = Zone {
            chain: accounts[0].clone(),
            lanes: lanes.collect(),
            witnesses: Vec::new(),
            view: side.zone.address(&side.view).unwrap(),
            lock,
            start: Height(1),
            poll: Duration::from_millis(5),
            wake: None,
            pool: None,
            max_messages: most,
        };
        let ledger = Ledger::open(Journal::in_memory().unwrap(), Policy::default()).unwrap();
        let clock = zone.clone();
        let relay =
            Relay::new(vec![served], ledger).with_clock(Box::new(move || clock.zone().time()));
        let ground = Ground {
            relay: Arc::new(relay),
            accounts,
            tasks: plans.iter().map(Plan::id).collect(),
        };
        watch::survey(&ground.relay, ground.zone()).await.unwrap();
        watch::catch_up(&ground.relay, ground.zone()).await.unwrap();
        ground
    }

    fn zone(&self) -> &Zone {
        self.relay.zones().next().unwrap()
    }

    fn set(&self, account: usize, mood: Mood) {
        *self.accounts[account].mood.lock().unwrap() = mood;
    }

    /// Works once, and reads what became of it.
    async fn work(&self) {
        submit::work(&self.relay, self.zone()).await.unwrap();
        self.seal().await;
    }

    async fn seal(&self) {
        self.accounts[0].zone.zone().next_block().unwrap();
        watch::catch_up(&self.relay, self.zone()).await.unwrap();
    }

    async fn lapsed(&self) -> usize {
        let mut lapsed = 0;
        for task in &self.tasks {
            let question = serde_json::to_vec(&QueryMsg::Leg { task_id: *task }).unwrap();
            let answer = self.zone().chain.query(&self.zone().lock, &question).await;
            let leg: Option<LegResponse> = serde_json::from_slice(&answer.unwrap()).unwrap();
            lapsed += usize::from(leg.unwrap().state == LegState::Lapsed);
        }
        lapsed
    }

    /// Duties that something was held against.
    async fn blamed(&self) -> usize {
        self.relay.ledger().lock().await.knowledge().stuck(1).len()
    }

    /// Runs the relayer and the zone until everything is given back.
    async fn run(&self) {
        let cancel = CancellationToken::new();
        let running = tokio::spawn(self.relay.clone().run(cancel.clone()));
        for _ in 0..500 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            self.accounts[0].zone.zone().next_block().unwrap();
            if self.lapsed().await == self.tasks.len() {
                break;
            }
        }
        cancel.cancel();
        running.await.unwrap().unwrap();
        assert_eq!(self.lapsed().await, self.tasks.len());
    }
}

fn payment(suite: &mut Suite) -> Plan {
    let coins = [suite.coin(0).unwrap(), suite.coin(1).unwrap()];
    let there = suite.payment(0, "ann", "bob", &coins[0], 1).unwrap();
    let back = suite.payment(1, "bob", "ann", &coins[1], 1).unwrap();
    let parts = vec![(0, there), (1, back)];
    suite.plan(parts, Settlement::OnProof).unwrap()
}

#[tokio::test]
async fn what_is_too_big_is_cut_in_halves() {
    let ground = Ground::new(12, &["relayer"], 30).await;
    ground.set(
        0,
        Mood {
            most: Some(4),
            ..Mood::default()
        },
    );
    ground.work().await;
    assert_eq!(ground.accounts[0].offered(), [3, 3, 3, 3]);
    assert_eq!((ground.lapsed().await, ground.blamed().await), (12, 0));
}

#[tokio::test]
async fn a_rival_spoils_a_batch_and_no_duty() {
    let ground = Ground::new(5, &["relayer"], 30).await;
    let rival = Some(ground.tasks[3]);
    ground.set(
        0,
        Mood {
            rival,
            ..Mood::default()
        },
    );
    ground.work().await;
    // Together, then one by one; the rival's is refused before it is sent.
    assert_eq!(ground.accounts[0].offered(), [5, 1, 1, 1, 1]);
    assert_eq!((ground.lapsed().await, ground.blamed().await), (5, 0));
}

#[tokio::test]
async fn out_of_gas_is_cut_in_halves_and_then_given_more() {
    let ground = Ground::new(2, &["relayer"], 30).await;
    ground.set(
        0,
        Mood {
            spare: 900,
            ..Mood::default()
        },
    );
    ground.work().await;
    // 1,000 and 1,500 are too little, 2,250 is enough.
    assert_eq!(ground.accounts[0].offered(), [2, 1, 1, 1, 1, 1, 1]);
    assert_eq!((ground.lapsed().await, ground.blamed().await), (2, 0));
}

#[tokio::test]
async fn what_never_has_gas_enough_is_put_off() {
    let ground = Ground::new(1, &["relayer"], 30).await;
    ground.set(
        0,
        Mood {
            spare: u64::MAX,
            ..Mood::default()
        },
    );
    submit::work(&ground.relay, ground.zone()).await.unwrap();
    assert_eq!(ground.accounts[0].offered(), [1, 1, 1]);
    assert_eq!((ground.lapsed().await, ground.blamed().await), (0, 1));
    // It is paused.
    submit::work(&ground.relay, ground.zone()).await.unwrap();
    assert_eq!(ground.accounts[0].offered(), [0; 0]);
}

#[tokio::test]
async fn another_program_with_the_key_costs_no_duty_anything() {
    let ground = Ground::new(3, &["relayer"], 30).await;
    ground.set(
        0,
        Mood {
            sequences: 3,
            ..Mood::default()
        },
    );
    ground.work().await;
    assert_eq!(ground.accounts[0].offered(), [3, 3, 3, 3]);
    assert_eq!((ground.lapsed().await, ground.blamed().await), (3, 0));
    // And it is not tried for ever.
    let ground = Ground::new(3, &["relayer"], 30).await;
    ground.set(
        0,
        Mood {
            sequences: u32::MAX,
            ..Mood::default()
        },
    );
    let ended = submit::work(&ground.relay, ground.zone()).await;
    assert!(ended.is_err());
    assert_eq!(ground.accounts[0].offered(), [3; 5]);
    assert_eq!(ground.blamed().await, 0);
}

#[tokio::test]
async fn lanes_share_the_work_and_never_a_duty() {
    let ground = Ground::new(24, &["relayer", "cleo"], 3).await;
    ground.run().await;
    let [one, other] = [0, 1].map(|lane| ground.accounts[lane].offered());
    assert!(!one.is_empty() && !other.is_empty(), "{one:?} {other:?}");
    let sent: usize = one.iter().chain(&other).sum();
    assert_eq!(sent, 24, "each once: {one:?} {other:?}");
    ground.seal().await;
    assert_eq!(ground.blamed().await, 0);
}

#[tokio::test]
async fn a_lane_without_money_leaves_its_work_to_the_others() {
    let ground = Ground::new(12, &["relayer", "cleo"], 3).await;
    ground.set(
        0,
        Mood {
            poor: true,
            ..Mood::default()
        },
    );
    ground.run().await;
    assert_eq!(ground.accounts[0].offered(), [0; 0]);
    assert_eq!(ground.accounts[1].offered().iter().sum::<usize>(), 12);
}

#[tokio::test]
async fn a_plan_holds_until_something_is_new_or_a_pause_is_over() {
    let ground = Ground::new(1, &["relayer"], 30).await;
    let mut ledger = ground.relay.ledger().lock().await;
    let now = ground.relay.now();
    let due = ledger.duties(now).to_vec();
    assert_eq!(due.len(), 1);
    ledger.put_off(due[0].clone(), "no".into(), now).unwrap();
    assert!(ledger.duties(now).is_empty());
    let later = now.plus(Policy::default().longest_pause).unwrap();
    assert_eq!(ledger.duties(later), due);
}
