//! `tessera clear packets`

use clap::Args;
use ibc_relayer::util::seq_range::parse_seq_ranges;
use ibc_relayer_types::core::ics24_host::identifier::ChainId;

use crate::{
    command::{channel::port, progress::Progress, Context, Outcome},
    packets::{self, Pending},
};

/// Which packets, by Hermes' flags.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The chain id of one end of the channel.
    #[arg(long)]
    chain: String,
    /// The end's port.
    #[arg(long, default_value = "transfer")]
    port: String,
    /// The end's channel, as `channel-0`.
    #[arg(long)]
    channel: String,
    /// Only these of the packets that this chain sent, as `1,4..6,9..`; nothing of the other direction then.
    #[arg(long, value_name = "SEQUENCES")]
    packet_sequences: Option<String>,
}

/// Clears packets.
///
/// # Errors
/// With what the configuration, the keys or the chains say.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    config.chain(&arguments.chain)?;
    let channel = arguments.channel.parse();
    let channel = channel.map_err(|error| {
        let error: ibc_relayer_types::core::ics24_host::error::ValidationError = error;
        anyhow::anyhow!("--channel: {}", error.detail())
    })?;
    let sequences = arguments.packet_sequences.as_deref().map(parse_seq_ranges);
    let sequences = sequences.transpose();
    let pending = Pending {
        chain: ChainId::from_string(&arguments.chain),
        port: port("--port", &arguments.port)?,
        channel,
        sequences: sequences
            .map_err(|error| anyhow::anyhow!("--packet-sequences: {error}"))?
            .unwrap_or_default(),
    };
    let bar = Progress::new(context, None)?;
    bar.at(0, format!("carrying what waits on {}", arguments.channel));
    let cleared = packets::clear(&config, &context.keys(), pending).await?;
    drop(bar);
    let text = format!(
        "between {} and {}: {} received, {} acknowledged, {} given back{}",
        arguments.chain,
        cleared.counterparty,
        cleared.received,
        cleared.acknowledged,
        cleared.timed_out,
        refused(&cleared.refused),
    );
    Ok(Outcome::new(text, &cleared)?.with_soundness(cleared.refused.is_empty()))
}

fn refused(said: &[String]) -> String {
    said.iter()
        .map(|said| format!("; refused: {said}"))
        .collect()
}
