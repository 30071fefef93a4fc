//! The probe of dependency edges, the Wasm check, and the size and gas budgets.
