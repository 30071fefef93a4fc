//! What the owner may decide, and what not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use tessera_lock::{state::Exposure, Event, Input, Refusal};
use tessera_primitives::{Amount, CanonicalAddress, Height};
use world::{text, Stage};

#[test]
fn the_owner_cannot_break_what_is_in_escrow() {
    let mut stage = Stage::new(2);
    let mut parameters = world::parameters();
    parameters.fee_denom = tessera_primitives::Denom::new("uother").unwrap();
    let result = stage.take(Input::SetParameters { parameters });
    assert!(matches!(result, Err(Refusal::FeeDenom { .. })));
    for change in [
        |parameters: &mut tessera_lock::state::Parameters| parameters.min_horizon = 1,
        |parameters: &mut tessera_lock::state::Parameters| parameters.max_horizon = 10_000_001,
        |parameters: &mut tessera_lock::state::Parameters| parameters.fresh.0 = 0,
        |parameters: &mut tessera_lock::state::Parameters| parameters.fork_grace = 0,
        |parameters: &mut tessera_lock::state::Parameters| parameters.payout_gas = 49_999,
    ] {
        let mut parameters = world::parameters();
        change(&mut parameters);
        let result = stage.take(Input::SetParameters { parameters });
        assert!(matches!(result, Err(Refusal::Parameter { .. })));
    }
    let own = Input::LinkPeer {
        zone: world::zone(0),
        contract: world::lock(1),
        roots: world::relayer(),
    };
    assert!(matches!(stage.take(own), Err(Refusal::OwnZone { .. })));
}

#[test]
fn what_may_be_called_is_what_the_owner_linked() {
    let mut stage = Stage::new(2);
    let contract = text(&CanonicalAddress::new([0x99; 32]).unwrap());
    let unlink = Input::UnlinkTarget {
        contract: contract.clone(),
    };
    let refused = stage.take(unlink.clone()).unwrap_err();
    assert_eq!(
        refused,
        Refusal::NotTarget {
            contract: contract.clone()
        }
    );
    let link = Input::LinkTarget {
        contract: contract.clone(),
    };
    let step = stage.take(link).unwrap();
    let linked = Event::TargetLinked {
        contract: contract.clone(),
    };
    assert_eq!(step.events, [linked]);
    assert!(stage.lock.targets.contains(&contract));
    stage.take(unlink).unwrap();
    assert!(!stage.lock.targets.contains(&contract));
}

#[test]
fn a_sum_that_no_number_holds_is_told_as_the_greatest() {
    let all = Exposure {
        open: Amount(1),
        held: Amount(u128::MAX),
        ..Exposure::new(Amount(u128::MAX), Height(1))
    };
    assert!(all.at_risk().is_err());
    assert_eq!(all.told_at_risk(), Amount(u128::MAX));
    let little = Exposure {
        held: Amount(2),
        ..all
    };
    assert_eq!(little.told_at_risk(), Amount(3));
}
