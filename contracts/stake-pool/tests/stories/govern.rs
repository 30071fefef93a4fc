//! `propose`, `deposit`, `vote`, `vote_as_validator`, `tally`, `enact`, `refund`.

use stake_pool::PoolError;
use tessera_contract_api::stake_pool::{
    BallotResponse, DepositResponse, Entry, ExecuteMsg, QueryMsg, SeatResponse, SlasherResponse,
    TokenResponse, VotesResponse,
};
use tessera_primitives::{Address, Amount, Asset, Malformed, Weight};
use tessera_stake::{
    state::{Choice, Content, Phase, Tally},
    Event, Refusal, Share,
};

use crate::world::{refused, rule, World, HUB, MILLION, TOKEN, WHOLE};

fn add(denom: &str) -> Content {
    Content::AddToken {
        asset: Asset::Native(denom.parse().unwrap()),
        decimals: 6,
        feed: "T0/USD".into(),
        max_share: Share::percent(10),
    }
}

fn deposit(
    world: &mut World,
    who: &str,
    proposal: u64,
    token: u16,
    amount: u128,
) -> crate::world::Said {
    world.enter(who, token, amount, &Entry::Deposit { proposal })
}

#[test]
fn a_token_is_whitelisted_by_vote_and_bonded() {
    let mut world = World::new();
    let proposal = world.propose(add("new"), 10).unwrap();
    assert!(matches!(world.phase(proposal), Phase::Deposit { .. }));
    deposit(&mut world, "ann", proposal, TOKEN, 50 * 10u128.pow(18)).unwrap();
    let said = deposit(&mut world, "ben", proposal, HUB, 40 * MILLION).unwrap();
    assert!(matches!(world.facts(&said)[1], Event::VotingOpened { .. }));
    let all: Vec<DepositResponse> = world.ask(&QueryMsg::Deposits {
        proposal,
        start_after: None,
        limit: None,
    });
    assert_eq!(all.len(), 3);
    world.decide(proposal, Choice::Yes);
    let early = rule(world.say("pusher", ExecuteMsg::Enact { proposal }));
    assert!(matches!(early, Refusal::Phase { .. }), "{early:?}");
    world.wait(200);
    world.say("pusher", ExecuteMsg::Enact { proposal }).unwrap();
    let tokens: Vec<TokenResponse> = world.ask(&QueryMsg::Tokens {
        start_after: Some(WHOLE),
        limit: None,
    });
    assert_eq!(tokens[0].number, 4);
    let bond = ExecuteMsg::Bond { validator: 0 };
    let coins = cosmwasm_std::coins(77, "new");
    world.wait(1);
    world.pay("ann", bond, &coins).unwrap();
    assert_eq!(world.stake("ann", 0, 4), (77, 0));
    // Deposits come back, each in its own token.
    let before = (world.has("ann", TOKEN), world.has("ben", HUB));
    for (who, token) in [("ann", TOKEN), ("ben", HUB)] {
        world.say(who, ExecuteMsg::Refund { proposal }).unwrap();
        world.say(who, ExecuteMsg::Collect { token }).unwrap();
    }
    let after = (world.has("ann", TOKEN), world.has("ben", HUB));
    let back = (before.0 + 50 * 10u128.pow(18), before.1 + 40 * MILLION);
    assert_eq!(after, back);
    let twice = rule(world.say("ann", ExecuteMsg::Refund { proposal }));
    assert_eq!(twice, Refusal::Nothing { what: "deposit" });
}

