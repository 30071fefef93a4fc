//! Rests, probation and the order in which nodes are asked, with time in hand.

use std::time::{Duration, Instant};

use tessera::chain::wasmd::{
    health::{order, Health, Status},
    Fault,
};
use tessera_primitives::Height;

const QUICK: Duration = Duration::from_millis(20);

fn well() -> Health {
    let mut health = Health::default();
    health.answered(QUICK);
    health
}

fn after(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}

#[test]
fn each_fault_doubles_the_rest_up_to_a_minute_and_a_lie_rests_longer() {
    let now = Instant::now();
    let rest = |fault: Fault, times: u32| {
        let mut health = well();
        for _ in 0..times {
            health.failed(fault.clone(), now, 0.0);
        }
        (0..2_000).find(|second| !health.rests(now + Duration::from_secs(*second)))
    };
    let weak = Fault::Slow(QUICK);
    assert_eq!(
        [1, 2, 3, 40].map(|times| rest(weak.clone(), times)),
        [1, 2, 4, 60].map(Some)
    );
    let lie = Fault::Forged("root".into());
    assert_eq!(
        [1, 2, 40].map(|times| rest(lie.clone(), times)),
        [30, 60, 900].map(Some)
    );
    let limited = |after| Fault::Limited { after };
    assert_eq!(rest(limited(None), 3), Some(5));
    let hour = Some(Duration::from_secs(3_600));
    assert_eq!(
        rest(limited(hour), 1),
        Some(300),
        "no node may send us away for good"
    );
}

#[test]
fn who_failed_is_last_until_it_was_probed_and_pays_for_it_by_answers() {
    let now = Instant::now();
    let mut healths = vec![well(), well()];
    healths[0].failed(Fault::Slow(QUICK), now, 0.0);
    assert_eq!(order(&healths, 0, None, now), [1, 0]);
    // Its rest is over, and nobody knows yet whether it is well.
    assert_eq!(order(&healths, 0, None, after(2)), [1, 0]);
    healths[0].readmit();
    assert!(healths[0].score() > healths[1].score());
    healths[0].answered(QUICK);
    assert_eq!(order(&healths, 0, None, now), [0, 1]);
}

#[test]
fn the_one_that_served_stays_unless_it_is_much_worse() {
    let now = Instant::now();
    let mut healths = vec![well(), well()];
    healths[1].answered(Duration::from_millis(60));
    assert_eq!(order(&healths, 1, None, now), [1, 0]);
    for _ in 0..20 {
        healths[1].answered(Duration::from_millis(400));
    }
    assert_eq!(order(&healths, 1, None, now), [0, 1]);
}

#[test]
fn what_is_pruned_is_asked_elsewhere_first() {
    let now = Instant::now();
    let mut healths = vec![well(), well()];
    let status = |earliest| Status {
        tip: Height(1_000),
        earliest: Height(earliest),
    };
    healths[0].probed(status(900)).unwrap();
    healths[1].probed(status(1)).unwrap();
    assert_eq!(order(&healths, 0, Some(Height(899)), now), [1, 0]);
    assert_eq!(order(&healths, 0, Some(Height(900)), now), [0, 1]);
}

#[test]
fn who_serves_another_chain_is_not_asked_even_when_nobody_else_is_left() {
    let now = Instant::now();
    let mut healths = vec![well(), well()];
    healths[0].failed(Fault::WrongChain("other".into()), now, 0.0);
    healths[1].failed(Fault::Unreachable("refused".into()), now, 0.0);
    assert_eq!(order(&healths, 0, None, now), [1]);
    assert!(
        healths[0].is_unchecked(),
        "and is checked before it is asked again"
    );
}
