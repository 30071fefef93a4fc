use std::{future::Future, net::SocketAddr, pin::Pin, sync::Arc};

use axum::{
    extract::State as Shared,
    http::{header, StatusCode},
    response::{Html, IntoResponse, Response},
    routing::get,
    Json, Router,
};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{page, Health, Lateness};
use crate::relay::Relay;

/// Where is listened; nowhere where none is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listen {
    /// `/`, `/health`, `/ready`, `/version`, `/state`: `[rest]` of the configuration.
    pub rest: Option<SocketAddr>,
    /// `/metrics`: `[telemetry]` of the configuration.
    pub telemetry: Option<SocketAddr>,
}

/// Why nobody can look at the relayer.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("[{table}] cannot listen on {address}: {source}. Give it another port, or disable it")]
    Listen {
        /// The table of the configuration.
        table: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
}

/// A server that listens already, and serves while this is awaited.
type Server = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Servers that listen, and answer once they are run.
pub struct Serving {
    /// Where the one of `[rest]` listens.
    pub rest: Option<SocketAddr>,
    /// Where the one of `[telemetry]` listens.
    pub telemetry: Option<SocketAddr>,
    servers: Vec<Server>,
}

impl Serving {
    /// Answers until it is cancelled.
    pub async fn run(self) {
        let mut running: tokio::task::JoinSet<()> = self.servers.into_iter().collect();
        while running.join_next().await.is_some() {}
    }
}

/// Listens: so a port that is taken is known before anything is relayed.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(
    relay: &Arc<Relay>,
    listen: Listen,
    cancel: &CancellationToken,
) -> Result<Serving, ServeError> {
    let rest = Router::new()
        .route("/", get(page))
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/version", get(version))
        .route("/state", get(state))
        .with_state(relay.clone());
    let telemetry = Router::new()
        .route("/metrics", get(metrics))
        .with_state(relay.clone());
    let mut serving = Serving {
        rest: None,
        telemetry: None,
        servers: Vec::new(),
    };
    if let Some(address) = listen.rest {
        serving.rest = Some(serving.add("rest", address, rest, cancel).await?);
    }
    if let Some(address) = listen.telemetry {
        let bound = serving.add("telemetry", address, telemetry, cancel).await?;
        serving.telemetry = Some(bound);
    }
    Ok(serving)
}

impl Serving {
    async fn add(
        &mut self,
        table: &'static str,
        address: SocketAddr,
        router: Router,
        cancel: &CancellationToken,
    ) -> Result<SocketAddr, ServeError> {
        let failed = |source| ServeError::Listen {
            table,
            address,
            source,
        };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        tracing::info!(table, address = %bound, "listening");
        let ended = cancel.clone().cancelled_owned();
        self.servers.push(Box::pin(async move {
            let served = axum::serve(listener, router).with_graceful_shutdown(ended);
            if let Err(error) = served.await {
                tracing::error!(table, %error, "no longer listening");
            }
        }));
        Ok(bound)
    }
}

async fn page(Shared(relay): Shared<Arc<Relay>>) -> Html<String> {
    let state = relay.state().await;
    let health = Health::of(&state, Lateness::default());
    Html(page::render(&state, &health))
}

/// It answers, so it lives: whether it keeps up is what `/ready` is for.
async fn health() -> Json<serde_json::Value> {
    Json(json!({ "status": "alive" }))
}

async fn ready(Shared(relay): Shared<Arc<Relay>>) -> (StatusCode, Json<Health>) {
    let health = Health::of(&relay.state().await, Lateness::default());
    let code = if health.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (code, Json(health))
}

async fn version() -> Json<serde_json::Value> {
    Json(json!({ "name": "tessera", "version": env!("CARGO_PKG_VERSION") }))
}

async fn state(Shared(relay): Shared<Arc<Relay>>) -> Json<super::State> {
    Json(relay.state().await)
}

async fn metrics(Shared(relay): Shared<Arc<Relay>>) -> Response {
    const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let state = relay.state().await;
    match relay.activity().metrics().text(&state) {
        Ok(text) => ([(header::CONTENT_TYPE, TEXT)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
