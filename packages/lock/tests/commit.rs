//! `commit` and `reject`.
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
    in_batch, reversal_hash,
    state::{LegState, Write},
    transition, tx_hash, Effect, Event, Input, Instruction, Refusal, Refused, Settlement, Sighting,
    Task, TaskBody,
};
use tessera_primitives::{
    Amount, Bytes, CanonicalAddress, Closing, Fork, Height, Seconds, Timestamp, ZoneStatus,
};
use world::{native, now, plain_body, plain_task, seen, text, time, transfer, user, Stage};

fn task() -> Task {
    plain_task(&[10, 12], Settlement::OnProof, 1)
}

fn ready(state_height: u64) -> Sighting {
    seen(1, state_height, Some(LegState::Registered))
}

fn registered() -> Stage {
    let mut stage = Stage::new(2);
    stage.register(&task()).unwrap();
    stage.height = 5;
    stage
}

#[test]
fn a_ready_leg_commits_and_pays_half_the_tip_rounded_down() {
    let mut stage = registered();
    let step = stage.commit(&task(), vec![ready(4)]).unwrap();
    assert_eq!(stage.state(&task()), LegState::Committed);
    assert_eq!(stage.lock.marks[&task().id()].committed_at, Height(5));
    let tip = Instruction::Pay {
        to: world::relayer(),
        coin: world::fee_coin(2),
    };
    assert_eq!(step.instructions, [tip]);
    // A mark and one exposure: what is private is not written again.
    assert_eq!(step.writes.len(), 2);
}

#[test]
fn nothing_commits_at_its_deadline() {
    let mut stage = registered();
    stage.height = 10;
    assert!(matches!(
        stage.commit(&task(), vec![ready(9)]),
        Err(Refusal::TooLate { .. })
    ));
    stage.height = 9;
    stage.commit(&task(), vec![ready(8)]).unwrap();
}

#[test]
fn the_others_must_be_ready() {
    let states = [
        (None, false),
        (Some(LegState::Registered), true),
        (Some(LegState::Committed), true),
        (Some(LegState::Kept), true),
        (Some(LegState::Conceded), false),
        (Some(LegState::Reversed), false),
        (Some(LegState::Rejected), false),
        (Some(LegState::Lapsed), false),
    ];
    for (state, fits) in states {
        let result = registered().commit(&task(), vec![seen(1, 4, state)]);
        assert_eq!(result.is_ok(), fits, "{state:?}");
    }
    assert!(matches!(
        registered().commit(&task(), vec![]),
        Err(Refusal::NotReady { .. })
    ));
}

#[test]
fn a_leg_that_is_still_registered_at_its_deadline_is_not_ready() {
    let mut stage = registered();
    stage.lock.parameters.fresh.0 = 1_000;
    assert!(stage.commit(&task(), vec![ready(12)]).is_err());
    stage.commit(&task(), vec![ready(11)]).unwrap();
}

#[test]
fn three_legs_need_two_proofs() {
    let task = plain_task(&[10, 12, 14], Settlement::OnProof, 1);
    let mut stage = Stage::new(3);
    stage.register(&task).unwrap();
    stage.height = 5;
    assert!(matches!(
        stage.commit(&task, vec![ready(4)]),
        Err(Refusal::NotReady { .. })
    ));
    let both = vec![ready(4), seen(2, 4, Some(LegState::Committed))];
    stage.commit(&task, both).unwrap();
}

#[test]
fn a_root_is_fresh_to_the_second() {
    for (late, fits) in [(60, true), (61, false)] {
        let mut stage = registered();
        let mut sighting = ready(4);
        let age = tessera_primitives::Seconds(late);
        sighting.root.time =
            tessera_primitives::Timestamp::from_seconds(now(5).time.seconds() - age.0).unwrap();
        let result = stage.commit(&task(), vec![sighting]);
        assert_eq!(result.is_ok(), fits, "{late} seconds old");
    }
}

