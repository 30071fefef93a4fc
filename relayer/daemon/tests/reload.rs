//! What a configuration that is read again changes, and which process is told to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::{fs, path::Path};

use tessera::{
    config::{Change, Config, SAMPLE},
    running::{claim, tell, RunningError},
};

fn changes(edits: &[(&str, &str)]) -> Vec<Change> {
    let mut text = SAMPLE.to_string();
    for (from, to) in edits {
        assert!(text.contains(from), "{from:?}");
        text = text.replacen(from, to, 1);
    }
    let parse = |text: &str| Config::parse(Path::new("config.toml"), text).unwrap();
    parse(SAMPLE).changes(&parse(&text))
}

#[test]
fn every_change_is_told_by_what_it_is_about() {
    for (from, to, expected) in [
        ("log_level = \"info\"", "log_level = \"debug\"", "log_level"),
        ("reject_own = true", "reject_own = false", "[mode]"),
        ("min_tip = 0", "min_tip = 5", "[policy]"),
        ("port = 3000", "port = 4000", "[rest] or [telemetry]"),
        ("127.0.0.1:26657\"]", "127.0.0.1:2\"]", "nodes of tessera-a"),
        (
            "poll_interval = \"500ms\"",
            "poll_interval = \"1s\"",
            "nodes of tessera-a",
        ),
        ("price = 0.025", "price = 0.03", "gas of tessera-a"),
        (
            "max_tx_size = 180000",
            "max_tx_size = 20000",
            "gas of tessera-a",
        ),
        (
            "key_names = [\"relayer\"]",
            "key_names = [\"other\"]",
            "chain tessera-a",
        ),
        ("start_height = 1", "start_height = 2", "chain tessera-a"),
    ] {
        let told: Vec<String> = changes(&[(from, to)])
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(told, [expected], "{from:?} -> {to:?}");
    }
    assert_eq!(changes(&[]), []);
    let both = changes(&[
        ("price = 0.025", "price = 1"),
        ("127.0.0.1:26657\"]", "127.0.0.1:2\"]"),
    ]);
    assert_eq!(both.len(), 2);
    let renamed = changes(&[("id = \"tessera-a\"", "id = \"tessera-c\"")]);
    let told: Vec<String> = renamed.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["chain tessera-c was added", "chain tessera-a was removed"]
    );
    let listening = changes(&[("port = 3000", "port = 4000")]);
    assert_eq!(listening, [Change::Listening]);
}

#[test]
fn a_journal_has_one_relayer_and_a_number_left_behind_is_nobodys() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.redb");
    assert!(matches!(tell(&journal), Err(RunningError::Nobody { .. })));
    let held = claim(&journal).unwrap();
    let refused = claim(&journal).unwrap_err().to_string();
    let process = format!("process {} relays", std::process::id());
    assert!(refused.contains(&process), "{refused}");
    drop(held);
    // Our own number stands there: were it signalled, this test would end.
    assert!(!fs::read_to_string(folder.path().join("journal.pid"))
        .unwrap()
        .is_empty());
    assert!(matches!(tell(&journal), Err(RunningError::Nobody { .. })));
    claim(&journal).unwrap();
}

#[test]
fn a_journal_may_be_put_into_a_folder_that_is_not_there_yet() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("new/one/journal.redb");
    let _running = claim(&journal).unwrap();
    assert!(journal.with_extension("pid").exists());
}
