//! The passphrase as a person types it: on a terminal, unseen, twice for a new key.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    io::{Read, Write},
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;

const WORDS: &str = "legal winner thank year wave sausage worth useful legal winner thank yellow";
const CONFIG: &str = "[[chains]]\nid = \"tessera-a\"\nrpc_addr = \"http://127.0.0.1:1\"\naccount_prefix = \"wasm\"\n\
    key_name = \"typed\"\ngas_price = { price = 0.025, denom = \"stake\" }\n";
const PASSPHRASE: &str = "correct horse battery";

/// Says something on a terminal, and types an answer after each prompt; answers how it ended and what was on the screen.
fn on_a_terminal(folder: &Path, verb: &str, typed: &[(&str, &str)]) -> (bool, String) {
    let told = format!(
        "{} --config config.toml {verb}",
        env!("CARGO_BIN_EXE_tessera")
    );
    // `script` gives it a terminal; whatever goes wrong, it ends.
    let mut terminal = Command::new("timeout")
        .args([
            "60",
            "script",
            "--quiet",
            "--return",
            "--command",
            &told,
            "/dev/null",
        ])
        .current_dir(folder)
        .env_remove("CREDENTIALS_DIRECTORY")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut keyboard, mut screen) = (
        terminal.stdin.take().unwrap(),
        terminal.stdout.take().unwrap(),
    );
    let mut shown = Vec::new();
    let mut seen = 0;
    for (prompt, answer) in typed {
        let mut byte = [0];
        while !String::from_utf8_lossy(shown.get(seen..).unwrap()).contains(prompt) {
            if screen.read(&mut byte).unwrap() == 0 {
                panic!("no {prompt:?}: {}", String::from_utf8_lossy(&shown));
            }
            shown.extend(byte);
        }
        seen = shown.len();
        keyboard
            .write_all(format!("{answer}\r").as_bytes())
            .unwrap();
    }
    screen.read_to_end(&mut shown).unwrap();
    let shown = String::from_utf8(shown).unwrap();
    assert!(!shown.contains("horse"), "the passphrase is on the screen");
    (terminal.wait().unwrap().success(), shown)
}

#[test]
fn a_passphrase_is_typed_twice_and_unseen() {
    let folder = TempDir::new().unwrap();
    let home = folder.path();
    fs::write(home.join("config.toml"), CONFIG).unwrap();
    fs::write(home.join("words"), WORDS).unwrap();
    let add = "keys add --chain tessera-a --key-name typed --mnemonic-file words";
    let (first, again) = ("for the keys", "same again");

    let (added, shown) = on_a_terminal(home, add, &[(first, PASSPHRASE), (again, "another one")]);
    assert!(!added && shown.contains("not the same"), "{shown}");
    let (added, shown) = on_a_terminal(home, add, &[(first, "short"), (again, "short")]);
    assert!(!added && shown.contains("8 characters"), "{shown}");
    let (added, shown) = on_a_terminal(home, add, &[(first, PASSPHRASE), (again, PASSPHRASE)]);
    assert!(added, "{shown}");
    let key = fs::read_to_string(home.join("keys/tessera-a/typed.json")).unwrap();
    assert!(key.contains("BEGIN AGE ENCRYPTED FILE"), "{key}");

    let sign = "signer --key tessera-a=typed --listen 127.0.0.1:0";
    let (signs, shown) = on_a_terminal(home, sign, &[("of the keys", "wrong horse battery")]);
    assert!(!signs && shown.contains("passphrase"), "{shown}");
}
