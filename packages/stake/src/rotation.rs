//! Who proposes when (mpos.txt III.C: stake "defines the frequency by which the validator may propose a new block"): the
//! rules of CometBFT's proposer priority.

use alloc::vec::Vec;

use crate::state::{Member, Priority, ValidatorNumber};

/// Priorities stay within twice the total power of one another.
const WINDOW: i128 = 2;

/// Powers together are below this: what is above is shifted out, alike for all.
const MAX_TOTAL_BITS: u32 = 100;

/// The priorities of a new snapshot: the old ones after `rounds` proposals, of those who stay; who comes begins at -9/8 of
/// the total, so that coming back is no way to the front. Then all are brought within the window and around zero.
pub fn carry(before: &[Priority], rounds: u16, members: &[Member]) -> Vec<Priority> {
    let mut advanced = before.to_vec();
    for _ in 0..rounds {
        propose(&mut advanced);
    }
    let total = members
        .iter()
        .fold(0u128, |sum, member| sum.saturating_add(member.weight.0));
    let bits = u128::BITS.saturating_sub(total.leading_zeros());
    let shift = bits.saturating_sub(MAX_TOTAL_BITS);
    let power = |member: &Member| {
        let shifted = member.weight.0.checked_shr(shift).unwrap_or(0);
        i128::try_from(shifted).unwrap_or(i128::MAX)
    };
    let stays = |validator| members.iter().any(|member| member.validator == validator);
    let powers = members.iter().map(power).fold(0i128, i128::saturating_add);
    // CometBFT takes the total before removals.
    let removed = advanced.iter().filter(|old| !stays(old.validator));
    let removed = removed
        .map(|old| old.power)
        .fold(0i128, i128::saturating_add);
    let whole = powers.saturating_add(removed);
    let newcomer = whole.saturating_add(whole / 8).saturating_neg();
    let mut after: Vec<Priority> = members
        .iter()
        .map(|member| {
            let old = advanced
                .iter()
                .find(|old| old.validator == member.validator);
            Priority {
                validator: member.validator,
                power: power(member),
                priority: old.map_or(newcomer, |old| old.priority),
            }
        })
        .collect();
    rescale(&mut after);
    centre(&mut after);
    after
}

/// The first `n` proposers of a schedule.
pub fn schedule(priorities: &[Priority], n: u16) -> Vec<ValidatorNumber> {
    let mut priorities = priorities.to_vec();
    rescale(&mut priorities);
    centre(&mut priorities);
    (0..n).filter_map(|_| propose(&mut priorities)).collect()
}

/// One proposal: everybody gains its power, and the first of the highest proposes and pays the total.
fn propose(priorities: &mut [Priority]) -> Option<ValidatorNumber> {
    let total = total(priorities);
    for entry in priorities.iter_mut() {
        entry.priority = entry.priority.saturating_add(entry.power);
    }
    let highest = priorities.iter().map(|entry| entry.priority).max()?;
    let first = priorities
        .iter_mut()
        .find(|entry| entry.priority == highest)?;
    first.priority = first.priority.saturating_sub(total);
    Some(first.validator)
}

fn total(priorities: &[Priority]) -> i128 {
    let powers = priorities.iter().map(|entry| entry.power);
    powers.fold(0i128, i128::saturating_add)
}

fn rescale(priorities: &mut [Priority]) {
    let all = || priorities.iter().map(|entry| entry.priority);
    let (Some(most), Some(least)) = (all().max(), all().min()) else {
        return;
    };
    let window = total(priorities).saturating_mul(WINDOW);
    let spread = most.saturating_sub(least);
    if window <= 0 || spread <= window {
        return;
    }
    let up = spread.saturating_add(window.saturating_sub(1));
    let ratio = up.checked_div(window).unwrap_or(1).max(1);
    for entry in priorities.iter_mut() {
        entry.priority = entry.priority.checked_div(ratio).unwrap_or(entry.priority);
    }
}

fn centre(priorities: &mut [Priority]) {
    let Ok(number) = i128::try_from(priorities.len()) else {
        return;
    };
    let sum = priorities
        .iter()
        .fold(0i128, |sum, entry| sum.saturating_add(entry.priority));
    let Some(average) = sum.checked_div_euclid(number) else {
        return;
    };
    for entry in priorities.iter_mut() {
        entry.priority = entry.priority.saturating_sub(average);
    }
}
