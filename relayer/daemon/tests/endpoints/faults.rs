//! Each way of being bad is told apart and worked around, and who is well again is asked again.

use std::time::{Duration, Instant};

use tessera::chain::{wasmd::Fault, Chain, ChainError};
use tessera_primitives::Height;

use super::{bad_node::Spoilt, record::ask_everything, Recorded};

/// Whether a fault is the one that a bad node was made for.
type Is = fn(&Fault) -> bool;

#[tokio::test]
async fn another_node_answers_and_the_cause_is_known() {
    let rows: [(Spoilt, Is); 9] = [
        (Spoilt::Refusing, |f| matches!(f, Fault::Unreachable(_))),
        (Spoilt::Slow(Duration::from_secs(2)), |f| {
            matches!(f, Fault::Slow(_))
        }),
        (Spoilt::Cut, |f| matches!(f, Fault::Unreachable(_))),
        (Spoilt::Garbage, |f| matches!(f, Fault::Garbled(_))),
        (Spoilt::Endless, |f| matches!(f, Fault::TooLarge { .. })),
        (Spoilt::WrongChain, |f| {
            *f == Fault::WrongChain("elsewhere-1".into())
        }),
        (Spoilt::Shifted, |f| matches!(f, Fault::Garbled(_))),
        (Spoilt::Forging, |f| matches!(f, Fault::Forged(_))),
        (Spoilt::Limiting(30), |f| {
            *f == Fault::Limited {
                after: Some(Duration::from_secs(30)),
            }
        }),
    ];
    let recorded = Recorded::load();
    for (spoilt, is) in rows {
        let (bad, good) = (recorded.node().await, recorded.node().await);
        bad.spoil(spoilt);
        let chain = recorded.open(&[&bad, &good]);
        assert_eq!(chain.tip().await.unwrap(), recorded.tip, "{spoilt:?}");
        ask_everything(&chain, &recorded, recorded.height()).await;
        let fault = chain.services()[0].fault.clone();
        assert!(fault.as_ref().is_some_and(is), "{spoilt:?}: {fault:?}");
        assert_eq!(chain.services()[1].fault, None, "{spoilt:?}");
    }
}

#[tokio::test]
async fn a_node_that_is_well_again_is_asked_again() {
    let recorded = Recorded::load();
    let (bad, good) = (recorded.node().await, recorded.node().await);
    let chain = recorded.open(&[&bad, &good]);
    bad.spoil(Spoilt::Garbage);
    chain.tip().await.unwrap();
    assert!(!chain.services()[0].serves);
    bad.spoil(Spoilt::Sound);
    assert!(chain.probe().await[0].serves);
    good.spoil(Spoilt::Refusing);
    assert_eq!(chain.tip().await.unwrap(), recorded.tip);
}

#[tokio::test]
async fn it_comes_back_without_being_asked_to() {
    let recorded = Recorded::load();
    let (bad, good) = (recorded.node().await, recorded.node().await);
    let chain = recorded.open(&[&bad, &good]);
    bad.spoil(Spoilt::Slow(Duration::from_secs(2)));
    chain.tip().await.unwrap();
    bad.spoil(Spoilt::Sound);
    let began = Instant::now();
    while !chain.services()[0].serves {
        assert!(began.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(200)).await;
        chain.tip().await.unwrap();
    }
}

#[tokio::test]
async fn who_limits_requests_is_left_in_peace_for_as_long_as_it_says() {
    let recorded = Recorded::load();
    let only = recorded.node().await;
    let chain = recorded.open(&[&only]);
    chain.tip().await.unwrap();
    only.spoil(Spoilt::Limiting(1));
    chain.tip().await.unwrap_err();
    only.asked();
    for _ in 0..20 {
        let refused = chain.tip().await.unwrap_err();
        assert!(refused.to_string().contains("429"), "{refused}");
    }
    assert_eq!(only.asked(), Vec::<String>::new());
    only.spoil(Spoilt::Sound);
    tokio::time::sleep(Duration::from_millis(1_400)).await;
    assert_eq!(chain.tip().await.unwrap(), recorded.tip);
}

/// The library that makes a set of them would panic.
#[tokio::test]
async fn validators_mightier_than_there_can_be_are_garbage() {
    let recorded = Recorded::load();
    let (bad, good) = (recorded.node().await, recorded.node().await);
    bad.spoil(Spoilt::Mighty);
    let refused = recorded.open(&[&bad]).header(recorded.height()).await;
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.contains("more power than there can be"),
        "{refused}"
    );
    let chain = recorded.open(&[&bad, &good]);
    chain.header(recorded.height()).await.unwrap();
    assert!(matches!(chain.services()[0].fault, Some(Fault::Garbled(_))));
}

