//! `register`, as a user and as whoever would register what should not be.

use crate::world::{
    coin_of, denom, facts, rule, Plan, World, CAP, FEE, MAX_HORIZON, MIN_HORIZON, PURSE, RETENTION,
    TIP,
};
use cosmwasm_std::coin;
use tessera_contract_api::{roles::RolesMsg, transaction_lock::ExecuteMsg};
use tessera_contract_kit::{payment::PaymentError, roles::RolesError};
use tessera_lock::{
    state::LegState, Effect, Refusal, Settlement, MAX_EFFECTS, MAX_LEGS, MAX_PAYLOAD,
};
use tessera_primitives::{Address, Amount, Asset, Bytes, CanonicalAddress, Denom, Height, ZoneId};
use transaction_lock::LockError;

/// Registers a changed swap on alpha, and says what the rule thinks of it.
fn refusal_of(change: impl FnOnce(&mut Plan, &World)) -> Refusal {
    let mut world = World::new(2);
    let mut plan = world.swap();
    change(&mut plan, &world);
    let refusal = rule(world.register(0, &plan));
    assert_eq!(world.leg(0, &plan), None, "a refusal changes nothing");
    assert_eq!(world.coins(0, "ann"), PURSE);
    refusal
}

#[test]
fn a_leg_is_on_the_waiting_list_once_it_is_registered() {
    let mut world = World::new(2);
    let plan = world.swap();
    assert_eq!(facts(&world.register(0, &plan).unwrap()), ["registered"]);
    let leg = world.leg(0, &plan).unwrap();
    assert_eq!(
        (leg.state, leg.committed_at),
        (LegState::Registered, Height(0))
    );
    let terms = leg.terms.unwrap();
    assert_eq!((terms.leg, terms.tip, terms.calls), (0, Amount(TIP), false));
    let open = world.open_tasks(0);
    assert_eq!(
        (open[0].task_id, open[0].deadline),
        (plan.id(), plan.task.legs[0].deadline)
    );
    assert_eq!(world.coins(0, "treasury"), FEE);
}

#[test]
fn the_same_task_is_registered_once() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register(0, &plan).unwrap();
    assert_eq!(
        rule(world.register(0, &plan)),
        Refusal::SeenBefore { task: plan.id() }
    );
    // Nor after it has ended.
    world.tick(2);
    world.reject(0, "ann", &plan).unwrap();
    assert_eq!(
        rule(world.register(0, &plan)),
        Refusal::SeenBefore { task: plan.id() }
    );
}

#[test]
fn only_the_registrant_brings_a_leg() {
    let mut world = World::new(2);
    let plan = world.swap();
    let funds = world.price(0, &plan);
    let (expected, actual) = (world.address(0, "ann"), world.address(0, "thief"));
    let refused = rule(world.register_with(0, "thief", &plan, &funds));
    assert_eq!(refused, Refusal::NotRegistrant { expected, actual });
}

#[test]
fn funds_are_exactly_the_leg_the_fee_and_the_tip() {
    let mut world = World::new(2);
    let plan = world.swap();
    let due = 100 + FEE + TIP;
    let mut wrong =
        |funds: &[cosmwasm_std::Coin]| rule(world.register_with(0, "ann", &plan, funds));
    let mismatch = |actual| Refusal::Funds {
        denom: Denom::new(denom(0)).unwrap(),
        expected: Amount(due),
        actual: Amount(actual),
    };
    assert_eq!(wrong(&[]), mismatch(0));
    assert_eq!(wrong(&[coin(due - 1, denom(0))]), mismatch(due - 1));
    assert_eq!(wrong(&[coin(due + 1, denom(0))]), mismatch(due + 1));
    // Right, and something that nobody asked for.
    let mut world = World::new(2);
    let ann = world.who(0, "ann");
    world.sides[0].zone.mint(&ann, 5, "uother").unwrap();
    let plan = world.swap();
    let funds = [coin(due, denom(0)), coin(5, "uother")];
    let refusal = rule(world.register_with(0, "ann", &plan, &funds));
    let (denom, expected, actual) = (Denom::new("uother").unwrap(), Amount(0), Amount(5));
    assert_eq!(
        refusal,
        Refusal::Funds {
            denom,
            expected,
            actual
        }
    );
}

