use serde::Serialize;
use tessera_primitives::{Seconds, ZoneId};

use super::State;

/// From when on a relayer does not keep up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lateness {
    /// Seconds for which a node may not answer.
    pub silence: Seconds,
    /// Blocks that may have been made and not been read.
    pub blocks: u64,
}

impl Default for Lateness {
    fn default() -> Lateness {
        Lateness {
            silence: Seconds(60),
            blocks: 50,
        }
    }
}

/// Whether a relayer does its work: what `/ready` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Whether it keeps up with every zone.
    pub ready: bool,
    /// Why not.
    pub reasons: Vec<Reason>,
}

/// Why a relayer does not keep up with a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No zone is served yet.
    NoZone,
    /// Its node never answered.
    NeverAnswered {
        /// The zone.
        zone: ZoneId,
    },
    /// Its node does not answer any more.
    Silent {
        /// The zone.
        zone: ZoneId,
        /// For how long.
        since: Seconds,
    },
    /// Blocks were made that are not read yet.
    Behind {
        /// The zone.
        zone: ZoneId,
        /// How many.
        blocks: u64,
    },
}

impl Health {
    /// Judges a state.
    pub fn of(state: &State, lateness: Lateness) -> Health {
        let mut reasons = Vec::new();
        if state.zones.is_empty() {
            reasons.push(Reason::NoZone);
        }
        for zone in &state.zones {
            let id = || zone.zone.clone();
            let (Some(tip), Some(answered)) = (zone.tip, zone.answered) else {
                reasons.push(Reason::NeverAnswered { zone: id() });
                continue;
            };
            let since = state.now.since(answered);
            if since > lateness.silence {
                reasons.push(Reason::Silent { zone: id(), since });
            }
            let blocks = tip.0.saturating_sub(zone.height.0);
            if blocks > lateness.blocks {
                reasons.push(Reason::Behind { zone: id(), blocks });
            }
        }
        Health {
            ready: reasons.is_empty(),
            reasons,
        }
    }
}
