//! What prices decide, from the real oracle: entries need Fresh ones, exits none, and an outage sells the zone to nobody.

use stake_pool::PoolError;
use tessera_contract_api::{
    price_oracle,
    stake_pool::{ExecuteMsg, QueryMsg, WeightsResponse},
};
use tessera_primitives::{Price, Weight};
use tessera_stake::{state::Content, Event, Refusal};
use tessera_testing::pool::feed;

use crate::world::{rule, World, HUB, MILLION, TOKEN, UNIT, VOUCHER, WHOLE};

fn weights(world: &World) -> WeightsResponse {
    let snapshot = world.state().pool.snapshot;
    world.ask(&QueryMsg::WeightsAt { snapshot })
}

fn unit(world: &World, token: u16) -> (u128, u128) {
    let weights = weights(world);
    let unit = weights.snapshot.unit(token).unwrap();
    (unit.price.0, unit.value.0)
}

#[test]
fn a_stale_price_stops_entries_and_no_exit() {
    let mut world = World::new();
    world.bond("ann", 0, VOUCHER, 5_000).unwrap();
    world.silence(500, &[VOUCHER]);
    world.silence(200, &[VOUCHER]);
    let refusal = rule(world.bond("ann", 0, VOUCHER, 1));
    assert_eq!(refusal, Refusal::Unpriced { token: VOUCHER });
    world.bond("ann", 0, HUB, 1).unwrap();
    world.unbond("ann", 0, VOUCHER, 5_000).unwrap();
    // Back again.
    world.price(VOUCHER, UNIT.0);
    world.bond("ann", 0, VOUCHER, 1).unwrap();
}

#[test]
fn a_suspect_price_stops_entries_until_it_has_stayed() {
    let mut world = World::new();
    let name = feed(WHOLE).unwrap();
    let pool = world.pool.clone();
    let jump = Price(UNIT.0 * 50);
    for _ in 0..2 {
        world.pass(5);
        pool.report(&mut world.zone, &name, jump).unwrap();
    }
    let refusal = rule(world.bond("ann", 0, WHOLE, 1));
    assert_eq!(refusal, Refusal::Unpriced { token: WHOLE });
    // Snapshots weigh by what was accepted before: a pump of one moment is worth nothing.
    world.bond("ann", 0, HUB, 1).unwrap();
    for _ in 0..3 {
        world.silence(300, &[WHOLE]);
        pool.report(&mut world.zone, &name, jump).unwrap();
    }
    let quote = pool.quote(&world.zone, &name).unwrap().unwrap();
    assert_eq!(quote.price, jump, "it has stayed");
    world.bond("ann", 0, WHOLE, 1).unwrap();
}

#[test]
fn a_token_without_a_feed_is_neither_bonded_nor_weighed() {
    let mut world = World::new();
    world.bond("ann", 0, WHOLE, 5).unwrap();
    world.enact(Content::ChangeFeed {
        token: WHOLE,
        feed: "NO/FEED".into(),
    });
    let refusal = rule(world.bond("ann", 0, WHOLE, 1));
    assert_eq!(refusal, Refusal::Unpriced { token: WHOLE });
    world.epochs(1);
    // 5 of 300: less than `max_unpriced`, so the others' prices go on.
    let (price, value) = unit(&world, WHOLE);
    assert_eq!((price, value), (UNIT.0, 0), "the last one known");
    assert_eq!(unit(&world, HUB).1, 300 * MILLION);
    world.unbond("ann", 0, WHOLE, 5).unwrap();
}

#[test]
fn decimals_and_prices_weigh_what_they_should() {
    let mut world = World::new();
    // 30 whole tokens of each, at 1, 2 and 1/2.
    world.price(TOKEN, UNIT.0 * 2);
    world.price(WHOLE, UNIT.0 / 2);
    world.bond("ann", 0, TOKEN, 30 * 10u128.pow(18)).unwrap();
    world.bond("ann", 0, WHOLE, 30).unwrap();
    world.bond("ann", 0, VOUCHER, 30 * MILLION).unwrap();
    world.epochs(1);
    let values = [HUB, VOUCHER, TOKEN, WHOLE].map(|token| unit(&world, token).1 / MILLION);
    assert_eq!(values, [300, 30, 60, 15]);
    let members = weights(&world).members;
    let weighs: Vec<_> = members.iter().map(|m| m.weight.0 / MILLION).collect();
    assert_eq!(weighs, [305, 100]);
}

#[test]
fn a_pumped_token_counts_for_no_more_than_its_share() {
    let mut world = World::new();
    world.bond("thief", 1, TOKEN, 10u128.pow(20)).unwrap();
    world.price(TOKEN, UNIT.0 << 20);
    world.epochs(1);
    let total = weights(&world).snapshot.total;
    let (_, value) = unit(&world, TOKEN);
    assert_eq!(total.0 / MILLION, 375, "300 is the rest of a fifth");
    assert_eq!(value / MILLION, 75);
}

