//! `transaction-lock`: tasks that several zones commit together or not at all.
//!
//! Messages and queries are read by way of a tree ([`tessera_primitives::json`]), which takes a tenth of the code that
//! `serde` derives. What is read is the same: tests send what `serde` writes.

mod json;

use cosmwasm_schema::{cw_serde, QueryResponses};
use schemars::JsonSchema;
use serde::Serialize;
use tessera_lock::{
    effect::{Effect, Payout},
    state::{LegState, Parameters},
    Task,
};
use tessera_primitives::{
    Address, Amount, Asset, Bytes, CanonicalAddress, Coin, Denom, Hash, Height, Seconds, ZoneId,
};

use crate::{
    permissions,
    roles::{Appointment, RolesMsg, RolesResponse},
};

/// Makes a lock. Its zone is the chain that it is made on.
#[derive(Serialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstantiateMsg {
    /// The owner, who links zones and sets caps and parameters, and the guardian.
    pub roles: Appointment,
    /// The parameters.
    pub settings: Settings,
}

/// The parameters, those with a default left out where it is wanted. Bounds are in [`Parameters`].
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What a register costs, in `fee_denom`. There is no default: it prices denial of service on this very zone.
    pub fee: Amount,
    /// What fees and tips are paid in. It never changes.
    pub fee_denom: Denom,
    /// Who gets the fees.
    pub treasury: Address,
    /// How many blocks a deadline lies ahead at least: 50.
    #[serde(default = "Settings::default_min_horizon")]
    pub min_horizon: u64,
    /// How many at most: 100,000.
    #[serde(default = "Settings::default_max_horizon")]
    pub max_horizon: u64,
    /// The greatest age of a root that proves a leg ready to commit or to reject: 900 s.
    #[serde(default = "Settings::default_fresh")]
    pub fresh: Seconds,
    /// How many blocks a leg waits for a forked zone's branch to be admitted: 100,000.
    #[serde(default = "Settings::default_fork_grace")]
    pub fork_grace: u64,
    /// Gas limit of each payout when a leg ends: 400,000, twice what an unpinned cw20 transfer or booking takes. A caller
    /// must have that much left for the last one, and pays only for what is used.
    #[serde(default = "Settings::default_payout_gas")]
    pub payout_gas: u64,
    /// Gas limit of committing a leg with calls: 1,000,000.
    #[serde(default = "Settings::default_lock_gas")]
    pub lock_gas: u64,
}

impl Settings {
    fn default_min_horizon() -> u64 {
        50
    }

    fn default_max_horizon() -> u64 {
        100_000
    }

    fn default_fresh() -> Seconds {
        Seconds(900)
    }

    fn default_fork_grace() -> u64 {
        100_000
    }

    fn default_payout_gas() -> u64 {
        400_000
    }

    fn default_lock_gas() -> u64 {
        1_000_000
    }

    /// All defaults, with what has none.
    pub fn new(fee: Amount, fee_denom: Denom, treasury: Address) -> Settings {
        Settings {
            fee,
            fee_denom,
            treasury,
            min_horizon: Settings::default_min_horizon(),
            max_horizon: Settings::default_max_horizon(),
            fresh: Settings::default_fresh(),
            fork_grace: Settings::default_fork_grace(),
            payout_gas: Settings::default_payout_gas(),
            lock_gas: Settings::default_lock_gas(),
        }
    }
}

impl From<Settings> for Parameters {
    fn from(settings: Settings) -> Parameters {
        Parameters {
            fee: settings.fee,
            fee_denom: settings.fee_denom,
            treasury: settings.treasury,
            min_horizon: settings.min_horizon,
            max_horizon: settings.max_horizon,
            fresh: settings.fresh,
            fork_grace: settings.fork_grace,
            payout_gas: settings.payout_gas,
            lock_gas: settings.lock_gas,
        }
    }
}

/// A task and what the own leg of it does: one of [`ExecuteMsg::RegisterBatch`].
#[derive(Serialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnLeg {
    /// The task.
    pub task: Task,
    /// The own leg's `tx`.
    pub tx: Vec<Effect>,
    /// The own leg's reversal.
    pub reversal: Vec<Effect>,
    /// What relayers get, in the fee's denom: half at commit, half at settle.
    pub tip: Amount,
}

