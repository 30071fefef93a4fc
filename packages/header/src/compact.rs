//! The compact form's bytes. 69 a vote that is needed, and about 300 for everything else.
//!
//! | field | bytes |
//! | --- | --- |
//! | format | 1: the number 1 |
//! | flags | 2: see [`Flags`] |
//! | chain tag | 4: the first of SHA-256 of the chain id, so that a foreign header is told from a bad signature |
//! | block and app version, height, height above the trusted header | LEB128 |
//! | time | 8: nanoseconds since 1970 |
//! | last block id | 0, or hash, number of parts (LEB128), root of parts |
//! | last commit, data, last results, evidence | each 0, or 32: absent and "hash of nothing" are flags |
//! | consensus hash | 32 |
//! | app hash | 1 for its length, and its bytes |
//! | next validators hash | 0 when the set is the same, or 32 |
//! | proposer | 1: place in the set, or 20: address |
//! | round, number of parts | LEB128 |
//! | root of parts | 32 |
//! | the set that the trusted header announced | 0 when it is cached, or a [`Difference`] |
//! | the header's set | 0 when it is the announced one, or its hash and a [`Difference`] |
//! | signers | 1 for the number of validators less one, a bit each, the first in the lowest bit |
//! | vote times | 5 a vote: nanoseconds after the header's time; or 8: nanoseconds since 1970 |
//! | signatures | 64 a vote |
//!
//! A correct validator votes at least a millisecond after the header's time (CometBFT's BFT time), and 2⁴⁰ ns are 18
//! minutes; after a halt in the middle of a height votes may come later, so all times of such a header have 8 bytes.
//! There is no place for addresses, for votes against the block, nor for anything else that the header's hash covers
//! and the reader can derive. Every number, flag and length has one encoding: decoding accepts what encoding writes.

use alloc::vec::Vec;

use tessera_primitives::{Canonical, Hash, Malformed, Reader, Writer};

use crate::{difference::Base, difference::Difference, varint};

/// A greater header than any that fits the limits: 256 votes of 72 bytes, two spelled-out sets of 256 validators of at
/// most 43 bytes, and less than 1,000 bytes for the rest.
pub(crate) const MAX_BYTES: usize = 42 * 1024;

/// Greatest length of an app hash that is read. The Cosmos SDK's are 32 bytes.
pub(crate) const MAX_APP_HASH: usize = 64;

const FORMAT: u8 = 1;

/// SHA-256 of nothing: what CometBFT writes for lists without items.
pub(crate) const EMPTY: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlockId {
    pub hash: Hash,
    pub parts: u32,
    pub parts_hash: Hash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proposer {
    /// Place in the header's set.
    Place(u8),
    /// Of somebody who is not in the set; light clients do not care.
    Address([u8; 20]),
}

/// A validator's vote for the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vote {
    /// Place in the header's set.
    pub place: u8,
    /// Nanoseconds since 1970.
    pub time: u64,
    pub signature: [u8; 64],
}

/// The compact form, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compact {
    pub chain_tag: [u8; 4],
    pub block_version: u64,
    pub app_version: u64,
    pub height: u64,
    /// Height above the trusted header, from 1.
    pub above: u64,
    /// Nanoseconds since 1970.
    pub time: u64,
    pub last_block_id: Option<BlockId>,
    /// Last commit, data, last results, evidence.
    pub hashes: [Option<Hash>; 4],
    pub consensus_hash: Hash,
    pub app_hash: Vec<u8>,
    /// `None`: as the header's own set.
    pub next_validators_hash: Option<Hash>,
    pub proposer: Proposer,
    pub round: u32,
    pub parts: u32,
    pub parts_hash: Hash,
    /// The set that the trusted header announced; `None`: it is cached.
    pub announced: Option<Difference>,
    /// The header's set and its hash; `None`: the announced one.
    pub own: Option<(Hash, Difference)>,
    /// Whether the header's set is to be cached.
    pub keep: bool,
    /// Number of validators, less one.
    pub last_place: u8,
    /// Each place at most once, in order.
    pub votes: Vec<Vote>,
}

/// The two bytes of flags: what is there, and how four hashes are written.
struct Flags {
    last_block_id: bool,
    next_validators_hash: bool,
    proposer_address: bool,
    announced: bool,
    own: bool,
    keep: bool,
    /// Vote times have 8 bytes.
    wide: bool,
    /// Two bits each: 0 absent, 1 the hash of nothing, 2 given.
    hashes: [u8; 4],
}

