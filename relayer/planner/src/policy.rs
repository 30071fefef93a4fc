use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use tessera_primitives::{Amount, CanonicalAddress, Seconds, ZoneId};

/// What its operator lets a relayer decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether tasks are worked on at all. Without it only views are looked after, and forks reported.
    pub locks: bool,
    /// Blocks before its own deadline from which a leg is no longer committed: the transaction might come too late.
    pub commit_margin: u64,
    /// Blocks before its deadline from which a dead task of one's own lapses instead of being rejected by proof.
    pub reject_margin: u64,
    /// Whether legs of one's own are rejected when another leg is proven missing for good.
    pub reject_own: bool,
    /// Whether views are advanced before they expire even when no proof needs them.
    pub refresh: bool,
    /// Share of the trusting period after which an unneeded view is refreshed, in percent.
    pub refresh_percent: u64,
    /// Whether forks are reported.
    pub misbehaviour: bool,
    /// How often a commit is tried whose calls the contracts refuse to lock. Whoever registered the leg may control what
    /// it calls, and have others pay for trying for ever.
    pub lock_attempts: u32,
    /// Share of a lock's `fresh` that a root may have reached when it is used to commit, in percent: the rest is time
    /// for the transaction.
    pub fresh_percent: u64,
    /// Blocks before a leg's deadline from which committing it waits for nothing that a contract refuses when somebody else
    /// was first: trying that out may cost several blocks.
    pub pressing: u64,
    /// First pause after a failure; each further failure doubles it.
    pub first_pause: Seconds,
    /// Longest pause after failures.
    pub longest_pause: Seconds,
    /// Failures in a row after which something is set aside: a claim for good, since whom it is owed to can make it
    /// himself; anything else until `aside_pause` is over, since what keeps it from being done may end.
    pub attempts: u32,
    /// Pause of what is set aside.
    pub aside_pause: Seconds,
    /// Stored roots of one view from which pruning is worth a transaction.
    pub prune_above: usize,
    /// Zones whose stake-pools are pushed along.
    pub pools: BTreeSet<ZoneId>,
    /// Whose work is done, and for how much.
    pub work: Work,
}

/// Whose work is done, and for how much. Legs of one's own keys are always worked on, forks are always reported, and views
/// always refreshed: this is about what others pay for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Zones that a leg's task may be on: all of them must be listed.
    pub zones: Filter<ZoneId>,
    /// Lock contracts of a task's legs: all of them must be listed.
    pub locks: Filter<CanonicalAddress>,
    /// Whoever brought the leg.
    pub registrants: Filter<CanonicalAddress>,
    /// What must be earned, by zone. Zones that are not named ask for nothing.
    pub prices: BTreeMap<ZoneId, Price>,
}

/// What a relayer asks for on one zone, in base units of what its lock's tips are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// Least tip that a leg must offer, in whole.
    pub min_tip: Amount,
    /// Gas of a commit or a settle of one task of two legs.
    pub task_gas: u64,
    /// Gas that each further leg of it adds: it is proven, too.
    pub leg_gas: u64,
    /// Gas of pushing a stake-pool along once.
    pub push_gas: u64,
    /// What gas costs now.
    pub gas_price: GasPrice,
    /// What must be left of a tip's share, or of a pool's pay, after the cost, less than zero for a loss that is put up
    /// with; none to do it at any loss.
    pub min_profit: Option<i64>,
}

/// What a unit of gas costs, in 10⁻¹⁸ base units, as the SDK writes decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GasPrice(pub u128);

impl GasPrice {
    const WHOLE: u128 = 1_000_000_000_000_000_000;

    /// What so much gas costs, rounded up: a fee that is short is refused.
    pub fn cost(self, gas: u64) -> Amount {
        Amount(self.0.saturating_mul(gas.into()).div_ceil(GasPrice::WHOLE))
    }
}

/// Who is let in: everybody, or only those who are allowed; and never who is denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter<T: Ord> {
    /// Only these; none for all.
    pub allow: Option<BTreeSet<T>>,
    /// Not these, whatever `allow` says.
    pub deny: BTreeSet<T>,
}

impl<T: Ord> Default for Filter<T> {
    fn default() -> Filter<T> {
        Filter {
            allow: None,
            deny: BTreeSet::new(),
        }
    }
}

