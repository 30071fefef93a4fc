//! Bytes are the cost: how large headers are in either form. Shown with `--nocapture`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod zone;

use zone::{block, size, Reader, Seats};

/// A vote: 64 bytes of signature and 5 of time.
const VOTE: usize = 69;

/// Everything else, for a zone of up to 256 validators whose set did not change.
const REST: usize = 330;

#[test]
fn a_compact_header_is_little_more_than_the_votes_it_needs() {
    println!("validators powers  change compact votes standard");
    for count in [4u16, 10, 25, 50, 100, 150, 175] {
        for (powers, seats) in [
            ("equal", Seats::equal(count, 1_000_000)),
            ("skewed", Seats::skewed(count)),
        ] {
            let trusted = block(5_000_000, &seats, &seats);
            let reader = Reader::trusting(&trusted, vec![seats.set()], 5_000_100);
            let mut one = seats.clone();
            one.0[1].1 += 12_345;
            // Every power moves by a little, as delegations do; no validator can leave without a third's trust.
            let all = Seats(
                seats
                    .0
                    .iter()
                    .map(|(seed, power)| (*seed, power + 77))
                    .collect(),
            );
            for (change, own) in [("none", &seats), ("one", &one), ("all", &all)] {
                let next = block(5_000_100, own, own);
                let compact = next.compact(&trusted, &reader.cache.0, false).unwrap();
                let standard = next.standard(&trusted);
                reader.open(&compact).unwrap();
                let votes = *reader.crypto.batches.borrow().last().unwrap();
                println!(
                    "{count:>10} {powers:<7} {change:<6} {:>7} {votes:>5} {:>8}",
                    size(&compact),
                    size(&standard)
                );
                let changes = match change {
                    "none" => 0,
                    "one" => 50,
                    _ => 40 + 7 * usize::from(count),
                };
                assert!(size(&compact) <= REST + VOTE * votes + changes);
                assert!(size(&compact) * 3 < size(&standard) || count < 25);
            }
        }
    }
}

#[test]
fn thirty_one_of_a_hundred_hold_two_thirds_where_powers_are_skewed() {
    let seats = Seats::skewed(100);
    let total = u128::from(seats.set().total());
    let of_first = |count: usize| -> u128 {
        let first = seats.0.iter().take(count);
        first.map(|(_, power)| u128::from(*power)).sum()
    };
    assert!(3 * of_first(31) > 2 * total);
    assert!(3 * of_first(30) <= 2 * total);
}