impl Flags {
    fn of(compact: &Compact) -> Flags {
        Flags {
            last_block_id: compact.last_block_id.is_some(),
            next_validators_hash: compact.next_validators_hash.is_some(),
            proposer_address: matches!(compact.proposer, Proposer::Address(_)),
            announced: compact.announced.is_some(),
            own: compact.own.is_some(),
            keep: compact.keep,
            wide: compact
                .votes
                .iter()
                .any(|vote| narrow(compact.time, vote.time).is_none()),
            hashes: compact.hashes.map(|hash| match hash {
                None => 0,
                Some(EMPTY) => 1,
                Some(_) => 2,
            }),
        }
    }
}

impl Canonical for Flags {
    fn write(&self, writer: &mut Writer) {
        let bits = [
            self.last_block_id,
            self.next_validators_hash,
            self.proposer_address,
            self.announced,
            self.own,
            self.keep,
            self.wide,
        ];
        let there = (0..).zip(bits);
        let there = there.fold(0, |byte, (bit, set)| byte | (u8::from(set) << bit));
        let [a, b, c, d] = self.hashes;
        writer.byte(there).byte(a | b << 2 | c << 4 | d << 6);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Flags, Malformed> {
        let there = reader.byte()?;
        if there & 0x80 != 0 {
            return Err(reader.wrong());
        }
        let bit = |bit: u8| there >> bit & 1 == 1;
        let kinds = reader.byte()?;
        let hashes = [kinds & 3, kinds >> 2 & 3, kinds >> 4 & 3, kinds >> 6];
        if hashes.contains(&3) {
            return Err(reader.wrong());
        }
        Ok(Flags {
            last_block_id: bit(0),
            next_validators_hash: bit(1),
            proposer_address: bit(2),
            announced: bit(3),
            own: bit(4),
            keep: bit(5),
            wide: bit(6),
            hashes,
        })
    }
}

/// The five bytes of a vote's time, if it is within 2⁴⁰ ns after the header's.
fn narrow(header: u64, vote: u64) -> Option<[u8; 5]> {
    match vote.checked_sub(header)?.to_be_bytes() {
        [0, 0, 0, offset @ ..] => Some(offset),
        _ => None,
    }
}

impl Canonical for Compact {
    fn write(&self, writer: &mut Writer) {
        let flags = Flags::of(self);
        writer.byte(FORMAT).value(&flags).fixed(&self.chain_tag);
        number(writer, self.block_version);
        number(writer, self.app_version);
        number(writer, self.height);
        number(writer, self.above);
        writer.value(&self.time);
        if let Some(block) = &self.last_block_id {
            writer.value(&block.hash);
            number(writer, block.parts.into());
            writer.value(&block.parts_hash);
        }
        let given = self.hashes.iter().flatten().filter(|hash| **hash != EMPTY);
        given.for_each(|hash| hash.write(writer));
        writer.value(&self.consensus_hash);
        // Nothing longer is made: see `MAX_APP_HASH`.
        writer.byte(u8::try_from(self.app_hash.len()).unwrap_or(u8::MAX));
        writer.fixed(&self.app_hash);
        self.next_validators_hash
            .iter()
            .for_each(|hash| hash.write(writer));
        match &self.proposer {
            Proposer::Place(place) => writer.byte(*place),
            Proposer::Address(address) => writer.fixed(address),
        };
        number(writer, self.round.into());
        number(writer, self.parts.into());
        writer.value(&self.parts_hash);
        self.announced.iter().for_each(|set| set.write(writer));
        if let Some((hash, difference)) = &self.own {
            writer.value(hash).value(difference);
        }
        write_votes(writer, self, flags.wide);
    }

