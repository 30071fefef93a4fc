//! Properties of `outcome`, over histories that honest zones can have.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use proptest::prelude::*;
use tessera_lock::{
    outcome::{outcome, Outcome, Question},
    state::{LegState, Mark},
    Refusal, Settlement, Sighting, Task,
};
use tessera_primitives::{Fork, Height, Timestamp, ZoneStatus};

const DEADLINES: [u64; 3] = [10, 12, 14];
const HORIZON: u64 = 36;

/// What becomes of a leg, and when.
#[derive(Clone, Copy, Debug)]
enum Life {
    Never,
    Registered {
        at: u64,
        then: Option<(u64, LegState)>,
    },
    Committed {
        at: u64,
        then: Option<(u64, LegState)>,
    },
}

impl Life {
    fn state_at(self, height: u64) -> Option<LegState> {
        let (at, first, then) = match self {
            Life::Never => return None,
            Life::Registered { at, then } => (at, LegState::Registered, then),
            Life::Committed { at, then } => (at, LegState::Committed, then),
        };
        match then {
            Some((end, state)) if height >= end => Some(state),
            _ if height >= at => Some(first),
            _ if matches!(self, Life::Committed { .. }) && height >= 1 => {
                Some(LegState::Registered)
            }
            _ => None,
        }
    }
}

/// A leg that was committed in time, and perhaps ended so.
fn committed(deadline: u64, end: LegState) -> impl Strategy<Value = Life> {
    (2..deadline, proptest::option::of(0..10u64)).prop_map(move |(at, then)| Life::Committed {
        at,
        then: then.map(|after| (deadline + after, end)),
    })
}

/// A leg that was not.
fn missing(deadline: u64) -> impl Strategy<Value = Life> {
    let rejected = (1..deadline - 2).prop_flat_map(move |at| {
        (at + 1..deadline + 5).prop_map(move |end| Life::Registered {
            at,
            then: Some((end, LegState::Rejected)),
        })
    });
    let lapsed = (
        1..deadline - 2,
        proptest::option::of(deadline..deadline + 9),
    )
        .prop_map(|(at, end)| Life::Registered {
            at,
            then: end.map(|end| (end, LegState::Lapsed)),
        });
    prop_oneof![Just(Life::Never), rejected, lapsed]
}

/// The lives of the two other legs of a task whose leg 0 is committed, and whether all were committed.
fn lives() -> impl Strategy<Value = ([Life; 2], bool)> {
    let [_, b, c] = DEADLINES;
    prop_oneof![
        (committed(b, LegState::Kept), committed(c, LegState::Kept))
            .prop_map(|(b, c)| ([b, c], true)),
        (missing(b), committed(c, LegState::Reversed)).prop_map(|(b, c)| ([b, c], false)),
        (committed(b, LegState::Reversed), missing(c)).prop_map(|(b, c)| ([b, c], false)),
        (missing(b), missing(c)).prop_map(|(b, c)| ([b, c], false)),
    ]
}

fn sighting(leg: u8, state_height: u64, state: Option<LegState>) -> Sighting {
    let committed_at = Height(2);
    Sighting {
        leg,
        root: world::root(state_height, Timestamp(0), world::active(HORIZON + 1)),
        mark: state
            .map(|state| Mark {
                state,
                committed_at,
            })
            .into(),
    }
}

fn shown(lives: [Life; 2], roots: &[(u8, u64)]) -> Vec<Sighting> {
    let of = |(leg, height): &(u8, u64)| {
        let life = lives[usize::from(*leg) - 1];
        sighting(*leg, *height, life.state_at(*height))
    };
    roots.iter().map(of).collect()
}

fn roots() -> impl Strategy<Value = Vec<(u8, u64)>> {
    proptest::collection::vec((1..3u8, 0..HORIZON), 0..6)
}

fn settlements() -> impl Strategy<Value = Settlement> {
    prop_oneof![Just(Settlement::OnProof), Just(Settlement::AfterDeadlines)]
}

