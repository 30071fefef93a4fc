//! Power and the tally, and those who try to bend them.

mod world;

use tessera_primitives::Value;
use tessera_stake::{
    state::{Choice, Kind, Parameters, Phase},
    Input, Refusal,
};
use world::{address, governance::*, parameters, World, HUB};

#[test]
fn a_delegators_vote_leaves_its_validators_option() {
    let mut world = world();
    let proposal = open(&mut world, add());
    seat(&mut world, "alice", proposal, Choice::Yes);
    assert_eq!(votes(&world, proposal), [300, 0, 0, 0]);
    vote(&mut world, "bob", proposal, 0, &[0], Choice::No).unwrap();
    assert_eq!(votes(&world, proposal), [200, 100, 0, 0]);
    vote(&mut world, "bob", proposal, 0, &[0], Choice::Abstain).unwrap();
    seat(&mut world, "alice", proposal, Choice::Veto);
    assert_eq!(votes(&world, proposal), [0, 0, 100, 200]);
    let none = vote(&mut world, "dan", proposal, 0, &[0], Choice::Yes);
    assert_eq!(
        none,
        Err(Refusal::NoPower {
            validator: 0,
            epoch: 3
        })
    );
}

/// Power voted, then redelegated, then voted again: by the first name, by the second, by both.
#[test]
fn power_that_moves_is_counted_once() {
    let mut world = world();
    let proposal = open(&mut world, add());
    vote(&mut world, "bob", proposal, 0, &[0], Choice::Yes).unwrap();
    world.redelegate("bob", 0, 1, HUB, 60_000_000).unwrap();
    world.unbond("bob", 0, HUB, 30_000_000).unwrap();
    for (validator, via) in [(1, &[1][..]), (1, &[0, 1]), (0, &[1, 1]), (0, &[])] {
        assert!(vote(&mut world, "bob", proposal, validator, via, Choice::Yes).is_err());
    }
    assert_eq!(votes(&world, proposal), [100, 0, 0, 0]);
    // What is named is counted, and takes the place of what was.
    vote(&mut world, "bob", proposal, 0, &[1], Choice::Yes).unwrap();
    assert_eq!(votes(&world, proposal), [60, 0, 0, 0]);
    vote(&mut world, "bob", proposal, 0, &[1, 0], Choice::No).unwrap();
    assert_eq!(votes(&world, proposal), [0, 100, 0, 0]);
    // Stake that came later has no vote.
    world.bond("late", 0, HUB, 1 << 60).unwrap();
    world.epochs(1);
    assert!(vote(&mut world, "late", proposal, 0, &[0], Choice::No).is_err());
    world.check();
}

#[test]
fn a_slash_never_raises_power_and_a_tombstone_voids_its_own() {
    let mut world = world();
    let proposal = open(&mut world, add());
    vote(&mut world, "bob", proposal, 0, &[0], Choice::Yes).unwrap();
    seat(&mut world, "alice", proposal, Choice::Yes);
    world.convict(Kind::Tombstone, 0, 50, [3, 3]);
    assert_eq!(votes(&world, proposal), [300, 0, 0, 0]);
    vote(&mut world, "bob", proposal, 0, &[0], Choice::Yes).unwrap();
    assert_eq!(
        votes(&world, proposal),
        [300, 0, 0, 0],
        "50 his own, 250 his validator's"
    );
    let operator = address("alice");
    let voids = world.act(Input::VoteAsValidator {
        operator,
        proposal,
        choice: Choice::No,
    });
    assert!(matches!(voids, Err(Refusal::Standing { .. })));
    world.time += 500;
    tally(&mut world, proposal).unwrap();
    // 50 of 400 are left: no quorum.
    assert_eq!(votes(&world, proposal), [50, 0, 0, 0]);
    assert_eq!(phase(&world, proposal), Phase::Rejected);
    refund(&mut world, "pat", proposal).unwrap();
    world.check();
}

/// What the tally says, at its bounds: weights of 1,000 in all.
#[test]
fn the_tally_decides_in_order() {
    let tallied = |yes: u32, no: u32, abstain: u32, veto: u32| {
        let mut world = World::with(Parameters {
            max_validators: 10,
            min_deposit: Value(1),
            ..parameters()
        });
        let all = [yes, no, abstain, veto];
        let silent = 1_000 - all.iter().sum::<u32>();
        for (index, tokens) in all.iter().chain([&silent]).enumerate() {
            if *tokens > 0 {
                world.create(
                    ["yes", "no", "abstain", "veto", "silent"][index],
                    (*tokens).into(),
                );
            }
        }
        world.epochs(1);
        let proposal = propose(&mut world, add(), HUB, 10).unwrap();
        let choices = [Choice::Yes, Choice::No, Choice::Abstain, Choice::Veto];
        for (index, choice) in choices.into_iter().enumerate() {
            if all[index] > 0 {
                seat(
                    &mut world,
                    ["yes", "no", "abstain", "veto"][index],
                    proposal,
                    choice,
                );
            }
        }
        world.time += 500;
        tally(&mut world, proposal).unwrap();
        world.check();
        phase(&world, proposal).name()
    };
    assert_eq!(tallied(1_000, 0, 0, 0), "accepted");
    // A third of the vote, at least 33.4 % of the weight.
    assert_eq!(tallied(333, 0, 0, 0), "rejected");
    assert_eq!(tallied(334, 0, 0, 0), "accepted");
    assert_eq!(
        tallied(333, 0, 400, 0),
        "rejected",
        "yes has to pass a third of all weight"
    );
    assert_eq!(tallied(670, 330, 0, 0), "accepted");
    assert_eq!(tallied(669, 331, 0, 0), "rejected");
    assert_eq!(
        tallied(335, 165, 500, 0),
        "accepted",
        "who abstains takes no side"
    );
    assert_eq!(tallied(666, 0, 0, 334), "vetoed");
    // 333 of 1,000 is no veto, and 667 of 1,000 is no 67 %.
    assert_eq!(tallied(667, 0, 0, 333), "rejected");
    assert_eq!(tallied(670, 0, 0, 330), "accepted");
}

/// A lone veto: without a quorum it burns nothing.
#[test]
fn a_lone_veto_burns_nothing() {
    let mut world = world();
    let proposal = open(&mut world, add());
    seat(&mut world, "carol", proposal, Choice::Veto);
    world.time += 500;
    tally(&mut world, proposal).unwrap();
    assert_eq!(phase(&world, proposal), Phase::Rejected);
    refund(&mut world, "pat", proposal).unwrap();
    assert_eq!(world.credit("pat", HUB), 100_000_000);
}

#[test]
fn a_veto_forfeits_the_deposits() {
    let mut world = world();
    let proposal = open(&mut world, add());
    seat(&mut world, "alice", proposal, Choice::Veto);
    world.time += 500;
    tally(&mut world, proposal).unwrap();
    assert_eq!(phase(&world, proposal), Phase::Vetoed);
    assert!(refund(&mut world, "pat", proposal).is_err());
    assert_eq!(world.credit("treasury", HUB), 100_000_000);
    world.check();
}
