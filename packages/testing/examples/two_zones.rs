//! Two zones in one process: one learns what a contract on the other holds, and trusts nobody for it.
//!
//! `cargo run --release -p tessera-testing --example two_zones`

use anyhow::{Context, Result};
use cosmwasm_std::Empty;
use tessera_header::anchor;
use tessera_primitives::{Hash, Height};
use tessera_proof::open;
use tessera_testing::{contracts::notes, NativeCrypto, Zone};

fn main() -> Result<()> {
    // A zone with a contract that writes what it is told.
    let mut beta = Zone::new("beta-1", "beta")?;
    let alice = beta.account("alice")?;
    let code = beta.store_code(notes::code);
    let contract = beta.instantiate(&alice, code, &Empty {}, "notes")?;
    let write = notes::ExecuteMsg::Write {
        entries: vec![(b"colour".into(), b"green".into())],
    };
    beta.execute(&alice, &contract, &write, &[])?;

    // The state after block H is what header H + 1 commits to.
    let state = beta.next_block()?.height;
    let above = beta.next_block()?.height;
    println!(
        "{}: written in block {state}, proven by header {above}",
        beta.id()
    );

    // What a reader trusts is a header that beta's validators signed…
    let header = beta.first_header(above)?.open()?;
    let verified = anchor(&NativeCrypto, beta.id(), &header)?;
    let app_hash = Hash::try_from(verified.header.app_hash.as_bytes())?;
    println!("header {} with app hash {app_hash}", verified.hash);

    // …and what it reads, a proof under the header's app hash.
    let address = beta.canonical(&contract)?;
    for key in ["colour", "taste"] {
        let proof = beta.prove(&contract, key.as_bytes(), state)?.to_proof();
        let values = open(&app_hash, &address, &[key.into()], &proof)?;
        let value = values.first().context("one answer for one key")?;
        match value {
            Some(value) => println!("{key} is {}", String::from_utf8_lossy(value)),
            None => println!("{key} is nothing, and that is proven too"),
        }
    }

    // The same validators may also sign another history.
    let mut fork = beta.fork()?;
    let (ours, theirs) = (beta.next_block()?, fork.next_block()?);
    println!("block {}: {} and {}", Height(3), ours.hash, theirs.hash);
    Ok(())
}
