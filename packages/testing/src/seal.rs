//! Headers and commits, as CometBFT 0.38 makes them.

use std::collections::BTreeSet;

use prost::Message;
use tendermint::{
    account,
    block::{self, header::Version, parts, signed_header::SignedHeader, Commit, CommitSig},
    chain,
    crypto::default::Sha256,
    merkle::simple_hash_from_byte_vectors,
    vote::{self, Vote},
    AppHash, Hash, Signature, Time,
};
use tendermint_proto::v0_38::{
    abci::ExecTxResult,
    types::{
        Block as RawBlock, BlockId as RawBlockId, Commit as RawCommit, CommitSig as RawCommitSig,
        Data, EvidenceList, HashedParams, Header as RawHeader, PartSetHeader as RawPartSetHeader,
    },
};
use tessera_primitives::{Timestamp, ZoneId};

use crate::{Transaction, Validators, ZoneError};

/// CometBFT's block protocol.
const BLOCK_PROTOCOL: u64 = 11;
/// Bytes of one part of a block.
const PART_SIZE: usize = 65_536;
/// The SDK's default limits of a block, which `consensus_hash` commits to.
const LIMITS: HashedParams = HashedParams {
    block_max_bytes: 22_020_096,
    block_max_gas: -1,
};
/// How far, in nanoseconds, validators' clocks lie apart where a block's length allows it.
const CLOCK_SPREAD: u64 = 80_000_000;
const NANOS: u64 = 1_000_000_000;

/// What a block is made of.
pub(crate) struct Proposal<'a> {
    pub(crate) zone: &'a ZoneId,
    pub(crate) height: u64,
    pub(crate) time: Timestamp,
    /// The block below.
    pub(crate) last: Option<Last<'a>>,
    pub(crate) validators: &'a Validators,
    pub(crate) next_validators: &'a Validators,
    /// Of the state before this block.
    pub(crate) app_hash: tessera_primitives::Hash,
    pub(crate) transactions: &'a [Transaction],
}

/// What a block says of the one below it.
pub(crate) struct Last<'a> {
    pub(crate) commit: &'a Commit,
    pub(crate) transactions: &'a [Transaction],
}

impl Proposal<'_> {
    /// The header, the commit in which `validators` without the silent ones vote for it, and the time of the next block
    /// that follows from these votes: `next_time`, or a nanosecond after this block where that is not later.
    pub(crate) fn seal(
        &self,
        silent: &BTreeSet<account::Id>,
        next_time: Timestamp,
    ) -> Result<SignedHeader, ZoneError> {
        let signs = |member: &&crate::Validator| !silent.contains(&member.address());
        let powers = self.validators.members().iter().filter(signs);
        let signing = powers.fold(0, |sum: u64, one| sum.saturating_add(one.power()));
        let total = self.validators.total_power();
        if u128::from(signing).saturating_mul(3) <= u128::from(total).saturating_mul(2) {
            return Err(ZoneError::NoQuorum { signing, total });
        }
        let header = self.header()?;
        let block_id = block::Id {
            hash: header.hash(),
            part_set_header: self.parts(&header)?,
        };
        let clocks = self.clocks(silent, next_time);
        let mut signatures = Vec::with_capacity(clocks.len());
        for (index, (member, clock)) in self.validators.members().iter().zip(clocks).enumerate() {
            signatures.push(if silent.contains(&member.address()) {
                CommitSig::BlockIdFlagAbsent
            } else {
                let timestamp = time(clock)?;
                let vote = Vote {
                    vote_type: vote::Type::Precommit,
                    height: header.height,
                    round: block::Round::default(),
                    block_id: Some(block_id),
                    timestamp: Some(timestamp),
                    validator_address: member.address(),
                    validator_index: vote::ValidatorIndex::try_from(index)
                        .map_err(ZoneError::malformed("validator index"))?,
                    signature: None,
                    extension: Vec::new(),
                    extension_signature: None,
                };
                let signature = member.sign(&vote.into_signable_vec(header.chain_id.clone()));
                CommitSig::BlockIdFlagCommit {
                    validator_address: member.address(),
                    timestamp,
                    signature: Signature::new(signature)
                        .map_err(ZoneError::malformed("signature"))?,
                }
            });
        }
        let commit = Commit {
            height: header.height,
            round: block::Round::default(),
            block_id,
            signatures,
        };
        SignedHeader::new(header, commit).map_err(ZoneError::malformed("signed header"))
    }

    fn header(&self) -> Result<block::Header, ZoneError> {
        let last = self.last.as_ref();
        let signatures = last.map_or(&[][..], |last| &last.commit.signatures);
        let results = last.map_or(&[][..], |last| last.transactions);
        Ok(block::Header {
            version: Version {
                block: BLOCK_PROTOCOL,
                app: 0,
            },
            chain_id: chain::Id::try_from(self.zone.as_str())
                .map_err(ZoneError::malformed("chain id"))?,
            height: block::Height::try_from(self.height).map_err(ZoneError::malformed("height"))?,
            time: time(self.time)?,
            last_block_id: last.map(|last| last.commit.block_id),
            last_commit_hash: Some(merkle(
                signatures
                    .iter()
                    .map(|signature| RawCommitSig::from(signature.clone()).encode_to_vec()),
            )),
            data_hash: Some(merkle(
                self.transactions.iter().map(|one| one.hash.0.to_vec()),
            )),
            validators_hash: self.validators.hash(),
            next_validators_hash: self.next_validators.hash(),
            consensus_hash: Hash::Sha256(
                tessera_primitives::Hash::sha256(&LIMITS.encode_to_vec()).0,
            ),
            app_hash: AppHash::try_from(self.app_hash.0.to_vec())
                .map_err(ZoneError::malformed("app hash"))?,
            last_results_hash: Some(merkle(results.iter().map(result_bytes))),
            evidence_hash: Some(merkle(std::iter::empty())),
            proposer_address: self.validators.proposer(self.height).address,
        })
    }

    /// The number and the root of the parts that the block is gossiped in.
    fn parts(&self, header: &block::Header) -> Result<parts::Header, ZoneError> {
        let last_commit = self.last.as_ref().map(|last| last.commit);
        let bytes = block_bytes(header, self.transactions, last_commit);
        let chunks = bytes.chunks(PART_SIZE).map(<[u8]>::to_vec);
        let total = u32::try_from(chunks.len()).map_err(ZoneError::malformed("parts"))?;
        parts::Header::new(total, merkle(chunks)).map_err(ZoneError::malformed("parts"))
    }

    /// When each validator votes, by its own clock. Clocks differ, but the median by power of those that vote, which
    /// CometBFT makes the next block's time, is exactly the time asked for.
    fn clocks(&self, silent: &BTreeSet<account::Id>, next_time: Timestamp) -> Vec<Timestamp> {
        let next = next_time.0.max(self.time.0.saturating_add(1));
        let spread = CLOCK_SPREAD.min(next.saturating_sub(self.time.0) >> 1);
        let mut clocks = Vec::new();
        for index in 0..self.validators.len() as u64 {
            let step = index
                .wrapping_mul(37)
                .wrapping_add(self.height.wrapping_mul(17));
            let offset = spread.saturating_mul(step % 64) >> 6;
            clocks.push(next.saturating_add(offset));
        }
        let members = self.validators.members().iter();
        let votes = members.zip(&clocks).map(|(member, clock)| {
            let power = if silent.contains(&member.address()) {
                0
            } else {
                member.power()
            };
            (*clock, power)
        });
        let early = weighted_median(votes.collect()).saturating_sub(next);
        clocks
            .iter()
            .map(|clock| Timestamp(clock.saturating_sub(early)))
            .collect()
    }
}

