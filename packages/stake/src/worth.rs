//! What slashes leave of stake.
//!
//! A part is worth its raw amount after each slash that it meets, in order of acceptance, rounded down at each. So it does
//! not matter when somebody touches it, and what it is worth is never more than `raw × Π(1 - f)`, which its cell holds at
//! least: a cell loses `floor(f × amount)`, so it keeps the odd unit. The pool wins each rounding, by a unit a part and slash.

use alloc::vec::Vec;

use tessera_primitives::Amount;

use crate::state::{Mark, Part, SlashNumber, TaggedKey};

/// The slashes after `settled` that a part meets, at its validator and at its tag's, in order.
pub(crate) fn met(part: &Part, own: &[Mark], source: &[Mark]) -> Vec<Mark> {
    let own = own.iter().filter(|mark| mark.meets(part.from, part.until));
    let mut met: Vec<Mark> = own.copied().collect();
    if let Some(tag) = part.tag {
        let source = source.iter().filter(|mark| mark.meets(tag.from, tag.until));
        met.extend(source.copied());
    }
    ordered(met, part.settled)
}

/// The same for redelegated stake.
pub(crate) fn met_by_tagged(
    key: &TaggedKey,
    settled: SlashNumber,
    own: &[Mark],
    source: &[Mark],
) -> Vec<Mark> {
    let own = own.iter().filter(|mark| mark.meets(key.from, key.until));
    let source = source
        .iter()
        .filter(|mark| mark.meets(key.source_from, key.source_until));
    ordered(own.chain(source).copied().collect(), settled)
}

fn ordered(mut met: Vec<Mark>, settled: SlashNumber) -> Vec<Mark> {
    met.retain(|mark| mark.number > settled);
    met.sort_unstable_by_key(|mark| mark.number);
    met
}

/// What slashes leave of an amount.
pub(crate) fn after<'a>(amount: Amount, met: impl Iterator<Item = &'a Mark>) -> Amount {
    met.fold(amount, |left, mark| Amount(mark.fraction.keeps(left.0)))
}
