//! Bonding, unbonding, withdrawing: what counts when, and who cannot get ahead of it.

mod world;

use tessera_primitives::{Amount, Price};
use tessera_stake::{state::FOREVER, Refusal};
use world::{World, CW20, EPOCH, HUB, UNBONDING, VOUCHER, WHOLE};

#[test]
fn stake_counts_from_the_next_epoch_on() {
    let mut world = World::new();
    let first = world.create("alice", 100);
    assert!(world.turn().is_ok());
    assert_eq!(world.pool.members[&1], vec![]);
    world.epochs(1);
    let members = &world.pool.members[&2];
    assert_eq!(members.len(), 1);
    assert_eq!(
        (members[0].validator, members[0].weight.0),
        (first, 100_000_000)
    );
    world.bond("bob", first, HUB, 50_000_000).unwrap();
    assert_eq!(
        world.validator(first).holding(HUB).counted,
        Amount(100_000_000)
    );
    world.epochs(1);
    assert_eq!(world.pool.members[&3][0].weight.0, 150_000_000);
    world.check();
}

#[test]
fn unbonded_stake_matures_after_its_epoch_ends() {
    let mut world = World::new();
    let first = world.create("alice", 100);
    world.bond("bob", first, HUB, 50).unwrap();
    world.epochs(2);
    let ends = 1_000_000 + u64::from(world.epoch()) * EPOCH;
    world.time += 30;
    world.unbond("bob", first, HUB, 50).unwrap();
    assert_eq!(
        world.validator(first).holding(HUB).counted,
        Amount(100_000_050)
    );
    world.time = ends + UNBONDING - 1;
    assert_eq!(
        world.withdraw("bob", first, HUB),
        Err(Refusal::Nothing {
            what: "matured stake"
        })
    );
    world.time += 1;
    world.withdraw("bob", first, HUB).unwrap();
    assert_eq!(world.paid("bob", HUB), 50);
    world.check();
}

/// Flash bonding around a snapshot: bonded and unbonded in one epoch, it never counts and is locked all the same.
#[test]
fn flash_bonding_weighs_nothing() {
    let mut world = World::new();
    let first = world.create("alice", 100);
    world.epochs(1);
    world.time += EPOCH - 1;
    world.bond("flash", first, HUB, 1_000_000_000).unwrap();
    world.unbond("flash", first, HUB, 1_000_000_000).unwrap();
    world.time += 1;
    world.turn().unwrap();
    assert_eq!(world.pool.members[&3][0].weight.0, 100_000_000);
    assert_eq!(world.pending("flash", first), 0);
    assert!(world.withdraw("flash", first, HUB).is_err());
    // What never counted does not pay for what others did meanwhile.
    world.slash(first, 50, 1, 3);
    world.drain().unwrap();
    assert_eq!(world.worth("flash", first, HUB), 1_000_000_000);
    world.check();
}

#[test]
fn entries_need_a_fresh_price_and_exits_none() {
    let mut world = World::new();
    let first = world.create("alice", 100);
    world.bond("bob", first, VOUCHER, 50).unwrap();
    for price in [None, Some(Price(0))] {
        world.prices.insert(VOUCHER, price);
        let unpriced = Refusal::Unpriced { token: VOUCHER };
        assert_eq!(world.bond("bob", first, VOUCHER, 50), Err(unpriced));
    }
    world.epochs(1);
    world.unbond("bob", first, VOUCHER, 50).unwrap();
    world.time += UNBONDING + EPOCH;
    world.withdraw("bob", first, VOUCHER).unwrap();
    assert_eq!(world.paid("bob", VOUCHER), 50);
}

#[test]
fn amounts_are_bounded_far_below_128_bits() {
    let mut world = World::new();
    let first = world.create("alice", 100);
    let huge = (1 << 127) - 1;
    assert!(matches!(
        world.bond("bob", first, CW20, huge),
        Err(Refusal::TooMuch { .. })
    ));
    world.bond("bob", first, CW20, 1 << 117).unwrap();
    assert!(matches!(
        world.bond("eve", first, CW20, 1),
        Err(Refusal::TooMuch { .. })
    ));
    // A price beyond reason is weighed at its cap, and refuses no snapshot.
    world.prices.insert(CW20, Some(Price(u128::MAX)));
    world.fund(1 << 100, false);
    world.epochs(3);
    world.slash(first, 33, 1, 4);
    world.drain().unwrap();
    world.rewards("bob", first).unwrap();
    world.check();
}

/// A token without decimals and one with 18: equal values weigh alike.
#[test]
fn decimals_are_only_a_scale() {
    let mut world = World::new();
    let first = world.create("alice", 1_000);
    world.bond("bob", first, WHOLE, 7).unwrap();
    world
        .bond("bob", first, CW20, 7_000_000_000_000_000_000)
        .unwrap();
    world.bond("bob", first, VOUCHER, 7_000_000).unwrap();
    world.epochs(1);
    let units = &world.pool.snapshots[&2].units;
    let values: Vec<u128> = units.iter().map(|unit| unit.value.0).collect();
    assert_eq!(values, vec![1_000_000_000, 7_000_000, 7_000_000, 7_000_000]);
    assert_eq!(world.pool.members[&2][0].weight.0, 1_021_000_000);
}