    // Out of line, as the standard form's: the VM refuses a function of more than 100 locals.
    #[inline(never)]
    fn read(reader: &mut Reader<'_>) -> Result<Compact, Malformed> {
        if reader.byte()? != FORMAT {
            return Err(reader.wrong());
        }
        let flags: Flags = reader.value()?;
        let mut compact = Compact {
            chain_tag: reader.fixed()?,
            block_version: varint::read(reader)?,
            app_version: varint::read(reader)?,
            height: varint::read(reader)?,
            above: varint::read(reader)?,
            time: reader.value()?,
            last_block_id: when(flags.last_block_id, reader, read_block_id)?,
            hashes: read_hashes(reader, &flags.hashes)?,
            consensus_hash: reader.value()?,
            app_hash: read_app_hash(reader)?,
            next_validators_hash: when(flags.next_validators_hash, reader, Reader::value)?,
            proposer: if flags.proposer_address {
                Proposer::Address(reader.fixed()?)
            } else {
                Proposer::Place(reader.byte()?)
            },
            round: small(reader)?,
            parts: small(reader)?,
            parts_hash: reader.value()?,
            announced: when(flags.announced, reader, read_announced)?,
            own: when(flags.own, reader, |reader| {
                Ok((reader.value()?, reader.value()?))
            })?,
            keep: flags.keep,
            last_place: 0,
            votes: Vec::new(),
        };
        read_votes(reader, &mut compact, flags.wide)?;
        if compact.above == 0 || compact.above > compact.height {
            return Err(reader.wrong());
        }
        Ok(compact)
    }
}

fn number(writer: &mut Writer, number: u64) {
    varint::write(number, |byte| {
        writer.byte(byte);
    });
}

fn small(reader: &mut Reader<'_>) -> Result<u32, Malformed> {
    let number = varint::read(reader)?;
    u32::try_from(number).map_err(|_| reader.wrong())
}

fn when<'a, T>(
    there: bool,
    reader: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, Malformed>,
) -> Result<Option<T>, Malformed> {
    there.then(|| read(reader)).transpose()
}

fn read_block_id(reader: &mut Reader<'_>) -> Result<BlockId, Malformed> {
    Ok(BlockId {
        hash: reader.value()?,
        parts: small(reader)?,
        parts_hash: reader.value()?,
    })
}

fn read_hashes(reader: &mut Reader<'_>, kinds: &[u8; 4]) -> Result<[Option<Hash>; 4], Malformed> {
    let mut hashes = [None; 4];
    for (hash, kind) in hashes.iter_mut().zip(kinds) {
        *hash = match kind {
            0 => None,
            1 => Some(EMPTY),
            _ => Some(reader.value().and_then(|hash| match hash {
                EMPTY => Err(reader.wrong()),
                given => Ok(given),
            })?),
        };
    }
    Ok(hashes)
}

fn read_app_hash(reader: &mut Reader<'_>) -> Result<Vec<u8>, Malformed> {
    let length = usize::from(reader.byte()?);
    if length > MAX_APP_HASH {
        return Err(reader.wrong());
    }
    (0..length).map(|_| reader.byte()).collect()
}

/// The announced set cannot be described by itself.
fn read_announced(reader: &mut Reader<'_>) -> Result<Difference, Malformed> {
    let difference: Difference = reader.value()?;
    if difference.base == Base::Announced {
        return Err(reader.wrong());
    }
    Ok(difference)
}

fn write_votes(writer: &mut Writer, compact: &Compact, wide: bool) {
    writer.byte(compact.last_place);
    let mut signers = alloc::vec![0u8; usize::from(compact.last_place / 8).saturating_add(1)];
    for vote in &compact.votes {
        if let Some(byte) = signers.get_mut(usize::from(vote.place / 8)) {
            *byte |= 1 << (vote.place % 8);
        }
    }
    writer.fixed(&signers);
    for vote in &compact.votes {
        match narrow(compact.time, vote.time) {
            Some(offset) if !wide => writer.fixed(&offset),
            _ => writer.value(&vote.time),
        };
    }
    for vote in &compact.votes {
        writer.fixed(&vote.signature);
    }
}

fn read_votes(reader: &mut Reader<'_>, compact: &mut Compact, wide: bool) -> Result<(), Malformed> {
    compact.last_place = reader.byte()?;
    let mut places = Vec::new();
    for first in (0..=compact.last_place).step_by(8) {
        let byte = reader.byte()?;
        for bit in (0..8u8).filter(|bit| byte >> bit & 1 == 1) {
            match first.checked_add(bit) {
                Some(place) if place <= compact.last_place => places.push(place),
                _ => return Err(reader.wrong()),
            }
        }
    }
    let mut times = Vec::with_capacity(places.len());
    for _ in &places {
        times.push(read_time(reader, compact.time, wide)?);
    }
    if wide
        && times
            .iter()
            .all(|time| narrow(compact.time, *time).is_some())
    {
        return Err(reader.wrong());
    }
    for (place, time) in places.into_iter().zip(times) {
        let signature = reader.fixed()?;
        compact.votes.push(Vote {
            place,
            time,
            signature,
        });
    }
    Ok(())
}

fn read_time(reader: &mut Reader<'_>, header: u64, wide: bool) -> Result<u64, Malformed> {
    if wide {
        return reader.value();
    }
    let [a, b, c, d, e] = reader.fixed()?;
    header
        .checked_add(u64::from_be_bytes([0, 0, 0, a, b, c, d, e]))
        .ok_or_else(|| reader.wrong())
}
