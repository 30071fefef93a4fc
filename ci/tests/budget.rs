//! Budgets fail when they are exceeded, forgotten or stale.

use std::collections::BTreeMap;

use tessera_ci::budget::{Budget, Overrun, Weight};

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
