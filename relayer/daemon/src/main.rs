//! The `tessera` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Err(error) = tessera::keys::guard::enclose() {
        eprintln!("error: this system does not let secrets be kept out of core files: {error}");
        return ExitCode::FAILURE;
    }
    match tessera::command::parse() {
        Ok(arguments) => tessera::command::run(arguments),
        Err(code) => code,
    }
}
