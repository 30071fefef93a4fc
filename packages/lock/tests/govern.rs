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

use tessera_lock::{Input, Refusal};
use world::Stage;

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