fn decide(settlement: Settlement, height: u64, sightings: &[Sighting]) -> Result<Outcome, Refusal> {
    let task: Task = world::plain_task(&DEADLINES, settlement, 1);
    let question = Question {
        task: &task,
        own: 0,
        state: LegState::Committed,
        seen: &[],
        height: Height(height),
        fork_grace: 5,
    };
    outcome(&question, sightings)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn order_and_repetition_do_not_matter(
        (lives, _) in lives(),
        roots in roots(),
        settlement in settlements(),
        height in 1..HORIZON,
        turn in 0..6usize,
    ) {
        let sightings = shown(lives, &roots);
        let straight = decide(settlement, height, &sightings);
        let mut other = sightings.clone();
        other.reverse();
        if !other.is_empty() {
            let turn = turn % other.len();
            other.rotate_left(turn);
            other.push(sightings[0]);
        }
        prop_assert_eq!(straight, decide(settlement, height, &other));
    }

    /// Proposition 2, seen from one zone: whatever is shown of honest zones, the outcome is the one, or undecided.
    #[test]
    fn honest_histories_have_one_outcome(
        (lives, all) in lives(),
        roots in roots(),
        settlement in settlements(),
        height in 1..HORIZON,
    ) {
        let right = if all { Outcome::Keep } else { Outcome::Reverse };
        match decide(settlement, height, &shown(lives, &roots)) {
            Ok(decided) => prop_assert_eq!(decided, right),
            Err(refusal) => prop_assert!(matches!(refusal, Refusal::Undecided { .. }), "{}", refusal),
        }
    }

    /// More evidence, and more time, never take an outcome away.
    #[test]
    fn what_is_decided_stays_decided(
        (lives, _) in lives(),
        fewer in roots(),
        more in roots(),
        settlement in settlements(),
        height in 1..HORIZON,
        later in 0..10u64,
    ) {
        let first = decide(settlement, height, &shown(lives, &fewer));
        let all = [fewer, more].concat();
        let second = decide(settlement, height + later, &shown(lives, &all));
        if let Ok(decided) = first {
            prop_assert_eq!(second, Ok(decided));
        }
    }

    /// Invariant 3: one root a leg at or after its deadline decides, whatever happened, once the own deadline is past.
    #[test]
    fn late_roots_decide(
        (lives, _) in lives(),
        b in DEADLINES[1]..HORIZON,
        c in DEADLINES[2]..HORIZON,
        settlement in settlements(),
    ) {
        let decided = decide(settlement, DEADLINES[0], &shown(lives, &[(1, b), (2, c)]));
        prop_assert!(decided.is_ok(), "{:?}", decided);
    }

    /// After deadlines, nothing happens before the own one, and no keep without a look past the others'.
    #[test]
    fn after_deadlines_waits(
        (lives, _) in lives(),
        roots in roots(),
        height in 1..HORIZON,
    ) {
        let decided = decide(Settlement::AfterDeadlines, height, &shown(lives, &roots));
        if height < DEADLINES[0] {
            prop_assert!(decided.is_err());
        }
        if decided == Ok(Outcome::Keep) {
            for leg in [1, 2] {
                let deadline = DEADLINES[usize::from(leg)];
                prop_assert!(roots.iter().any(|(of, height)| *of == leg && *height >= deadline));
            }
        }
    }

    /// What the model checker relies on: of a root only its side of the deadline and of the fork counts.
    #[test]
    fn only_sides_of_a_root_count(
        state in 0..8u8,
        one in 0..HORIZON,
        other in 0..HORIZON,
        fork in 2..HORIZON,
        known in any::<bool>(),
        admitted in any::<bool>(),
        height in 1..2 * HORIZON,
        settlement in settlements(),
        good in 0..3u8,
    ) {
        let side = |state_height: u64| (
            state_height >= DEADLINES[2],
            known && state_height + 1 >= fork,
            known && state_height + 2 == fork,
        );
        prop_assume!(side(one) == side(other));
        let judge = |state_height: u64| {
            let mut seen = sighting(2, state_height, LegState::from_byte(state));
            if known {
                let first_report = Height(3);
                let fork = Fork { branch: 0, height: Height(fork), exact: true, first_report };
                let standing = &mut seen.root.standing;
                standing.fork = Some(fork);
                standing.status = if admitted { ZoneStatus::Active } else { ZoneStatus::Forked };
                standing.branch = u32::from(admitted);
                seen.root.branch = u32::from(admitted);
            }
            let neighbour = [LegState::Committed, LegState::Conceded, LegState::Kept][usize::from(good)];
            decide(settlement, height, &[sighting(1, 30, Some(neighbour)), seen]).ok()
        };
        prop_assert_eq!(judge(one), judge(other));
    }
}
