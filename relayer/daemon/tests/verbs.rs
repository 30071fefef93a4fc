//! What every verb says: its help, its results as JSON where no zone is needed, and what it says of bad input. No output
//! carries a secret.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod home;

use std::{
    fs,
    io::Write,
    os::unix::{fs::chown, process::CommandExt},
    process::{Command, Stdio},
};

use clap::CommandFactory;
use home::{Home, CONFIG, PASSPHRASE, WORDS};

#[test]
fn every_verb_has_a_help() {
    let mut command = tessera::command::Arguments::command();
    command.build();
    let mut left = vec![(String::from("tessera"), command)];
    let mut text = String::new();
    while let Some((name, mut command)) = left.pop() {
        let help = command.render_long_help().to_string();
        text.push_str(&format!("## {name}\n\n{}\n\n", help.trim_end()));
        let inner = command
            .get_subcommands()
            .filter(|verb| verb.get_name() != "help");
        let inner: Vec<_> = inner
            .map(|verb| (format!("{name} {}", verb.get_name()), verb.clone()))
            .collect();
        left.extend(inner.into_iter().rev());
    }
    insta::assert_snapshot!("help", text);
}

#[test]
fn results_are_one_line_of_json() {
    let home = Home::new();
    fs::copy("tests/data/hermes.toml", home.path("hermes.toml")).unwrap();
    let mut all = String::new();
    for arguments in [
        "config validate",
        "keys add --chain tessera-a --mnemonic-file words",
        "keys add --chain tessera-a --mnemonic-file words --key-name plain --unencrypted",
        "keys list --chain tessera-a",
        "keys add --chain tessera-a --mnemonic-file words",
        "keys delete --chain tessera-a --key-name plain",
        "keys delete --chain tessera-a --all",
        "keys list --chain tessera-a",
        "config import --hermes hermes.toml",
        "config reload",
        "keys balance --chain tessera-z",
        "keys vote list --chain tessera-a",
        "logs set-log-level --log-level debug",
        "verify --manifest nothing",
        "deploy --manifest nothing --no-admin",
        "tx task register --chain tessera-a --file nothing",
        "completions",
    ] {
        let words: Vec<&str> = arguments.split(' ').collect();
        let value = serde_json::to_string_pretty(&home.json(&words)).unwrap();
        all.push_str(&format!("$ tessera --json {arguments}\n{value}\n\n"));
    }
    insta::assert_snapshot!("results", all);
    home.json(&[
        "config",
        "import",
        "--hermes",
        "hermes.toml",
        "--output",
        "new.toml",
    ]);
    let written = fs::read_to_string(home.path("new.toml")).unwrap();
    insta::assert_snapshot!("imported", written);
}

/// Here, on zones (`zones/shape.rs`), or where it has tests of its own. Transactions about stake all answer alike
/// (`command/sent.rs`), and one of each kind is enough.
#[test]
fn every_verb_has_a_recorded_result() {
    let on_zones = fs::read_to_string("tests/data/results.json").unwrap();
    let on_zones: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&on_zones).unwrap();
    let here = include_str!("snapshots/verbs__results.snap");
    // Not built: so there is no verb `help` among them.
    let command = tessera::command::Arguments::command();
    let mut left: Vec<_> = command
        .get_subcommands()
        .map(|verb| (String::new(), verb))
        .collect();
    let mut missing = Vec::new();
    while let Some((above, verb)) = left.pop() {
        let name = format!("{above}{}", verb.get_name());
        let inner = verb.get_subcommands();
        let before = left.len();
        left.extend(inner.map(|verb| (format!("{name} "), verb)));
        let is_leaf = left.len() == before;
        let alike = ["tx stake", "tx governance"];
        let alike = alike.iter().find(|kind| name.starts_with(*kind));
        let known = on_zones.contains_key(&name)
            || on_zones.contains_key(&format!("{name}, not well"))
            || here.contains(&format!("$ tessera --json {name}"))
            || alike.is_some_and(|kind| on_zones.keys().any(|one| one.starts_with(kind)));
        if is_leaf && !known {
            missing.push(name);
        }
    }
    missing.sort_unstable();
    // `demo.rs`, `vote_keys.rs` and `risk.rs` look at theirs, and the others end after months.
    let elsewhere = ["demo", "keys vote add", "risk", "signer", "start"];
    assert_eq!(missing, elsewhere);
}

#[test]
fn a_new_key_is_shown_once_and_is_stored_encrypted() {
    let home = Home::new();
    let added = home.json(&["keys", "add", "--chain", "tessera-a", "--new"]);
    let words = added["result"]["mnemonic"].as_str().unwrap();
    assert_eq!(words.split(' ').count(), 24);
    let stored = fs::read_to_string(home.path("keys/tessera-a/relayer.json")).unwrap();
    assert!(!words
        .split(' ')
        .any(|word| word.len() > 5 && stored.contains(word)));
    let listed = home.json(&["keys", "list", "--chain", "tessera-a"]);
    assert_eq!(listed["result"][0]["storage"], "encrypted");
}

