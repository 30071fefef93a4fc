//! One node of a zone: what it is asked, within which limits, and how its answers are checked before anybody uses them.

mod query;
mod read;

use std::{
    collections::BTreeMap,
    sync::{atomic::AtomicU64, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use reqwest::{header::RETRY_AFTER, redirect, Client, StatusCode, Url};
use tendermint_rpc::{dialect::v0_38::Dialect, error::ErrorDetail, Response as _, SimpleRequest};
use tessera_primitives::{Hash, Height, ZoneId};

use super::{
    fault::{excerpt, Fault, Trouble},
    health::Status,
};

pub(super) use query::Objection;

/// Greatest answers, in bytes. A block's results are the largest: CometBFT refuses blocks above 100 MiB, chains above
/// some MiB, and a node must not fill our memory.
const MAX_RESULTS: usize = 64 << 20;
/// A block's transactions in base64.
const MAX_BLOCK: usize = 32 << 20;
/// Headers with 200 signatures, 100 validators, contracts' answers, proofs.
const MAX_ANSWER: usize = 4 << 20;

/// What is kept of the headers whose states were proven last.
const ROOTS: usize = 32;

/// A node.
pub(super) struct Node {
    /// `scheme://host:port`.
    pub(super) name: String,
    zone: ZoneId,
    url: Url,
    client: Client,
    timeout: Duration,
    /// App hashes of this node's own headers, by height.
    roots: Mutex<BTreeMap<Height, Hash>>,
    /// The highest header that it has shown.
    shown: AtomicU64,
}

/// An endpoint as it may be shown: paths, queries and user names of hosted nodes carry secrets.
pub fn shown(endpoint: &str) -> String {
    match Url::parse(endpoint) {
        Ok(url) => shown_url(&url),
        Err(_) => "(an address that cannot be read)".into(),
    }
}

fn shown_url(url: &Url) -> String {
    let host = url.host_str().unwrap_or("(no host)");
    let port = url.port_or_known_default();
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    format!("{}://{host}{port}", url.scheme())
}

impl Node {
    /// A node at an address; nothing is asked yet.
    ///
    /// # Errors
    /// With what is wrong with the address, which is not quoted.
    pub(super) fn new(zone: &ZoneId, endpoint: &str, timeout: Duration) -> Result<Node, String> {
        let url = Url::parse(endpoint).map_err(|error| format!("it is no URL: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err("http://host:port or https://host:port is expected".into());
        }
        // A redirect would turn the request into another one, to somebody whom nobody configured.
        let client = Client::builder()
            .timeout(timeout)
            .connect_timeout(timeout)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("tessera/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| error.without_url().to_string())?;
        Ok(Node {
            name: shown_url(&url),
            zone: zone.clone(),
            url,
            client,
            timeout,
            roots: Mutex::new(BTreeMap::new()),
            shown: AtomicU64::new(0),
        })
    }

    /// Asks, within the limits of time and size.
    async fn ask<R>(
        &self,
        what: &'static str,
        limit: usize,
        request: R,
    ) -> Result<R::Output, Trouble>
    where
        R: SimpleRequest<Dialect>,
    {
        let sent = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .body(request.into_json())
            .send()
            .await;
        let mut answer = sent.map_err(|error| self.broken(error))?;
        let status = answer.status();
        if status == StatusCode::TOO_MANY_REQUESTS {
            let after = answer.headers().get(RETRY_AFTER);
            let after = after.and_then(|text| text.to_str().ok()?.trim().parse().ok());
            let after = after.map(Duration::from_secs);
            return Err(Fault::Limited { after }.into());
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| self.broken(error))? {
            if body.len().saturating_add(part.len()) > limit {
                return Err(Fault::TooLarge { what, limit }.into());
            }
            body.extend_from_slice(&part);
        }
        match R::Response::from_string(&body) {
            Ok(answer) if status == StatusCode::OK => Ok(answer.into()),
            Ok(_) => Err(Fault::Status(status.as_u16()).into()),
            Err(error) => Err(match error.detail() {
                ErrorDetail::Response(said) => refusal(&said.source.to_string()),
                _ if status != StatusCode::OK => Fault::Status(status.as_u16()).into(),
                ErrorDetail::Serde(_) => {
                    Fault::Garbled(format!("{what}: no JSON-RPC of CometBFT")).into()
                }
                other => Fault::Garbled(format!("{what}: {}", excerpt(&other.to_string()))).into(),
            }),
        }
    }

    /// Never with the URL, which may carry a secret.
    fn broken(&self, error: reqwest::Error) -> Trouble {
        if error.is_timeout() {
            return Fault::Slow(self.timeout).into();
        }
        let error = error.without_url();
        let cause = std::error::Error::source(&error);
        let cause = cause.map_or_else(|| error.to_string(), root_cause);
        Fault::Unreachable(excerpt(&cause)).into()
    }

    fn roots(&self) -> MutexGuard<'_, BTreeMap<Height, Hash>> {
        // A panic between two changes leaves a map all the same.
        self.roots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember_root(&self, header: Height, root: Hash) {
        let mut roots = self.roots();
        roots.insert(header, root);
        while roots.len() > ROOTS {
            roots.pop_first();
        }
    }
}

/// A JSON-RPC error: what a node says when it does not have something, save where it is overwhelmed.
fn refusal(said: &str) -> Trouble {
    if said.contains("mempool is full") {
        return Fault::Full.into();
    }
    Trouble::Lacks(excerpt(said))
}

/// What the innermost error says: "error trying to connect" alone helps nobody.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
