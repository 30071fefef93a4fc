//! What a lock says has happened.

use alloc::string::String;

use tessera_primitives::{
    facts, Address, Amount, Asset, Bytes, CanonicalAddress, Hash, Height, ZoneId,
};

facts! {
    /// A fact of the lock.
    pub enum Event {
        /// A leg's funds are in escrow.
        Registered = "registered" {
            /// The task.
            task: Hash,
            /// Index of the leg.
            leg: u8,
            /// Who brought it.
            registrant: Address,
            /// The first height at which it cannot commit.
            deadline: Height,
            /// What relayers get.
            tip: Amount,
            /// The bytes of the task's body, with `tx` and `reversal`: storage does not keep them.
            body: Bytes,
        },
        /// A leg's `tx` is locked.
        Committed = "committed" {
            /// The task.
            task: Hash,
            /// The height at which it was committed.
            height: Height,
            /// Who got the tip's share.
            caller: Address,
        },
        /// A leg ended with its `tx`.
        Kept = "kept" {
            /// The task.
            task: Hash,
            /// Who got the tip's rest.
            caller: Address,
        },
        /// A leg ended with its reversal.
        Reversed = "reversed" {
            /// The task.
            task: Hash,
            /// Who got the tip's rest.
            caller: Address,
        },
        /// A leg will be kept only if another is.
        Conceded = "conceded" {
            /// The task.
            task: Hash,
        },
        /// A leg was taken back by its registrant.
        Rejected = "rejected" {
            /// The task.
            task: Hash,
        },
        /// A leg's deadline passed before it was committed.
        Lapsed = "lapsed" {
            /// The task.
            task: Hash,
        },
        /// A task of a batch was passed over.
        Skipped = "skipped" {
            /// The task.
            task: Hash,
            /// Why: the refusal, in words.
            reason: String,
        },
        /// A contract that the leg calls refused to lock, so that the leg was not committed.
        LockFailed = "lock_failed" {
            /// The task.
            task: Hash,
        },
        /// A payout failed and can be claimed.
        Owed = "owed" {
            /// The task.
            task: Hash,
            /// Index of the payout.
            effect: u8,
        },
        /// What was owed has been paid.
        Claimed = "claimed" {
            /// The task.
            task: Hash,
            /// Index of the payout.
            effect: u8,
        },
        /// The owner named the lock of another zone.
        PeerLinked = "peer_linked" {
            /// The zone.
            zone: ZoneId,
            /// Its lock.
            contract: CanonicalAddress,
            /// Who answers for its roots.
            roots: Address,
        },
        /// The owner stopped new legs with a zone.
        PeerUnlinked = "peer_unlinked" {
            /// The zone.
            zone: ZoneId,
        },
        /// The owner let legs call a contract.
        TargetLinked = "target_linked" {
            /// The lockable contract.
            contract: Address,
        },
        /// The owner lets no new leg call a contract.
        TargetUnlinked = "target_unlinked" {
            /// The contract.
            contract: Address,
        },
        /// The owner capped what may be at risk.
        CapSet = "cap_set" {
            /// The other zone.
            zone: ZoneId,
            /// The asset of this zone.
            asset: Asset,
            /// The cap.
            max: Amount,
        },
        /// The owner set the parameters.
        ParametersSet = "parameters_set" {
            /// Cost of a register.
            fee: Amount,
            /// Who gets it.
            treasury: Address,
        },
    }
}
