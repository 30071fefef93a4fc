//! What a lock remembers.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use tessera_primitives::{
    json::{Json, ToJson},
    to_json_fields, Address, Amount, Asset, Canonical, CanonicalAddress, Coin, Denom, Height,
    Malformed, Reader, Seconds, Timestamp, Writer, ZoneId,
};

use crate::Refusal;

/// Where a leg stands. The drawing is in the crate's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LegState {
    /// Its funds are in escrow; it may commit before its deadline.
    Registered,
    /// Its `tx` is locked until the task is settled.
    Committed,
    /// `tx` is done. The end.
    Kept,
    /// `tx'` is done. The end.
    Reversed,
    /// The registrant took it back. The end.
    Rejected,
    /// Its deadline passed before it was committed. The end.
    Lapsed,
    /// Committed, and given up on a forked or closed zone's word: it will be kept only if another leg is, and reversed once all
    /// others have given up too.
    Conceded,
}

impl LegState {
    const ALL: [LegState; 7] = [
        LegState::Registered,
        LegState::Committed,
        LegState::Kept,
        LegState::Reversed,
        LegState::Rejected,
        LegState::Lapsed,
        LegState::Conceded,
    ];

    /// The byte that stands for it in the provable value.
    pub fn byte(self) -> u8 {
        match self {
            LegState::Registered => 1,
            LegState::Committed => 2,
            LegState::Kept => 3,
            LegState::Reversed => 4,
            LegState::Rejected => 5,
            LegState::Lapsed => 6,
            LegState::Conceded => 7,
        }
    }

    /// The state that a byte stands for.
    pub fn from_byte(byte: u8) -> Option<LegState> {
        Self::ALL.into_iter().find(|state| state.byte() == byte)
    }

    /// Its name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            LegState::Registered => "registered",
            LegState::Committed => "committed",
            LegState::Kept => "kept",
            LegState::Reversed => "reversed",
            LegState::Rejected => "rejected",
            LegState::Lapsed => "lapsed",
            LegState::Conceded => "conceded",
        }
    }
}

impl ToJson for LegState {
    fn to_json(&self) -> Json {
        self.name().to_json()
    }
}

/// What other zones can prove of a leg: the provable value, and the whole of a leg that changes after it is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Where the leg stands.
    pub state: LegState,
    /// The height of its zone at which it was committed; 0 before.
    pub committed_at: Height,
}

/// The private part of an open leg: written when it is registered, removed when it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Which of the task's legs it is.
    pub index: u8,
    /// When it was registered: what other zones showed before says nothing about a leg that is missing.
    pub since: Timestamp,
    /// The first height at which it cannot commit any more.
    pub deadline: Height,
    /// Who brought the funds.
    pub registrant: CanonicalAddress,
    /// The funds in escrow, one entry an asset, without the tip.
    pub funds: Vec<Coin>,
    /// The whole tip, in the fee's denom: half of it, rounded down, has left once the leg is committed.
    pub tip: Amount,
    /// Whether its `tx` has calls, so that committing it needs the `tx`.
    pub calls: bool,
    /// Branches, other than 0, that other legs' zones were on when this leg was committed.
    pub seen: Vec<Seen>,
}

/// The admitted branch that another leg's zone was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Index of the leg.
    pub leg: u8,
    /// Its zone's branch number.
    pub branch: u32,
}

impl Canonical for Seen {
    fn write(&self, writer: &mut Writer) {
        writer.byte(self.leg).value(&self.branch);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Seen, Malformed> {
        Ok(Seen {
            leg: reader.byte()?,
            branch: reader.value()?,
        })
    }
}

/// Another zone that tasks may have legs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// The lock contract on that zone.
    pub contract: CanonicalAddress,
    /// The contract of this zone that answers for that zone's roots.
    pub roots: Address,
    /// Whether new legs may be registered and committed. What is committed is settled in any case.
    pub linked: bool,
}

/// How much of one asset may be, and is, at risk from one other zone.
///
/// Kept value frees the cap `max_horizon` blocks later. It is counted in two windows of that length: what was kept in
/// the running one (`held`) and in the one before (`held_before`). So it is freed between one and two `max_horizon`
/// after it was kept, never sooner, whatever happened in between, at one small item a zone and asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// The cap: `max_open_value`, in the asset's base units.
    pub max: Amount,
    /// Committed and not settled.
    pub open: Amount,
    /// Kept at or after `since`.
    pub held: Amount,
    /// Kept in the window before `since`.
    pub held_before: Amount,
    /// When the running window began, in heights of this zone.
    pub since: Height,
}

