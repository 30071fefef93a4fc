//! What goes wrong around a verb: another file than was meant, a reader that stops, a full disk, words that mean nothing, ports
//! of other programs.
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
    io::{Read, Write},
    net::TcpListener,
    process::{Command, Stdio},
};

use home::{Home, CONFIG, WORDS};
use serde_json::{json, Value};

#[test]
fn a_file_that_was_not_meant_is_not_quoted() {
    let home = Home::new();
    home.write("words.json", &format!("\"{WORDS}\""));
    home.write("lines", &WORDS.replace(' ', "\n"));
    let task = ["tx", "task", "register", "--chain", "tessera-a", "--file"];
    for arguments in [
        &["config", "validate", "--config", "words"][..],
        &["config", "validate", "--config", "lines"],
        &["config", "import", "--hermes", "words"],
        &["config", "import", "--hermes", "config.toml"],
        &["config", "auto", "words.json"],
        &["deploy", "--no-admin", "--manifest", "words"],
        &["risk", "--tokens", "words"],
        &[&task[..], &["words"]].concat(),
        &[&task[..], &["words.json"]].concat(),
    ] {
        // Whatever is said is looked through for secrets.
        let said = home.refused(arguments);
        assert!(!said.contains("winner"), "{said}");
    }
    fs::write(home.path("bytes"), [0xff, 0xfe]).unwrap();
    let said = home.refused(&["config", "validate", "--config", "bytes"]);
    assert_eq!(said, "bytes: it is no text: another file was meant");
}

/// What comes of a verb whose output goes there.
fn into(home: &Home, out: Stdio, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
    command.current_dir(home.0.path()).env_clear();
    command.args(["--config", "config.toml"]).args(arguments);
    let child = command.stdout(out).stderr(Stdio::piped()).spawn().unwrap();
    let done = child.wait_with_output().unwrap();
    (done.status.code(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn a_reader_may_stop_and_a_full_disk_is_told() {
    let home = Home::new();
    let closed = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    let full = || Stdio::from(fs::File::options().write(true).open("/dev/full").unwrap());
    let (code, log) = into(&home, closed(), &["completions", "bash"]);
    assert_eq!((code, log.as_str()), (Some(0), ""));
    for arguments in [
        &["config", "validate"][..],
        &["--json", "config", "validate"],
    ] {
        let (code, log) = into(&home, full(), arguments);
        assert_eq!(code, Some(1));
        assert!(
            log.starts_with("error: standard output: No space left"),
            "{log}"
        );
    }
    // Nobody has seen the words, so there is no such key.
    let add = [
        "keys",
        "add",
        "--chain",
        "tessera-a",
        "--new",
        "--unencrypted",
    ];
    for out in [closed(), full()] {
        let (code, log) = into(&home, out, &add);
        assert_eq!(code, Some(1));
        assert!(log.contains("error: standard output"), "{log}");
        assert!(!home.path("keys/tessera-a/relayer.json").exists());
    }
}

#[test]
fn a_misuse_is_a_result_for_a_program_too() {
    let home = Home::new();
    for (arguments, expected) in [
        (
            &["--json", "deploy", "--manifest", "m"][..],
            "required arguments were not provided: <--admin",
        ),
        (
            &["--json", "lisen"],
            "'lisen' tip: a similar subcommand exists: 'listen'",
        ),
        (&["--json", "keys"], "'tessera keys' requires a subcommand"),
    ] {
        let said = home.say("", arguments);
        let told: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(
            (told["status"].as_str(), said.success),
            (Some("error"), false)
        );
        let result = told["result"].as_str().unwrap();
        assert!(result.contains(expected), "{result}");
    }
    assert!(home.say("", &["--json", "--help"]).success);
}

#[test]
fn a_port_where_no_relayer_answers_is_told_at_once() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    home.write("config.toml", &format!("[rest]\nport = {port}\n{CONFIG}"));
    let stuck = || home.refused(&["query", "stuck"]);
    // Nothing is accepted, but the system has made the connection.
    let said = stuck();
    assert!(said.contains("says nothing for 5 s"), "{said}");
    let page = std::thread::spawn(move || loop {
        let mut stream = listener.accept().unwrap().0;
        // Those that were given up are behind it.
        let _asked = stream.read(&mut [0; 1_024]);
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>";
        if stream.write_all(answer.as_bytes()).is_ok() && stream.read(&mut [0; 8]).is_ok() {
            // Until the one that waits has read it.
        }
    });
    let said = stuck();
    assert!(said.contains("another program does"), "{said}");
    drop(page);
}

#[test]
fn a_port_that_is_taken_is_told_once_and_a_new_folder_is_made() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    home.write("config.toml", &format!("[rest]\nport = {port}\n{CONFIG}"));
    let said = home
        .say("", &["start", "--journal", "new/folder/journal.redb"])
        .log;
    let error = said.lines().find(|line| line.starts_with("error: "));
    assert_eq!(
        error.unwrap().matches("Address already in use").count(),
        1,
        "{said}"
    );
}

#[test]
fn without_a_home_no_folder_is_taken_for_one() {
    let home = Home::new();
    fs::create_dir(home.path(".tessera")).unwrap();
    home.write(".tessera/config.toml", CONFIG);
    let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
    command
        .current_dir(home.0.path())
        .env_clear()
        .env("HOME", "");
    let done = command.args(["config", "validate"]).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(
        said.starts_with("error: ~/.tessera/config.toml is not there"),
        "{said}"
    );
}

#[test]
fn one_broken_key_file_hides_no_other() {
    let home = Home::new();
    let add = [
        "keys",
        "add",
        "--chain",
        "tessera-a",
        "--mnemonic-file",
        "words",
    ];
    home.json(&add);
    home.write("keys/tessera-a/broken.json", "{");
    let listed = home.json(&["keys", "list", "--chain", "tessera-a"]);
    assert_eq!(listed["status"], "error");
    assert_eq!(listed["result"][0]["name"], "relayer");
    let deleted = home.json(&["keys", "delete", "--chain", "tessera-a", "--all"]);
    assert_eq!(deleted["result"], json!(["broken", "relayer"]));
}
