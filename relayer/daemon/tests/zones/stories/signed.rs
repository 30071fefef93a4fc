use std::{
    fs,
    net::TcpListener,
    process::{Child, Stdio},
};

use tessera_lock::Settlement;

use crate::{
    ground::{until, Ground},
    people::PURSE,
};

/// Ends with its story.
struct Signer(Child);

impl Drop for Signer {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// A user's key stays in another process, which signs for the lock and for nothing else.
pub fn a_key_that_is_elsewhere(ground: &Ground) {
    let [alice, bob] = ground.people(["signed-alice", "signed-bob"]);
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let (id, lock) = (ground.id(0), ground.sites[0].lock.as_str());
    let held = format!("{id}={}", alice.name);
    let mut signer = ground.command("config.toml");
    signer.args([
        "signer",
        "--key",
        &held,
        "--contract",
        lock,
        "--listen",
        &free.to_string(),
    ]);
    signer.stdout(Stdio::null()).stderr(Stdio::null());
    let _signer = Signer(signer.spawn().unwrap());

    // A folder without keys, and a chain whose key is elsewhere.
    let folder = ground.path("signed");
    fs::create_dir_all(&folder).unwrap();
    let text = fs::read_to_string(ground.path("config.toml")).unwrap();
    let section = |account: &str| {
        format!("[chains.signer]\naddr = \"http://{free}\"\naccount = {account:?}\n[chains.views]")
    };
    let named = text.replace("\"relayer\"", &format!("{:?}", alice.name));
    let elsewhere = named.replacen("[chains.views]", &section(alice.address.as_str()), 1);
    fs::write(folder.join("config.toml"), elsewhere).unwrap();
    let legs = [
        ground.payment(0, &alice, &bob, 300),
        ground.payment(1, &bob, &alice, 300),
    ];
    let draft = ground.draft(Settlement::OnProof, &legs);
    let file = draft.file.to_str().unwrap();
    let register = ["tx", "task", "register", "--chain", id, "--file", file];
    let attempt = || ground.try_tessera_with("signed/config.toml", &register);
    let answered = |result: &Result<serde_json::Value, String>| !matches!(result, Err(refused) if refused.contains("transport error"));
    let registered = until("registered", attempt, answered).unwrap();
    ground.register(1, &bob, &draft);
    let task = registered["task"].as_str().unwrap();
    ground.expect(task, &[(0, "kept"), (1, "kept")]);

    let asked = ["keys", "balance", "--chain", id];
    let held = ground
        .try_tessera_with("signed/config.toml", &asked)
        .unwrap();
    let coins = ground.coins(0, &alice.address).to_string();
    assert_eq!(held[0]["coins"][0]["amount"], *coins);
    let all = [
        "keys",
        "balance",
        "--chain",
        id,
        "--key-name",
        &bob.name,
        "--all",
    ];
    let held = ground.tessera(&all);
    let holds = ground.coins(0, &bob.address);
    assert!(holds > PURSE);
    let coin = serde_json::json!({ "denom": ground.zone(0).denom, "amount": holds.to_string() });
    assert_eq!(held[0]["coins"], serde_json::json!([coin]));

    // Storing code is not on the signer's list; another's account is refused before anything is asked.
    let whole = fs::read_to_string(ground.path("manifest.toml")).unwrap();
    let first = whole.split("[[zones]]").nth(1).unwrap();
    let alone = first.lines().filter(|line| !line.starts_with("caps"));
    let alone: Vec<&str> = alone.collect();
    let manifest = folder.join("manifest.toml");
    fs::write(&manifest, format!("[[zones]]{}", alone.join("\n"))).unwrap();
    let mut deploy = ground.command("signed/config.toml");
    deploy
        .args(["deploy", "--no-admin", "--manifest"])
        .arg(manifest);
    deploy.args(["--artifacts"]).arg(crate::ground::artifacts());
    deploy.arg("--deployment").arg(folder.join("none.json"));
    let said = deploy.output().unwrap();
    let said = String::from_utf8_lossy(&said.stderr);
    assert!(said.contains("MsgStoreCode is not signed here"), "{said}");
    let strange = named.replacen("[chains.views]", &section(bob.address.as_str()), 1);
    fs::write(folder.join("config.toml"), strange).unwrap();
    let refused = ground
        .try_tessera_with("signed/config.toml", &register)
        .unwrap_err();
    assert!(
        refused.contains("not as") && refused.contains(bob.address.as_str()),
        "{refused}"
    );
}

/// An operator who has no configuration yet: the registry's file, and what the zone's nodes say.
pub fn a_configuration_from_the_registry(ground: &Ground) {
    let zone = ground.zone(0);
    let away = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let chain = serde_json::json!({
        "chain_id": zone.chain_id, "bech32_prefix": zone.bech32_prefix, "slip44": 118,
        "fees": { "fee_tokens": [{ "denom": zone.denom, "average_gas_price": 0.025 }] },
        "apis": {
            "rpc": [{ "address": zone.rpc }, { "address": ground.zone(1).rpc }],
            "grpc": [{ "address": zone.grpc }, { "address": format!("http://{away}") }]
        }
    });
    let file = ground.path("chain.json");
    fs::write(&file, chain.to_string()).unwrap();
    let output = ground.path("auto/config.toml");
    let (file, output) = (file.to_str().unwrap(), output.to_str().unwrap());
    let made = ground.tessera(&["config", "auto", file, "--output", output]);
    let section = &made["config"]["chains"][0];
    assert_eq!(section["rpc_addrs"], serde_json::json!([zone.rpc]));
    assert_eq!(section["grpc_addrs"], serde_json::json!([zone.grpc]));
    let notes = made["notes"].as_array().unwrap();
    let told = |words: &str| {
        notes
            .iter()
            .any(|note| note.as_str().unwrap().contains(words))
    };
    assert!(
        told(&format!("it serves chain {}", ground.id(1))),
        "{notes:?}"
    );
    assert!(told(&away.to_string()) && notes.len() == 2, "{notes:?}");
    let valid = ground.try_tessera_with("auto/config.toml", &["config", "validate"]);
    assert_eq!(valid.unwrap()["chains"], serde_json::json!([zone.chain_id]));
}
