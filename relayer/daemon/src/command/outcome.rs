//! What a verb has to say, and how it is said: a text for people, one line of JSON for programs.

use std::{
    ffi::OsString,
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

use clap::Parser;
use serde::Serialize;
use serde_json::{json, Value};

use super::{reason, Arguments};

/// What a verb has to say: as a person reads it, and as a program does.
pub struct Outcome {
    text: String,
    result: Value,
    sound: bool,
    last: Option<Last>,
}

/// What is done when everything was said.
type Last = Box<dyn FnOnce() -> anyhow::Result<()>>;

impl Outcome {
    /// A result and its text.
    ///
    /// # Errors
    /// When the result is no JSON.
    pub fn new(text: impl Into<String>, result: &impl Serialize) -> anyhow::Result<Outcome> {
        Ok(Outcome {
            text: text.into(),
            result: serde_json::to_value(result)?,
            sound: true,
            last: None,
        })
    }

    /// The same, but the process ends with an error code if `sound` is false.
    #[must_use]
    pub fn with_soundness(mut self, sound: bool) -> Outcome {
        self.sound = sound;
        self
    }

    /// The same, and this is done once it was said, or not at all where it cannot be said.
    #[must_use]
    pub(super) fn and_last(
        mut self,
        act: impl FnOnce() -> anyhow::Result<()> + 'static,
    ) -> Outcome {
        self.last = Some(Box::new(act));
        self
    }
}

/// Says what came of a verb, in Hermes' envelope with `--json`.
pub(super) fn report(json: bool, outcome: anyhow::Result<Outcome>) -> ExitCode {
    let said = match outcome {
        Ok(outcome) => say(json, outcome),
        Err(error) if json => envelope(false, &reason(&error).into()).map(|()| false),
        Err(error) => Err(error),
    };
    match said {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(&reason(&error));
            ExitCode::FAILURE
        }
    }
}

/// Answers whether all is well.
fn say(json: bool, outcome: Outcome) -> anyhow::Result<bool> {
    let written = if json {
        envelope(outcome.sound, &outcome.result)
    } else {
        print(&outcome.text)
    };
    match outcome.last {
        Some(act) => written.and_then(|()| act())?,
        None => written.or_else(heard_enough)?,
    }
    Ok(outcome.sound)
}

/// Whoever reads may stop reading, as `head` does: what was done is done all the same.
pub(super) fn heard_enough(error: anyhow::Error) -> anyhow::Result<()> {
    match error.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(ErrorKind::BrokenPipe) => Ok(()),
        _ => Err(error),
    }
}

fn envelope(sound: bool, result: &Value) -> anyhow::Result<()> {
    let status = if sound { "success" } else { "error" };
    print(&json!({ "status": status, "result": result }).to_string())
}

fn print(text: &str) -> anyhow::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    written.map_err(|error| anyhow::Error::new(error).context("standard output"))
}

fn complain(reason: &str) {
    // Who closed it does not want to know.
    let _closed = writeln!(io::stderr(), "error: {reason}");
}

/// The process's arguments, or the code that it ends with: what is wrong with them is said, with `--json` as a result.
///
/// # Errors
/// That code; 0 after a help.
pub fn parse() -> Result<Arguments, ExitCode> {
    let given: Vec<OsString> = std::env::args_os().collect();
    Arguments::try_parse_from(&given).map_err(|error| {
        let json = error.use_stderr() && given.iter().any(|word| word == "--json");
        if json {
            if let Err(error) = envelope(false, &misuse(&error).into()) {
                complain(&reason(&error));
            }
        } else {
            let _closed = error.print();
        }
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
    })
}

/// What clap says in paragraphs, in a line, without the usage.
fn misuse(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines = text.lines().map(str::trim);
    let lines = lines.take_while(|line| !line.starts_with("Usage:"));
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(" ").replacen("error: ", "", 1)
}
