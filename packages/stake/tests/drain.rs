//! Accepted slashes take in order, in steps, and not faster than the throttle lets them; held stake waits.

mod world;

use tessera_primitives::{Amount, Seconds};
use tessera_stake::{
    answer,
    state::{Parameters, Standing},
    Event, Input, Refusal,
};
use world::{address, parameters, share, World, CW20, HUB, UNBONDING};

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
fn the_throttle_serves_in_order_and_lets_the_first_pass() {
    let parameters = Parameters {
        throttle_fraction: share(10),
        throttle_period: Seconds(1_000),
        ..parameters()
    };
    let mut world = World::with(parameters);
    world.create("alice", 100);
    world.create("carol", 100);
    world.epochs(2);
    world.slash(0, 50, 3, 3);
    world.slash(1, 1, 3, 3);
    // 50 of 200 pass at once, and take the level 30 below zero: a second one waits until it has risen above.
    let events = world.drain().unwrap();
    assert!(events.contains(&Event::Drained { slash: 1 }));
    assert_eq!(world.pool.pool.drained, 1);
    assert!(
        matches!(world.validator(1).standing, Standing::Jailed { .. }),
        "felt at once"
    );
    assert!(matches!(world.drain(), Err(Refusal::Throttled { .. })));
    let held = world.unbond("carol", 1, HUB, 1);
    assert!(matches!(
        held,
        Err(Refusal::Insufficient {
            frozen: Amount(99_000_000),
            ..
        })
    ));
    world.time += 1_500;
    assert!(matches!(world.drain(), Err(Refusal::Throttled { .. })));
    world.time += 1;
    world.drain().unwrap();
    assert_eq!(world.pool.pool.drained, 2);
    let nothing = Refusal::Nothing {
        what: "slash to drain",
    };
    assert_eq!(world.drain(), Err(nothing));
    world.unbond("carol", 1, HUB, 99_000_000).unwrap();
    world.check();
}

/// What can be drained is drained in small steps, with the same end.
#[test]
fn a_drain_may_take_many_steps() {
    let mut world = World::new();
    world.create("alice", 100);
    world.create("carol", 100);
    for _ in 0..5 {
        world.bond("bob", 0, HUB, 1_000).unwrap();
        world.bond("bob", 0, CW20, 1_000).unwrap();
        world.epochs(1);
        world.unbond("bob", 0, HUB, 100).unwrap();
        world.redelegate("bob", 0, 1, CW20, 100).unwrap();
    }
    let now = world.epoch();
    world.slash(0, 10, 1, now);
    let mut steps = 0;
    while world.pool.pool.drained == 0 {
        world
            .act(Input::Drain {
                caller: address("pusher"),
                limit: 1,
            })
            .unwrap();
        world.check();
        steps += 1;
    }
    assert!(steps > 8, "{steps}");
    assert_eq!(answer::queued(&world.pool).unwrap(), vec![]);
    assert_eq!(world.worth("bob", 1, CW20), 450);
    // 4,500 bonded and 500 unbonded, all but the last bond's 0 counted.
    assert_eq!(world.worth("bob", 0, HUB), 4_500);
    world.check();
}

/// A core holds a snapshot: what counted in it stays, in whatever way it was unbonded.
#[test]
fn held_stake_waits_for_its_core() {
    let mut world = world();
    let slasher = address("core");
    for validator in [0, 1] {
        world
            .act(Input::Join {
                slasher: slasher.clone(),
                validator,
            })
            .unwrap();
    }
    let snapshot = world.epoch();
    world
        .act(Input::Hold {
            slasher: slasher.clone(),
            snapshot,
        })
        .unwrap();
    world
        .act(Input::Hold {
            slasher: slasher.clone(),
            snapshot,
        })
        .unwrap();
    world.unbond("bob", 0, HUB, 400).unwrap();
    world.redelegate("bob", 0, 1, HUB, 600).unwrap();
    world.epochs(1);
    world.unbond("bob", 1, HUB, 600).unwrap();
    world.time += UNBONDING * 3;
    world.turn().unwrap();
    assert!(world.withdraw("bob", 0, HUB).is_err());
    assert!(world.withdraw("bob", 1, HUB).is_err());
    assert!(world.pool.pool.horizon <= snapshot);
    // Long after unbonding the slash still finds it.
    world.slash(0, 10, snapshot, snapshot);
    world.drain().unwrap();
    let at = world.now().time.plus(Seconds(50)).unwrap();
    let release = Input::Release {
        slasher: slasher.clone(),
        snapshot,
        at,
    };
    world.act(release.clone()).unwrap();
    assert!(
        world.withdraw("bob", 0, HUB).is_err(),
        "another kernel holds it"
    );
    world.act(release.clone()).unwrap();
    assert_eq!(world.act(release), Err(Refusal::NotHeld { snapshot }));
    assert!(world.withdraw("bob", 0, HUB).is_err());
    world.time += 50;
    world.withdraw("bob", 0, HUB).unwrap();
    world.withdraw("bob", 1, HUB).unwrap();
    assert_eq!(world.paid("bob", HUB), 360 + 540);
    world.check();
    let wrong = world.act(Input::Hold {
        slasher,
        snapshot: 900,
    });
    assert!(matches!(wrong, Err(Refusal::Hold { snapshot: 900, .. })));
}
