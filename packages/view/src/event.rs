//! The facts that this rule tells.

use tessera_primitives::{facts, Amount, Hash, Height, Timestamp, ZoneId};

facts! {
    /// What happened to a view. `zone` is always the id that the zone was registered with.
    pub enum Event {
        /// A zone is viewed from now on.
        ZoneRegistered = "view_zone_registered" {
            /// The zone.
            zone: ZoneId,
            /// The trusted header's height.
            height: Height,
            /// Its hash.
            hash: Hash,
            /// The header's time: relayers judge by it whether the root is fresh and when the view expires.
            time: Timestamp,
        },
        /// The reserve grew.
        Funded = "view_funded" {
            /// The zone.
            zone: ZoneId,
            /// By how much.
            amount: Amount,
            /// What it is now.
            reserve: Amount,
        },
        /// A header was accepted.
        Advanced = "view_advanced" {
            /// The zone.
            zone: ZoneId,
            /// The header's height.
            height: Height,
            /// Its hash.
            hash: Hash,
            /// The header's time: relayers judge by it whether the root is fresh and when the view expires.
            time: Timestamp,
            /// The branch that it was verified on.
            branch: u32,
            /// What the caller was paid.
            reward: Amount,
        },
        /// A header came that is stored already: nothing changed.
        HeaderKnown = "view_header_known" {
            /// The zone.
            zone: ZoneId,
            /// The header's height.
            height: Height,
        },
        /// A fork was proven, or found lower, or found exact.
        ForkReported = "view_fork_reported" {
            /// The zone.
            zone: ZoneId,
            /// The branch that forked.
            branch: u32,
            /// The first height in doubt.
            fork: Height,
            /// Whether that height is exact.
            exact: bool,
            /// One block of the pair.
            a: Hash,
            /// The other.
            b: Hash,
            /// What the caller was paid.
            bounty: Amount,
        },
        /// A header that was stored is none of the zone's chain, says its owner: it was dropped.
        HeaderDenied = "view_header_denied" {
            /// The zone.
            zone: ZoneId,
            /// The header's height.
            height: Height,
        },
        /// A branch inherits the zone's identity.
        BranchAdmitted = "view_branch_admitted" {
            /// The zone.
            zone: ZoneId,
            /// The chain id that its headers carry from now on.
            chain_id: ZoneId,
            /// The branch's number.
            branch: u32,
            /// Height of the header that admitted it.
            height: Height,
            /// Its hash.
            hash: Hash,
            /// The header's time: relayers judge by it whether the root is fresh and when the view expires.
            time: Timestamp,
            /// The first height in doubt of the branch before it, as the admission left it.
            fork: Height,
            /// Whether that height is exact.
            exact: bool,
        },
        /// A zone is trusted anew.
        Renewed = "view_renewed" {
            /// The zone.
            zone: ZoneId,
            /// The chain id that its headers carry from now on.
            chain_id: ZoneId,
            /// Height of the header that renewed it.
            height: Height,
            /// Its hash.
            hash: Hash,
            /// The header's time: relayers judge by it whether the root is fresh and when the view expires.
            time: Timestamp,
        },
        /// The end of a zone was announced.
        Closing = "view_closing" {
            /// The zone.
            zone: ZoneId,
            /// When it closes.
            at: Timestamp,
            /// Until when headers are taken.
            until: Timestamp,
        },
        /// The end of a zone stands in its provable key.
        Closed = "view_closed" {
            /// The zone.
            zone: ZoneId,
            /// The header whose state stands for every later height.
            last: Height,
        },
        /// Expired headers were dropped.
        Pruned = "view_pruned" {
            /// The zone.
            zone: ZoneId,
            /// How many.
            headers: u32,
        },
    }
}
