//! Whole tasks on a suite's zones: what a suite is for, and that it works.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use tessera_lock::{state::LegState, Settlement};
use tessera_primitives::{Height, ZoneStatus};
use tessera_testing::{
    suite::{Plan, Suite, SuiteConfig, PEOPLE},
    Validators,
};

fn swap(suite: &mut Suite) -> Plan {
    let there = suite
        .payment(0, "ann", "bob", &suite.coin(0).unwrap(), 100)
        .unwrap();
    let back = suite
        .payment(1, "bob", "ann", &suite.token(1).unwrap(), 200)
        .unwrap();
    suite
        .plan(vec![(0, there), (1, back)], Settlement::OnProof)
        .unwrap()
}

/// All of a zone's coins and tokens that people and contracts of the suite hold.
fn total(suite: &Suite, on: usize) -> [u128; 2] {
    let side = &suite.sides[on];
    let contracts = [&side.view, &side.lock, &side.booking, &side.token].map(Clone::clone);
    let people = PEOPLE
        .iter()
        .chain(&["treasury"])
        .map(|name| side.zone.account(name).unwrap());
    let holders: Vec<_> = people.chain(contracts).collect();
    [suite.coin(on).unwrap(), suite.token(on).unwrap()].map(|asset| {
        holders
            .iter()
            .map(|holder| suite.holds(on, holder, &asset).unwrap())
            .sum()
    })
}

#[test]
fn a_swap_of_a_coin_against_a_token_is_kept() {
    let mut suite = Suite::new(2).unwrap();
    let before = [total(&suite, 0), total(&suite, 1)];
    let plan = swap(&mut suite);
    suite.register_all(&plan).unwrap();
    suite.commit_all(&plan).unwrap();
    suite.settle_all(&plan).unwrap();
    assert_eq!(suite.states(&plan).unwrap(), [Some(LegState::Kept); 2]);
    let purse = suite.config.purse;
    assert_eq!(suite.purse(0, "bob").unwrap(), purse + 100);
    assert_eq!(suite.purse(0, "ann").unwrap(), purse - 100 - 10 - 7);
    let ann = suite.sides[1].zone.account("ann").unwrap();
    assert_eq!(
        suite.holds(1, &ann, &suite.token(1).unwrap()).unwrap(),
        purse + 200
    );
    assert_eq!([total(&suite, 0), total(&suite, 1)], before);
}

#[test]
fn three_legs_one_of_them_a_booking_are_reversed_when_one_is_missing() {
    let mut suite = Suite::new(3).unwrap();
    let parts = vec![
        (
            0,
            suite
                .payment(0, "ann", "bob", &suite.token(0).unwrap(), 100)
                .unwrap(),
        ),
        (1, suite.booking(1, "bob", 2).unwrap()),
        (
            2,
            suite
                .payment(2, "cleo", "ann", &suite.coin(2).unwrap(), 300)
                .unwrap(),
        ),
    ];
    let before: Vec<_> = (0..3).map(|on| total(&suite, on)).collect();
    let plan = suite.plan(parts, Settlement::OnProof).unwrap();
    suite.register_all(&plan).unwrap();
    for on in [0, 1] {
        let proofs = suite.evidence(on, &[&plan]).unwrap();
        suite.commit(on, &[&plan], proofs).unwrap();
    }
    let horizon = suite.config.horizon;
    suite.tick(horizon + 1).unwrap();
    suite.lapse(2, &plan).unwrap();
    suite.tick(2).unwrap();
    for on in [0, 1] {
        let proofs = suite.evidence(on, &[&plan]).unwrap();
        suite.settle(on, &[&plan], proofs).unwrap();
    }
    let states = [LegState::Reversed, LegState::Reversed, LegState::Lapsed].map(Some);
    assert_eq!(suite.states(&plan).unwrap(), states);
    let after: Vec<_> = (0..3).map(|on| total(&suite, on)).collect();
    assert_eq!(after, before);
}

