//! A pool in which something is proposed and voted on.

use super::{address, asset, share, World, HUB};
use tessera_primitives::{Amount, Hash};
use tessera_stake::{
    answer,
    state::{Choice, Content, Phase, Tally},
    Event, Input, Refusal,
};

pub const NEW: u16 = 4;

/// Two validators, 300 at the first (100 of them Bob's) and 100 at the second; a proposal costs 100 units.
pub fn world() -> World {
    let mut world = World::new();
    world.create("alice", 200);
    world.create("carol", 100);
    world.bond("bob", 0, HUB, 100_000_000).unwrap();
    world.epochs(2);
    world
}

pub fn add() -> Content {
    Content::AddToken {
        asset: asset(NEW),
        decimals: 6,
        feed: "NEW/USD".into(),
        max_share: share(10),
    }
}

pub fn propose(
    world: &mut World,
    content: Content,
    token: u16,
    amount: u128,
) -> Result<u64, Refusal> {
    let quote = world.quote(token);
    let events = world.act(Input::Propose {
        proposer: address("pat"),
        content,
        link: "https://reports.example/new".into(),
        report: Hash::sha256(b"report"),
        quote,
        amount: Amount(amount),
    })?;
    let Some(Event::Proposed { proposal, .. }) = events.first() else {
        panic!("{events:?}");
    };
    Ok(*proposal)
}

pub fn deposit(
    world: &mut World,
    who: &str,
    proposal: u64,
    token: u16,
    amount: u128,
) -> Result<Vec<Event>, Refusal> {
    let prices = world.quotes();
    world.act(Input::Deposit {
        depositor: address(who),
        proposal,
        token,
        amount: Amount(amount),
        prices,
    })
}

pub fn vote(
    world: &mut World,
    who: &str,
    proposal: u64,
    validator: u32,
    via: &[u32],
    choice: Choice,
) -> Result<Vec<Event>, Refusal> {
    let (voter, via) = (address(who), via.to_vec());
    world.act(Input::Vote {
        voter,
        proposal,
        validator,
        via,
        choice,
    })
}

pub fn seat(world: &mut World, who: &str, proposal: u64, choice: Choice) {
    let operator = address(who);
    world
        .act(Input::VoteAsValidator {
            operator,
            proposal,
            choice,
        })
        .unwrap();
}

pub fn tally(world: &mut World, proposal: u64) -> Result<Vec<Event>, Refusal> {
    world.act(Input::Tally {
        caller: address("pusher"),
        proposal,
    })
}

pub fn enact(world: &mut World, proposal: u64) -> Result<Vec<Event>, Refusal> {
    world.act(Input::Enact {
        caller: address("pusher"),
        proposal,
    })
}

pub fn refund(world: &mut World, who: &str, proposal: u64) -> Result<Vec<Event>, Refusal> {
    world.act(Input::Refund {
        depositor: address(who),
        proposal,
    })
}

pub fn phase(world: &World, proposal: u64) -> Phase {
    world.pool.proposals[&proposal].phase
}

pub fn votes(world: &World, proposal: u64) -> [u128; 4] {
    let (tally, _) = answer::votes(&world.pool, proposal).unwrap();
    let Tally {
        yes,
        no,
        abstain,
        veto,
    } = tally;
    [yes, no, abstain, veto].map(|weight| weight.0 / 1_000_000)
}

/// A proposal with its voting open.
pub fn open(world: &mut World, content: Content) -> u64 {
    let proposal = propose(world, content, HUB, 100_000_000).unwrap();
    assert!(matches!(phase(world, proposal), Phase::Voting { .. }));
    proposal
}

pub fn accepted(world: &mut World, content: Content) -> u64 {
    let proposal = open(world, content);
    seat(world, "alice", proposal, Choice::Yes);
    seat(world, "carol", proposal, Choice::Yes);
    world.time += 500;
    tally(world, proposal).unwrap();
    assert!(matches!(phase(world, proposal), Phase::Accepted { .. }));
    proposal
}
