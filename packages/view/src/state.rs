//! What `chain-view` remembers of a zone. An `advance` reads a [`Zone`], a [`Belief`] and a header, and writes a header
//! and the belief: what changes with every header is small and stands in the belief alone, which is also what other
//! zones can prove.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use tessera_header::TrustedHeader;
use tessera_primitives::{
    Amount, Fork, Hash, Height, Overflow, Ratio, Seconds, Timestamp, ZoneId, ZoneStatus,
};

use crate::Refusal;

/// How a zone is viewed; fixed at `register_zone`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The share of a trusted set that must have signed a header over skipped heights (strictly more), in [1/3, 1].
    pub trust_level: Ratio,
    /// How long a header is trusted, in seconds: from 1, shorter than `unbonding_period`. By default two thirds of it.
    pub trusting_period: Seconds,
    /// The viewed zone's unbonding period, in seconds: at most ten years.
    pub unbonding_period: Seconds,
    /// How far a header's time may lie ahead of this zone's, in seconds: 1 to 3,600.
    pub clock_drift: Seconds,
    /// The least time between this zone's blocks, on average over many, in milliseconds: 1 to 60,000. A header may lie no
    /// higher above the newest one than blocks of this pace get in the time between, and one: else one forged header at an
    /// absurd height would leave none for a branch to be admitted at. By default 100; the nearer to the zone's own pace, the
    /// sooner its chain passes what was forged. A zone that becomes faster than this is shown by smaller steps, as is one
    /// whose clock was ahead, until time has caught up.
    pub min_block_interval: u32,
    /// Window of Algorithm 1 that every relayer uses for this zone, in headers: 1 to 1,024. By default 64.
    pub k: u32,
    /// `advance` is paid at most once in this many seconds: 1 to `trusting_period`. By default 300.
    pub refresh_interval: Seconds,
    /// From `close_zone` to the end, in seconds: 1 to one year. By default 7 days. Headers are taken in its first half,
    /// evidence of forks in its first three quarters.
    pub close_delay: Seconds,
    /// What the reserve pays for an `advance`.
    pub advance_reward: Amount,
    /// What the reserve pays for the first proof that a branch of the zone forked.
    pub fork_bounty: Amount,
}

/// Nanoseconds in a second.
const NANOS: u64 = 1_000_000_000;

/// Ten years of 365 days: keeps every sum of times in range until 2544.
pub const MAX_UNBONDING: Seconds = Seconds(10 * 365 * 24 * 3600);
/// Greatest clock drift. Further ahead, a header would say little about when it was made.
pub const MAX_CLOCK_DRIFT: Seconds = Seconds(3600);
/// Greatest numerator of a trust level: the verifier multiplies it in 64 bits.
pub const MAX_NUMERATOR: u64 = 1 << 62;
/// Greatest least time between blocks, in milliseconds.
pub const MAX_BLOCK_INTERVAL: u32 = 60_000;
/// Greatest window of Algorithm 1 (spec: `k` in 1..=1024).
pub const MAX_K: u32 = 1024;
/// Greatest delay between announcing a zone's end and the end.
pub const MAX_CLOSE_DELAY: Seconds = Seconds(365 * 24 * 3600);

impl Params {
    /// Whether every parameter is within its bounds.
    ///
    /// # Errors
    /// [`Refusal::Parameter`], [`Refusal::TrustLevel`].
    pub fn check(&self) -> Result<(), Refusal> {
        let within = |what, value: u64, min: u64, max: u64| {
            if (min..=max).contains(&value) {
                Ok(())
            } else {
                Err(Refusal::Parameter {
                    what,
                    min,
                    max,
                    actual: value,
                })
            }
        };
        let level = self.trust_level;
        let tripled = u128::from(level.numerator()).saturating_mul(3);
        // The verifier triples the numerator in 64 bits.
        if tripled < u128::from(level.denominator()) || level.numerator() > MAX_NUMERATOR {
            return Err(Refusal::TrustLevel { actual: level });
        }
        let unbonding = self.unbonding_period.0;
        within("unbonding_period", unbonding, 2, MAX_UNBONDING.0)?;
        let trusting = self.trusting_period.0;
        within("trusting_period", trusting, 1, unbonding.saturating_sub(1))?;
        within("clock_drift", self.clock_drift.0, 1, MAX_CLOCK_DRIFT.0)?;
        let (interval, greatest) = (self.min_block_interval, MAX_BLOCK_INTERVAL);
        within("min_block_interval", interval.into(), 1, greatest.into())?;
        within("k", self.k.into(), 1, MAX_K.into())?;
        within("refresh_interval", self.refresh_interval.0, 1, trusting)?;
        within("close_delay", self.close_delay.0, 1, MAX_CLOSE_DELAY.0)
    }

