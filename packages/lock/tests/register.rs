//! `register`, as its registrant and as those who would abuse it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use tessera_lock::{
    reversal_hash, state::LegState, tx_hash, Effect, Event, Input, Instruction, Refusal,
    Registration, Settlement, Task,
};
use tessera_primitives::{Amount, Asset, Bytes, CanonicalAddress, Coin, Height, ZoneStatus};
use world::{native, plain_effects, plain_task, text, transfer, user, Stage};

fn task() -> Task {
    plain_task(&[10, 12], Settlement::OnProof, 1)
}

/// A task whose leg on zone a does this.
fn doing(tx: &[Effect], reversal: &[Effect]) -> Task {
    let mut task = task();
    task.legs[0].tx_hash = tx_hash(tx);
    task.legs[0].reversal_hash = reversal_hash(reversal);
    task
}

fn call(number: u8, funds: Vec<Coin>) -> Effect {
    Effect::Call {
        contract: text(&CanonicalAddress::new([number; 32]).unwrap()),
        payload: Bytes(vec![7]),
        funds,
    }
}

fn coin(amount: u128) -> Coin {
    Coin {
        asset: native("ucoin"),
        amount: Amount(amount),
    }
}

/// What the rule says to a leg that does this.
fn try_doing(tx: Vec<Effect>, reversal: Vec<Effect>) -> Result<(), Refusal> {
    let mut stage = Stage::new(2);
    let task = doing(&tx, &reversal);
    let registration = stage.registration(&task, tx, reversal);
    stage.take(Input::Register(registration)).map(|_| ())
}

#[test]
fn funds_go_into_escrow_and_the_fee_to_the_treasury() {
    let mut stage = Stage::new(2);
    let task = task();
    let step = stage.register(&task).unwrap();
    assert_eq!(stage.state(&task), LegState::Registered);
    let terms = &stage.lock.terms[&task.id()];
    assert_eq!(terms.funds, [coin(100)]);
    assert_eq!(terms.tip, Amount(5));
    assert_eq!(stage.lock.open_tasks(None, 5), [(Height(10), task.id())]);
    let fee = Instruction::Pay {
        to: world::treasury(),
        coin: world::fee_coin(7),
    };
    assert_eq!(step.instructions, [fee]);
    assert!(matches!(
        step.events[..],
        [Event::Registered { leg: 0, .. }]
    ));
}

#[test]
fn one_register_brings_several_tokens() {
    let mut stage = Stage::new(2);
    let token = world::cw20(0x70);
    let tx = vec![transfer(&native("ucoin"), 100, 20), transfer(&token, 9, 20)];
    let reversal = vec![transfer(&token, 9, 10), transfer(&native("ucoin"), 100, 10)];
    let task = doing(&tx, &reversal);
    let registration = stage.registration(&task, tx, reversal);
    let step = stage.take(Input::Register(registration)).unwrap();
    let Asset::Cw20(token) = token else { panic!() };
    let collect = Instruction::Collect {
        token,
        from: text(&user(10)),
        amount: Amount(9),
    };
    assert_eq!(step.instructions[0], collect);
}

#[test]
fn the_waiting_list_is_by_deadline_and_paged() {
    let mut stage = Stage::new(2);
    let deadlines = [9, 5, 7, 5];
    for (nonce, deadline) in deadlines.into_iter().enumerate() {
        let task = plain_task(&[deadline, 12], Settlement::OnProof, nonce as u64);
        stage.register(&task).unwrap();
    }
    let first = stage.lock.open_tasks(None, 2);
    let rest = stage.lock.open_tasks(first.last().copied(), 9);
    let heights: Vec<u64> = first
        .iter()
        .chain(&rest)
        .map(|(height, _)| height.0)
        .collect();
    assert_eq!(heights, [5, 5, 7, 9]);
}

#[test]
fn a_deadline_is_neither_too_near_nor_too_far() {
    for (deadline, fits) in [(2, false), (3, true), (21, true), (22, false)] {
        let mut stage = Stage::new(2);
        let result = stage.register(&plain_task(&[deadline, 12], Settlement::OnProof, 1));
        assert_eq!(result.is_ok(), fits, "deadline {deadline} at height 1");
        if let Err(refusal) = result {
            assert!(matches!(refusal, Refusal::Deadline { .. }), "{refusal}");
        }
    }
}

#[test]
fn the_key_is_kept_long_enough_and_not_for_ever() {
    for (retention, fits) in [(24, false), (25, true), (100, true), (101, false)] {
        let mut task = task();
        task.legs[0].retention = retention;
        let result = Stage::new(2).register(&task);
        assert_eq!(result.is_ok(), fits, "retention {retention}");
    }
}

