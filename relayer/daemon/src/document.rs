//! Files that people write, in TOML or JSON. What is wrong with one is said in a line, with its place, and never with what
//! stands there: any file may hold a secret, or be another one than was meant.

use std::{fs, io, path::Path};

use anyhow::Context;
use serde::de::DeserializeOwned;

/// Reads a file's text.
///
/// # Errors
/// What the system says; a file that is no text is told as that.
pub fn text(path: &Path) -> io::Result<String> {
    fs::read_to_string(path).map_err(no_text)
}

/// Reads what a file says, by [`toml`] or [`json`].
///
/// # Errors
/// The file's name, and what is wrong with it.
pub fn load<T>(path: &Path, read: fn(&str) -> Result<T, String>) -> anyhow::Result<T> {
    let name = || path.display().to_string();
    let text = text(path).with_context(name)?;
    read(&text).map_err(anyhow::Error::msg).with_context(name)
}

/// What is said instead of "stream did not contain valid UTF-8".
pub fn no_text(error: io::Error) -> io::Error {
    match error.kind() {
        kind @ io::ErrorKind::InvalidData => {
            io::Error::new(kind, "it is no text: another file was meant")
        }
        _ => error,
    }
}

/// Reads TOML.
///
/// # Errors
/// What is wrong, and where.
pub fn toml<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| {
        let reason = without_values(error.message());
        match error.span().and_then(|span| text.get(..span.start)) {
            Some(before) => {
                let line = before.matches('\n').count().saturating_add(1);
                let column = before.chars().rev().take_while(|c| *c != '\n').count();
                let column = column.saturating_add(1);
                format!("line {line}, column {column}: {reason}")
            }
            None => reason,
        }
    })
}

/// Reads JSON.
///
/// # Errors
/// What is wrong, and where.
pub fn json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| {
        let told = error.to_string();
        let (line, column) = (error.line(), error.column());
        let place = format!(" at line {line} column {column}");
        let reason = without_values(told.strip_suffix(&place).unwrap_or(&told));
        format!("line {line}, column {column}: {reason}")
    })
}

/// What a parser says, in one line, without the texts that it quotes.
pub fn without_values(said: &str) -> String {
    let mut kept = String::new();
    let mut rest = said;
    while let Some((before, quoted)) = rest.split_once("string \"") {
        kept.push_str(before);
        kept.push_str("a text");
        rest = after_quote(quoted);
    }
    kept.push_str(rest);
    // Custom errors quote in their own ways.
    let words = kept.split_whitespace();
    let shown = words.map(|word| if word.contains("://") { "…" } else { word });
    shown.collect::<Vec<_>>().join(" ")
}

/// What follows the quotation mark that no backslash stands before.
fn after_quote(text: &str) -> &str {
    let mut escaped = false;
    for (place, sign) in text.char_indices() {
        if sign == '"' && !escaped {
            return text.get(place.saturating_add(1)..).unwrap_or_default();
        }
        escaped = sign == '\\' && !escaped;
    }
    ""
}