#[test]
fn a_proposal_says_what_can_be_done() {
    let mut world = World::new();
    let nowhere = Address::new("cosmos1elsewhere").unwrap();
    let ann = world.address("ann");
    let bad_feed = Content::ChangeFeed {
        token: WHOLE,
        feed: "no feed at all".into(),
    };
    let refusal = refused(world.propose(bad_feed, 100));
    assert!(
        matches!(refusal, PoolError::Malformed(Malformed::Character { .. })),
        "{refusal:?}"
    );
    let token = |address: &Address| Content::AddToken {
        asset: Asset::Cw20(address.clone()),
        decimals: 6,
        feed: "T0/USD".into(),
        max_share: Share::percent(10),
    };
    let slasher = |address: &Address| Content::RegisterSlasher {
        address: address.clone(),
        max_fraction: Share::percent(10),
    };
    for content in [token(&nowhere), slasher(&nowhere)] {
        let refusal = refused(world.propose(content, 100));
        assert!(matches!(refusal, PoolError::Address(_)), "{refusal:?}");
    }
    for content in [token(&ann), slasher(&ann)] {
        let refusal = refused(world.propose(content, 100));
        let address = ann.clone();
        assert_eq!(refusal, PoolError::NoContract { address });
    }
    let hub = rule(world.propose(Content::RemoveToken { token: HUB }, 100));
    assert!(matches!(hub, Refusal::Content { .. }), "{hub:?}");
    let cheap = rule(world.propose(add("new"), 9));
    assert!(matches!(cheap, Refusal::FirstDeposit { .. }), "{cheap:?}");
}

#[test]
fn delegators_votes_are_taken_out_of_their_validators() {
    let mut world = World::new();
    world.bond("ann", 0, HUB, 100 * MILLION).unwrap();
    world.epochs(1);
    let proposal = world.propose(add("new"), 100).unwrap();
    world.seat("alice", proposal, Choice::No).unwrap();
    world
        .say(
            "ann",
            ExecuteMsg::Vote {
                proposal,
                validator: 0,
                via: vec![0],
                choice: Choice::Yes,
            },
        )
        .unwrap();
    let votes: VotesResponse = world.ask(&QueryMsg::Votes { proposal });
    let counted = |weight: Weight| weight.0 / MILLION;
    let Tally { yes, no, .. } = votes.tally;
    assert_eq!((counted(yes), counted(no)), (100, 200));
    assert_eq!(votes.total.map(counted), Some(400));
    let seat: SeatResponse = world.ask(&QueryMsg::Seat {
        proposal,
        validator: 0,
    });
    assert_eq!(counted(seat.seat.direct), 100);
    assert_eq!(counted(seat.weight), 200);
    let ballots: Vec<BallotResponse> = world.ask(&QueryMsg::Ballots {
        proposal,
        start_after: None,
        limit: None,
    });
    assert_eq!(ballots.len(), 1);
    assert_eq!(ballots[0].voter, world.address("ann"));
}

#[test]
fn power_that_voted_and_moved_and_votes_again_counts_once() {
    let mut world = World::new();
    world.bond("ann", 0, HUB, 100 * MILLION).unwrap();
    world.epochs(1);
    let proposal = world.propose(add("new"), 100).unwrap();
    let vote = |validator, via: &[u32], choice| ExecuteMsg::Vote {
        proposal,
        validator,
        via: via.to_vec(),
        choice,
    };
    world.say("ann", vote(0, &[0], Choice::Yes)).unwrap();
    world.redelegate("ann", (0, 1), HUB, 100 * MILLION).unwrap();
    world.epochs(1);
    let none = rule(world.say("ann", vote(1, &[1], Choice::Yes)));
    assert!(matches!(none, Refusal::NoPower { .. }), "{none:?}");
    world.say("ann", vote(0, &[1, 0], Choice::Veto)).unwrap();
    let votes: VotesResponse = world.ask(&QueryMsg::Votes { proposal });
    assert_eq!((votes.tally.yes.0, votes.tally.veto.0 / MILLION), (0, 100));
    let twice = rule(world.say("ann", vote(0, &[1, 1], Choice::Yes)));
    assert!(matches!(twice, Refusal::Number { .. }), "{twice:?}");
}

#[test]
fn a_veto_takes_the_deposits_and_a_lone_one_does_not() {
    let mut world = World::new();
    let lone = world.propose(add("new"), 100).unwrap();
    world.bond("ann", 0, HUB, MILLION).unwrap();
    let other = world.propose(add("other"), 100).unwrap();
    world.seat("alice", lone, Choice::Yes).unwrap();
    for proposal in [lone, other] {
        world.seat("carol", proposal, Choice::Veto).unwrap();
    }
    world.seat("alice", other, Choice::Veto).unwrap();
    world.wait(500);
    for proposal in [lone, other] {
        world.say("pusher", ExecuteMsg::Tally { proposal }).unwrap();
    }
    assert_eq!(
        world.phase(lone),
        Phase::Rejected,
        "100 of 300 veto: 33.3 %"
    );
    assert_eq!(world.phase(other), Phase::Vetoed);
    world
        .say("pat", ExecuteMsg::Refund { proposal: lone })
        .unwrap();
    let refusal = rule(world.say("pat", ExecuteMsg::Refund { proposal: other }));
    assert!(matches!(refusal, Refusal::Phase { .. }), "{refusal:?}");
    assert_eq!(world.credit(Some("treasury"), HUB), 100 * MILLION);
    assert_eq!(world.credit(Some("pat"), HUB), 100 * MILLION);
}

