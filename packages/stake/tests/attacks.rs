//! What somebody who had not written the rule broke it with. Each of these worked once.

mod world;

use tessera_primitives::{Amount, Price, Seconds};
use tessera_stake::{
    state::{Content, Kind, Parameters, Standing, MAX_HELD},
    Input, Refusal, Share,
};
use world::{
    address, governance, parameters, share, World, CW20, EPOCH, HUB, UNBONDING, VOUCHER, WHOLE,
};

/// The token that all caps are measured against loses its feed. It is 1 % of the weight, and without it the others would
/// weigh nothing.
#[test]
fn a_small_token_that_carries_the_caps_does_not_empty_the_set() {
    let mut world = World::new();
    for token in [VOUCHER, CW20, WHOLE] {
        world.pool.tokens.get_mut(&token).unwrap().max_share = share(33);
    }
    for (number, name) in [(0, "alice"), (1, "carol")] {
        world.create(name, 10);
        for (token, amount) in [
            (VOUCHER, 5_000_000_000),
            (CW20, 5_000_000_000_000_000_000_000),
            (WHOLE, 5_000),
        ] {
            world.bond("bob", number, token, amount).unwrap();
        }
    }
    world.epochs(2);
    let before = world.pool.snapshots[&world.epoch()].clone();
    world.prices.insert(HUB, None);
    for _ in 0..3 {
        world.epochs(1);
        let after = &world.pool.snapshots[&world.epoch()];
        assert!(after.held);
        assert_eq!(after.total, before.total);
    }
    world
        .prices
        .insert(HUB, Some(world.prices[&VOUCHER].unwrap()));
    world.epochs(1);
    assert!(!world.pool.pool.held);
}

/// A validator whose own stake is in a small token that loses its feed keeps its place, and what others gave it, for as long
/// as that lasts.
#[test]
fn an_outage_of_a_small_token_unseats_nobody_who_bonds_in_it() {
    let mut world = World::new();
    world.create("alice", 100);
    let mut candidacy = world.candidacy("honest", 9, 20_000_000);
    candidacy.bond = world.quote(VOUCHER);
    world.act(Input::CreateValidator(candidacy)).unwrap();
    world.bond("bob", 1, HUB, 900_000_000).unwrap();
    world.epochs(2);
    world.prices.insert(VOUCHER, None);
    for _ in 0..3 {
        world.epochs(1);
        let snapshot = &world.pool.snapshots[&world.epoch()];
        assert!(!snapshot.held);
        assert!(snapshot.unit(VOUCHER).unwrap().value.is_zero());
        let members = &world.pool.members[&world.epoch()];
        let honest = members.iter().find(|member| member.validator == 1).unwrap();
        assert_eq!(honest.weight.0, 900_000_000);
    }
}

/// While too much has no price, nothing can be proposed but what mends that; and a token that was voted out lets the others
/// go on as it decays.
#[test]
fn a_dead_feed_can_be_voted_away() {
    let mut world = governance::world();
    world.bond("bob", 0, VOUCHER, 100_000_000).unwrap();
    world.epochs(2);
    world.prices.insert(VOUCHER, None);
    world.epochs(20);
    assert!(world.pool.pool.held);
    let propose = |world: &mut World, content| governance::propose(world, content, HUB, 10_000_000);
    let add = propose(&mut world, governance::add());
    assert!(matches!(add, Err(Refusal::PricesHeld { .. })), "{add:?}");
    let number = governance::accepted(&mut world, Content::RemoveToken { token: VOUCHER });
    world.time += 200;
    world.turn().unwrap();
    governance::enact(&mut world, number).unwrap();
    let weight = |world: &World| {
        let snapshot = &world.pool.snapshots[&world.epoch()];
        (
            snapshot.held,
            snapshot.unit(VOUCHER).map_or(0, |unit| unit.value.0),
        )
    };
    let (held, whole) = weight(&world);
    assert!(held);
    world.epochs(2);
    assert!(weight(&world).1 < whole);
    world.epochs(2);
    assert_eq!(weight(&world), (false, 0));
    world.bond("bob", 0, HUB, 1).unwrap();
    world.check();
}

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
    let mut world = World::with(Parameters {
        throttle_fraction: share(10),
        throttle_period: Seconds(3_600),
        ..parameters()
    });
    world.create("alice", 1_000_000);
    world.create("carol", 1);
    world.epochs(2);
    let epoch = world.epoch();
    let mut order = world.order(0, 60, epoch, epoch);
    order.kind = Kind::Tombstone;
    world.act(Input::Slash(order)).unwrap();
    world.drain().unwrap();
    world.epochs(1);
    let epoch = world.epoch();
    world.slash(1, 10, epoch, epoch);
    assert!(matches!(world.drain(), Err(Refusal::Throttled { .. })));
    world.time += 5 * 3_600;
    world.drain().unwrap();
}

