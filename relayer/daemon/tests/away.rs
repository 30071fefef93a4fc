//! A zone whose node does not answer holds up nothing that does not need it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use std::sync::atomic::Ordering;

use support::*;
use tessera::{submit, watch};
use tessera_lock::state::LegState;
use tessera_testing::suite::Suite;

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
