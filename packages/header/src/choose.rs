//! Which votes are needed: the same answer for the one who sends a header and for the one who verifies it.

use alloc::{collections::BTreeMap, vec::Vec};
use core::cmp::Reverse;

use tessera_primitives::Ratio;

use crate::{Validator, ValidatorKey, ValidatorSet};

/// Whether `signed` of `total` is strictly more than the level.
pub(crate) fn is_more_than(level: (u64, u64), signed: u64, total: u64) -> bool {
    let (numerator, denominator) = level;
    // Both products of two u64 fit a u128.
    u128::from(signed).saturating_mul(denominator.into())
        > u128::from(total).saturating_mul(numerator.into())
}

/// More than this share of a header's own set must have signed it.
pub(crate) const TWO_THIRDS: (u64, u64) = (2, 3);

/// The set that is trusted already, and the share of it that must have signed.
pub(crate) struct Announced<'a> {
    pub set: &'a ValidatorSet,
    pub level: Ratio,
}

struct Voter {
    place: usize,
    power: u64,
    trusted_power: u64,
}

/// The fewest votes, the largest powers first, that reach two thirds of the header's own set and, over skipped heights,
/// the trust level of the announced set; all votes if even they do not. Places in the header's set, in order.
///
/// Where both sets are one, no fewer votes would do. Where they differ, the votes for the first threshold are the
/// fewest, and to them those are added that bring the second nearest.
pub(crate) fn choose(
    set: &ValidatorSet,
    announced: Option<&Announced<'_>>,
    voted: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let trusted_powers: BTreeMap<&ValidatorKey, u64> = match announced {
        Some(announced) => announced.set.validators().iter().map(keyed).collect(),
        None => BTreeMap::new(),
    };
    let voters = set.validators().iter().enumerate();
    let mut voters: Vec<Voter> = voters
        .filter(|(place, _)| voted(*place))
        .map(|(place, each)| Voter {
            place,
            power: each.power,
            trusted_power: trusted_powers.get(&each.key).copied().unwrap_or(0),
        })
        .collect();
    voters.sort_by_key(|voter| Reverse((voter.power, voter.trusted_power)));
    let mut tally = 0u64;
    let mut rest = voters.split_off(first_reaching(&voters, |voter| {
        tally = tally.saturating_add(voter.power);
        is_more_than(TWO_THIRDS, tally, set.total())
    }));
    if let Some(announced) = announced {
        let level = (announced.level.numerator(), announced.level.denominator());
        let total = announced.set.total();
        let mut tally = voters
            .iter()
            .fold(0u64, |sum, voter| sum.saturating_add(voter.trusted_power));
        if !is_more_than(level, tally, total) {
            rest.sort_by_key(|voter| Reverse(voter.trusted_power));
            rest.truncate(first_reaching(&rest, |voter| {
                tally = tally.saturating_add(voter.trusted_power);
                is_more_than(level, tally, total)
            }));
            voters.append(&mut rest);
        }
    }
    let mut places: Vec<usize> = voters.iter().map(|voter| voter.place).collect();
    places.sort_unstable();
    places
}

fn keyed(validator: &Validator) -> (&ValidatorKey, u64) {
    (&validator.key, validator.power)
}

/// How many voters it takes until one of them reaches something; all if none does.
fn first_reaching(voters: &[Voter], reaches: impl FnMut(&Voter) -> bool) -> usize {
    voters
        .iter()
        .position(reaches)
        .map_or(voters.len(), |last| last.saturating_add(1))
}
