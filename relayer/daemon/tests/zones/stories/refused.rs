//! What users and operators get wrong: each is told what was expected and what came, and nothing has changed.

use std::{fs, process::Command, time::Duration};

use tendermint::block::CommitSig;
use tessera::{chain::Chain, duties::light_block, keys::new_mnemonic};
use tessera_contract_api::{
    chain_view::ExecuteMsg::{Advance, Fund},
    transaction_lock::ExecuteMsg,
};
use tessera_header::Header;
use tessera_lock::{evidence::ZoneProof, tx_hash, Batch, Effect, Settlement, Task};
use tessera_primitives::{Amount, Bytes, Height, ZoneId};
use tessera_proof::Proof;

use crate::{
    ground::Ground,
    operator::{FEE, HORIZON},
    people::{Person, PURSE},
    task::{body, pays, Leg, SENT, TIP},
};

const ALL: u128 = SENT + FEE + TIP;

pub fn bad_input_changes_nothing(ground: &Ground) {
    let [alice, bob] = ground.people(["wrong-alice", "wrong-bob"]);
    wrong_configuration(ground);
    no_room(ground);
    wrong_words(ground, &alice, &bob);
    wrong_deadlines(ground, &alice, &bob);
    wrong_messages(ground, &alice, &bob);
    wrong_headers(ground);
    let left = ground.coins(0, &alice.address);
    assert_eq!(left, PURSE, "nothing was taken, not even a fee");
    wrong_proofs(ground, &alice, &bob);
}

fn refuses(refused: Result<impl Sized, String>, parts: &[&str]) {
    let Err(reason) = refused else {
        panic!("not refused; {parts:?} was expected");
    };
    for part in parts {
        assert!(reason.contains(part), "{reason:?} does not say {part:?}");
    }
}

/// An unknown key, and a node of another chain.
fn wrong_configuration(ground: &Ground) {
    let text = fs::read_to_string(ground.path("config.toml")).unwrap();
    let path = ground.path("misspelt.toml");
    fs::write(&path, text.replacen("rpc_addr", "rpc_adr", 1)).unwrap();
    let misspelt = ground.try_tessera_with("misspelt.toml", &["config", "validate"]);
    refuses(
        misspelt,
        &["unknown key \"rpc_adr\"", "did you mean \"rpc_addr\"?"],
    );

    let (ours, other) = (&ground.zone(0).rpc, &ground.zone(1).rpc);
    fs::write(ground.path("crossed.toml"), text.replace(ours, other)).unwrap();
    let question = ["query", "view", "--chain", ground.id(0)];
    let crossed = ground.try_tessera_with("crossed.toml", &question);
    let served = format!("serves chain {}, not {}", ground.id(1), ground.id(0));
    refuses(crossed, &[&served, "check rpc_addr"]);

    let nowhere = ground.try_tessera(&["query", "open-tasks", "--chain", "nowhere-1"]);
    refuses(nowhere, &["there is no chain nowhere-1", ground.id(0)]);
}

/// A disk without room for the journal, as far as one process can have one.
fn no_room(ground: &Ground) {
    let binary = env!("CARGO_BIN_EXE_tessera");
    let journal = ground.path("full.redb");
    let journal = journal.to_str().unwrap();
    let told = format!(
        "trap '' XFSZ; ulimit -f 64; exec {binary} --config {} clear tasks --journal {journal}",
        ground.path("config.toml").display()
    );
    let full = Command::new("bash").args(["-c", &told]).output().unwrap();
    assert!(!full.status.success());
    let said = String::from_utf8(full.stderr).unwrap();
    refuses(Err::<(), _>(said), &[journal, "make room", "start again"]);
}

/// A stranger's key, an empty wallet, a zone that the lock is not linked with.
fn wrong_words(ground: &Ground, alice: &Person, bob: &Person) {
    let legs = [
        ground.payment(0, alice, bob, 300),
        ground.payment(1, bob, alice, 300),
    ];
    let draft = ground.draft(Settlement::OnProof, &legs);
    let stranger = ground.try_register(0, &bob.name, &draft);
    refuses(
        stranger,
        &["registrant", alice.address.as_str(), bob.address.as_str()],
    );

    let empty = ground.add_key("wrong-empty", &new_mnemonic().unwrap());
    let penniless = ground.try_register(0, "wrong-empty", &draft);
    refuses(penniless, &[&empty, "fees in utess1", "Send it some coins"]);

    let [spent] = ground.people(["wrong-spent"]);
    spend_all(ground, &spent);
    let penniless = ground.try_register(0, &spent.name, &draft);
    let told = [
        spent.address.as_str(),
        "fees in utess1",
        "Send it some coins",
    ];
    refuses(penniless, &told);

    let mut text = fs::read_to_string(&draft.file).unwrap();
    text = text.replace(&format!("{:?}", ground.id(1)), "\"nowhere-1\"");
    fs::write(&draft.file, text).unwrap();
    let unknown = ground.try_register(0, &alice.name, &draft);
    refuses(unknown, &["zone nowhere-1 is not linked"]);
}

