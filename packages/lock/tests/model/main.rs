//! Every interleaving of small tasks, on the shipped rule: zones' heights advance as they like, whoever relays may lose,
//! repeat, delay and reorder messages, and may show any proven root of any zone, however old. One zone may fork into two
//! branches that both run the honest lock.
//!
//! The answers of the rule are remembered, not re-implemented: each question (own height and state, what is shown) is put
//! to `transition` over `Memory` once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod moves;
mod mutants;
mod small;
mod states;
#[path = "../world/mod.rs"]
mod world;

use small::Small;
use stateright::{Checker, HasDiscoveries, Model};
use states::Case;
use tessera_lock::Settlement;

fn honest(name: &'static str, deadlines: &[u64], settlement: Settlement) -> Case {
    Case {
        name,
        caps: deadlines
            .iter()
            .map(|deadline| *deadline as u8 + 1)
            .collect(),
        deadlines: deadlines.to_vec(),
        settlement,
        registering: true,
        withdrawing: true,
        fork: None,
        inexact: &[],
        closing: false,
        grace: 1,
        every_root: false,
        mutation: |now, input| (now, input),
    }
}

/// The last zone forks at header `fork`; the others' heights go on until the grace has passed.
fn forking(
    name: &'static str,
    deadlines: &[u64],
    settlement: Settlement,
    fork: u8,
    slack: u8,
) -> Case {
    let mut case = honest(name, deadlines, settlement);
    let last = case.caps.len() - 1;
    case.caps[..last].iter_mut().for_each(|cap| *cap += slack);
    let branch = case.caps[last];
    case.caps.push(branch);
    Case {
        registering: false,
        fork: Some(fork),
        ..case
    }
}

/// Explores all states, or as many as it takes to find a violation. Prints how many there were.
fn explore(case: Case) -> Vec<&'static str> {
    let (name, started) = (case.name, std::time::Instant::now());
    let builder = Small::new(case).checker();
    let checker = builder.finish_when(HasDiscoveries::AnyFailures);
    let checker = checker.spawn_bfs().join();
    println!(
        "{name}: {} states, depth {}, {} questions to the rule, {:.1} s",
        checker.unique_state_count(),
        checker.max_depth(),
        checker.model().answers.read().unwrap().len(),
        started.elapsed().as_secs_f64(),
    );
    let found = checker.discoveries();
    let mut failed = Vec::new();
    for property in ["never a mix", "never stuck"] {
        if let Some(path) = found.get(property) {
            println!("{property} is violated by:\n{path}");
            failed.push(property);
        }
    }
    if failed.is_empty() {
        let sometimes = ["all kept", "one reversed"].into_iter();
        failed.extend(sometimes.filter(|property| !found.contains_key(property)));
    }
    failed
}

fn holds(case: Case) {
    let name = case.name;
    let failed = explore(case);
    assert!(failed.is_empty(), "{name}: {failed:?}");
}

#[test]
fn two_legs_on_proof() {
    holds(Case {
        every_root: true,
        ..honest("two legs, on proof", &[3, 4], Settlement::OnProof)
    });
}

#[test]
fn two_legs_after_deadlines() {
    holds(Case {
        every_root: true,
        ..honest(
            "two legs, after deadlines",
            &[3, 4],
            Settlement::AfterDeadlines,
        )
    });
}

#[test]
fn three_legs_on_proof() {
    holds(Case {
        every_root: true,
        ..honest("three legs, on proof", &[3, 3, 4], Settlement::OnProof)
    });
}

#[test]
fn three_legs_after_deadlines() {
    holds(Case {
        every_root: true,
        ..honest(
            "three legs, after deadlines",
            &[3, 3, 4],
            Settlement::AfterDeadlines,
        )
    });
}

#[test]
fn two_legs_and_a_fork_on_proof() {
    holds(forking(
        "two legs, a fork, on proof",
        &[3, 4],
        Settlement::OnProof,
        2,
        2,
    ));
}

#[test]
fn two_legs_and_a_fork_after_deadlines() {
    let settlement = Settlement::AfterDeadlines;
    holds(forking(
        "two legs, a fork, after deadlines",
        &[3, 4],
        settlement,
        2,
        2,
    ));
}

#[test]
fn two_legs_and_a_fork_that_stays_inexact() {
    for settlement in [Settlement::OnProof, Settlement::AfterDeadlines] {
        holds(Case {
            inexact: &[0],
            ..forking("two legs, an inexact fork", &[3, 4], settlement, 2, 2)
        });
    }
}

/// To both of the others, or to one of them.
fn three_legs_and_an_inexact_fork(inexact: &'static [u8], settlement: Settlement, slack: u8) {
    let name = "three legs, an inexact fork";
    holds(Case {
        withdrawing: false,
        inexact,
        ..forking(name, &[2, 2, 3], settlement, 2, slack)
    });
}

#[test]
fn three_legs_and_a_fork_that_stays_inexact() {
    three_legs_and_an_inexact_fork(&[0, 1], Settlement::OnProof, 0);
}

#[test]
fn three_legs_and_a_fork_that_is_exact_to_one_of_them() {
    three_legs_and_an_inexact_fork(&[0], Settlement::OnProof, 0);
}

/// The honest zones' legs are committed or wait; the forking zone's branches do as they like.
#[test]
fn three_legs_and_a_fork_on_proof() {
    holds(Case {
        withdrawing: false,
        ..forking(
            "three legs, a fork, on proof",
            &[2, 2, 3],
            Settlement::OnProof,
            2,
            0,
        )
    });
}

#[test]
fn three_legs_and_a_fork_after_deadlines() {
    let settlement = Settlement::AfterDeadlines;
    holds(Case {
        withdrawing: false,
        ..forking(
            "three legs, a fork, after deadlines",
            &[2, 2, 3],
            settlement,
            2,
            1,
        )
    });
}

/// Each of the others closes the last zone at a header of its own choice, or not at all.
#[test]
fn three_legs_and_a_closed_zone() {
    for settlement in [Settlement::OnProof, Settlement::AfterDeadlines] {
        let mut case = honest("three legs, a closed zone", &[2, 2, 3], settlement);
        case.caps[..2].iter_mut().for_each(|cap| *cap += 1);
        holds(Case {
            registering: false,
            withdrawing: false,
            closing: true,
            every_root: true,
            ..case
        });
    }
}

/// More roots, more heights, more ways to end: minutes to hours. `TESSERA_LONG=1` asks for them.
#[test]
fn larger_worlds() {
    if std::env::var("TESSERA_LONG").is_err() {
        println!("larger worlds: only with TESSERA_LONG=1");
        return;
    }
    for settlement in [Settlement::OnProof, Settlement::AfterDeadlines] {
        holds(Case {
            every_root: true,
            ..honest("long: three legs", &[3, 4, 5], settlement)
        });
        holds(honest("long: four legs", &[3, 3, 3, 3], settlement));
        holds(forking("long: two legs, a fork", &[3, 5], settlement, 3, 4));
        three_legs_and_an_inexact_fork(&[0, 1], settlement, 1);
        three_legs_and_an_inexact_fork(&[0], settlement, 1);
        holds(forking(
            "long: three legs, a fork",
            &[2, 2, 3],
            settlement,
            2,
            2,
        ));
    }
}
