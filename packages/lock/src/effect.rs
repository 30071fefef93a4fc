//! What a leg does, and what a step tells the contract to do.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use tessera_primitives::{
    from_json_variants, to_json_variants, Address, Amount, Asset, Bytes, Canonical, Coin, Hash,
    Malformed, Reader, Writer,
};

use crate::{state::Seen, TaskBody};

/// Most effects of a `tx`, and of a `tx'`. One settle runs them all, each with its own gas limit, and must fit a block.
pub const MAX_EFFECTS: usize = 8;
/// Longest payload of a call, in bytes: it travels with every verb, at 13.3 gas a byte.
pub const MAX_PAYLOAD: usize = 1_024;
/// Most coins that one call hands over.
pub const MAX_CALL_FUNDS: usize = 4;
/// Most assets that a leg brings. Each costs a `TransferFrom` to bring and, for each other zone, a count against a cap.
pub const MAX_ASSETS: usize = 4;

/// One part of a leg's `tx` or `tx'`. Addresses are of the leg's own zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Pay somebody from the leg's funds.
    Transfer {
        /// A native coin or a cw20 token.
        asset: Asset,
        /// How much, not zero.
        amount: Amount,
        /// Who gets it.
        to: Address,
    },
    /// Have a lockable contract reserve something, and hand it over or release it when the task is settled. In a `tx'`
    /// the same contracts are called in the same order, without funds.
    Call {
        /// The lockable contract, called once a leg.
        contract: Address,
        /// What it is told, in its own encoding.
        payload: Bytes,
        /// Native coins that go along when the task is kept: none of them zero, each once.
        funds: Vec<Coin>,
    },
}

impl Effect {
    /// The addresses of this zone that the effect names: who gets something, and the token or contract that is called.
    /// A contract checks them against its zone before it registers a leg.
    pub fn addresses(&self) -> Vec<&Address> {
        match self {
            Effect::Transfer { asset, to, .. } => match asset {
                Asset::Native(_) => Vec::from([to]),
                Asset::Cw20(token) => Vec::from([to, token]),
            },
            Effect::Call { contract, .. } => Vec::from([contract]),
        }
    }
}

impl Canonical for Effect {
    fn write(&self, writer: &mut Writer) {
        match self {
            Effect::Transfer { asset, amount, to } => {
                writer.byte(0).value(asset).value(amount).value(to)
            }
            Effect::Call {
                contract,
                payload,
                funds,
            } => writer.byte(1).value(contract).value(payload).list(funds),
        };
    }

    fn read(reader: &mut Reader<'_>) -> Result<Effect, Malformed> {
        match reader.byte()? {
            0 => Ok(Effect::Transfer {
                asset: reader.value()?,
                amount: reader.value()?,
                to: reader.value()?,
            }),
            1 => Ok(Effect::Call {
                contract: reader.value()?,
                payload: reader.value()?,
                funds: reader.list(MAX_CALL_FUNDS)?,
            }),
            _ => Err(reader.wrong()),
        }
    }
}

from_json_variants! {
    Effect {
        "transfer": Transfer { asset, amount, to };
        "call": Call { contract, payload, funds };
    }
}

/// One thing that leaves the lock when a leg ends. If it fails it is owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Payout {
    /// Send a native coin, or cw20 tokens by `Transfer`.
    Transfer {
        /// What.
        asset: Asset,
        /// How much.
        amount: Amount,
        /// To whom.
        to: Address,
    },
    /// Say `Unlock` to a lockable contract, with native coins.
    Unlock {
        /// The lockable contract.
        contract: Address,
        /// Who registered the leg.
        registrant: Address,
        /// What the leg's call says.
        payload: Bytes,
        /// Native coins.
        funds: Vec<Coin>,
    },
    /// Say `Reverse` to a lockable contract.
    Reverse {
        /// The lockable contract.
        contract: Address,
        /// Who registered the leg.
        registrant: Address,
        /// What the call of the leg's reversal says.
        payload: Bytes,
    },
}