#[test]
fn tokens_come_by_allowance_or_not_at_all() {
    let mut world = World::new(2);
    let token = world.token(0);
    let parts = vec![
        world.payment(0, "ann", "bob", token.clone(), 30),
        world.payment(1, "bob", "ann", coin_of(1), 5),
    ];
    let plan = world.plan(parts, Settlement::OnProof);
    world.allow(0, "ann", 29);
    let (sender, funds) = (world.who(0, "ann"), world.price(0, &plan));
    let message = ExecuteMsg::Register {
        task: plan.task.clone(),
        tx: plan.parts[0].tx.clone(),
        reversal: plan.parts[0].reversal.clone(),
        tip: Amount(TIP),
    };
    let lock = world.sides[0].lock.clone();
    let failed = world.sides[0]
        .zone
        .execute(&sender, &lock, &message, &funds)
        .unwrap_err();
    assert!(format!("{failed:#}").contains("Sub"), "{failed:#}");
    assert_eq!((world.leg(0, &plan), world.coins(0, "ann")), (None, PURSE));
    world.allow(0, "ann", 1);
    world.register(0, &plan).unwrap();
    assert_eq!(world.escrow(0, &token), 30);
    assert_eq!(world.has(0, &sender, &token), PURSE - 30);
}

#[test]
fn effects_are_those_that_the_task_names() {
    let refusal = refusal_of(|plan, world| {
        plan.parts[0].tx = vec![world.pays(0, "thief", coin_of(0), 100)];
    });
    assert!(matches!(refusal, Refusal::EffectsHash { what: "tx", .. }));
    let refusal = refusal_of(|plan, world| {
        plan.parts[0].reversal = vec![world.pays(0, "thief", coin_of(0), 100)];
    });
    assert!(matches!(
        refusal,
        Refusal::EffectsHash {
            what: "reversal",
            ..
        }
    ));
}

#[test]
fn both_ways_out_move_the_same() {
    let refusal = refusal_of(|plan, world| {
        plan.parts[0].reversal = vec![world.pays(0, "ann", coin_of(0), 101)];
        *plan = plan.clone().sealed();
    });
    let (expected, actual) = (Amount(100), Amount(101));
    assert_eq!(
        refusal,
        Refusal::Unbalanced {
            asset: coin_of(0),
            expected,
            actual
        }
    );
}

#[test]
fn nothing_is_moved_by_an_effect_of_nothing_or_to_the_lock_itself() {
    let refusal = refusal_of(|plan, world| {
        plan.parts[0].tx.push(world.pays(0, "bob", coin_of(0), 0));
        *plan = plan.clone().sealed();
    });
    assert_eq!(
        refusal,
        Refusal::NothingMoved {
            what: "tx",
            effect: 1
        }
    );
    let refusal = refusal_of(|plan, world| {
        let to = Address::new(world.sides[0].lock.as_str()).unwrap();
        plan.parts[0].tx = vec![Effect::Transfer {
            asset: coin_of(0),
            amount: Amount(100),
            to,
        }];
        *plan = plan.clone().sealed();
    });
    assert_eq!(
        refusal,
        Refusal::ToItself {
            what: "tx",
            effect: 0
        }
    );
}

#[test]
fn sums_beyond_the_range_are_refused() {
    let mut world = World::new(2);
    let mut plan = world.swap();
    plan.parts[0].tx = vec![
        world.pays(0, "bob", coin_of(0), u128::MAX),
        world.pays(0, "bob", coin_of(0), 1),
    ];
    let plan = plan.sealed();
    let refusal = rule(world.register_with(0, "ann", &plan, &[coin(FEE, denom(0))]));
    assert!(matches!(refusal, Refusal::Overflow(_)), "{refusal}");
    // The leg alone fits, and with the fee it does not.
    let mut plan = world.swap();
    plan.parts[0] = world.payment(0, "ann", "bob", coin_of(0), u128::MAX);
    let refusal = rule(world.register_with(0, "ann", &plan.sealed(), &[coin(FEE, denom(0))]));
    assert!(matches!(refusal, Refusal::Overflow(_)), "{refusal}");
}

#[test]
fn a_deadline_is_near_enough_and_far_enough_to_the_block() {
    let mut world = World::new(2);
    let now = world.height(0).0;
    for (ahead, fits) in [
        (MIN_HORIZON - 1, false),
        (MIN_HORIZON, true),
        (MAX_HORIZON, true),
        (MAX_HORIZON + 1, false),
    ] {
        let mut plan = world.swap();
        plan.task.legs[0].deadline = Height(now + ahead);
        let result = world.register(0, &plan);
        if fits {
            result.unwrap();
        } else {
            let (min, max) = (Height(now + MIN_HORIZON), Height(now + MAX_HORIZON));
            let (now, actual) = (Height(now), Height(now + ahead));
            assert_eq!(
                rule(result),
                Refusal::Deadline {
                    now,
                    min,
                    max,
                    actual
                }
            );
        }
    }
}

