//! What counted pays, wherever it went; what did not is untouched.

mod world;

use tessera_stake::{
    state::{Kind, Parameters, Standing},
    Event, Input, Refusal, Share,
};
use world::{address, asset, parameters, share, World, CW20, EPOCH, HUB, UNBONDING, VOUCHER};

/// Alice's validator and Carol's, with Bob's 1,000 at Alice's since epoch 2; now epoch 4.
fn world() -> World {
    let mut world = World::new();
    world.create("alice", 100);
    world.create("carol", 100);
    world.bond("bob", 0, HUB, 1_000).unwrap();
    world.epochs(3);
    world
}

#[test]
fn stake_that_counted_pays_wherever_it_is() {
    for road in [
        "stays",
        "unbonds",
        "redelegates",
        "redelegates and unbonds",
        "claims",
    ] {
        let mut world = world();
        match road {
            "unbonds" => drop(world.unbond("bob", 0, HUB, 1_000).unwrap()),
            "redelegates" => drop(world.redelegate("bob", 0, 1, HUB, 1_000).unwrap()),
            "redelegates and unbonds" => {
                world.redelegate("bob", 0, 1, HUB, 1_000).unwrap();
                world.epochs(1);
                world.unbond("bob", 1, HUB, 1_000).unwrap();
            }
            "claims" => drop(world.rewards("bob", 0).unwrap()),
            _ => {}
        }
        world.epochs(2);
        world.slash(0, 10, 3, 4);
        // Seen at once, taken when it is drained, and frozen in between.
        let worth = |world: &World| world.worth("bob", 0, HUB) + world.worth("bob", 1, HUB);
        assert_eq!(worth(&world), 900, "{road}");
        for (number, amount) in [(0, 1), (1, 1)] {
            assert!(world.unbond("bob", number, HUB, amount).is_err(), "{road}");
        }
        world.drain().unwrap();
        assert_eq!(worth(&world), 900, "{road}");
        world.check();
    }
}

/// The slash names epochs 3 and 4: who left before or came after does not pay.
#[test]
fn what_did_not_count_is_untouched() {
    let mut world = world();
    world.bond("early", 0, HUB, 500).unwrap();
    world.unbond("early", 0, HUB, 500).unwrap();
    world.epochs(1);
    // A newcomer is not lured in to pay.
    world.bond("late", 0, HUB, 500).unwrap();
    world.redelegate("carol", 1, 0, HUB, 700).unwrap();
    world.epochs(1);
    world.slash(0, 10, 3, 4);
    world.drain().unwrap();
    assert_eq!(world.worth("early", 0, HUB), 500);
    assert_eq!(world.worth("late", 0, HUB), 500);
    assert_eq!(world.worth("carol", 0, HUB), 700);
    assert_eq!(world.worth("bob", 0, HUB), 900);
    world.check();
}

#[test]
fn fractions_multiply_and_each_rounding_is_the_pools() {
    let mut world = World::new();
    world.create("alice", 100);
    for who in ["ann", "ben", "cat"] {
        world.bond(who, 0, HUB, 7).unwrap();
    }
    world.epochs(1);
    // Of 3 × 7 + 100,000,000 a third: the cell keeps the odd unit, each part loses it.
    let mut order = world.order(0, 0, 2, 2);
    order.fraction = Share::new(333_333_333).unwrap();
    world.act(Input::Slash(order)).unwrap();
    world.drain().unwrap();
    assert_eq!(world.worth("ann", 0, HUB), 4);
    let cells: u128 = world
        .pool
        .cells
        .values()
        .map(|cells| cells.total().unwrap().0)
        .sum();
    assert_eq!(cells, 100_000_021 - 33_333_340);
    world.slash(0, 25, 2, 2);
    world.drain().unwrap();
    assert_eq!(world.worth("ann", 0, HUB), 3);
    world.check();
}

