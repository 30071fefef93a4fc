use tessera_lock::Settlement;

use crate::{
    ground::Ground,
    operator::FEE,
    people::{Person, PURSE},
    task::Drafted,
};

/// Nobody has to wait for the deadline who can prove that the other leg is not there.
pub fn who_waits_in_vain_takes_it_back(ground: &Ground) {
    let [alice, bob] = ground.people(["rejected-alice", "rejected-bob"]);
    let legs = [
        ground.payment(0, &alice, &bob, 500),
        ground.payment(1, &bob, &alice, 500),
    ];
    let draft = ground.draft(Settlement::OnProof, &legs);
    let registered = ground.register(0, &alice, &draft);

    let stranger = reject(ground, &bob, &draft).unwrap_err();
    assert!(stranger.contains("registrant"), "{stranger}");

    let fee = reject(ground, &alice, &draft).unwrap();
    ground.expect(&registered.task, &[(0, "rejected"), (1, "unregistered")]);
    let left = PURSE - FEE - registered.fee - fee;
    assert_eq!(ground.coins(0, &alice.address), left);

    let twice = reject(ground, &alice, &draft).unwrap_err();
    assert!(twice.to_lowercase().contains("rejected"), "{twice}");
    assert_eq!(ground.coins(0, &alice.address), left);
}

/// What taking the leg on the first zone back cost, or why it was refused.
fn reject(ground: &Ground, person: &Person, draft: &Drafted) -> Result<u128, String> {
    let done = ground.try_tessera(&[
        "tx",
        "task",
        "reject",
        "--chain",
        ground.id(0),
        "--missing",
        ground.id(1),
        "--key-name",
        &person.name,
        "--file",
        draft.file.to_str().unwrap(),
    ])?;
    Ok(done["fee"].as_str().unwrap().parse().unwrap())
}
