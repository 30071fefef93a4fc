//! What somebody who had not written the rule broke its weights with. Each of these worked once.

mod world;

use tessera_primitives::Price;
use tessera_stake::{
    state::{Content, Kind, Parameters, Standing},
    Input, Refusal, Share,
};
use world::{address, governance, parameters, share, World, CW20, HUB, VOUCHER, WHOLE};

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

/// Feeds that fall silent one after the other, each of less than an outage, are one together.
#[test]
fn staggered_silences_are_an_outage() {
    let mut world = World::new();
    world.create("alice", 475);
    world.create("mallory", 270);
    world.bond("bob", 0, VOUCHER, 90_000_000).unwrap();
    let (cw20, whole) = (85_000_000_000_000_000_000, 80);
    world.bond("bob", 0, CW20, cw20).unwrap();
    world.bond("bob", 0, WHOLE, whole).unwrap();
    world.epochs(2);
    for (token, held) in [(VOUCHER, false), (CW20, true), (WHOLE, true)] {
        world.prices.insert(token, None);
        world.epochs(1);
        let snapshot = &world.pool.snapshots[&world.epoch()];
        assert_eq!(snapshot.held, held, "{token}");
        let members = &world.pool.members[&world.epoch()];
        let mallory = members.iter().find(|member| member.validator == 1);
        assert!(mallory.unwrap().weight.0 * 3 < snapshot.total.0);
    }
    // They come back one after the other, too.
    for (token, held) in [(WHOLE, true), (CW20, false), (VOUCHER, false)] {
        world
            .prices
            .insert(token, Some(World::new().prices[&token].unwrap()));
        world.epochs(1);
        assert_eq!(world.pool.snapshots[&world.epoch()].held, held, "{token}");
    }
    let snapshot = &world.pool.snapshots[&world.epoch()];
    assert_eq!(snapshot.total.0, 1_000_000_000);
}

/// While prices are held a dip is felt for as long as it lasts. What died meanwhile weighs by what it had fallen to.
#[test]
fn an_outage_lets_a_dip_recover() {
    let mut world = World::new();
    for name in ["alice", "carol"] {
        world.create(name, 400);
    }
    let silent = 150_000_000_000_000_000_000;
    world.bond("mallory", 0, CW20, silent).unwrap();
    world.bond("bob", 1, VOUCHER, 150_000_000).unwrap();
    world.epochs(2);
    let value = |world: &World| {
        let snapshot = &world.pool.snapshots[&world.epoch()];
        assert!(snapshot.held || world.prices[&CW20].is_some());
        snapshot.unit(VOUCHER).unwrap().value.0
    };
    let before = value(&world);
    world.prices.insert(CW20, None);
    let whole = world.prices[&VOUCHER].unwrap();
    for part in [90, 60, 75, 40, 200] {
        let dip = Price(whole.0 / 100 * part);
        world.prices.insert(VOUCHER, Some(dip));
        world.epochs(1);
        assert_eq!(value(&world), before / 100 * part.min(100));
        world.prices.insert(VOUCHER, Some(whole));
        world.epochs(2);
        assert_eq!(value(&world), before);
    }
    world.prices.insert(VOUCHER, Some(Price(whole.0 / 100)));
    world.epochs(1);
    world.prices.insert(VOUCHER, None);
    world.epochs(2);
    assert_eq!(value(&world), before / 100);
}

