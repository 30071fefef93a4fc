//! The demo, as a newcomer runs it.
#![cfg(feature = "demo")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::process::Command;

#[test]
fn one_result_object_on_one_line_and_nothing_else() {
    let binary = env!("CARGO_BIN_EXE_tessera");
    let run = Command::new(binary)
        .args(["demo", "--json"])
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let text = String::from_utf8(run.stdout).unwrap();
    assert_eq!(text.lines().count(), 1);
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["status"], "success");
    let scenes = answer["result"]["scenes"].as_array().unwrap();
    let ends: Vec<_> = scenes
        .iter()
        .map(|scene| {
            let leg = |zone: &str| scene["legs"][zone].as_str().unwrap().to_string();
            (
                scene["name"].as_str().unwrap().to_string(),
                leg("sea-1"),
                leg("land-1"),
            )
        })
        .collect();
    let expected = [
        ("kept", "kept", "kept"),
        ("reversed", "reversed", "lapsed"),
        ("rejected", "rejected", "unregistered"),
        ("forked", "kept", "kept"),
    ];
    let expected = expected.map(|(a, b, c)| (a.to_string(), b.to_string(), c.to_string()));
    assert_eq!(ends, expected);
    for scene in scenes {
        for check in scene["checks"].as_array().unwrap() {
            assert_eq!(check["holds"], true, "{check}");
        }
    }
    assert_eq!(answer["result"]["conserved"]["sea-1"], true);
    assert_eq!(answer["result"]["conserved"]["land-1"], true);
    // Two legs alone: register, commit and settle on each zone, headers included.
    let sent = &scenes[0]["transactions"];
    assert_eq!(
        (sent["sea-1"].as_u64(), sent["land-1"].as_u64()),
        (Some(3), Some(3))
    );
}

#[test]
fn an_unsound_outcome_is_an_error_code() {
    let binary = env!("CARGO_BIN_EXE_tessera");
    let config = tempfile::tempdir().unwrap();
    let path = config.path().join("none.toml");
    let run = Command::new(binary)
        .args(["--json", "config", "validate", "--config"])
        .arg(path)
        .output()
        .unwrap();
    assert!(!run.status.success());
    let answer: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(answer["status"], "error");
    assert!(answer["result"].as_str().unwrap().contains("none.toml"));
}
