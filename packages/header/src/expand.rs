//! From the compact form to a whole header, with what the reading zone knows already.

use alloc::vec::Vec;

use tendermint::{
    account,
    block::{header::Version, signed_header::SignedHeader, Commit, CommitSig, Header},
    validator::Set,
    AppHash, Signature,
};
use tessera_primitives::{Hash, Height, Timestamp, ZoneId};

use crate::{
    comet,
    compact::{Compact, Proposer, Vote},
    difference::{Base, Difference},
    untrusted::Opened,
    CachedSets, Refusal, Refused, TrustedHeader, Validator, ValidatorSet,
};

/// The first bytes of the chain id's hash: enough to tell a stray header from a forged one.
pub(crate) fn chain_tag(zone: &ZoneId) -> [u8; 4] {
    let Hash([a, b, c, d, ..]) = Hash::sha256(zone.as_str().as_bytes());
    [a, b, c, d]
}

pub(crate) fn expand<S: CachedSets>(
    compact: &Compact,
    zone: &ZoneId,
    trusted: &TrustedHeader,
    sets: &S,
) -> Result<Opened, Refused<S::Error>> {
    if compact.chain_tag != chain_tag(zone) {
        return Err(Refusal::WrongChainTag {
            expected: zone.clone(),
            expected_tag: u32::from_be_bytes(chain_tag(zone)),
            actual: u32::from_be_bytes(compact.chain_tag),
        }
        .into());
    }
    let announced = match &compact.announced {
        None => cached(&trusted.next_validators_hash, sets)?,
        Some(difference) => described(difference, &[], sets)?,
    };
    let (validators, validators_hash, announced) = match &compact.own {
        // The library hashes the header's own set, so this one is not hashed here as well.
        None => (announced, trusted.next_validators_hash, None),
        Some((hash, difference)) => {
            check_announced(trusted.next_validators_hash, &announced)?;
            let own = described(difference, announced.validators(), sets)?;
            (own, *hash, Some(announced))
        }
    };
    let comet_validators = comet::comet_set(&validators)?;
    let header = header(compact, zone, &comet_validators, &validators_hash)?;
    let hash = comet::header_hash(&header);
    let commit = commit(compact, &hash, &comet_validators)?;
    let signed =
        SignedHeader::new(header, commit).map_err(|_| Refusal::Field { field: "height" })?;
    Ok(Opened {
        signed,
        hash,
        validators,
        comet_validators,
        validators_hash,
        announced,
        keep: compact.keep,
    })
}

fn described<S: CachedSets>(
    difference: &Difference,
    announced: &[Validator],
    sets: &S,
) -> Result<ValidatorSet, Refused<S::Error>> {
    Ok(match &difference.base {
        Base::Nothing => difference.apply(&[])?,
        Base::Announced => difference.apply(announced)?,
        Base::Cached(base) => difference.apply(cached(base, sets)?.validators())?,
    })
}

fn cached<S: CachedSets>(base: &Hash, sets: &S) -> Result<ValidatorSet, Refused<S::Error>> {
    match sets.set(base).map_err(Refused::Read)? {
        Some(set) => Ok(set),
        None => Err(Refusal::UnknownSet {
            base: *base,
            cached: sets.cached().map_err(Refused::Read)?,
        }
        .into()),
    }
}

/// The library leaves this check to its caller.
fn check_announced(expected: Hash, set: &ValidatorSet) -> Result<(), Refusal> {
    let actual = set.hash();
    if actual == expected {
        return Ok(());
    }
    Err(Refusal::ValidatorsHash {
        set: "trusted validators",
        expected,
        actual,
    })
}

fn header(
    compact: &Compact,
    zone: &ZoneId,
    validators: &Set,
    validators_hash: &Hash,
) -> Result<Header, Refusal> {
    let next = compact.next_validators_hash.unwrap_or(*validators_hash);
    let last_block = compact.last_block_id.as_ref();
    let [last_commit, data, last_results, evidence] = compact
        .hashes
        .map(|hash| hash.as_ref().map(comet::comet_hash));
    Ok(Header {
        version: Version {
            block: compact.block_version,
            app: compact.app_version,
        },
        chain_id: comet::comet_zone(zone)?,
        height: comet::comet_height(Height(compact.height))?,
        time: comet::comet_time("header time", Timestamp(compact.time))?,
        last_block_id: last_block
            .map(|id| comet::comet_block_id(&id.hash, id.parts, &id.parts_hash))
            .transpose()?,
        last_commit_hash: last_commit,
        data_hash: data,
        validators_hash: comet::comet_hash(validators_hash),
        next_validators_hash: comet::comet_hash(&next),
        consensus_hash: comet::comet_hash(&compact.consensus_hash),
        app_hash: AppHash::try_from(compact.app_hash.clone())
            .map_err(|_| Refusal::Field { field: "app_hash" })?,
        last_results_hash: last_results,
        evidence_hash: evidence,
        proposer_address: match compact.proposer {
            Proposer::Address(address) => account::Id::new(address),
            Proposer::Place(place) => {
                let (index, size) = (usize::from(place), validators.validators.len());
                let proposer = validators.validators.get(index);
                proposer.ok_or(Refusal::Place { index, size })?.address
            }
        },
    })
}

/// The commit: for the header's own hash, since the form has no place for another.
fn commit(compact: &Compact, hash: &Hash, validators: &Set) -> Result<Commit, Refusal> {
    let expected = validators.validators.len();
    let actual = usize::from(compact.last_place).saturating_add(1);
    if expected != actual {
        return Err(Refusal::SlotCount { expected, actual });
    }
    let mut votes = compact.votes.iter().peekable();
    let mut signatures = Vec::with_capacity(actual);
    for (place, validator) in (0..=compact.last_place).zip(&validators.validators) {
        let vote = votes.next_if(|vote| vote.place == place);
        signatures.push(match vote {
            None => CommitSig::BlockIdFlagAbsent,
            Some(Vote {
                time, signature, ..
            }) => CommitSig::BlockIdFlagCommit {
                validator_address: validator.address,
                timestamp: comet::comet_time("vote time", Timestamp(*time))?,
                signature: Signature::new(signature)
                    .map_err(|_| Refusal::Field { field: "signature" })?,
            },
        });
    }
    let field = "round";
    Ok(Commit {
        height: comet::comet_height(Height(compact.height))?,
        round: compact
            .round
            .try_into()
            .map_err(|_| Refusal::Field { field })?,
        block_id: comet::comet_block_id(hash, compact.parts, &compact.parts_hash)?,
        signatures,
    })
}