#[test]
fn a_registrant_takes_back_what_nobody_answered() {
    let mut suite = Suite::new(2).unwrap();
    let plan = swap(&mut suite);
    suite.register(0, &plan).unwrap();
    suite.tick(2).unwrap();
    let proofs = suite.evidence(0, &[&plan]).unwrap();
    suite.reject(0, &plan, proofs).unwrap();
    assert_eq!(
        suite.states(&plan).unwrap(),
        [Some(LegState::Rejected), None]
    );
}

#[test]
fn a_batch_shares_a_header_and_a_multiproof() {
    let mut suite = Suite::new(2).unwrap();
    let plans: Vec<Plan> = (0..30).map(|_| swap(&mut suite)).collect();
    for plan in &plans {
        for on in [0, 1] {
            suite.register(on, plan).unwrap();
        }
    }
    suite.tick(2).unwrap();
    let all: Vec<&Plan> = plans.iter().collect();
    for on in [0, 1] {
        let proofs = suite.evidence(on, &all).unwrap();
        suite.commit(on, &all, proofs).unwrap();
    }
    suite.tick(2).unwrap();
    for on in [0, 1] {
        let proofs = suite.evidence(on, &all).unwrap();
        suite.settle(on, &all, proofs).unwrap();
    }
    for plan in &plans {
        assert_eq!(suite.states(plan).unwrap(), [Some(LegState::Kept); 2]);
    }
}

#[test]
fn views_advance_over_changing_validators_and_fill_holes() {
    let mut config = SuiteConfig::new(2).unwrap();
    config.zones[1].validators = Validators::with_powers("many", (1..=20).rev()).unwrap();
    let mut suite = Suite::with(config).unwrap();
    for index in 0..6 {
        let zone = &mut suite.sides[1].zone;
        let changed = zone
            .next_validators()
            .replacing(index, &format!("fresh/{index}"))
            .unwrap();
        zone.change_validators(changed);
        suite.tick(5).unwrap();
        let height = suite.advance(0, 1).unwrap();
        assert_eq!(suite.view(0, 1).unwrap().latest.height, height);
    }
    let latest = suite.view(0, 1).unwrap().latest.height;
    let hole = latest.minus(3).unwrap();
    suite.advance_to(0, 1, hole).unwrap();
    suite.advance_to(0, 1, hole).unwrap();
    assert_eq!(suite.view(0, 1).unwrap().latest.height, latest);
    // A zone's view of itself.
    suite.advance(0, 0).unwrap();
}

#[test]
fn a_fork_is_shown_and_stops_new_tasks() {
    let mut suite = Suite::new(2).unwrap();
    suite.advance(0, 1).unwrap();
    let fork_height = suite.sides[1].zone.height();
    let mut fork = suite.sides[1].zone.fork().unwrap();
    fork.produce(3).unwrap();
    suite.tick(3).unwrap();
    suite.report_fork(0, 1, &fork, fork_height).unwrap();
    let view = suite.view(0, 1).unwrap();
    assert_eq!(view.status, ZoneStatus::Forked);
    assert_eq!(view.fork.unwrap().height(), fork_height);
    let plan = swap(&mut suite);
    let refused = suite.register(0, &plan).unwrap_err();
    assert!(
        format!("{refused:#}").contains("zone beta-1 is Forked"),
        "{refused:#}"
    );
    assert_eq!(suite.state(0, &plan).unwrap(), None);
    assert!(fork_height > Height(1));
}

/// Contracts that do the same have other addresses on other zones, so that a test notices when two are mixed up.
#[test]
fn no_two_zones_have_a_contract_of_the_same_bytes() {
    let suite = Suite::new(3).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for side in &suite.sides {
        for contract in [&side.view, &side.lock, &side.booking, &side.token] {
            assert!(seen.insert(side.zone.canonical(contract).unwrap()));
        }
    }
}

#[test]
fn a_copy_of_a_suite_is_a_world_of_its_own() {
    let mut suite = Suite::new(2).unwrap();
    let plan = swap(&mut suite);
    let copy = suite.clone();
    suite.register(0, &plan).unwrap();
    assert_eq!(copy.state(0, &plan).unwrap(), None);
}
