//! What stays behind. The library looks at the oldest packet of a channel alone when it starts, and afterwards at what blocks
//! tell: a packet whose block it missed waits for the next one on its channel, however long that takes. What is seen to stay
//! on the chains is carried here.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use ibc_relayer::{
    chain::{
        counterparty::{channel_connection_client, pending_packet_summary},
        handle::{BaseChainHandle, ChainHandle},
        requests::Paginate,
    },
    config::{filter::ChannelPolicy, Config as HermesConfig},
};
use ibc_relayer_types::core::{
    ics02_client::client_state::ClientState,
    ics04_channel::{
        channel::{IdentifiedChannelEnd, Ordering},
        packet::Sequence,
    },
    ics24_host::identifier::{ChainId, ChannelId, PortId},
};

use super::{
    aside,
    client::{channels, clients},
    failed, PacketsError, Pending, Registry,
};

/// The pause after each of the first looks.
const SOON: Duration = Duration::from_secs(30);
/// How many looks are the first ones.
const FIRST_LOOKS: u32 = 3;
/// The pause after each later look.
const LATER: Duration = Duration::from_secs(120);
/// After how many looks it is asked again which channels there are.
const LISTED_FOR: u32 = 30;

/// Looks for what stays, as `clear_on_start` and `clear_interval` say, until it is dropped.
pub(super) async fn sweep(registry: Registry, config: HermesConfig) {
    let packets = config.mode.packets;
    let mut sweep = Sweep {
        registry,
        config,
        ends: Vec::new(),
        waiting: BTreeMap::new(),
        looks: if packets.clear_on_start {
            0
        } else {
            FIRST_LOOKS
        },
    };
    while sweep.looks < FIRST_LOOKS || packets.clear_interval > 0 {
        let first = sweep.looks < FIRST_LOOKS;
        let looked = aside(move || {
            sweep.look();
            sweep
        });
        sweep = match looked.await {
            Ok(sweep) => sweep,
            Err(error) => {
                tracing::error!(%error, "what stays on channels is looked for no longer");
                return;
            }
        };
        tokio::time::sleep(if first { SOON } else { LATER }).await;
    }
}

/// A chain, and a port and a channel on it.
type Place = (ChainId, PortId, ChannelId);

/// An end of a channel that packets are relayed on.
struct End {
    host: BaseChainHandle,
    channel: IdentifiedChannelEnd,
    counterparty: BaseChainHandle,
}

struct Sweep {
    registry: Registry,
    config: HermesConfig,
    ends: Vec<End>,
    waiting: BTreeMap<Place, Waiting>,
    looks: u32,
}

impl Sweep {
    fn look(&mut self) {
        if self.ends.is_empty() || self.looks.checked_rem(LISTED_FOR) == Some(0) {
            self.list();
        }
        self.looks = self.looks.saturating_add(1);
        for end in &self.ends {
            let waiting = self.waiting.entry(end.place()).or_default();
            if let Err(error) = end.carry(waiting, &self.config) {
                tracing::warn!(zone = %end.host.id(), %error, "what stays on channels");
            }
        }
    }

    fn list(&mut self) {
        let chains: Vec<BaseChainHandle> = self.registry.read().chains().cloned().collect();
        self.ends.clear();
        for host in &chains {
            let found = match channels_of(host, &self.config) {
                Ok(found) => found,
                Err(error) => {
                    tracing::warn!(zone = %host.id(), %error, "what stays on channels");
                    continue;
                }
            };
            for (channel, leads_to) in found {
                let counterparty = chains.iter().find(|chain| chain.id() == leads_to);
                self.ends.extend(counterparty.map(|counterparty| End {
                    host: host.clone(),
                    channel,
                    counterparty: counterparty.clone(),
                }));
            }
        }
        let places: BTreeSet<Place> = self.ends.iter().map(End::place).collect();
        self.waiting.retain(|place, _| places.contains(place));
    }
}

impl End {
    fn place(&self) -> Place {
        let IdentifiedChannelEnd {
            port_id,
            channel_id,
            ..
        } = &self.channel;
        (self.host.id(), port_id.clone(), channel_id.clone())
    }