#[test]
fn no_leg_commits_with_a_zone_that_is_not_active() {
    for status in [ZoneStatus::Expired, ZoneStatus::Closed, ZoneStatus::Forked] {
        let mut sighting = ready(4);
        sighting.root.standing.status = status;
        let result = registered().commit(&task(), vec![sighting]);
        assert!(
            matches!(result, Err(Refusal::NotActive { .. })),
            "{status:?}"
        );
    }
}

#[test]
fn a_root_of_a_branch_that_nobody_admitted_refuses_the_batch() {
    let mut sighting = ready(4);
    let fork = Fork {
        branch: 0,
        height: Height(5),
        exact: true,
        first_report: Height(4),
    };
    sighting.root.standing.fork = Some(fork);
    sighting.root.standing.branch = 1;
    let stage = registered();
    let commit = |sighting: Sighting| Input::Commit {
        caller: world::relayer(),
        body: plain_body(&task(), 0),
        sightings: vec![sighting],
    };
    let result = transition(&now(5), &stage.lock, commit(sighting));
    let result = in_batch(task().id(), result);
    assert!(matches!(
        result,
        Err(Refused::Rule(Refusal::RootInDoubt { .. }))
    ));
    // On the admitted branch it commits, and remembers the branch.
    sighting.root.branch = 1;
    let step = transition(&now(5), &stage.lock, commit(sighting)).unwrap();
    let remembered = step
        .writes
        .iter()
        .any(|write| matches!(write, Write::Terms(_, terms) if terms.seen[0].branch == 1));
    assert!(remembered);
}

#[test]
fn a_task_that_repeats_is_skipped_with_an_event_and_earns_nothing() {
    let mut stage = registered();
    stage.commit(&task(), vec![ready(4)]).unwrap();
    let input = Input::Commit {
        caller: world::relayer(),
        body: plain_body(&task(), 0),
        sightings: vec![ready(4)],
    };
    let step = in_batch(task().id(), transition(&now(5), &stage.lock, input)).unwrap();
    assert!(step.writes.is_empty() && step.instructions.is_empty());
    assert!(
        matches!(&step.events[..], [Event::Skipped { reason, .. }] if reason.contains("committed"))
    );
}

#[test]
fn an_unlinked_or_replaced_peer_stops_commits() {
    let mut stage = registered();
    stage
        .take(Input::UnlinkPeer {
            zone: world::zone(1),
        })
        .unwrap();
    assert!(matches!(
        stage.commit(&task(), vec![ready(4)]),
        Err(Refusal::NotLinked { .. })
    ));
    let link = Input::LinkPeer {
        zone: world::zone(1),
        contract: CanonicalAddress::new([0x66; 32]).unwrap(),
        roots: world::relayer(),
    };
    stage.take(link).unwrap();
    assert!(matches!(
        stage.commit(&task(), vec![ready(4)]),
        Err(Refusal::WrongPeer { .. })
    ));
}

#[test]
fn a_byzantine_zone_takes_no_more_than_its_cap_refilled_or_not() {
    let mut stage = Stage::new(2);
    let tasks: Vec<Task> = (0..12)
        .map(|nonce| plain_task(&[20, 20], Settlement::OnProof, nonce))
        .collect();
    tasks
        .iter()
        .for_each(|task| drop(stage.register(task).unwrap()));
    stage.height = 5;
    let committed = |stage: &mut Stage, task: &Task| stage.commit(task, vec![ready(4)]);
    tasks[..10]
        .iter()
        .for_each(|task| drop(committed(&mut stage, task).unwrap()));
    assert!(matches!(
        committed(&mut stage, &tasks[10]),
        Err(Refusal::Cap { .. })
    ));
    // What is reversed frees the cap at once.
    stage
        .settle(&tasks[0], vec![seen(1, 4, Some(LegState::Rejected))])
        .unwrap();
    committed(&mut stage, &tasks[10]).unwrap();
    // What is kept does not.
    for task in &tasks[1..=10] {
        stage
            .settle(task, vec![seen(1, 4, Some(LegState::Committed))])
            .unwrap();
    }
    assert!(matches!(
        committed(&mut stage, &tasks[11]),
        Err(Refusal::Cap { .. })
    ));
    // Not before `max_horizon` (20) blocks have passed; before twice that in any case.
    let zone = (world::zone(1), native("ucoin"));
    let risk = |stage: &Stage, height| {
        stage.lock.exposures[&zone]
            .at(Height(height), 20)
            .at_risk()
            .unwrap()
            .0
    };
    assert_eq!(risk(&stage, 24), 1_000);
    assert_eq!(risk(&stage, 41), 0);
}