/// Who is out can be given stake by its operator, and by nobody else: the one who fell below the least of its own, or is
/// lighter than all, comes back.
#[test]
fn who_is_out_can_grow() {
    let mut world = World::new();
    world.create("alice", 1);
    world.create("carol", 100);
    world.bond("bob", 0, HUB, 500_000_000).unwrap();
    world.epochs(2);
    let epoch = world.epoch();
    world.slash(0, 1, epoch, epoch);
    world.drain().unwrap();
    world.epochs(3);
    let back = Input::Unjail {
        operator: address("alice"),
    };
    let poor = world.act(back.clone());
    assert!(matches!(poor, Err(Refusal::SelfValue { .. })), "{poor:?}");
    let other = world.bond("bob", 0, HUB, 10_000);
    assert!(matches!(other, Err(Refusal::Standing { .. })), "{other:?}");
    world.bond("alice", 0, HUB, 10_000).unwrap();
    world.act(back).unwrap();
    world.epochs(1);
    assert_eq!(world.pool.members[&world.epoch()].len(), 2);

    let mut world = World::new();
    for number in 0..8 {
        world.create(&format!("v{number}"), 10);
    }
    world.epochs(2);
    world.create("mallory", 11);
    assert_eq!(world.validator(7).standing, Standing::Out);
    let back = Input::Unjail {
        operator: address("v7"),
    };
    let full = world.act(back.clone());
    assert!(
        matches!(full, Err(Refusal::CandidatesFull { .. })),
        "{full:?}"
    );
    world.bond("v7", 7, HUB, 2_000_000).unwrap();
    world.act(back).unwrap();
    assert_eq!(world.validator(6).standing, Standing::Out);
    // The end is the end.
    let epoch = world.epoch();
    world.convict(Kind::Tombstone, 6, 10, [epoch, epoch]);
    let late = world.bond("v6", 6, HUB, 2_000_000);
    assert!(matches!(late, Err(Refusal::Standing { .. })), "{late:?}");
}

/// While a small token is silent, dust takes no places of those who hold it.
#[test]
fn dust_takes_no_places_in_a_small_outage() {
    let mut world = World::new();
    world.create("whale", 10_000);
    for number in 1..8 {
        let mut candidacy = world.candidacy(&format!("v{number}"), number + 1, 100_000_000);
        candidacy.bond = world.quote(VOUCHER);
        world.act(Input::CreateValidator(candidacy)).unwrap();
    }
    world.epochs(2);
    world.prices.insert(VOUCHER, None);
    world.epochs(1);
    assert!(!world.pool.pool.held);
    let candidacy = world.candidacy("mallory", 20, 1_000_000);
    let refused = world.act(Input::CreateValidator(candidacy));
    assert!(
        matches!(refused, Err(Refusal::CandidatesFull { .. })),
        "{refused:?}"
    );
}

/// What came to a silent token's validators, or has left it, since it weighed last is not missed: nobody makes an outage that
/// lasts by bringing, or taking, what nobody can price.
#[test]
fn what_came_or_left_in_silence_is_not_missed() {
    for redelegates in [true, false] {
        let mut world = World::new();
        world.create("alice", 500);
        world.create("carol", 490);
        let mallory = world.create("mallory", 1);
        world.bond("bob", 0, VOUCHER, 9_000_000).unwrap();
        let operator = address("mallory");
        world
            .bond("mallory", mallory, VOUCHER, 200_000_000)
            .unwrap();
        let leave = Input::Leave {
            operator: operator.clone(),
        };
        world.act(leave).unwrap();
        world.epochs(2);
        world.prices.insert(VOUCHER, None);
        world.epochs(5);
        if redelegates {
            world
                .redelegate("mallory", mallory, 0, VOUCHER, 200_000_000)
                .unwrap();
        } else {
            world.act(Input::Unjail { operator }).unwrap();
        }
        for _ in 0..5 {
            world.epochs(1);
            assert!(!world.pool.pool.held);
        }
    }

    let mut world = World::new();
    world.create("alice", 500);
    world.create("carol", 420);
    world.bond("bob", 0, VOUCHER, 80_000_000).unwrap();
    world.bond("mallory", 0, HUB, 300_000_000).unwrap();
    world.epochs(2);
    world.prices.insert(VOUCHER, None);
    world.epochs(1);
    world.unbond("bob", 0, VOUCHER, 80_000_000).unwrap();
    world.unbond("mallory", 0, HUB, 300_000_000).unwrap();
    world.unbond("alice", 0, HUB, 250_000_000).unwrap();
    for _ in 0..5 {
        world.epochs(1);
        assert!(!world.pool.pool.held);
    }
}
