use alloc::vec::Vec;

use tessera_primitives::{
    Address, Amount, Asset, CanonicalAddress, Coin, Hash, Height, Root, Standing, Timestamp, ZoneId,
};

use crate::{
    effect::{Locking, Payout},
    state::{LegState, Mark, Parameters},
    Effect, Task, TaskBody,
};

/// The block in which a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Its height.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
}

/// What a leg's key was proven to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing: the key was proven absent.
    Absent,
    /// A mark.
    Mark(Mark),
    /// A value that is no mark. No lock of this version writes one, so its zone is faulty, or its lock became another.
    Unreadable,
}

impl Shown {
    /// Where the leg stands, if that can be read.
    pub fn state(self) -> Option<LegState> {
        match self {
            Shown::Mark(mark) => Some(mark.state),
            Shown::Absent | Shown::Unreadable => None,
        }
    }
}

impl From<Option<Mark>> for Shown {
    fn from(mark: Option<Mark>) -> Shown {
        mark.map_or(Shown::Absent, Shown::Mark)
    }
}

/// What was proven of another leg at one root of its zone's lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Index of the leg.
    pub leg: u8,
    /// The root that it was proven at, as the peer's source of roots answered now.
    pub root: Root,
    /// What the key held.
    pub mark: Shown,
}

/// A leg that its registrant brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Who sent the message.
    pub sender: Address,
    /// The task.
    pub task: Task,
    /// The own leg's `tx`. Its addresses were checked against this zone, and the contracts that it calls exist.
    pub tx: Vec<Effect>,
    /// The own leg's reversal, checked alike.
    pub reversal: Vec<Effect>,
    /// What relayers get, in the fee's denom.
    pub tip: Amount,
    /// The native coins that came along, each denom once.
    pub sent: Vec<Coin>,
    /// How each other leg's zone stands, in the order of the legs.
    pub standings: Vec<Standing>,
}

/// A verb, with what it needs to know of the world.
///
/// Of a `commit` or `settle` with many tasks each is one input, and each step is applied before the next:
/// [`crate::in_batch`] says which refusals skip the task and which refuse the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A registrant brings a leg.
    Register(Registration),
    /// Anyone locks a leg whose others are proven ready.
    Commit {
        /// Who sent the message, and gets the tip's share.
        caller: Address,
        /// The task; with its `tx` if that has calls.
        body: TaskBody,
        /// What was proven of the other legs.
        sightings: Vec<Sighting>,
    },
    /// The contract commits a leg with calls: only it may send this, to itself.
    CommitLocked {
        /// What [`Instruction::CommitLocked`](crate::Instruction::CommitLocked) said.
        locking: Locking,
    },
    /// A reply: committing a leg with calls failed, and was undone.
    LockFailed {
        /// The task.
        task: Hash,
    },
    /// A registrant takes a leg back because another is proven not to be there.
    Reject {
        /// Who sent the message.
        sender: Address,
        /// The task, without effects.
        task: Task,
        /// What was proven of other legs.
        sightings: Vec<Sighting>,
    },
    /// Anyone ends a committed leg as the evidence decides.
    Settle {
        /// Who sent the message, and gets the tip's share.
        caller: Address,
        /// The task, with its `tx` to keep it or its `reversal` to reverse it.
        body: TaskBody,
        /// What was proven of the other legs: as many roots a leg as it takes.
        sightings: Vec<Sighting>,
    },
    /// A reply: a payout failed, and is owed from now on.
    PayoutFailed {
        /// The task.
        task: Hash,
        /// Index of the payout.
        effect: u8,
        /// What did not leave.
        payout: Payout,
    },
    /// Anyone gives a leg back whose deadline passed before it was committed.
    Lapse {
        /// The task.
        task: Hash,
    },
    /// Anyone retries what is owed.
    Claim {
        /// The task.
        task: Hash,
        /// Index of the payout.
        effect: u8,
    },
    /// The owner names the lock of another zone, and who answers for its roots. Naming it again replaces both: the
    /// first for new tasks, the second for all.
    LinkPeer {
        /// The zone.
        zone: ZoneId,
        /// The lock contract on it.
        contract: CanonicalAddress,
        /// The contract of this zone that answers for its roots.
        roots: Address,
    },
    /// The owner stops new legs with a zone. What is committed is settled as before.
    UnlinkPeer {
        /// The zone.
        zone: ZoneId,
    },
    /// The owner lets legs call a contract.
    LinkTarget {
        /// The lockable contract. It exists on this zone.
        contract: Address,
    },
    /// The owner lets no new leg call a contract. Legs that are registered go on.
    UnlinkTarget {
        /// The contract.
        contract: Address,
    },
    /// The owner caps what may be at risk from a zone in an asset.
    SetCap {
        /// The other zone.
        zone: ZoneId,
        /// The asset of this zone.
        asset: Asset,
        /// `max_open_value`, in base units; zero stops new commits.
        max: Amount,
    },
    /// The owner sets the parameters.
    SetParameters {
        /// All of them.
        parameters: Parameters,
    },
}
