use serde::{Deserialize, Serialize};
use tessera_primitives::{Address, Amount, Seconds, Timestamp, Value, ZoneId};

use super::Epoch;
use crate::{Refusal, Share};

/// Seconds in a day.
pub const DAY: u64 = 86_400;

const NANOS: u64 = 1_000_000_000;

/// What is fixed when the pool is made: where it is, and its clock, on which all stored epochs rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The zone.
    pub chain: ZoneId,
    /// The pool's own address.
    pub pool: Address,
    /// When epoch 1 begins.
    pub start: Timestamp,
    /// An epoch's length: at least 1 s, and `unbonding` / 32.
    pub epoch: Seconds,
    /// How long unbonded stake waits after the last epoch in which it counts: a minute to 180 days.
    pub unbonding: Seconds,
}

impl Place {
    /// Whether the lengths are inside their bounds.
    ///
    /// # Errors
    /// [`Refusal::Parameter`].
    pub fn check(&self) -> Result<(), Refusal> {
        let least = self.unbonding.0.div_ceil(32).max(1);
        within("unbonding", 60, 180 * DAY, self.unbonding.0)?;
        within("epoch", least, self.unbonding.0, self.epoch.0)
    }

    /// The epoch at a time: 0 before the first.
    pub fn epoch_at(&self, time: Timestamp) -> Epoch {
        let Some(passed) = time.0.checked_sub(self.start.0) else {
            return 0;
        };
        let length = self.epoch.0.saturating_mul(NANOS);
        let epochs = passed.checked_div(length).unwrap_or(0).saturating_add(1);
        // The last but one: `FOREVER` is no epoch. With epochs of a second it comes after 136 years.
        Epoch::try_from(epochs)
            .unwrap_or(Epoch::MAX)
            .min(Epoch::MAX.saturating_sub(2))
    }

    /// When stake that counts through an epoch can be withdrawn.
    pub fn matures(&self, until: Epoch) -> Timestamp {
        let length = self.epoch.0.saturating_mul(NANOS);
        let ends = u64::from(until)
            .saturating_mul(length)
            .saturating_add(self.start.0);
        Timestamp(ends.saturating_add(self.unbonding.0.saturating_mul(NANOS)))
    }

    /// The first epoch of which unbonded stake may not have matured.
    pub fn horizon_at(&self, now: Timestamp) -> Epoch {
        let wait = self.unbonding.0.saturating_mul(NANOS);
        now.0
            .checked_sub(wait)
            .map_or(0, |time| self.epoch_at(Timestamp(time)))
    }
}

/// What the owner can change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Who gets what slashes take and challengers do not.
    pub treasury: Address,
    /// Whether that is burned instead; vouchers never are.
    pub burn: bool,
    /// The challenger's share of what a slash takes: at most half, or who convicts himself would lose nothing.
    pub challenger_share: Share,
    /// Greatest size of the active set: 1 to 300.
    pub max_validators: u16,
    /// Least value of an operator's own stake, in micro-units.
    pub min_self_value: Value,
    /// Above this share of unpriced weight a snapshot keeps the prices of the one before.
    pub max_unpriced: Share,
    /// What each turn distributes from the reserve.
    pub emission: Amount,
    /// How much of the weight slashes may take in a `throttle_period`; never nothing.
    pub throttle_fraction: Share,
    /// The throttle's period: 1 s to 30 days.
    pub throttle_period: Seconds,
    /// How long a jailed validator stays out: at most 400 days.
    pub jail: Seconds,
    /// Least value of a proposal's deposits, in micro-units.
    pub min_deposit: Value,
    /// How long deposits are gathered: 1 s to 180 days.
    pub deposit_period: Seconds,
    /// How long stake votes: 1 s, and shorter than `unbonding`, so that what votes is still there.
    pub voting_period: Seconds,
    /// How long an accepted proposal waits: at most 60 days.
    pub enact_delay: Seconds,
    /// How long a removed token's weight takes to decay: 1 s to 400 days.
    pub leaving_period: Seconds,
    /// Least share of the weight that has to vote.
    pub quorum: Share,
    /// Share of the votes that vetoes: at least 1 %, or nothing could be accepted.
    pub veto: Share,
    /// Least share of yes among yes, no and veto: at least half.
    pub threshold: Share,
    /// Proposals of a snapshot's schedule after which the next snapshot's goes on: 1 to 1,000.
    pub rotation: u16,
    /// What pushing the pool along pays, from the reserve: a turn, a drained item, a tally, an enactment. More than a drained
    /// item costs is there to be farmed, by whoever makes many and is slashed for them.
    pub pay: Amount,
}

impl Parameters {
    /// The spec's defaults: nothing is emitted or paid, and nothing is asked of operators or proposers but what is given.
    pub fn with_defaults(
        treasury: Address,
        min_self_value: Value,
        min_deposit: Value,
    ) -> Parameters {
        Parameters {
            treasury,
            burn: false,
            challenger_share: Share::percent(10),
            max_validators: 100,
            min_self_value,
            max_unpriced: Share::percent(10),
            emission: Amount::ZERO,
            throttle_fraction: Share::percent(10),
            throttle_period: Seconds(3_600),
            jail: Seconds(DAY),
            min_deposit,
            deposit_period: Seconds(21 * DAY),
            voting_period: Seconds(14 * DAY),
            enact_delay: Seconds(7 * DAY),
            leaving_period: Seconds(21 * DAY),
            quorum: Share::percent(33).plus(Share::new(4_000_000).unwrap_or_default()),
            veto: Share::percent(33).plus(Share::new(4_000_000).unwrap_or_default()),
            threshold: Share::percent(67),
            rotation: 100,
            pay: Amount::ZERO,
        }
    }

    /// Whether each is inside its bounds.
    ///
    /// # Errors
    /// [`Refusal::Parameter`] for the first that is not.
    pub fn check(&self, place: &Place) -> Result<(), Refusal> {
        let longest = place.unbonding.0.saturating_sub(1);
        within("max_validators", 1, 300, self.max_validators.into())?;
        within("throttle_period", 1, 30 * DAY, self.throttle_period.0)?;
        within("jail", 0, 400 * DAY, self.jail.0)?;
        within("deposit_period", 1, 180 * DAY, self.deposit_period.0)?;
        within("voting_period", 1, longest, self.voting_period.0)?;
        within("enact_delay", 0, 60 * DAY, self.enact_delay.0)?;
        within("leaving_period", 1, 400 * DAY, self.leaving_period.0)?;
        within("rotation", 1, 1_000, self.rotation.into())?;
        for (what, least, most, share) in [
            (
                "throttle_fraction",
                Share::LEAST,
                Share::ONE,
                self.throttle_fraction,
            ),
            (
                "challenger_share",
                Share::ZERO,
                Share::percent(50),
                self.challenger_share,
            ),
            ("veto", Share::percent(1), Share::ONE, self.veto),
            ("threshold", Share::percent(50), Share::ONE, self.threshold),
        ] {
            let [least, most, share] = [least, most, share].map(|share| share.billionths().into());
            within(what, least, most, share)?;
        }
        Ok(())
    }
}

fn within(what: &'static str, min: u64, max: u64, actual: u64) -> Result<(), Refusal> {
    if (min..=max).contains(&actual) {
        return Ok(());
    }
    Err(Refusal::Parameter {
        what,
        min,
        max,
        actual,
    })
}
