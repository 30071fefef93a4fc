//! One file a command: arguments in, files read, findings printed.

pub mod bench;
pub mod edges;
#[cfg(feature = "vm")]
pub mod gas;
#[cfg(feature = "vm")]
pub mod wasm;

/// Prints what is wrong, one thing a line, and fails where there is anything.
fn refuse<T: std::fmt::Display>(wrong: &[T], what: &str) -> anyhow::Result<()> {
    for finding in wrong {
        eprintln!("{finding}");
    }
    anyhow::ensure!(wrong.is_empty(), "{} {what}", wrong.len());
    Ok(())
}