    /// How many blocks above a header of this time the zone can have made by another time: one each `min_block_interval`,
    /// and one. So neighbours always pass, whatever their clocks do, and a zone of exactly this pace, give or take a block.
    pub fn most_blocks(&self, from: Timestamp, to: Timestamp) -> u64 {
        let passed = to.0.saturating_sub(from.0) / 1_000_000;
        let blocks = passed.checked_div(self.min_block_interval.into());
        blocks.unwrap_or_default().saturating_add(1)
    }

    /// What header verification needs of them.
    pub fn for_headers(&self) -> tessera_header::Params {
        tessera_header::Params {
            trust_level: self.trust_level,
            trusting_period: self.trusting_period,
            clock_drift: self.clock_drift,
        }
    }
}

/// What is seldom written of a zone. It is stored under the chain id that the zone was registered with; ids that it
/// takes later are aliases of that one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// Short name in storage keys, from 1, never given twice.
    pub number: u32,
    /// The chain id that headers must carry now.
    pub chain_id: ZoneId,
    /// How it is viewed.
    pub params: Params,
    /// Headers are verified from this height or above: where the owner's word was last given.
    pub base: Height,
    /// Height of the header that admitted the current branch; zero on branch 0.
    pub admitted: Height,
    /// The validator sets that are kept.
    pub sets: KeptSets,
    /// What is left to pay `advance` and the fork bounty, in the contract's reserve denom.
    pub reserve: Amount,
    /// When an `advance` was last paid.
    pub paid_at: Timestamp,
    /// When the zone closes or closed, once announced.
    pub closing: Option<Timestamp>,
    /// The fork of branch 0, the lowest of all.
    pub fork: Option<ForkRecord>,
    /// The fork of an admitted branch, the newest that forked: of the current one, or of one before it.
    pub branch_fork: Option<ForkRecord>,
}

/// Which validator sets are kept: the newest two, in two slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSets {
    /// Hash of the set in slot 0.
    pub first: Option<Hash>,
    /// Hash of the set in slot 1.
    pub second: Option<Hash>,
    /// The slot that was written last.
    pub newest: u8,
}

impl KeptSets {
    /// The slot that holds the set with this hash.
    pub fn slot_of(&self, hash: &Hash) -> Option<u8> {
        if self.first.as_ref() == Some(hash) {
            Some(0)
        } else if self.second.as_ref() == Some(hash) {
            Some(1)
        } else {
            None
        }
    }

    /// The slot for one more set, and the sets after it took the place of the older one.
    pub fn replaced(self, hash: Hash) -> (u8, KeptSets) {
        if self.first.is_none() || self.newest == 1 {
            let (first, newest) = (Some(hash), 0);
            (
                0,
                KeptSets {
                    first,
                    newest,
                    ..self
                },
            )
        } else {
            let (second, newest) = (Some(hash), 1);
            (
                1,
                KeptSets {
                    second,
                    newest,
                    ..self
                },
            )
        }
    }

    /// Their hashes.
    pub fn hashes(&self) -> Vec<Hash> {
        self.first.into_iter().chain(self.second).collect()
    }
}

/// A block of the viewed zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Its height.
    pub height: Height,
    /// Its header's hash.
    pub hash: Hash,
}

/// Two blocks that cannot both be of one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The first as it was shown.
    pub a: Block,
    /// The second.
    pub b: Block,
}

impl Pair {
    /// Whether both name the same two blocks, in either order.
    pub fn is(&self, other: &Pair) -> bool {
        self == other || (self.a == other.b && self.b == other.a)
    }
}

/// A proven fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ForkRecord {
    /// The branch that forked.
    pub branch: u32,
    /// Height of the header that admitted that branch, by the owner's word: the fork never reaches below it. Zero on
    /// branch 0.
    pub admitted: Height,
    /// Height of *this* zone at the first report of this branch's fork.
    pub first_report: Height,
    /// Where it begins, as far as is known.
    pub bound: Bound,
    /// What proved it.
    pub pair: Pair,
    /// The highest header shown of any branch, stored ones included: an admitted one lies above it.
    pub shown: Height,
    /// The block below the fork that the admitted branch has, if the owner named one when it was admitted. Only what it
    /// names is stored by its hash alone.
    pub confirmed: Option<Block>,
}

impl ForkRecord {
    /// The first height in doubt.
    pub fn height(&self) -> Height {
        self.bound.height
    }

