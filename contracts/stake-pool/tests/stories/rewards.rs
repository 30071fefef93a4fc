//! `turn`, `withdraw_rewards`, `withdraw_commission`.

use tessera_contract_api::stake_pool::{ExecuteMsg, QueryMsg, RewardsResponse};
use tessera_primitives::Amount;
use tessera_stake::{Event, Refusal};

use crate::world::{rule, World, HUB, MILLION, TOKEN};

#[test]
fn a_turn_distributes_by_weight_and_pays_who_turned() {
    let mut world = World::new();
    world.bond("ann", 0, HUB, 100 * MILLION).unwrap();
    world.epochs(1);
    world.fund(1_000_001, true).unwrap();
    world.fund(400_000, false).unwrap();
    world.epochs(1);
    // 400,000 from the pot and 1,000 emitted: a quarter each for Ann and Carol, half for Alice.
    let pool = world.state().pool;
    assert_eq!(world.has("pusher", HUB), 1);
    assert_eq!(pool.owed, Amount(401_000));
    assert_eq!(pool.reserve, Amount(999_000));
    let told: Vec<RewardsResponse> = world.ask(&QueryMsg::Rewards {
        delegator: world.address("ann"),
        start_after: None,
        limit: None,
    });
    let share = 401_000 / 4 * 9 / 10;
    assert_eq!(told[0].amount, Amount(share));
    let before = world.has("ann", HUB);
    let said = world.rewards("ann", 0).unwrap();
    assert_eq!(world.has("ann", HUB), before + share);
    let paid = Event::RewardsPaid {
        delegator: world.address("ann"),
        validator: 0,
        amount: Amount(share),
    };
    assert_eq!(world.facts(&said), [paid]);
    let again = rule(world.rewards("ann", 0));
    assert_eq!(again, Refusal::Nothing { what: "reward" });
    // A tenth of Ann's and of Alice's quarter and half.
    let before = world.has("alice", HUB);
    world
        .say("alice", ExecuteMsg::WithdrawCommission {})
        .unwrap();
    assert_eq!(world.has("alice", HUB), before + 401_000 * 3 / 40);
}

#[test]
fn an_epoch_is_turned_once_and_without_anybody_it_distributes_nothing() {
    let mut world = World::new();
    let epoch = world.epoch();
    let again = rule(world.say("thief", ExecuteMsg::Turn {}));
    assert_eq!(again, Refusal::Turned { epoch });
    world.fund(700, false).unwrap();
    world.pass(350);
    assert_eq!(world.state().pool.pot, Amount(700));
    world.pool.clone().refresh(&mut world.zone).unwrap();
    let events = world.turn();
    let turned = events.iter().any(
        |event| matches!(event, Event::Turned { distributed, .. } if *distributed == Amount(700)),
    );
    assert!(turned, "{events:?}");
}

#[test]
fn who_bonds_for_one_block_earns_nothing() {
    let mut world = World::new();
    world.fund(1_000_000, false).unwrap();
    world.pass(99);
    world.pool.clone().refresh(&mut world.zone).unwrap();
    world.bond("thief", 0, TOKEN, 1 << 70).unwrap();
    world.unbond("thief", 0, TOKEN, 1 << 70).unwrap();
    world.epochs(2);
    let nothing = rule(world.rewards("thief", 0));
    assert_eq!(nothing, Refusal::Nothing { what: "reward" });
}

#[test]
fn with_nothing_staked_a_turn_keeps_the_pot() {
    let mut world = World::empty();
    world.fund(1_000, false).unwrap();
    world.turn();
    assert_eq!(world.state().pool.pot, Amount(1_000));
    assert_eq!(world.state().pool.owed, Amount(0));
}

#[test]
fn a_snapshot_is_taken_once_by_whoever_comes_first() {
    let mut world = World::new();
    world.bond("ann", 0, HUB, 5).unwrap();
    world.wait(100);
    let said = world.say("thief", ExecuteMsg::Snapshot {}).unwrap();
    assert!(matches!(
        world.facts(&said)[..],
        [Event::SnapshotTaken { .. }]
    ));
    let again = world.say("core", ExecuteMsg::Snapshot {}).unwrap();
    assert!(world.facts(&again).is_empty());
    // A price that moves afterwards changes nothing any more.
    world.price(HUB, 3 << 60);
    let events = world.turn();
    assert!(!events
        .iter()
        .any(|event| matches!(event, Event::SnapshotTaken { .. })));
}