/// Gives away all that somebody has on the first zone, to the coin: what is not the fee fills the reserve of a view.
fn spend_all(ground: &Ground, person: &Person) {
    let chain = ground.chain(0, &person.name);
    let zone = ground.id(1).parse().unwrap();
    let fund = tessera::duties::call(&ground.sites[0].view, &Fund { zone }).unwrap();
    let denom = ground.zone(0).denom.clone();
    ground.runtime.block_on(async {
        let mut fee = Amount(0);
        loop {
            let mut all = fund.clone();
            all.funds
                .push((denom.clone(), Amount(PURSE - fee.0.max(1))));
            let prepared = chain.prepare(&[all]).await.unwrap();
            if prepared.fee == fee {
                chain.send(prepared).await.unwrap();
                return;
            }
            fee = prepared.fee;
        }
    });
    assert_eq!(ground.coins(0, &person.address), 0);
}

/// A block too near, and far too far: the bounds are told.
fn wrong_deadlines(ground: &Ground, alice: &Person, bob: &Person) {
    for ahead in [2, HORIZON + 100] {
        let legs = [
            ground.payment(0, alice, bob, ahead),
            ground.payment(1, bob, alice, 300),
        ];
        let draft = ground.draft(Settlement::OnProof, &legs);
        let deadline = format!("deadline {} at height", draft.deadlines[&0]);
        let refused = ground.try_register(0, &alice.name, &draft);
        refuses(refused, &[&deadline, "expected", " to "]);
    }
}

/// What the binary would not write: effects of another task, and other funds than are needed.
fn wrong_messages(ground: &Ground, alice: &Person, bob: &Person) {
    let (task, first) = pair(ground, alice, bob);
    let lock = &ground.sites[0].lock;
    let register = |tx: &[Effect]| ExecuteMsg::Register {
        task: task.clone(),
        tx: tx.to_vec(),
        reversal: first.reversal.clone(),
        tip: Amount(TIP),
    };
    let other = [pays(ground.coin(0), SENT + 1, bob)];
    let altered = ground.send(0, alice, &[(lock, register(&other), ALL + 1)]);
    let (theirs, ours) = (
        tx_hash(&other).to_string(),
        task.legs[0].tx_hash.to_string(),
    );
    refuses(altered, &["tx hashes to", &theirs, &ours]);
    for came in [ALL - 1, ALL + 1] {
        let refused = ground.send(0, alice, &[(lock, register(&first.tx), came)]);
        let told = format!("{came} of utess1 came along, expected {ALL}");
        refuses(refused, &[&told]);
    }
    let none = ground.send(0, alice, &[(lock, register(&first.tx), 0)]);
    refuses(none, &[&format!("0 of utess1 came along, expected {ALL}")]);
    let id = task.id().to_string();
    assert_eq!(ground.states(&id)[ground.id(0)], "unregistered");
}

/// A header that is cut short, one with a signature that was tampered with, one of another chain, one of nowhere.
fn wrong_headers(ground: &Ground) {
    let [carol] = ground.people(["wrong-carol"]);
    let contract = &ground.sites[0].view;
    let show = |zone: &ZoneId, header: Header| {
        let zone = zone.clone();
        ground.send(0, &carol, &[(contract, Advance { zone, header }, 0)])
    };
    let trusted = ground.view(0, 1).latest.height;
    let (zone, full, signature) = header_of(ground, 1, trusted);
    let elsewhere: ZoneId = "nowhere-1".parse().unwrap();
    refuses(
        show(&elsewhere, Header::Standard(full.clone())),
        &["zone nowhere-1"],
    );
    let cut = Bytes(full.0[..full.0.len() - 9].to_vec());
    refuses(
        show(&zone, Header::Standard(cut)),
        &["not a protobuf header"],
    );
    let (other, theirs, _) = header_of(ground, 2, trusted);
    let told = format!("a header of chain {other}, expected {zone}");
    refuses(show(&zone, Header::Standard(theirs)), &[&told]);
    let mut forged = full.clone();
    let mut windows = forged.0.windows(signature.len());
    let at = windows.position(|window| window == signature).unwrap();
    forged.0[at] ^= 1;
    refuses(
        show(&zone, Header::Standard(forged)),
        &["invalid signature of validator 0"],
    );
    assert_eq!(
        ground.coins(0, &carol.address),
        PURSE,
        "nothing was paid for"
    );
    show(&zone, Header::Standard(full)).unwrap();
}