/// A block in CometBFT's protobuf, without evidence.
pub(crate) fn block_bytes(
    header: &block::Header,
    transactions: &[Transaction],
    last_commit: Option<&Commit>,
) -> Vec<u8> {
    let last_commit = match last_commit {
        Some(commit) => RawCommit::from(commit.clone()),
        // CometBFT writes an empty commit in the first block, not none.
        None => RawCommit {
            block_id: Some(RawBlockId {
                hash: Vec::new(),
                part_set_header: Some(RawPartSetHeader::default()),
            }),
            ..RawCommit::default()
        },
    };
    let transactions = transactions.iter().map(|one| one.bytes.clone());
    let mut header = RawHeader::from(header.clone());
    // Go writes a block id that is empty, where tendermint-rs writes none.
    header.last_block_id.get_or_insert(RawBlockId {
        hash: Vec::new(),
        part_set_header: Some(RawPartSetHeader::default()),
    });
    RawBlock {
        header: Some(header),
        data: Some(Data {
            txs: transactions.collect(),
        }),
        evidence: Some(EvidenceList::default()),
        last_commit: Some(last_commit),
    }
    .encode_to_vec()
}

/// CometBFT's `WeightedMedian`: the time at which half of the power is passed.
fn weighted_median(mut votes: Vec<(u64, u64)>) -> u64 {
    votes.sort_unstable();
    let total = votes
        .iter()
        .fold(0u64, |sum, (_, power)| sum.saturating_add(*power));
    let mut left = total >> 1;
    for (time, power) in votes {
        if power > 0 && left <= power {
            return time;
        }
        left = left.saturating_sub(power);
    }
    0
}

fn time(time: Timestamp) -> Result<Time, ZoneError> {
    let wrong = || ZoneError::Malformed {
        what: "time",
        reason: time.to_string(),
    };
    let seconds = i64::try_from(time.0 / NANOS).map_err(|_| wrong())?;
    let nanos = u32::try_from(time.0 % NANOS).map_err(|_| wrong())?;
    Time::from_unix_timestamp(seconds, nanos).map_err(|_| wrong())
}

/// The part of a result that all nodes agree on.
fn result_bytes(transaction: &Transaction) -> Vec<u8> {
    ExecTxResult {
        code: transaction.code(),
        data: transaction.data().into(),
        ..ExecTxResult::default()
    }
    .encode_to_vec()
}

fn merkle(leaves: impl Iterator<Item = Vec<u8>>) -> Hash {
    let leaves: Vec<Vec<u8>> = leaves.collect();
    Hash::Sha256(simple_hash_from_byte_vectors::<Sha256>(&leaves))
}
