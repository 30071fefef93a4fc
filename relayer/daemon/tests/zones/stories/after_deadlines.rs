use std::time::Duration;

use tessera_lock::Settlement;

use crate::{ground::Ground, people::PURSE, task::SENT};

/// Both legs are committed when the relayer is killed. Started again, it knows them from its journal, and settles them
/// when both deadlines have passed.
pub fn a_killed_relayer_takes_up(ground: &Ground) {
    let [alice, bob] = ground.people(["late-alice", "late-bob"]);
    let legs = [
        ground.payment(0, &alice, &bob, 100),
        ground.payment(1, &bob, &alice, 100),
    ];
    let draft = ground.draft(Settlement::AfterDeadlines, &legs);
    let task = ground.register(0, &alice, &draft).task;
    ground.register(1, &bob, &draft);
    ground.expect(&task, &[(0, "committed"), (1, "committed")]);
    ground.kill_relayer();
    let before = ground.log().len();
    std::thread::sleep(Duration::from_secs(3));
    ground.start_relayer();
    ground.expect(&task, &[(0, "kept"), (1, "kept")]);
    for (zone, deadline) in &draft.deadlines {
        assert!(
            ground.height(*zone) >= *deadline,
            "zone {zone} settled too early"
        );
    }
    assert_eq!(ground.coins(1, &alice.address), PURSE + SENT);
    assert_eq!(ground.coins(0, &bob.address), PURSE + SENT);

    let since = ground.log().split_off(before);
    let replayed = since.lines().find(|line| line.contains("journal replayed"));
    assert!(
        replayed.is_some_and(|line| !line.contains("entries=0")),
        "{replayed:?}"
    );
}
