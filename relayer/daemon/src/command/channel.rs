//! `tessera channel`

use clap::Subcommand;
use ibc_relayer_types::core::ics24_host::identifier::{ChainId, PortId};

use super::{progress::Progress, Context, Outcome};
use crate::packets::{self, Route};

/// Channels of ordinary IBC.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// Open a channel between two chains, with clients and a connection of its own.
    Open {
        /// One chain's id.
        #[arg(long)]
        a_chain: String,
        /// The other chain's id.
        #[arg(long)]
        b_chain: String,
        /// The port on the one.
        #[arg(long, default_value = "transfer")]
        a_port: String,
        /// The port on the other.
        #[arg(long, default_value = "transfer")]
        b_port: String,
        /// Packets keep their order, and one that times out closes the channel.
        #[arg(long)]
        ordered: bool,
        /// The application's version.
        #[arg(long, value_name = "VERSION", default_value = "ics20-1")]
        channel_version: String,
    },
}

/// Does what is asked with channels.
///
/// # Errors
/// With what the configuration, the keys or the chains say.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let Arguments::Open {
        a_chain,
        b_chain,
        a_port,
        b_port,
        ordered,
        channel_version,
    } = arguments;
    let config = context.config()?;
    for chain in [&a_chain, &b_chain] {
        config.chain(chain)?;
    }
    let route = Route {
        a_chain: ChainId::from_string(&a_chain),
        b_chain: ChainId::from_string(&b_chain),
        a_port: port("--a-port", &a_port)?,
        b_port: port("--b-port", &b_port)?,
        ordered,
        version: channel_version,
    };
    let bar = Progress::new(context, None)?;
    bar.at(0, format!("opening a channel from {a_chain} to {b_chain}"));
    let opened = packets::open(&config, &context.keys(), route).await?;
    drop(bar);
    let end = |end: &packets::End| format!("{} {}/{}", end.chain, end.port, end.channel);
    Outcome::new(
        format!("open: {} <-> {}", end(&opened.a), end(&opened.b)),
        &opened,
    )
}

pub(super) fn port(flag: &str, text: &str) -> anyhow::Result<PortId> {
    let port = text.parse::<PortId>();
    port.map_err(|error| anyhow::anyhow!("{flag}: {}", error.detail()))
}