/// Places that were taken by stake that has left are free, in a pool that is new too.
#[test]
fn squatters_without_stake_keep_nobody_out() {
    for left in [0, 1] {
        let mut world = World::new();
        for number in 0..8 {
            let name = format!("squatter{number}");
            world.create(&name, 1);
            world.unbond(&name, number, HUB, 1_000_000 - left).unwrap();
        }
        world.epochs(20);
        for number in 0..8 {
            let name = format!("squatter{number}");
            world.withdraw(&name, number, HUB).unwrap();
        }
        world.epochs(2);
        let candidacy = world.candidacy("honest", 20, 1_000_000_000_000);
        world.act(Input::CreateValidator(candidacy)).unwrap();
        world.epochs(1);
        let members = &world.pool.members[&world.epoch()];
        assert_eq!(members.len(), 1);
        assert_eq!(members[0].validator, 8);
    }
}

/// Who is guilty of something great does not shield himself by showing something small, or old, of his own first.
#[test]
fn a_small_conviction_is_no_shield() {
    for (fraction, kind, from) in [(1, Kind::Tombstone, 2), (60, Kind::Jail, 2)] {
        let mut world = World::new();
        world.create("alice", 100);
        world.create("carol", 100);
        world.epochs(30);
        let epoch = world.epoch();
        let mut order = world.order(0, fraction, from, from);
        order.kind = kind;
        world.act(Input::Slash(order)).unwrap();
        assert_eq!(world.worth("alice", 0, HUB), 100_000_000);
        let mut order = world.order(0, 60, epoch, epoch);
        order.kind = Kind::Tombstone;
        world.act(Input::Slash(order)).unwrap();
        assert_eq!(world.validator(0).standing, Standing::Tombstoned);
        let worth = world.worth("alice", 0, HUB);
        assert_eq!(worth, 40_000_000);
        // What is tombstoned is not jailed, from where one comes back.
        let order = world.order(0, 1, epoch, epoch);
        world.act(Input::Slash(order)).unwrap();
        assert_eq!(world.validator(0).standing, Standing::Tombstoned);
        world.drain().unwrap();
        let worth = world.worth("alice", 0, HUB);
        world.unbond("alice", 0, HUB, worth).unwrap();
        world.time += UNBONDING + EPOCH;
        world.withdraw("alice", 0, HUB).unwrap();
        assert_eq!(world.paid("alice", HUB), worth);
        world.check();
    }
}

