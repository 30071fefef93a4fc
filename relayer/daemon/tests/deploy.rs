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
            "tokens",
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
