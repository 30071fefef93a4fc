//! What a stake-pool waits for, as stories.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod support;

use support::*;
use tessera_planner::{
    Act, End, Entry, GasPrice, Observation, PendingProposal, Policy, PoolStanding, Price,
};
use tessera_primitives::{Address, Amount, Height, Seconds, Timestamp};
use tessera_stake::state::Place;

/// Its epochs are of twelve blocks, the first from block 0 on.
fn standing() -> PoolStanding {
    PoolStanding {
        zone: zone("a"),
        place: Place {
            chain: zone("a"),
            pool: Address::new("pool").unwrap(),
            start: time(Height(0)),
            epoch: Seconds(60),
            unbonding: Seconds(600),
        },
        turned: 0,
        slashes: 0,
        drained: 0,
        cursor: None,
        proposals: Vec::new(),
        next_proposal: 1,
        pay: Amount(10),
    }
}

fn policy() -> Policy {
    Policy {
        pools: [zone("a")].into(),
        ..Policy::default()
    }
}

fn seen(relayer: &mut Relayer, standing: PoolStanding) {
    relayer.absorb(Entry::Observed(Observation::Pool(standing)));
}

/// Takes on all that is due, each by itself.
fn promise_all(relayer: &mut Relayer) -> Vec<u64> {
    let duties = relayer.duties().into_iter();
    duties.map(|duty| relayer.promise(duty, 20)).collect()
}

#[test]
fn each_epoch_is_turned_once() {
    let mut relayer = Relayer::under(policy());
    seen(&mut relayer, standing());
    relayer.blocks(3, vec![], vec![]);
    assert_eq!(relayer.said(), ["turn on a"]);
    promise_all(&mut relayer);
    assert!(relayer.said().is_empty(), "it is promised");
    let turned = PoolStanding {
        turned: 1,
        ..standing()
    };
    seen(&mut relayer, turned);
    relayer.blocks(11, vec![], vec![]);
    assert!(relayer.said().is_empty(), "epoch 1 is turned");
    relayer.blocks(12, vec![], vec![]);
    assert_eq!(
        relayer.said(),
        ["turn on a"],
        "epoch 2 begins with block 12"
    );
}

#[test]
fn an_epoch_begins_when_the_pool_says_and_not_a_moment_earlier() {
    let mut relayer = Relayer::under(policy());
    let Timestamp(start) = time(Height(0));
    // Its first epoch has half a second left when block 12 is made.
    let standing = PoolStanding {
        place: Place {
            start: Timestamp(start + SECOND / 2),
            ..standing().place
        },
        turned: 1,
        ..standing()
    };
    seen(&mut relayer, standing);
    relayer.blocks(12, vec![], vec![]);
    assert!(relayer.said().is_empty());
    relayer.blocks(13, vec![], vec![]);
    assert_eq!(relayer.said(), ["turn on a"]);
}

#[test]
fn what_is_accepted_is_drained_until_all_is_taken() {
    let mut relayer = Relayer::under(policy());
    let slashed = |drained| PoolStanding {
        turned: 1,
        slashes: 2,
        drained,
        ..standing()
    };
    seen(&mut relayer, slashed(0));
    relayer.blocks(3, vec![], vec![]);
    assert_eq!(relayer.said(), ["drain on a: at most 100 items"]);
    promise_all(&mut relayer);
    seen(&mut relayer, slashed(1));
    assert_eq!(
        relayer.said(),
        ["drain on a: at most 100 items"],
        "one is left, and the promise was kept"
    );
    seen(&mut relayer, slashed(2));
    assert!(relayer.said().is_empty());
}

#[test]
fn a_proposal_goes_on_when_it_can() {
    let mut relayer = Relayer::under(policy());
    let with = |proposals: &[(u64, u64, bool)]| PoolStanding {
        turned: 1,
        proposals: proposals
            .iter()
            .map(|(number, due, accepted)| PendingProposal {
                number: *number,
                due: time(Height(*due)),
                accepted: *accepted,
            })
            .collect(),
        next_proposal: 9,
        ..standing()
    };
    seen(&mut relayer, with(&[(4, 5, false), (6, 9, true)]));
    assert_eq!(relayer.knowledge.settled_proposals(&zone("a")), Some(3));
    relayer.blocks(4, vec![], vec![]);
    assert!(relayer.said().is_empty());
    relayer.blocks(5, vec![], vec![]);
    assert_eq!(relayer.said(), ["tally on a: proposal 4"]);
    relayer.blocks(9, vec![], vec![]);
    let said = relayer.said();
    assert_eq!(said, ["tally on a: proposal 4", "enact on a: proposal 6"]);
    // It was accepted: its next step is another one.
    promise_all(&mut relayer);
    seen(&mut relayer, with(&[(4, 10, true)]));
    relayer.blocks(10, vec![], vec![]);
    assert_eq!(relayer.said(), ["enact on a: proposal 4"]);
    seen(&mut relayer, with(&[]));
    assert_eq!(relayer.knowledge.settled_proposals(&zone("a")), Some(8));
    assert!(relayer.said().is_empty());
}

#[test]
fn it_is_pushed_where_that_is_wanted_and_worth_its_cost() {
    let priced = |push_gas, min_profit| {
        let mut policy = policy();
        let price = Price {
            push_gas,
            gas_price: GasPrice(1_000_000_000_000_000_000),
            min_profit,
            ..Price::default()
        };
        policy.work.prices.insert(zone("a"), price);
        policy
    };
    for (policy, turns) in [
        (Policy::default(), false),
        (policy(), true),
        (priced(1_000, None), true),
        (priced(8, Some(2)), true),
        (priced(9, Some(2)), false),
    ] {
        let mut relayer = Relayer::under(policy);
        seen(&mut relayer, standing());
        relayer.blocks(3, vec![], vec![]);
        assert_eq!(!relayer.said().is_empty(), turns);
    }
}

#[test]
fn what_is_refused_is_tried_again_after_a_pause_and_what_changed_nothing_too() {
    let mut relayer = Relayer::under(policy());
    seen(&mut relayer, standing());
    relayer.blocks(3, vec![], vec![]);
    let [duty] = relayer.duties().try_into().unwrap();
    assert!(duty.is_racy() && duty.act == Act::Turn);
    let failed = End::Failed {
        reason: "epoch 1 was turned".into(),
    };
    let [promised] = promise_all(&mut relayer).try_into().unwrap();
    relayer.conclude(promised, failed);
    assert!(relayer.said().is_empty(), "it pauses");
    relayer.blocks(5, vec![], vec![]);
    assert_eq!(relayer.said(), ["turn on a"]);
}

#[test]
fn a_turn_goes_first_and_takes_no_clearing_along_while_a_commit_presses() {
    let mut relayer = Relayer::under(policy());
    let (stale, mut live) = (task(1), task(2));
    live.legs[0].deadline = Height(DEADLINE.0 + 15);
    relayer.blocks(3, vec![registered(&stale, "a")], vec![]);
    let [on_a, on_b] = ["a", "b"].map(|name| vec![registered(&live, name)]);
    relayer.blocks(DEADLINE.0 - 2, on_a, on_b);
    relayer.blocks(DEADLINE.0, vec![], vec![]);
    seen(&mut relayer, standing());
    assert_eq!(relayer.next_on("a"), ["turn on a"]);
    let turn = relayer.transaction_on("a");
    relayer.promise_together(turn, 1_000);
    let then = relayer.next_on("a");
    assert!(then[1].starts_with("commit on a"), "{then:?}");
}
