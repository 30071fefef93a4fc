//! Small contracts to try a zone with.

pub mod notes;
