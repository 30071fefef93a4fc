//! The commands that `ci/`'s scripts call.

use std::process::ExitCode;

use clap::Parser;

mod command;

/// Checks of the workspace by program. `ci/test`, `ci/check`, `ci/wasm` and `ci/bench` call them.
#[derive(Parser)]
#[command(version, about)]
enum Command {
    /// Check who sees whom: `cargo metadata --format-version 1 --no-deps | tessera-ci edges`.
    Edges,
    /// Check every built contract: checksums, the chain's own check, size and locals against their budget.
    #[cfg(feature = "vm")]
    Wasm(command::wasm::Arguments),
    /// Run the built contracts in the VM, print what their calls cost, and compare it with the budget.
    #[cfg(feature = "vm")]
    Gas(command::gas::Arguments),
    /// Measure, print or check the project's figures.
    Bench(command::bench::Arguments),
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Edges => command::edges::run(),
        #[cfg(feature = "vm")]
        Command::Wasm(arguments) => command::wasm::run(&arguments),
        #[cfg(feature = "vm")]
        Command::Gas(arguments) => command::gas::run(&arguments),
        Command::Bench(arguments) => command::bench::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tessera-ci: {error:#}");
            ExitCode::FAILURE
        }
    }
}
