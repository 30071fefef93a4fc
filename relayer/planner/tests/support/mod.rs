//! Two zones that say what contracts would say.
// Each story uses its own part.
#![allow(dead_code)]

use std::collections::BTreeSet;

use tessera_lock::{reversal_hash, tx_hash, Effect, Event, Leg, Settlement, Task, TaskBody};
use tessera_planner::{
    absorb, Block, Conclusion, Duty, End, Entry, Fact, Knowledge, Observation, Policy, Promise,
    Served, Tick,
};
use tessera_primitives::{
    Address, Amount, Asset, Bytes, CanonicalAddress, Denom, Hash, Height, Seconds, Timestamp,
    ZoneId,
};

pub const SECOND: u64 = 1_000_000_000;
pub const DEADLINE: Height = Height(60);

pub fn zone(name: &str) -> ZoneId {
    ZoneId::new(name).unwrap()
}

pub fn address(byte: u8) -> CanonicalAddress {
    CanonicalAddress::new([byte; 32]).unwrap()
}

/// The time of a block: all zones start together and make a block every five seconds.
pub fn time(height: Height) -> Timestamp {
    Timestamp(1_700_000_000 * SECOND + height.0 * 5 * SECOND)
}

pub fn served(name: &str, others: &[&str]) -> Entry {
    Entry::Observed(Observation::Zone(Served {
        zone: zone(name),
        lock: address(1),
        registrants: BTreeSet::from([address(9)]),
        fresh: Seconds(900),
        fork_grace: 50,
        max_horizon: 1_000,
        views: others
            .iter()
            .map(|other| (zone(other), Seconds(1_000_000)))
            .collect(),
    }))
}

pub fn block(name: &str, height: u64, facts: Vec<Fact>) -> Entry {
    Entry::Observed(Observation::Block(Block {
        zone: zone(name),
        height: Height(height),
        time: time(Height(height)),
        facts,
    }))
}

fn effects(amount: u128) -> Vec<Effect> {
    vec![Effect::Transfer {
        asset: Asset::Native(Denom::new("stake").unwrap()),
        amount: Amount(amount),
        to: Address::new("someone").unwrap(),
    }]
}

/// A task with a leg on each of these zones.
pub fn task_on(names: &[&str], nonce: u64, settlement: Settlement) -> Task {
    let legs = names.iter().map(|name| Leg {
        zone: zone(name),
        lock: address(1),
        registrant: address(8),
        tx_hash: tx_hash(&effects(1)),
        reversal_hash: reversal_hash(&effects(2)),
        deadline: DEADLINE,
        retention: 1_000,
    });
    Task {
        legs: legs.collect(),
        settlement,
        nonce,
    }
}

pub fn task(nonce: u64) -> Task {
    task_on(&["a", "b"], nonce, Settlement::OnProof)
}

pub fn registered(task: &Task, name: &str) -> Fact {
    offered(task, name, 0)
}

/// A leg that was registered with a tip.
pub fn offered(task: &Task, name: &str, tip: u128) -> Fact {
    let body = TaskBody {
        task: task.clone(),
        tx: Some(effects(1)),
        reversal: Some(effects(2)),
    };
    let (leg, _) = task.leg_of(&zone(name), &address(1)).unwrap();
    Fact::Lock(Event::Registered {
        task: task.id(),
        leg,
        registrant: Address::new("someone").unwrap(),
        deadline: DEADLINE,
        tip: Amount(tip),
        body: Bytes(body.to_bytes()),
    })
}

pub fn committed(task: &Task, height: u64) -> Fact {
    Fact::Lock(Event::Committed {
        task: task.id(),
        height: Height(height),
        caller: Address::new("relayer").unwrap(),
    })
}

pub fn kept(task: &Task) -> Fact {
    Fact::Lock(Event::Kept {
        task: task.id(),
        caller: Address::new("relayer").unwrap(),
    })
}

pub fn reversed(task: &Task) -> Fact {
    Fact::Lock(Event::Reversed {
        task: task.id(),
        caller: Address::new("relayer").unwrap(),
    })
}

pub fn advanced(of: &str, height: u64) -> Fact {
    shown(of, height, Hash::ZERO)
}

/// A view took this header.
pub fn shown(of: &str, height: u64, hash: Hash) -> Fact {
    Fact::View(tessera_view::Event::Advanced {
        zone: zone(of),
        height: Height(height),
        hash,
        time: time(Height(height)),
        branch: 0,
        reward: Amount(0),
    })
}

