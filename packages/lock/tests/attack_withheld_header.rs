//! Attack: a zone stops, and whoever relays brings its last header to one zone and withholds it from another. Each closes
//! it at the newest header that it knows. The two honest zones must not end mixed.
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
    outcome::{outcome, Outcome, Question},
    state::{LegState, Mark},
    Refusal, Settlement, Shown, Sighting, Task,
};
use tessera_primitives::{Closing, Height, Standing, Timestamp, ZoneStatus};

const DEADLINE: u64 = 20;
/// The stopped zone's leg was committed at this height.
const COMMITTED: u64 = 9;

fn sighting(leg: u8, at: u64, standing: Standing, state: LegState) -> Sighting {
    Sighting {
        leg,
        root: world::root(at, Timestamp(0), standing),
        mark: Shown::Mark(Mark {
            state,
            committed_at: Height(COMMITTED),
        }),
    }
}

/// The stopped zone, closed at a header of the state before.
fn closed(last: u64) -> Standing {
    Standing {
        status: ZoneStatus::Closed,
        branch_fork: None,
        closing: Some(Closing {
            at: Timestamp(1),
            last: Some(Height(last)),
        }),
        ..world::active(last)
    }
}

fn decide(
    task: &Task,
    own: u8,
    state: LegState,
    sightings: &[Sighting],
) -> Result<Outcome, Refusal> {
    let question = Question {
        task,
        own,
        state,
        seen: &[],
        height: Height(DEADLINE + 5),
        fork_grace: 5,
    };
    outcome(&question, sightings)
}

fn other(leg: u8, state: LegState) -> Sighting {
    sighting(leg, DEADLINE + 1, world::active(DEADLINE + 5), state)
}

#[test]
fn a_header_that_is_withheld_from_one_zone_cannot_mix_two_honest_ones() {
    for settlement in [Settlement::OnProof, Settlement::AfterDeadlines] {
        let task = world::plain_task(&[DEADLINE; 3], settlement, 1);
        // Zone c knows the last header, with the leg of zone b committed; zone a knows the one before it.
        let b_at_c = sighting(1, COMMITTED, closed(COMMITTED + 1), LegState::Committed);
        let b_at_a = sighting(1, COMMITTED - 1, closed(COMMITTED), LegState::Registered);
        let a_at_c = other(0, LegState::Committed);
        assert_eq!(
            decide(&task, 2, LegState::Committed, &[a_at_c, b_at_c]),
            Ok(Outcome::Keep)
        );
        // Whatever is shown or hidden of zone c, zone a gives up at most the hope.
        for c_at_a in [Vec::new(), vec![other(2, LegState::Committed)]] {
            let shown = [vec![b_at_a], c_at_a].concat();
            assert_eq!(
                decide(&task, 0, LegState::Committed, &shown),
                Ok(Outcome::Concede)
            );
        }
        // It is kept once the other is shown to be, and reversed once the other has given up as well.
        for (state, end) in [
            (LegState::Kept, Outcome::Keep),
            (LegState::Conceded, Outcome::Reverse),
            (LegState::Reversed, Outcome::Reverse),
        ] {
            let shown = [b_at_a, other(2, state)];
            assert_eq!(decide(&task, 0, LegState::Conceded, &shown), Ok(end));
        }
    }
}

#[test]
fn with_two_legs_nobody_is_left_to_disagree_with() {
    let task = world::plain_task(&[DEADLINE; 2], Settlement::OnProof, 1);
    let shown = [sighting(
        1,
        COMMITTED - 1,
        closed(COMMITTED),
        LegState::Registered,
    )];
    assert_eq!(
        decide(&task, 0, LegState::Committed, &shown),
        Ok(Outcome::Reverse)
    );
}
