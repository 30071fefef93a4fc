//! Other nodes of a zone: believed where a header is signed, and else not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use std::sync::{
    atomic::{AtomicU32, Ordering},
    Arc,
};

use support::*;
use tessera::{
    chain::{embedded::Embedded, Chain, ChainError},
    relay::Relay,
    watch::Witness,
};
use tessera_contract_api::chain_view::{ExecuteMsg, QueryMsg, ViewResponse};
use tessera_planner::Alarm;
use tessera_primitives::{Height, ZoneStatus};
use tessera_testing::{suite::Suite, Zone};
use tessera_view::state::Block;

/// Two zones with some blocks, of which the second is compared with these nodes.
async fn compared(witnesses: &[Arc<Node>]) -> (Site, Relay, Vec<Arc<Witness>>) {
    let site = Site::new(&two_zones());
    let mut zones = site.zones.clone();
    let witnesses: Vec<_> = witnesses
        .iter()
        .map(|node| Arc::new(Witness::connected(node.clone())))
        .collect();
    zones[1].witnesses = witnesses.clone();
    let site = Site { zones, ..site };
    let relay = site.fresh_relay().await;
    (site, relay, witnesses)
}

fn two_zones() -> Suite {
    let mut suite = Suite::new(2).unwrap();
    suite.tick(20).unwrap();
    suite
}

/// A node of the second zone that follows another history from this height on, as far as the first one goes.
fn twin(fork: u64) -> Arc<Node> {
    let zone = two_zones().sides[1].zone.clone();
    let mut twin: Zone = zone.fork_at(Height(fork)).unwrap();
    twin.produce_to(zone.height()).unwrap();
    node(twin)
}

fn same() -> Arc<Node> {
    node(two_zones().sides[1].zone.clone())
}

fn node(zone: Zone) -> Arc<Node> {
    let account = zone.account("relayer").unwrap();
    Node::new(Embedded::new(zone, account).unwrap())
}

async fn conflicts(relay: &Relay) -> Vec<u64> {
    let of = relay.zones().nth(1).unwrap().chain.zone().clone();
    let ledger = relay.ledger().lock().await;
    ledger.knowledge().conflicts(&of).map(|at| at.0).collect()
}

async fn view(relay: &Relay) -> ViewResponse {
    let zones: Vec<_> = relay.zones().collect();
    let zone = zones[1].chain.zone().clone();
    let question = serde_json::to_vec(&QueryMsg::View { zone }).unwrap();
    let answer = zones[0].chain.query(&zones[0].view, &question).await;
    serde_json::from_slice(&answer.unwrap()).unwrap()
}

#[tokio::test]
async fn an_unsigned_header_says_something_of_its_node_alone() {
    let liar = same();
    liar.forged_from.store(15, Ordering::Relaxed);
    let (site, relay, witnesses) = compared(std::slice::from_ref(&liar)).await;
    step(&relay).await.unwrap();
    assert_eq!(witnesses[0].faults().await, 1);
    assert!(conflicts(&relay).await.is_empty());
    // It is asked less often from then on.
    for _ in 0..2 {
        step(&relay).await.unwrap();
        assert_eq!(witnesses[0].faults().await, 1);
    }
    step(&relay).await.unwrap();
    assert_eq!(witnesses[0].faults().await, 2);
    // An honest one is not drowned out.
    drop((site, relay));
    let (_site, relay, _) = compared(&[liar, twin(18)]).await;
    read(&relay).await.unwrap();
    assert_eq!(conflicts(&relay).await, [18]);
    step(&relay).await.unwrap();
    assert_eq!(view(&relay).await.status, ZoneStatus::Forked);
}

#[tokio::test]
async fn a_fork_is_found_where_it_began_and_proven_exactly() {
    let (site, relay, witnesses) = compared(&[twin(12)]).await;
    assert_eq!(witnesses[0].parted().await, None);
    step(&relay).await.unwrap();
    assert_eq!(witnesses[0].parted().await, Some(Height(12)));
    let found = view(&relay).await;
    let bound = found.fork.unwrap().bound;
    assert_eq!(bound.height, Height(12));
    let own = &site.nodes[1];
    assert_eq!(
        bound.parent,
        Some(own.block(Height(11)).await.unwrap().hash)
    );
    site.seal();
    read(&relay).await.unwrap();
    // Told to every view of the zone, its own among them, it is forgotten.
    step(&relay).await.unwrap();
    site.seal();
    read(&relay).await.unwrap();
    assert!(conflicts(&relay).await.is_empty());
    let ledger = relay.ledger().lock().await;
    assert_eq!(ledger.knowledge().alarms().count(), 0);
}

