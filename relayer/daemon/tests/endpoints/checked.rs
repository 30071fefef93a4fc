//! What `health-check` finds out.

use std::{fs, process::Command};

use serde_json::Value;

use super::{bad_node::Spoilt, Recorded};

/// What it says of a configuration: of each thing, whether it is well, and why not.
async fn checked(config: String) -> Vec<(String, bool, String)> {
    let said = tokio::task::spawn_blocking(move || {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("config.toml"), config).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
        command.current_dir(home.path()).env_clear();
        command.args(["--config", "config.toml", "--json", "health-check"]);
        command.output().unwrap()
    });
    let said: Value = serde_json::from_slice(&said.await.unwrap().stdout).unwrap();
    let found = said["result"].as_array().unwrap().iter().map(|finding| {
        let text = |key: &str| finding[key].as_str().unwrap().to_string();
        (
            text("what"),
            finding["sound"].as_bool().unwrap(),
            text("says"),
        )
    });
    found.collect()
}

#[tokio::test]
async fn witnesses_the_websocket_and_the_signer_are_asked_too() {
    let recorded = Recorded::load();
    let [node, witness, stranger] = [
        recorded.node().await,
        recorded.node().await,
        recorded.node().await,
    ];
    stranger.spoil(Spoilt::WrongChain);
    let config = format!(
        "[[chains]]\nid = \"{}\"\nrpc_addr = \"{}\"\naccount_prefix = \"wasm\"\nkey_name = \"relayer\"\n\
         rpc_timeout = \"2s\"\ngas_price = {{ price = 0.025, denom = \"utess1\" }}\n\
         witness_addrs = [\"{}\", \"{}\", \"http://127.0.0.1:1\"]\n\
         event_source = {{ mode = \"push\", url = \"ws://127.0.0.1:1/s3cret\" }}\n\
         [chains.signer]\naddr = \"http://127.0.0.1:1\"\naccount = \"{}\"\n",
        recorded.zone, node.url, witness.url, stranger.url, recorded.contract,
    );
    let found = checked(config).await;
    let of = |what: &str| {
        let found = found.iter().find(|(found, ..)| found.as_str() == what);
        let (_, sound, says) = found.unwrap_or_else(|| panic!("{what}: {found:?}"));
        (*sound, says.as_str())
    };
    assert!(of(&format!("node {}", node.url)).0);
    assert!(of(&format!("witness {}", witness.url)).0);
    let (sound, says) = of(&format!("witness {}", stranger.url));
    assert!(!sound && says.contains("elsewhere-1"), "{says}");
    for (what, why) in [
        ("witness http://127.0.0.1:1", "refused"),
        ("event_source ws://127.0.0.1:1", "poll_interval"),
        ("signer http://127.0.0.1:1, key relayer", "refused"),
    ] {
        let (sound, says) = of(what);
        assert!(!sound && says.contains(why), "{what}: {says}");
        assert!(!says.contains('\n') && !says.contains("s3cret"), "{says}");
    }
}
