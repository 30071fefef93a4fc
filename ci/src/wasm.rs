//! What an artifact is: its shape, its checksum, and whether a chain takes it.

mod artifacts;
#[cfg(feature = "vm")]
mod chain;
mod shape;

pub use artifacts::{wrong_checksums, Artifact, WrongChecksum};
#[cfg(feature = "vm")]
pub use chain::check;
pub use shape::Shape;
