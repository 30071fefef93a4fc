use std::fs;

use tessera::{
    app,
    chain::{Chain, ChainBlock},
    config::Config,
};
use tessera_contract_api::{chain_view::ViewResponse, transaction_lock::ExecuteMsg};
use tessera_lock::{Batch, Settlement, Task};
use tessera_primitives::{Height, ZoneStatus};

use crate::{
    ground::{ci_zones, until, Branch, Ground, Record},
    operator::FEE,
    people::{Person, PURSE},
    task::{body, SENT, TIP},
};

/// A zone's validators sign a second history while a task waits for it. The relayer, which compares its node with a
/// witness, proves that to the other zone by transaction. From then on nothing registers or commits with the forked zone,
/// and what waits comes back.
/// Something may happen while no witness is asked yet.
pub fn it_is_proven_by_transaction(ground: &Ground, unwitnessed: impl FnOnce(&Branch)) {
    let [alice, bob, carol] = ground.people(["fork-alice", "fork-bob", "fork-carol"]);
    ground.start_relayer();
    let pair = |ahead| {
        [
            ground.payment(0, &alice, &bob, ahead),
            ground.payment(1, &bob, &alice, ahead),
        ]
    };
    let draft = ground.draft(Settlement::OnProof, &pair(300));
    let before = ground.register(0, &alice, &draft);
    let on_second = ground.register(1, &bob, &draft);
    ground.expect(&before.task, &[(0, "kept"), (1, "kept")]);
    let draft = ground.draft(Settlement::OnProof, &pair(150));
    let waiting = ground.register(0, &alice, &draft);
    ground.kill_relayer();

    ci_zones(&["up", "--fork", ground.id(1)], &ground.zones_home());
    let record = fs::read_to_string(ground.zones_home().join("zones.json")).unwrap();
    let record: Record = serde_json::from_str(&record).unwrap();
    let twin = record.zones[1].fork.clone().unwrap();
    unwitnessed(&twin);
    ground.write_configs(&[(1, &twin.rpc)]);
    ground.start_relayer();
    let forked = |view: &ViewResponse| view.status == ZoneStatus::Forked;
    let view = until("the view knows of the fork", || ground.view(0, 1), forked);
    let bound = view.fork.unwrap().bound;
    assert!(bound.parent.is_some());
    let block = |endpoint: &str, height: Height| block(ground, endpoint, height).hash;
    let (ours, theirs) = (&ground.zone(1).rpc, &twin.rpc);
    let above = bound.height;
    let below = above.minus(1).unwrap();
    assert_ne!(block(ours, above), block(theirs, above));
    assert_eq!(block(ours, below), block(theirs, below));
    until(
        "the report is in a block",
        || ground.log(),
        |log| {
            let mut lines = log.lines().filter(|line| line.contains("included"));
            lines.any(|line| line.contains("report"))
        },
    );

    let fresh = ground.draft(Settlement::OnProof, &pair(150));
    let refused = ground.try_register(0, &alice.name, &fresh).err().unwrap();
    let told = format!("zone {} is Forked, expected Active", ground.id(1));
    assert!(refused.contains(&told), "{refused}");

    let late = ground.register(1, &bob, &draft);
    let said = commit_anyway(ground, &carol, &draft.task, view.latest.height);
    assert!(said.contains(&told), "{said}");
    assert_eq!(ground.states(&waiting.task)[ground.id(0)], "registered");
    // On the forked zone the leg may lock, since that zone's view of the first is sound; it is reversed by proof.
    ground.expect(&waiting.task, &[(0, "lapsed"), (1, "reversed")]);
    // The task before the fork stays kept; of the one after it each has lost no more than what it cost to try.
    assert_eq!(ground.coins(0, &bob.address), PURSE + SENT);
    assert_eq!(ground.coins(1, &alice.address), PURSE + SENT);
    let kept = PURSE - SENT - FEE - TIP;
    let lapsed = kept - FEE - before.fee - waiting.fee;
    assert_eq!(ground.coins(0, &alice.address), lapsed);
    let reversed = kept - FEE - TIP - on_second.fee - late.fee;
    assert_eq!(ground.coins(1, &bob.address), reversed);
}

/// A block of the second zone, by one of its histories.
fn block(ground: &Ground, endpoint: &str, height: Height) -> ChainBlock {
    let config = Config::load(&ground.path("config.toml")).unwrap();
    let chain = config.chain(ground.id(1)).unwrap();
    ground.runtime.block_on(async {
        let node = app::connect(chain, endpoint, None).await.unwrap();
        node.block(height).await.unwrap()
    })
}

/// Tries to commit the leg on the first zone, with an honest proof, and answers what the lock says.
fn commit_anyway(ground: &Ground, person: &Person, task: &Task, header: Height) -> String {
    let batch = Batch {
        tasks: vec![body(task)],
        proofs: vec![ground.prove(1, task, header)],
    };
    let commit = ExecuteMsg::Commit {
        batch: batch.to_bytes(),
    };
    let lock = &ground.sites[0].lock;
    let chain = ground.chain(0, &person.name);
    let call = tessera::duties::call(lock, &commit).unwrap();
    ground.runtime.block_on(async {
        let prepared = match chain.prepare(&[call]).await {
            Ok(prepared) => prepared,
            Err(refused) => return refused.to_string(),
        };
        let included = chain.send(prepared).await.unwrap();
        let events = chain.block(included.height).await.unwrap().events;
        format!("{events:?}")
    })
}