#[test]
fn what_is_taken_is_shared_and_credited() {
    let mut world = world();
    world.bond("bob", 0, VOUCHER, 1_000).unwrap();
    world.bond("bob", 0, CW20, 1_000).unwrap();
    world
        .act(Input::SetParameters {
            parameters: Parameters {
                burn: true,
                ..parameters()
            },
        })
        .unwrap();
    world.epochs(1);
    world.slash(0, 10, 5, 5);
    world.drain().unwrap();
    // A tenth of the tenth to the challenger, the rest burned; of a voucher, to the treasury.
    assert_eq!(
        (
            world.credit("challenger", CW20),
            world.credit("treasury", CW20)
        ),
        (10, 0)
    );
    assert_eq!(
        (
            world.credit("challenger", VOUCHER),
            world.credit("treasury", VOUCHER)
        ),
        (10, 90)
    );
    // Each token is collected on its own: one that cannot move holds back no other.
    let collect = |world: &mut World, holder: Option<&str>, token| {
        world.act(Input::Collect {
            holder: holder.map(address),
            token,
        })
    };
    collect(&mut world, Some("challenger"), VOUCHER).unwrap();
    collect(&mut world, None, CW20).unwrap();
    assert_eq!(world.paid("challenger", VOUCHER), 10);
    assert_eq!(world.burned[&asset(CW20)], 90);
    let again = collect(&mut world, None, CW20);
    assert_eq!(again, Err(Refusal::Nothing { what: "credit" }));
    world.check();
}

#[test]
fn a_validator_slashed_whole_can_be_bonded_again() {
    let mut world = World::new();
    world.create("alice", 100);
    world.bond("bob", 0, HUB, 1_000).unwrap();
    world.epochs(2);
    let register = [("core", 60), ("league", 60)];
    // Two slashers and one after the other: what is left of what is left, until nothing is.
    for (slasher, percent) in register {
        let mut order = world.order(0, percent, 1, 3);
        order.slasher = address(slasher);
        world.act(Input::Slash(order)).unwrap();
    }
    world.drain().unwrap();
    assert_eq!(world.worth("bob", 0, HUB), 160);
    for slasher in world.pool.slashers.values_mut() {
        slasher.max_fraction = Share::ONE;
    }
    world.time += EPOCH * 15;
    world.turn().unwrap();
    world.slash(0, 100, world.epoch() - 1, world.epoch());
    world.drain().unwrap();
    assert_eq!(world.worth("bob", 0, HUB), 0);
    assert!(world.pool.cells.is_empty());
    assert!(matches!(
        world.validator(0).standing,
        Standing::Jailed { .. }
    ));
    assert!(matches!(
        world.bond("bob", 0, HUB, 5),
        Err(Refusal::Standing { .. })
    ));
    world.time += 200;
    let operator = address("alice");
    // Its own stake is gone too: it comes back only with some.
    assert!(matches!(
        world.act(Input::Unjail {
            operator: operator.clone()
        }),
        Err(Refusal::SelfValue { .. })
    ));
    let poor = Parameters {
        min_self_value: tessera_primitives::Value(0),
        ..parameters()
    };
    world
        .act(Input::SetParameters { parameters: poor })
        .unwrap();
    world.act(Input::Unjail { operator }).unwrap();
    world.bond("bob", 0, HUB, 500).unwrap();
    world.epochs(2);
    assert_eq!(world.worth("bob", 0, HUB), 500);
    assert_eq!(world.pool.members[&world.epoch()][0].weight.0, 500);
    world.check();
}

