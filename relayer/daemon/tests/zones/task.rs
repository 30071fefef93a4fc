//! Tasks, as users write and register them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::{json, Value};
use tessera::chain::Chain;
use tessera_contract_api::chain_view::{QueryMsg, ViewResponse};
use tessera_lock::{
    evidence::ZoneProof, key, reversal_hash, tx_hash, Effect, Settlement, Task, TaskBody,
};
use tessera_primitives::{Address, Amount, Asset, Height};

use tessera_proof::Proof;

use crate::{
    ground::{until, Ground},
    operator::{FORK_GRACE, HORIZON},
    people::Person,
};

/// What a simple leg pays.
pub const SENT: u128 = 1_000;
/// What relayers get for a leg.
pub const TIP: u128 = 20;

/// One leg of a draft.
pub struct Leg<'a> {
    pub zone: usize,
    pub registrant: &'a Person,
    pub tx: Vec<Effect>,
    pub reversal: Vec<Effect>,
    /// Blocks to its deadline.
    pub ahead: u64,
}

/// A draft, and the task that it describes.
#[derive(Clone)]
pub struct Drafted {
    pub file: PathBuf,
    pub task: Task,
    /// By zone.
    pub deadlines: BTreeMap<usize, u64>,
}

/// What registering a leg answered.
pub struct Registered {
    pub task: String,
    /// The transaction's fee.
    pub fee: u128,
}

/// A task without its effects: what messages about it carry where these are not needed.
pub fn body(task: &Task) -> TaskBody {
    TaskBody {
        task: task.clone(),
        tx: None,
        reversal: None,
    }
}

pub fn pays(asset: Asset, amount: u128, to: &Person) -> Effect {
    Effect::Transfer {
        asset,
        amount: Amount(amount),
        to: to.address.clone(),
    }
}

impl Ground {
    /// A leg in which one pays another in the zone's coin.
    pub fn payment<'a>(&self, zone: usize, from: &'a Person, to: &Person, ahead: u64) -> Leg<'a> {
        Leg {
            zone,
            registrant: from,
            tx: vec![pays(self.coin(zone), SENT, to)],
            reversal: vec![pays(self.coin(zone), SENT, from)],
            ahead,
        }
    }

    /// Writes the file that all registrants use. The legs are in the order of their zones.
    pub fn draft(&self, settlement: Settlement, legs: &[Leg]) -> Drafted {
        let nonce = self.nonce();
        let mut deadlines = BTreeMap::new();
        let mut drafted: Vec<Value> = Vec::new();
        let mut hashed = Vec::new();
        for leg in legs {
            let deadline = self.height(leg.zone) + leg.ahead;
            let lock = &self.sites[leg.zone].lock;
            let retention = HORIZON + FORK_GRACE;
            deadlines.insert(leg.zone, deadline);
            drafted.push(json!({
                "zone": self.id(leg.zone),
                "lock": lock,
                "registrant": leg.registrant.address,
                "tx": leg.tx,
                "reversal": leg.reversal,
                "deadline": deadline,
                "retention": retention,
                "tip": TIP.to_string(),
            }));
            let chain = self.chain(leg.zone, "relayer");
            hashed.push(tessera_lock::Leg {
                zone: self.id(leg.zone).parse().unwrap(),
                lock: chain.canonical(lock).unwrap(),
                registrant: chain.canonical(&leg.registrant.address).unwrap(),
                tx_hash: tx_hash(&leg.tx),
                reversal_hash: reversal_hash(&leg.reversal),
                deadline: Height(deadline),
                retention,
            });
        }
        let file = self.path(&format!("task-{nonce}.json"));
        let draft = json!({ "settlement": settlement, "nonce": nonce, "legs": drafted });
        fs::write(&file, draft.to_string()).unwrap();
        let task = Task {
            legs: hashed,
            settlement,
            nonce,
        };
        Drafted {
            file,
            task,
            deadlines,
        }
    }

    pub fn try_register(
        &self,
        zone: usize,
        key: &str,
        draft: &Drafted,
    ) -> Result<Registered, String> {
        let file = draft.file.to_str().unwrap();
        let done = self.try_tessera(&[
            "tx",
            "task",
            "register",
            "--chain",
            self.id(zone),
            "--key-name",
            key,
            "--file",
            file,
        ])?;
        assert_eq!(done["task"], draft.task.id().to_string());
        Ok(Registered {
            task: draft.task.id().to_string(),
            fee: done["fee"].as_str().unwrap().parse().unwrap(),
        })
    }

    pub fn register(&self, zone: usize, person: &Person, draft: &Drafted) -> Registered {
        let done = self.try_register(zone, &person.name, draft);
        done.unwrap_or_else(|refused| panic!("{} on {zone}: {refused}", person.name))
    }

    /// A proof of how a task's leg on a zone stands, at the root that one of its headers carries.
    pub fn prove(&self, zone: usize, task: &Task, header: Height) -> ZoneProof {
        let chain = self.chain(zone, "relayer");
        let leg = task.legs.iter().find(|leg| leg.zone == *chain.zone());
        let (key, state) = (key::leg(&task.id()), header.minus(1).unwrap());
        let proven = chain.prove(&leg.unwrap().lock, &key, state);
        let proven = self.runtime.block_on(proven).unwrap();
        ZoneProof {
            zone: chain.zone().clone(),
            height: header,
            tasks: Vec::new(),
            proof: Proof::Single {
                item: proven.item,
                store: proven.store,
            },
        }
    }

    /// What one zone knows of another.
    pub fn view(&self, on: usize, of: usize) -> ViewResponse {
        let zone = self.id(of).parse().unwrap();
        self.ask(on, &self.sites[on].view, &QueryMsg::View { zone })
    }

    /// How the legs of a task stand, by chain id.
    pub fn states(&self, task: &str) -> BTreeMap<String, String> {
        let legs = self.tessera(&["query", "task", task]);
        let legs = legs.as_array().unwrap().iter();
        legs.map(|leg| {
            let state = leg["leg"]["state"].as_str().unwrap_or("unregistered");
            (leg["zone"].as_str().unwrap().into(), state.into())
        })
        .collect()
    }

    /// Waits until the legs of a task stand like this.
    pub fn expect(&self, task: &str, ends: &[(usize, &str)]) {
        let all = |states: &BTreeMap<String, String>| {
            ends.iter()
                .all(|(zone, end)| states[self.id(*zone)] == *end)
        };
        until(&format!("{ends:?}"), || self.states(task), all);
    }

    /// Whether no task is left on a zone that somebody still has to act upon, and the lock holds nothing.
    pub fn assert_nothing_is_open(&self, zone: usize) {
        let open = self.tessera(&["query", "open-tasks", "--chain", self.id(zone)]);
        assert_eq!(open.as_array().unwrap().len(), 0, "{open}");
        let lock: &Address = &self.sites[zone].lock;
        assert_eq!(
            self.coins(zone, lock),
            0,
            "the lock of {zone} holds something"
        );
    }
}
