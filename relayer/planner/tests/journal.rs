//! The journal's promises: replay equals live, order between zones does not matter, cost is of what is open.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod support;

use proptest::prelude::*;
use support::*;
use tessera_lock::Event;
use tessera_planner::{absorb, plan, Entry, Fact, Knowledge, Policy, Tick};
use tessera_primitives::Timestamp;

/// What one zone says in one block: which task, and how far its leg goes.
#[derive(Clone, Debug)]
enum Saying {
    Register(u64),
    Commit(u64),
    Keep(u64),
    Advance,
    Nothing,
}

fn saying() -> impl Strategy<Value = Saying> {
    prop_oneof![
        (0..6u64).prop_map(Saying::Register),
        (0..6u64).prop_map(Saying::Commit),
        (0..6u64).prop_map(Saying::Keep),
        Just(Saying::Advance),
        Just(Saying::Nothing),
    ]
}

/// The blocks of one zone; a leg registers once, and commits and ends only after.
fn blocks(name: &str, other: &str, sayings: &[Saying]) -> Vec<Entry> {
    let mut stage = [0; 6];
    let mut entries = Vec::new();
    for (index, saying) in sayings.iter().enumerate() {
        let height = index as u64 + 3;
        let facts = match saying {
            Saying::Register(n) if stage[*n as usize] == 0 => {
                stage[*n as usize] = 1;
                vec![registered(&task(*n), name)]
            }
            Saying::Commit(n) if stage[*n as usize] == 1 => {
                stage[*n as usize] = 2;
                vec![committed(&task(*n), height)]
            }
            Saying::Keep(n) if stage[*n as usize] == 2 => {
                stage[*n as usize] = 3;
                vec![kept(&task(*n))]
            }
            Saying::Advance => vec![advanced(other, height)],
            _ => vec![],
        };
        entries.push(block(name, height, facts));
    }
    entries
}

/// Merges two lists, each in its order, by a list of choices.
fn merged(a: &[Entry], b: &[Entry], choices: &[bool]) -> Vec<Entry> {
    let (mut a, mut b) = (a.iter(), b.iter());
    let mut out = Vec::new();
    for choice in choices {
        let next = if *choice { a.next() } else { b.next() };
        out.extend(next.cloned());
    }
    out.extend(a.cloned());
    out.extend(b.cloned());
    out
}

fn knowledge_of(entries: &[Entry]) -> Knowledge {
    let mut relayer = Relayer::new();
    for entry in entries {
        relayer.absorb(entry.clone());
    }
    relayer.knowledge
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_order_between_zones_does_not_matter(
        a in prop::collection::vec(saying(), 0..40),
        b in prop::collection::vec(saying(), 0..40),
        left in prop::collection::vec(any::<bool>(), 0..80),
        right in prop::collection::vec(any::<bool>(), 0..80),
    ) {
        let (a, b) = (blocks("a", "b", &a), blocks("b", "a", &b));
        let left = knowledge_of(&merged(&a, &b, &left));
        let right = knowledge_of(&merged(&a, &b, &right));
        prop_assert_eq!(left, right);
    }

    #[test]
    fn reading_blocks_again_changes_nothing(
        a in prop::collection::vec(saying(), 1..40),
        again in 0..40usize,
    ) {
        let a = blocks("a", "b", &a);
        let once = knowledge_of(&a);
        let twice: Vec<Entry> = a.iter().chain(a.iter().skip(again)).cloned().collect();
        prop_assert_eq!(once, knowledge_of(&twice));
    }

    /// A relayer that promises, sends, fails and restarts at random: its journal tells everything, and no leg and no
    /// view is ever promised twice at a time.
    #[test]
    fn the_journal_tells_everything(
        a in prop::collection::vec(saying(), 1..40),
        b in prop::collection::vec(saying(), 1..40),
        fates in prop::collection::vec(0..4u8, 200),
    ) {
        let (a, b) = (blocks("a", "b", &a), blocks("b", "a", &b));
        let mut relayer = Relayer::new();
        let mut fates = fates.into_iter();
        let mut open: Vec<(u64, Vec<tessera_planner::Mark>)> = Vec::new();
        for (index, entry) in merged(&a, &b, &[true, false].repeat(40)).into_iter().enumerate() {
            relayer.absorb(entry);
            open.retain(|(id, _)| relayer.knowledge.promises().any(|promise| promise.id == *id));
            for duty in relayer.duties() {
                let busy = open.iter().flat_map(|(_, marks)| marks);
                let busy: Vec<_> = busy.cloned().collect();
                let marks = duty.marks();
                let clash = marks.iter().any(|mark| busy.contains(mark));
                // A mark is free again once the chain has said something new about it.
                if clash {
                    continue;
                }
                match fates.next() {
                    Some(0) => {}
                    Some(1) => {
                        let id = relayer.promise(duty, index as u64 / 2 + 20);
                        open.push((id, marks));
                    }
                    Some(2) => {
                        let id = relayer.promise(duty, 1_000);
                        relayer.included(id, index as u64 / 2 + 4);
                        open.push((id, marks));
                    }
                    _ => {
                        let id = relayer.promise(duty, 1_000);
                        let reason = "no".into();
                        relayer.conclude(id, tessera_planner::End::Failed { reason });
                    }
                }
            }
            let given: Vec<_> = relayer.duties().iter().flat_map(|duty| duty.marks()).collect();
            let mut unique = given.clone();
            unique.sort();
            unique.dedup();
            prop_assert_eq!(given.len(), unique.len(), "one thing at a time");
        }
        let mut replayed = Knowledge::new(Policy::default());
        for entry in &relayer.journal {
            absorb(&mut replayed, entry.clone());
        }
        prop_assert_eq!(&replayed, &relayer.knowledge);
        let tick = Tick { now: relayer.now() };
        prop_assert_eq!(plan(&replayed, tick), plan(&relayer.knowledge, tick));
    }
}

