use tessera_lock::Settlement;

use crate::{
    ground::Ground,
    operator::FEE,
    people::PURSE,
    task::{SENT, TIP},
};

/// Each pays the other on another zone; to the coin, they have what they agreed on.
pub fn both_are_paid(ground: &Ground) {
    let [alice, bob] = ground.people(["kept-alice", "kept-bob"]);
    let legs = [
        ground.payment(0, &alice, &bob, 300),
        ground.payment(1, &bob, &alice, 300),
    ];
    let draft = ground.draft(Settlement::OnProof, &legs);
    let first = ground.register(0, &alice, &draft);
    let second = ground.register(1, &bob, &draft);
    assert_eq!(first.task, second.task);
    ground.expect(&first.task, &[(0, "kept"), (1, "kept")]);

    assert_eq!(ground.coins(1, &alice.address), PURSE + SENT);
    assert_eq!(ground.coins(0, &bob.address), PURSE + SENT);
    let spent = |fee: u128| PURSE - SENT - FEE - TIP - fee;
    assert_eq!(ground.coins(0, &alice.address), spent(first.fee));
    assert_eq!(ground.coins(1, &bob.address), spent(second.fee));
}
