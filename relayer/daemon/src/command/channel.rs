//! `tessera channel`

use anyhow::Context as _;
use clap::Subcommand;

use super::{Context, Outcome};
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
    let mut config = context.config()?;
    for chain in [&a_chain, &b_chain] {
        config.chain(chain)?;
    }
    config
        .chains
        .retain(|chain| [&a_chain, &b_chain].contains(&&chain.id.to_string()));
    let keys = packets::keys(&config, &context.keys())?;
    let hermes = packets::hermes_config(&config)?;
    let route = Route {
        a_chain: a_chain.parse().context("--a-chain")?,
        b_chain: b_chain.parse().context("--b-chain")?,
        a_port: a_port.parse().context("--a-port")?,
        b_port: b_port.parse().context("--b-port")?,
        ordered,
        version: channel_version,
    };
    let opened = tokio::task::spawn_blocking(move || packets::open(hermes, keys, &route)).await??;
    let end = |end: &packets::End| format!("{} {}/{}", end.chain, end.port, end.channel);
    Outcome::new(
        format!("open: {} <-> {}", end(&opened.a), end(&opened.b)),
        &opened,
    )
}
