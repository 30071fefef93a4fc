//! What a start needs.

use tessera::chain::{wasmd::Wasmd, Chain, ChainError};

use super::{bad_node::Spoilt, Recorded};

#[tokio::test]
async fn one_node_that_is_down_keeps_nobody_from_starting() {
    let recorded = Recorded::load();
    let (down, good) = (recorded.node().await, recorded.node().await);
    down.spoil(Spoilt::Refusing);
    let chain = Wasmd::connect(recorded.settings(&[&down, &good]), None).await;
    assert_eq!(chain.unwrap().tip().await.unwrap(), recorded.tip);
}

#[tokio::test]
async fn all_nodes_down_are_all_named() {
    let recorded = Recorded::load();
    let nodes = [recorded.node().await, recorded.node().await];
    for node in &nodes {
        node.spoil(Spoilt::Garbage);
    }
    let settings = recorded.settings(&[&nodes[0], &nodes[1]]);
    let refused = Wasmd::connect(settings, None).await.err().unwrap();
    assert!(
        matches!(refused, ChainError::Unreachable { .. }),
        "{refused}"
    );
    for node in &nodes {
        assert!(refused.to_string().contains(&node.url), "{refused}");
    }
}

#[tokio::test]
async fn any_node_of_another_chain_is_refused_by_name() {
    let recorded = Recorded::load();
    let (good, wrong) = (recorded.node().await, recorded.node().await);
    wrong.spoil(Spoilt::WrongChain);
    let settings = recorded.settings(&[&good, &wrong]);
    let refused = Wasmd::connect(settings, None).await.err().unwrap();
    let expected = ChainError::WrongChain {
        endpoint: wrong.url.clone(),
        expected: recorded.zone.clone(),
        actual: "elsewhere-1".into(),
    };
    assert_eq!(refused, expected);
}

#[tokio::test]
async fn addresses_that_are_none_are_refused() {
    let recorded = Recorded::load();
    for address in ["", "localhost", "ftp://localhost:21", "http://"] {
        let mut settings = recorded.settings(&[]);
        settings.endpoints = vec![address.into()];
        let refused = Wasmd::open(settings).err().unwrap();
        assert!(
            matches!(refused, ChainError::Unreachable { .. }),
            "{address}: {refused}"
        );
    }
}