#[test]
fn the_64th_slash_tombstones() {
    let mut world = world();
    let now = world.epoch();
    for slasher in world.pool.slashers.values_mut() {
        slasher.max_fraction = Share::ONE;
    }
    for number in 1..=63 {
        world.slash(0, 1, 3, now);
        assert!(
            matches!(world.validator(0).standing, Standing::Jailed { .. }),
            "{number}"
        );
    }
    world.slash(0, 1, 3, now);
    assert_eq!(world.validator(0).standing, Standing::Tombstoned);
    // The core has 36 % left to take, the league all.
    for number in 65..=128 {
        let mut order = world.order(0, 1, 3, now);
        order.slasher = address(if number <= 100 { "core" } else { "league" });
        let events = world.act(Input::Slash(order)).unwrap();
        assert!(matches!(events[..], [Event::SlashAccepted { .. }]));
    }
    let mut order = world.order(0, 1, 3, now);
    order.slasher = address("league");
    let events = world.act(Input::Slash(order)).unwrap();
    assert!(matches!(events[..], [Event::SlashPassed { .. }]));
    while world.pool.pool.drained < 128 {
        world.drain().unwrap();
    }
    // 1,000 × 0.99^128, rounded down at each.
    let one_by_one = (0..128).fold(1_000, |left, _| left * 99 / 100);
    assert_eq!(world.worth("bob", 0, HUB), one_by_one);
    let unjail = world.act(Input::Unjail {
        operator: address("alice"),
    });
    assert!(matches!(
        unjail,
        Err(Refusal::Standing {
            actual: "tombstoned",
            ..
        })
    ));
    world.unbond("bob", 0, HUB, one_by_one).unwrap();
    world.check();
}

#[test]
fn a_registered_slashers_slash_never_fails_and_takes_what_it_may() {
    let mut world = world();
    let stranger = {
        let mut order = world.order(0, 10, 3, 4);
        order.slasher = address("eve");
        order
    };
    let sender = address("eve");
    assert_eq!(
        world.act(Input::Slash(stranger)),
        Err(Refusal::NotSlasher { sender })
    );
    let order = world.order(0, 50, 3, 4);
    world.act(Input::Slash(order.clone())).unwrap();
    // The same evidence again, an unknown validator, epochs upside down, before the horizon, in the future.
    for wrong in [
        order.clone(),
        {
            let mut order = world.order(9, 1, 3, 4);
            order.validator = 9;
            order
        },
        world.order(0, 1, 4, 3),
        world.order(0, 1, 900, 1_000),
    ] {
        let events = world.act(Input::Slash(wrong)).unwrap();
        assert!(
            events
                .iter()
                .any(|event| matches!(event, Event::SlashPassed { .. })),
            "{events:?}"
        );
    }
    // 60 % in an unbonding period, of which 50 are spent.
    let events = world.slash(0, 50, 3, 4);
    let taken = events.iter().find_map(|event| match event {
        Event::SlashAccepted { fraction, .. } => Some(*fraction),
        _ => None,
    });
    assert_eq!(taken, Some(100_000_000));
    let events = world.slash(0, 50, 3, 4);
    assert!(matches!(events[0], Event::SlashPassed { .. }));
    world.time += UNBONDING + 2 * EPOCH;
    let now = world.epoch();
    world.slash(0, 50, 3, now);
    assert_eq!(world.pool.slashes[&3].mark.fraction, share(50));
}

#[test]
fn leaks_are_one_an_epoch_and_not_small_and_neither_jail_nor_tombstone() {
    let mut world = world();
    let leak = |world: &mut World, billionths| {
        let mut order = world.order(0, 0, 3, 4);
        (order.kind, order.fraction) = (Kind::Leak, Share::new(billionths).unwrap());
        world.act(Input::Slash(order)).unwrap()
    };
    assert!(matches!(
        leak(&mut world, 9_999_999)[..],
        [Event::SlashPassed { .. }]
    ));
    assert!(matches!(
        leak(&mut world, 10_000_000)[..],
        [Event::SlashAccepted { .. }]
    ));
    assert!(matches!(
        leak(&mut world, 10_000_000)[..],
        [Event::SlashPassed { .. }]
    ));
    assert_eq!(world.validator(0).standing, Standing::Candidate);
    world.time += EPOCH;
    assert!(matches!(
        leak(&mut world, 10_000_000)[..],
        [Event::SlashAccepted { .. }]
    ));
}
