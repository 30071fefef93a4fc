//! What the light client library is given to count votes with.

use tendermint::validator;
use tendermint_light_client_verifier::{
    errors::VerificationError,
    operations::{
        voting_power::{VotingPowerCalculator, VotingPowerTally},
        CommitValidator,
    },
    predicates::VerificationPredicates,
    types::{SignedHeader, TrustThreshold, ValidatorSet},
};

use crate::{choose::is_more_than, keys::Keys, merkle, ValidatorKey};

/// A tally that is handed the keys whose votes were verified. It counts a validator of any set once, by its key: votes
/// have no say in who cast them. (The library's own calculator verifies signatures itself and cannot hold the host's
/// cryptography; before 0.40.3 it let one validator vote for others, ISA-2025-003.)
pub(crate) struct Tally<'a> {
    verified: Keys<'a>,
}

impl<'a> Tally<'a> {
    pub fn new(verified: &'a [ValidatorKey]) -> Tally<'a> {
        let verified = Keys::of(verified.iter());
        Tally { verified }
    }

    fn of(&self, set: &ValidatorSet, trust_threshold: TrustThreshold) -> VotingPowerTally {
        let voted = |info: &&validator::Info| {
            let key = info.pub_key.ed25519();
            let key = key.and_then(|key| ValidatorKey::try_from(key.as_bytes()).ok());
            key.is_some_and(|key| self.verified.place_of(&key).is_some())
        };
        let powers = set
            .validators()
            .iter()
            .filter(voted)
            .map(validator::Info::power);
        VotingPowerTally {
            total: set.total_voting_power().value(),
            tallied: powers.fold(0, u64::saturating_add),
            trust_threshold,
        }
    }
}

/// The library's own comparison multiplies in 64 bits, and would panic on a great power and a great denominator.
fn reached(tally: &VotingPowerTally) -> bool {
    let level = &tally.trust_threshold;
    is_more_than(
        (level.numerator(), level.denominator()),
        tally.tallied,
        tally.total,
    )
}

impl VotingPowerCalculator for Tally<'_> {
    fn total_power_of(&self, set: &ValidatorSet) -> u64 {
        set.total_voting_power().value()
    }

    fn check_enough_trust_and_signers(
        &self,
        header: &SignedHeader,
        trusted: &ValidatorSet,
        level: TrustThreshold,
        own: &ValidatorSet,
    ) -> Result<(), VerificationError> {
        let tally = self.of(trusted, level);
        if !reached(&tally) {
            return Err(VerificationError::not_enough_trust(tally));
        }
        self.check_signers_overlap(header, own)
    }

    fn check_signers_overlap(
        &self,
        _header: &SignedHeader,
        own: &ValidatorSet,
    ) -> Result<(), VerificationError> {
        let tally = self.of(own, TrustThreshold::TWO_THIRDS);
        if !reached(&tally) {
            return Err(VerificationError::insufficient_signers_overlap(tally));
        }
        Ok(())
    }

    fn voting_power_in(
        &self,
        _header: &SignedHeader,
        set: &ValidatorSet,
        level: TrustThreshold,
    ) -> Result<VotingPowerTally, VerificationError> {
        Ok(self.of(set, level))
    }

    fn voting_power_in_sets(
        &self,
        _header: &SignedHeader,
        first: (&ValidatorSet, TrustThreshold),
        second: (&ValidatorSet, TrustThreshold),
    ) -> Result<(VotingPowerTally, VotingPowerTally), VerificationError> {
        Ok((self.of(first.0, first.1), self.of(second.0, second.1)))
    }
}

/// The library's predicates as they are, over our SHA-256.
pub(crate) struct Predicates;

impl VerificationPredicates for Predicates {
    type Sha256 = merkle::Sha256;
}

/// The library's checks of a commit as they are: a slot a validator, at least one vote, no voter outside the set.
pub(crate) struct Commits;

impl CommitValidator for Commits {}
