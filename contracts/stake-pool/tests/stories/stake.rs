//! `unbond`, `redelegate`, `withdraw_unbonded`.

use tessera_contract_api::stake_pool::{QueryMsg, UnbondingResponse};
use tessera_primitives::Amount;
use tessera_stake::{Event, Refusal};

use crate::world::{rule, World, EPOCH, HUB, MILLION, TOKEN, UNBONDING};

#[test]
fn stake_comes_back_whole_when_it_has_matured() {
    let mut world = World::new();
    for token in [HUB, TOKEN] {
        world.bond("ann", 0, token, 900).unwrap();
    }
    let before = (world.has("ann", HUB), world.has("ann", TOKEN));
    world.epochs(1);
    for token in [HUB, TOKEN] {
        let said = world.unbond("ann", 0, token, 900).unwrap();
        let Event::Unbonded { matures, .. } = world.facts(&said)[0] else {
            panic!("{said:?}");
        };
        let ends = (world.epoch() as u64) * EPOCH + UNBONDING;
        let start = world.config().place.start;
        assert_eq!(matures.0, start.0 + ends * 1_000_000_000);
    }
    let early = rule(world.withdraw("ann", 0, HUB));
    assert_eq!(
        early,
        Refusal::Nothing {
            what: "matured stake"
        }
    );
    world.epochs(UNBONDING / EPOCH + 1);
    world.withdraw("ann", 0, HUB).unwrap();
    world.withdraw("ann", 0, TOKEN).unwrap();
    let after = (world.has("ann", HUB), world.has("ann", TOKEN));
    assert_eq!(after, (before.0 + 900, before.1 + 900));
    let again = rule(world.withdraw("ann", 0, TOKEN));
    assert_eq!(
        again,
        Refusal::Nothing {
            what: "matured stake"
        }
    );
    assert!(world.parts("ann", 0).is_empty());
}

#[test]
fn nobody_takes_back_more_than_is_theirs() {
    let mut world = World::new();
    world.bond("ann", 0, HUB, 900).unwrap();
    let more = rule(world.unbond("ann", 0, HUB, 901));
    let Refusal::Insufficient { available, .. } = more else {
        panic!("{more:?}");
    };
    assert_eq!(available, Amount(900));
    for who in ["thief", "alice"] {
        let other = rule(world.unbond(who, 0, TOKEN, 1));
        assert!(matches!(other, Refusal::Insufficient { .. }), "{other:?}");
    }
    assert_eq!(rule(world.unbond("ann", 0, HUB, 0)), Refusal::Zero);
    assert_eq!(world.stake("ann", 0, HUB), (900, 0));
}

#[test]
fn what_is_unbonded_is_told_with_its_time() {
    let mut world = World::new();
    world.bond("ann", 0, HUB, 900).unwrap();
    world.epochs(1);
    world.unbond("ann", 0, HUB, 300).unwrap();
    let question = QueryMsg::Unbonding {
        delegator: world.address("ann"),
        validator: 0,
    };
    let told: Vec<UnbondingResponse> = world.ask(&question);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].token, told[0].amount), (HUB, Amount(300)));
    assert!(!told[0].withdrawable && !told[0].frozen);
    assert_eq!(world.stake("ann", 0, HUB), (600, 300));
    world.epochs(UNBONDING / EPOCH + 1);
    let told: Vec<UnbondingResponse> = world.ask(&question);
    assert!(told[0].withdrawable);
}

#[test]
fn stake_moves_to_another_validator_and_makes_no_second_hop() {
    let mut world = World::new();
    world.bond("ann", 0, TOKEN, 900).unwrap();
    world.epochs(1);
    world.redelegate("ann", (0, 1), TOKEN, 400).unwrap();
    assert_eq!(world.stake("ann", 0, TOKEN), (500, 0));
    assert_eq!(world.stake("ann", 1, TOKEN), (400, 0));
    assert_eq!(world.held(TOKEN), 900, "nothing left the pool");
    let back = rule(world.redelegate("ann", (1, 0), TOKEN, 1));
    assert!(matches!(back, Refusal::Insufficient { .. }), "{back:?}");
    let itself = rule(world.redelegate("ann", (0, 0), TOKEN, 1));
    assert_eq!(itself, Refusal::SameValidator { validator: 0 });
}

#[test]
fn the_last_delegator_leaves_and_another_comes() {
    let mut world = World::new();
    let left = |world: &World| world.stake("alice", 0, HUB);
    world.unbond("alice", 0, HUB, 200 * MILLION).unwrap();
    assert_eq!(left(&world), (0, 200 * MILLION));
    world.epochs(2);
    let members = world.validator(0).validator.holdings;
    assert!(members.is_empty(), "{members:?}");
    world.bond("ann", 0, TOKEN, 5).unwrap();
    assert_eq!(world.stake("ann", 0, TOKEN), (5, 0));
    world.epochs(UNBONDING / EPOCH + 1);
    world.withdraw("alice", 0, HUB).unwrap();
}

#[test]
fn amounts_near_the_greatest_are_bonded_or_refused_and_never_wrong() {
    let mut world = World::new();
    // What one validator may hold of a token is below 2¹²⁷, of which a cw20 token has none here: the hub's coin is minted.
    let most = tessera_stake::state::MAX_HELD;
    world.bond("ann", 1, crate::world::WHOLE, most).unwrap();
    let whole = crate::world::WHOLE;
    assert_eq!(world.stake("ann", 1, whole), (most, 0));
    let more = rule(world.bond("ann", 1, whole, 1));
    assert!(matches!(more, Refusal::TooMuch { .. }), "{more:?}");
    let huge = rule(world.bond("ben", 0, whole, 1 << 126));
    assert!(matches!(huge, Refusal::TooMuch { .. }), "{huge:?}");
    world.epochs(1);
    world.unbond("ann", 1, whole, most).unwrap();
    world.epochs(UNBONDING / EPOCH + 1);
    world.withdraw("ann", 1, whole).unwrap();
    assert_eq!(world.has("ann", whole), most + 1);
}
