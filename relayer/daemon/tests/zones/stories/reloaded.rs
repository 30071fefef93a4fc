use std::fs;

use tessera_lock::Settlement;

use crate::ground::{until, Ground};

/// A relayer reads its configuration again: what is refused changes nothing, and what is not the same process goes on with.
pub fn the_same_process_goes_on(ground: &Ground) {
    let path = ground.path("relayer.toml");
    let text = fs::read_to_string(&path).unwrap();
    let reload = || ground.try_tessera_with("relayer.toml", &["config", "reload"]);
    let process = reload().unwrap();
    until(
        "nothing differs",
        || ground.log(),
        |log| log.contains("nothing differs"),
    );

    let broken = text.replace("gas_multiplier = 1.4", "gas_multiplier = 0.4");
    fs::write(&path, broken).unwrap();
    let refused = reload().unwrap_err();
    assert!(
        refused.contains("gas_multiplier must be from 1 to 10"),
        "{refused}"
    );

    // A contract that is there, and is not the lock.
    let site = &ground.sites[0];
    let mistyped = text.replace(site.lock.as_str(), site.view.as_str());
    fs::write(&path, mistyped).unwrap();
    assert_eq!(reload().unwrap(), process);
    until(
        "it cannot be used",
        || ground.log(),
        |log| log.contains("cannot be used: nothing changes"),
    );

    let changed = text.replace("gas_multiplier = 1.4", "gas_multiplier = 1.6");
    fs::write(
        &path,
        changed.replace("log_level = \"debug\"", "log_level = \"info\""),
    )
    .unwrap();
    let served = ground.log().matches("serving").count();
    assert_eq!(reload().unwrap(), process);
    let zones = ground.record.zones.len();
    until(
        "serving again",
        || ground.log().matches("serving").count(),
        |now| *now == served + zones,
    );
    assert!(ground.log().contains(&format!("gas of {}", ground.id(0))));

    let [alice, bob] = ground.people(["reloaded-alice", "reloaded-bob"]);
    let legs = [
        ground.payment(0, &alice, &bob, 300),
        ground.payment(1, &bob, &alice, 300),
    ];
    let draft = ground.draft(Settlement::OnProof, &legs);
    let first = ground.register(0, &alice, &draft);
    ground.register(1, &bob, &draft);
    ground.expect(&first.task, &[(0, "kept"), (1, "kept")]);
    assert_eq!(reload().unwrap(), process);
}
