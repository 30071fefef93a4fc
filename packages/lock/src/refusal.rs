use alloc::{boxed::Box, string::String};

use tessera_primitives::{
    Address, Amount, Asset, Bytes, CanonicalAddress, Denom, Hash, Height, Malformed, Overflow,
    Seconds, ZoneId, ZoneStatus,
};

/// Why the rule refused, or passed over, something. A refused input changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Bytes or texts that are not what they should be.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// A sum that does not fit.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// A proof that does not prove what it should.
    #[error("proof about zone {zone} at header {height}: {reason}")]
    Proof {
        /// The zone that it is about.
        zone: ZoneId,
        /// The header height of its root.
        height: Height,
        /// What is wrong with it.
        reason: Box<tessera_proof::Refusal>,
    },
    /// The proven value of a leg is not 9 bytes with a known state.
    #[error("a leg's proven value is `{actual}`: expected a state byte and 8 bytes of height")]
    Mark {
        /// The value.
        actual: Bytes,
    },
    /// Too few or too many items in a message.
    #[error("{what}: {actual}, expected {min} to {max}")]
    Number {
        /// What was counted.
        what: &'static str,
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
        /// How many came.
        actual: usize,
    },
    /// A proof names a task that the message does not have, or one without a leg on its zone.
    #[error("a proof about zone {zone} names task number {position}, which has no leg there")]
    NoSubject {
        /// The zone.
        zone: ZoneId,
        /// Position in the message's list.
        position: u8,
    },
    /// One proof covers legs of two locks on one zone.
    #[error("a proof about zone {zone} covers legs of locks {first} and {second}: expected one")]
    TwoLocks {
        /// The zone.
        zone: ZoneId,
        /// One lock.
        first: CanonicalAddress,
        /// The other.
        second: CanonicalAddress,
    },

    /// A task with too few or too many legs.
    #[error("a task has {min} to {max} legs, not {actual}")]
    Legs {
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
        /// How many it has.
        actual: usize,
    },
    /// Legs are not in the strict order of their chain ids.
    #[error("leg on {second} follows leg on {first}: expected chain ids strictly ascending")]
    LegOrder {
        /// The chain id of a leg.
        first: ZoneId,
        /// The chain id of the next.
        second: ZoneId,
    },
    /// No leg of the task names this zone and this lock.
    #[error("no leg names zone {zone} and lock {lock}")]
    NotOurs {
        /// The own zone.
        zone: ZoneId,
        /// The own lock.
        lock: CanonicalAddress,
    },
    /// A leg's zone was never linked, or is no more.
    #[error("zone {zone} is not linked")]
    NotLinked {
        /// The zone.
        zone: ZoneId,
    },
    /// A leg names another lock than the linked one.
    #[error("zone {zone} is linked with lock {expected}, the leg names {actual}")]
    WrongPeer {
        /// The zone.
        zone: ZoneId,
        /// The linked lock.
        expected: CanonicalAddress,
        /// The lock that the leg names.
        actual: CanonicalAddress,
    },
    /// The own zone cannot be its own peer.
    #[error("{zone} is this zone")]
    OwnZone {
        /// The own zone.
        zone: ZoneId,
    },
    /// A zone's view does not stand as it must.
    #[error("zone {zone} is {actual:?}, expected Active")]
    NotActive {
        /// The zone.
        zone: ZoneId,
        /// How it stands.
        actual: ZoneStatus,
    },
    /// Another number of standings than other legs.
    #[error("{actual} standings given, expected {expected}: one for each other leg")]
    Standings {
        /// How many other legs there are.
        expected: usize,
        /// How many came.
        actual: usize,
    },

    /// The sender is not the leg's registrant.
    #[error("sent by {actual}, the leg's registrant is {expected}")]
    NotRegistrant {
        /// The registrant.
        expected: Address,
        /// The sender.
        actual: Address,
    },
    /// Effects that do not hash to what the leg says.
    #[error("the leg's {what} hashes to {actual}, the task says {expected}")]
    EffectsHash {
        /// `tx` or `reversal`.
        what: &'static str,
        /// The hash in the leg.
        expected: Hash,
        /// The hash of the effects.
        actual: Hash,
    },
    /// Effects that the verb needs were left out of the task's body.
    #[error("the task's body lacks its {what}")]
    EffectsMissing {
        /// `tx` or `reversal`.
        what: &'static str,
    },
    /// An effect or a call's coin of nothing.
    #[error("effect {effect} of {what} moves nothing")]
    NothingMoved {
        /// `tx` or `reversal`.
        what: &'static str,
        /// Index of the effect.
        effect: usize,
    },
    /// A payload above the limit.
    #[error("effect {effect} of {what} has a payload of {actual} bytes, at most {max}")]
    Payload {
        /// `tx` or `reversal`.
        what: &'static str,
        /// Index of the effect.
        effect: usize,
        /// Most bytes.
        max: usize,
        /// Its bytes.
        actual: usize,
    },
    /// An effect on the lock itself.
    #[error("effect {effect} of {what} is for the lock itself")]
    ToItself {
        /// `tx` or `reversal`.
        what: &'static str,
        /// Index of the effect.
        effect: usize,
    },
    /// A call's coins that are not native, or name a denom twice.
    #[error("effect {effect} of {what} hands over {asset}: expected native coins, each once")]
    CallFunds {
        /// `tx` or `reversal`.
        what: &'static str,
        /// Index of the effect.
        effect: usize,
        /// What it hands over.
        asset: Asset,
    },
    /// A contract that legs may not call, or may no more.
    #[error("{contract} is not linked as a target of calls")]
    NotTarget {
        /// The contract.
        contract: Address,
    },
    /// A contract that is called twice by one leg.
    #[error("{contract} is called twice: expected once a leg")]
    CalledTwice {
        /// The contract.
        contract: Address,
    },
    /// The reversal does not call the contracts that `tx` calls, in their order.
    #[error("`tx` calls {expected}, its reversal calls {actual}")]
    OtherCalls {
        /// The contracts that `tx` calls.
        expected: String,
        /// The contracts that the reversal calls.
        actual: String,
    },
    /// `tx` and its reversal move different totals of an asset.
    #[error("`tx` moves {expected} of {asset}, its reversal {actual}")]
    Unbalanced {
        /// The asset.
        asset: Asset,
        /// The total of `tx`.
        expected: Amount,
        /// The total of the reversal.
        actual: Amount,
    },
    /// Native coins that came along are not what the leg, the fee and the tip need.
    #[error("{actual} of {denom} came along, expected {expected}")]
    Funds {
        /// The denom.
        denom: Denom,
        /// What is needed.
        expected: Amount,
        /// What came.
        actual: Amount,
    },
    /// The own leg's deadline is too near or too far.
    #[error("deadline {actual} at height {now}, expected {min} to {max}")]
    Deadline {
        /// The height.
        now: Height,
        /// Least deadline.
        min: Height,
        /// Greatest deadline.
        max: Height,
        /// The leg's.
        actual: Height,
    },
    /// The own leg's key would be kept too short or too long.
    #[error("retention {actual}, expected {min} to {max}")]
    Retention {
        /// Least, in blocks.
        min: u64,
        /// Greatest, in blocks.
        max: u64,
        /// The leg's.
        actual: u64,
    },
    /// The task was seen before.
    #[error("task {task} was registered before")]
    SeenBefore {
        /// The task.
        task: Hash,
    },

    /// A task that was never registered here.
    #[error("task {task} is not registered")]
    Unknown {
        /// The task.
        task: Hash,
    },
    /// A leg is not in the state that the verb starts from.
    #[error("task {task} is {actual}, expected {expected}")]
    State {
        /// The task.
        task: Hash,
        /// Where the verb starts.
        expected: &'static str,
        /// Where the leg stands.
        actual: &'static str,
    },
    /// The leg's deadline has passed.
    #[error("task {task} had its deadline at {deadline}, the height is {now}")]
    TooLate {
        /// The task.
        task: Hash,
        /// Its deadline.
        deadline: Height,
        /// The height.
        now: Height,
    },
    /// The leg's deadline has not passed.
    #[error("task {task} has its deadline at {deadline}, the height is {now}")]
    TooEarly {
        /// The task.
        task: Hash,
        /// Its deadline.
        deadline: Height,
        /// The height.
        now: Height,
    },
    /// A cap is missing: `max_open_value` must be given for each zone and asset.
    #[error("no cap is set for {asset} against zone {zone}")]
    NoCap {
        /// The other zone.
        zone: ZoneId,
        /// The asset.
        asset: Asset,
    },
    /// More would be at risk than the cap allows.
    #[error("{actual} of {asset} would be at risk from zone {zone}, the cap is {max}")]
    Cap {
        /// The other zone.
        zone: ZoneId,
        /// The asset.
        asset: Asset,
        /// The cap.
        max: Amount,
        /// What would be at risk.
        actual: Amount,
    },

    /// A root that can be of a branch that nobody admitted.
    #[error(
        "root at header {height} of zone {zone} is on branch {branch}: the zone forked at {fork} and stands on branch \
         {admitted}"
    )]
    RootInDoubt {
        /// The zone.
        zone: ZoneId,
        /// The root's header height.
        height: Height,
        /// The root's branch.
        branch: u32,
        /// The fork height.
        fork: Height,
        /// The zone's branch.
        admitted: u32,
    },
    /// A root above the end of a closed zone.
    #[error("root at header {height} of zone {zone}, which closed at {last}")]
    RootAfterEnd {
        /// The zone.
        zone: ZoneId,
        /// The root's header height.
        height: Height,
        /// The zone's last header height.
        last: Height,
    },
    /// A sighting of a leg that the task does not have, or of the own one.
    #[error("sighting of leg {leg}: expected another leg of the task")]
    NoLeg {
        /// Index of the leg.
        leg: u8,
    },
    /// A root is too old.
    #[error("root of zone {zone} is {actual:?} old, at most {max:?}")]
    Stale {
        /// The zone.
        zone: ZoneId,
        /// Greatest age.
        max: Seconds,
        /// Its age.
        actual: Seconds,
    },
    /// Nothing proves another leg ready to commit.
    #[error("{leg} is not proven ready: {found}")]
    NotReady {
        /// The leg.
        leg: String,
        /// What was shown of it.
        found: String,
    },
    /// Nothing proves another leg missing.
    #[error("no leg is proven unregistered, rejected or missing")]
    NothingMissing,
    /// The evidence decides nothing yet.
    #[error("undecided: {needs}")]
    Undecided {
        /// What is missing.
        needs: String,
    },

    /// Nothing is owed there.
    #[error("nothing is owed of effect {effect} of task {task}")]
    NotOwed {
        /// The task.
        task: Hash,
        /// Index of the payout.
        effect: u8,
    },
    /// A reply that cannot be: the payout is owed already, or its leg has not ended.
    #[error("effect {effect} of task {task} cannot fail now")]
    StrayReply {
        /// The task.
        task: Hash,
        /// Index of the payout.
        effect: u8,
    },
    /// A parameter is outside its bounds.
    #[error("parameter {what} is {actual}, expected {min} to {max}")]
    Parameter {
        /// Which.
        what: &'static str,
        /// Least value.
        min: u64,
        /// Greatest value.
        max: u64,
        /// The value given.
        actual: u64,
    },
    /// The fee's denom cannot change: tips in escrow are in it.
    #[error("the fee's denom is {expected} for good, not {actual}")]
    FeeDenom {
        /// The denom.
        expected: Denom,
        /// The one given.
        actual: Denom,
    },
}

