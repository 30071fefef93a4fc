//! What others can make a relayer remember, try and do for nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use support::*;
use tessera_lock::{Event, Settlement};
use tessera_planner::{
    absorb, End, Entry, Fact, Filter, GasPrice, Knowledge, Left, Mark, Observation, Policy, Price,
    Share, Survey, SurveyedLeg, Work,
};
use tessera_primitives::{Amount, Height, Seconds};

fn lapsed(task: &tessera_lock::Task) -> Fact {
    Fact::Lock(Event::Lapsed { task: task.id() })
}

#[test]
fn a_deadline_that_never_comes_is_not_waited_for() {
    for (deadline, remembered) in [(1 << 62, 0), (500, 1)] {
        let mut relayer = Relayer::new();
        let mut task = task(1);
        task.legs[1].deadline = Height(deadline);
        relayer.blocks(3, vec![registered(&task, "a")], vec![]);
        assert_eq!(relayer.knowledge.open_tasks().count(), 1);
        relayer.blocks(DEADLINE.0 + 1, vec![lapsed(&task)], vec![]);
        assert_eq!(relayer.knowledge.open_tasks().count(), remembered);
        relayer.blocks(500, vec![], vec![]);
        assert_eq!(relayer.knowledge.open_tasks().count(), 0);
        assert_eq!(relayer.knowledge.finished(), 1);
    }
}

/// A task that was kept, with two effects owed.
fn owing(policy: Policy, ended: bool) -> (Relayer, tessera_lock::Task) {
    let mut relayer = Relayer::under(policy);
    let task = task(1);
    let owed = |effect| {
        let task = task.id();
        Fact::Lock(Event::Owed { task, effect })
    };
    let both = |name| vec![registered(&task, name)];
    relayer.blocks(3, both("a"), both("b"));
    relayer.blocks(5, vec![committed(&task, 5)], vec![committed(&task, 5)]);
    let on_a = vec![kept(&task), owed(0), owed(1)];
    let on_b = if ended { vec![kept(&task)] } else { vec![] };
    relayer.blocks(7, on_a, on_b);
    (relayer, task)
}

fn hasty() -> Policy {
    Policy {
        first_pause: Seconds(1),
        longest_pause: Seconds(1),
        attempts: 4,
        ..Policy::default()
    }
}

#[test]
fn a_claim_is_given_up_for_good_although_the_task_goes_on_elsewhere() {
    let (mut relayer, _) = owing(hasty(), false);
    let mut tries = 0;
    for height in (8..100_000).step_by(100) {
        for duty in relayer.transaction_on("a") {
            tries += usize::from(duty.verb() == "claim");
            let id = relayer.promise(duty, 1 << 40);
            let reason = "the receiver is blacklisted".to_string();
            relayer.conclude(id, End::Failed { reason });
        }
        relayer.blocks(height, vec![], vec![]);
    }
    assert_eq!(tries, 2 * 4, "over five days");
    assert_eq!(relayer.knowledge.open_tasks().count(), 1);
}

#[test]
fn a_claim_that_always_fails_is_given_up_with_its_reason_and_hides_no_other() {
    let (mut relayer, task) = owing(hasty(), true);
    let mut tried = Vec::new();
    for height in 8..40 {
        for duty in relayer.transaction_on("a") {
            tried.push(duty.to_string());
            let id = relayer.promise(duty, 1_000);
            let reason = "the receiver is blacklisted".to_string();
            relayer.conclude(id, End::Failed { reason });
        }
        relayer.blocks(height, vec![], vec![]);
    }
    for effect in [0, 1] {
        let claim = format!("claim on a: effect {effect} of {}", task.id());
        assert_eq!(tried.iter().filter(|said| **said == claim).count(), 4);
    }
    let stuck = relayer.knowledge.stuck(4);
    assert!(stuck.iter().all(|stuck| stuck.aside));
    assert_eq!(stuck[0].reason, "the receiver is blacklisted");
    assert_eq!(stuck[1].mark, Mark::Owed(zone("a"), task.id(), 1));
    assert_eq!(relayer.knowledge.open_tasks().count(), 0, "not kept for it");
    // Whom it is owed to claims it himself.
    let (task, effect) = (task.id(), 0);
    let claimed = Fact::Lock(Event::Claimed { task, effect });
    relayer.blocks(40, vec![claimed], vec![]);
    assert_eq!(relayer.knowledge.stuck(1).len(), 1);
}

