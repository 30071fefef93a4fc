//! `chain-view`: light clients of other zones and of its own; roots; fork evidence.

use cosmwasm_schema::{cw_serde, QueryResponses};
use tessera_header::{Header, TrustedHeader};
use tessera_primitives::{
    Amount, Denom, Hash, Height, Root, Standing, Timestamp, ZoneId, ZoneStatus,
};
use tessera_view::{
    evidence::ForkProof,
    state::{Block, ForkRecord, Params},
};

use crate::{
    permissions,
    roles::{Appointment, RolesMsg, RolesResponse},
};

/// Makes a `chain-view`.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct InstantiateMsg {
    /// The owner, who registers zones and admits branches, and the guardian.
    pub roles: Appointment,
    /// What reserves are in: `advance` and the fork bounty are paid in it.
    pub reserve_denom: Denom,
}

/// What can be done with a `chain-view`. A zone may be named by any id that it had.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum ExecuteMsg {
    /// Starts to view a zone, its own among them. Sent by the owner, who vouches for the header.
    RegisterZone {
        /// The zone's chain id.
        zone: ZoneId,
        /// A header of it, in the standard form, inside its trusting period.
        header: Header,
        /// How it is viewed, for good.
        params: Params,
    },
    /// Adds the funds sent along, in the reserve denom, to what pays for a zone's view. Nothing is ever paid back.
    Fund {
        /// The zone.
        zone: ZoneId,
    },
    /// Shows a header. A newer one becomes the latest, and is paid for once in `refresh_interval`; an older one fills a
    /// hole; one that is stored already changes nothing. One that contradicts what is stored proves a fork, and the
    /// message then succeeds as `report_fork`.
    Advance {
        /// The zone.
        zone: ZoneId,
        /// The header, in either form.
        header: Header,
    },
    /// Proves a fork, a lower one, or that the known one is exact. The first proof for a branch earns the bounty.
    ReportFork {
        /// The zone.
        zone: ZoneId,
        /// The proof.
        proof: ForkProof,
    },
    /// Lets one branch of a forked zone inherit its identity. Sent by the owner, who vouches for the header. With the header
    /// that was admitted last it confirms the block below the fork later, or another one, while the fork is not exact.
    AdmitBranch {
        /// The zone.
        zone: ZoneId,
        /// A header of that branch, in the standard form, above all that were shown of any. It carries the zone's chain
        /// id, or a higher revision, which is the zone's from then on.
        header: Header,
        /// The block right below an exact fork on record, as that branch has it; below an inexact one, the last block that
        /// both branches have. It confirms the fork, whose parent is until then the word of those who forked: then its
        /// header can be shown by its hash alone. Where the record names another one, the fork falls to one above the
        /// newest stored header below it, and without a word to there too, unless that header is stored. A stored header
        /// that it contradicts is dropped.
        parent: Option<Block>,
    },
    /// Trusts a zone again that has expired, or follows it through an upgrade. Sent by the owner, who vouches for the
    /// header.
    Renew {
        /// The zone.
        zone: ZoneId,
        /// Its chain id from now on: the same, or a higher revision. The old one remains an alias.
        chain_id: ZoneId,
        /// A header with that id, in the standard form, above and later than the latest. Right above that one it must name
        /// it as its parent, which a new revision's first block does not.
        header: Header,
    },
    /// Announces the end of a zone: `close_delay` later nothing more is learned about it, and its last root stands for
    /// every later height. Headers are taken for half of that time, pairs for three quarters. Sent by the owner.
    CloseZone {
        /// The zone.
        zone: ZoneId,
    },
    /// Drops expired headers, and writes a passed end into the provable key.
    Prune {
        /// The zone.
        zone: ZoneId,
        /// Most headers to drop, 1 to 100.
        limit: u32,
    },
    /// Roles and pause.
    Roles(RolesMsg),
}

