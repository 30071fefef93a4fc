//! The `tessera` binary.

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    tessera::command::run(tessera::command::Arguments::parse()).await
}
