//! Tokens that mean harm: whitelisted once, they keep a part, lie, fail or call back. They can spoil themselves, and no
//! other token.

use cosmwasm_std::{to_json_binary, Addr, WasmMsg};
use cw20::Cw20ExecuteMsg;
use serde::Serialize;
use stake_pool::PoolError;
use tessera_contract_api::stake_pool::{Entry, ExecuteMsg};
use tessera_contract_kit::payment::PaymentError;
use tessera_primitives::Amount;
use tessera_testing::{
    hostile::{
        token::{self, Trick},
        Attempts, Command, Question,
    },
    pool::{Codes, Pool, PoolConfig},
    Zone,
};

use crate::world::{refused, World, EPOCH, HUB, MILLION, TOKEN, UNBONDING, VOUCHER};

/// A pool whose cw20 token means harm, and whose two validators have 200 and 100.
fn world() -> World {
    let mut world = World::of(|zone| {
        let codes = Codes {
            token: zone.store_code(token::code),
            ..Codes::store(zone)
        };
        let config = PoolConfig::new(zone).unwrap();
        Pool::deploy_with(zone, config, codes).unwrap()
    });
    world.begin();
    world
}

fn behave(world: &mut World, trick: Trick) {
    let (thief, token) = (world.who("thief"), world.token());
    let command = Command::Behave(trick);
    world.zone.execute(&thief, &token, &command, &[]).unwrap();
}

fn attempts(zone: &Zone, token: &Addr) -> Attempts {
    zone.query(token, &Question::Attempts {}).unwrap()
}

fn call(contract: &Addr, message: &impl Serialize) -> WasmMsg {
    WasmMsg::Execute {
        contract_addr: contract.to_string(),
        msg: to_json_binary(message).unwrap(),
        funds: vec![],
    }
}

fn said(world: &World, who: &str, amount: u128, entry: &Entry) -> ExecuteMsg {
    ExecuteMsg::Receive {
        sender: world.address(who),
        amount: Amount(amount),
        msg: entry.to_bytes().unwrap(),
    }
}

#[test]
fn a_token_that_keeps_a_fee_brings_what_came_and_no_more() {
    let mut world = world();
    let amount = 1u128.into();
    behave(&mut world, Trick::Keeps { amount });
    // One that tells what it has moved is believed about that.
    world.bond("ann", 0, TOKEN, 1_000).unwrap();
    assert_eq!(world.stake("ann", 0, TOKEN), (999, 0));
    assert_eq!(world.held(TOKEN), 999);
    // One that moves 999 and says 1,000 is not believed.
    let (ben, pool, token) = (world.who("ben"), world.pool.address.clone(), world.token());
    let give = Cw20ExecuteMsg::Transfer {
        recipient: pool.to_string(),
        amount: 1_000u128.into(),
    };
    world.zone.execute(&ben, &token, &give, &[]).unwrap();
    let lie = said(&world, "ben", 1_000, &Entry::Bond { validator: 0 });
    let refusal = refused(world.zone.execute(&token, &pool, &lie, &[]));
    let PoolError::Payment(PaymentError::Receipt {
        expected, actual, ..
    }) = refusal
    else {
        panic!("{refusal:?}");
    };
    assert_eq!((expected, actual), (Amount(1_999), Amount(1_998)));
    assert_eq!(world.stake("ben", 0, TOKEN), (0, 0));
}

#[test]
fn a_token_that_says_twice_what_came_once_is_believed_once() {
    let mut world = world();
    world.bond("ann", 0, TOKEN, 1_000).unwrap();
    let (pool, token) = (world.pool.address.clone(), world.token());
    let again = said(&world, "thief", 1, &Entry::Bond { validator: 0 });
    let refusal = refused(world.zone.execute(&token, &pool, &again, &[]));
    assert!(
        matches!(refusal, PoolError::Payment(PaymentError::Receipt { .. })),
        "{refusal:?}"
    );
    // In the middle of a transfer too: of what comes along, it cannot bond a part twice.
    behave(
        &mut world,
        Trick::Reenters {
            messages: vec![call(&pool, &again), call(&pool, &again)],
        },
    );
    let held = world.held(TOKEN);
    world.bond("ann", 0, TOKEN, 500).ok();
    let staked = world.stake("ann", 0, TOKEN).0 + world.stake("thief", 0, TOKEN).0;
    assert!(staked <= world.held(TOKEN), "{staked}");
    assert!(world.held(TOKEN) >= held);
}

