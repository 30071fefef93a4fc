//! The whole way of a task: kept, reversed, rejected, lapsed, on two zones and on three.

use crate::world::{coin_of, facts, World, FEE, HORIZON, PURSE, TIP};
use tessera_contract_api::booking;
use tessera_lock::{state::LegState, Settlement};
use tessera_primitives::Height;

#[test]
fn a_swap_is_kept_on_both_zones_and_the_relayer_is_paid() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register_all(&plan);
    assert_eq!(world.states(&plan), [LegState::Registered; 2]);
    assert_eq!(
        (world.escrow(0, &coin_of(0)), world.escrow(1, &coin_of(1))),
        (100 + TIP, 200 + TIP)
    );
    for on in 0..2 {
        let response = world.commit(on, &[&plan]).unwrap();
        assert_eq!(facts(&response), ["committed"]);
    }
    assert_eq!(world.coins(0, "relayer"), PURSE + TIP / 2);
    world.tick(2);
    for on in 0..2 {
        let response = world.settle(on, &[&plan]).unwrap();
        assert_eq!(facts(&response), ["kept"]);
    }
    assert_eq!(world.states(&plan), [LegState::Kept; 2]);
    assert_eq!(
        (world.coins(0, "ann"), world.coins(0, "bob")),
        (PURSE - 100 - TIP - FEE, PURSE + 100)
    );
    assert_eq!(
        (world.coins(1, "bob"), world.coins(1, "ann")),
        (PURSE - 200 - TIP - FEE, PURSE + 200)
    );
    for on in 0..2 {
        assert_eq!(world.coins(on, "relayer"), PURSE + TIP);
        assert_eq!(world.coins(on, "treasury"), FEE);
        assert_eq!(world.escrow(on, &coin_of(on)), 0);
        assert!(world.open_tasks(on).is_empty());
    }
}

#[test]
fn a_task_whose_second_leg_never_commits_is_reversed() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register_all(&plan);
    world.commit(0, &[&plan]).unwrap();
    // Nothing shows yet that beta will not commit.
    world.tick(2);
    assert_eq!(facts(&world.settle(0, &[&plan]).unwrap()), ["skipped"]);
    world.tick(HORIZON);
    assert_eq!(facts(&world.lapse(1, &plan).unwrap()), ["lapsed"]);
    assert_eq!(facts(&world.settle(0, &[&plan]).unwrap()), ["reversed"]);
    assert_eq!(world.states(&plan), [LegState::Reversed, LegState::Lapsed]);
    assert_eq!(
        (world.coins(0, "ann"), world.coins(0, "bob")),
        (PURSE - TIP - FEE, PURSE)
    );
    assert_eq!(
        (world.coins(1, "bob"), world.coins(1, "ann")),
        (PURSE - FEE, PURSE),
        "a lapse refunds the tip"
    );
}

#[test]
fn a_registrant_takes_back_what_nobody_answered() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register(0, &plan).unwrap();
    world.tick(2);
    assert_eq!(facts(&world.reject(0, "ann", &plan).unwrap()), ["rejected"]);
    assert_eq!(world.coins(0, "ann"), PURSE - FEE);
    // Beta registers after all: it cannot commit, and takes back its own.
    world.register(1, &plan).unwrap();
    world.tick(2);
    assert_eq!(facts(&world.commit(1, &[&plan]).unwrap()), ["skipped"]);
    assert_eq!(facts(&world.reject(1, "bob", &plan).unwrap()), ["rejected"]);
    assert_eq!(world.coins(1, "bob"), PURSE - FEE);
}

#[test]
fn after_deadlines_nothing_is_kept_before_both_have_passed() {
    let mut world = World::new(2);
    let parts = world.swap().parts;
    let plan = world.plan(parts, Settlement::AfterDeadlines);
    world.commit_all(&plan);
    assert_eq!(facts(&world.settle(0, &[&plan]).unwrap()), ["skipped"]);
    let deadline = plan.task.legs[0].deadline;
    world.tick_to(0, deadline);
    // The own deadline has come, and beta's newest state is below its own.
    assert_eq!(facts(&world.settle(0, &[&plan]).unwrap()), ["skipped"]);
    world.tick(2);
    for on in 0..2 {
        assert_eq!(facts(&world.settle(on, &[&plan]).unwrap()), ["kept"]);
    }
}

