//! What somebody who had not written the rule shielded stake by: with what a slasher may take, and with a validator's list. Each
//! of these worked once.

mod world;

use tessera_stake::{
    state::{Kind, Standing},
    Event, Input, Share,
};
use world::{address, throttled, World, EPOCH, HUB, UNBONDING};

/// Who is guilty of something great does not shield himself by showing something small, or old, of his own first.
#[test]
fn a_small_conviction_is_no_shield() {
    for (fraction, kind, from) in [(1, Kind::Tombstone, 2), (60, Kind::Jail, 2)] {
        let mut world = World::new();
        world.create("alice", 100);
        world.create("carol", 100);
        world.epochs(30);
        let epoch = world.epoch();
        world.convict(kind, 0, fraction, [from, from]);
        assert_eq!(world.worth("alice", 0, HUB), 100_000_000);
        world.convict(Kind::Tombstone, 0, 60, [epoch, epoch]);
        assert_eq!(world.validator(0).standing, Standing::Tombstoned);
        let worth = world.worth("alice", 0, HUB);
        assert_eq!(worth, 40_000_000);
        // What is tombstoned is not jailed, from where one comes back.
        world.slash(0, 1, epoch, epoch);
        assert_eq!(world.validator(0).standing, Standing::Tombstoned);
        world.drain().unwrap();
        let worth = world.worth("alice", 0, HUB);
        world.unbond("alice", 0, HUB, worth).unwrap();
        world.time += UNBONDING + EPOCH;
        world.withdraw("alice", 0, HUB).unwrap();
        assert_eq!(world.paid("alice", HUB), worth);
        world.check();
    }
}

/// Convictions of next to nothing jail, but fill no list that great ones would have to join.
#[test]
fn slashes_of_next_to_nothing_shield_from_none() {
    let mut world = World::new();
    world.create("alice", 100);
    world.create("carol", 100);
    world.epochs(2);
    let epoch = world.epoch();
    for _ in 0..64 {
        let mut order = world.order(0, 0, epoch, epoch);
        order.fraction = Share::LEAST;
        world.act(Input::Slash(order)).unwrap();
    }
    assert!(matches!(
        world.validator(0).standing,
        Standing::Jailed { .. }
    ));
    world.convict(Kind::Tombstone, 0, 60, [epoch, epoch]);
    assert_eq!(world.worth("alice", 0, HUB), 40_000_000);
}

/// Evidence of a time when next to nothing was at stake is kept, and shown just before that of a fork: it uses up nothing of
/// what may be taken for the fork.
#[test]
fn a_kept_double_vote_of_dust_does_not_pay_for_a_fork() {
    let mut lost = Vec::new();
    for kept in [false, true] {
        let mut world = World::new();
        world.create("alice", 2_000);
        world.create("mallory", 1);
        world.epochs(2);
        let dust = world.epoch();
        world.bond("mallory", 1, HUB, 1_500_000_000).unwrap();
        world.bond("friend", 1, HUB, 1_000_000_000).unwrap();
        world.epochs(1);
        let fork = world.epoch();
        if kept {
            world.convict(Kind::Tombstone, 1, 60, [dust, dust]);
        }
        world.convict(Kind::Tombstone, 1, 60, [fork, fork]);
        world.drain().unwrap();
        lost.push(2_501_000_000 - world.worth("mallory", 1, HUB) - world.worth("friend", 1, HUB));
        world.check();
    }
    assert!(lost[0] >= 1_500_000_000, "{lost:?}");
    assert!(lost[1] >= 1_499_000_000, "{lost:?}");
}

/// The same by offences, or leaks, of the time before the stake came.
#[test]
fn a_limit_is_not_used_up_on_dust() {
    for (kind, times) in [(Kind::Jail, 3), (Kind::Leak, 9)] {
        let mut world = World::new();
        world.create("alice", 2_000);
        world.create("mallory", 3);
        world.epochs(2);
        for _ in 0..times {
            let epoch = world.epoch();
            world.convict(
                kind,
                1,
                if kind == Kind::Leak { 1 } else { 20 },
                [epoch, epoch],
            );
            world.drain().unwrap();
            world.epochs(u64::from(kind == Kind::Leak));
        }
        world.epochs(2);
        let operator = address("mallory");
        let _only_if_jailed = world.act(Input::Unjail { operator });
        world.bond("mallory", 1, HUB, 1_000_000_000).unwrap();
        world.epochs(1);
        let before = world.worth("mallory", 1, HUB);
        let epoch = world.epoch();
        world.slash(1, 60, epoch, epoch);
        assert!(
            before - world.worth("mallory", 1, HUB) > 595_000_000,
            "{kind:?}"
        );
    }
}