#[test]
fn a_token_that_boasts_spoils_only_itself() {
    let mut world = world();
    behave(
        &mut world,
        Trick::Boasts {
            amount: (1u128 << 100).into(),
        },
    );
    let (pool, token) = (world.pool.address.clone(), world.token());
    let lie = said(&world, "thief", 1 << 90, &Entry::Bond { validator: 0 });
    world.zone.execute(&token, &pool, &lie, &[]).unwrap();
    world.bond("ann", 0, VOUCHER, 900).unwrap();
    world.epochs(1);
    world.unbond("thief", 0, TOKEN, 1 << 90).unwrap();
    world.unbond("ann", 0, VOUCHER, 900).unwrap();
    world.epochs(UNBONDING / EPOCH + 1);
    // What never came cannot leave, and all that did can.
    assert!(world.withdraw("thief", 0, TOKEN).is_err());
    world.withdraw("ann", 0, VOUCHER).unwrap();
    assert_eq!(world.has("ann", VOUCHER), 900);
    assert!(world.held(HUB) >= 300 * MILLION);
}

#[test]
fn a_paused_token_among_slashed_ones_holds_back_no_other() {
    let mut world = world();
    world.bond("ann", 0, TOKEN, 1_000).unwrap();
    world.bond("ann", 0, VOUCHER, 1_000).unwrap();
    world.epochs(1);
    behave(&mut world, Trick::Fails {});
    let epoch = world.epoch();
    world.slash(0, 10, (epoch, epoch));
    world.drain();
    assert!(world
        .say("challenger", ExecuteMsg::Collect { token: TOKEN })
        .is_err());
    for token in [VOUCHER, HUB] {
        let collect = ExecuteMsg::Collect { token };
        world.say("challenger", collect).unwrap();
    }
    assert_eq!(world.has("challenger", VOUCHER), 10);
    world.unbond("ann", 0, TOKEN, 900).unwrap();
    world.unbond("ann", 0, VOUCHER, 900).unwrap();
    world.epochs(UNBONDING / EPOCH + 1);
    assert!(world.withdraw("ann", 0, TOKEN).is_err());
    world.withdraw("ann", 0, VOUCHER).unwrap();
    // Nothing was lost: once it moves again, it is paid.
    behave(&mut world, Trick::None);
    world.withdraw("ann", 0, TOKEN).unwrap();
    world
        .say("challenger", ExecuteMsg::Collect { token: TOKEN })
        .unwrap();
    assert_eq!(world.has("challenger", TOKEN), 10);
    assert_eq!(world.held(TOKEN), 90, "the treasury's");
}

#[test]
fn a_token_that_calls_back_while_it_is_paid_out_gains_nothing() {
    let mut world = world();
    let thief = "thief";
    world.bond(thief, 0, TOKEN, 1_000).unwrap();
    world.bond("ann", 0, TOKEN, 5_000).unwrap();
    world.epochs(1);
    world.unbond(thief, 0, TOKEN, 1_000).unwrap();
    world.epochs(UNBONDING / EPOCH + 1);
    let (pool, token) = (world.pool.address.clone(), world.token());
    let entry = Entry::Bond { validator: 0 };
    let messages = vec![
        call(&pool, &said(&world, thief, 1_000, &entry)),
        call(
            &pool,
            &ExecuteMsg::WithdrawUnbonded {
                validator: 0,
                token: TOKEN,
            },
        ),
        call(&pool, &ExecuteMsg::Collect { token: TOKEN }),
        call(&pool, &ExecuteMsg::WithdrawRewards { validator: 0 }),
        call(&pool, &ExecuteMsg::Burn { token: TOKEN }),
        call(
            &pool,
            &ExecuteMsg::Unbond {
                validator: 0,
                token: TOKEN,
                amount: Amount(1),
            },
        ),
        call(&pool, &ExecuteMsg::Slash(world.order(0, 10, (1, 1)))),
    ];
    let tried = messages.len();
    behave(&mut world, Trick::Reenters { messages });
    let before = world.has(thief, TOKEN);
    world.withdraw(thief, 0, TOKEN).unwrap();
    let attempts = attempts(&world.zone, &token);
    assert_eq!(attempts.succeeded, 0, "{attempts:?}");
    assert_eq!(attempts.refused.len(), tried);
    assert_eq!(world.has(thief, TOKEN), before + 1_000, "once");
    assert_eq!(world.held(TOKEN), 5_000);
    assert_eq!(world.stake("ann", 0, TOKEN), (5_000, 0));
}

#[test]
fn a_token_may_give_stake_away_and_take_none() {
    // What a token says of its senders is all that is known: so it can bond its own tokens to anybody's account, as a gift.
    let mut world = world();
    let (pool, token) = (world.pool.address.clone(), world.token());
    let mint = Cw20ExecuteMsg::Transfer {
        recipient: pool.to_string(),
        amount: 50u128.into(),
    };
    let ben = world.who("ben");
    world.zone.execute(&ben, &token, &mint, &[]).unwrap();
    let gift = said(&world, "ann", 50, &Entry::Bond { validator: 0 });
    world.zone.execute(&token, &pool, &gift, &[]).unwrap();
    assert_eq!(world.stake("ann", 0, TOKEN), (50, 0));
    assert_eq!(world.held(TOKEN), 50);
}