#[tokio::test]
async fn a_second_fork_is_told_of_the_branch_that_was_admitted_after_the_first() {
    let (site, mut relay, _) = compared(&[twin(12)]).await;
    step(&relay).await.unwrap();
    for _ in 0..3 {
        site.seal();
        read(&relay).await.unwrap();
    }
    {
        let forked = site.nodes[1].zone.zone();
        let header = forked.first_header(forked.sealed()).unwrap();
        let zone = forked.id().clone();
        let mut reader = site.nodes[0].zone.zone();
        let owner = reader.account("owner").unwrap();
        let contract = two_zones().sides[0].view.clone();
        let height = Height(11);
        let hash = forked.block(height).unwrap().hash;
        let parent = Some(Block { height, hash });
        let admit = ExecuteMsg::AdmitBranch {
            zone,
            header,
            parent,
        };
        reader.execute(&owner, &contract, &admit, &[]).unwrap();
    }
    let admitted = view(&relay).await.admitted;
    site.seal();
    let mut second = site.nodes[1].zone.zone().fork().unwrap();
    site.seal();
    second
        .produce_to(site.nodes[1].zone.zone().height())
        .unwrap();
    let id = site.zones[1].chain.zone();
    relay.add_witness(id, node(second));
    step(&relay).await.unwrap();
    let found = view(&relay).await;
    assert_eq!((found.branch, found.status), (1, ZoneStatus::Forked));
    assert_eq!(found.fork.unwrap().height(), Height(12));
    let bound = found.branch_fork.unwrap().bound;
    assert_eq!(
        (bound.height, bound.parent.is_some()),
        (Height(admitted.0 + 2), true)
    );
}

#[tokio::test]
async fn only_heights_that_both_nodes_have_are_compared() {
    let pruned = twin(12);
    pruned.earliest.store(16, Ordering::Relaxed);
    let (site, relay, _) = compared(&[pruned]).await;
    read(&relay).await.unwrap();
    assert_eq!(conflicts(&relay).await, [16]);
    step(&relay).await.unwrap();
    assert_eq!(view(&relay).await.status, ZoneStatus::Forked);
    // A node that has nothing in common with ours is no reason to stop.
    drop((site, relay));
    let empty = twin(12);
    empty.earliest.store(1_000, Ordering::Relaxed);
    let (_site, relay, _) = compared(&[empty]).await;
    step(&relay).await.unwrap();
    assert!(conflicts(&relay).await.is_empty());
}

#[tokio::test]
async fn a_witness_that_is_down_keeps_nothing_from_being_done() {
    let site = Site::new(&two_zones());
    let mut zones = site.zones.clone();
    let tries = Arc::new(AtomicU32::new(0));
    let (counted, id) = (tries.clone(), zones[1].chain.zone().clone());
    let down = Witness::new(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        let zone = id.clone();
        Box::pin(async move {
            Err(ChainError::Unreachable {
                zone,
                endpoint: "nowhere".into(),
                reason: "connection refused".into(),
            })
        })
    });
    let twin: Arc<dyn Chain> = twin(18);
    zones[1].witnesses = vec![Arc::new(down), Arc::new(Witness::connected(twin))];
    let site = Site { zones, ..site };
    let relay = site.fresh_relay().await;
    step(&relay).await.unwrap();
    // Once for the comparison, and once for the report to each of two views.
    assert_eq!(tries.load(Ordering::Relaxed), 3);
    assert_eq!(view(&relay).await.status, ZoneStatus::Forked);
}

#[tokio::test]
async fn our_own_node_is_not_believed_either() {
    let (site, relay, _) = compared(&[same()]).await;
    site.nodes[1].forged_from.store(15, Ordering::Relaxed);
    let error = read(&relay).await.unwrap_err().to_string();
    assert!(
        error.contains("our own node's header 15 is not signed"),
        "{error}"
    );
    assert!(conflicts(&relay).await.is_empty());
}

#[tokio::test]
async fn an_invented_parent_is_an_alarm() {
    let (site, relay, _) = compared(&[twin(12)]).await;
    step(&relay).await.unwrap();
    site.seal();
    // Our node is reset to a history that leaves the reported one lower.
    let lower = {
        let zone = two_zones().sides[1].zone.fork_at(Height(6)).unwrap();
        let mut zone = zone;
        zone.produce_to(Height(40)).unwrap();
        zone
    };
    *site.nodes[1].zone.zone() = lower;
    read(&relay).await.unwrap();
    let ledger = relay.ledger().lock().await;
    let invented = |alarm: &Alarm| matches!(alarm, Alarm::InventedParent { height, .. } if *height == Height(11));
    let alarms: Vec<_> = ledger.knowledge().alarms().collect();
    assert!(alarms.iter().any(|alarm| invented(alarm)), "{alarms:?}");
}