#[tokio::test]
async fn who_is_behind_the_others_is_not_read_from() {
    let recorded = Recorded::load();
    let (stale, good) = (recorded.node().await, recorded.node().await);
    stale.spoil(Spoilt::Stale(11));
    let chain = recorded.open(&[&stale, &good]);
    let services = chain.probe().await;
    assert_eq!(services[0].fault, Some(Fault::Stale { behind: 11 }));
    assert_eq!(chain.tip().await.unwrap(), recorded.tip);
    // Some blocks are no fault.
    stale.spoil(Spoilt::Stale(10));
    assert!(chain.probe().await[0].serves);
}

#[tokio::test]
async fn nobody_is_behind_a_node_that_only_says_that_it_is_ahead() {
    let recorded = Recorded::load();
    let (boasting, good) = (recorded.node().await, recorded.node().await);
    boasting.spoil(Spoilt::Boasting(1_000_000));
    let chain = recorded.open(&[&boasting, &good]);
    let services = chain.probe().await;
    assert!(matches!(services[0].fault, Some(Fault::Boasting { .. })));
    assert!(services[1].serves);
    assert_eq!(chain.tip().await.unwrap(), recorded.tip);
}

#[tokio::test]
async fn a_height_that_is_not_shown_is_not_believed_of_the_only_node() {
    let recorded = Recorded::load();
    let only = recorded.node().await;
    only.spoil(Spoilt::Boasting(1_000_000));
    let chain = recorded.open(&[&only]);
    chain.tip().await.unwrap_err();
    assert!(matches!(
        chain.services()[0].fault,
        Some(Fault::Boasting { .. })
    ));
    // One that is a block ahead of what it shows has several nodes behind one address.
    only.spoil(Spoilt::Boasting(1));
    assert_eq!(chain.tip().await.unwrap(), recorded.tip);
}

#[tokio::test]
async fn a_height_that_goes_back_is_a_lie_at_first_and_then_the_truth() {
    let recorded = Recorded::load();
    let only = recorded.node().await;
    let chain = recorded.open(&[&only]);
    chain.probe().await;
    chain.tip().await.unwrap();
    only.spoil(Spoilt::Stale(11));
    let fault = chain.probe().await[0].fault.clone();
    let (from, to) = (recorded.tip, Height(recorded.tip.0 - 11));
    assert_eq!(fault, Some(Fault::WentBack { from, to }));
    // The only node there is goes on being asked.
    assert_eq!(chain.tip().await.unwrap(), to);
}

#[tokio::test]
async fn old_blocks_are_read_where_they_are_kept() {
    let recorded = Recorded::load();
    let (pruned, archive) = (recorded.node().await, recorded.node().await);
    pruned.spoil(Spoilt::Pruned(recorded.tip.0 - 1));
    let chain = recorded.open(&[&pruned, &archive]);
    chain.tip().await.unwrap();
    ask_everything(&chain, &recorded, recorded.height()).await;
    assert_eq!(chain.services()[0].fault, None, "pruning is no fault");
    pruned.asked();
    archive.spoil(Spoilt::Refusing);
    let missing = chain.block(recorded.height()).await.unwrap_err();
    assert!(matches!(missing, ChainError::Missing { .. }), "{missing}");
}

#[tokio::test]
async fn an_endless_answer_ends_soon() {
    let recorded = Recorded::load();
    let only = recorded.node().await;
    let chain = recorded.open(&[&only]);
    chain.tip().await.unwrap();
    only.spoil(Spoilt::Endless);
    let began = Instant::now();
    let refused = chain.tip().await.unwrap_err();
    assert!(
        refused.to_string().contains("more than 4194304 bytes"),
        "{refused}"
    );
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_transaction_is_absent_only_when_the_node_says_so() {
    let recorded = Recorded::load();
    let (only, long_ago) = (recorded.node().await, Height(recorded.tip.0 - 1));
    let chain = recorded.open(&[&only]);
    let found = chain.outcome(recorded.transaction, long_ago).await.unwrap();
    assert_eq!(found.included.hash, recorded.transaction);
    // Its timeout height is over, and still nothing is believed of a node that is broken.
    only.spoil(Spoilt::Garbage);
    let asked = chain.outcome(recorded.transaction, long_ago);
    let unknown = tokio::time::timeout(Duration::from_secs(3), asked).await;
    assert!(unknown.is_err(), "it is waited for");
}
