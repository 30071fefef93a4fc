//! Amounts are multiplied and divided without losing a unit, and every rounding says whom it favours.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::cmp::Ordering;

use proptest::prelude::*;
use tessera_primitives::{
    wide, Amount, Height, Meter, MeterFull, Overflow, Price, Ratio, Seconds, Throttle, Timestamp,
    Value, Weight,
};

/// 256 bits as eight digits of 32, least first: schoolbook, unlike what it checks.
type Digits = [u32; 8];

fn digits(number: u128) -> Digits {
    let mut digits = [0; 8];
    (0..4).for_each(|at| digits[at] = (number >> (32 * at)) as u32);
    digits
}

fn product(a: u128, b: u128) -> Digits {
    let (a, b) = (digits(a), digits(b));
    let mut result = [0u32; 8];
    for i in 0..4 {
        let mut carry = 0u64;
        for j in 0..4 {
            let sum = u64::from(result[i + j]) + u64::from(a[i]) * u64::from(b[j]) + carry;
            result[i + j] = sum as u32;
            carry = sum >> 32;
        }
        result[i + 4] = carry as u32;
    }
    result
}

fn compare(a: &Digits, b: &Digits) -> Ordering {
    a.iter().rev().cmp(b.iter().rev())
}

fn plus(a: &Digits, b: u128) -> Digits {
    let (b, mut carry) = (digits(b), 0u64);
    std::array::from_fn(|at| {
        let sum = u64::from(a[at]) + u64::from(b[at]) + carry;
        carry = sum >> 32;
        sum as u32
    })
}