pub fn viewed(of: &str) -> Fact {
    Fact::View(tessera_view::Event::ZoneRegistered {
        zone: zone(of),
        height: Height(1),
        hash: Hash::ZERO,
        time: time(Height(1)),
    })
}

/// A view learnt of a fork.
pub fn fork_reported(of: &str, branch: u32, fork: u64, exact: bool) -> Fact {
    Fact::View(tessera_view::Event::ForkReported {
        zone: zone(of),
        branch,
        fork: Height(fork),
        exact,
        a: Hash([1; 32]),
        b: Hash([2; 32]),
        bounty: Amount(0),
    })
}

/// A view's owner admitted a branch, and left the fork before it at 20.
pub fn admitted(of: &str, branch: u32, height: u64, hash: Hash) -> Fact {
    Fact::View(tessera_view::Event::BranchAdmitted {
        zone: zone(of),
        chain_id: zone(of),
        branch,
        height: Height(height),
        hash,
        time: time(Height(height)),
        fork: Height(20),
        exact: true,
    })
}

/// The header that our own node has.
pub fn header(of: &str, height: u64, hash: Option<Hash>) -> Entry {
    Entry::Observed(Observation::Header {
        zone: zone(of),
        height: Height(height),
        hash,
    })
}

pub fn conflict(of: &str, height: u64) -> Entry {
    Entry::Observed(Observation::Conflict {
        zone: zone(of),
        height: Height(height),
    })
}

/// A relayer in memory, with the journal that it would have written.
pub struct Relayer {
    pub knowledge: Knowledge,
    pub journal: Vec<Entry>,
}

impl Relayer {
    /// Two zones that view each other, at height 2.
    pub fn new() -> Relayer {
        Relayer::under(Policy::default())
    }

    pub fn under(policy: Policy) -> Relayer {
        let mut relayer = Relayer {
            knowledge: Knowledge::new(policy),
            journal: Vec::new(),
        };
        relayer.absorb(served("a", &["b"]));
        relayer.absorb(served("b", &["a"]));
        relayer.absorb(block("a", 2, vec![viewed("b")]));
        relayer.absorb(block("b", 2, vec![viewed("a")]));
        relayer
    }

    pub fn absorb(&mut self, entry: Entry) {
        self.journal.push(entry.clone());
        absorb(&mut self.knowledge, entry);
    }

    /// The same block height on both zones.
    pub fn blocks(&mut self, height: u64, a: Vec<Fact>, b: Vec<Fact>) {
        self.absorb(block("a", height, a));
        self.absorb(block("b", height, b));
    }

    pub fn now(&self) -> Timestamp {
        time(self.knowledge.height(&zone("a")).unwrap())
    }

    pub fn duties(&self) -> Vec<Duty> {
        tessera_planner::duties(&self.knowledge, Tick { now: self.now() })
    }

    /// The duties of the next transaction on a zone, as text.
    pub fn next_on(&self, name: &str) -> Vec<String> {
        let duties = self.transaction_on(name);
        duties.iter().map(Duty::to_string).collect()
    }

    pub fn transaction_on(&self, name: &str) -> Vec<Duty> {
        let tick = Tick { now: self.now() };
        let mut transactions = tessera_planner::transactions(&self.knowledge, tick);
        transactions.remove(&zone(name)).unwrap_or_default().first
    }

    /// Duties as text, for reading.
    pub fn said(&self) -> Vec<String> {
        self.duties().iter().map(Duty::to_string).collect()
    }

    pub fn promise(&mut self, duty: Duty, until: u64) -> u64 {
        let id = self.knowledge.next_promise();
        self.absorb(Entry::Promised(Promise {
            id,
            duty,
            until: Height(until),
            transaction: id,
            together: 1,
        }));
        id
    }

    /// Takes duties on that share a transaction.
    pub fn promise_together(&mut self, duties: Vec<Duty>, until: u64) -> Vec<u64> {
        let transaction = self.knowledge.next_promise();
        let together = duties.len() as u32;
        let ids = (transaction..).zip(duties).map(|(id, duty)| {
            let until = Height(until);
            self.absorb(Entry::Promised(Promise {
                id,
                duty,
                until,
                transaction,
                together,
            }));
            id
        });
        ids.collect()
    }

    pub fn conclude(&mut self, id: u64, end: End) {
        let at = self.now();
        self.absorb(Entry::Concluded(Conclusion { id, end, at }));
    }

    pub fn included(&mut self, id: u64, height: u64) {
        self.conclude(
            id,
            End::Included {
                height: Height(height),
                transaction: Hash::ZERO,
            },
        );
    }
}