#[test]
fn two_proposals_about_one_token_and_a_deposit_in_what_is_removed() {
    let mut world = World::new();
    let remove = || Content::RemoveToken { token: TOKEN };
    let (first, second) = (
        world.propose(remove(), 100).unwrap(),
        world.propose(remove(), 100).unwrap(),
    );
    let third = world.propose(add("new"), 10).unwrap();
    deposit(&mut world, "ann", third, TOKEN, 5_000).unwrap();
    for proposal in [first, second] {
        world.seat("alice", proposal, Choice::Yes).unwrap();
        world.seat("carol", proposal, Choice::Yes).unwrap();
    }
    world.bond("ben", 0, TOKEN, 700).unwrap();
    world.wait(499);
    let leaving = world.has("ann", TOKEN);
    world.wait(1);
    for proposal in [first, second] {
        world.say("pusher", ExecuteMsg::Tally { proposal }).unwrap();
    }
    world.wait(200);
    for (proposal, end) in [(first, Phase::Enacted), (second, Phase::Failed)] {
        world.say("pusher", ExecuteMsg::Enact { proposal }).unwrap();
        assert_eq!(world.phase(proposal), end);
    }
    let refusal = rule(world.bond("ben", 0, TOKEN, 1));
    assert_eq!(refusal, Refusal::Leaving { token: TOKEN });
    // Who is in it goes, and what was deposited in it comes back.
    world.unbond("ben", 0, TOKEN, 700).unwrap();
    world
        .say("ann", ExecuteMsg::Refund { proposal: third })
        .unwrap();
    world
        .say("ann", ExecuteMsg::Collect { token: TOKEN })
        .unwrap();
    assert_eq!(world.has("ann", TOKEN), leaving + 5_000);
}

#[test]
fn slashers_come_and_go_by_vote() {
    let mut world = World::new();
    let oracle = world.zone.address(&world.pool.oracle).unwrap();
    world.enact(Content::RegisterSlasher {
        address: oracle.clone(),
        max_fraction: Share::percent(5),
    });
    let slashers: Vec<SlasherResponse> = world.ask(&QueryMsg::Slashers {
        start_after: Some(1),
        limit: None,
    });
    assert_eq!(slashers[0].slasher.address, oracle);
    world.epochs(1);
    world.enact(Content::RevokeSlasher { slasher: 0 });
    let order = world.order(0, 5, (1, 1));
    let refusal = rule(world.command(0, &ExecuteMsg::Slash(order)));
    assert!(matches!(refusal, Refusal::NotSlasher { .. }), "{refusal:?}");
}

#[test]
fn a_proposal_that_gathers_too_little_is_given_back() {
    let mut world = World::new();
    world.fund(20, true).unwrap();
    let proposal = world.propose(add("new"), 10).unwrap();
    let early = rule(world.say("pusher", ExecuteMsg::Tally { proposal }));
    assert!(matches!(early, Refusal::Phase { .. }), "{early:?}");
    world.pass(500);
    let said = world.say("helper", ExecuteMsg::Tally { proposal }).unwrap();
    assert!(matches!(world.facts(&said)[..], [Event::Concluded { .. }]));
    assert_eq!(world.has("helper", HUB), 1, "paid for telling");
    assert_eq!(world.phase(proposal), Phase::Revoked);
    world.say("pat", ExecuteMsg::Refund { proposal }).unwrap();
    let before = world.has("pat", HUB);
    world
        .say("pat", ExecuteMsg::Collect { token: HUB })
        .unwrap();
    assert_eq!(world.has("pat", HUB), before + 10 * MILLION);
    assert_eq!(world.state().pool.reserve, Amount(19));
}