/// Numbers of every size, and those at the edges of words.
fn number() -> impl Strategy<Value = u128> {
    prop_oneof![
        (any::<u128>(), 0..128u32).prop_map(|(number, shift)| number >> shift),
        (0..128u32, 0..3u128).prop_map(|(shift, less)| (1u128 << shift).wrapping_sub(less)),
        Just(u128::MAX),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn products_compare_as_in_school(a in number(), b in number(), c in number(), d in number()) {
        let expected = compare(&product(a, b), &product(c, d));
        prop_assert_eq!(wide::compare_products(a, b, c, d), expected);
        prop_assert_eq!(wide::compare_products(a, b, b, a), Ordering::Equal);
        if b < u128::MAX && a > 0 {
            prop_assert_eq!(wide::compare_products(a, b, a, b + 1), Ordering::Less);
        }
    }

    /// q·d ≤ a·b < (q + 1)·d, and refused exactly when no u128 is such a q.
    #[test]
    fn quotients_are_rounded_down_or_up_by_less_than_one(a in number(), b in number(), divisor in number()) {
        let (whole, down, up) = (product(a, b), wide::multiply_divide(a, b, divisor), wide::multiply_divide_up(a, b, divisor));
        match down {
            Ok(quotient) => {
                let least = product(quotient, divisor);
                prop_assert!(compare(&least, &whole) != Ordering::Greater);
                prop_assert_eq!(compare(&whole, &plus(&least, divisor)), Ordering::Less);
                let exact = least == whole;
                let expected = if exact { Some(quotient) } else { quotient.checked_add(1) };
                prop_assert_eq!(up.ok(), expected);
            }
            Err(refusal) => {
                prop_assert_eq!(refusal, Overflow("quotient"));
                prop_assert!(up.is_err());
                let beyond = plus(&product(u128::MAX, divisor), divisor);
                prop_assert!(divisor == 0 || compare(&whole, &beyond) != Ordering::Less);
            }
        }
    }

    #[test]
    fn a_quorum_is_more_than_two_thirds(votes in number(), total in number()) {
        let expected = compare(&product(3, votes), &product(2, total)) == Ordering::Greater;
        prop_assert_eq!(Weight(votes).is_quorum_of(Weight(total)), expected);
    }

    #[test]
    fn a_share_and_the_rest_make_the_whole(amount in number(), numerator: u64, denominator in 1..=u64::MAX) {
        let (numerator, denominator) = (numerator.min(denominator), denominator.max(numerator));
        let ratio = Ratio::new(numerator, denominator).unwrap();
        let rest = Ratio::new(denominator - numerator, denominator).unwrap();
        let (share, rest) = (ratio.of(Amount(amount)).unwrap(), rest.of(Amount(amount)).unwrap());
        let lost = amount - share.0 - rest.0;
        prop_assert!(lost <= 1, "both are rounded down");
    }

    #[test]
    fn fractions_are_compared_by_value(a in 0..50u64, b in 1..50u64, c in 0..50u64, d in 1..50u64, by in 1..1_000u64) {
        let (a, b, c, d) = (a.min(b), b, c.min(d), d);
        let (one, other) = (Ratio::new(a, b).unwrap(), Ratio::new(c, d).unwrap());
        prop_assert_eq!(one.cmp(&other), (a * d).cmp(&(c * b)));
        prop_assert_eq!(one == other, a * d == c * b);
        prop_assert_eq!(one, Ratio::new(a * by, b * by).unwrap());
    }
}

#[test]
fn a_quorum_is_exact_at_the_edge() {
    assert!(!Weight(2).is_quorum_of(Weight(3)));
    assert!(Weight(3).is_quorum_of(Weight(4)));
    assert!(!Weight(66).is_quorum_of(Weight(99)), "exactly two thirds");
    assert!(Weight(67).is_quorum_of(Weight(99)) && Weight(67).is_quorum_of(Weight(100)));
    assert!(
        !Weight::ZERO.is_quorum_of(Weight::ZERO),
        "nobody is no quorum of nobody"
    );
    assert!(Weight(u128::MAX).is_quorum_of(Weight(u128::MAX)));
}

#[test]
fn a_value_is_rounded_down_once() {
    let price = |whole: u128| Price(whole * 1_000_000_000_000_000_000);
    // Two whole tokens of six decimals at 3 each: 6 in micro-units.
    assert_eq!(
        Value::of(Amount(2_000_000), price(3), 6),
        Ok(Value(6_000_000))
    );
    // One base unit of eighteen decimals at 1: far below a micro-unit; 10¹² of them are exactly one.
    assert_eq!(
        Value::of(Amount(999_999_999_999), price(1), 18),
        Ok(Value(0))
    );
    assert_eq!(
        Value::of(Amount(1_000_000_000_000), price(1), 18),
        Ok(Value(1))
    );
    assert_eq!(
        Value::of(Amount(1_999_999_999_999), price(1), 18),
        Ok(Value(1))
    );
    // Rounding the unit price first would lose this one.
    assert_eq!(
        Value::of(Amount(3), Price(333_333_333_333_333_334), 0),
        Ok(Value(1_000_000))
    );
    // The greatest token that has a value, and the first that has not.
    assert_eq!(
        Value::of(Amount(u128::MAX), Price(1_000_000_000_000), 0),
        Ok(Value(u128::MAX))
    );
    assert_eq!(
        Value::of(Amount(u128::MAX), Price(1_000_000_000_001), 0),
        Err(Overflow("quotient"))
    );
    assert_eq!(Value::of(Amount(1), Price(1), 26), Ok(Value(0)));
    assert_eq!(
        Value::of(Amount(1), Price(1), 27),
        Err(Overflow("decimals"))
    );
    assert_eq!(
        Value::of(Amount(0), Price(0), 255),
        Err(Overflow("decimals"))
    );
}

#[test]
fn sums_and_differences_refuse_to_wrap() {
    assert_eq!(Amount(u128::MAX - 1).plus(Amount(1)), Ok(Amount(u128::MAX)));
    assert_eq!(Amount(u128::MAX).plus(Amount(1)), Err(Overflow("amount")));
    assert_eq!(Amount(1).minus(Amount(1)), Ok(Amount::ZERO));
    assert_eq!(Amount(0).minus(Amount(1)), Err(Overflow("amount")));
    assert_eq!(Height(u64::MAX).plus(1), Err(Overflow("height")));
    assert_eq!(Height(1).minus(2), Err(Overflow("height")));
    assert_eq!(
        (Height(7).since(Height(5)), Height(5).since(Height(7))),
        (2, 0)
    );
}

#[test]
fn time_passed_is_rounded_up_so_that_nothing_looks_fresher() {
    let second = Timestamp::from_seconds(1).unwrap();
    assert_eq!(Timestamp(1_000_000_001).since(second), Seconds(1));
    assert_eq!(Timestamp(2_000_000_000).since(second), Seconds(1));
    assert_eq!(Timestamp(2_000_000_001).since(second), Seconds(2));
    assert_eq!(second.since(Timestamp(2_000_000_000)), Seconds(0));
    assert_eq!(Timestamp(1_999_999_999).seconds(), 1);
    assert_eq!(Timestamp(u64::MAX).plus(Seconds(1)), Err(Overflow("time")));
    assert_eq!(Timestamp(0).plus(Seconds(u64::MAX)), Err(Overflow("time")));
    assert_eq!(
        Timestamp::from_seconds(18_446_744_074),
        Err(Overflow("time"))
    );
    assert_eq!(Timestamp(5_000_000_007).to_string(), "5.000000007");
}

#[test]
fn a_share_is_rounded_down() {
    let third = Ratio::new(1, 3).unwrap();
    let of = |amount| third.of(Amount(amount)).unwrap().0;
    assert_eq!([of(2), of(3), of(5), of(6)], [0, 1, 1, 2]);
    assert_eq!(
        Ratio::new(1, 1).unwrap().of(Amount(u128::MAX)),
        Ok(Amount(u128::MAX))
    );
    assert_eq!(
        Ratio::new(0, 7).unwrap().of(Amount(u128::MAX)),
        Ok(Amount(0))
    );
}

#[test]
fn a_ratio_lies_between_nothing_and_the_whole() {
    assert!(Ratio::new(1, 0).is_err() && Ratio::new(0, 0).is_err() && Ratio::new(4, 3).is_err());
    for text in [
        r#"{"numerator":1,"denominator":0}"#,
        r#"{"numerator":4,"denominator":3}"#,
    ] {
        assert!(serde_json::from_str::<Ratio>(text).is_err(), "{text}");
    }
    let text = r#"{"numerator":2,"denominator":4}"#;
    let half: Ratio = serde_json::from_str(text).unwrap();
    assert_eq!(
        serde_json::to_string(&half).unwrap(),
        text,
        "as it was given"
    );
    assert_eq!(half, Ratio::new(1, 2).unwrap());
    assert_eq!(half.to_string(), "2/4");
}

#[test]
fn a_meter_lets_its_limit_pass_in_each_window() {
    let at = |seconds| Timestamp::from_seconds(seconds).unwrap();
    let meter = Meter::new(Amount(10), Seconds(60));
    let meter = meter.passed(at(1_000), Amount(4)).unwrap();
    let meter = meter.passed(at(1_059), Amount(6)).unwrap();
    let full = |asked, left, until| {
        Err(MeterFull {
            asked: Amount(asked),
            left: Amount(left),
            until: at(until),
        })
    };
    assert_eq!(meter.passed(at(1_059), Amount(1)), full(1, 0, 1_060));
    assert_eq!(
        meter.passed(at(1_059), Amount(0)),
        Ok(meter),
        "nothing always passes"
    );
    let fresh = meter.passed(at(1_060), Amount(10)).unwrap();
    assert_eq!((fresh.opened, fresh.used), (at(1_060), Amount(10)));
    // What never fits is refused with what a new window would leave.
    assert_eq!(meter.passed(at(1_060), Amount(11)), full(11, 10, 1_120));
    assert_eq!(
        fresh.passed(at(1_119), Amount(u128::MAX)),
        full(u128::MAX, 0, 1_120)
    );
}

#[test]
fn a_meter_whose_window_never_ends_fills_once() {
    let meter = Meter::new(Amount(5), Seconds(u64::MAX));
    let meter = meter.passed(Timestamp(1), Amount(5)).unwrap();
    let refusal = meter
        .passed(Timestamp(u64::MAX - 1), Amount(1))
        .unwrap_err();
    assert_eq!(
        (refusal.left, refusal.until),
        (Amount(0), Timestamp(u64::MAX))
    );
}

proptest! {
    /// The doc's promise: no span as long as one window sees more than twice the limit.
    #[test]
    fn at_most_twice_the_limit_passes_in_any_window(
        limit in 0..100u128,
        uses in proptest::collection::vec((0..40u64, 0..60u128), 1..60),
    ) {
        const WINDOW: u64 = 50;
        let mut meter = Meter::new(Amount(limit), Seconds(WINDOW));
        let mut now = 1_000u64;
        let mut passed: Vec<(u64, u128)> = vec![];
        for (later, amount) in uses {
            now += later;
            if let Ok(next) = meter.passed(Timestamp::from_seconds(now).unwrap(), Amount(amount)) {
                meter = next;
                passed.push((now, amount));
            }
            let recent = passed.iter().filter(|(time, _)| time + WINDOW > now);
            prop_assert!(recent.map(|(_, amount)| amount).sum::<u128>() <= 2 * limit);
        }
    }
}

#[test]
fn a_throttle_lets_a_large_thing_pass_and_then_waits() {
    let (allowance, hour) = (Amount(100), Seconds(3_600));
    let at = |seconds| Timestamp::from_seconds(seconds).unwrap();
    let throttle = Throttle::default().refilled(at(10), allowance, hour);
    let throttle = throttle.passed(allowance, Amount(99)).unwrap();
    let throttle = throttle.passed(allowance, Amount(151)).unwrap();
    assert_eq!(throttle.debt, Amount(250));
    assert_eq!(throttle.passed(allowance, Amount(0)), None);
    // 150 of debt are an hour and a half: the level is then at zero, not above it.
    assert_eq!(
        throttle
            .refilled(at(10 + 5_400), allowance, hour)
            .passed(allowance, Amount(1)),
        None
    );
    let later = throttle.refilled(at(10 + 5_436), allowance, hour);
    assert_eq!(later.debt, Amount(99));
    assert!(later.passed(allowance, Amount(1)).is_some());
    assert_eq!(
        throttle.refilled(at(1_000_000), allowance, hour).debt,
        Amount(0)
    );
    assert!(
        throttle.passed(Amount(0), Amount(7)).is_some(),
        "nothing to protect"
    );
}

proptest! {
    /// Wide numbers keep the laws of arithmetic, and their quotient is rounded down.
    #[test]
    fn wide_numbers_add_multiply_and_divide(a: u128, b: u128, c in 1..u128::MAX, d: u128) {
        let product = wide::multiply(a, b);
        prop_assert_eq!(wide::Wide::from(a).times(b), Ok(product));
        let sum = product.plus(d.into());
        if let Ok(sum) = sum {
            prop_assert_eq!(sum.minus(d.into()), Ok(product));
            let quotient = sum.divided(c).unwrap();
            let least = quotient.times(c).unwrap();
            prop_assert!(least <= sum);
            prop_assert!(sum.minus(least).unwrap().narrow().unwrap() < c);
        }
        prop_assert_eq!(product.minus(product), Ok(wide::Wide::ZERO));
        if a > 0 && b > 0 {
            prop_assert_eq!(product.divided(a), Ok(b.into()));
        }
    }
}

#[test]
fn wide_numbers_refuse_what_does_not_fit() {
    let most = wide::multiply(u128::MAX, u128::MAX);
    assert_eq!(most.times(2), Err(Overflow("wide product")));
    assert!(most.plus(most).is_err());
    assert!(wide::Wide::ZERO.minus(1.into()).is_err());
    assert!(most.divided(0).is_err());
    assert!(most.narrow().is_err());
}
