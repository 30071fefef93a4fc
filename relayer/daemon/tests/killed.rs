//! A relayer that is killed between any two entries of its journal: every task ends, and nothing is done twice.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod support;

use std::path::Path;

use proptest::prelude::*;
use support::*;
use tessera::{
    journal::{Journal, JournalError, Log},
    relay::RelayError,
};
use tessera_lock::state::LegState;
use tessera_planner::{Entry, Knowledge, Policy};
use tessera_primitives::{Hash, Height, ZoneId};
use tessera_testing::suite::{Suite, SuiteConfig};

/// Blocks after which an embedded zone's transaction counts as lost, some of them more than once, and the tasks' own.
const PATIENCE: u32 = 900;

/// A kill at an append: before it is on disk, or right after.
#[derive(Clone, Copy, Debug)]
struct Kill {
    appends: u32,
    written: bool,
}

/// A journal whose process is killed at one of its appends.
struct Mortal {
    journal: Journal,
    kill: Option<Kill>,
    appended: u32,
}

impl Log for Mortal {
    fn load(&self, policy: Policy) -> Result<(Knowledge, u64), JournalError> {
        self.journal.load(policy)
    }
    fn cursor(&self, zone: &ZoneId) -> Result<Option<Height>, JournalError> {
        self.journal.cursor(zone)
    }
    fn append(&mut self, entries: &[Entry]) -> Result<(), JournalError> {
        let dead = || JournalError::Store {
            path: "journal".into(),
            reason: "killed".into(),
        };
        match self.kill {
            Some(kill) if self.appended > kill.appends => return Err(dead()),
            Some(kill) if self.appended == kill.appends => {
                self.appended += 1;
                if kill.written {
                    self.journal.append(entries)?;
                }
                return Err(dead());
            }
            _ => {}
        }
        self.appended += 1;
        self.journal.append(entries)
    }
    fn is_long(&self) -> bool {
        self.journal.is_long()
    }
    fn compact(&mut self, knowledge: &Knowledge) -> Result<(), JournalError> {
        self.journal.compact(knowledge)
    }
}

/// Two zones with two registered tasks.
fn suite() -> (Suite, Vec<Hash>) {
    let mut config = SuiteConfig::new(2).unwrap();
    config.horizon = 800;
    let mut suite = Suite::with(config).unwrap();
    let plans = [swap(&mut suite, 1), swap(&mut suite, 1)];
    for plan in &plans {
        suite.register_all(plan).unwrap();
    }
    (suite, plans.iter().map(|plan| plan.id()).collect())
}

async fn states(site: &Site, tasks: &[Hash]) -> Vec<LegState> {
    let mut states = Vec::new();
    for zone in &site.zones {
        for task in tasks {
            states.push(state(zone, *task).await);
        }
    }
    states
}

/// Relays until every task has ended, through these kills one after another. Answers whether the last one came.
async fn live(site: &Site, tasks: &[Hash], path: &Path, kills: &[Kill]) -> bool {
    let mut kills = kills.iter();
    let mut next = kills.next();
    let mut relay = None;
    for _ in 0..PATIENCE {
        let done = match relay.take() {
            Some(relay) => match step(&relay).await {
                // Somebody was faster five times in a row: as in a lane, the next turn tries again.
                Err(RelayError::Chain(error)) if error.is_sequence() => Ok(relay),
                done => done.map(|()| relay),
            },
            None => {
                let journal = Mortal {
                    journal: Journal::open(path).unwrap(),
                    kill: next.copied(),
                    appended: 0,
                };
                site.relay(journal).await
            }
        };
        match done {
            Ok(living) => relay = Some(living),
            Err(RelayError::Journal(_)) => next = kills.next(),
            Err(error) => panic!("{error}"),
        }
        site.seal();
        if relay.is_some()
            && states(site, tasks)
                .await
                .iter()
                .all(|s| *s == LegState::Kept)
        {
            return next.is_none();
        }
    }
    panic!("after {PATIENCE} blocks: {:?}", states(site, tasks).await);
}

/// How often a verb was included on a zone.
fn included(node: &Node, verb: &str) -> usize {
    let sent = node.sent.lock().unwrap();
    let included = sent.iter().filter(|(_, fate)| *fate != Fate::Sequence);
    let verbs = included.flat_map(|(verbs, _)| verbs);
    verbs.filter(|sent| *sent == verb).count()
}

fn check(site: &Site) {
    for node in &site.nodes {
        assert_eq!(included(node, "commit"), 1, "both tasks, once");
        assert_eq!(included(node, "settle"), 1, "both tasks, once");
        let zone = node.zone.zone();
        let events = zone.blocks().iter().flat_map(|block| &block.transactions);
        let events = events.flat_map(|transaction| transaction.events());
        let skipped = |kind: &str| kind.ends_with("skipped");
        assert!(events
            .map(|event| event.ty.as_str())
            .all(|kind| !skipped(kind)));
    }
}

#[tokio::test]
async fn a_kill_at_any_entry_loses_nothing_and_doubles_nothing() {
    let (suite, tasks) = suite();
    let folder = tempfile::tempdir().unwrap();
    let mut lives = 0;
    for written in [false, true] {
        for appends in 0.. {
            let site = Site::new(&suite);
            let path = folder.path().join(format!("{appends}-{written}.redb"));
            let kill = Kill { appends, written };
            let killed = live(&site, &tasks, &path, &[kill]).await;
            check(&site);
            if !killed {
                break;
            }
            lives += 1;
        }
    }
    println!("{lives} kills survived");
    assert!(lives > 20);
}

#[tokio::test]
async fn whoever_is_faster_ten_times_in_a_row_only_delays() {
    let (suite, tasks) = suite();
    let folder = tempfile::tempdir().unwrap();
    let site = Site::new(&suite);
    for node in &site.nodes {
        *node.fates.lock().unwrap() = vec![Fate::Sequence; 10];
    }
    live(&site, &tasks, &folder.path().join("journal.redb"), &[]).await;
    check(&site);
    for node in &site.nodes {
        let sent = node.sent.lock().unwrap();
        let refused = sent.iter().filter(|(_, fate)| *fate == Fate::Sequence);
        assert_eq!(refused.count(), 10);
    }
}

fn kill() -> impl Strategy<Value = Kill> {
    (0..25u32, any::<bool>()).prop_map(|(appends, written)| Kill { appends, written })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn however_often_it_is_killed_and_whoever_else_uses_its_key(
        kills in prop::collection::vec(kill(), 0..4),
        others in prop::collection::vec(prop::bool::weighted(0.3), 2 * 8),
    ) {
        let (suite, tasks) = suite();
        let folder = tempfile::tempdir().unwrap();
        let site = Site::new(&suite);
        for (node, others) in site.nodes.iter().zip(others.chunks(8)) {
            let fate = |other: &bool| if *other { Fate::Sequence } else { Fate::Included };
            *node.fates.lock().unwrap() = others.iter().map(fate).collect();
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let path = folder.path().join("journal.redb");
        runtime.block_on(live(&site, &tasks, &path, &kills));
        for node in &site.nodes {
            prop_assert_eq!(included(node, "commit"), 1);
            prop_assert_eq!(included(node, "settle"), 1);
        }
    }
}