/// The newest header of a zone in the standard form, to be verified from a trusted height, and the
/// signature of the zone's validator in it.
fn header_of(ground: &Ground, of: usize, trusted: Height) -> (ZoneId, Bytes, Vec<u8>) {
    let chain = ground.chain(of, "relayer");
    ground.runtime.block_on(async {
        let mut tip = chain.tip().await.unwrap();
        while tip.0 <= trusted.0 + 1 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            tip = chain.tip().await.unwrap();
        }
        // The newest header has a commit that may still grow; the one below is final.
        let height = tip.minus(1).unwrap();
        let anchor = light_block(&chain, trusted).await.unwrap();
        let shown = light_block(&chain, height).await.unwrap();
        let header = shown.standard(chain.zone(), Some((trusted, &anchor)));
        let Header::Standard(bytes) = header.unwrap() else {
            unreachable!("the standard form was asked for");
        };
        let commit = chain.header(height).await.unwrap().signed_header.commit;
        let CommitSig::BlockIdFlagCommit { signature, .. } = &commit.signatures[0] else {
            unreachable!("the zone's one validator has signed");
        };
        let signature = signature.as_ref().unwrap().as_bytes().to_vec();
        (chain.zone().clone(), bytes, signature)
    })
}

/// A proof that was tampered with, cut short, or is about another zone takes no leg back; the honest one does.
fn wrong_proofs(ground: &Ground, alice: &Person, bob: &Person) {
    let (task, first) = pair(ground, alice, bob);
    let lock = &ground.sites[0].lock;
    let register = ExecuteMsg::Register {
        task: task.clone(),
        tx: first.tx,
        reversal: first.reversal,
        tip: Amount(TIP),
    };
    ground.send(0, alice, &[(lock, register, ALL)]).unwrap();
    // The newest root of the second zone that the first one knows, where the second leg is not there.
    let honest = ground.prove(1, &task, ground.view(0, 1).latest.height);
    let Proof::Single { item, store } = &honest.proof else {
        unreachable!("one key is proven by itself");
    };
    let with = |zone: &ZoneId, item: Vec<u8>| ZoneProof {
        zone: zone.clone(),
        proof: Proof::Single {
            item: Bytes(item),
            store: store.clone(),
        },
        ..honest.clone()
    };
    let reject = |proof: ZoneProof| {
        let batch = Batch {
            tasks: vec![body(&task)],
            proofs: vec![proof],
        };
        ExecuteMsg::Reject {
            batch: batch.to_bytes(),
        }
    };
    let id = task.id().to_string();
    let held = ground.coins(0, lock);
    let mut tampered = item.0.clone();
    let middle = tampered.len() / 2;
    tampered[middle] ^= 1;
    let cut = item.0[..item.0.len() - 7].to_vec();
    for wrong in [tampered, cut] {
        let refused = ground.send(0, alice, &[(lock, reject(with(&honest.zone, wrong)), 0)]);
        refuses(
            refused,
            &[&format!(
                "proof about zone {} at header {}",
                honest.zone, honest.height
            )],
        );
    }
    let elsewhere: ZoneId = "nowhere-1".parse().unwrap();
    let refused = ground.send(
        0,
        alice,
        &[(lock, reject(with(&elsewhere, item.0.clone())), 0)],
    );
    refuses(refused, &["nowhere-1"]);
    assert_eq!(ground.states(&id)[ground.id(0)], "registered");
    assert!(
        ground.coins(0, lock) >= held.min(SENT + TIP),
        "the leg's funds are still there"
    );

    ground
        .send(0, alice, &[(lock, reject(honest.clone()), 0)])
        .unwrap();
    assert_eq!(ground.states(&id)[ground.id(0)], "rejected");
}

/// A task in which alice pays bob on the first zone and he pays her on the second, and its first leg.
fn pair<'a>(ground: &Ground, alice: &'a Person, bob: &'a Person) -> (Task, Leg<'a>) {
    let legs = [
        ground.payment(0, alice, bob, 300),
        ground.payment(1, bob, alice, 300),
    ];
    let drafted = ground.draft(Settlement::OnProof, &legs);
    let [first, _] = legs;
    (drafted.task, first)
}