#[test]
fn a_task_is_registered_once() {
    let mut stage = Stage::new(2);
    stage.register(&task()).unwrap();
    assert!(matches!(
        stage.register(&task()),
        Err(Refusal::SeenBefore { .. })
    ));
    // Not even after it has ended.
    stage.height = 10;
    stage.take(Input::Lapse { task: task().id() }).unwrap();
    stage.height = 1;
    assert!(matches!(
        stage.register(&task()),
        Err(Refusal::SeenBefore { .. })
    ));
}

#[test]
fn nobody_registers_for_another() {
    let mut stage = Stage::new(2);
    let (tx, reversal) = plain_effects(0);
    let registration = Registration {
        sender: text(&user(66)),
        ..stage.registration(&task(), tx, reversal)
    };
    let result = stage.take(Input::Register(registration));
    assert!(matches!(result, Err(Refusal::NotRegistrant { .. })));
}

#[test]
fn coins_that_came_along_are_exactly_what_is_needed() {
    for (ucoin, ufee, fits) in [
        (100, 12, true),
        (99, 12, false),
        (101, 12, false),
        (100, 11, false),
        (100, 13, false),
    ] {
        let mut stage = Stage::new(2);
        let (tx, reversal) = plain_effects(0);
        let registration = Registration {
            sent: vec![coin(ucoin), world::fee_coin(ufee)],
            ..stage.registration(&task(), tx, reversal)
        };
        let result = stage.take(Input::Register(registration));
        assert_eq!(result.is_ok(), fits, "{ucoin} ucoin, {ufee} ufee");
    }
    let mut stage = Stage::new(2);
    let (tx, reversal) = plain_effects(0);
    let mut registration = stage.registration(&task(), tx, reversal);
    registration.sent.push(Coin {
        asset: native("uother"),
        amount: Amount(1),
    });
    let result = stage.take(Input::Register(registration));
    assert!(
        matches!(result, Err(Refusal::Funds { .. })),
        "an unasked coin is refused"
    );
}

#[test]
fn what_a_leg_does_is_what_its_task_says() {
    let mut stage = Stage::new(2);
    let (tx, reversal) = plain_effects(0);
    let other = vec![transfer(&native("ucoin"), 100, 66)];
    let registration = stage.registration(&task(), other.clone(), reversal);
    let result = stage.take(Input::Register(registration));
    assert!(matches!(
        result,
        Err(Refusal::EffectsHash { what: "tx", .. })
    ));
    let registration = stage.registration(&task(), tx, other);
    let result = stage.take(Input::Register(registration));
    assert!(matches!(
        result,
        Err(Refusal::EffectsHash {
            what: "reversal",
            ..
        })
    ));
}

#[test]
fn no_task_can_touch_anothers_escrow() {
    let pay = |amount| vec![transfer(&native("ucoin"), amount, 20)];
    assert!(matches!(
        try_doing(pay(100), pay(101)),
        Err(Refusal::Unbalanced { .. })
    ));
    assert!(matches!(
        try_doing(pay(100), pay(99)),
        Err(Refusal::Unbalanced { .. })
    ));
    let other = vec![transfer(&native("uother"), 100, 10)];
    assert!(matches!(
        try_doing(pay(100), other),
        Err(Refusal::Unbalanced { .. })
    ));
    assert!(matches!(
        try_doing(pay(0), pay(0)),
        Err(Refusal::NothingMoved { .. })
    ));
    let huge = vec![
        transfer(&native("ucoin"), u128::MAX, 20),
        transfer(&native("ucoin"), 2, 20),
    ];
    assert!(matches!(
        try_doing(huge.clone(), huge),
        Err(Refusal::Overflow(_))
    ));
    let to_the_lock = vec![Effect::Transfer {
        asset: native("ucoin"),
        amount: Amount(100),
        to: text(&world::lock(0)),
    }];
    assert!(matches!(
        try_doing(to_the_lock, pay(100)),
        Err(Refusal::ToItself { .. })
    ));
    let eight = |count| vec![transfer(&native("ucoin"), 1, 20); count];
    assert!(matches!(
        try_doing(eight(9), eight(9)),
        Err(Refusal::Number { .. })
    ));
}