fn calling() -> (Task, TaskBody) {
    let contract = text(&CanonicalAddress::new([0xc0; 32]).unwrap());
    let call = Effect::Call {
        contract,
        payload: Bytes(vec![7]),
        funds: vec![],
    };
    let tx = vec![transfer(&native("ucoin"), 100, 20), call.clone()];
    let reversal = vec![transfer(&native("ucoin"), 100, 10), call];
    let mut task = task();
    task.legs[0].tx_hash = tx_hash(&tx);
    task.legs[0].reversal_hash = reversal_hash(&reversal);
    let body = TaskBody {
        task: task.clone(),
        tx: Some(tx),
        reversal: Some(reversal),
    };
    (task, body)
}

#[test]
fn a_leg_with_calls_commits_in_a_submessage_of_its_own() {
    let (task, body) = calling();
    let mut stage = Stage::new(2);
    let registration = stage.registration(
        &task,
        body.tx.clone().unwrap(),
        body.reversal.clone().unwrap(),
    );
    stage.take(Input::Register(registration)).unwrap();
    stage.height = 5;
    let commit = |body: &TaskBody| Input::Commit {
        caller: world::relayer(),
        body: body.clone(),
        sightings: vec![ready(4)],
    };
    let bare = TaskBody {
        tx: None,
        ..body.clone()
    };
    assert!(matches!(
        stage.take(commit(&bare)),
        Err(Refusal::EffectsMissing { what: "tx" })
    ));
    let step = stage.take(commit(&body)).unwrap();
    assert!(step.writes.is_empty() && step.events.is_empty());
    let [Instruction::CommitLocked { locking, .. }] = &step.instructions[..] else {
        panic!("{:?}", step.instructions)
    };
    // A refusal to lock leaves no trace but an event.
    let failed = stage.take(Input::LockFailed { task: task.id() }).unwrap();
    assert!(failed.writes.is_empty() && stage.state(&task) == LegState::Registered);
    let inner = Input::CommitLocked {
        locking: locking.clone(),
    };
    let step = stage.take(inner.clone()).unwrap();
    assert_eq!(stage.state(&task), LegState::Committed);
    assert!(matches!(
        step.instructions[..],
        [Instruction::Lock { .. }, Instruction::Pay { .. }]
    ));
    // A second one, from a task that repeats or a contract that came back, finds it committed.
    assert!(matches!(stage.take(inner), Err(Refusal::State { .. })));
}

/// What the owner unlinks is called by no new leg; a leg that others count on as registered goes on.
#[test]
fn a_contract_is_called_only_by_legs_that_registered_while_it_was_linked() {
    let (task, body) = calling();
    let mut stage = Stage::new(2);
    let contract = text(&CanonicalAddress::new([0xc0; 32]).unwrap());
    let (tx, reversal) = (body.tx.clone().unwrap(), body.reversal.clone().unwrap());
    let registration = stage.registration(&task, tx.clone(), reversal.clone());
    stage.take(Input::Register(registration)).unwrap();
    let unlink = Input::UnlinkTarget {
        contract: contract.clone(),
    };
    stage.take(unlink).unwrap();
    let mut later = task.clone();
    later.nonce += 1;
    let registration = stage.registration(&later, tx, reversal);
    let refused = stage.take(Input::Register(registration)).unwrap_err();
    assert_eq!(refused, Refusal::NotTarget { contract });
    stage.height = 5;
    let commit = Input::Commit {
        caller: world::relayer(),
        body,
        sightings: vec![ready(4)],
    };
    let step = stage.take(commit).unwrap();
    let [Instruction::CommitLocked { locking, .. }] = &step.instructions[..] else {
        panic!("{:?}", step.instructions)
    };
    let locking = locking.clone();
    stage.take(Input::CommitLocked { locking }).unwrap();
    assert_eq!(stage.state(&task), LegState::Committed);
}