/// What can be done with a lock.
#[derive(Serialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ExecuteMsg {
    /// Brings the own leg of a task. Sent by its registrant, with exactly the native coins of `tx`, the fee and the tip;
    /// cw20 tokens come by allowance. Readable JSON, because a user signs it.
    Register {
        /// The task.
        task: Task,
        /// The own leg's `tx`.
        tx: Vec<Effect>,
        /// The own leg's reversal.
        reversal: Vec<Effect>,
        /// What relayers get, in the fee's denom: half at commit, half at settle.
        tip: Amount,
    },
    /// The same for several tasks of one registrant, with exactly the native coins of all: their funds come in one payment
    /// and leave the fees in one, and each zone's source of roots is asked once. All are registered or none is.
    RegisterBatch {
        /// 1 to 30 tasks.
        legs: Vec<OwnLeg>,
    },
    /// Locks legs whose others are proven ready. Sent by anyone. Tasks that cannot commit now are passed over.
    Commit {
        /// The bytes of a [`tessera_lock::Batch`]: at most 30 tasks, each with its `tx` if that has calls, and what proves
        /// the other legs ready.
        batch: Bytes,
    },
    /// Takes a registered leg back, because another one is proven not to be there. Sent by its registrant.
    Reject {
        /// The bytes of a [`tessera_lock::Batch`] of this one task, whose effects are not needed, and what proves another
        /// leg unregistered, rejected or missing.
        batch: Bytes,
    },
    /// Ends committed legs as the evidence decides. Sent by anyone. Undecided tasks are passed over.
    Settle {
        /// The bytes of a [`tessera_lock::Batch`]: at most 30 tasks, each with `tx` to keep it or `reversal` to reverse it,
        /// and what decides them.
        batch: Bytes,
    },
    /// Gives a leg back whose deadline passed before it was committed. Sent by anyone.
    Lapse {
        /// The task.
        task_id: Hash,
    },
    /// Retries what is owed of a task. Sent by anyone; it goes to whom it is owed.
    Claim {
        /// The task.
        task_id: Hash,
        /// Which payout.
        effect: u8,
    },
    /// The second half of committing a leg with calls. Sent by the lock to itself.
    CommitLocked {
        /// What to commit: the canonical bytes of a [`tessera_lock::Locking`].
        locking: Bytes,
    },
    /// Names the lock of another zone, and who answers for its roots. Sent by the owner.
    LinkPeer {
        /// The zone.
        zone: ZoneId,
        /// The lock contract on it.
        contract: CanonicalAddress,
        /// The contract of this zone that answers for the zone's roots.
        roots: Address,
    },
    /// Stops new legs with a zone. Sent by the owner.
    UnlinkPeer {
        /// The zone.
        zone: ZoneId,
    },
    /// Lets legs call a lockable contract. Sent by the owner, who answers for it: a target that refuses `Lock` when it
    /// likes gives whoever controls it a free choice between the task and its reversal.
    LinkTarget {
        /// The contract.
        contract: Address,
    },
    /// Lets no new leg call a contract; those that are registered go on. Sent by the owner.
    UnlinkTarget {
        /// The contract.
        contract: Address,
    },
    /// Caps what may be at risk from a zone in an asset. Sent by the owner. Without a cap nothing can be registered.
    SetCap {
        /// The other zone.
        zone: ZoneId,
        /// The asset of this zone.
        asset: Asset,
        /// `max_open_value`, in base units.
        max: Amount,
    },
    /// Sets the parameters, all of them. Sent by the owner.
    SetParameters {
        /// The parameters.
        settings: Settings,
    },
    /// Roles and pause.
    Roles(RolesMsg),
}

permissions! {
    ExecuteMsg {
        "register": ExecuteMsg::Register { .. } => Anyone, Refused;
        "register_batch": ExecuteMsg::RegisterBatch { .. } => Anyone, Refused;
        "commit": ExecuteMsg::Commit { .. } => Anyone, Refused;
        "reject": ExecuteMsg::Reject { .. } => Anyone, Works;
        "settle": ExecuteMsg::Settle { .. } => Anyone, Works;
        "lapse": ExecuteMsg::Lapse { .. } => Anyone, Works;
        "claim": ExecuteMsg::Claim { .. } => Anyone, Works;
        "commit_locked": ExecuteMsg::CommitLocked { .. } => Itself, Works;
        "link_peer": ExecuteMsg::LinkPeer { .. } => Owner, Works;
        "unlink_peer": ExecuteMsg::UnlinkPeer { .. } => Owner, Works;
        "link_target": ExecuteMsg::LinkTarget { .. } => Owner, Works;
        "unlink_target": ExecuteMsg::UnlinkTarget { .. } => Owner, Works;
        "set_cap": ExecuteMsg::SetCap { .. } => Owner, Works;
        "set_parameters": ExecuteMsg::SetParameters { .. } => Owner, Works;
        in RolesMsg: ExecuteMsg::Roles;
    }
}