/// A payout that failed, and can be claimed.
pub use crate::effect::Payout as Owed;

/// Who and where a lock is. Fixed when it is instantiated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The own zone.
    pub zone: ZoneId,
    /// The own contract, as tasks name it.
    pub contract: CanonicalAddress,
    /// The own contract, as its zone writes it.
    pub address: Address,
}

/// What the owner decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// What a register costs, in `fee_denom`. It prices denial of service and is never refunded.
    pub fee: Amount,
    /// What fees and tips are paid in. It never changes: tips in escrow are in it.
    pub fee_denom: Denom,
    /// Who gets the fees.
    pub treasury: Address,
    /// How many blocks a deadline lies ahead at least when its leg is registered: 2 to `max_horizon`.
    pub min_horizon: u64,
    /// How many at most: up to 10,000,000. Kept value counts against caps for this long.
    pub max_horizon: u64,
    /// The greatest age of a root that proves a leg ready to commit or to reject, in seconds: 1 to 86,400. It must be
    /// longer than the views' `refresh_interval` and a block of each zone.
    pub fresh: Seconds,
    /// How many blocks a leg waits for a forked zone's branch to be admitted: 1 to 10,000,000.
    pub fork_grace: u64,
    /// Gas limit of each payout when a leg ends.
    pub payout_gas: u64,
    /// Gas limit of committing a leg with calls.
    pub lock_gas: u64,
}

to_json_fields! {
    Parameters {
        fee, fee_denom, treasury, min_horizon, max_horizon, fresh, fork_grace, payout_gas, lock_gas
    }
}

/// Greatest `max_horizon` and `fork_grace`, in blocks: about 4 months of 1-second blocks.
pub const MAX_BLOCKS: u64 = 10_000_000;
/// Greatest `fresh`, in seconds: a day.
pub const MAX_FRESH: u64 = 86_400;
/// Least gas limit: less than any payout needs would make every payout owed.
pub const MIN_GAS: u64 = 50_000;
/// Greatest gas limit: eight payouts of this size fill a block of 100 million.
pub const MAX_GAS: u64 = 12_500_000;

impl Parameters {
    /// Whether every parameter is within its bounds.
    ///
    /// # Errors
    /// [`Refusal::Parameter`].
    pub fn check(&self) -> Result<(), Refusal> {
        let within = |what, actual: u64, min: u64, max: u64| {
            if (min..=max).contains(&actual) {
                Ok(())
            } else {
                Err(Refusal::Parameter {
                    what,
                    min,
                    max,
                    actual,
                })
            }
        };
        within("max_horizon", self.max_horizon, 2, MAX_BLOCKS)?;
        within("min_horizon", self.min_horizon, 2, self.max_horizon)?;
        within("fresh", self.fresh.0, 1, MAX_FRESH)?;
        within("fork_grace", self.fork_grace, 1, MAX_BLOCKS)?;
        within("payout_gas", self.payout_gas, MIN_GAS, MAX_GAS)?;
        within("lock_gas", self.lock_gas, MIN_GAS, MAX_GAS)
    }

    /// The least retention of the own leg: `max_horizon + fork_grace`, in blocks.
    pub fn min_retention(&self) -> u64 {
        self.max_horizon.saturating_add(self.fork_grace)
    }

    /// The greatest retention of the own leg: four times the least.
    pub fn max_retention(&self) -> u64 {
        self.min_retention().saturating_mul(4)
    }
}

/// A write of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Set a leg's provable value.
    Mark(tessera_primitives::Hash, Mark),
    /// Set an open leg's terms.
    Terms(tessera_primitives::Hash, Terms),
    /// Remove an ended leg's terms.
    ForgetTerms(tessera_primitives::Hash),
    /// Put a task on the waiting list, which is in the order of deadlines.
    Wait(Height, tessera_primitives::Hash),
    /// Take a task off the waiting list.
    StopWaiting(Height, tessera_primitives::Hash),
    /// Remember what is owed, by task and effect.
    Owe(tessera_primitives::Hash, u8, Owed),
    /// Forget what was owed.
    Settled(tessera_primitives::Hash, u8),
    /// Set a peer.
    Peer(ZoneId, Peer),
    /// Let legs call a contract.
    Target(Address),
    /// Let no new leg call it.
    ForgetTarget(Address),
    /// Set what is at risk from a zone in an asset.
    Exposure(ZoneId, Asset, Exposure),
    /// Set the parameters.
    Parameters(Parameters),
}
