//! The journal: what was written is known again, whatever happened to the process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use tessera::{
    journal::{Journal, JournalError},
    ledger::Ledger,
};
use tessera_planner::{Act, Block, Duty, End, Fact, Observation, Policy, Served};
use tessera_primitives::{Amount, CanonicalAddress, Hash, Height, Seconds, Timestamp, ZoneId};

fn zone(name: &str) -> ZoneId {
    ZoneId::new(name).unwrap()
}

fn served() -> Observation {
    Observation::Zone(Served {
        zone: zone("a"),
        lock: CanonicalAddress::new([1; 32]).unwrap(),
        registrants: Default::default(),
        fresh: Seconds(900),
        fork_grace: 10,
        views: vec![(zone("b"), Seconds(1_000))],
    })
}

fn block(height: u64, facts: Vec<Fact>) -> Observation {
    Observation::Block(Block {
        zone: zone("a"),
        height: Height(height),
        time: Timestamp(height * 1_000_000_000),
        facts,
    })
}

fn advanced(height: u64) -> Fact {
    Fact::View(tessera_view::Event::Advanced {
        zone: zone("b"),
        height: Height(height),
        hash: Hash::ZERO,
        time: Timestamp(height),
        branch: 0,
        reward: Amount(3),
    })
}

fn open(path: &std::path::Path) -> Ledger {
    Ledger::open(Journal::open(path).unwrap(), Policy::default()).unwrap()
}

#[test]
fn what_was_written_is_known_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/journal.redb");
    let mut ledger = open(&path);
    ledger.observe(served()).unwrap();
    ledger.observe(block(7, vec![advanced(5)])).unwrap();
    ledger.observe(block(8, vec![])).unwrap();
    let duty = |height| Duty {
        on: zone("a"),
        act: Act::Advance {
            of: zone("b"),
            height: Height(height),
        },
    };
    let ids = ledger.promise(vec![duty(8), duty(9)], Height(30)).unwrap();
    let end = End::Failed {
        reason: "no".into(),
    };
    ledger.conclude(&ids[..1], &end, Timestamp(9)).unwrap();
    let before = ledger.knowledge().clone();
    drop(ledger);

    let mut ledger = open(&path);
    assert_eq!(*ledger.knowledge(), before);
    assert_eq!(ledger.cursor(&zone("a")).unwrap(), Some(Height(8)));
    assert_eq!(ledger.cursor(&zone("b")).unwrap(), None);
    assert_eq!(ledger.knowledge().promises().count(), 1);
    assert_eq!(ledger.promise(vec![duty(10)], Height(30)).unwrap(), [2]);
}

#[test]
fn what_is_put_off_is_never_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.redb");
    let mut ledger = open(&path);
    ledger.observe(served()).unwrap();
    let duty = Duty {
        on: zone("a"),
        act: Act::Lapse { task: Hash::ZERO },
    };
    ledger
        .put_off(duty.clone(), "no".into(), Timestamp(9))
        .unwrap();
    assert_eq!(ledger.knowledge().promises().count(), 0);
    let before = ledger.knowledge().clone();
    drop(ledger);
    let mut ledger = open(&path);
    assert_eq!(*ledger.knowledge(), before);
    // Nothing keeps it: it can be taken on again, under the next number.
    assert_eq!(ledger.promise(vec![duty], Height(30)).unwrap(), [1]);
}

#[test]
fn a_second_relayer_on_one_journal_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.redb");
    let _held = open(&path);
    assert!(matches!(
        Journal::open(&path),
        Err(JournalError::InUse { .. })
    ));
}

#[test]
fn a_file_that_is_no_journal_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.redb");
    std::fs::write(&path, "somebody's notes, and quite a few of them").unwrap();
    assert!(matches!(
        Journal::open(&path),
        Err(JournalError::Store { .. })
    ));
    assert!(std::fs::read_to_string(&path)
        .unwrap()
        .starts_with("somebody's notes"));
}

#[test]
fn empty_blocks_do_not_grow_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.redb");
    let mut ledger = open(&path);
    ledger.observe(served()).unwrap();
    for height in 1..200 {
        ledger.observe(block(height, vec![])).unwrap();
    }
    drop(ledger);
    let mut knowledge = tessera_planner::Knowledge::new(Policy::default());
    let journal = Journal::open(&path).unwrap();
    assert_eq!(journal.replay(&mut knowledge).unwrap(), 1);
    assert_eq!(knowledge.height(&zone("a")), Some(Height(199)));
}