#[test]
fn an_outage_of_the_heaviest_feed_keeps_all_prices_and_stops_entries() {
    let mut world = World::new();
    world.bond("thief", 1, TOKEN, 80 * 10u128.pow(18)).unwrap();
    world.epochs(1);
    let before = weights(&world);
    for _ in 0..5 {
        world.silence(300, &[HUB]);
    }
    world.price(TOKEN, UNIT.0 * 2);
    let said = world.turn();
    let held = said
        .iter()
        .any(|event| matches!(event, Event::SnapshotTaken { held: true, .. }));
    assert!(held, "{said:?}");
    assert_eq!(weights(&world).members, before.members);
    let snapshot = world.state().pool.snapshot;
    let refusal = rule(world.bond("ann", 0, TOKEN, 1));
    assert_eq!(refusal, Refusal::PricesHeld { snapshot });
    let refusal = rule(world.propose(Content::RemoveToken { token: TOKEN }, 100));
    assert!(
        matches!(
            refusal,
            Refusal::PricesHeld { .. } | Refusal::FirstDeposit { .. }
        ),
        "{refusal:?}"
    );
    world.unbond("thief", 1, TOKEN, 1).unwrap();
    // It comes back, and with the next epoch everything goes on.
    world.price(HUB, UNIT.0);
    world.epochs(1);
    assert!(!world.state().pool.held);
    world.bond("ann", 0, TOKEN, 1).unwrap();
    assert_eq!(unit(&world, TOKEN).0, UNIT.0 * 2);
}

#[test]
fn an_oracle_that_does_not_answer_stops_entries_and_no_epoch() {
    let mut world = World::new();
    let before = weights(&world);
    // The oracle's admin makes it a contract that knows no such question.
    let owner = world.who("owner");
    let other = world.zone.store_code(silent);
    let oracle = world.pool.oracle.clone();
    world
        .zone
        .migrate(&owner, &oracle, other, &cosmwasm_std::Empty {})
        .unwrap();
    let refusal = crate::world::refused(world.bond("ann", 0, HUB, 1));
    assert!(matches!(refusal, PoolError::NoPrice { .. }), "{refusal:?}");
    world.pass(100);
    world.turn();
    assert!(world.state().pool.held);
    assert_eq!(weights(&world).members, before.members);
    world.unbond("alice", 0, HUB, 1).unwrap();
    let order = world.order(0, 5, (1, 2));
    world.command(0, &ExecuteMsg::Slash(order)).unwrap();
    world.drain();
}

fn silent() -> Box<dyn cw_multi_test::Contract<cosmwasm_std::Empty>> {
    use cosmwasm_std::{
        Binary, Deps, DepsMut, Empty, Env, MessageInfo, Response, StdError, StdResult,
    };
    fn change(_: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
        Ok(Response::new())
    }
    fn migrate(_: DepsMut, _: Env, _: Empty) -> StdResult<Response> {
        Ok(Response::new())
    }
    fn query(_: Deps, _: Env, _: Empty) -> StdResult<Binary> {
        Err(StdError::generic_err("out of order"))
    }
    Box::new(cw_multi_test::ContractWrapper::new(change, change, query).with_migrate(migrate))
}

#[test]
fn a_reporter_alone_or_in_the_future_moves_nothing() {
    let mut world = World::new();
    let name = feed(VOUCHER).unwrap();
    let reporter = world.who("reporter0");
    let oracle = world.pool.oracle.clone();
    let report = |world: &World, ahead: u64| price_oracle::ExecuteMsg::Report {
        feed: name.clone(),
        price: Price(UNIT.0 * 2),
        time: tessera_primitives::Timestamp(world.zone.time().0 + ahead),
    };
    world.pass(10);
    let future = report(&world, 1);
    assert!(world
        .zone
        .execute(&reporter, &oracle, &future, &[])
        .is_err());
    for _ in 0..3 {
        world.pass(10);
        let alone = report(&world, 0);
        world.zone.execute(&reporter, &oracle, &alone, &[]).unwrap();
    }
    let quote = world.pool.quote(&world.zone, &name).unwrap().unwrap();
    assert_eq!(quote.price, UNIT);
}

#[test]
fn a_price_of_zero_is_none() {
    // No reporter can say zero; a token decays to it by leaving.
    let mut world = World::new();
    world.bond("ann", 0, WHOLE, 60).unwrap();
    world.enact(Content::RemoveToken { token: WHOLE });
    world.epochs(2);
    let half = unit(&world, WHOLE).1;
    assert!(half > 0 && half < 60 * MILLION, "{half}");
    world.epochs(4);
    let weights = weights(&world);
    assert!(weights.snapshot.unit(WHOLE).is_none());
    assert_eq!(weights.snapshot.total, Weight(300 * MILLION));
    world.unbond("ann", 0, WHOLE, 60).unwrap();
}
