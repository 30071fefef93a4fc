use cosmwasm_std::{Addr, CosmosMsg, Event};
use cw_multi_test::AppResponse;
use serde::Serialize;
use tessera_primitives::{Hash, ZoneId};

/// A transaction in a block: what was asked, and what came of it. A transaction that failed is in the block too, and
/// left nothing behind.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// SHA-256 of its bytes.
    pub hash: Hash,
    /// Its bytes, as the block holds them: JSON of its zone, sender, number and messages.
    pub bytes: Vec<u8>,
    /// Who sent it.
    pub sender: Addr,
    /// What it asked for, in order.
    pub messages: Vec<CosmosMsg>,
    /// One response a message, or the reason why all of them were undone.
    pub outcome: Result<Vec<AppResponse>, String>,
}

/// What a transaction's bytes say. The number makes the same request twice two transactions.
#[derive(Serialize)]
pub(crate) struct Body<'a> {
    pub(crate) zone: &'a ZoneId,
    pub(crate) sender: &'a Addr,
    pub(crate) number: u64,
    pub(crate) messages: &'a [CosmosMsg],
}

impl Transaction {
    /// Zero when it succeeded, else one.
    pub fn code(&self) -> u32 {
        self.outcome.is_err().into()
    }

    /// The bytes that its messages answered, one after the other.
    pub fn data(&self) -> Vec<u8> {
        let responses = self.outcome.iter().flatten();
        let data = responses.filter_map(|response| response.data.as_ref());
        data.flat_map(|data| data.to_vec()).collect()
    }

    /// What was said in it, in order; nothing when it failed.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        let responses = self.outcome.iter().flatten();
        responses.flat_map(|response| &response.events)
    }
}
