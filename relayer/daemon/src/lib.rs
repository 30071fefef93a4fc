//! The Tessera relayer.
