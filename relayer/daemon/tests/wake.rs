//! A websocket wakes whoever pulls blocks, each time it says that there is one, and after it was away.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{sync::Arc, time::Duration};

use async_tungstenite::{
    tokio::{accept_async, TokioAdapter},
    tungstenite::Message,
    WebSocketStream,
};
use futures::{SinkExt, StreamExt};
use serde_json::{json, Value};
use tessera::watch::{listen, takes_subscriptions};
use tessera_primitives::ZoneId;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use tokio_util::sync::CancellationToken;

/// Answers one subscription and says so often that there is a block; it goes away without a word when it is dropped.
async fn say(stream: TcpStream, blocks: usize) -> WebSocketStream<TokioAdapter<TcpStream>> {
    let mut socket = accept_async(stream).await.unwrap();
    let asked = socket.next().await.unwrap().unwrap().into_text().unwrap();
    let asked: Value = serde_json::from_str(&asked).unwrap();
    assert_eq!(asked["params"]["query"], "tm.event = 'NewBlock'");
    let answer = |result: Value| {
        let answer = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result });
        Message::Text(answer.to_string())
    };
    socket.send(answer(json!({}))).await.unwrap();
    let block = json!({
        "query": asked["params"]["query"],
        "data": {
            "type": "tendermint/event/NewBlock",
            "value": {
                "block": null,
                "block_id": { "hash": "", "parts": { "total": 0, "hash": "" } },
                "result_finalize_block": null,
            },
        },
        "events": {},
    });
    for _ in 0..blocks {
        socket.send(answer(block.clone())).await.unwrap();
    }
    socket
}

#[tokio::test]
async fn every_word_of_a_websocket_wakes_and_its_end_ends_nothing() {
    let node = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/websocket", node.local_addr().unwrap());
    let woken = Arc::new(Notify::new());
    let cancel = CancellationToken::new();
    let zone = ZoneId::new("tessera-a").unwrap();
    let listening = tokio::spawn(listen(
        zone,
        url.parse().unwrap(),
        woken.clone(),
        cancel.clone(),
    ));
    // One that closes the door, one that speaks, one that speaks after it was away.
    drop(node.accept().await.unwrap());
    for blocks in [2, 1] {
        let (stream, _) = node.accept().await.unwrap();
        let socket = say(stream, blocks).await;
        woken.notified().await;
        drop(socket);
    }
    cancel.cancel();
    listening.await.unwrap();
}

#[tokio::test]
async fn a_health_check_hears_whether_a_websocket_serves() {
    let node = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/websocket", node.local_addr().unwrap());
    let url = url.parse().unwrap();
    let probe = async |patience| {
        let patience = Duration::from_millis(patience);
        takes_subscriptions(&url, patience).await
    };
    // One that closes the door, one that serves, one that says nothing.
    let shut = async { drop(node.accept().await.unwrap()) };
    let (probed, ()) = tokio::join!(probe(5_000), shut);
    assert_eq!(probed, Err("no websocket answers there"));
    let serve = async { say(node.accept().await.unwrap().0, 0).await };
    let (probed, _socket) = tokio::join!(probe(5_000), serve);
    assert_eq!(probed, Ok(()));
    assert_eq!(probe(50).await, Err("it does not answer in time"));
}
