//! Facts on the chain: the same struct where it is emitted and where it is read.
//!
//! A fact named `leg_kept` is the event `wasm-leg_kept`: the chain adds the prefix, and the attribute
//! `_contract_address`, which no contract can write itself. Whatever else the chain adds (`msg_index`) is passed over.

use cosmwasm_std::Event;
use tessera_primitives::{
    fact::{Attribute, Facts},
    Address, Malformed,
};

/// What the chain puts before the name of a contract's event.
pub const PREFIX: &str = "wasm-";

/// The attribute that names the contract that emitted an event.
pub const CONTRACT_ADDRESS: &str = "_contract_address";

/// The event that carries a fact. The chain adds [`PREFIX`] and [`CONTRACT_ADDRESS`].
pub fn encode<F: Facts>(fact: &F) -> Event {
    assemble(fact.name(), fact.attributes())
}

/// One for all facts, so that a contract has it once.
#[inline(never)]
fn assemble(name: &str, attributes: Vec<Attribute>) -> Event {
    Event::new(name).add_attributes(attributes)
}

/// Reads the fact that an event of a transaction carries: `None` when the event is another contract's, or not one of
/// these facts.
///
/// # Errors
/// [`Malformed`] when the event has the name of a fact and not its attributes.
pub fn decode<F: Facts>(
    contract: &Address,
    kind: &str,
    attributes: &[Attribute],
) -> Option<Result<F, Malformed>> {
    let name = kind.strip_prefix(PREFIX)?;
    let mut emitters = attributes
        .iter()
        .filter(|(key, _)| key == CONTRACT_ADDRESS)
        .map(|(_, emitter)| emitter);
    match (emitters.next(), emitters.next()) {
        (Some(emitter), None) if emitter == contract.as_str() => F::read(name, attributes),
        _ => None,
    }
}
