//! `tessera risk`: the paper's figures, other tokens from flags and files, and what is no question.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::{fs, path::Path, process::Command};

use serde_json::Value;
use tempfile::TempDir;

fn say(folder: &Path, arguments: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
    command.current_dir(folder).env_clear().arg("--config");
    command.arg("absent.toml").args(arguments);
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.success(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (success, out, log) = say(folder, &[&["--json", "risk"], arguments].concat());
    assert!(success, "{out}{log}");
    let mut value: Value = serde_json::from_str(&out).unwrap();
    value["result"].take()
}

fn refused(arguments: &[&str]) -> String {
    let folder = folder();
    let (success, out, log) = say(folder.path(), &[&["risk"], arguments].concat());
    assert!(!success && out.is_empty(), "{arguments:?}: {out}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    log
}

fn near(value: &Value, expected: f64, within: f64) {
    let actual = value.as_f64().unwrap();
    assert!(
        (actual - expected).abs() <= within,
        "{actual} is not {expected}"
    );
}

#[test]
fn with_no_argument_it_shows_the_papers_example() {
    let folder = folder();
    let (success, out, _) = say(folder.path(), &["risk"]);
    assert!(success);
    for figure in ["0.135905", "0.014609", "12.305", "0.0763", "9.375"] {
        assert!(out.contains(figure), "{figure} in {out}");
    }
    insta::assert_snapshot!("paper", out);
    let result = json(folder.path(), &[]);
    let normal = &result["comparisons"][0];
    assert_eq!(normal["law"], "normal");
    near(&normal["single"], 0.135_905, 5e-7);
    near(&normal["same_price"], 0.014_609, 5e-7);
    near(&normal["equal_risk"], 12.305, 5e-4);
    // Two tokens of 10 each, of which the second may weigh a fifth: W = 12.5.
    near(&result["pool"]["weight"], 12.5, 1e-6);
    near(&result["attacks"][0]["buying"], 12.5 / 3.0, 1e-5);
    near(&result["attacks"][0]["adding_without_caps"], 10.0, 1e-3);
    let capped = result["attacks"][0]["adding"].as_f64().unwrap();
    assert!(capped < 10.0, "caps make adding a third cheaper: {capped}");
    insta::assert_snapshot!("paper_json", serde_json::to_string_pretty(&result).unwrap());
}

#[test]
fn flags_and_a_file_ask_the_same() {
    let folder = folder();
    let by_flags = json(
        folder.path(),
        &[
            "--token",
            "ATOM=10,5,3",
            "--token",
            "OSMO=2,1.5",
            "--correlation",
            "ATOM,OSMO=0.6",
            "--staked",
            "ATOM=400,1",
            "--staked",
            "OSMO=600",
            "--single",
            "OSMO",
            "--price",
            "0.7",
        ],
    );
    let text = "single = \"OSMO\"\nprice = 0.7\n\
        [[tokens]]\nname = \"ATOM\"\nmean = 10.0\ndeviation = 5.0\namount = 3.0\nstaked = 400.0\nmax_share = 1.0\n\
        [[tokens]]\nname = \"OSMO\"\nmean = 2.0\ndeviation = 1.5\nstaked = 600.0\n\
        [[correlations]]\nbetween = [\"OSMO\", \"ATOM\"]\ncorrelation = 0.6\n";
    fs::write(folder.path().join("tokens.toml"), text).unwrap();
    let by_file = json(folder.path(), &["--tokens", "tokens.toml"]);
    assert_eq!(by_flags, by_file);
    near(&by_file["basket"]["mean"], 32.0, 1e-9);
    // 15² + 1.5² + 2 × 0.6 × 15 × 1.5
    near(
        &by_file["basket"]["deviation"],
        (225.0 + 2.25 + 27.0_f64).sqrt(),
        1e-9,
    );
    // The hub's 400 and 600 under a cap of a fifth: W = 500.
    near(&by_file["pool"]["weight"], 500.0, 1e-6);
}

#[test]
fn prices_say_means_deviations_and_how_often() {
    let folder = folder();
    let table = "date,ATOM,OSMO\n1,8,1\n2,12,3\n3,10,2\n4,6,1\n5,14,3\n";
    fs::write(folder.path().join("prices.csv"), table).unwrap();
    let arguments = [
        "--prices",
        "prices.csv",
        "--amount",
        "OSMO=2",
        "--price",
        "8",
    ];
    let result = json(folder.path(), &arguments);
    near(&result["tokens"][0]["mean"], 10.0, 1e-9);
    near(&result["tokens"][0]["deviation"], 10.0_f64.sqrt(), 1e-9);
    near(&result["correlations"][0][1], 0.948_683, 1e-6);
    let by_prices = &result["comparisons"][2];
    assert_eq!(by_prices["law"], "5 prices");
    near(&by_prices["single"], 0.4, 1e-9);
    // Baskets cost 10, 18, 14, 8 and 20; the one token's 8 are 11.2 for the same money.
    near(&by_prices["same_price"], 0.2, 1e-9);
    near(&by_prices["same_money"], 0.4, 1e-9);
}

#[test]
fn it_draws_what_it_reckons() {
    let folder = folder();
    for (name, begins) in [("risk.svg", &b"<svg"[..]), ("risk.png", &b"\x89PNG"[..])] {
        let result = json(folder.path(), &["--plot", name]);
        assert_eq!(result["plot"], name);
        let picture = fs::read(folder.path().join(name)).unwrap();
        assert!(picture.starts_with(begins) && picture.len() > 5_000);
    }
    let svg = fs::read_to_string(folder.path().join("risk.svg")).unwrap();
    for word in ["A alone", "basket, at the same price", "Student t, 4"] {
        assert!(svg.contains(word), "{word}");
    }
}

#[test]
fn what_is_no_question_is_refused() {
    for (arguments, expected) in [
        (&["--token", "A"][..], "expected numbers"),
        (&["--token", "A=1"], "MEAN,DEVIATION"),
        (&["--token", "=1,2"], "a name is missing"),
        (&["--token", "A=1,nan"], "expected numbers"),
        (&["--token", "A=1,0"], "a deviation is 0"),
        (&["--token", "A=-1,1"], "a mean price is -1"),
        (
            &["--token", "A=1,1", "--token", "A=2,1"],
            "two tokens are named A",
        ),
        (
            &["--token", "A=1,1", "--correlation", "A,B=0.5"],
            "no token is named B",
        ),
        (
            &["--token", "A=1,1", "--correlation", "A,A=0.5"],
            "with itself",
        ),
        (
            &[
                "--token",
                "A=1,1",
                "--token",
                "B=1,1",
                "--correlation",
                "A,B=1.5",
            ],
            "a correlation is 1.5",
        ),
        (&["--correlation", "A,B=0.5"], "--token"),
        (&["--tokens", "none.toml"], "none.toml"),
        (&["--prices", "none.csv"], "none.csv"),
        (&["--single", "C"], "no token is named C"),
        (&["--price", "0"], "above 0"),
        (&["--price=-1"], "above 0"),
        (&["--degrees", "2"], "degrees of freedom"),
        (&["--staked", "A=-1"], "a staked value"),
        (&["--staked", "A=1,0"], "a share"),
        (&["--plot", "risk.pdf"], ".svg or .png"),
        (&["--plot", "no/where.svg"], "no/where.svg"),
    ] {
        let log = refused(arguments);
        assert!(log.contains(expected), "{arguments:?}: {log}");
    }
    let folder = folder();
    for (text, expected) in [
        ("tokens = []", "the number of tokens"),
        ("spare = 1\ntokens = []", "spare"),
        ("[[tokens]]\nname = \"A\"\nmean = 1.0", "deviation"),
    ] {
        fs::write(folder.path().join("tokens.toml"), text).unwrap();
        let (success, _, log) = say(folder.path(), &["risk", "--tokens", "tokens.toml"]);
        assert!(!success && log.contains(expected), "{text}: {log}");
    }
    for (table, expected) in [
        ("day,A\n1,2\n", "two or more"),
        ("day\n1\n2\n", "no column"),
        ("A\n1\nx\n", "line 3"),
    ] {
        fs::write(folder.path().join("prices.csv"), table).unwrap();
        let (success, _, log) = say(folder.path(), &["risk", "--prices", "prices.csv"]);
        assert!(!success && log.contains(expected), "{table}: {log}");
    }
}
