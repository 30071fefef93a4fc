//! What comes along with a message: exactly what is collected, of what is whitelisted, and nothing else.

use cosmwasm_std::{coin, coins, to_json_binary};
use cw20::Cw20ExecuteMsg;
use stake_pool::PoolError;
use tessera_contract_api::stake_pool::{Entry, ExecuteMsg};
use tessera_contract_kit::payment::PaymentError;
use tessera_primitives::{Amount, Asset, Bytes};
use tessera_stake::{state::Content, Event, Refusal};

use crate::world::{refused, rule, World, HUB, MILLION, TOKEN, VOUCHER, WHOLE};

const BOND: Entry = Entry::Bond { validator: 0 };

#[test]
fn each_kind_of_token_is_bonded_and_counts_from_the_next_epoch() {
    let mut world = World::new();
    let epoch = world.epoch();
    for (token, amount) in [(HUB, 7), (VOUCHER, 8), (TOKEN, 9), (WHOLE, 10)] {
        let said = world.bond("ann", 0, token, amount).unwrap();
        let bonded = Event::Bonded {
            delegator: world.address("ann"),
            validator: 0,
            token,
            amount: Amount(amount),
            from: epoch + 1,
        };
        assert_eq!(world.facts(&said), [bonded]);
        assert_eq!(world.stake("ann", 0, token), (amount, 0));
    }
    assert_eq!(world.held(TOKEN), 9);
    assert_eq!(world.held(HUB), 300 * MILLION + 7);
    let counted = |world: &World| world.validator(0).validator.holding(WHOLE).counted;
    assert_eq!(counted(&world), Amount(0));
    world.epochs(1);
    assert_eq!(counted(&world), Amount(10));
}

#[test]
fn coins_of_one_denom_come_along_and_no_others() {
    let mut world = World::new();
    let (hub, whole) = (world.denom(HUB), world.denom(WHOLE));
    let bond = || ExecuteMsg::Bond { validator: 0 };
    let none = refused(world.pay("ann", bond(), &[]));
    assert_eq!(none, PoolError::OneCoin { actual: 0 });
    let both = [coin(1, &hub), coin(2, &whole)];
    let two = refused(world.pay("ann", bond(), &both));
    assert_eq!(two, PoolError::OneCoin { actual: 2 });
    let strange = refused(world.pay("ann", bond(), &coins(5, "strange")));
    let asset = Asset::Native("strange".parse().unwrap());
    assert_eq!(strange, PoolError::NotWhitelisted { asset });
    assert_eq!(world.has("ann", HUB), 1, "nothing was kept");
    assert_eq!(world.stake("ann", 0, HUB), (0, 0));
}

#[test]
fn nothing_comes_along_with_any_other_message() {
    let mut world = World::new();
    let hub = world.denom(HUB);
    let messages = [
        ExecuteMsg::Turn {},
        ExecuteMsg::Leave {},
        ExecuteMsg::WithdrawRewards { validator: 0 },
        ExecuteMsg::Collect { token: HUB },
        ExecuteMsg::Receive {
            sender: world.address("ann"),
            amount: Amount(1),
            msg: BOND.to_bytes().unwrap(),
        },
    ];
    for message in messages {
        let name = format!("{message:?}");
        let refusal = refused(world.pay("alice", message, &coins(1, &hub)));
        assert!(
            matches!(refusal, PoolError::Payment(PaymentError::Funds { .. })),
            "{name}: {refusal:?}"
        );
    }
}

#[test]
fn nobody_but_a_whitelisted_token_says_that_tokens_came() {
    let mut world = World::new();
    let message = ExecuteMsg::Receive {
        sender: world.address("thief"),
        amount: Amount(1_000),
        msg: BOND.to_bytes().unwrap(),
    };
    let refusal = refused(world.say("thief", message));
    let asset = Asset::Cw20(world.address("thief"));
    assert_eq!(refusal, PoolError::NotWhitelisted { asset });
}