impl<T: Ord> Filter<T> {
    /// Whether somebody is let in.
    pub fn admits(&self, one: &T) -> bool {
        !self.deny.contains(one) && self.allow.as_ref().is_none_or(|allow| allow.contains(one))
    }
}

/// What of a tip a verb earns: half of it, rounded down, at commit, and the rest at settle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// The commit's half.
    Commit,
    /// The settle's half.
    Settle,
    /// Nothing: lapses, rejects and claims are not paid for.
    Nothing,
}

impl Share {
    /// So much of a tip.
    pub fn of(self, tip: Amount) -> Amount {
        let half = tip.0 / 2;
        match self {
            Share::Commit => Amount(half),
            Share::Settle => Amount(tip.0.saturating_sub(half)),
            Share::Nothing => Amount(0),
        }
    }
}

/// Why work is left to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// No task is worked on.
    Disabled,
    /// A zone, a lock or the registrant is not let in.
    Filtered,
    /// The tip is too small.
    Tip {
        /// Least tip that is asked for.
        expected: Amount,
        /// What is offered.
        actual: Amount,
    },
    /// The tip's share does not pay for the verb.
    Profit {
        /// Least share that is asked for.
        expected: Amount,
        /// What is earned.
        actual: Amount,
    },
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Left::Disabled => f.write_str("[mode.locks] is off"),
            Left::Filtered => {
                f.write_str("[policy] does not let its zones, locks or registrant in")
            }
            Left::Tip { expected, actual } => {
                write!(f, "its tip is {actual}, and min_tip {expected}")
            }
            Left::Profit { expected, actual } => {
                write!(
                    f,
                    "it earns {actual}, and would have to earn {expected} to leave min_profit"
                )
            }
        }
    }
}

impl Work {
    /// Whether a verb about a leg is worth doing.
    ///
    /// # Errors
    /// [`Left`] with the reason why not.
    pub fn wants(
        &self,
        task: &tessera_lock::Task,
        leg: &tessera_lock::Leg,
        tip: Amount,
        share: Share,
    ) -> Result<(), Left> {
        let legs = || task.legs.iter();
        if !(legs().all(|leg| self.zones.admits(&leg.zone) && self.locks.admits(&leg.lock))
            && self.registrants.admits(&leg.registrant))
        {
            return Err(Left::Filtered);
        }
        let Some(price) = self.prices.get(&leg.zone) else {
            return Ok(());
        };
        let (expected, actual) = (price.min_tip, tip);
        if actual < expected {
            return Err(Left::Tip { expected, actual });
        }
        match share {
            Share::Commit | Share::Settle => price.is_worth(price.task_gas_of(task), share.of(tip)),
            Share::Nothing => Ok(()),
        }
    }

    /// Whether pushing a zone's stake-pool along for this pay is worth doing.
    ///
    /// # Errors
    /// [`Left::Profit`].
    pub fn wants_push(&self, on: &ZoneId, pay: Amount) -> Result<(), Left> {
        let price = self.prices.get(on);
        price.map_or(Ok(()), |price| price.is_worth(price.push_gas, pay))
    }
}

impl Price {
    fn task_gas_of(&self, task: &tessera_lock::Task) -> u64 {
        let further = u64::try_from(task.legs.len()).unwrap_or(u64::MAX);
        let further = self.leg_gas.saturating_mul(further.saturating_sub(2));
        self.task_gas.saturating_add(further)
    }

    fn is_worth(&self, gas: u64, actual: Amount) -> Result<(), Left> {
        let Some(profit) = self.min_profit else {
            return Ok(());
        };
        let (cost, more) = (
            self.gas_price.cost(gas).0,
            u128::from(profit.unsigned_abs()),
        );
        let expected = Amount(if profit < 0 {
            cost.saturating_sub(more)
        } else {
            cost.saturating_add(more)
        });
        if actual < expected {
            return Err(Left::Profit { expected, actual });
        }
        Ok(())
    }
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            locks: true,
            commit_margin: 1,
            reject_margin: 10,
            reject_own: true,
            refresh: true,
            refresh_percent: 66,
            misbehaviour: true,
            lock_attempts: 3,
            fresh_percent: 50,
            pressing: 20,
            first_pause: Seconds(2),
            longest_pause: Seconds(3600),
            attempts: 12,
            aside_pause: Seconds(86_400),
            prune_above: 200,
            pools: BTreeSet::new(),
            work: Work::default(),
        }
    }
}