fn reject(sender: u8, sightings: Vec<Sighting>) -> Input {
    Input::Reject {
        sender: text(&user(sender)),
        task: task(),
        sightings,
    }
}

#[test]
fn a_registrant_takes_back_only_with_a_reason() {
    let states = [
        (None, 4, true),
        (Some(LegState::Rejected), 4, true),
        (Some(LegState::Reversed), 4, true),
        (Some(LegState::Registered), 4, false),
        (Some(LegState::Registered), 11, false),
        (Some(LegState::Registered), 12, true),
        (Some(LegState::Committed), 12, false),
        (Some(LegState::Conceded), 12, false),
        (Some(LegState::Kept), 12, false),
    ];
    for (state, height, fits) in states {
        let result = registered().take(reject(10, vec![seen(1, height, state)]));
        assert_eq!(result.is_ok(), fits, "{state:?} at {height}");
    }
    assert!(matches!(
        registered().take(reject(10, vec![])),
        Err(Refusal::NothingMissing)
    ));
    let stranger = registered().take(reject(66, vec![seen(1, 4, None)]));
    assert!(matches!(stranger, Err(Refusal::NotRegistrant { .. })));
    let mut stage = registered();
    stage.height = 16;
    let stale = stage.take(reject(10, vec![seen(1, 5, None)]));
    assert!(matches!(stale, Err(Refusal::Stale { .. })));
    let own = registered().take(reject(10, vec![seen(0, 4, None)]));
    assert!(matches!(own, Err(Refusal::NoLeg { leg: 0 })));
}

/// Shown from before one's own leg, that another was absent would be an option on one that was registered in between.
#[test]
fn a_registrant_takes_back_only_with_what_came_after() {
    const SECOND: i64 = 1_000_000_000;
    let at = |nanoseconds: i64| {
        let mut sighting = seen(1, 4, None);
        let registered = time(1).0.checked_add_signed(nanoseconds).unwrap();
        sighting.root.time = Timestamp(registered);
        sighting
    };
    // It is 24 seconds since; ages are rounded up.
    for (before, age) in [(-SECOND, 25), (-1, 25), (0, 24)] {
        let refusal = registered().take(reject(10, vec![at(before)]));
        let stale = Refusal::Stale {
            zone: world::zone(1),
            max: Seconds(24),
            actual: Seconds(age),
        };
        assert_eq!(refusal, Err(stale), "{before}");
    }
    registered().take(reject(10, vec![at(1)])).unwrap();
    // The last root of a closed zone stands for every later height, however old.
    let mut closed = at(-SECOND);
    closed.root.standing.status = ZoneStatus::Closed;
    closed.root.standing.closing = Some(Closing {
        at: time(1),
        last: Some(Height(5)),
    });
    registered().take(reject(10, vec![closed])).unwrap();
}

#[test]
fn a_committed_leg_cannot_be_taken_back() {
    let mut stage = registered();
    stage.commit(&task(), vec![ready(4)]).unwrap();
    let result = stage.take(reject(10, vec![seen(1, 4, None)]));
    assert!(matches!(result, Err(Refusal::State { .. })));
    stage.height = 30;
    let lapse = stage.take(Input::Lapse { task: task().id() });
    assert!(matches!(lapse, Err(Refusal::State { .. })));
}

#[test]
fn overflow_is_a_refusal() {
    let mut stage = registered();
    for exposure in stage.lock.exposures.values_mut() {
        exposure.max = Amount(u128::MAX);
        exposure.open = Amount(u128::MAX);
    }
    assert!(matches!(
        stage.commit(&task(), vec![ready(4)]),
        Err(Refusal::Overflow(_))
    ));
}
