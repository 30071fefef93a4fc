//! The signatures of the votes that are needed, in one host batch.

use alloc::vec::Vec;

use prost::Message as _;
use tendermint::block::{Commit, CommitSig};
use tendermint_proto::types::{
    CanonicalBlockId, CanonicalPartSetHeader, CanonicalVote, SignedMsgType,
};
use tessera_primitives::ZoneId;
use tessera_proof::Crypto;

use crate::{
    choose::{choose, Announced},
    untrusted::Opened,
    Refusal, ValidatorKey,
};

/// A vote as it is verified.
struct Signed<'a> {
    place: usize,
    key: ValidatorKey,
    message: Vec<u8>,
    signature: &'a [u8],
}

/// Verifies the votes that are needed and returns the keys behind them.
pub(crate) fn verify_needed<C: Crypto>(
    crypto: &C,
    zone: &ZoneId,
    opened: &Opened,
    announced: Option<&Announced<'_>>,
) -> Result<Vec<ValidatorKey>, Refusal> {
    let commit = &opened.signed.commit;
    let voted = |place| {
        commit
            .signatures
            .get(place)
            .is_some_and(CommitSig::is_commit)
    };
    let places = choose(&opened.validators, announced, voted);
    if places.is_empty() {
        return Err(Refusal::NoVotes);
    }
    let mut vote = canonical_vote(commit, zone);
    let mut votes = Vec::with_capacity(places.len());
    for place in places {
        let slot = commit.signatures.get(place);
        let validator = opened.validators.validators().get(place);
        if let (
            Some(CommitSig::BlockIdFlagCommit {
                timestamp,
                signature: Some(signature),
                ..
            }),
            Some(validator),
        ) = (slot, validator)
        {
            vote.timestamp = Some((*timestamp).into());
            votes.push(Signed {
                place,
                key: validator.key,
                message: vote.encode_length_delimited_to_vec(),
                signature: signature.as_bytes(),
            });
        }
    }
    if !holds(crypto, &votes) {
        return Err(first_invalid(crypto, &votes));
    }
    Ok(votes.iter().map(|vote| vote.key).collect())
}

/// What a validator signs, less the time: CometBFT's `CanonicalVote`, with its length before it.
fn canonical_vote(commit: &Commit, zone: &ZoneId) -> CanonicalVote {
    let block = &commit.block_id;
    CanonicalVote {
        r#type: SignedMsgType::Precommit.into(),
        height: commit.height.into(),
        round: commit.round.value().into(),
        block_id: Some(CanonicalBlockId {
            hash: block.hash.as_bytes().to_vec(),
            part_set_header: Some(CanonicalPartSetHeader {
                total: block.part_set_header.total,
                hash: block.part_set_header.hash.as_bytes().to_vec(),
            }),
        }),
        timestamp: None,
        chain_id: zone.as_str().into(),
    }
}

/// One batch is enough: a set has at most 256 validators.
fn holds<C: Crypto>(crypto: &C, votes: &[Signed<'_>]) -> bool {
    let messages: Vec<&[u8]> = votes.iter().map(|vote| vote.message.as_slice()).collect();
    let signatures: Vec<&[u8]> = votes.iter().map(|vote| vote.signature).collect();
    let keys: Vec<&[u8]> = votes.iter().map(|vote| vote.key.0.as_slice()).collect();
    crypto.ed25519_batch_verify(&messages, &signatures, &keys)
}

/// Names a vote that spoils its batch, by halving.
fn first_invalid<C: Crypto>(crypto: &C, votes: &[Signed<'_>]) -> Refusal {
    let mut votes = votes;
    while votes.len() > 1 {
        let (left, right) = votes.split_at(votes.len() / 2);
        votes = if holds(crypto, left) { right } else { left };
    }
    match votes.first() {
        Some(vote) => Refusal::Signature {
            index: vote.place,
            key: vote.key,
        },
        None => Refusal::NoVotes,
    }
}
