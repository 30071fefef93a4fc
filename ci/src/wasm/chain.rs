//! The check that a chain makes when a code is uploaded: static first, then the compiler's.

use std::collections::HashSet;

use anyhow::Context;
use cosmwasm_vm::internals::{check_wasm, compile_module, Logger};
use cosmwasm_vm::{capabilities_from_csv, WasmLimits};

/// What wasmd 0.61 offers to contracts that are built for CosmWasm 2.1.
const CAPABILITIES: &str =
    "iterator,staking,stargate,cosmwasm_1_1,cosmwasm_1_2,cosmwasm_1_3,cosmwasm_1_4,cosmwasm_2_0,cosmwasm_2_1";

/// Refuses what the VM would refuse: wrong imports and exports, missing capabilities, exceeded limits,
/// instructions of newer versions of Wasm, and whatever else does not compile.
pub fn check(module: &[u8]) -> anyhow::Result<()> {
    let capabilities: HashSet<String> = capabilities_from_csv(CAPABILITIES);
    check_wasm(
        module,
        &capabilities,
        &WasmLimits::default(),
        Logger::default(),
    )
    .context("static check")?;
    compile_module(module, None).context("compilation")?;
    Ok(())
}
