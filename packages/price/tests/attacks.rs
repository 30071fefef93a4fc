//! What somebody who had not written the rule silenced a feed by. Each of these worked once.

mod world;

use tessera_price::Freshness;
use world::World;

/// All reporters are awake and honest, and the market swings wider than the band, so that no price is confirmed: the token
/// weighs by the lower of the last accepted price and what is said now, unless that is far lower.
#[test]
fn a_swinging_market_does_not_silence_its_feed() {
    let mut world = World::new();
    world.live(100, 7_200);
    let mut swings = |levels: [u128; 2], weighs: [Option<u128>; 2]| {
        for round in 0..40 {
            world.live(levels[round % 2], 1_500);
            assert!(matches!(world.freshness(), Freshness::Suspect { .. }));
            // Grace is two hours: what was accepted last weighs until then.
            if round >= 5 {
                assert_eq!(world.weight_price(), weighs[round % 2]);
            }
        }
    };
    // What is pumped weighs no more for it; what has fallen weighs less.
    swings([112, 126], [Some(100), Some(100)]);
    swings([88, 112], [Some(88), Some(100)]);
    swings([80, 60], [Some(80), None]);
    // Nobody speaks: there is no price.
    world.time += 3_600;
    assert_eq!(world.weight_price(), None);
}

/// A silence shorter than grace, and then one true move: something weighs while it is confirmed.
#[test]
fn a_move_after_a_gap_is_no_outage() {
    let mut world = World::new();
    world.live(100, 7_200);
    world.time += 3_360;
    for _ in 0..12 {
        world.live(112, 480);
        assert!(world.weight_price() >= Some(100));
    }
    assert_eq!(world.weight_price(), Some(112));
}

/// A moment's dip, and the first quorum after a silence, are not what stake is weighed by.
#[test]
fn a_moments_dip_past_grace_does_not_weigh() {
    let mut world = World::new();
    world.live(100, 7_200);
    for round in 0..6 {
        world.live([112, 126][round % 2], 1_500);
    }
    assert_eq!(world.weight_price(), Some(100));
    world.live(5, 30);
    assert_eq!(world.weight_price(), None);
    world.live(112, 30);
    assert_eq!(world.weight_price(), Some(100));

    let mut world = World::new();
    world.live(100, 7_200);
    world.time += 10_000;
    assert_eq!(world.weight_price(), None);
    world.live(90, 60);
    assert_eq!(world.weight_price(), None);
}
