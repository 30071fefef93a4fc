//! Manifests of `tessera deploy`: what is wrong with one is told before anything is sent.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::{fs, process::Command};

const SAMPLE: &str = include_str!("../manifest.sample.toml");
const CONFIG: &str = include_str!("../config.sample.toml");

/// Why a deployment of this manifest is refused, with the sample configuration, which has other zones.
fn refusal(manifest: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    fs::write(path("config.toml"), CONFIG).unwrap();
    fs::write(path("manifest.toml"), manifest).unwrap();
    let mut deploy = Command::new(env!("CARGO_BIN_EXE_tessera"));
    deploy.arg("--config").arg(path("config.toml"));
    deploy.args(["--json", "deploy", "--no-admin", "--manifest"]);
    let done = deploy.arg(path("manifest.toml")).output().unwrap();
    assert!(!done.status.success());
    assert!(!path("manifest.deployment.json").exists());
    let answer: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(answer["status"], "error");
    answer["result"].as_str().unwrap().into()
}

#[test]
fn the_sample_is_a_manifest() {
    // It is read and checked; then its zones are looked for in the configuration.
    let reason = refusal(SAMPLE);
    assert!(reason.contains("there is no chain tessera-1"), "{reason}");
}

#[test]
fn what_cannot_be_deployed_is_refused_before_a_key_is_opened() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let chain = CONFIG
        .replace("tessera-a", "tessera-1")
        .replace("tessera-b", "tessera-2");
    let sections = chain.find("\n[[chains]]").unwrap();
    let other = chain[sections..].replace("tessera-1", "tessera-0");
    let other = other
        .replace("tessera-2", "tessera-1")
        .replace("tessera-0", "tessera-2");
    fs::write(path("config.toml"), chain + &other).unwrap();
    fs::write(path("manifest.toml"), SAMPLE).unwrap();
    let refused = |arguments: &[&str]| {
        let mut deploy = Command::new(env!("CARGO_BIN_EXE_tessera"));
        deploy.current_dir(home.path()).env_clear();
        deploy.args([
            "--config",
            "config.toml",
            "deploy",
            "--manifest",
            "manifest.toml",
        ]);
        let done = deploy.args(arguments).output().unwrap();
        assert!(!done.status.success());
        let log = String::from_utf8(done.stderr).unwrap();
        let error = log.lines().find_map(|line| line.strip_prefix("error: "));
        error.unwrap_or_else(|| panic!("{log}")).to_string()
    };
    let ours = "wasm1tqtxvmx20zz78kdj2auagypu9f23nakgxxdym9";
    for (admin, expected) in [
        (
            format!("tessera-1={ours}"),
            "--admin names nobody for tessera-2",
        ),
        (format!("tessera-3={ours}"), "the manifest has no such zone"),
        (
            "tessera-1=cosmos1xyz".into(),
            "expected an address of tessera-1, wasm1…",
        ),
        (
            format!("tessera-1={ours}x"),
            "expected an address of tessera-1, wasm1…",
        ),
    ] {
        let said = refused(&["--admin", &admin]);
        assert!(said.contains(expected), "{said}");
    }
    let said = refused(&["--no-admin"]);
    assert!(
        said.contains("chain_view.wasm: build the contracts by ci/wasm"),
        "{said}"
    );
    assert!(!path("manifest.deployment.json").exists());
    fs::write(path("manifest.deployment.json"), "garbage").unwrap();
    let said = refused(&["--no-admin"]);
    assert!(said.contains("is no deployment file"), "{said}");
}

#[test]
fn what_is_wrong_with_a_manifest_is_named() {
    let altered = |from: &str, to: &str| {
        assert!(SAMPLE.contains(from), "{from} is in the sample");
        refusal(&SAMPLE.replace(from, to))
    };
    let cases = [
        ("\nclose_delay", "\nclose_dealy", "close_dealy"),
        (
            "zone = \"tessera-2\"",
            "zone = \"tessera-3\"",
            "a cap is against tessera-3",
        ),
        (
            "zone = \"tessera-2\"",
            "zone = \"tessera-1\"",
            "a cap is against tessera-1",
        ),
        (
            "id = \"tessera-2\"",
            "id = \"tessera-1\"",
            "the manifest has it twice",
        ),
        (
            "trusting_period = 1209600",
            "trusting_period = 1814400",
            "viewed",
        ),
        ("min_horizon = 50", "min_horizon = 0", "min_horizon"),
        ("max_age = 600", "max_age = 1", "max_age"),
        ("epoch = 86400", "epoch = 60", "epoch"),
        ("unbonding = 1814400", "unbonding = 30", "unbonding"),
        ("\nslashers = []", "\nslashers = [{}]", "address"),
        (
            "decimals = 6, feed = \"TESS",
            "decimals = 6, feeds = \"TESS",
            "missing field `feed`",
        ),
        ("[zones.prices]", "[zones.prizes]", "prizes"),
        ("max_share = 300000000", "max_share = 3000000000", "share"),
    ];
    for (from, to, told) in cases {
        let reason = altered(from, to);
        assert!(reason.contains(told), "{to}: {reason}");
        assert!(reason.contains("manifest.toml"), "{reason}");
    }
}