    /// The block right below an exact fork, as those who signed the pair have it.
    pub fn below(&self) -> Option<Block> {
        let (height, hash) = (self.height().minus(1).ok()?, self.bound.parent?);
        Some(Block { height, hash })
    }

    /// As its readers see it.
    pub fn told(&self) -> Fork {
        Fork {
            branch: self.branch,
            height: self.height(),
            exact: self.bound.parent.is_some(),
            first_report: self.first_report,
        }
    }
}

/// Where a fork begins, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// The first height in doubt.
    pub height: Height,
    /// If the height is exact: the hash of the header below it, which both blocks name. As long as the fork is open it is
    /// a claim of whoever signed the pair: two forged headers can name a parent that never was.
    pub parent: Option<Hash>,
}

/// What this zone believes of another: the provable value, and the part of a zone's state that changes with every
/// header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Belief {
    /// Height of the newest verified header.
    pub latest: Height,
    /// Its hash.
    pub hash: Hash,
    /// `Active`, `Forked` or `Closed` as of the last write; never `Expired`, which time alone brings about.
    pub status: ZoneStatus,
    /// How many branches were admitted.
    pub branch: u32,
    /// Height of the lowest known fork; zero when there is none.
    pub fork: Height,
    /// Height of *this* zone at which the first fork was reported; zero when there is none.
    pub first_report: Height,
    /// `H("tessera/view/v1", acceptance_digest, height, hash)` over every accepted header in order of acceptance, from
    /// 32 zero bytes.
    pub acceptance_digest: Hash,
    /// How many headers were accepted.
    pub accepted: u64,
}

/// A header that was accepted, and the branch that it was verified on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredHeader {
    /// What is kept of it.
    pub header: TrustedHeader,
    /// The branch number at that time.
    pub branch: u32,
}

/// A zone with what is believed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewed {
    /// The chain id that it was registered with: its name in storage and in the provable key.
    pub id: ZoneId,
    /// What is seldom written.
    pub zone: Zone,
    /// What every header changes.
    pub belief: Belief,
}

impl Viewed {
    /// The fork of this branch, if it is on record.
    pub fn fork_of(&self, branch: u32) -> Option<&ForkRecord> {
        let forks = [&self.zone.fork, &self.zone.branch_fork];
        forks
            .into_iter()
            .flatten()
            .find(|fork| fork.branch == branch)
    }

    /// The fork that waits for `admit_branch`, if any.
    pub fn open_fork(&self) -> Option<&ForkRecord> {
        self.fork_of(self.belief.branch)
    }

    /// The block at this height whose header is believed by its hash alone, and its branch: right below an exact fork
    /// that an admission has settled. Below an open one nobody but its signers says that there is such a block.
    pub fn block_below_fork(&self, height: Height) -> Option<(u32, Hash)> {
        let forks = [&self.zone.fork, &self.zone.branch_fork];
        let mut settled = forks
            .into_iter()
            .flatten()
            .filter(|fork| fork.branch < self.belief.branch);
        settled.find_map(|fork| {
            let below = fork.below().filter(|below| below.height == height)?;
            Some((fork.branch, below.hash))
        })
    }

    /// Whether a stored header's root may be asked for: on the current branch, or another whose fork is on record, and
    /// below that branch's fork.
    pub fn counts(&self, stored: &StoredHeader) -> bool {
        match self.fork_of(stored.branch) {
            Some(fork) => stored.header.height < fork.height(),
            None => stored.branch == self.belief.branch,
        }
    }

    /// Whether the zone's end has come.
    pub fn is_closed(&self, now: Timestamp) -> bool {
        self.zone.closing.is_some_and(|at| at <= now)
    }

    /// When a closing zone takes its last header: half of `close_delay` before its end. A forged one that came later could
    /// be contradicted by nobody.
    pub fn last_headers(&self) -> Option<Timestamp> {
        self.before_end(2)
    }

    /// When a closing zone takes its last evidence of a fork: a quarter of `close_delay` before its end. The rest is the
    /// owner's, to admit a branch.
    pub fn last_evidence(&self) -> Option<Timestamp> {
        self.before_end(4)
    }

    fn before_end(&self, part: u64) -> Option<Timestamp> {
        let delay = self.zone.params.close_delay.0.saturating_mul(NANOS);
        let left = delay.checked_div(part).unwrap_or_default();
        let at = self.zone.closing?;
        Some(Timestamp(at.0.saturating_sub(left)))
    }

    /// When the trust in a header of this time ends.
    ///
    /// # Errors
    /// [`Overflow`] after the year 2554.
    pub fn expires_at(&self, time: Timestamp) -> Result<Timestamp, Overflow> {
        time.plus(self.zone.params.trusting_period)
    }
}