#[test]
fn what_a_leg_locks_its_reversal_releases() {
    let back = transfer(&native("ucoin"), 100, 10);
    let booked = vec![call(0xc0, vec![coin(100)])];
    try_doing(booked.clone(), vec![back.clone(), call(0xc0, vec![])]).unwrap();
    let unreleased = try_doing(booked.clone(), vec![back.clone()]);
    assert!(matches!(unreleased, Err(Refusal::OtherCalls { .. })));
    let other = try_doing(booked.clone(), vec![back.clone(), call(0xc1, vec![])]);
    assert!(matches!(other, Err(Refusal::OtherCalls { .. })));
    let funded = try_doing(booked.clone(), vec![call(0xc0, vec![coin(100)])]);
    assert!(matches!(funded, Err(Refusal::CallFunds { .. })));
    let twice = vec![call(0xc0, vec![coin(100)]), call(0xc0, vec![])];
    let result = try_doing(
        twice,
        vec![back.clone(), call(0xc0, vec![]), call(0xc0, vec![])],
    );
    assert!(matches!(result, Err(Refusal::CalledTwice { .. })));
    let token = Coin {
        asset: world::cw20(0x70),
        amount: Amount(1),
    };
    let result = try_doing(vec![call(0xc0, vec![token])], vec![call(0xc0, vec![])]);
    assert!(matches!(result, Err(Refusal::CallFunds { .. })));
    let itself = vec![call(0xa0, vec![coin(100)])];
    let result = try_doing(itself, vec![back, call(0xa0, vec![])]);
    assert!(matches!(result, Err(Refusal::ToItself { .. })));
}

#[test]
fn only_real_locks_take_part() {
    let mut fake = task();
    fake.legs[1].lock = CanonicalAddress::new([0x66; 32]).unwrap();
    assert!(matches!(
        Stage::new(2).register(&fake),
        Err(Refusal::WrongPeer { .. })
    ));
    let mut stage = Stage::new(2);
    stage
        .take(Input::UnlinkPeer {
            zone: world::zone(1),
        })
        .unwrap();
    assert!(matches!(
        stage.register(&task()),
        Err(Refusal::NotLinked { .. })
    ));
    let mut elsewhere = task();
    elsewhere.legs[0].lock = CanonicalAddress::new([0x66; 32]).unwrap();
    assert!(matches!(
        Stage::new(2).register(&elsewhere),
        Err(Refusal::NotOurs { .. })
    ));
}

#[test]
fn every_other_zone_is_active() {
    for status in [ZoneStatus::Expired, ZoneStatus::Forked, ZoneStatus::Closed] {
        let mut stage = Stage::new(2);
        let (tx, reversal) = plain_effects(0);
        let mut registration = stage.registration(&task(), tx, reversal);
        registration.standings[0].status = status;
        let result = stage.take(Input::Register(registration));
        assert!(matches!(result, Err(Refusal::NotActive { actual, .. }) if actual == status));
    }
}

#[test]
fn tasks_have_two_to_eight_legs_in_order() {
    let mut one = task();
    one.legs.truncate(1);
    assert!(matches!(
        Stage::new(2).register(&one),
        Err(Refusal::Legs { actual: 1, .. })
    ));
    let nine = plain_task(&[10; 9], Settlement::OnProof, 1);
    assert!(matches!(
        Stage::new(9).register(&nine),
        Err(Refusal::Legs { actual: 9, .. })
    ));
    Stage::new(8)
        .register(&plain_task(&[10; 8], Settlement::OnProof, 1))
        .unwrap();
    let mut turned = task();
    turned.legs.reverse();
    assert!(matches!(
        Stage::new(2).register(&turned),
        Err(Refusal::LegOrder { .. })
    ));
    let mut double = task();
    double.legs[1] = double.legs[0].clone();
    assert!(matches!(
        Stage::new(2).register(&double),
        Err(Refusal::LegOrder { .. })
    ));
    let mut endless = task();
    endless.legs[1].retention = u64::MAX;
    assert!(matches!(
        Stage::new(2).register(&endless),
        Err(Refusal::Overflow(_))
    ));
}

#[test]
fn value_without_a_cap_or_above_it_is_refused() {
    let asset = native("ucoin");
    let mut stage = Stage::new(2);
    stage.lock.exposures.clear();
    assert!(matches!(
        stage.register(&task()),
        Err(Refusal::NoCap { .. })
    ));
    let cap = |max| Input::SetCap {
        zone: world::zone(1),
        asset: asset.clone(),
        max: Amount(max),
    };
    stage.take(cap(99)).unwrap();
    assert!(matches!(stage.register(&task()), Err(Refusal::Cap { .. })));
    stage.take(cap(100)).unwrap();
    stage.register(&task()).unwrap();
}