#[test]
fn a_body_is_what_was_registered() {
    let mut relayer = Relayer::new();
    let task = task(7);
    for name in ["a", "b"] {
        let said = registered(&task, name);
        let Fact::Lock(Event::Registered { body, .. }) = said.clone() else {
            panic!("{said:?}");
        };
        let facts = |on| {
            if on == name {
                vec![said.clone()]
            } else {
                vec![]
            }
        };
        let height = if name == "a" { 3 } else { 4 };
        relayer.blocks(height, facts("a"), facts("b"));
        let known = relayer.knowledge.body(&zone(name), &task.id());
        assert_eq!(known, Some(body));
    }
}

#[test]
fn a_promised_duty_is_never_given_out_again() {
    let mut relayer = Relayer::new();
    let tasks: Vec<_> = (0..10).map(task).collect();
    let on = |name: &str| {
        tasks
            .iter()
            .map(|task| registered(task, name))
            .collect::<Vec<_>>()
    };
    relayer.blocks(3, on("a"), on("b"));
    relayer.blocks(4, vec![], vec![]);
    while let Some(duty) = relayer.duties().into_iter().next() {
        let marks = duty.marks();
        relayer.promise(duty, 100);
        let given = relayer.duties();
        assert!(
            !given
                .iter()
                .any(|duty| duty.marks().iter().any(|mark| marks.contains(mark))),
            "{marks:?} was promised"
        );
    }
}

#[test]
fn the_cost_is_that_of_what_is_open() {
    let cost = |finished: u64, open: u64| {
        let mut relayer = Relayer::new();
        for n in 0..finished {
            let task = task(n);
            let height = 3 + n * 3;
            relayer.blocks(
                height,
                vec![registered(&task, "a")],
                vec![registered(&task, "b")],
            );
            relayer.blocks(
                height + 1,
                vec![committed(&task, height)],
                vec![committed(&task, height)],
            );
            relayer.blocks(height + 2, vec![kept(&task)], vec![kept(&task)]);
        }
        let height = 3 + finished * 3;
        for n in 0..open {
            let task = task(1_000_000 + n);
            let facts = |name| vec![registered(&task, name)];
            relayer.blocks(height + n, facts("a"), facts("b"));
        }
        assert_eq!(relayer.knowledge.finished(), finished);
        let now = Timestamp(0);
        plan(&relayer.knowledge, Tick { now }).examined
    };
    let idle = cost(0, 0);
    assert_eq!(cost(500, 0), idle);
    assert_eq!(cost(500, 7), cost(0, 7));
    assert_eq!(cost(0, 20) - idle, 2 * (cost(0, 10) - idle));
}
