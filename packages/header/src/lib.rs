//! CometBFT headers: their hash, a compact form, and verification against a trusted validator set.
