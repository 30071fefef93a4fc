//! What somebody who had not written the rule silenced a feed by. Each of these worked once.

mod world;

use tessera_price::Freshness;
use world::World;

/// All reporters are awake and honest, and the market swings wider than the band, so that no price is confirmed: the token
/// weighs by the lower of the last accepted price and what is said now.
#[test]
fn a_swinging_market_does_not_silence_its_feed() {
    let mut world = World::new();
    world.live(100, 7_200);
    let mut swings = |levels: [u128; 2], weighs: [u128; 2]| {
        for round in 0..40 {
            world.live(levels[round % 2], 1_500);
            assert!(matches!(world.freshness(), Freshness::Suspect { .. }));
            // Grace is two hours: what was accepted last weighs until then.
            if round >= 5 {
                assert_eq!(world.weight_price(), Some(weighs[round % 2]));
            }
        }
    };
    // What is pumped weighs no more for it; what has fallen weighs less.
    swings([112, 126], [100, 100]);
    swings([75, 60], [75, 60]);
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
