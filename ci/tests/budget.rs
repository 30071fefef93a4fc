//! Budgets fail when they are exceeded, forgotten or stale.

use std::collections::BTreeMap;

use tessera_ci::budget::{Budget, Overrun, Spent, Weight};

fn overruns(bytes: u64, locals: u64) -> Vec<Overrun> {
    let budget = Budget::parse("[contract.booking]\nbytes = 1_000\nlocals = 100").unwrap();
    budget.overruns(&BTreeMap::from([(
        "booking".to_owned(),
        Weight { bytes, locals },
    )]))
}

#[test]
fn the_budget_itself_is_allowed_and_one_more_is_not() {
    assert_eq!(overruns(1_000, 100), []);
    let contract = || "booking".to_owned();
    assert_eq!(
        overruns(1_001, 100),
        [Overrun::Bytes {
            contract: contract(),
            actual: 1_001,
            allowed: 1_000
        }]
    );
    assert_eq!(
        overruns(1_000, 101),
        [Overrun::Locals {
            contract: contract(),
            actual: 101,
            allowed: 100
        }]
    );
    assert_eq!(overruns(2_000, 200).len(), 2);
}

#[test]
fn a_contract_without_budget_and_a_budget_without_contract_are_named() {
    let budget = Budget::parse("[contract.gone]\nbytes = 1\nlocals = 1").unwrap();
    let weights = BTreeMap::from([(
        "new".to_owned(),
        Weight {
            bytes: 1,
            locals: 1,
        },
    )]);
    let found = budget.overruns(&weights);
    let (gone, new) = ("gone".to_owned(), "new".to_owned());
    assert_eq!(
        found,
        [
            Overrun::NoArtifact { contract: gone },
            Overrun::NoBudget { contract: new }
        ]
    );
}

#[test]
fn the_committed_budget_is_read_and_a_misspelt_one_is_not() {
    let committed = Budget::parse(include_str!("../budget.toml")).unwrap();
    assert!(committed
        .contract
        .values()
        .all(|allowed| allowed.locals <= 100 && allowed.bytes <= 800 * 1_024));
    assert!(Budget::parse("[contract.booking]\nbyte = 1\nlocals = 1").is_err());
}

const GAS: &str = "[contract.booking]\nbytes = 1\nlocals = 1\n[contract.booking.gas]\n";

fn spent(calls: &[(&str, u64)]) -> Spent {
    let call = |(call, gas): &(&str, u64)| ("booking".to_owned(), (*call).to_owned(), *gas);
    Spent::new(calls.iter().map(call))
}

#[test]
fn gas_is_compared_call_by_call() {
    let budget = Budget::parse(&format!("{GAS}\"lock\" = 100\n\"gone\" = 5")).unwrap();
    let words = |calls: &[(&str, u64)]| -> Vec<String> {
        let overspent = budget.overspent(&spent(calls));
        overspent.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        words(&[("lock", 100)]),
        ["booking: gone: a budget, but no such call"]
    );
    assert_eq!(
        words(&[("lock", 101), ("gone", 5), ("new", 1)]),
        [
            "booking: lock: 101 gas, budget 100",
            "booking: new: 1 gas, no budget in ci/budget.toml",
        ]
    );
}

#[test]
fn printed_lines_are_a_budget_with_a_margin_of_at_most_five_per_cent() {
    let actual = [("lock", 12_345), ("lock, 2 units", 1_000_000)];
    let lines = spent(&actual).lines();
    assert_eq!(
        lines,
        "[contract.booking.gas]\n\"lock\" = 12_800\n\"lock, 2 units\" = 1_030_000\n"
    );
    let budget = Budget::parse(&GAS.replace("[contract.booking.gas]\n", &lines)).unwrap();
    assert_eq!(budget.overspent(&spent(&actual)), []);
    let five_per_cent_more = actual.map(|(call, gas)| (call, gas * 105 / 100));
    assert_eq!(budget.overspent(&spent(&five_per_cent_more)).len(), 2);
}