/// What can be asked of a lock.
#[derive(Serialize, Clone, Debug, PartialEq, JsonSchema, QueryResponses)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum QueryMsg {
    /// Roles and pause.
    #[returns(RolesResponse)]
    Roles {},
    /// Where the lock is, and its parameters.
    #[returns(ConfigResponse)]
    Config {},
    /// One leg: none when the task was never registered here. Storage keeps no bodies; they are in the event
    /// `registered`.
    #[returns(Option<LegResponse>)]
    Leg {
        /// The task.
        task_id: Hash,
    },
    /// The paper's `check(Hash(tx))` and `check(Hash(tx'))` (reliable-ibc.txt IV.A).
    #[returns(CheckResponse)]
    Check {
        /// The task.
        task_id: Hash,
    },
    /// The waiting list: legs that have not ended, by deadline.
    #[returns(Vec<OpenTask>)]
    OpenTasks {
        /// The last of the page before.
        start_after: Option<Waiting>,
        /// 30 when absent, at most 100.
        limit: Option<u32>,
    },
    /// What is owed, by task.
    #[returns(Vec<OwedResponse>)]
    Owed {
        /// The last of the page before.
        start_after: Option<Owing>,
        /// 30 when absent, at most 100.
        limit: Option<u32>,
    },
    /// The linked zones, and those whose link was taken away.
    #[returns(Vec<PeerResponse>)]
    Peers {
        /// The last of the page before.
        start_after: Option<ZoneId>,
        /// 30 when absent, at most 100.
        limit: Option<u32>,
    },
    /// The contracts that legs may call, by the length of their address, then by its text.
    #[returns(Vec<Address>)]
    Targets {
        /// The last of the page before.
        start_after: Option<Address>,
        /// 30 when absent, at most 100.
        limit: Option<u32>,
    },
    /// What is at risk from a zone in an asset now: none without a cap.
    #[returns(Option<ExposureResponse>)]
    OpenValue {
        /// The zone.
        zone: ZoneId,
        /// The asset.
        asset: Asset,
    },
    /// All caps, and what is at risk under them now.
    #[returns(Vec<ExposureResponse>)]
    Caps {
        /// The last of the page before.
        start_after: Option<CapOf>,
        /// 30 when absent, at most 100.
        limit: Option<u32>,
    },
}

/// Where a lock is, and its parameters.
#[cw_serde]
pub struct ConfigResponse {
    /// The lock's zone.
    pub zone: ZoneId,
    /// The lock, as tasks name it.
    pub contract: CanonicalAddress,
    /// The parameters.
    pub parameters: Parameters,
}

/// One leg.
#[cw_serde]
pub struct LegResponse {
    /// Where it stands: the provable state.
    pub state: LegState,
    /// The height at which it was committed; 0 before.
    pub committed_at: Height,
    /// The rest, while it has not ended.
    pub terms: Option<TermsResponse>,
}

/// An open leg.
#[cw_serde]
pub struct TermsResponse {
    /// Index of the leg in its task.
    pub leg: u8,
    /// The first height at which it cannot commit any more.
    pub deadline: Height,
    /// Who brought it.
    pub registrant: CanonicalAddress,
    /// The funds in escrow, without the tip.
    pub funds: Vec<Coin>,
    /// The whole tip. Half of it, rounded down, has left once the leg is committed.
    pub tip: Amount,
    /// Whether its `tx` has calls, so that committing it needs the `tx`.
    pub calls: bool,
}

/// The paper's `check`: heights, where the paper has -1 for none.
#[cw_serde]
#[derive(Eq)]
pub struct CheckResponse {
    /// Where `tx` stands in this zone's chain: the height at which it was committed, under lock or kept.
    pub tx: Option<Height>,
    /// Whether `tx'` has been committed after it.
    pub reversed: bool,
}

/// A place in the waiting list.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// The leg's deadline.
    pub deadline: Height,
    /// The task.
    pub task_id: Hash,
}

/// An entry of the waiting list.
#[cw_serde]
#[derive(Eq)]
pub struct OpenTask {
    /// The first height at which the leg cannot commit any more.
    pub deadline: Height,
    /// The task.
    pub task_id: Hash,
    /// Where its leg stands.
    pub state: LegState,
}

/// Something owed.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Owing {
    /// The task.
    pub task_id: Hash,
    /// Which payout.
    pub effect: u8,
}

/// What is owed.
#[cw_serde]
pub struct OwedResponse {
    /// The task.
    pub task_id: Hash,
    /// Which payout.
    pub effect: u8,
    /// What failed, and leaves when it is claimed.
    pub payout: Payout,
}

/// Another zone.
#[cw_serde]
#[derive(Eq)]
pub struct PeerResponse {
    /// The zone.
    pub zone: ZoneId,
    /// The lock contract on it.
    pub contract: CanonicalAddress,
    /// The contract of this zone that answers for its roots.
    pub roots: Address,
    /// Whether new legs may be registered and committed.
    pub linked: bool,
}

/// A cap.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct CapOf {
    /// The other zone.
    pub zone: ZoneId,
    /// The asset of this zone.
    pub asset: Asset,
}

/// What is at risk under a cap.
#[cw_serde]
#[derive(Eq)]
pub struct ExposureResponse {
    /// The other zone.
    pub zone: ZoneId,
    /// The asset of this zone.
    pub asset: Asset,
    /// The cap: `max_open_value`.
    pub max: Amount,
    /// What is at risk now: committed and not settled, or kept and not freed yet.
    pub at_risk: Amount,
}