permissions! {
    ExecuteMsg {
        "register_zone": ExecuteMsg::RegisterZone { .. } => Owner, Refused;
        "fund": ExecuteMsg::Fund { .. } => Anyone, Refused;
        "advance": ExecuteMsg::Advance { .. } => Anyone, Works;
        "report_fork": ExecuteMsg::ReportFork { .. } => Anyone, Works;
        "admit_branch": ExecuteMsg::AdmitBranch { .. } => Owner, Works;
        "renew": ExecuteMsg::Renew { .. } => Owner, Works;
        "close_zone": ExecuteMsg::CloseZone { .. } => Owner, Works;
        "prune": ExecuteMsg::Prune { .. } => Anyone, Works;
        in RolesMsg: ExecuteMsg::Roles;
    }
}

/// Takes over from an older version of the same contract; nothing needs to be told.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct MigrateMsg {}

/// What a `chain-view` answers. The first three are [`crate::roots::RootsQuery`].
#[cw_serde]
#[serde(deny_unknown_fields)]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// The root that the zone's header at this height carries.
    #[returns(Root)]
    Root {
        /// The zone.
        zone: ZoneId,
        /// Height of the header.
        height: Height,
    },
    /// How the zone stands: its status, branch, fork, end.
    #[returns(Standing)]
    Standing {
        /// The zone.
        zone: ZoneId,
    },
    /// Header height of the lowest root above `height` that can be asked for.
    #[returns(Option<Height>)]
    NextRootAfter {
        /// The zone.
        zone: ZoneId,
        /// A header height.
        height: Height,
    },
    /// A zone's view, with all that a relayer needs to build the next header for it.
    #[returns(ViewResponse)]
    View {
        /// The zone.
        zone: ZoneId,
    },
    /// All views, by the ids that their zones were registered with.
    #[returns(Vec<ViewResponse>)]
    ViewList {
        /// The last id of the page before.
        start_after: Option<ZoneId>,
        /// Views on this page: 30, at most 100.
        limit: Option<u32>,
    },
    /// Stored headers, ascending by height.
    #[returns(Vec<HeaderResponse>)]
    Headers {
        /// The zone.
        zone: ZoneId,
        /// The last height of the page before.
        start_after: Option<Height>,
        /// Headers on this page: 30, at most 100.
        limit: Option<u32>,
    },
    /// What reserves are in.
    #[returns(Denom)]
    ReserveDenom {},
    /// Owner, guardian, pause.
    #[returns(RolesResponse)]
    Roles {},
}

/// A view.
#[cw_serde]
#[derive(Eq)]
pub struct ViewResponse {
    /// The id that the zone was registered with: its name in the provable key.
    pub zone: ZoneId,
    /// The chain id that its headers carry now.
    pub chain_id: ZoneId,
    /// How it is viewed.
    pub params: Params,
    /// Its status now.
    pub status: ZoneStatus,
    /// How many branches were admitted.
    pub branch: u32,
    /// The newest header.
    pub latest: TrustedHeader,
    /// Headers are verified from this height or above.
    pub base: Height,
    /// Height of the header that admitted the current branch; zero on branch 0.
    pub admitted: Height,
    /// Hashes of the validator sets that a compact header may name.
    pub validator_sets: Vec<Hash>,
    /// What is left to pay `advance` and the bounty.
    pub reserve: Amount,
    /// When an `advance` was last paid, in nanoseconds; zero for never.
    pub paid_at: Timestamp,
    /// When the zone closes or closed, once announced.
    pub closing: Option<Timestamp>,
    /// Until when headers are taken, if it closes.
    pub until: Option<Timestamp>,
    /// The fork of branch 0, the lowest.
    pub fork: Option<ForkRecord>,
    /// The fork of an admitted branch, the newest that forked: of the current one, or of one before it.
    pub branch_fork: Option<ForkRecord>,
    /// Height of this zone at the first report of a fork; zero for none.
    pub first_report: Height,
    /// The digest over every accepted header, in order of acceptance.
    pub acceptance_digest: Hash,
    /// How many headers were accepted.
    pub accepted: u64,
}

/// A stored header.
#[cw_serde]
#[derive(Eq, Copy)]
pub struct HeaderResponse {
    /// What is kept of it.
    pub header: TrustedHeader,
    /// The branch that it was verified on.
    pub branch: u32,
    /// Whether its root can be asked for.
    pub counts: bool,
}