/// A service manager hands descriptors over that were opened by root, and a service may not open those again.
#[test]
fn a_passphrase_is_read_from_a_descriptor_that_somebody_else_opened() {
    let home = Home::new();
    let program = home.path("tessera");
    fs::copy(env!("CARGO_BIN_EXE_tessera"), &program).unwrap();
    let mut command = Command::new(&program);
    command.current_dir(home.0.path()).env_clear();
    command.args(["--config", "config.toml", "--passphrase-fd", "0"]);
    command.args([
        "keys",
        "add",
        "--chain",
        "tessera-a",
        "--mnemonic-file",
        "words",
    ]);
    if rustix::process::geteuid().is_root() {
        for path in ["", "words", "config.toml"] {
            chown(home.path(path), Some(65_534), Some(65_534)).unwrap();
        }
        command.uid(65_534).gid(65_534);
    }
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(PASSPHRASE.as_bytes()).unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn bad_input_is_said_in_one_line_and_changes_nothing() {
    let home = Home::new();
    let add = ["keys", "add", "--chain", "tessera-a", "--mnemonic-file"];
    home.write("wrong", &WORDS.replace("sausage", "sausages"));
    home.write("hermes.json", "{\"private_key\": \"sausage\"}");
    let mut all = String::new();
    let mut tell = |what: &str, said: String| all.push_str(&format!("{what}\n  {said}\n"));
    tell(
        "a wrong word",
        home.refused(&[&add[..], &["wrong"]].concat()),
    );
    tell("no file", home.refused(&[&add[..], &["nothing"]].concat()));
    tell(
        "a chain that is not there",
        home.refused(&["keys", "list", "--chain", "tessera-b"]),
    );
    tell(
        "a path that is none",
        home.refused(&[&add[..], &["words", "--hd-path", "m/x"]].concat()),
    );
    tell(
        "a name that is none",
        home.refused(&[&add[..], &["words", "--key-name", "../up"]].concat()),
    );
    tell(
        "a key file that is none",
        home.refused(&[
            "keys",
            "add",
            "--chain",
            "tessera-a",
            "--key-file",
            "hermes.json",
        ]),
    );
    tell(
        "a key that is not there",
        home.refused(&[
            "keys",
            "delete",
            "--chain",
            "tessera-a",
            "--key-name",
            "gone",
        ]),
    );
    tell("nobody to reload", home.refused(&["config", "reload"]));
    tell(
        "a file that is there",
        home.refused(&[
            "config",
            "import",
            "--hermes",
            "config.toml",
            "--output",
            "words",
        ]),
    );
    tell(
        "a key of a signer",
        home.refused(&["signer", "--key", "tessera-a"]),
    );

    let short = home.say("horse", &[&add[..], &["words"]].concat());
    tell("a short passphrase", short.log);
    assert!(home.json(&[&add[..], &["words"]].concat())["result"]["account"].is_string());
    let wrong = home.say(
        "correct mule battery",
        &["signer", "--key", "tessera-a=relayer"],
    );
    assert!(!wrong.success);
    tell("a wrong passphrase", wrong.log);
    tell(
        "a node that is away",
        home.refused(&["keys", "balance", "--chain", "tessera-a"]),
    );
    tell(
        "a key that is there",
        home.refused(&[&add[..], &["words"]].concat()),
    );
    insta::assert_snapshot!("refusals", all);
}

#[test]
fn each_broken_line_of_the_configuration_is_told() {
    let home = Home::new();
    let mut all = String::new();
    for (from, to) in [
        ("id = \"tessera-a\"", "id = tessera-a"),
        ("id = \"tessera-a\"", "id = \"\""),
        ("rpc_addr", "rcp_addr"),
        ("rpc_addr = \"http://127.0.0.1:1\"", "rpc_addrs = []"),
        ("account_prefix = \"wasm\"\n", ""),
        ("account_prefix = \"wasm\"", "account_prefix = \"WASM\""),
        ("key_name = \"relayer\"", "key_name = 7"),
        ("price = 0.025", "price = \"cheap\""),
        ("denom = \"stake\"", "denom = \"\""),
        ("[[chains]]", "[chains]"),
        ("[[chains]]", "[global]\nlog_level = \"loud\"\n[[chains]]"),
        ("[[chains]]", "[telemetri]\n[[chains]]"),
    ] {
        let text = CONFIG.replacen(from, to, 1);
        assert_ne!(text, CONFIG);
        home.write("config.toml", &text);
        let said = home.say("", &["config", "validate"]);
        assert!(!said.success && said.out.is_empty());
        all.push_str(&format!("{from:?} -> {to:?}\n{}\n", said.log));
    }
    fs::remove_file(home.path("config.toml")).unwrap();
    all.push_str(&home.refused(&["config", "validate"]));
    insta::assert_snapshot!("broken_lines", all);
}
