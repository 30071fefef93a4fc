//! Which votes are needed: the same answer for the one who sends a header and for the one who verifies it.

use alloc::vec::Vec;

use tessera_primitives::Ratio;

use crate::{keys::Keys, Validator, ValidatorKey, ValidatorSet};

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
    let keys = announced.map(|announced| Keys::of(announced.set.validators().iter().map(key)));
    let trusted_power = |key| {
        let place = keys.as_ref().and_then(|keys| keys.place_of(key));
        let members = announced.map(|announced| announced.set.validators());
        let member = place.and_then(|place| members.unwrap_or_default().get(place));
        member.map_or(0, |member| member.power)
    };
    let mut voters = Vec::new();
    for (place, validator) in set.validators().iter().enumerate() {
        if voted(place) {
            let voter = Voter {
                place,
                power: validator.power,
                trusted_power: trusted_power(&validator.key),
            };
            insert(&mut voters, voter, |voter| {
                (voter.power, voter.trusted_power)
            });
        }
    }
    let mut chosen = alloc::vec![false; set.validators().len()];
    let mut rest = Vec::new();
    let mut tally = 0u64;
    let mut trusted_tally = 0u64;
    for voter in voters {
        if is_more_than(TWO_THIRDS, tally, set.total()) {
            insert(&mut rest, voter, |voter| voter.trusted_power);
        } else {
            tally = tally.saturating_add(voter.power);
            trusted_tally = trusted_tally.saturating_add(voter.trusted_power);
            choose_place(&mut chosen, &voter);
        }
    }
    if let Some(Announced { set, level }) = announced {
        let level = (level.numerator(), level.denominator());
        for voter in rest {
            if is_more_than(level, trusted_tally, set.total()) {
                break;
            }
            trusted_tally = trusted_tally.saturating_add(voter.trusted_power);
            choose_place(&mut chosen, &voter);
        }
    }
    let places = chosen.into_iter().enumerate();
    places
        .filter(|(_, chosen)| *chosen)
        .map(|(place, _)| place)
        .collect()
}

fn key(validator: &Validator) -> &ValidatorKey {
    &validator.key
}

fn choose_place(chosen: &mut [bool], voter: &Voter) {
    if let Some(place) = chosen.get_mut(voter.place) {
        *place = true;
    }
}

/// Keeps voters in order, the largest power first, and equals as they came. Sets come in this order already, so that
/// nothing is moved; a general sort would cost a contract 10 kB.
fn insert<P: Ord>(voters: &mut Vec<Voter>, voter: Voter, power: impl Fn(&Voter) -> P) {
    let place = voters.partition_point(|other| power(other) >= power(&voter));
    voters.insert(place, voter);
}
