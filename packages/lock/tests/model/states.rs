//! What the model's states are: chains, what zones believe, and the questions that the rule is asked.

use tessera_lock::{Input, Now, Settlement};

/// The code of "no key".
pub const ABSENT: u8 = 0;
pub const REGISTERED: u8 = 1;
pub const COMMITTED: u8 = 2;
pub const KEPT: u8 = 3;
pub const REVERSED: u8 = 4;
pub const REJECTED: u8 = 5;
pub const LAPSED: u8 = 6;
pub const CONCEDED: u8 = 7;

/// One history: a zone's, or one branch of the zone that forks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Chain {
    /// The block in which verbs are executed now. Its header shows the state one below.
    pub height: u8,
    /// State heights below `height`, and the leg's state at each: all that can be proven. Of those that the rule cannot
    /// tell apart the lowest, unless every root is to be shown.
    pub past: Vec<Show>,
    /// The leg's state in this block.
    pub mark: u8,
}

/// What an honest zone believes of the zone that forks or stops.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Outlook {
    /// Whose headers at or above the fork it has accepted: 0 none, else the branch.
    pub follows: u8,
    /// Its height when it was shown the fork; 0 before.
    pub report: u8,
    /// Whether it has heard which branch is admitted.
    pub admitted: bool,
    /// Whether it had heard of it when it committed.
    pub seen: bool,
    /// Whether its leg ended on the word of a branch, before it was shown the fork.
    pub deceived: bool,
    /// The header at which it closed the last zone; 0 while it has not.
    pub closed: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub chains: Vec<Chain>,
    pub outlooks: Vec<Outlook>,
    /// The branch that the network admits: 0 before it has decided.
    pub heir: u8,
}

/// A state height, and the leg's state at it.
pub type Show = (u8, u8);

/// A root that is shown: the chain, and what is proven.
pub type Proof = (u8, Show);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    Advance(u8),
    Register(u8),
    Commit(u8, Vec<Proof>),
    Reject(u8, Proof),
    Settle(u8, Vec<Proof>),
    Lapse(u8),
    Report(u8),
    Admit(u8, u8),
    Close(u8, u8),
}

/// A question to the rule; equal ones have equal answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    pub zone: u8,
    pub verb: u8,
    pub height: u8,
    pub mark: u8,
    pub seen: bool,
    pub shown: Vec<Shown>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shown {
    pub leg: u8,
    pub state_height: u8,
    pub mark: u8,
    pub latest: u8,
    pub branch: u8,
    /// Status, branch number and report height, once a fork is known.
    pub fork: Option<(bool, u8, u8)>,
    /// The last header of a closed zone, else 0.
    pub closed: u8,
}

/// Changes what the rule sees: composed with the rule it is another rule.
pub type Mutation = fn(Now, Input) -> (Now, Input);

pub struct Case {
    pub name: &'static str,
    pub deadlines: Vec<u64>,
    pub settlement: Settlement,
    /// The greatest height that a chain reaches.
    pub caps: Vec<u8>,
    /// Whether legs may also stay unregistered.
    pub registering: bool,
    /// Whether the honest zones' legs may end before they are committed.
    pub withdrawing: bool,
    /// The last zone forks here: the first header that differs.
    pub fork: Option<u8>,
    /// The zones whose views never learn where exactly it forks.
    pub inexact: &'static [u8],
    /// The others may close the last zone, each at any header that it can know. Every root is shown then.
    pub closing: bool,
    pub grace: u64,
    /// Whether every proven root may be shown, or of those that no rule tells apart the newest.
    pub every_root: bool,
    pub mutation: Mutation,
}
