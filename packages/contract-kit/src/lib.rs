//! What contracts share in CosmWasm: roles, pause, payment, packed items, provable keys, host cryptography.
