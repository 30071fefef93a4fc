use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::State as Shared,
    http::{header, StatusCode},
    response::{Html, IntoResponse, Response},
    routing::get,
    Json, Router,
};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use serde_json::json;
use tokio::{net::TcpStream, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{page, Health, Lateness};
use crate::relay::Relay;

/// Connections to a port at one time, at most; whoever comes then waits.
const LOOKERS: usize = 64;
/// How long a request may take to arrive.
const SHORT: Duration = Duration::from_secs(5);
/// How long a connection is kept, whatever it is used for.
const LONGEST: Duration = Duration::from_secs(30);
/// How long whoever is being told may take when it is to end.
const FAREWELL: Duration = Duration::from_secs(2);

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

/// Ports that are open, whether or not anybody answers there: who asks meanwhile waits.
pub struct Ports {
    rest: Option<Port>,
    telemetry: Option<Port>,
}

struct Port {
    table: &'static str,
    asked: SocketAddr,
    bound: SocketAddr,
    listener: TcpListener,
}

impl Ports {
    /// Opens what is to be listened on: so a port that is taken is known before anything is relayed. Those that are open
    /// already are kept.
    ///
    /// # Errors
    /// [`ServeError`].
    pub fn open(listen: Listen, open: Option<&Ports>) -> Result<Ports, ServeError> {
        let rest = open.and_then(|ports| ports.rest.as_ref());
        let telemetry = open.and_then(|ports| ports.telemetry.as_ref());
        Ok(Ports {
            rest: Port::open("rest", listen.rest, rest)?,
            telemetry: Port::open("telemetry", listen.telemetry, telemetry)?,
        })
    }

    /// Where `[rest]` listens.
    pub fn rest(&self) -> Option<SocketAddr> {
        self.rest.as_ref().map(|port| port.bound)
    }

    /// Where `[telemetry]` listens.
    pub fn telemetry(&self) -> Option<SocketAddr> {
        self.telemetry.as_ref().map(|port| port.bound)
    }
}

impl Port {
    fn open(
        table: &'static str,
        asked: Option<SocketAddr>,
        open: Option<&Port>,
    ) -> Result<Option<Port>, ServeError> {
        let Some(address) = asked else {
            return Ok(None);
        };
        let open = || {
            let listener = match open.filter(|port| port.asked == address) {
                Some(port) => port.listener.try_clone()?,
                None => TcpListener::bind(address)?,
            };
            listener.set_nonblocking(true)?;
            let bound = listener.local_addr()?;
            Ok((listener, bound))
        };
        let (listener, bound) = open().map_err(|source| ServeError::Listen {
            table,
            address,
            source,
        })?;
        Ok(Some(Port {
            table,
            asked: address,
            bound,
            listener,
        }))
    }
}

/// Answers whoever asks about a relayer until it is cancelled.
pub async fn serve(relay: Arc<Relay>, ports: &Ports, cancel: CancellationToken) {
    let rest = Router::new()
        .route("/", get(page))
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/version", get(version))
        .route("/state", get(state))
        .with_state(relay.clone());
    let telemetry = Router::new()
        .route("/metrics", get(metrics))
        .with_state(relay);
    tokio::join!(
        answer(ports.rest.as_ref(), rest, cancel.clone()),
        answer(ports.telemetry.as_ref(), telemetry, cancel)
    );
}

/// Answers until it is cancelled, and then those who are being told.
async fn answer(port: Option<&Port>, router: Router, cancel: CancellationToken) {
    let Some(port) = port else {
        return;
    };
    let table = port.table;
    let listener = port.listener.try_clone();
    let listener = match listener.and_then(tokio::net::TcpListener::from_std) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(table, %error, "nobody is answered there");
            return;
        }
    };
    tracing::info!(table, address = %port.bound, "listening");
    let mut looking = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept(), if looking.len() < LOOKERS => accepted,
            Some(_ended) = looking.join_next() => continue,
            () = cancel.cancelled() => break,
        };
        match accepted {
            Ok((stream, _)) => _ = looking.spawn(tell(stream, router.clone(), cancel.clone())),
            Err(error) => {
                tracing::warn!(table, %error, "somebody was not answered");
                tokio::time::sleep(FAREWELL).await;
            }
        }
    }
    while looking.join_next().await.is_some() {}
}

/// Answers one connection. Nobody keeps it open for long, be it by half a request or by reading nothing.
async fn tell(stream: TcpStream, router: Router, cancel: CancellationToken) {
    let (io, service) = (TokioIo::new(stream), TowerToHyperService::new(router));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(SHORT);
    let telling = http.serve_connection(io, service);
    tokio::pin!(telling);
    tokio::select! {
        _ended = &mut telling => return,
        () = tokio::time::sleep(LONGEST) => {}
        () = cancel.cancelled() => {}
    }
    telling.as_mut().graceful_shutdown();
    let _cut_short = tokio::time::timeout(FAREWELL, telling).await;
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
