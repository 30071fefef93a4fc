//! The `tessera` binary.

use std::process::ExitCode;

// Two threads do all the work there is, on any machine: each thread's freed memory stays its own.
#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    if let Err(error) = tessera::keys::guard::enclose() {
        eprintln!("error: this system does not let secrets be kept out of core files: {error}");
        return ExitCode::FAILURE;
    }
    match tessera::command::parse() {
        Ok(arguments) => tessera::command::run(arguments).await,
        Err(code) => code,
    }
}
