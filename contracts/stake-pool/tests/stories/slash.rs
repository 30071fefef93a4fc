//! `slash`, `drain`, `join`, `hold`, `release`, `collect`, `burn`: cores are contracts that are registered.

use cosmwasm_std::to_json_vec;
use tessera_contract_api::stake_pool::{
    ExecuteMsg, QueryMsg, SlashOrder, SlashResponse, StakePool,
};
use tessera_primitives::{Address, Amount, Timestamp};
use tessera_stake::{
    state::{Kind, Slash, Standing},
    Event, Refusal,
};

use crate::world::{rule, World, EPOCH, HUB, MILLION, TOKEN, UNBONDING, VOUCHER};

#[test]
fn a_slash_takes_of_every_token_what_counted_and_credits_it() {
    let mut world = World::new();
    world.bond("ann", 0, TOKEN, 1_000).unwrap();
    world.bond("ann", 0, VOUCHER, 500).unwrap();
    world.epochs(1);
    let epoch = world.epoch();
    world.bond("late", 0, VOUCHER, 500).unwrap();
    let accepted = world.slash(0, 10, (epoch, epoch));
    assert!(matches!(accepted[0], Event::SlashAccepted { slash: 1, .. }));
    let queue: Vec<Slash> = world.ask(&QueryMsg::Queue {});
    assert_eq!(queue.len(), 1);
    assert_eq!(world.stake("ann", 0, TOKEN), (900, 0), "it is felt at once");
    let frozen = rule(world.unbond("ann", 0, TOKEN, 1));
    assert!(matches!(frozen, Refusal::Insufficient { .. }), "{frozen:?}");
    world.drain();
    let queue: Vec<Slash> = world.ask(&QueryMsg::Queue {});
    assert!(queue.is_empty());
    let all: Vec<SlashResponse> = world.ask(&QueryMsg::Slashes {
        start_after: None,
        limit: None,
    });
    assert!(all[0].drained);
    assert_eq!(
        world.stake("late", 0, VOUCHER),
        (500, 0),
        "newcomers do not pay"
    );
    let credits = [HUB, VOUCHER, TOKEN].map(|token| {
        let both = [Some("challenger"), Some("treasury")];
        both.map(|holder| world.credit(holder, token))
    });
    assert_eq!(credits, [[2 * MILLION, 18 * MILLION], [5, 45], [10, 90]]);
    for token in [HUB, VOUCHER, TOKEN] {
        world
            .say("challenger", ExecuteMsg::Collect { token })
            .unwrap();
    }
    let has = [HUB, VOUCHER, TOKEN].map(|token| world.has("challenger", token));
    assert_eq!(has, [2 * MILLION, 5, 10]);
    let again = rule(world.say("challenger", ExecuteMsg::Collect { token: HUB }));
    assert_eq!(again, Refusal::Nothing { what: "credit" });
}

#[test]
fn what_is_burned_is_gone_and_vouchers_never_are() {
    let mut world = World::with(|config| config.settings.burn = Some(true));
    world.begin();
    world.bond("ann", 0, TOKEN, 1_000).unwrap();
    world.bond("ann", 0, VOUCHER, 500).unwrap();
    world.epochs(1);
    let epoch = world.epoch();
    world.slash(0, 10, (epoch, epoch));
    world.drain();
    assert_eq!(world.credit(None, TOKEN), 90);
    assert_eq!(world.credit(None, HUB), 18 * MILLION);
    assert_eq!(world.credit(None, VOUCHER), 0);
    assert_eq!(world.credit(Some("treasury"), VOUCHER), 45);
    let before = (world.held(TOKEN), world.held(HUB));
    for token in [TOKEN, HUB] {
        world.say("anyone", ExecuteMsg::Burn { token }).unwrap();
    }
    let after = (world.held(TOKEN), world.held(HUB));
    assert_eq!(after, (before.0 - 90, before.1 - 18 * MILLION));
    let info: cw20::TokenInfoResponse = world
        .zone
        .query(&world.token(), &cw20::Cw20QueryMsg::TokenInfo {})
        .unwrap();
    let supply = 12 * 1_000_000_000_000_000_000_000_000u128 - 90;
    assert_eq!(info.total_supply.u128(), supply, "burned, not sent away");
}

