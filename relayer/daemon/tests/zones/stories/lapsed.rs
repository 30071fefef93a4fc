use tessera_lock::Settlement;

use crate::{ground::Ground, operator::FEE, people::PURSE};

/// The other one never comes: after the deadline a relayer gives funds and tip back.
pub fn the_funds_come_back(ground: &Ground) {
    let [alice, bob] = ground.people(["lapsed-alice", "lapsed-bob"]);
    let legs = [
        ground.payment(0, &alice, &bob, 40),
        ground.payment(1, &bob, &alice, 40),
    ];
    let draft = ground.draft(Settlement::OnProof, &legs);
    let registered = ground.register(0, &alice, &draft);
    ground.expect(&registered.task, &[(0, "lapsed"), (1, "unregistered")]);
    assert!(ground.height(0) >= draft.deadlines[&0]);
    assert_eq!(
        ground.coins(0, &alice.address),
        PURSE - FEE - registered.fee
    );
}