#[test]
fn a_coin_is_swapped_against_a_token() {
    let mut world = World::new(2);
    let token = world.token(1);
    let parts = vec![
        world.payment(0, "ann", "bob", coin_of(0), 100),
        world.payment(1, "bob", "ann", token.clone(), 30),
    ];
    let plan = world.plan(parts, Settlement::OnProof);
    world.allow(1, "bob", 30);
    world.commit_all(&plan);
    assert_eq!(world.escrow(1, &token), 30);
    for on in 0..2 {
        world.settle(on, &[&plan]).unwrap();
    }
    assert_eq!(world.has(1, &world.who(1, "ann"), &token), PURSE + 30);
    assert_eq!(
        (world.escrow(1, &token), world.escrow(1, &coin_of(1))),
        (0, 0)
    );
}

#[test]
fn a_berth_is_booked_on_one_zone_and_paid_on_both() {
    let mut world = World::new(2);
    let parts = vec![
        world.booking(0, "ann", 2, 100),
        world.payment(1, "bob", "ann", coin_of(1), 5),
    ];
    let plan = world.plan(parts, Settlement::OnProof);
    world.commit_all(&plan);
    let harbour = world.sides[0].harbour.clone();
    let holder = world.address(0, "ann");
    let held = booking::QueryMsg::Held {
        holder,
        item: "berth".into(),
    };
    assert_eq!(
        world.sides[0].zone.query::<u32>(&harbour, &held).unwrap(),
        0,
        "reserved, not handed over"
    );
    for on in 0..2 {
        world.settle(on, &[&plan]).unwrap();
    }
    assert_eq!(
        world.sides[0].zone.query::<u32>(&harbour, &held).unwrap(),
        2
    );
    assert_eq!(world.has(0, &harbour, &coin_of(0)), 100);
}

#[test]
fn a_booking_is_released_when_the_task_is_reversed() {
    let mut world = World::new(2);
    let parts = vec![
        world.booking(0, "ann", 2, 100),
        world.payment(1, "bob", "ann", coin_of(1), 5),
    ];
    let plan = world.plan(parts, Settlement::OnProof);
    world.register_all(&plan);
    world.commit(0, &[&plan]).unwrap();
    world.tick(HORIZON);
    world.settle(0, &[&plan]).unwrap();
    assert_eq!(world.state(0, &plan), LegState::Reversed);
    let harbour = world.sides[0].harbour.clone();
    let item = booking::QueryMsg::Item {
        item: "berth".into(),
    };
    let item: Option<booking::ItemResponse> = world.sides[0].zone.query(&harbour, &item).unwrap();
    let item = item.unwrap();
    assert_eq!((item.free, item.reserved, item.taken), (10, 0, 0));
    assert_eq!(world.coins(0, "ann"), PURSE - TIP - FEE);
}

#[test]
fn three_zones_are_one() {
    let mut world = World::new(3);
    let parts = vec![
        world.payment(0, "ann", "bob", coin_of(0), 100),
        world.payment(1, "bob", "cleo", coin_of(1), 200),
        world.payment(2, "cleo", "ann", coin_of(2), 300),
    ];
    let kept = world.plan(parts.clone(), Settlement::OnProof);
    let reversed = world.plan(parts, Settlement::OnProof);
    world.commit_all(&kept);
    world.register_all(&reversed);
    world.commit(0, &[&reversed]).unwrap();
    world.commit(2, &[&reversed]).unwrap();
    world.tick(2);
    for on in 0..3 {
        assert_eq!(facts(&world.settle(on, &[&kept]).unwrap()), ["kept"]);
    }
    world.tick_to(0, Height(reversed.task.legs[0].deadline.0 + 2));
    assert_eq!(facts(&world.settle(0, &[&reversed]).unwrap()), ["reversed"]);
    assert_eq!(facts(&world.settle(2, &[&reversed]).unwrap()), ["reversed"]);
    world.lapse(1, &reversed).unwrap();
    assert_eq!(world.coins(0, "bob"), PURSE + 100);
    assert_eq!(world.coins(1, "cleo"), PURSE + 200);
    assert_eq!(world.coins(2, "ann"), PURSE + 300);
    for on in 0..3 {
        assert_eq!(world.escrow(on, &coin_of(on)), 0);
    }
}