#[test]
fn the_last_delegator_leaves_nothing_behind() {
    let mut world = World::new();
    let first = world.create("alice", 100);
    world.bond("bob", first, VOUCHER, 333).unwrap();
    world.epochs(2);
    world.unbond("bob", first, VOUCHER, 333).unwrap();
    world.unbond("alice", first, HUB, 100_000_000).unwrap();
    world.epochs(1);
    assert!(world.pool.members[&world.epoch()].is_empty());
    world.time += UNBONDING + EPOCH;
    world.withdraw("bob", first, VOUCHER).unwrap();
    world.withdraw("alice", first, HUB).unwrap();
    assert_eq!(world.paid("bob", VOUCHER), 333);
    assert!(world.pool.cells.is_empty());
    assert!(world.validator(first).holdings.is_empty());
    world.check();
}

/// Many small bonds: one part an epoch, and at most 24, which merge once no slash can tell them apart.
#[test]
fn parts_are_few_and_merge_under_the_horizon() {
    let mut world = World::new();
    let first = world.create("alice", 100);
    for _ in 0..24 {
        world.bond("bob", first, HUB, 10).unwrap();
        world.bond("bob", first, HUB, 10).unwrap();
        world.bond("bob", first, VOUCHER, 1).ok();
        world.epochs(1);
    }
    let parts = world.parts("bob", first);
    assert!(parts.len() <= 24, "{}", parts.len());
    assert_eq!(world.worth("bob", first, HUB), 480);
    world.epochs(20);
    world.rewards("bob", first).unwrap();
    assert_eq!(world.parts("bob", first).len(), 2);
    world.check();
}

#[test]
fn more_than_24_parts_are_refused_and_exits_find_room() {
    let mut world = World::new();
    let first = world.create("alice", 100);
    for _ in 0..6 {
        for token in [HUB, VOUCHER, CW20, WHOLE] {
            world.bond("bob", first, token, 10).unwrap();
        }
        world.epochs(1);
    }
    let full = world.bond("bob", first, HUB, 10);
    assert!(
        matches!(
            full,
            Err(Refusal::TooManyParts {
                max: 24,
                actual: 25,
                ..
            })
        ),
        "{full:?}"
    );
    for token in [HUB, VOUCHER, CW20, WHOLE] {
        world.unbond("bob", first, token, 5).unwrap();
        world.epochs(1);
        world.unbond("bob", first, token, 55).unwrap();
    }
    world.check();
}

#[test]
fn a_withdrawal_takes_one_token_so_that_another_cannot_block_it() {
    let mut world = World::new();
    let first = world.create("alice", 100);
    world.bond("bob", first, CW20, 10).unwrap();
    world.bond("bob", first, HUB, 10).unwrap();
    world.epochs(1);
    world.unbond("bob", first, CW20, 10).unwrap();
    world.unbond("bob", first, HUB, 10).unwrap();
    world.time += UNBONDING + EPOCH;
    world.withdraw("bob", first, HUB).unwrap();
    assert_eq!((world.paid("bob", HUB), world.paid("bob", CW20)), (10, 0));
}

#[test]
fn redelegated_stake_counts_there_from_the_next_epoch_and_makes_no_second_hop() {
    let mut world = World::new();
    let (first, second) = (world.create("alice", 100), world.create("carol", 100));
    world.bond("bob", first, HUB, 50).unwrap();
    world.epochs(1);
    world.redelegate("bob", first, second, HUB, 50).unwrap();
    assert_eq!(world.validator(first).holding(HUB).counted.0, 100_000_050);
    world.epochs(1);
    assert_eq!(world.validator(first).holding(HUB).counted.0, 100_000_000);
    assert_eq!(world.validator(second).holding(HUB).counted.0, 100_000_050);
    let back = world.redelegate("bob", second, first, HUB, 50);
    assert!(
        matches!(
            back,
            Err(Refusal::Insufficient {
                frozen: Amount(50),
                ..
            })
        ),
        "{back:?}"
    );
    world.epochs(12);
    world.redelegate("bob", second, first, HUB, 50).unwrap();
    let same = Refusal::SameValidator { validator: first };
    assert_eq!(world.redelegate("bob", first, first, HUB, 1), Err(same));
    world.check();
}

#[test]
fn more_than_is_there_cannot_be_unbonded() {
    let mut world = World::new();
    let first = world.create("alice", 100);
    world.bond("bob", first, HUB, 50).unwrap();
    let refusal = world.unbond("bob", first, HUB, 51).unwrap_err();
    let Refusal::Insufficient {
        asked, available, ..
    } = refusal
    else {
        panic!("{refusal}");
    };
    assert_eq!((asked, available), (Amount(51), Amount(50)));
    assert_eq!(world.unbond("bob", first, HUB, 0), Err(Refusal::Zero));
    assert_eq!(world.bond("bob", first, HUB, 0), Err(Refusal::Zero));
    assert!(world
        .parts("bob", first)
        .iter()
        .all(|view| view.part.until == FOREVER));
}