/// What was taken of as much as is at stake now counts in full: several slashes take no more than one may.
#[test]
fn a_slasher_takes_no_more_than_it_may() {
    let mut world = World::new();
    world.create("alice", 100);
    world.create("carol", 100);
    world.epochs(2);
    let epoch = world.epoch();
    world.slash(1, 40, epoch, epoch);
    world.slash(1, 40, epoch, epoch);
    world.drain().unwrap();
    // 60 % is what this core may take: 40 % and then 20 % of what is left.
    assert_eq!(world.worth("carol", 1, HUB), 48_000_000);
    world.epochs(1);
    // It is in no snapshot any more: what it weighed before its jail says what is met.
    let epoch = world.epoch();
    let events = world.slash(1, 10, epoch, epoch);
    assert!(matches!(events[0], Event::SlashPassed { .. }), "{events:?}");
}

/// The list is filled by leaks of next to nothing, then the stake comes, then the last leak: the list goes on, and what
/// follows takes.
#[test]
fn a_list_filled_with_dust_shields_no_fortune() {
    let mut world = World::new();
    world.create("alice", 2_000);
    world.create("mallory", 2);
    world.epochs(2);
    let leak = |world: &mut World| {
        let epoch = world.epoch();
        let events = world.convict(Kind::Leak, 1, 1, [epoch, epoch]);
        assert!(!matches!(events[0], Event::SlashPassed { .. }));
        world.drain().unwrap();
        world.epochs(1);
    };
    for _ in 0..63 {
        leak(&mut world);
    }
    world.epochs(12);
    world.bond("mallory", 1, HUB, 1_000_000_000).unwrap();
    world.epochs(1);
    let fork = world.epoch();
    leak(&mut world);
    assert_eq!(world.validator(1).standing, Standing::Tombstoned);
    world.convict(Kind::Tombstone, 1, 59, [fork, fork]);
    world.drain().unwrap();
    assert!(world.worth("mallory", 1, HUB) < 410_000_000);
}

/// Evidence of growing dust, kept and shown at once, fills a list; what takes next to nothing gets no place in its second
/// half.
#[test]
fn a_list_filled_at_once_shields_no_fortune() {
    let mut world = World::new();
    world.create("alice", 1_000_000);
    world.create("mallory", 1);
    world.epochs(2);
    let mut dust = vec![world.epoch()];
    for amount in [99_000_000, 9_900_000_000] {
        world.bond("mallory", 1, HUB, amount).unwrap();
        world.epochs(1);
        dust.push(world.epoch());
    }
    world.bond("mallory", 1, HUB, 990_000_000_000).unwrap();
    world.epochs(1);
    let fork = world.epoch();
    let before = world.worth("mallory", 1, HUB);
    for epoch in dust {
        for _ in 0..60 {
            world.slash(1, 1, epoch, epoch);
        }
    }
    assert_eq!(world.pool.marks[&1].len(), 64);
    world.convict(Kind::Tombstone, 1, 60, [fork, fork]);
    while world.drain().is_ok() {}
    assert!(before - world.worth("mallory", 1, HUB) > 599_000_000_000);
    world.check();
}

/// Who was a candidate only, or was jailed for long, is slashed up to the limit, and within the throttle: what is in no
/// snapshot counts in full.
#[test]
fn what_was_in_no_snapshot_counts_in_full() {
    let mut world = World::with(throttled());
    for (name, units) in [("a", 1_100), ("b", 1_100), ("c", 1_100), ("d", 1_100)] {
        world.create(name, units);
    }
    for name in ["v", "w", "x", "y"] {
        world.create(name, 1_000);
    }
    world.epochs(2);
    let early = world.epoch();
    for name in ["a", "b", "c", "d"] {
        let operator = address(name);
        world.act(Input::Leave { operator }).unwrap();
    }
    world.epochs(1);
    let late = world.epoch();
    for number in 4..8 {
        world.slash(number, 60, early, early);
    }
    world.drain().unwrap();
    assert_eq!(world.pool.pool.drained, 1);
    world.slash(4, 60, late, late);
    assert_eq!(world.worth("v", 4, HUB), 400_000_000);

    let mut world = World::new();
    world.create("alice", 100);
    world.create("frank", 90);
    world.epochs(2);
    let epoch = world.epoch();
    world.slash(0, 1, epoch, epoch);
    world.drain().unwrap();
    world.epochs(14);
    let epoch = world.epoch();
    world.slash(0, 60, epoch, epoch);
    world.drain().unwrap();
    world.epochs(3);
    let operator = address("alice");
    world.act(Input::Unjail { operator }).unwrap();
    world.epochs(2);
    let epoch = world.epoch();
    world.slash(0, 60, epoch, epoch);
    assert_eq!(world.worth("alice", 0, HUB), 39_600_000);
}

/// What is left of a limit is a slash only from 1 % on: each takes a place on the list.
#[test]
fn the_rest_of_a_limit_is_no_slash() {
    let mut world = World::new();
    world.create("alice", 1_000_000);
    world.create("mallory", 1_000);
    world.epochs(2);
    let mut epochs = vec![world.epoch()];
    for _ in 0..8 {
        world.bond("mallory", 1, HUB, 1_000).unwrap();
        world.epochs(1);
        epochs.push(world.epoch());
    }
    for epoch in epochs {
        world.slash(1, 60, epoch, epoch);
    }
    assert_eq!(world.pool.marks[&1].len(), 1);
}
