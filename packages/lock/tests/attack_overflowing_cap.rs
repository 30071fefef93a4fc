//! Attack: a task whose sum overflows under a cap without a limit, put into the batch of others. It must be passed over
//! alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use tessera_lock::{
    in_batch,
    memory::Memory,
    state::{LegState, Mark, Terms},
    transition, Event, Input, Now, Settlement, Sighting,
};
use tessera_primitives::{Amount, Coin, Height, Timestamp};

#[test]
fn a_sum_that_overflows_skips_its_task_and_not_the_batch() {
    let coin = world::native("ucoin");
    let mut memory: Memory = world::linked(0, 2, world::parameters(), &[(coin.clone(), u128::MAX)]);
    let task = world::plain_task(&[20, 20], Settlement::OnProof, 1);
    let id = task.id();
    for exposure in memory.exposures.values_mut() {
        exposure.held = Amount(u128::MAX);
    }
    let mark = Mark {
        state: LegState::Registered,
        committed_at: Height(0),
    };
    memory.marks.insert(id, mark);
    memory.terms.insert(
        id,
        Terms {
            index: 0,
            since: Timestamp(0),
            deadline: Height(20),
            registrant: world::user(10),
            funds: vec![Coin {
                asset: coin,
                amount: Amount(100),
            }],
            tip: Amount(0),
            calls: false,
            seen: Vec::new(),
        },
    );
    let now = Now {
        height: Height(5),
        time: Timestamp(0),
    };
    let sightings = vec![Sighting {
        leg: 1,
        root: world::root(4, Timestamp(0), world::active(5)),
        mark: Some(mark).into(),
    }];
    let commit = Input::Commit {
        caller: world::relayer(),
        body: world::plain_body(&task, 0),
        sightings,
    };
    let step = in_batch(id, transition(&now, &memory, commit)).unwrap();
    assert!(step.writes.is_empty() && step.instructions.is_empty());
    assert!(matches!(&step.events[..], [Event::Skipped { task, .. }] if *task == id));
}
