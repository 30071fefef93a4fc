//! Who earns what, and who cannot earn what was not theirs.

mod world;

use tessera_primitives::{Amount, Price};
use tessera_stake::{state::Parameters, Input, Refusal, Share};
use world::{address, parameters, share, World, CW20, EPOCH, HUB, VOUCHER, WHOLE};

/// A whole token for a whole unit.
const WHOLE_PRICE: u128 = 1_000_000_000_000_000_000;

fn world() -> World {
    let mut world = World::with(Parameters {
        emission: Amount(0),
        pay: Amount(0),
        ..parameters()
    });
    world.create("alice", 100);
    world
}

#[test]
fn rewards_follow_value_whatever_the_token() {
    let mut world = world();
    world.bond("bob", 0, VOUCHER, 10_000_000).unwrap();
    world
        .bond("cat", 0, CW20, 10_000_000_000_000_000_000)
        .unwrap();
    world.bond("dan", 0, WHOLE, 10).unwrap();
    world.epochs(1);
    world.fund(1_300_000, false);
    world.epochs(1);
    // A tenth of each is the commission.
    for who in ["bob", "cat", "dan"] {
        assert_eq!(world.pending(who, 0), 90_000, "{who}");
    }
    assert_eq!(world.pending("alice", 0), 900_000);
    assert_eq!(world.validator(0).earned, Amount(130_000));
    world.rewards("bob", 0).unwrap();
    assert_eq!(world.paid("bob", HUB), 90_000);
    world
        .act(Input::WithdrawCommission {
            operator: address("alice"),
        })
        .unwrap();
    assert_eq!(world.paid("alice", HUB), 130_000);
    world.check();
}

/// Reward sniping: who bonds just before a turn and leaves right after earns nothing of it.
#[test]
fn a_sniper_earns_nothing() {
    let mut world = world();
    world.epochs(1);
    world.time += EPOCH - 1;
    world.fund(1_000_000, false);
    world.bond("sniper", 0, HUB, 1 << 60).unwrap();
    world.time += 1;
    world.bond("sniper2", 0, HUB, 1 << 60).unwrap();
    world.turn().unwrap();
    world.unbond("sniper2", 0, HUB, 1 << 60).unwrap();
    assert_eq!(world.pending("sniper2", 0), 0);
    // Who was in time to count is in time to pay, and waits the whole period.
    assert!(world.pending("sniper", 0) > 0);
    world.unbond("sniper", 0, HUB, 1 << 60).unwrap();
    assert!(world.withdraw("sniper", 0, HUB).is_err());
    world.check();
}

#[test]
fn an_epoch_that_nobody_turned_distributes_nothing_and_none_twice() {
    let mut world = world();
    world.epochs(1);
    world.fund(1_000, false);
    assert_eq!(world.turn(), Err(Refusal::Turned { epoch: 2 }));
    world.time += 3 * EPOCH;
    world.turn().unwrap();
    assert_eq!(
        world.pending("alice", 0) + world.validator(0).earned.0,
        1_000
    );
    assert_eq!(world.pool.pool.pot, Amount(0));
}

/// With nothing staked nothing leaves pot and reserve.
#[test]
fn nothing_is_distributed_to_nobody() {
    let mut world = World::with(Parameters {
        pay: Amount(0),
        ..parameters()
    });
    world.fund(500, false);
    world.fund(2_500, true);
    world.turn().unwrap();
    assert_eq!(
        (world.pool.pool.pot.0, world.pool.pool.reserve.0),
        (500, 2_500)
    );
    world.create("alice", 100);
    world.epochs(1);
    // The emission of 1,000, as long as the reserve lasts.
    assert_eq!(
        (world.pool.pool.owed.0, world.pool.pool.reserve.0),
        (1_500, 1_500)
    );
    world.epochs(2);
    assert_eq!(
        (world.pool.pool.owed.0, world.pool.pool.reserve.0),
        (3_000, 0)
    );
    world.check();
}

#[test]
fn pushing_the_pool_along_is_paid_as_far_as_the_reserve_reaches() {
    let mut world = World::with(Parameters {
        emission: Amount(0),
        pay: Amount(7),
        ..parameters()
    });
    world.create("alice", 100);
    world.fund(10, true);
    world.epochs(2);
    assert_eq!(world.paid("pusher", HUB), 10);
    world.check();
}

/// Each rounding leaves its unit in the pool: three of a reward of ten get three each.
#[test]
fn roundings_stay_in_the_pool() {
    let mut world = World::with(Parameters {
        emission: Amount(0),
        pay: Amount(0),
        min_self_value: tessera_primitives::Value(0),
        ..parameters()
    });
    world.create("alice", 1);
    for who in ["bob", "cat"] {
        world.bond(who, 0, HUB, 1_000_000).unwrap();
    }
    world.pool.validators.get_mut(&0).unwrap().commission = Share::ZERO;
    world.epochs(1);
    world.fund(10, false);
    world.epochs(1);
    assert_eq!(
        [
            world.pending("alice", 0),
            world.pending("bob", 0),
            world.pending("cat", 0)
        ],
        [3, 3, 3]
    );
    assert_eq!(world.pool.pool.owed, Amount(10));
    world.check();
}

/// A slash's own epoch is paid for what it left; the epochs before it for what was there.
#[test]
fn rewards_are_split_at_slashes() {
    let mut world = world();
    world.pool.validators.get_mut(&0).unwrap().commission = Share::ZERO;
    world.bond("bob", 0, HUB, 100_000_000).unwrap();
    world.epochs(1);
    for _ in 0..2 {
        world.fund(1_000, false);
        world.epochs(1);
    }
    assert_eq!(world.pending("bob", 0), 1_000);
    world.slash(0, 50, 2, 4);
    // 500 for epoch 3, and of epoch 4 half of 500.
    assert_eq!(world.pending("bob", 0), 750);
    world.drain().unwrap();
    assert_eq!(world.pending("bob", 0), 750);
    world.check();
}