#[test]
fn a_deadline_at_the_end_of_heights_is_an_overflow_and_no_panic() {
    let refusal = refusal_of(|plan, _| plan.task.legs[1].deadline = Height(u64::MAX));
    assert!(matches!(refusal, Refusal::Overflow(_)));
}

#[test]
fn retention_is_within_its_bounds_to_the_block() {
    for (retention, fits) in [
        (RETENTION - 1, false),
        (RETENTION, true),
        (4 * RETENTION, true),
        (4 * RETENTION + 1, false),
    ] {
        let mut world = World::new(2);
        let mut plan = world.swap();
        plan.task.legs[0].retention = retention;
        let result = world.register(0, &plan);
        if fits {
            result.unwrap();
        } else {
            let (min, max) = (RETENTION, 4 * RETENTION);
            assert_eq!(
                rule(result),
                Refusal::Retention {
                    min,
                    max,
                    actual: retention
                }
            );
        }
    }
}

#[test]
fn legs_are_of_this_lock_and_of_linked_ones() {
    // Another contract's name in the own leg.
    let other = CanonicalAddress::new([9; 32]).unwrap();
    let refusal = refusal_of(|plan, _| plan.task.legs[0].lock = other.clone());
    assert!(matches!(refusal, Refusal::NotOurs { .. }));
    // A fake lock on the other zone.
    let refusal = refusal_of(|plan, _| plan.task.legs[1].lock = other.clone());
    assert!(matches!(refusal, Refusal::WrongPeer { .. }));
    // A zone that nobody linked.
    let unknown = ZoneId::new("omega-1").unwrap();
    let refusal = refusal_of(|plan, _| plan.task.legs[1].zone = unknown.clone());
    assert_eq!(refusal, Refusal::NotLinked { zone: unknown });
    // The wrong order, one leg, nine legs.
    assert!(matches!(
        refusal_of(|plan, _| plan.task.legs.reverse()),
        Refusal::LegOrder { .. }
    ));
    assert!(matches!(
        refusal_of(|plan, _| plan.task.legs.truncate(1)),
        Refusal::Legs { .. }
    ));
    let refusal = refusal_of(|plan, _| {
        let leg = plan.task.legs[1].clone();
        plan.task.legs.extend(vec![leg; MAX_LEGS - 1]);
    });
    assert!(matches!(refusal, Refusal::Legs { .. }));
}

#[test]
fn an_unlinked_zone_takes_part_in_nothing_new() {
    let mut world = World::new(2);
    let zone = world.sides[1].zone.id().clone();
    let unlink = ExecuteMsg::UnlinkPeer { zone: zone.clone() };
    world.send(0, "owner", &unlink, &[]).unwrap();
    let plan = world.swap();
    assert_eq!(rule(world.register(0, &plan)), Refusal::NotLinked { zone });
}

#[test]
fn what_no_cap_could_let_commit_is_refused_at_once() {
    let mut world = World::new(2);
    let zone = world.sides[1].zone.id().clone();
    let set = |max| ExecuteMsg::SetCap {
        zone: zone.clone(),
        asset: coin_of(0),
        max: Amount(max),
    };
    world.send(0, "owner", &set(99), &[]).unwrap();
    let plan = world.swap();
    assert!(matches!(
        rule(world.register(0, &plan)),
        Refusal::Cap { .. }
    ));
    world.send(0, "owner", &set(100), &[]).unwrap();
    world.register(0, &plan).unwrap();
    // Without any cap nothing is at risk: `ibc/…` of somebody else was never capped.
    let voucher = Asset::Native(Denom::new("ibc/27394FB092D2ECCD56123C74F36E4C1F").unwrap());
    let parts = vec![
        world.payment(0, "ann", "bob", voucher.clone(), 1),
        world.payment(1, "bob", "ann", coin_of(1), 1),
    ];
    let plan = world.plan(parts, Settlement::OnProof);
    let ann = world.who(0, "ann");
    world.sides[0]
        .zone
        .mint(&ann, 1, "ibc/27394FB092D2ECCD56123C74F36E4C1F")
        .unwrap();
    let funds = [
        coin(FEE + TIP, denom(0)),
        coin(1, "ibc/27394FB092D2ECCD56123C74F36E4C1F"),
    ];
    let mut sorted = funds.to_vec();
    sorted.sort_by(|a, b| a.denom.cmp(&b.denom));
    assert!(matches!(
        rule(world.register_with(0, "ann", &plan, &sorted)),
        Refusal::NoCap { .. }
    ));
    let cap = ExecuteMsg::SetCap {
        zone,
        asset: voucher,
        max: Amount(CAP),
    };
    world.send(0, "owner", &cap, &[]).unwrap();
    world.register_with(0, "ann", &plan, &sorted).unwrap();
}

