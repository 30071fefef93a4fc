//! Tasks that several zones commit together or not at all.
