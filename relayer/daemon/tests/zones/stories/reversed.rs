use tessera_lock::Settlement;

use crate::{
    ground::{until, Ground},
    operator::{FEE, POOR_ZONE},
    people::PURSE,
    task::{SENT, TIP},
};

/// On one zone the relayer's wallet is empty, so that the second leg is never committed: the first one is reversed. Then
/// somebody sends the wallet coins, the second leg lapses, and a task of three zones is kept.
pub fn a_commit_is_undone(ground: &Ground) {
    let [alice, bob] = ground.people(["reversed-alice", "reversed-bob"]);
    let legs = [
        ground.payment(0, &alice, &bob, 300),
        ground.payment(POOR_ZONE, &bob, &alice, 50),
    ];
    let draft = ground.draft(Settlement::OnProof, &legs);
    let first = ground.register(0, &alice, &draft);
    let second = ground.register(POOR_ZONE, &bob, &draft);
    ground.expect(&first.task, &[(0, "committed"), (POOR_ZONE, "registered")]);
    ground.expect(&first.task, &[(0, "reversed"), (POOR_ZONE, "registered")]);
    assert!(ground.height(POOR_ZONE) >= draft.deadlines[&POOR_ZONE]);
    // The tip was earned: half by the commit, half by the reversal.
    let left = |fee: u128| PURSE - FEE - fee;
    assert_eq!(ground.coins(0, &alice.address), left(first.fee) - TIP);
    assert_eq!(ground.coins(0, &bob.address), PURSE);
    assert!(
        ground.log().contains("Send it some coins"),
        "the log says what is missing"
    );

    let poor = ground.address_of(POOR_ZONE, "poor");
    ground.fund(POOR_ZONE, &[&poor]);
    ground.expect(&first.task, &[(0, "reversed"), (POOR_ZONE, "lapsed")]);
    assert_eq!(ground.coins(POOR_ZONE, &bob.address), left(second.fee));
    three_are_paid(ground);
}

/// Alice pays Bob, Bob pays Carol, Carol pays Alice: on three zones, all or nothing.
fn three_are_paid(ground: &Ground) {
    let [alice, bob, carol] = ground.people(["three-alice", "three-bob", "three-carol"]);
    let legs = [
        ground.payment(0, &alice, &bob, 300),
        ground.payment(1, &bob, &carol, 300),
        ground.payment(2, &carol, &alice, 300),
    ];
    let draft = ground.draft(Settlement::OnProof, &legs);
    let task = ground.register(0, &alice, &draft).task;
    ground.register(1, &bob, &draft);
    let two = ground.states(&task);
    assert_eq!(
        two[ground.id(0)],
        "registered",
        "nothing is locked before all are there"
    );
    ground.register(2, &carol, &draft);
    ground.expect(&task, &[(0, "kept"), (1, "kept"), (2, "kept")]);
    for (zone, paid) in [(0, &bob), (1, &carol), (2, &alice)] {
        let coins = || ground.coins(zone, &paid.address);
        until("paid", coins, |coins| *coins == PURSE + SENT);
    }
}
