//! The interface of a lockable contract: what a transaction lock sends to a contract that a leg's `Call` names.
//!
//! ```text
//!             Lock              Unlock (with the leg's funds)
//!   free ──────────► reserved ──────────────────────────────► taken
//!                        │
//!                        └──── Reverse ────► free
//! ```
//!
//! A contract embeds [`LockableMsg`] as its variant `lockable`, so that a lock can say nothing else to it. What it must
//! keep to:
//! - it answers only to locks that its owner linked (a lock is believed about who the registrant is);
//! - it checks that the registrant may have what the payload asks for: the lock does not know;
//! - if what it reserves has a price, `Lock` refuses unless [`Order::funds`] pays it: the lock does not know the price,
//!   and a reservation that nobody has to pay for could be had again and again for a register's fee;
//! - `Lock` fails when the thing is not to be had, and then undoes the leg's commit, alone;
//! - `Unlock` and `Reverse` of what was locked do not fail; the lock keeps one that does as owed, and retries it;
//! - nothing that depends on the task happens between `Lock` and `Unlock`.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{to_json_binary, Coin, CosmosMsg, StdResult, WasmMsg};
use tessera_primitives::{
    json::{self, Json, ToJson},
    Address, Amount, Bytes, Hash,
};

/// What a lock says to a lockable contract.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum LockableMsg {
    /// The leg commits: reserve what the payload asks for.
    Lock(Order),
    /// The task is kept: hand over what was reserved. Carries the funds of the leg's call.
    Unlock(Order),
    /// The task is reversed: release what was reserved.
    Reverse(Order),
}

/// What a leg's call asks for.
#[cw_serde]
#[serde(deny_unknown_fields)]
#[derive(Eq)]
pub struct Order {
    /// The task, which names the reservation together with the lock that sends it.
    pub task_id: Hash,
    /// Who registered the leg on this zone, and whose right counts.
    pub registrant: Address,
    /// What to reserve, in the lockable contract's own encoding, as the registrant signed it.
    pub payload: Bytes,
    /// The native coins that the leg's call pays, in the bank module's order. In `Lock` the lock has them in escrow for
    /// this very call, and `Unlock` brings them; in `Unlock` they are what came along; in `Reverse` there are none.
    pub funds: Vec<Coin>,
}

impl LockableMsg {
    /// The order that the message carries.
    pub fn order(&self) -> &Order {
        match self {
            LockableMsg::Lock(order) | LockableMsg::Unlock(order) | LockableMsg::Reverse(order) => {
                order
            }
        }
    }
}

impl ToJson for Order {
    fn to_json(&self) -> Json {
        let mut fields = Vec::new();
        json::set(&mut fields, "task_id", &self.task_id);
        json::set(&mut fields, "registrant", &self.registrant);
        json::set(&mut fields, "payload", &self.payload);
        let mut funds = Vec::new();
        for coin in &self.funds {
            let mut fields = Vec::new();
            json::set(&mut fields, "denom", &coin.denom);
            json::set(&mut fields, "amount", &Amount(coin.amount.u128()));
            funds.push(Json::Object(fields));
        }
        fields.push(("funds".into(), Json::List(funds)));
        Json::Object(fields)
    }
}

impl ToJson for LockableMsg {
    fn to_json(&self) -> Json {
        let name = match self {
            LockableMsg::Lock(_) => "lock",
            LockableMsg::Unlock(_) => "unlock",
            LockableMsg::Reverse(_) => "reverse",
        };
        Json::named(name, self.order().to_json())
    }
}

/// The client of a lockable contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lockable(pub Address);

impl Lockable {
    /// The message that says `message` to the contract, with native funds.
    ///
    /// # Errors
    /// When the message cannot be written as JSON; none of these can fail to.
    pub fn say(&self, message: LockableMsg, funds: Vec<Coin>) -> StdResult<CosmosMsg> {
        Ok(WasmMsg::Execute {
            contract_addr: self.0.to_string(),
            // The one variant that every lockable contract's execute message shares.
            msg: to_json_binary(&Json::named("lockable", message.to_json()))?,
            funds,
        }
        .into())
    }
}
