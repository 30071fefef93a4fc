//! What somebody who had not written the rule escaped its slashes by. Each of these worked once.

mod world;

use tessera_primitives::Amount;
use tessera_stake::{
    state::{Content, Kind, Parameters, MAX_HELD},
    Input, Refusal, Share,
};
use world::{address, governance, parameters, share, throttled, World, EPOCH, HUB, VOUCHER};

/// Whoever mints as much of a token as there are numbers has no way to make sums overflow that others wait for.
#[test]
fn a_token_without_end_stops_no_drain() {
    let mut world = governance::world();
    world.bond("mallory", 0, VOUCHER, 1_000).unwrap();
    world.epochs(1);
    let all = governance::propose(&mut world, governance::add(), VOUCHER, u128::MAX);
    assert_eq!(
        all,
        Err(Refusal::TooMuch {
            token: VOUCHER,
            max: Amount(MAX_HELD),
            actual: Amount(u128::MAX)
        })
    );
    // As by thousands of proposals.
    let mallory = Some(address("mallory"));
    world
        .pool
        .credits
        .insert((mallory, VOUCHER), Amount(u128::MAX - 1));
    let mut order = world.order(0, 20, world.epoch(), world.epoch());
    order.reward_to = address("mallory");
    world.act(Input::Slash(order)).unwrap();
    world.slash(1, 20, world.epoch(), world.epoch());
    while world.pool.pool.drained < world.pool.pool.slashes {
        world.drain().unwrap();
    }
    assert_eq!(world.credit("mallory", VOUCHER), u128::MAX);
}

/// The throttle counts shares: a slash of a greater day does not hold back those of a small one for ever.
#[test]
fn a_debt_of_greater_days_is_paid_off() {
    let mut world = World::with(throttled());
    world.create("alice", 1_000_000);
    world.create("carol", 1);
    world.epochs(2);
    let epoch = world.epoch();
    world.convict(Kind::Tombstone, 0, 60, [epoch, epoch]);
    world.drain().unwrap();
    world.epochs(1);
    let epoch = world.epoch();
    world.slash(1, 10, epoch, epoch);
    assert!(matches!(world.drain(), Err(Refusal::Throttled { .. })));
    world.time += 5 * 3_600;
    world.drain().unwrap();
}

/// What is condemned does not come back to weigh before it was taken.
#[test]
fn a_jailed_validator_waits_for_its_slashes() {
    let mut world = World::new();
    world.create("alice", 100);
    world.create("carol", 100);
    world.epochs(2);
    let epoch = world.epoch();
    world.convict(Kind::Jail, 0, 20, [epoch, epoch]);
    world.epochs(3);
    let operator = address("alice");
    let unjail = Input::Unjail { operator };
    assert_eq!(
        world.act(unjail.clone()),
        Err(Refusal::Undrained { validator: 0 })
    );
    world.drain().unwrap();
    world.act(unjail).unwrap();
}

/// A core that was revoked and comes back holds those who had joined it, and nothing that it held before.
#[test]
fn a_core_that_comes_back_holds_those_who_joined_it() {
    let mut world = governance::world();
    let slasher = address("core");
    let join = Input::Join {
        slasher: slasher.clone(),
        validator: 0,
    };
    world.act(join).unwrap();
    let snapshot = world.epoch();
    let hold = |snapshot| Input::Hold {
        slasher: address("core"),
        snapshot,
    };
    world.act(hold(snapshot)).unwrap();
    for content in [
        Content::RevokeSlasher { slasher: 0 },
        Content::RegisterSlasher {
            address: slasher,
            max_fraction: share(60),
        },
    ] {
        let number = governance::accepted(&mut world, content);
        world.time += 200;
        world.turn().unwrap();
        governance::enact(&mut world, number).unwrap();
    }
    assert_eq!(world.pool.holds[&0], []);
    world.act(hold(world.epoch())).unwrap();
    world.unbond("bob", 0, HUB, 100_000_000).unwrap();
    world.epochs(20);
    let withdrawn = world.withdraw("bob", 0, HUB);
    assert!(matches!(withdrawn, Err(Refusal::Nothing { .. })));
}

/// The throttle counts what the guilty votes weighed, though the range ends when nothing was left of it.
#[test]
fn a_slash_costs_what_the_heaviest_guilty_epoch_weighed() {
    let mut world = World::new();
    world.create("alice", 100);
    world.create("carol", 100);
    world.epochs(2);
    let from = world.epoch();
    let operator = address("alice");
    world.act(Input::Leave { operator }).unwrap();
    world.epochs(3);
    world.slash(0, 60, from, world.epoch());
    assert_eq!(world.pool.slashes[&1].cost, share(30));
}

/// Who was jailed is in no snapshot; what is taken of it then costs the throttle what it weighed before.
#[test]
fn a_jailed_validator_is_not_slashed_past_the_throttle() {
    let mut world = World::with(throttled());
    for name in ["alice", "carol", "dave", "erin"] {
        world.create(name, 100);
    }
    world.epochs(2);
    let epoch = world.epoch();
    for number in 0..4 {
        world.slash(number, 1, epoch, epoch);
    }
    world.drain().unwrap();
    world.epochs(1);
    let epoch = world.epoch();
    for number in 0..4 {
        world.slash(number, 59, epoch, epoch);
    }
    world.drain().unwrap();
    assert_eq!(
        world.pool.slashes[&5].cost,
        Share::percent(59).part(share(25))
    );
    assert!(world.pool.pool.drained < 8);
}

/// Who has a slash of his own wait at each snapshot keeps neither the horizon where it is, nor others from bonding and moving
/// on; and no core holds what has left.
#[test]
fn the_horizon_cannot_be_nailed() {
    let mut world = World::new();
    for (name, units) in [("alice", 2_000), ("carol", 2_000), ("mallory", 2)] {
        world.create(name, units);
    }
    world.bond("bob", 0, HUB, 1_000_000).unwrap();
    world.epochs(2);
    let early = world.epoch();
    world.redelegate("bob", 0, 1, HUB, 1_000_000).unwrap();
    for _ in 0..40 {
        world.time += EPOCH;
        // One message of a contract: the slash, and the snapshot before anybody can drain.
        let epoch = world.epoch() - 1;
        world.convict(Kind::Leak, 2, 1, [epoch, epoch]);
        world.turn().unwrap();
        while world.drain().is_ok() {}
        world.bond("saver", 0, HUB, 1_000).unwrap();
    }
    world.redelegate("bob", 1, 0, HUB, 1_000_000).unwrap();
    assert!(world.pool.pool.horizon + 12 > world.epoch());
    let held = world.act(Input::Hold {
        slasher: address("core"),
        snapshot: early,
    });
    assert!(matches!(held, Err(Refusal::Hold { .. })), "{held:?}");
    world.check();
}

/// A slash that waits keeps the horizon below what it must meet, and what a core holds already it may hold again.
#[test]
fn the_horizon_waits_for_what_a_slash_meets() {
    let mut world = World::with(Parameters {
        throttle_fraction: share(1),
        ..parameters()
    });
    world.create("alice", 100);
    world.create("carol", 100);
    world.epochs(2);
    let met = world.epoch();
    let hold = Input::Hold {
        slasher: address("core"),
        snapshot: met,
    };
    world.act(hold.clone()).unwrap();
    for _ in 0..2 {
        world.slash(0, 30, met, met);
    }
    world.epochs(30);
    assert!(world.pool.pool.drained < 2);
    assert!(world.pool.pool.horizon <= met);
    world.act(hold).unwrap();
}
