use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use tendermint_rpc::{
    client::CompatMode,
    query::{EventType, Query},
    SubscriptionClient, WebSocketClient, WebSocketClientDriver, WebSocketClientUrl,
};
use tessera_primitives::ZoneId;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::chain::wasmd::shown;

/// First pause before a websocket is connected to again; each further one doubles it.
const FIRST: Duration = Duration::from_secs(1);
/// Longest pause.
const LONGEST: Duration = Duration::from_secs(60);

/// Wakes whoever pulls blocks each time that a node says there is a new one. It is news and never a fact: while the
/// websocket is down or silent, blocks are pulled by the clock alone, and what it says is not read.
pub async fn listen(
    zone: ZoneId,
    url: WebSocketClientUrl,
    woken: Arc<Notify>,
    cancel: CancellationToken,
) {
    // Its path may be a secret, and its errors may quote it.
    let endpoint = shown(&url.to_string());
    let mut pause = FIRST;
    loop {
        let heard = tokio::select! {
            heard = hear(&url, &woken) => heard,
            () = cancel.cancelled() => return,
        };
        if heard {
            tracing::info!(%zone, endpoint, "the websocket has ended; blocks are pulled by the clock until it is back");
            pause = FIRST;
        } else if pause == FIRST {
            tracing::warn!(%zone, endpoint, "the websocket of event_source does not serve: blocks are pulled by the clock");
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = cancel.cancelled() => return,
        }
        pause = pause.saturating_mul(2).min(LONGEST);
    }
}

/// Makes sure that a websocket takes the subscription that [`listen`] lives by.
///
/// # Errors
/// With what is wrong, and nothing of its address.
pub async fn takes_subscriptions(
    url: &WebSocketClientUrl,
    patience: Duration,
) -> Result<(), &'static str> {
    let subscribing = async {
        let connected = connect(url).await;
        let (client, driver) = connected.map_err(|_| "no websocket answers there")?;
        let query = Query::from(EventType::NewBlock);
        tokio::select! {
            subscribed = client.subscribe(query) => match subscribed {
                Ok(_) => Ok(()),
                Err(_) => Err("it takes no subscription to new blocks"),
            },
            _ended = driver.run() => Err("it ends before it takes a subscription"),
        }
    };
    let subscribed = tokio::time::timeout(patience, subscribing).await;
    subscribed.unwrap_or(Err("it does not answer in time"))
}

async fn connect(
    url: &WebSocketClientUrl,
) -> Result<(WebSocketClient, WebSocketClientDriver), tendermint_rpc::Error> {
    let connecting = WebSocketClient::builder(url.clone()).compat_mode(CompatMode::V0_38);
    connecting.build().await
}

/// Wakes until the websocket ends; answers whether it ever said anything.
async fn hear(url: &WebSocketClientUrl, woken: &Notify) -> bool {
    let Ok((client, driver)) = connect(url).await else {
        return false;
    };
    let mut heard = false;
    let waking = async {
        let query = Query::from(EventType::NewBlock);
        let Ok(mut blocks) = client.subscribe(query).await else {
            return;
        };
        while let Some(Ok(_)) = blocks.next().await {
            heard = true;
            woken.notify_one();
        }
    };
    // The driver ends with its connection, whatever ended that.
    tokio::select! {
        () = waking => {}
        _ended = driver.run() => {}
    }
    heard
}
