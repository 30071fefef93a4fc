//! Whitelist votes: the proposal's life, power, the tally, and those who try to bend them.

mod world;

use tessera_primitives::{Amount, Hash, Price, Value};
use tessera_stake::{
    input::Quote,
    state::{Choice, Content, Phase},
    Input, Refusal, Share,
};
use world::governance::*;
use world::{address, asset, share, World, CW20, EPOCH, HUB, VOUCHER};

#[test]
fn a_token_is_whitelisted_by_vote() {
    let mut world = world();
    let proposal = propose(&mut world, add(), HUB, 30_000_000).unwrap();
    deposit(&mut world, "bob", proposal, VOUCHER, 69_999_999).unwrap();
    assert!(matches!(phase(&world, proposal), Phase::Deposit { .. }));
    deposit(&mut world, "bob", proposal, VOUCHER, 1).unwrap();
    assert!(matches!(
        phase(&world, proposal),
        Phase::Voting { opened: 3, .. }
    ));
    seat(&mut world, "alice", proposal, Choice::Yes);
    seat(&mut world, "carol", proposal, Choice::Yes);
    assert!(tally(&mut world, proposal).is_err(), "voting is not over");
    world.time += 500;
    assert!(
        vote(&mut world, "bob", proposal, 0, &[0], Choice::No).is_err(),
        "voting is over"
    );
    tally(&mut world, proposal).unwrap();
    assert!(enact(&mut world, proposal).is_err(), "it has to wait");
    world.time += 200;
    enact(&mut world, proposal).unwrap();
    assert_eq!(phase(&world, proposal), Phase::Enacted);
    assert!(enact(&mut world, proposal).is_err());
    for (who, token, amount) in [("pat", HUB, 30_000_000), ("bob", VOUCHER, 70_000_000)] {
        refund(&mut world, who, proposal).unwrap();
        assert_eq!(world.credit(who, token), amount);
        assert!(refund(&mut world, who, proposal).is_err(), "once");
    }
    world
        .prices
        .insert(NEW, Some(Price(1_000_000_000_000_000_000)));
    world.bond("bob", 0, NEW, 5).unwrap();
    world.check();
}

#[test]
fn a_proposal_without_its_deposit_is_revoked_and_refunds() {
    let mut world = world();
    let proposal = propose(&mut world, add(), HUB, 10_000_000).unwrap();
    assert!(refund(&mut world, "pat", proposal).is_err());
    world.time += 500;
    let late = deposit(&mut world, "bob", proposal, HUB, 100_000_000);
    assert!(matches!(late, Err(Refusal::Phase { .. })));
    refund(&mut world, "pat", proposal).unwrap();
    assert_eq!(phase(&world, proposal), Phase::Revoked);
    assert_eq!(world.credit("pat", HUB), 10_000_000);
    world.check();
}

/// Spam costs a tenth of the deposit each, and is worth nothing without the rest.
#[test]
fn spam_pays_its_first_deposit() {
    let mut world = world();
    let cheap = propose(&mut world, add(), HUB, 9_999_999);
    let (min, actual) = (Value(10_000_000), Value(9_999_999));
    assert_eq!(cheap, Err(Refusal::FirstDeposit { min, actual }));
    world.prices.insert(VOUCHER, None);
    assert!(propose(&mut world, add(), VOUCHER, 1 << 60).is_err());
    for content in [
        Content::RemoveToken { token: HUB },
        Content::RemoveToken { token: 9 },
        Content::ChangeMaxShare {
            token: VOUCHER,
            max_share: Share::new(333_333_334).unwrap(),
        },
        Content::ChangeMaxShare {
            token: HUB,
            max_share: share(20),
        },
        Content::RevokeSlasher { slasher: 7 },
        Content::RegisterSlasher {
            address: address("core"),
            max_fraction: share(1),
        },
        Content::AddToken {
            asset: asset(VOUCHER),
            decimals: 6,
            feed: "A/USD".into(),
            max_share: share(1),
        },
        Content::AddToken {
            asset: asset(NEW),
            decimals: 19,
            feed: "A/USD".into(),
            max_share: share(1),
        },
    ] {
        assert!(propose(&mut world, content, HUB, 10_000_000).is_err());
    }
    world.check();
}

