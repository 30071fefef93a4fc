use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use tessera_primitives::{Address, Amount, Overflow, Timestamp};

use super::{Epoch, SlasherNumber, TokenNumber};
use crate::Share;

/// Most of one token that a validator holds, in base units: 600 of them together stay far below 128 bits, whatever a
/// hostile token says of its supply.
pub const MAX_HELD: u128 = 1 << 117;

/// Greatest length of a validator's name, in bytes.
pub const MAX_NAME: usize = 64;

/// Where a validator stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Standing {
    /// It can be active, and stake can be bonded to it.
    Candidate,
    /// It left, or a heavier one took its place. `unjail` brings it back.
    Out,
    /// It was jailed. `unjail` brings it back from then on.
    Jailed {
        /// When.
        until: Timestamp,
    },
    /// It did what cannot be forgiven. The end.
    Tombstoned,
}

/// What counts of a validator's stake in one token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// The token.
    pub token: TokenNumber,
    /// What counts in the epoch `as_of`.
    pub counted: Amount,
    /// What counts in each epoch after it.
    pub next: Amount,
    /// What of `counted` the operator bonded.
    pub own_counted: Amount,
    /// What of `next` the operator bonded.
    pub own_next: Amount,
}

/// From an epoch on: what a validator's delegators pay it, and whether it is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The epoch.
    pub epoch: Epoch,
    /// Its share of its delegators' rewards.
    pub commission: Share,
    /// Whether it is in the snapshots.
    pub active: bool,
    /// The commission that it had earned by then and not withdrawn, in the hub's token: with it a term begins without the
    /// validator's record being written, which would make the first turn of 300 validators cost twice as much.
    pub earned: Amount,
}

/// A validator: one packed item, whatever the number of its delegators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Validator {
    /// Who runs it. Never another.
    pub operator: Address,
    /// Where it stands.
    pub standing: Standing,
    /// Its share of its delegators' rewards, from the next snapshot on.
    pub commission: Share,
    /// The greatest share that it will ever take.
    pub max_commission: Share,
    /// How much the share may change in a day.
    pub max_change: Share,
    /// When it changed last.
    pub changed: Timestamp,
    /// The epoch that `counted` is of.
    pub as_of: Epoch,
    /// The epoch through which its commission is reckoned.
    pub paid: Epoch,
    /// Commission that was earned and not withdrawn, in the hub's token.
    pub earned: Amount,
    /// The last term: it holds for each epoch after `paid`. Kept among the terms, and not stored again in the record.
    pub term: Option<Term>,
    /// How many slashes are on its list.
    pub slashes: u8,
    /// The epoch of the last leak.
    pub leaked: Epoch,
    /// The slashers whose cores it ever joined. A revoked one holds nothing, and may come back.
    pub joined: Vec<SlasherNumber>,
    /// Its stake, by token.
    pub holdings: Vec<Holding>,
}

impl Validator {
    /// Its stake in a token.
    pub fn holding(&self, token: TokenNumber) -> Holding {
        let found = self.holdings.iter().find(|holding| holding.token == token);
        found.copied().unwrap_or(Holding {
            token,
            ..Holding::default()
        })
    }

    /// A term has begun. Nothing was distributed between the last turn before it and its first epoch, so its commission is
    /// reckoned through the epoch before.
    pub(crate) fn begin(&mut self, term: Term) {
        let before = term.epoch.saturating_sub(1);
        if self.paid < before {
            self.paid = before;
            self.earned = term.earned;
        }
        self.term = Some(term);
    }

    /// Replaces its stake in a token; forgets what is nothing.
    pub(crate) fn hold(&mut self, holding: Holding) {
        self.holdings.retain(|other| other.token != holding.token);
        let nothing = Holding {
            token: holding.token,
            ..Holding::default()
        };
        if holding != nothing {
            let after = self
                .holdings
                .iter()
                .position(|other| other.token > holding.token);
            let place = after.unwrap_or(self.holdings.len());
            self.holdings.insert(place, holding);
        }
    }

    /// Stake comes: it counts from the next epoch on.
    pub(crate) fn bond(
        &mut self,
        token: TokenNumber,
        amount: Amount,
        own: bool,
    ) -> Result<(), Overflow> {
        let mut holding = self.holding(token);
        holding.next = holding.next.plus(amount)?;
        if own {
            holding.own_next = holding.own_next.plus(amount)?;
        }
        self.hold(holding);
        Ok(())
    }

    /// Stake goes: it counts through this epoch.
    pub(crate) fn unbond(
        &mut self,
        token: TokenNumber,
        amount: Amount,
        own: bool,
    ) -> Result<(), Overflow> {
        let mut holding = self.holding(token);
        holding.next = holding.next.minus(amount)?;
        if own {
            holding.own_next = Amount(holding.own_next.0.saturating_sub(amount.0));
        }
        self.hold(holding);
        Ok(())
    }

    /// Whether `term` says that it is active.
    pub fn is_active(&self) -> bool {
        self.term.is_some_and(|term| term.active)
    }
}

/// Checks a validator's name.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len()) && name.chars().all(|letter| !letter.is_control())
}

impl Standing {
    /// Its name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Candidate => "candidate",
            Standing::Out => "out",
            Standing::Jailed { .. } => "jailed",
            Standing::Tombstoned => "tombstoned",
        }
    }
}
