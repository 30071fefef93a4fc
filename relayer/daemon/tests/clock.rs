//! A clock that is off makes headers look as if they came from the future, or views as if they had expired.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use std::time::Duration;

use support::Site;
use tessera::{
    journal::Journal,
    ledger::Ledger,
    relay::Relay,
    watch::{age_of_tip, mind_the_clock},
};
use tessera_planner::Policy;
use tessera_primitives::Timestamp;
use tessera_testing::suite::Suite;

#[tokio::test]
async fn a_clock_that_is_off_is_told_of() {
    let suite = Suite::new(2).unwrap();
    let site = Site::new(&suite);
    let zone = &site.zones[0];
    let block = zone
        .chain
        .block(zone.chain.tip().await.unwrap())
        .await
        .unwrap();
    let off = |seconds: i64| Timestamp(block.time.0.saturating_add_signed(seconds * 1_000_000_000));
    let drift = Duration::from_secs(5);
    let judged = async |seconds: i64| {
        let age = age_of_tip(zone.chain.as_ref(), off(seconds), drift).await;
        age.map_err(|error| error.to_string())
    };
    assert_eq!(judged(7).await, Ok(Duration::from_secs(7)));
    assert_eq!(judged(-5).await, Ok(Duration::ZERO));
    assert!(judged(-6).await.unwrap_err().contains("6 s ahead"));
    assert!(judged(301).await.unwrap_err().contains("301 s old"));

    // A relayer that starts says so in one line, and none where they agree.
    let journal = || Ledger::open(Journal::in_memory().unwrap(), Policy::default()).unwrap();
    for (seconds, told) in [(0, 0), (-60, 1)] {
        let clock = off(seconds);
        let relay = Relay::new(site.zones.clone(), journal()).with_clock(Box::new(move || clock));
        mind_the_clock(&relay, zone, drift).await;
        assert_eq!(relay.activity().mishaps().len(), told);
    }
}