/// Two proposals about one token: the second cannot be done any more, fails and refunds.
#[test]
fn of_two_proposals_about_one_token_the_second_fails() {
    let mut world = world();
    let one = accepted(&mut world, add());
    world.epochs(1);
    let other = accepted(&mut world, add());
    world.time += 200;
    enact(&mut world, one).unwrap();
    enact(&mut world, other).unwrap();
    assert_eq!(phase(&world, one), Phase::Enacted);
    assert_eq!(phase(&world, other), Phase::Failed);
    assert_eq!(world.pool.pool.tokens, vec![0, 1, 2, 3, 4]);
    refund(&mut world, "pat", other).unwrap();
    world.check();
}

/// A removed token's weight decays, its owners leave as they like, and it comes back with its number when it is gone.
#[test]
fn a_removed_token_decays_and_can_come_back() {
    let mut world = world();
    world.bond("dan", 0, VOUCHER, 20_000_000).unwrap();
    world.epochs(1);
    let proposal = accepted(&mut world, Content::RemoveToken { token: VOUCHER });
    world.time += 200;
    enact(&mut world, proposal).unwrap();
    assert_eq!(
        world.bond("dan", 0, VOUCHER, 5),
        Err(Refusal::Leaving { token: VOUCHER })
    );
    assert_eq!(
        world.redelegate("dan", 0, 1, VOUCHER, 5),
        Err(Refusal::Leaving { token: VOUCHER })
    );
    let value = |world: &World| {
        let snapshot = &world.pool.snapshots[&world.epoch()];
        snapshot.unit(VOUCHER).map(|unit| unit.value.0)
    };
    // 400 s to decay, in epochs of 100: three quarters are left after one, and so on.
    let mut seen = Vec::new();
    for _ in 0..4 {
        world.epochs(1);
        seen.push(value(&world));
    }
    assert_eq!(
        seen,
        [Some(15_000_000), Some(10_000_000), Some(5_000_000), None]
    );
    world.unbond("dan", 0, VOUCHER, 5_000_000).unwrap();
    let other = Content::AddToken {
        asset: asset(VOUCHER),
        decimals: 7,
        feed: "V/USD".into(),
        max_share: share(9),
    };
    assert_eq!(
        propose(&mut world, other, HUB, 100_000_000),
        Err(Refusal::Content { what: "decimals" })
    );
    let again = Content::AddToken {
        asset: asset(VOUCHER),
        decimals: 6,
        feed: "V/USD".into(),
        max_share: share(9),
    };
    world.turn().ok();
    let proposal = accepted(&mut world, again);
    world.time += 200;
    enact(&mut world, proposal).unwrap();
    world.epochs(1);
    assert_eq!(value(&world), Some(15_000_000));
    world.check();
}

/// A proposal whose deposit token is removed: what was deposited counts no more, and comes back.
#[test]
fn deposits_in_a_token_that_leaves_count_no_more_and_come_back() {
    let mut world = world();
    let slow = propose(&mut world, add(), VOUCHER, 90_000_000).unwrap();
    world.pool.proposals.get_mut(&slow).unwrap().phase = Phase::Deposit {
        until: world::at(world.time + 5_000),
    };
    let proposal = accepted(&mut world, Content::RemoveToken { token: VOUCHER });
    world.time += 200;
    enact(&mut world, proposal).unwrap();
    assert!(deposit(&mut world, "bob", slow, VOUCHER, 10_000_000).is_err());
    deposit(&mut world, "bob", slow, HUB, 10_000_000).unwrap();
    assert!(
        matches!(phase(&world, slow), Phase::Deposit { .. }),
        "100 are there, 10 count"
    );
    world.time += 5_000;
    for who in ["bob", "pat"] {
        refund(&mut world, who, slow).unwrap();
    }
    assert_eq!(
        (world.credit("pat", VOUCHER), world.credit("bob", HUB)),
        (90_000_000, 10_000_000)
    );
    world.check();
}

