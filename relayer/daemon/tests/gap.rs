//! A relayer that lost its journal, or whose node lost blocks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod support;

use std::sync::atomic::Ordering;

use support::*;
use tessera::{ledger::Ledger, relay::Relay, watch};
use tessera_contract_api::transaction_lock::{ConfigResponse, ExecuteMsg, QueryMsg, Settings};
use tessera_lock::state::LegState;
use tessera_primitives::{Hash, Seconds};
use tessera_testing::suite::{Suite, SuiteConfig};

fn swapped() -> (Suite, Hash) {
    let mut config = SuiteConfig::new(2).unwrap();
    config.horizon = 200;
    let mut suite = Suite::with(config).unwrap();
    let plan = swap(&mut suite, 1);
    suite.register_all(&plan).unwrap();
    (suite, plan.id())
}

async fn rounds(site: &Site, relay: &Relay, count: u32) {
    for _ in 0..count {
        step(relay).await.unwrap();
        site.seal();
    }
}

/// Relays until both legs are committed.
async fn commit(site: &Site, relay: &Relay, task: Hash) {
    for _ in 0..20 {
        rounds(site, relay, 1).await;
        let legs = [&site.zones[0], &site.zones[1]];
        if state(legs[0], task).await == LegState::Committed
            && state(legs[1], task).await == LegState::Committed
        {
            return;
        }
    }
    panic!("it was never committed on both zones at once");
}

async fn are_kept(site: &Site, task: Hash) -> bool {
    let states = [
        state(&site.zones[0], task).await,
        state(&site.zones[1], task).await,
    ];
    states == [LegState::Kept; 2]
}

#[tokio::test]
async fn a_lost_journal_is_read_again_from_the_zones() {
    let (suite, task) = swapped();
    let site = Site::new(&suite);
    commit(&site, &site.fresh_relay().await, task).await;
    rounds(&site, &site.fresh_relay().await, 3).await;
    assert!(are_kept(&site, task).await);
}

#[tokio::test]
async fn what_a_lock_says_of_itself_is_asked_again_when_it_changes() {
    let (suite, _) = swapped();
    let site = Site::new(&suite);
    let relay = site.fresh_relay().await;
    read(&relay).await.unwrap();
    let zone = &site.zones[0];
    let fresh = |ledger: &Ledger| {
        let served = ledger.knowledge().served(zone.chain.zone());
        served.unwrap().fresh
    };
    assert_eq!(fresh(&*relay.ledger().lock().await), suite.config.fresh);
    {
        let mut node = site.nodes[0].zone.zone();
        let owner = node.account("owner").unwrap();
        let side = &suite.sides[0];
        let config: ConfigResponse = node.query(&side.lock, &QueryMsg::Config {}).unwrap();
        let parameters = config.parameters;
        let settings = Settings {
            fresh: Seconds(1_234),
            ..Settings::new(parameters.fee, parameters.fee_denom, parameters.treasury)
        };
        let message = ExecuteMsg::SetParameters { settings };
        node.execute(&owner, &side.lock, &message, &[]).unwrap();
    }
    site.seal();
    read(&relay).await.unwrap();
    assert_eq!(fresh(&*relay.ledger().lock().await), Seconds(1_234));
}

#[tokio::test]
async fn blocks_that_a_node_has_pruned_are_made_up_for_by_what_the_contracts_say() {
    let (suite, task) = swapped();
    let site = Site::new(&suite);
    let asleep = site.fresh_relay().await;
    read(&asleep).await.unwrap();
    // Another relayer commits the task meanwhile, and the blocks that tell of it are gone.
    commit(&site, &site.fresh_relay().await, task).await;
    for _ in 0..10 {
        site.seal();
    }
    for node in &site.nodes {
        let sealed = node.zone.zone().sealed();
        node.earliest.store(sealed.0 - 1, Ordering::Relaxed);
    }
    // An answer that there is no block may be an error that passes: it is asked again before that is believed.
    for zone in asleep.zones() {
        for _ in 0..2 {
            let error = watch::catch_up(&asleep, zone).await.unwrap_err();
            assert!(error.to_string().contains("pruned"), "{error}");
        }
        watch::catch_up(&asleep, zone).await.unwrap();
    }
    rounds(&site, &asleep, 3).await;
    assert!(are_kept(&site, task).await);

    // One that never read of it says so, and goes on with the rest.
    let (suite, task) = swapped();
    let site = Site::new(&suite);
    site.seal();
    for node in &site.nodes {
        let sealed = node.zone.zone().sealed();
        node.earliest.store(sealed.0, Ordering::Relaxed);
    }
    let newcomer = site.fresh_relay().await;
    for zone in newcomer.zones() {
        for _ in 0..3 {
            let _ = watch::catch_up(&newcomer, zone).await;
        }
    }
    rounds(&site, &newcomer, 2).await;
    let ledger = newcomer.ledger().lock().await;
    for zone in &site.zones {
        let unknown = ledger.knowledge().unknown_tasks(zone.chain.zone());
        assert_eq!(unknown.collect::<Vec<_>>(), [&task]);
    }
}