impl Refusal {
    /// Refuses a number out of its limits.
    ///
    /// # Errors
    /// [`Refusal::Number`].
    pub fn unless_within(
        what: &'static str,
        min: usize,
        max: usize,
        actual: usize,
    ) -> Result<(), Refusal> {
        if (min..=max).contains(&actual) {
            return Ok(());
        }
        Err(Refusal::Number {
            what,
            min,
            max,
            actual,
        })
    }

    /// Whether, in a batch, the task is skipped for it and the others go on. All else refuses the batch: malformed
    /// bytes, and proofs or roots that prove nothing.
    pub fn skips_the_task(&self) -> bool {
        matches!(
            self,
            Refusal::Unknown { .. }
                | Refusal::State { .. }
                | Refusal::TooLate { .. }
                | Refusal::NotLinked { .. }
                | Refusal::WrongPeer { .. }
                | Refusal::NotActive { .. }
                | Refusal::Stale { .. }
                | Refusal::NotReady { .. }
                | Refusal::NoCap { .. }
                | Refusal::Cap { .. }
                | Refusal::Overflow(_)
                | Refusal::Undecided { .. }
                | Refusal::EffectsMissing { .. }
        )
    }
}

/// Why a step was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused<E> {
    /// The rule says no.
    #[error(transparent)]
    Rule(#[from] Refusal),
    /// Storage could not be read.
    #[error("{0}")]
    Read(E),
}