#[test]
fn deposits_are_valued_anew_and_the_vote_waits_for_its_snapshot() {
    let mut world = world();
    let proposal = propose(&mut world, add(), CW20, 50_000_000_000_000_000_000).unwrap();
    world
        .prices
        .insert(CW20, Some(Price(100_000_000_000_000_000)));
    deposit(&mut world, "bob", proposal, HUB, 90_000_000).unwrap();
    assert!(
        matches!(phase(&world, proposal), Phase::Deposit { .. }),
        "50 are worth 5 by now"
    );
    let missing = Input::Deposit {
        depositor: address("bob"),
        proposal,
        token: HUB,
        amount: Amount(1),
        prices: vec![world.quote(HUB)],
    };
    assert_eq!(
        world.act(missing),
        Err(Refusal::PriceMissing { token: CW20 })
    );
    world.time += EPOCH;
    let early = deposit(&mut world, "bob", proposal, HUB, 5_000_000);
    assert_eq!(early, Err(Refusal::NoSnapshot { epoch: 4 }));
    world.turn().unwrap();
    deposit(&mut world, "bob", proposal, HUB, 5_000_000).unwrap();
    assert!(matches!(
        phase(&world, proposal),
        Phase::Voting { opened: 4, .. }
    ));
}

#[test]
fn slashers_are_registered_and_revoked_by_vote() {
    let mut world = world();
    let slasher = address("core");
    world
        .act(Input::Join {
            slasher: slasher.clone(),
            validator: 0,
        })
        .unwrap();
    world
        .act(Input::Hold {
            slasher: slasher.clone(),
            snapshot: 3,
        })
        .unwrap();
    world.unbond("bob", 0, HUB, 5).unwrap();
    let proposal = accepted(&mut world, Content::RevokeSlasher { slasher: 0 });
    world.time += 2_000;
    assert!(world.withdraw("bob", 0, HUB).is_err(), "held");
    enact(&mut world, proposal).unwrap();
    world.withdraw("bob", 0, HUB).unwrap();
    let order = world.order(0, 1, 3, 3);
    assert!(matches!(
        world.act(Input::Slash(order)),
        Err(Refusal::NotSlasher { .. })
    ));
    world.turn().unwrap();
    let content = Content::RegisterSlasher {
        address: slasher.clone(),
        max_fraction: share(5),
    };
    let proposal = accepted(&mut world, content);
    world.time += 200;
    enact(&mut world, proposal).unwrap();
    let now = world.epoch();
    world.slash(0, 50, now, now);
    assert_eq!(world.pool.slashes[&1].mark.fraction, share(5));
}

/// An outage of the heaviest feed: prices are kept for all, entries wait, and weights stay as they were.
#[test]
fn an_outage_of_a_heavy_feed_sells_the_zone_to_nobody() {
    let mut world = world();
    world.bond("whale", 1, VOUCHER, 1 << 60).unwrap();
    world.epochs(1);
    let before = world.pool.members[&4].clone();
    world.prices.insert(HUB, None);
    world.prices.insert(VOUCHER, Some(Price(u128::MAX)));
    world.epochs(1);
    assert_eq!(world.pool.members[&5], before);
    assert!(world.pool.snapshots[&5].held);
    let waits = Err(Refusal::PricesHeld { snapshot: 5 });
    assert_eq!(world.bond("eve", 0, VOUCHER, 5), waits);
    let quote: Quote = world.quote(VOUCHER);
    let input = Input::Propose {
        proposer: address("pat"),
        content: add(),
        link: String::new(),
        report: Hash::ZERO,
        quote,
        amount: Amount(1 << 60),
    };
    assert_eq!(world.act(input), waits);
    world.unbond("bob", 0, HUB, 5).unwrap();
    world
        .prices
        .insert(HUB, Some(Price(1_000_000_000_000_000_000)));
    world.prices.insert(VOUCHER, None);
    // A light feed's outage weighs its token nothing, and holds nothing up.
    world.pool.parameters.max_unpriced = share(30);
    world.epochs(1);
    assert!(!world.pool.snapshots[&6].held);
    assert_eq!(world.pool.snapshots[&6].unit(VOUCHER).unwrap().value.0, 0);
    world.check();
}
