//! Zones inside one process: contracts in cw-multi-test with real Merkle proofs and real signed headers between them.