#[test]
fn tokens_with_words_that_cannot_be_read_stay_where_they_were() {
    let mut world = World::new();
    let before = world.has("ann", TOKEN);
    let (ann, token, pool) = (world.who("ann"), world.token(), world.pool.address.clone());
    for msg in [
        &b"{}"[..],
        b"{\"bond\":{}}",
        b"{\"unbond\":{\"validator\":0}}",
        b"\xff",
    ] {
        let send = Cw20ExecuteMsg::Send {
            contract: pool.to_string(),
            amount: 5u128.into(),
            msg: msg.into(),
        };
        let refusal = refused(world.zone.execute(&ann, &token, &send, &[]));
        assert!(matches!(refusal, PoolError::Entry(_)), "{refusal:?}");
    }
    assert_eq!(world.has("ann", TOKEN), before);
}

#[test]
fn tokens_that_were_only_given_are_nobodys() {
    let mut world = World::new();
    let (ann, token, pool) = (world.who("ann"), world.token(), world.pool.address.clone());
    let give = Cw20ExecuteMsg::Transfer {
        recipient: pool.to_string(),
        amount: 1_000u128.into(),
    };
    world.zone.execute(&ann, &token, &give, &[]).unwrap();
    let hub = world.denom(HUB);
    world.zone.mint(&pool, 1_000, &hub).unwrap();
    world.bond("ann", 0, TOKEN, 10).unwrap();
    assert_eq!(world.stake("ann", 0, TOKEN), (10, 0));
    assert_eq!(world.held(TOKEN), 1_010);
    // The gift neither distributes nor weighs.
    world.epochs(1);
    let holding = world.validator(0).validator.holding(TOKEN);
    assert_eq!(holding.counted, Amount(10));
    assert_eq!(world.state().pool.pot, Amount(0));
}

#[test]
fn what_is_wrong_with_an_entry_is_said_and_the_coins_go_back() {
    let mut world = World::new();
    let unknown = rule(world.bond("ann", 9, HUB, 5));
    assert_eq!(unknown, Refusal::UnknownValidator { validator: 9 });
    let unknown = rule(world.bond("ann", 9, TOKEN, 5));
    assert_eq!(unknown, Refusal::UnknownValidator { validator: 9 });
    let nothing = rule(world.enter("ann", HUB, 5, &Entry::Deposit { proposal: 3 }));
    assert_eq!(nothing, Refusal::UnknownProposal { proposal: 3 });
    assert_eq!(world.has("ann", HUB), 10);
    assert_eq!(world.held(TOKEN), 0);
}

#[test]
fn a_proposal_and_a_validator_can_be_paid_for_in_tokens() {
    let mut world = World::new();
    let million = 100 * 10u128.pow(18);
    let draft = world.draft(Content::RemoveToken { token: WHOLE });
    let said = world.enter("pat", TOKEN, million, &Entry::Propose(draft));
    let facts = world.facts(&said.unwrap());
    assert!(matches!(facts[0], Event::Proposed { proposal: 0, .. }));
    assert!(matches!(facts[2], Event::VotingOpened { .. }), "{facts:?}");
    let secret = tessera_testing::pool::VoteSecret::new(9);
    let candidacy = world.pool.candidacy(&world.zone, "dave", &secret).unwrap();
    let entry = Entry::CreateValidator(candidacy);
    world.enter("dave", TOKEN, million, &entry).unwrap();
    assert_eq!(world.validator(2).validator.operator, world.address("dave"));
    assert_eq!(world.held(TOKEN), 2 * million);
}

#[test]
fn an_entry_reads_the_same_in_a_message_and_in_a_hook() {
    let entry = Entry::Bond { validator: 3 };
    let message = ExecuteMsg::Bond { validator: 3 };
    let bytes = to_json_binary(&message).unwrap();
    assert_eq!(entry.to_bytes().unwrap(), Bytes(bytes.to_vec()));
}

#[test]
fn the_reserve_and_the_pot_take_the_hubs_own_coin_alone() {
    let mut world = World::new();
    world.fund(500, true).unwrap();
    world.fund(70, false).unwrap();
    let pool = world.state().pool;
    assert_eq!((pool.reserve, pool.pot), (Amount(500), Amount(70)));
    let whole = coins(9, world.denom(WHOLE));
    let refusal = refused(world.pay("ann", ExecuteMsg::Fund { reserve: true }, &whole));
    let PoolError::NotCollected { brought } = refusal else {
        panic!("{refusal:?}");
    };
    assert_eq!(brought.asset, world.asset(WHOLE));
    assert_eq!(world.state().pool.reserve, Amount(500));
}
