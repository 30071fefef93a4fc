//! `tessera listen`

use std::{
    collections::BTreeMap,
    io::{self, Write},
    time::Duration,
};

use clap::Args;
use serde::Serialize;
use tessera_primitives::{Height, Timestamp, ZoneId};
use tokio::task::JoinSet;

use super::{outcome::heard_enough, start::interrupted, Context, Outcome};
use crate::{
    app,
    chain::{ChainBlock, ChainError, ContractEvent},
    relay::Zone,
    watch,
};

/// Which chains, and from where.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A chain; may be repeated. All unless told.
    #[arg(long = "chain", value_name = "ID")]
    chains: Vec<String>,
    /// The first block; the newest unless told.
    #[arg(long, value_name = "HEIGHT", value_parser = clap::value_parser!(u64).range(1..))]
    from: Option<u64>,
    /// End after so many blocks of each chain; when interrupted unless told.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    blocks: Option<u64>,
}

/// What one of our contracts said.
#[derive(Serialize)]
struct Heard<'a> {
    zone: &'a ZoneId,
    height: Height,
    time: Timestamp,
    event: &'a str,
    attributes: BTreeMap<&'a str, &'a str>,
}

/// Prints what the configured contracts say, an event a line, as it comes; with `--json` an object a line.
///
/// # Errors
/// With what the configuration or a node says.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let named = arguments.chains.iter().map(|id| config.chain(id));
    let mut chains = named.collect::<Result<Vec<_>, _>>()?;
    if chains.is_empty() {
        chains = config.chains.iter().collect();
    }
    let mut listening = JoinSet::new();
    for chain in chains {
        let zone = app::serve(chain, None).await?;
        let (json, from, blocks) = (context.is_json(), arguments.from, arguments.blocks);
        listening.spawn(async move { listen(&zone, json, from.map(Height), blocks).await });
    }
    let mut heard: u64 = 0;
    let interrupted = interrupted();
    tokio::pin!(interrupted);
    loop {
        tokio::select! {
            ended = listening.join_next() => match ended {
                Some(ended) => match ended? {
                    Ok(count) => heard = heard.saturating_add(count),
                    Err(error) => {
                        heard_enough(error)?;
                        break;
                    }
                },
                None => break,
            },
            () = &mut interrupted => break,
        }
    }
    Outcome::new("", &serde_json::json!({ "events": heard }))
}

/// Longest pause where no node answers.
const LONGEST: Duration = Duration::from_secs(30);

/// Answers how many events there were in so many blocks.
async fn listen(
    zone: &Zone,
    json: bool,
    from: Option<Height>,
    blocks: Option<u64>,
) -> anyhow::Result<u64> {
    let mut next = match from {
        Some(height) => height,
        None => zone.chain.tip().await?,
    };
    let end = blocks.map(|blocks| next.plus(blocks)).transpose()?;
    let mut heard: u64 = 0;
    let mut pause = zone.poll;
    while end.is_none_or(|end| next < end) {
        let block = match read(zone, next).await {
            Ok(Some(block)) => block,
            Ok(None) => {
                tokio::time::sleep(zone.poll).await;
                continue;
            }
            Err(error @ ChainError::Unreachable { .. }) => {
                tracing::warn!(%error, "trying again in {pause:?}");
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2).min(LONGEST);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        pause = zone.poll;
        for event in &block.events {
            if watch::read_event(zone, event)?.is_some() {
                print(&Heard::new(zone, &block, event), json)?;
                heard = heard.saturating_add(1);
            }
        }
        next = next.plus(1)?;
    }
    Ok(heard)
}

/// A block; none while no node has it yet. One may be a little behind the one that told the height.
async fn read(zone: &Zone, height: Height) -> Result<Option<ChainBlock>, ChainError> {
    let tip = zone.chain.tip().await?;
    if tip < height {
        return Ok(None);
    }
    match zone.chain.block(height).await {
        Err(ChainError::Missing { .. }) if tip.0.saturating_sub(height.0) < 2 => Ok(None),
        read => read.map(Some),
    }
}

impl<'a> Heard<'a> {
    fn new(zone: &'a Zone, block: &ChainBlock, event: &'a ContractEvent) -> Heard<'a> {
        let attributes = event.attributes.iter();
        Heard {
            zone: zone.chain.zone(),
            height: block.height,
            time: block.time,
            event: &event.kind,
            attributes: attributes
                .map(|(key, value)| (key.as_str(), value.as_str()))
                .collect(),
        }
    }
}

/// One line.
fn print(heard: &Heard<'_>, json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer(&mut out, heard).map_err(io::Error::from)?;
    } else {
        write!(out, "{} {} {}", heard.zone, heard.height, heard.event)?;
        for (key, value) in &heard.attributes {
            write!(out, " {key}={value}")?;
        }
    }
    Ok(writeln!(out)?)
}