#[test]
fn other_work_that_always_fails_is_set_aside_and_tried_once_a_day() {
    let mut relayer = Relayer::under(Policy {
        first_pause: Seconds(1),
        longest_pause: Seconds(1),
        attempts: 3,
        ..Policy::default()
    });
    let task = task(1);
    relayer.blocks(3, vec![registered(&task, "a")], vec![]);
    let mut tries = Vec::new();
    for height in (DEADLINE.0..40_000).step_by(100) {
        relayer.blocks(height, vec![], vec![]);
        for duty in relayer.transaction_on("a") {
            tries.push(height);
            let id = relayer.promise(duty, 1 << 40);
            let reason = "no".to_string();
            relayer.conclude(id, End::Failed { reason });
        }
    }
    // A day is 17,280 blocks of five seconds.
    assert_eq!(tries, [60, 160, 260, 17_560, 34_860]);
    assert!(relayer.knowledge.stuck(3)[0].aside);
}

/// A tenth of a base unit for a unit of gas.
fn tenth() -> GasPrice {
    GasPrice(100_000_000_000_000_000)
}

#[test]
fn a_cost_is_that_of_gas_now_and_of_all_legs() {
    let price = Price {
        task_gas: 40,
        leg_gas: 11,
        gas_price: tenth(),
        min_profit: Some(-1),
        ..Price::default()
    };
    let mut policy = priced(price);
    let wants = |policy: &Policy, legs: &[&str], tip| {
        let task = task_on(legs, 1, Settlement::OnProof);
        let wants = policy
            .work
            .wants(&task, &task.legs[0], Amount(tip), Share::Settle);
        wants.is_ok()
    };
    // A settle earns half of the tip, rounded up. Two legs cost 4, three 5.1, rounded up, and a loss of 1 is put up with.
    for (legs, least) in [(&["a", "b"][..], 5), (&["a", "b", "c"], 9)] {
        assert_eq!(
            [least - 1, least].map(|tip| wants(&policy, legs, tip)),
            [false, true]
        );
    }
    policy.work.prices.remove(&zone("a"));
    assert!(wants(&policy, &["a", "b"], 0), "nothing is asked for");

    let (mut relayer, task) = waiting(priced(price), 8, false);
    let left = |relayer: &Relayer| relayer.knowledge.left(&zone("a"), &task.id()).is_some();
    assert!(!left(&relayer));
    let spike = GasPrice(tenth().0 * 2);
    assert!(relayer.knowledge.reprice(&zone("a"), spike) && left(&relayer));
    assert!(!relayer.knowledge.reprice(&zone("a"), spike), "no news");
    assert!(relayer.knowledge.reprice(&zone("a"), tenth()) && !left(&relayer));
}

fn priced(price: Price) -> Policy {
    Policy {
        work: Work {
            prices: BTreeMap::from([(zone("a"), price)]),
            ..Work::default()
        },
        ..Policy::default()
    }
}

/// A registered task on two zones, with this tip on the first.
fn waiting(policy: Policy, tip: u128, mine: bool) -> (Relayer, tessera_lock::Task) {
    let mut relayer = Relayer::under(policy);
    let mut task = task(1);
    if mine {
        task.legs[1].registrant = address(9);
    }
    let on_a = vec![offered(&task, "a", tip)];
    relayer.blocks(3, on_a, vec![registered(&task, "b")]);
    relayer.blocks(4, vec![], vec![]);
    (relayer, task)
}

#[test]
fn work_that_earns_less_than_is_asked_for_is_left_and_ones_own_never() {
    let profit = Price {
        task_gas: 40,
        gas_price: tenth(),
        min_profit: Some(1),
        ..Price::default()
    };
    let tip = Price {
        min_tip: Amount(8),
        ..Price::default()
    };
    let poor = |expected, actual| Left::Profit {
        expected: Amount(expected),
        actual: Amount(actual),
    };
    let small = |expected, actual| Left::Tip {
        expected: Amount(expected),
        actual: Amount(actual),
    };
    // A commit earns half of the tip, rounded down.
    for (price, tip, mine, left) in [
        (profit, 9, false, Some(poor(5, 4))),
        (profit, 10, false, None),
        (profit, 0, true, None),
        (tip, 7, false, Some(small(8, 7))),
        (tip, 8, false, None),
        (tip, 0, true, None),
    ] {
        let (relayer, task) = waiting(priced(price), tip, mine);
        assert_eq!(relayer.knowledge.left(&zone("a"), &task.id()), left);
        let all: Vec<_> = relayer.knowledge.all_left().collect();
        let mark = Mark::Leg(zone("a"), task.id());
        assert_eq!(all, Vec::from_iter(left.clone().map(|left| (mark, left))));
        let said = relayer.said();
        let commits = |on: &str| said.contains(&format!("commit on {on}: 1 tasks"));
        assert_eq!(commits("a"), left.is_none(), "{said:?}");
        assert!(commits("b"), "nothing is asked for there");
    }
}