/// What a step has the contract do, in order, after its writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// Bring cw20 tokens by `TransferFrom`. It must succeed, and the balance must grow by exactly this.
    Collect {
        /// The token contract.
        token: Address,
        /// Whose allowance is used.
        from: Address,
        /// How much.
        amount: Amount,
    },
    /// Send a native coin; if that fails, everything does. For fees and tips, where only the sender is hurt.
    Pay {
        /// Who gets it.
        to: Address,
        /// What: a native coin.
        coin: Coin,
    },
    /// Pay out in a submessage with a gas limit and a reply on error. The reply is
    /// [`Input::PayoutFailed`](crate::Input::PayoutFailed) with this very task, effect and payout.
    Attempt {
        /// The task.
        task: Hash,
        /// The payout's index among those of the task: what [`Input::Claim`](crate::Input::Claim) names.
        effect: u8,
        /// What leaves.
        payout: Payout,
        /// The submessage's gas limit, in gas of the zone.
        gas: u64,
    },
    /// Pay out what was owed. It must succeed, and has no gas limit.
    Claimed {
        /// The task.
        task: Hash,
        /// What leaves.
        payout: Payout,
    },
    /// Send [`Input::CommitLocked`](crate::Input::CommitLocked) to the contract itself, in a submessage with a gas limit
    /// and a reply on error. The reply is [`Input::LockFailed`](crate::Input::LockFailed).
    CommitLocked {
        /// The task, for the reply.
        task: Hash,
        /// What to send.
        locking: Locking,
        /// The submessage's gas limit, in gas of the zone.
        gas: u64,
    },
    /// Say `Lock` to a lockable contract. It must succeed.
    Lock {
        /// The lockable contract.
        contract: Address,
        /// The task.
        task: Hash,
        /// Who registered the leg.
        registrant: Address,
        /// What the leg's call says.
        payload: Bytes,
        /// Native coins that the leg has in escrow for the call: what `Unlock` will bring.
        funds: Vec<Coin>,
    },
}

to_json_variants! {
    Payout {
        "transfer": Transfer { asset, amount, to };
        "unlock": Unlock { contract, registrant, payload, funds };
        "reverse": Reverse { contract, registrant, payload };
    }
}

impl Canonical for Payout {
    fn write(&self, writer: &mut Writer) {
        match self {
            Payout::Transfer { asset, amount, to } => {
                writer.byte(0).value(asset).value(amount).value(to)
            }
            Payout::Unlock {
                contract,
                registrant,
                payload,
                funds,
            } => {
                writer.byte(1).value(contract).value(registrant);
                writer.value(payload).list(funds)
            }
            Payout::Reverse {
                contract,
                registrant,
                payload,
            } => {
                writer.byte(2).value(contract).value(registrant);
                writer.value(payload)
            }
        };
    }

    fn read(reader: &mut Reader<'_>) -> Result<Payout, Malformed> {
        match reader.byte()? {
            0 => Ok(Payout::Transfer {
                asset: reader.value()?,
                amount: reader.value()?,
                to: reader.value()?,
            }),
            1 => Ok(Payout::Unlock {
                contract: reader.value()?,
                registrant: reader.value()?,
                payload: reader.value()?,
                funds: reader.list(MAX_CALL_FUNDS)?,
            }),
            2 => Ok(Payout::Reverse {
                contract: reader.value()?,
                registrant: reader.value()?,
                payload: reader.value()?,
            }),
            _ => Err(reader.wrong()),
        }
    }
}

/// A commit of a leg with calls, whose evidence has been judged: what the contract sends to itself, as canonical bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locking {
    /// Who commits, and gets the tip's share.
    pub caller: Address,
    /// The bytes of the [`TaskBody`], with its `tx`.
    pub body: Bytes,
    /// Branches of other legs' zones, to be remembered.
    pub seen: Vec<Seen>,
}

impl Canonical for Locking {
    fn write(&self, writer: &mut Writer) {
        writer.value(&self.caller).value(&self.body);
        writer.list(&self.seen);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Locking, Malformed> {
        Ok(Locking {
            caller: reader.value()?,
            body: reader.value()?,
            seen: reader.list(crate::MAX_LEGS)?,
        })
    }
}

impl Locking {
    pub(crate) fn new(caller: Address, body: &TaskBody, seen: Vec<Seen>) -> Locking {
        let body = Bytes(body.to_bytes());
        Locking { caller, body, seen }
    }
}
