//! A folder with a configuration, and the verbs that are said in it. No output carries a secret.
// Each story uses its own part.
#![allow(dead_code)]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::{json, Value};
use tempfile::TempDir;

pub const WORDS: &str =
    "legal winner thank year wave sausage worth useful legal winner thank yellow";
pub const SECRETS: [&str; 3] = ["sausage", "yellow", "correct horse"];
pub const PASSPHRASE: &str = "correct horse battery";
pub const CONFIG: &str = "[[chains]]\nid = \"tessera-a\"\nrpc_addr = \"http://127.0.0.1:1\"\naccount_prefix = \"wasm\"\n\
    key_name = \"relayer\"\ngas_price = { price = 0.025, denom = \"stake\" }\n";

/// A folder with a configuration, and what is said in it.
pub struct Home(pub TempDir);

/// What a verb said.
pub struct Said {
    pub success: bool,
    pub out: String,
    pub log: String,
}

impl Home {
    pub fn new() -> Home {
        let home = Home(tempfile::tempdir().unwrap());
        home.write("config.toml", CONFIG);
        home.write("words", WORDS);
        home.write("passphrase", PASSPHRASE);
        home
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Says something with the passphrase as standard input; whatever is said back carries no secret.
    pub fn say(&self, passphrase: &str, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
        command.current_dir(self.0.path()).env_clear();
        command
            .env("TESSERA_CONFIG", "config.toml")
            .env("RUST_LOG", "trace");
        command.args(["--passphrase-fd", "0"]).args(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A verb that needs none may have ended already.
        let _unread = stdin.write_all(passphrase.as_bytes());
        drop(stdin);
        let Output {
            status,
            stdout,
            stderr,
        } = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, log) = (text(stdout), text(stderr));
        for secret in SECRETS {
            assert!(
                !out.contains(secret) && !log.contains(secret),
                "{arguments:?}: {out}{log}"
            );
        }
        Said {
            success: status.success(),
            out,
            log,
        }
    }

    /// The one line of JSON that a verb prints.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let said = self.say(PASSPHRASE, &[&["--json"], arguments].concat());
        let value: Value = serde_json::from_str(&said.out).unwrap();
        let status = if said.success { "success" } else { "error" };
        assert_eq!(
            (said.out.lines().count(), &value["status"]),
            (1, &json!(status))
        );
        value
    }

    /// What a refused verb says, in one line; it changes nothing.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let before = self.files();
        let said = self.say(PASSPHRASE, arguments);
        assert!(
            !said.success && said.out.is_empty(),
            "{arguments:?}: {}",
            said.out
        );
        assert_eq!(self.files(), before, "{arguments:?} changed something");
        let error = said
            .log
            .lines()
            .find_map(|line| line.strip_prefix("error: "));
        error
            .unwrap_or_else(|| panic!("{arguments:?}: {}", said.log))
            .to_string()
    }

    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        fn walk(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match fs::read(&path) {
                    Ok(bytes) => found.push((path, bytes)),
                    Err(_) => walk(&path, found),
                }
            }
        }
        let mut found = Vec::new();
        walk(self.0.path(), &mut found);
        found.sort();
        found
    }
}
