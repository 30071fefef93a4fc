//! `tessera signer`

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{bail, Context as _};
use clap::Args;
use tessera_primitives::{Address, ZoneId};

use super::{start::interrupted, Context, Outcome};
use crate::keys::signer::{serve, Allowed, Service, Tls, EXECUTE};

/// Which keys sign what, and for whom.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The address that is listened at.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3100")]
    listen: SocketAddr,
    /// A key that signs on a chain; may be repeated.
    #[arg(long = "key", value_name = "CHAIN=NAME", required = true)]
    keys: Vec<String>,
    /// A type of messages that is signed; may be repeated.
    #[arg(long = "allow", value_name = "TYPE", default_value = EXECUTE)]
    messages: Vec<String>,
    /// A contract that may be called; may be repeated. Without it every contract may be, and coins be sent to it.
    #[arg(long = "contract", value_name = "ADDRESS")]
    contracts: Vec<Address>,
    /// Greatest fee of a transaction, in base units; any fee without it.
    #[arg(long, value_name = "AMOUNT")]
    max_fee: Option<u128>,
    /// PEM file of the authority that signed the relayers' certificates.
    #[arg(long, value_name = "FILE", requires_all = ["cert", "cert_key"])]
    ca: Option<PathBuf>,
    /// PEM file of the signer's certificate.
    #[arg(long, value_name = "FILE", requires = "ca")]
    cert: Option<PathBuf>,
    /// PEM file of the certificate's key.
    #[arg(long, value_name = "FILE", requires = "ca")]
    cert_key: Option<PathBuf>,
}

/// Signs until interrupted.
///
/// # Errors
/// With what keeps it from listening, or a key that cannot be read.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let ring = context.keys();
    let mut service = Service::new(Allowed {
        messages: arguments.messages.into_iter().collect(),
        contracts: arguments.contracts.into_iter().collect(),
        max_fee: arguments.max_fee,
    });
    for key in &arguments.keys {
        let (chain, name) = key
            .split_once('=')
            .with_context(|| format!("{key:?}: expected <chain id>=<key name>"))?;
        let zone = ZoneId::new(chain)?;
        service.add(&zone, name, ring.load(&zone, name)?)?;
    }
    let tls = match (arguments.ca, arguments.cert, arguments.cert_key) {
        (Some(ca), Some(cert), Some(key)) => Some(Tls { ca, cert, key }),
        (None, None, None) => None,
        _ => bail!("--ca, --cert and --cert-key belong together"),
    };
    let listener = std::net::TcpListener::bind(arguments.listen)
        .with_context(|| arguments.listen.to_string())?;
    let listen = listener.local_addr()?;
    tracing::info!(%listen, keys = arguments.keys.len(), "signing");
    serve(service, listener, tls.as_ref(), interrupted()).await?;
    Outcome::new("stopped", &serde_json::json!({ "listened": listen }))
}
