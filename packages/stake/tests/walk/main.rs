//! A random walk over every verb, with the invariants after each step; and a naive model beside the pool.
//! `TESSERA_SEED` and `TESSERA_STEPS` change it.

mod compare;
mod generate;
mod lots;
mod model;
#[path = "../world/mod.rs"]
mod world;

use std::collections::BTreeMap;

use generate::Generator;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tessera_primitives::fact::Facts;
use tessera_stake::{
    state::{Choice, Phase, Tally},
    Event, Input,
};
use world::World;

fn from_environment(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(default, |text| text.parse().unwrap())
}

/// What is withdrawn has matured, and counted in no snapshot that a core of its validators still holds.
fn check_withdrawal(before: &World, input: &Input, after: &World) {
    let Input::WithdrawUnbonded {
        delegator,
        validator,
        token,
    } = input
    else {
        return;
    };
    let key = (delegator.clone(), *validator);
    let left: Vec<_> = after
        .pool
        .delegations
        .get(&key)
        .map(|d| d.parts.clone())
        .unwrap_or_default();
    for view in before.parts(delegator.as_str(), *validator) {
        let part = view.part;
        let stays = left
            .iter()
            .any(|other| other.until == part.until && other.token == part.token);
        // What slashes have left nothing of is dropped.
        if part.token != *token || stays || part.until == u32::MAX || view.worth.is_zero() {
            continue;
        }
        assert!(before.now().time >= before.pool.place.matures(part.until));
        let counted = [(*validator, part.until)]
            .into_iter()
            .chain(part.tag.map(|tag| (tag.validator, tag.until)));
        for (number, until) in counted {
            for slasher in &before.pool.validators[&number].joined {
                let held = before.pool.holds.get(slasher).into_iter().flatten();
                let held = held.filter(|hold| hold.open > 0 || hold.until > before.now().time);
                let revoked = before.pool.slashers[slasher].revoked;
                assert!(revoked || held.into_iter().all(|hold| until < hold.snapshot));
            }
        }
    }
}

/// Each vote is in the tally, once.
fn check_votes(world: &World) {
    for (number, proposal) in &world.pool.proposals {
        let Phase::Voting { opened, .. } = proposal.phase else {
            continue;
        };
        let mut votes: BTreeMap<Choice, u128> = BTreeMap::new();
        let mut direct: BTreeMap<u32, u128> = BTreeMap::new();
        for ((of, _, validator), ballot) in &world.pool.ballots {
            if of == number {
                *votes.entry(ballot.choice).or_default() += ballot.power.0;
                *direct.entry(*validator).or_default() += ballot.power.0;
            }
        }
        for member in &world.pool.members[&opened] {
            let direct = direct.remove(&member.validator).unwrap_or(0);
            assert!(
                direct <= member.weight.0,
                "delegators weigh more than their validator"
            );
            let seat = world.pool.seats.get(&(*number, member.validator));
            if let Some(choice) = seat.and_then(|seat| seat.choice) {
                *votes.entry(choice).or_default() += member.weight.0 - direct;
            }
        }
        assert!(direct.is_empty(), "a vote at nobody's seat");
        let Tally {
            yes,
            no,
            abstain,
            veto,
        } = proposal.tally;
        for (choice, counted) in [
            (Choice::Yes, yes),
            (Choice::No, no),
            (Choice::Abstain, abstain),
            (Choice::Veto, veto),
        ] {
            assert_eq!(
                counted.0,
                votes.get(&choice).copied().unwrap_or(0),
                "{choice:?}"
            );
        }
    }
}

const FACTS: [&str; 33] = [
    "stake_validator_created",
    "stake_validator_edited",
    "stake_vote_key_rotated",
    "stake_candidate_out",
    "stake_candidate_back",
    "stake_bonded",
    "stake_unbonded",
    "stake_redelegated",
    "stake_withdrawn",
    "stake_rewards_paid",
    "stake_commission_paid",
    "stake_funded",
    "stake_snapshot_taken",
    "stake_turned",
    "stake_slash_accepted",
    "stake_slash_passed",
    "stake_drained",
    "stake_taken",
    "stake_joined",
    "stake_held",
    "stake_released",
    "stake_proposed",
    "stake_deposited",
    "stake_voting_opened",
    "stake_voted",
    "stake_concluded",
    "stake_refunded",
    "stake_collected",
    "stake_token_added",
    "stake_token_leaving",
    "stake_token_left",
    "stake_token_changed",
    "stake_slasher_registered",
];

#[test]
fn invariants_hold_on_any_walk() {
    let seed = from_environment("TESSERA_SEED", 20_261_121);
    let steps = from_environment("TESSERA_STEPS", 100_000);
    println!("TESSERA_SEED={seed} TESSERA_STEPS={steps}");
    let mut world = World::new();
    let mut generator = Generator {
        random: ChaCha8Rng::seed_from_u64(seed),
        secrets: 0,
    };
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    let (mut taken, mut lives) = (0u64, 1u64);
    while taken < steps {
        if generator.random.gen_bool(0.25) {
            generator.pass(&mut world);
        }
        let input = generator.any(&world);
        let withdrawal = matches!(input, Input::WithdrawUnbonded { .. });
        let before = withdrawal.then(|| world.copy());
        if let Ok(events) = world.act(input.clone()) {
            for event in &events {
                *counts.entry(Event::name(event)).or_default() += 1;
            }
            if let Some(before) = before {
                check_withdrawal(&before, &input, &world);
            }
            world.check_money();
            world.check_cells();
        }
        taken += 1;
        if taken % 8 == 0 {
            world.check_rewards();
            check_votes(&world);
        }
        // Where all are tombstoned nothing happens any more: another pool begins.
        let dead = world.pool.validators.len() == generate::OPERATORS.len()
            && world.pool.candidates.is_empty();
        if taken % 4_000 == 0 || dead && generator.random.gen_bool(0.02) {
            world = World::new();
            generator.secrets = 0;
            lives += 1;
        }
    }
    println!("{lives} pools, {counts:?}");
    for fact in FACTS {
        assert!(counts.get(fact).copied().unwrap_or(0) > 0, "never {fact}");
    }
}
