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
    journal::{Journal, JournalError, Log},
    ledger::Ledger,
};
use tessera_lock::{Event, Leg, Settlement, Task, TaskBody};
use tessera_planner::{Act, Block, Duty, End, Fact, Observation, Policy, Served};
use tessera_primitives::{
    Address, Amount, Bytes, CanonicalAddress, Hash, Height, Seconds, Timestamp, ZoneId,
};

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
        max_horizon: 100,
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
    let refused = Journal::open(&path).err().unwrap();
    assert!(refused.to_string().contains("move it away"), "{refused}");
    assert!(std::fs::read_to_string(&path)
        .unwrap()
        .starts_with("somebody's notes"));
}

#[test]
fn a_journal_that_was_cut_off_or_scribbled_on_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.redb");
    drop(open(&path));
    let whole = std::fs::read(&path).unwrap();
    let mut scribbled = whole.clone();
    scribbled[64..512].fill(0xff);
    for broken in [whole[..whole.len() / 2].to_vec(), scribbled] {
        std::fs::write(&path, broken).unwrap();
        let refused = Journal::open(&path).err().unwrap();
        assert!(matches!(refused, JournalError::Broken { .. }), "{refused}");
        assert!(refused.to_string().contains("move it away"), "{refused}");
    }
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
    let journal = Journal::open(&path).unwrap();
    let (knowledge, replayed) = journal.load(Policy::default()).unwrap();
    assert_eq!(replayed, 1);
    assert_eq!(knowledge.height(&zone("a")), Some(Height(199)));
}

/// A task between two zones, and what their locks say of it to the end.
fn told(nonce: u64) -> [Vec<Fact>; 3] {
    let leg = |name: &str| Leg {
        zone: zone(name),
        lock: CanonicalAddress::new([1; 32]).unwrap(),
        registrant: CanonicalAddress::new([2; 32]).unwrap(),
        tx_hash: Hash::ZERO,
        reversal_hash: Hash::ZERO,
        deadline: Height(u64::MAX / 2),
        retention: 1,
    };
    let task = Task {
        legs: vec![leg("a"), leg("c")],
        settlement: Settlement::OnProof,
        nonce,
    };
    let (id, caller) = (task.id(), Address::new("somebody").unwrap());
    let body = TaskBody {
        task,
        tx: Some(Vec::new()),
        reversal: Some(Vec::new()),
    };
    let said = [
        Event::Registered {
            task: id,
            leg: 0,
            registrant: caller.clone(),
            deadline: Height(u64::MAX / 2),
            tip: Amount(3),
            body: Bytes(body.to_bytes()),
        },
        Event::Committed {
            task: id,
            height: Height(1),
            caller: caller.clone(),
        },
        Event::Kept { task: id, caller },
    ];
    said.map(|event| vec![Fact::Lock(event)])
}

/// A ledger that is told of many tasks.
struct Long {
    ledger: Ledger,
    height: u64,
    /// Entries since the last snapshot, which is taken after ten thousand.
    fresh: usize,
}

impl Long {
    fn wrote(&mut self, entries: usize) {
        self.fresh += entries;
        if self.fresh >= 10_000 {
            self.fresh = 0;
        }
    }

    fn observe(&mut self, facts: Vec<Fact>) {
        self.height += 1;
        self.ledger.observe(block(self.height, facts)).unwrap();
        self.wrote(1);
    }

    /// Blocks in which these tasks are registered, committed and kept, with a promise for each step of each.
    fn relay(&mut self, tasks: std::ops::Range<u64>) {
        let mut stages = [Vec::new(), Vec::new(), Vec::new()];
        for nonce in tasks.clone() {
            for (stage, facts) in stages.iter_mut().zip(told(nonce)) {
                stage.extend(facts);
            }
        }
        for facts in stages {
            self.observe(facts);
            let lapse = |nonce: u64| Duty {
                on: zone("a"),
                act: Act::Lapse {
                    task: Hash::sha256(&nonce.to_be_bytes()),
                },
            };
            let duties: Vec<Duty> = tasks.clone().map(lapse).collect();
            let ids = self.ledger.promise(duties, Height(self.height)).unwrap();
            self.wrote(ids.len());
            let reason = "the same number of entries as a transaction has".into();
            let (end, at) = (End::Lost { reason }, Timestamp(self.height));
            self.ledger.conclude(&ids, &end, at).unwrap();
            self.wrote(ids.len());
        }
    }
}

#[test]
fn a_journal_of_a_hundred_thousand_finished_tasks_starts_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.redb");
    let mut ledger = open(&path);
    ledger.observe(served()).unwrap();
    let (height, fresh) = (0, 1);
    let mut long = Long {
        ledger,
        height,
        fresh,
    };
    // Until the last snapshot is old: that is the slowest start.
    let mut finished = 0;
    while finished < 100_000 || !(7_500..9_900).contains(&long.fresh) {
        long.relay(finished..finished + 400);
        finished += 400;
    }
    // Some that are open, which a snapshot must keep with all that is known of them.
    for nonce in 200_000..200_050 {
        let [registered, committed, _] = told(nonce);
        long.observe([registered, committed].concat());
    }
    assert_eq!(long.ledger.knowledge().finished(), finished);
    let before = long.ledger.knowledge().clone();
    drop(long);
    let began = std::time::Instant::now();
    let ledger = open(&path);
    let took = began.elapsed();
    let known = ledger.knowledge().clone();
    drop(ledger);
    let (_, replayed) = Journal::open(&path)
        .unwrap()
        .load(Policy::default())
        .unwrap();
    assert!((7_500..10_000).contains(&replayed), "{replayed}");
    println!(
        "start_ms with 10^5 finished tasks: {}, {replayed} entries replayed; the file has {} MB",
        took.as_millis(),
        std::fs::metadata(&path).unwrap().len() / 1_000_000
    );
    assert_eq!(known, before);
    assert_eq!(known.open_tasks().count(), 50);
    assert!(took.as_millis() < 2_000, "{took:?}");
}

#[test]
fn a_snapshot_is_all_that_was_known_whatever_policy_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.redb");
    let mut journal = Journal::open(&path).unwrap();
    let [registered, ..] = told(1);
    let entries = [served(), block(7, [registered, vec![advanced(5)]].concat())];
    let entries = entries.map(tessera_planner::Entry::Observed);
    journal.append(&entries).unwrap();
    let (known, replayed) = journal.load(Policy::default()).unwrap();
    assert_eq!(replayed, 2);
    journal.compact(&known).unwrap();
    assert_eq!(journal.load(Policy::default()).unwrap(), (known, 0));
    // What is written after it is replayed on top.
    let more = tessera_planner::Entry::Observed(block(9, vec![advanced(8)]));
    journal.append(&[more]).unwrap();
    drop(journal);
    let journal = Journal::open(&path).unwrap();
    let other = Policy {
        refresh: false,
        ..Policy::default()
    };
    let (known, replayed) = journal.load(other.clone()).unwrap();
    assert_eq!((known.height(&zone("a")), replayed), (Some(Height(9)), 1));
    assert_eq!(journal.cursor(&zone("a")).unwrap(), Some(Height(9)));
    assert_eq!(known.clone().under(other), known);
    assert!(known.trusted_below(&zone("a"), &zone("b"), Height(8)) == Some(Height(5)));
}