/// What is condemned does not come back to weigh before it was taken.
#[test]
fn a_jailed_validator_waits_for_its_slashes() {
    let mut world = World::new();
    world.create("alice", 100);
    world.create("carol", 100);
    world.epochs(2);
    let epoch = world.epoch();
    let mut order = world.order(0, 20, epoch, epoch);
    order.kind = Kind::Jail;
    world.act(Input::Slash(order)).unwrap();
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

/// An owner's slip that would make the pool useless is refused.
#[test]
fn shares_that_undo_the_pool_are_refused() {
    let mut world = governance::world();
    for parameters in [
        Parameters {
            veto: Share::ZERO,
            ..parameters()
        },
        Parameters {
            challenger_share: share(51),
            ..parameters()
        },
        Parameters {
            throttle_fraction: Share::ZERO,
            ..parameters()
        },
    ] {
        let refused = world.act(Input::SetParameters { parameters });
        assert!(matches!(refused, Err(Refusal::Parameter { .. })));
    }
}

/// Places are weighed with caps: much of a token of which little counted so far displaces one of the lightest, not all.
#[test]
fn a_capped_token_does_not_take_all_places() {
    let mut world = World::new();
    for number in 0..8 {
        world.create(&format!("honest{number}"), 1_000);
    }
    world.bond("mallory", 0, VOUCHER, 1).unwrap();
    world.epochs(2);
    let newcomer = |world: &mut World, number: usize| {
        let mut candidacy =
            world.candidacy(&format!("mallory{number}"), 20 + number, 2_000_000_000);
        candidacy.bond = world.quote(VOUCHER);
        world.act(Input::CreateValidator(candidacy))
    };
    newcomer(&mut world, 0).unwrap();
    for number in 1..8 {
        let refused = newcomer(&mut world, number);
        assert_eq!(refused, Err(Refusal::CandidatesFull { places: 8 }));
    }
    world.epochs(1);
    let members = &world.pool.members[&world.epoch()];
    assert_eq!(
        members.iter().filter(|member| member.validator < 8).count(),
        3
    );
}

/// A leaving token that is worth far more than its share weighs less with each epoch, with a price and without.
#[test]
fn a_rich_token_fades_as_it_leaves() {
    for silent in [false, true] {
        let mut world = governance::world();
        world.bond("bob", 0, VOUCHER, 100_000_000_000_000).unwrap();
        world.epochs(2);
        if silent {
            world.prices.insert(VOUCHER, None);
        }
        let number = governance::accepted(&mut world, Content::RemoveToken { token: VOUCHER });
        world.time += 200;
        world.turn().unwrap();
        let weight = |world: &World| {
            let snapshot = &world.pool.snapshots[&world.epoch()];
            snapshot.unit(VOUCHER).map_or(0, |unit| unit.value.0)
        };
        let mut before = weight(&world);
        assert!(before > 0);
        governance::enact(&mut world, number).unwrap();
        for _ in 0..4 {
            world.epochs(1);
            let after = weight(&world);
            assert!(after < before || after == 0, "{before}, then {after}");
            before = after;
        }
        assert_eq!(before, 0);
        assert!(!world.pool.pool.held);
    }
}

/// Another token's outage does not give back its old weight to what has fallen and was bought cheaply since.
#[test]
fn what_has_fallen_is_not_held_up_by_anothers_outage() {
    let mut world = World::new();
    for name in ["alice", "carol"] {
        world.create(name, 800);
    }
    let much = 300_000_000_000_000_000_000;
    world.bond("bob", 0, CW20, much).unwrap();
    world.bond("bob", 0, VOUCHER, 10_000_000).unwrap();
    world.epochs(2);
    let whole = world.prices[&VOUCHER].unwrap().0;
    world.prices.insert(VOUCHER, Some(Price(whole / 100)));
    world.bond("mallory", 1, VOUCHER, 10_000_000_000).unwrap();
    world.prices.insert(CW20, None);
    world.epochs(3);
    let snapshot = &world.pool.snapshots[&world.epoch()];
    assert!(snapshot.held);
    assert_eq!(snapshot.unit(VOUCHER).unwrap().value.0, 100_100_000);
    assert_eq!(snapshot.unit(CW20).unwrap().value.0, 300_000_000);
}

/// Convictions of next to nothing jail, but fill no list that great ones would have to join.
#[test]
fn slashes_of_next_to_nothing_shield_from_none() {
    let mut world = World::new();
    world.create("alice", 100);
    world.create("carol", 100);
    world.epochs(2);
    let epoch = world.epoch();
    for _ in 0..64 {
        let mut order = world.order(0, 0, epoch, epoch);
        order.kind = Kind::Jail;
        order.fraction = Share::LEAST;
        world.act(Input::Slash(order)).unwrap();
    }
    assert!(matches!(
        world.validator(0).standing,
        Standing::Jailed { .. }
    ));
    let mut order = world.order(0, 60, epoch, epoch);
    order.kind = Kind::Tombstone;
    world.act(Input::Slash(order)).unwrap();
    assert_eq!(world.worth("alice", 0, HUB), 40_000_000);
}