#[test]
fn only_a_registered_slasher_slashes_holds_and_is_joined() {
    let mut world = World::new();
    let order = world.order(0, 10, (1, 1));
    let messages = [
        ExecuteMsg::Slash(order),
        ExecuteMsg::Join { validator: 0 },
        ExecuteMsg::Hold { snapshot: 2 },
        ExecuteMsg::Release {
            snapshot: 2,
            at: Timestamp(0),
        },
    ];
    for who in ["thief", "owner", "guardian", "alice"] {
        for message in messages.clone() {
            let sender = world.address(who);
            assert_eq!(
                rule(world.say(who, message)),
                Refusal::NotSlasher { sender }
            );
        }
    }
}

#[test]
fn a_registered_slashers_slash_never_fails() {
    let mut world = World::new();
    let epoch = world.epoch();
    let good = world.order(0, 10, (epoch, epoch));
    let foreign = Address::new("cosmos1notofthiszone").unwrap();
    let orders = [
        SlashOrder {
            reward_to: foreign,
            ..good.clone()
        },
        good.clone(),
        SlashOrder {
            validator: 77,
            ..good.clone()
        },
        SlashOrder {
            from: 9,
            to: 3,
            evidence: tessera_primitives::Hash([1; 32]),
            ..good.clone()
        },
        SlashOrder {
            kind: Kind::Tombstone,
            evidence: tessera_primitives::Hash([2; 32]),
            from: 0,
            to: u32::MAX,
            ..good.clone()
        },
        SlashOrder {
            evidence: tessera_primitives::Hash([3; 32]),
            ..good
        },
    ];
    for order in orders {
        world.command(0, &ExecuteMsg::Slash(order)).unwrap();
    }
    assert_eq!(world.validator(0).validator.standing, Standing::Tombstoned);
    world.drain();
    // Of the first, whose reward nobody here could get, the treasury has all; the second's evidence was used; a tombstone
    // shields from nothing.
    assert_eq!(world.credit(Some("challenger"), HUB), 342 * MILLION / 100);
    let all: Vec<SlashResponse> = world.ask(&QueryMsg::Slashes {
        start_after: None,
        limit: None,
    });
    assert_eq!(all.len(), 3);
}

#[test]
fn who_drains_is_paid_for_each_item() {
    let mut world = World::new();
    world.bond("ann", 0, TOKEN, 1_000).unwrap();
    world.epochs(1);
    world.fund(50, true).unwrap();
    let before = world.has("helper", HUB);
    let epoch = world.epoch();
    let nothing = rule(world.say("helper", ExecuteMsg::Drain { limit: 5 }));
    assert_eq!(
        nothing,
        Refusal::Nothing {
            what: "slash to drain"
        }
    );
    world.slash(0, 10, (epoch, epoch));
    for limit in [0, 101] {
        let refusal = rule(world.say("helper", ExecuteMsg::Drain { limit }));
        assert!(matches!(refusal, Refusal::Parameter { .. }), "{refusal:?}");
    }
    world.say("helper", ExecuteMsg::Drain { limit: 1 }).unwrap();
    world.say("helper", ExecuteMsg::Drain { limit: 9 }).unwrap();
    // Two cells and the end.
    assert_eq!(world.has("helper", HUB), before + 3);
}

