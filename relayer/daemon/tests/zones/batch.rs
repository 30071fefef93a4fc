//! Tasks by the dozen, as users register them: in batches, each task between the same two people on the first two zones.

use tessera::{
    chain::{wasmd::Wasmd, Call, Chain},
    duties::call,
};
use tessera_contract_api::transaction_lock::{ExecuteMsg, OwnLeg};
use tessera_lock::{reversal_hash, tx_hash, Effect, Leg, Settlement, Task};
use tessera_primitives::{Amount, Height};

use crate::{
    ground::Ground,
    operator::{FEE, FORK_GRACE, HORIZON},
    people::Person,
    task::{pays, TIP},
};

/// Tasks of one message.
pub const BATCH: usize = 30;

/// Somebody who registers, with a connection to each zone.
pub struct User {
    pub person: Person,
    lanes: Vec<Wasmd>,
}

impl User {
    pub fn new(ground: &Ground, person: Person) -> User {
        let zones = 0..ground.record.zones.len();
        User {
            lanes: zones.map(|zone| ground.chain(zone, &person.name)).collect(),
            person,
        }
    }
}

/// When tasks must be committed, by zone, and when they are settled.
#[derive(Clone, Copy)]
pub struct Terms {
    pub deadlines: [u64; 2],
    pub settlement: Settlement,
}

/// A task in which each of two people pays the other: on zone `z`, `between[z]` pays `amounts[z]`.
pub struct Swap {
    pub task: Task,
    pub amounts: [u128; 2],
}

pub fn swap(ground: &Ground, between: [&User; 2], terms: Terms, amounts: [u128; 2]) -> Swap {
    let legs = [0, 1].map(|zone| {
        let [tx, reversal] = effects(ground, between, zone, amounts[zone]);
        let lane = &between[zone].lanes[zone];
        let canonical = |address| lane.canonical(address).unwrap();
        Leg {
            zone: lane.zone().clone(),
            lock: canonical(&ground.sites[zone].lock),
            registrant: canonical(&between[zone].person.address),
            tx_hash: tx_hash(&tx),
            reversal_hash: reversal_hash(&reversal),
            deadline: Height(terms.deadlines[zone]),
            retention: HORIZON + FORK_GRACE,
        }
    });
    let task = Task {
        legs: legs.into(),
        settlement: terms.settlement,
        nonce: ground.nonce(),
    };
    Swap { task, amounts }
}

/// What a leg does, and what it does instead.
fn effects(ground: &Ground, between: [&User; 2], zone: usize, amount: u128) -> [Vec<Effect>; 2] {
    let [own, other] = [zone, 1 - zone].map(|index| &between[index].person);
    [other, own].map(|to| vec![pays(ground.coin(zone), amount, to)])
}

/// Registers one zone's legs as one transaction of batches; answers what the zone refuses.
pub fn register(
    ground: &Ground,
    zone: usize,
    between: [&User; 2],
    swaps: &[Swap],
) -> Result<(), String> {
    let calls: Vec<Call> = swaps
        .chunks(BATCH)
        .map(|swaps| message(ground, zone, between, swaps))
        .collect();
    let lane = &between[zone].lanes[zone];
    ground.runtime.block_on(async {
        let prepared = lane.prepare(&calls).await;
        let prepared = prepared.map_err(|error| error.to_string())?;
        let sent = lane.send(prepared).await;
        sent.map(drop).map_err(|error| error.to_string())
    })
}

fn message(ground: &Ground, zone: usize, between: [&User; 2], swaps: &[Swap]) -> Call {
    let legs = swaps.iter().map(|swap| {
        let [tx, reversal] = effects(ground, between, zone, swap.amounts[zone]);
        OwnLeg {
            task: swap.task.clone(),
            tx,
            reversal,
            tip: Amount(TIP),
        }
    });
    let legs = legs.collect();
    let mut call = call(
        &ground.sites[zone].lock,
        &ExecuteMsg::RegisterBatch { legs },
    )
    .unwrap();
    let due: u128 = swaps
        .iter()
        .map(|swap| swap.amounts[zone] + FEE + TIP)
        .sum();
    call.funds
        .push((ground.zone(zone).denom.clone(), Amount(due)));
    call
}