/// Anybody may write our account into a task: one that it never registered a leg of is work like any other.
#[test]
fn a_leg_that_only_names_us_makes_no_task_our_own() {
    let price = Price {
        min_tip: Amount(8),
        ..Price::default()
    };
    let mut relayer = Relayer::under(priced(price));
    let mut named = task(1);
    named.legs[1].registrant = address(9);
    relayer.blocks(3, vec![offered(&named, "a", 7)], vec![]);
    let left = || {
        Some(Left::Tip {
            expected: Amount(8),
            actual: Amount(7),
        })
    };
    assert_eq!(relayer.knowledge.left(&zone("a"), &named.id()), left());
    relayer.blocks(4, vec![], vec![registered(&named, "b")]);
    assert_eq!(relayer.knowledge.left(&zone("a"), &named.id()), None);
}

#[test]
fn whoever_is_denied_or_not_allowed_is_left() {
    fn denied<T: Ord, const N: usize>(deny: [T; N]) -> Filter<T> {
        let (allow, deny) = (None, BTreeSet::from(deny));
        Filter { allow, deny }
    }
    fn allowed<T: Ord, const N: usize>(allow: [T; N]) -> Filter<T> {
        let (allow, deny) = (Some(BTreeSet::from(allow)), BTreeSet::new());
        Filter { allow, deny }
    }
    let all = Work::default;
    let works = [
        Work {
            zones: denied([zone("b")]),
            ..all()
        },
        Work {
            zones: allowed([zone("a")]),
            ..all()
        },
        Work {
            registrants: denied([address(8)]),
            ..all()
        },
        Work {
            locks: allowed([address(2)]),
            ..all()
        },
    ];
    for work in works {
        let policy = Policy {
            work,
            ..Policy::default()
        };
        let (relayer, task) = waiting(policy, 100, false);
        assert_eq!(
            relayer.knowledge.left(&zone("a"), &task.id()),
            Some(Left::Filtered)
        );
        assert!(relayer.duties().is_empty());
    }
}

#[test]
fn without_locks_no_task_is_worked_on_not_even_ones_own() {
    for locks in [false, true] {
        let policy = Policy {
            locks,
            ..Policy::default()
        };
        let (relayer, task) = waiting(policy, 100, true);
        let left = relayer.knowledge.left(&zone("a"), &task.id());
        assert_eq!(left, (!locks).then_some(Left::Disabled));
        assert_eq!(relayer.duties().is_empty(), !locks);
    }
}

#[test]
fn a_survey_stands_for_blocks_that_are_gone() {
    let mut relayer = Relayer::new();
    let (known, lost) = (task(1), task(2));
    let both = |name| vec![registered(&known, name)];
    relayer.blocks(3, both("a"), both("b"));
    relayer.absorb(Entry::Observed(Observation::Survey(Survey {
        zone: zone("a"),
        height: Height(40),
        time: time(Height(40)),
        legs: vec![SurveyedLeg {
            task: known.id(),
            state: Some(tessera_lock::state::LegState::Committed),
            committed_at: Height(20),
            owed: BTreeSet::new(),
        }],
        unknown: BTreeSet::from([lost.id()]),
        views: Vec::new(),
    })));
    let unknown: Vec<_> = relayer.knowledge.unknown_tasks(&zone("a")).collect();
    assert_eq!(unknown, [&lost.id()]);
    // Blocks above are read as ever: what they say once more changes nothing.
    relayer.absorb(block("a", 41, vec![committed(&known, 20)]));
    relayer.absorb(block("b", 41, vec![committed(&known, 41)]));
    relayer.absorb(block("a", 42, vec![]));
    relayer.absorb(block("b", 42, vec![]));
    assert_eq!(
        relayer.said(),
        [
            "advance on a: b at 42",
            "settle on a: 1 tasks",
            "advance on b: a at 42",
            "settle on b: 1 tasks"
        ]
    );
    // The body of the other is told after all.
    let again = registered(&lost, "a");
    relayer.absorb(block("a", 43, vec![again]));
    assert_eq!(relayer.knowledge.unknown_tasks(&zone("a")).count(), 0);
    let mut replayed = Knowledge::new(Policy::default());
    for entry in relayer.journal {
        absorb(&mut replayed, entry);
    }
    assert_eq!(replayed, relayer.knowledge);
}