/// Redelegated stake earns its last epoch where it counted, though it has left, and though nobody had turned it yet.
#[test]
fn redelegated_stake_earns_where_it_counts() {
    let mut world = world();
    world.create("carol", 100);
    world.bond("bob", 0, HUB, 100_000_000).unwrap();
    world.epochs(1);
    world.time += EPOCH;
    world.redelegate("bob", 0, 1, HUB, 100_000_000).unwrap();
    world.fund(3_000, false);
    world.turn().unwrap();
    assert_eq!((world.pending("bob", 0), world.pending("bob", 1)), (0, 900));
    world.fund(3_000, false);
    world.epochs(1);
    assert_eq!(world.pending("bob", 1), 1_800);
    world.check();
}

/// Unbonding stake earns through its last epoch, and not after; an inactive validator's earns nothing.
#[test]
fn only_what_counts_at_an_active_validator_earns() {
    let mut world = world();
    world.bond("bob", 0, HUB, 100_000_000).unwrap();
    world.epochs(1);
    world.time += EPOCH;
    world.unbond("bob", 0, HUB, 100_000_000).unwrap();
    world.fund(1_000, false);
    world.turn().unwrap();
    assert_eq!(world.pending("bob", 0), 450);
    world.create("carol", 300);
    world
        .act(Input::Leave {
            operator: address("alice"),
        })
        .unwrap();
    for _ in 0..2 {
        world.fund(1_000, false);
        world.epochs(1);
    }
    assert_eq!(
        (world.pending("bob", 0), world.pending("alice", 0)),
        (450, 450)
    );
    world.check();
}

#[test]
fn a_commission_changes_with_the_next_snapshot_and_slowly() {
    let mut world = world();
    world.epochs(1);
    let edit = |world: &mut World, percent| {
        world.act(Input::Edit {
            operator: address("alice"),
            name: None,
            commission: Some(share(percent)),
        })
    };
    assert!(
        matches!(edit(&mut world, 15), Err(Refusal::CommissionChange { .. })),
        "a day has to pass"
    );
    world.time += 86_400;
    world.turn().unwrap();
    assert!(matches!(
        edit(&mut world, 16),
        Err(Refusal::CommissionChange { .. })
    ));
    assert!(matches!(
        edit(&mut world, 51),
        Err(Refusal::Commission { .. })
    ));
    edit(&mut world, 15).unwrap();
    let earned = world.validator(0).earned.0;
    world.fund(1_000, false);
    world.epochs(1);
    assert_eq!(world.validator(0).earned.0 - earned, 150);
    world.check();
}

/// Who is active in every other epoch earns commission in those alone, though nobody touches its record meanwhile; and a
/// term that has begun does not give back what was withdrawn.
#[test]
fn commission_is_right_through_many_terms_and_paid_once() {
    let mut world = World::with(Parameters {
        max_validators: 1,
        emission: Amount(0),
        pay: Amount(0),
        ..parameters()
    });
    world.create("alice", 100);
    world.create("carol", 90);
    world.bond("bob", 1, VOUCHER, 30_000_000).unwrap();
    world.epochs(1);
    let untouched = world.pool.validators.clone();
    for epoch in 0..12u64 {
        let price = [WHOLE_PRICE, WHOLE_PRICE / 1_000][epoch as usize % 2];
        world.prices.insert(VOUCHER, Some(Price(price)));
        world.fund(1_000_000, false);
        world.epochs(1);
    }
    assert_eq!(world.pool.validators, untouched);
    for (validator, earned) in [(0, 600_000), (1, 600_000)] {
        let short = earned - world.validator(validator).earned.0;
        assert!(short <= 24, "{validator} lacks {short}");
    }
    world.prices.insert(VOUCHER, Some(Price(WHOLE_PRICE)));
    world.time += EPOCH;
    let prices = world.quotes();
    world.act(Input::Snapshot { prices }).unwrap();
    let operator = address("carol");
    let withdraw = Input::WithdrawCommission { operator };
    let earned = world.validator(1).earned.0;
    world.act(withdraw.clone()).unwrap();
    let again = world.act(withdraw.clone());
    assert!(matches!(again, Err(Refusal::Nothing { .. })), "{again:?}");
    world.fund(1_000_000, false);
    world.turn().unwrap();
    world.act(withdraw).unwrap();
    let last = world.paid("carol", HUB) - earned;
    assert!((99_998..=100_000).contains(&last), "{last}");
    world.check();
}

/// A claim walks at most 64 pieces: after many changes it takes several, and exits ask for them first.
#[test]
fn a_long_past_is_claimed_in_steps() {
    let mut world = world();
    world.bond("bob", 0, HUB, 1_000_000).unwrap();
    for step in 0..150u32 {
        world.pool.validators.get_mut(&0).unwrap().commission = share(step % 2);
        world.fund(1_010, false);
        world.epochs(1);
    }
    let unbond = world.unbond("bob", 0, HUB, 1_000_000);
    assert_eq!(unbond, Err(Refusal::ClaimFirst { validator: 0 }));
    let mut claims = 0;
    while world.rewards("bob", 0).is_ok() {
        claims += 1;
    }
    assert_eq!(claims, 3);
    world.unbond("bob", 0, HUB, 1_000_000).unwrap();
    world.check();
}
