//! A zone whose node does not answer holds up nothing that does not need it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use std::{
    sync::{atomic::Ordering, Arc},
    time::Duration,
};

use support::*;
use tessera::{
    observe::{Health, Lateness, Reason},
    relay::RelayError,
    submit, watch,
};
use tessera_lock::state::LegState;
use tessera_testing::suite::{Plan, Suite};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn tasks_with_other_zones_go_on_while_one_is_away() {
    let mut suite = Suite::new(3).unwrap();
    let (near, far) = (swap(&mut suite, 1), swap(&mut suite, 2));
    for plan in [&far, &near] {
        suite.register_all(plan).unwrap();
    }
    let site = Site::new(&suite);
    let (nodes, zones) = (&site.nodes, &site.zones);
    let relay = site.fresh_relay().await;
    read(&relay).await.unwrap();

    let round = |away: bool| {
        let relay = &relay;
        async move {
            nodes[2].away.store(away, Ordering::Relaxed);
            submit::work(relay, &zones[0]).await.unwrap();
            nodes[0].zone.zone().next_block().unwrap();
            watch::catch_up(relay, &zones[0]).await.unwrap();
        }
    };
    round(true).await;
    assert_eq!(state(&zones[0], near.id()).await, LegState::Committed);
    assert_eq!(state(&zones[0], far.id()).await, LegState::Registered);
    // Its node is back, and nothing has to be waited for.
    round(false).await;
    assert_eq!(state(&zones[0], far.id()).await, LegState::Committed);
}

/// A relayer that is started while a zone is away serves the others; the zone is missed, and joins when it answers.
#[tokio::test]
async fn a_zone_that_is_away_at_the_start_joins() {
    let mut suite = Suite::new(3).unwrap();
    let (near, far) = (swap(&mut suite, 1), swap(&mut suite, 2));
    for plan in [&far, &near] {
        suite.register_all(plan).unwrap();
    }
    let site = Site::new(&suite);
    site.nodes[2].away.store(true, Ordering::Relaxed);
    let relay = Arc::new(site.fresh_relay().await);
    let cancel = CancellationToken::new();
    let running = tokio::spawn(relay.clone().run(cancel.clone()));
    let committed = async |plan: &Plan| {
        for _ in 0..2_000 {
            site.seal();
            tokio::time::sleep(Duration::from_millis(5)).await;
            if state(&site.zones[0], plan.id()).await == LegState::Committed {
                return;
            }
        }
        panic!("it is not committed");
    };
    committed(&near).await;
    assert_eq!(state(&site.zones[0], far.id()).await, LegState::Registered);
    let missed = Reason::NeverAnswered {
        zone: suite.sides[2].zone.id().clone(),
    };
    let health = Health::of(&relay.state().await, Lateness::default());
    assert!(health.reasons.contains(&missed), "{health:?}");

    site.nodes[2].away.store(false, Ordering::Relaxed);
    committed(&far).await;
    let health = Health::of(&relay.state().await, Lateness::default());
    assert!(!health.reasons.contains(&missed), "{health:?}");
    cancel.cancel();
    running.await.unwrap().unwrap();
}

/// Whoever looks after the relayer starts it again: it does not go on by half.
#[tokio::test]
async fn a_task_that_panics_ends_all_of_them() {
    let suite = Suite::new(2).unwrap();
    let site = Site::new(&suite);
    let relay = Arc::new(site.fresh_relay().await);
    site.nodes[1].faulty.store(true, Ordering::Relaxed);
    let ended = relay.run(CancellationToken::new()).await;
    assert!(matches!(ended, Err(RelayError::Panicked)), "{ended:?}");
}

#[tokio::test]
async fn what_needs_no_proof_goes_on_although_all_else_waits_for_a_zone_that_is_away() {
    let mut suite = Suite::new(3).unwrap();
    let stale = swap(&mut suite, 1);
    suite.register(0, &stale).unwrap();
    let deadline = stale.body(0).unwrap().task.legs[0].deadline;
    suite.tick_to(0, deadline).unwrap();
    let far = swap(&mut suite, 2);
    suite.register_all(&far).unwrap();
    let site = Site::new(&suite);
    let relay = site.fresh_relay().await;
    read(&relay).await.unwrap();
    site.nodes[2].away.store(true, Ordering::Relaxed);
    let zone = &site.zones[0];
    for _ in 0..5 {
        submit::work(&relay, zone).await.unwrap();
        site.nodes[0].zone.zone().next_block().unwrap();
        watch::catch_up(&relay, zone).await.unwrap();
    }
    assert_eq!(state(zone, stale.id()).await, LegState::Lapsed);
    assert_eq!(state(zone, far.id()).await, LegState::Registered);
}
