//! `tessera clear packets`: what waits on one channel, in both directions, is carried once.

use std::ops::RangeInclusive;

use ibc_relayer::{
    chain::{
        counterparty::channel_connection_client,
        handle::{BaseChainHandle, ChainHandle},
    },
    config::Config as HermesConfig,
    link::{error::LinkError, Link, LinkParameters},
};
use ibc_relayer_types::{
    core::{
        ics04_channel::packet::Sequence,
        ics24_host::identifier::{ChainId, ChannelId, PortId},
    },
    events::IbcEvent,
};
use serde::Serialize;

use super::{failed, once::Once, Chains, PacketsError};
use crate::{config::Config, keys::KeyRing};

/// Which packets.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The chain on which the channel's end is.
    pub chain: ChainId,
    /// The end's port.
    pub port: PortId,
    /// The end.
    pub channel: ChannelId,
    /// Sequences of packets that this chain sent; all, and what the other chain sent, unless some are named.
    pub sequences: Vec<RangeInclusive<Sequence>>,
}

/// What was carried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cleared {
    /// The chain at the channel's other end.
    pub counterparty: String,
    /// Packets that arrived now.
    pub received: usize,
    /// Packets whose acknowledgement their sender has now.
    pub acknowledged: usize,
    /// Packets that came too late: their sender has taken them back.
    pub timed_out: usize,
    /// What chains said of transactions that they refused.
    pub refused: Vec<String>,
}

/// Carries packets, then their acknowledgements, and gives back what came too late. Both chains must answer, and both keys be
/// able to pay. A relayer that serves the channel may go on: a packet arrives once, whoever carries it.
///
/// # Errors
/// [`PacketsError`]; what was carried before has arrived.
pub async fn clear(
    config: &Config,
    ring: &KeyRing,
    pending: Pending,
) -> Result<Cleared, PacketsError> {
    let here = Once::new(config, ring, &[&pending.chain]).await?;
    let asked = pending.clone();
    let there = here.work(move |chains| asked.counterparty(chains)).await?;
    if config.chain(there.as_str()).is_err() {
        return Err(PacketsError::Missing {
            chain: there.to_string(),
            what: "[[chains]]",
            remedy: "the channel leads there: configure it",
        });
    }
    let both = Once::new(config, ring, &[&pending.chain, &there]).await?;
    let work = move |chains: &Chains| {
        let ends = [chains.to(&pending.chain)?, chains.to(&there)?];
        pending.clear(ends, &chains.config)
    };
    both.work(work).await
}

impl Pending {
    /// The chain at the other end, by the client that the channel goes over.
    fn counterparty(&self, chains: &Chains) -> Result<ChainId, PacketsError> {
        let host = chains.to(&self.chain)?;
        let found = channel_connection_client(&host, &self.port, &self.channel);
        let found = found.map_err(failed(self.asking()))?;
        Ok(found.client.client_state.chain_id())
    }

    /// Carries it between the two ends of the channel.
    pub(super) fn clear(
        self,
        ends: [BaseChainHandle; 2],
        config: &HermesConfig,
    ) -> Result<Cleared, PacketsError> {
        let doing = failed(self.asking());
        let forth = link(&ends, (self.port, self.channel), config)?;
        let path = &forth.a_to_b;
        let other = (path.dst_port_id().clone(), path.dst_channel_id().clone());
        let [a, b] = ends;
        let there = b.id();
        let back = link(&[b, a], other, config)?;
        let mut events = Vec::new();
        let all = self.sequences.is_empty();
        let mut carry = || {
            let sequences = || self.sequences.clone();
            let boxed = Box::<LinkError>::new;
            let forward = forth.relay_recv_packet_and_timeout_messages(sequences());
            events.extend(forward.map_err(boxed)?);
            if all {
                let theirs = back.relay_recv_packet_and_timeout_messages(Vec::new());
                events.extend(theirs.map_err(boxed)?);
                let acknowledged = forth.relay_ack_packet_messages(Vec::new());
                events.extend(acknowledged.map_err(boxed)?);
            }
            let acknowledged = back.relay_ack_packet_messages(sequences());
            events.extend(acknowledged.map_err(boxed)?);
            Ok::<(), Box<LinkError>>(())
        };
        carry().map_err(doing)?;
        Ok(Cleared::new(&there, events))
    }

    fn asking(&self) -> String {
        format!("clearing {}/{} of {}", self.port, self.channel, self.chain)
    }
}

impl Cleared {
    fn new(there: &ChainId, events: Vec<IbcEvent>) -> Cleared {
        let mut cleared = Cleared {
            counterparty: there.to_string(),
            ..Cleared::default()
        };
        for event in events {
            let counted = match event {
                IbcEvent::WriteAcknowledgement(_) => &mut cleared.received,
                IbcEvent::AcknowledgePacket(_) => &mut cleared.acknowledged,
                IbcEvent::TimeoutPacket(_) | IbcEvent::TimeoutOnClosePacket(_) => {
                    &mut cleared.timed_out
                }
                IbcEvent::ChainError(said) => {
                    cleared.refused.push(said);
                    continue;
                }
                _ => continue,
            };
            *counted = counted.saturating_add(1);
        }
        cleared
    }
}

/// What is sent from an end on the first chain to the second, and the acknowledgements that come back for the other way.
fn link(
    [a, b]: &[BaseChainHandle; 2],
    (src_port_id, src_channel_id): (PortId, ChannelId),
    config: &HermesConfig,
) -> Result<Link<BaseChainHandle, BaseChainHandle>, PacketsError> {
    let end = format!("{src_port_id}/{src_channel_id} of {}", a.id());
    let packets = &config.mode.packets;
    let parameters = LinkParameters {
        src_port_id,
        src_channel_id,
        max_memo_size: packets.ics20_max_memo_size,
        max_receiver_size: packets.ics20_max_receiver_size,
        exclude_src_sequences: Vec::new(),
    };
    Link::new_from_opts(a.clone(), b.clone(), parameters, false, false)
        .map_err(failed(format!("following {end}")))
}
