use serde::{Deserialize, Serialize};

use crate::{Hash, Height, Timestamp, ZoneStatus};

/// Where a zone's history was proven to split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fork {
    /// The branch that forked: 0, or one that was admitted.
    pub branch: u32,
    /// The first header height that is in doubt: headers below it are a common prefix of all branches.
    pub height: Height,
    /// Whether `height` is proven to be the first that differs (both headers there name the same parent), or only the
    /// least that is known to be above every stored header.
    pub exact: bool,
    /// Height of the *reading* zone at which the first fork of this branch was reported. It never moves later.
    pub first_report: Height,
}

/// The end that `close_zone` gives to a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// When the zone closes, or closed.
    pub at: Timestamp,
    /// The header height whose state stands for every later height, once the zone is closed.
    pub last: Option<Height>,
}

/// How a zone's view stands, seen from the zone that reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Whether new facts about the zone can be learned.
    pub status: ZoneStatus,
    /// How many branches were admitted after a fork: 0 until the first.
    pub branch: u32,
    /// The lowest fork that is known, that of branch 0, if any. It stays after a branch is admitted.
    pub fork: Option<Fork>,
    /// The fork of an admitted branch, the newest that forked, if any did. It stays until a later branch forks.
    pub branch_fork: Option<Fork>,
    /// The announced or passed end of the zone, if any.
    pub closing: Option<Closing>,
    /// Height of the newest verified header.
    pub latest: Height,
}

impl Standing {
    /// The fork of this branch, if it is known.
    pub fn fork_of(&self, branch: u32) -> Option<Fork> {
        let forks = [self.fork, self.branch_fork];
        forks
            .into_iter()
            .flatten()
            .find(|fork| fork.branch == branch)
    }
}

/// A root: the app hash of a verified header, and what a reader must know to use it. The answer of every contract that
/// can be named as a source of roots (DESIGN: "How one zone reads another").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Root {
    /// What Merkle proofs are checked against.
    pub app_hash: Hash,
    /// Height of the state that `app_hash` commits to: the header's height less one.
    pub state_height: Height,
    /// The header's time.
    pub time: Timestamp,
    /// The branch that the header was verified on: 0 before any fork, else the number that its admission gave.
    pub branch: u32,
    /// How the zone stands now.
    pub standing: Standing,
    /// Header height of the next root above this one that can be asked for, if there is one. A root is the newest
    /// state that a reader can be shown for every height below the next.
    pub next: Option<Height>,
}
