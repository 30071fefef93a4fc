//! The light client library's verdicts as our refusals.

use alloc::string::ToString;

use tendermint_light_client_verifier::{
    errors::VerificationErrorDetail as Detail,
    operations::voting_power::VotingPowerTally,
    types::{Height as CometHeight, Time},
    Verdict,
};
use tessera_primitives::{Hash, Height, Ratio, Timestamp, ZoneId};

use crate::{comet, Refusal};

pub(crate) fn accept(verdict: Verdict) -> Result<(), Refusal> {
    match verdict {
        Verdict::Success => Ok(()),
        Verdict::NotEnoughTrust(tally) => Err(too_little_trust(&tally)),
        Verdict::Invalid(detail) => Err(refusal(detail)),
    }
}

fn refusal(detail: Detail) -> Refusal {
    match detail {
        Detail::HeaderFromTheFuture(error) => Refusal::FromFuture {
            before: error
                .now
                .checked_add(error.max_clock_drift)
                .map_or(LATEST, time),
            actual: time(error.header_time),
        },
        Detail::NotWithinTrustPeriod(error) => Refusal::Expired {
            expired_at: time(error.expires_at),
            now: time(error.now),
        },
        Detail::NonMonotonicBftTime(error) => Refusal::TimeNotLater {
            after: time(error.trusted_header_bft_time),
            actual: time(error.header_bft_time),
        },
        // The library names the least height that it would have taken.
        Detail::NonIncreasingHeight(error) => Refusal::HeightNotHigher {
            above: Height(height(error.expected).0.saturating_sub(1)),
            actual: height(error.got),
        },
        Detail::InvalidValidatorSet(error) => Refusal::ValidatorsHash {
            set: "validators",
            expected: hash(error.header_validators_hash),
            actual: hash(error.validators_hash),
        },
        // Its only use here is for adjacent headers, where the names of its fields are misleading.
        Detail::InvalidNextValidatorSet(error) => Refusal::NotNextValidators {
            expected: hash(error.next_validators_hash),
            actual: hash(error.header_next_validators_hash),
        },
        Detail::InvalidCommitValue(error) => Refusal::WrongBlock {
            expected: hash(error.header_hash),
            actual: hash(error.commit_hash),
        },
        Detail::MismatchPreCommitLength(error) => Refusal::SlotCount {
            expected: error.validator_length,
            actual: error.pre_commit_length,
        },
        Detail::NoSignatureForCommit(_) => Refusal::NoVotes,
        Detail::NotEnoughTrust(error) => too_little_trust(&error.tally),
        Detail::InsufficientSignersOverlap(error) => Refusal::TooLittlePower {
            signed: error.tally.tallied,
            total: error.tally.total,
        },
        Detail::ChainIdMismatch(error) => match ZoneId::new(error.expected) {
            Ok(expected) => Refusal::WrongChain {
                expected,
                actual: error.got,
            },
            Err(malformed) => malformed.into(),
        },
        // Votes come with verified keys, each in its own slot, so the rest cannot happen.
        other => Refusal::Library {
            reason: other.to_string(),
        },
    }
}

fn too_little_trust(tally: &VotingPowerTally) -> Refusal {
    let level = &tally.trust_threshold;
    match Ratio::new(level.numerator(), level.denominator()) {
        Ok(level) => Refusal::TooLittleTrust {
            signed: tally.tallied,
            total: tally.total,
            level,
        },
        Err(malformed) => malformed.into(),
    }
}

const LATEST: Timestamp = Timestamp(u64::MAX);

/// For telling only: a time beyond our range is told as the nearest in it.
fn time(time: Time) -> Timestamp {
    match comet::time_of("time", time) {
        Ok(time) => time,
        Err(_) if time.unix_timestamp() < 0 => Timestamp(0),
        Err(_) => LATEST,
    }
}

fn height(height: CometHeight) -> Height {
    comet::height_of(height)
}

fn hash(hash: tendermint::Hash) -> Hash {
    comet::hash_of(hash).unwrap_or(Hash::ZERO)
}