#[test]
fn addresses_are_of_this_zone_and_normalised() {
    let mut world = World::new(2);
    let abroad = world.address(1, "bob");
    let shouted = Address::new(world.address(0, "bob").as_str().to_uppercase()).unwrap();
    for to in [abroad, shouted] {
        let mut plan = world.swap();
        plan.parts[0].tx = vec![Effect::Transfer {
            asset: coin_of(0),
            amount: Amount(100),
            to: to.clone(),
        }];
        let plan = plan.sealed();
        let refusal = world.register(0, &plan).unwrap_err();
        assert!(matches!(refusal, LockError::Address(_)), "{refusal}");
        let mut plan = world.swap();
        plan.parts[0].tx = vec![world.pays(0, "bob", Asset::Cw20(to), 100)];
        let refusal = world.register(0, &plan.sealed()).unwrap_err();
        assert!(matches!(refusal, LockError::Address(_)), "{refusal}");
    }
}

/// Attack: a contract of one's own, which refuses `Lock` when the price has moved, is a choice that costs nothing.
#[test]
fn what_is_called_is_what_the_owner_linked() {
    let mut world = World::new(2);
    let own = world.sides[0].token.clone();
    let parts = vec![
        world.call(0, "ann", &own, Bytes(b"{}".to_vec()), 1),
        world.payment(1, "bob", "ann", coin_of(1), 1),
    ];
    let plan = world.plan(parts, Settlement::OnProof);
    let contract = Address::new(own.as_str()).unwrap();
    assert_eq!(
        rule(world.register(0, &plan)),
        Refusal::NotTarget { contract }
    );
}

#[test]
fn lists_and_payloads_have_their_limits() {
    let refusal = refusal_of(|plan, world| {
        let one = world.pays(0, "bob", coin_of(0), 1);
        plan.parts[0].tx = vec![one; MAX_EFFECTS + 1];
        *plan = plan.clone().sealed();
    });
    assert!(matches!(
        refusal,
        Refusal::Number {
            what: "effects of a leg",
            ..
        }
    ));
    let mut world = World::new(2);
    let harbour = world.sides[0].harbour.clone();
    let parts = vec![
        world.call(0, "ann", &harbour, Bytes(vec![b' '; MAX_PAYLOAD + 1]), 1),
        world.payment(1, "bob", "ann", coin_of(1), 1),
    ];
    let plan = world.plan(parts, Settlement::OnProof);
    assert!(matches!(
        rule(world.register(0, &plan)),
        Refusal::Payload { .. }
    ));
}

#[test]
fn a_pause_stops_new_legs() {
    let mut world = World::new(2);
    let plan = world.swap();
    world
        .send(0, "guardian", &ExecuteMsg::Roles(RolesMsg::Pause {}), &[])
        .unwrap();
    assert_eq!(
        world.register(0, &plan).unwrap_err(),
        LockError::Roles(RolesError::Paused)
    );
}

#[test]
fn a_task_that_lies_on_two_locks_of_one_zone_is_no_task() {
    let refusal =
        refusal_of(|plan, world| plan.task.legs[1].zone = world.sides[0].zone.id().clone());
    assert!(matches!(refusal, Refusal::LegOrder { .. }));
}

#[test]
fn money_with_any_other_message_is_refused() {
    let mut world = World::new(2);
    let plan = world.swap();
    let lapse = ExecuteMsg::Lapse { task_id: plan.id() };
    let refusal = world
        .send(0, "ann", &lapse, &[coin(1, denom(0))])
        .unwrap_err();
    assert!(matches!(
        refusal,
        LockError::Payment(PaymentError::Funds { .. })
    ));
}