#[test]
fn nobody_who_counts_in_a_held_snapshot_withdraws() {
    let mut world = World::new();
    world
        .command(0, &ExecuteMsg::Join { validator: 1 })
        .unwrap();
    let snapshot = world.state().pool.snapshot;
    world.command(0, &ExecuteMsg::Hold { snapshot }).unwrap();
    world.unbond("carol", 1, HUB, MILLION).unwrap();
    world.unbond("alice", 0, HUB, MILLION).unwrap();
    world.epochs(UNBONDING / EPOCH + 1);
    world.withdraw("alice", 0, HUB).unwrap();
    let held = rule(world.withdraw("carol", 1, HUB));
    assert_eq!(
        held,
        Refusal::Nothing {
            what: "matured stake"
        }
    );
    let at = world.zone.time();
    world
        .command(0, &ExecuteMsg::Release { snapshot, at })
        .unwrap();
    world.withdraw("carol", 1, HUB).unwrap();
    let again = rule(world.command(0, &ExecuteMsg::Release { snapshot, at }));
    assert_eq!(again, Refusal::NotHeld { snapshot });
}

#[test]
fn the_sixty_fourth_slash_tombstones() {
    let mut world = World::with(|config| {
        config.settings.throttle_fraction = Some(tessera_stake::Share::ONE);
    });
    world.begin();
    let epoch = world.epoch();
    for number in 1..=64u32 {
        let order = SlashOrder {
            kind: Kind::Jail,
            ..world.order(1, 1, (epoch, epoch))
        };
        // Each slasher may take 60 % in an unbonding period.
        let slasher = number as usize % 2;
        world.command(slasher, &ExecuteMsg::Slash(order)).unwrap();
        let tombstoned = world.validator(1).validator.standing == Standing::Tombstoned;
        assert_eq!(tombstoned, number == 64, "after {number}");
    }
    // A cell and the end, for each: more than one message takes.
    world.drain();
    world.drain();
    world.unbond("carol", 1, HUB, 52 * MILLION).unwrap();
}

#[test]
fn a_validator_slashed_whole_is_bonded_to_again() {
    let mut world = World::new();
    let epoch = world.epoch();
    // Each slasher may take 60 % in an unbonding period; together they take all.
    for slasher in [0, 1] {
        let order = world.order(1, 100, (epoch, epoch));
        world.command(slasher, &ExecuteMsg::Slash(order)).unwrap();
    }
    world.drain();
    assert_eq!(world.stake("carol", 1, HUB), (16 * MILLION, 0));
    world.wait(150);
    world.say("carol", ExecuteMsg::Unjail {}).unwrap();
    world.bond("ann", 1, HUB, MILLION).unwrap();
    world.epochs(1);
    assert_eq!(world.stake("ann", 1, HUB), (MILLION, 0));
}

#[test]
fn cores_speak_to_the_pool_by_its_client() {
    let mut world = World::new();
    let client = StakePool(world.zone.address(&world.pool.address).unwrap());
    let (core, epoch) = (world.pool.slashers[0].clone(), world.epoch());
    let order = world.order(0, 5, (epoch, epoch));
    let messages = vec![
        client.snapshot().unwrap(),
        client.join(0).unwrap(),
        client.hold(epoch).unwrap(),
        client.slash(&order).unwrap(),
        client.release(epoch, Timestamp(0)).unwrap(),
    ];
    let said = world.zone.transact(&core, messages).unwrap();
    let names: Vec<_> = said.iter().flat_map(|said| world.facts(said)).collect();
    assert!(
        matches!(
            names[..],
            [
                Event::Joined { .. },
                Event::Held { .. },
                Event::SlashAccepted { .. },
                Event::CandidateOut { .. },
                Event::Released { .. }
            ]
        ),
        "{names:?}"
    );
    let order = ExecuteMsg::Slash(order);
    let text = String::from_utf8(to_json_vec(&order).unwrap()).unwrap();
    assert!(text.contains(r#""kind":"jail""#), "{text}");
    assert_eq!(world.credit(Some("treasury"), HUB), 0);
    assert_eq!(world.state().pool.owed, Amount(0));
}