    /// Carries what was seen to wait: there and, as acknowledgements, back.
    fn carry(&self, waiting: &mut Waiting, config: &HermesConfig) -> Result<(), PacketsError> {
        let (chain, port, channel) = self.place();
        let asking = format!("asking what waits on {port}/{channel} of {chain}");
        let all =
            pending_packet_summary(&self.host, &self.counterparty, &self.channel, Paginate::All);
        let all = all.map_err(failed(asking))?;
        let all = all
            .unreceived_packets
            .into_iter()
            .chain(all.unreceived_acks);
        let in_order = self.channel.channel_end.ordering == Ordering::Ordered;
        let due = waiting.see(
            all.map(u64::from),
            in_order,
            config.mode.packets.clear_limit,
        );
        if due.is_empty() {
            return Ok(());
        }
        tracing::info!(zone = %chain, %channel, packets = ?due, "nobody carried these: it is done now");
        let sequences = due.into_iter().map(Sequence::from);
        let pending = Pending {
            chain,
            port,
            channel,
            sequences: sequences.map(|sequence| sequence..=sequence).collect(),
        };
        let ends = [self.host.clone(), self.counterparty.clone()];
        let cleared = pending.clear(ends, config)?;
        tracing::info!(?cleared, "they were carried");
        Ok(())
    }
}

/// Ends of channels on a chain that packets are relayed on, and which chain each leads to.
fn channels_of(
    host: &BaseChainHandle,
    config: &HermesConfig,
) -> Result<Vec<(IdentifiedChannelEnd, ChainId)>, PacketsError> {
    let mut all = Vec::new();
    let chain = config.find_chain(&host.id());
    // Whoever names each channel need not be told of every client that the chain has.
    if let Some(ChannelPolicy::Allow(named)) =
        chain.map(|chain| &chain.packet_filter().channel_policy)
    {
        if named.is_exact() {
            for (port, channel) in named.iter_exact() {
                match channel_connection_client(host, port, channel) {
                    Ok(found) => all.push((found.channel, found.client.client_state.chain_id())),
                    Err(error) => {
                        tracing::warn!(zone = %host.id(), %port, %channel, %error, "a channel of packet_filter");
                    }
                }
            }
            return Ok(all);
        }
    }
    for (client, state) in clients(host)? {
        let leads_to = state.chain_id();
        if config.has_chain(&leads_to) && !state.is_frozen() {
            let found = channels(host, &client, config)?.into_iter();
            all.extend(found.map(|channel| (channel, leads_to.clone())));
        }
    }
    Ok(all)
}

/// What waits on a channel's end, by the sequences of its packets. Whoever saw its block carries a packet at once: one that
/// is seen to wait a second time is carried here, and then again after a pause that doubles.
#[derive(Clone, Debug, Default)]
pub struct Waiting(BTreeMap<u64, Pause>);

/// In looks.
#[derive(Clone, Copy, Debug)]
struct Pause {
    left: u32,
    last: u32,
}

impl Waiting {
    /// Takes all that waits now, and answers what is to be carried, ascending and at most `limit`. Where packets arrive in
    /// order alone, what was seen before goes along with any that is due.
    pub fn see(
        &mut self,
        now: impl IntoIterator<Item = u64>,
        in_order: bool,
        limit: usize,
    ) -> Vec<u64> {
        let seen = std::mem::take(&mut self.0);
        let pauses = now.into_iter().map(|sequence| {
            let pause = seen.get(&sequence).copied();
            let pause = pause.unwrap_or(Pause { left: 2, last: 1 });
            let left = pause.left.saturating_sub(1);
            (sequence, Pause { left, ..pause })
        });
        self.0 = pauses.collect();
        let any = self.0.values().any(|pause| pause.left == 0);
        let due = self.0.iter_mut().filter(|(sequence, pause)| {
            pause.left == 0 || (in_order && any && seen.contains_key(sequence))
        });
        let due = due.take(limit).map(|(sequence, pause)| {
            pause.last = pause.last.saturating_mul(2);
            pause.left = pause.last;
            *sequence
        });
        due.collect()
    }
}
