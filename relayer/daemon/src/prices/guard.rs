use tessera_price::{
    basis_points, deviates,
    state::{Feed, Suspicion},
};
use tessera_primitives::{Price, Seconds, Timestamp};

/// What a source said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The price.
    pub price: Price,
    /// When it held; when it was asked for, where the source does not say.
    pub time: Timestamp,
}

/// What a price is judged by: the oracle's own measures, as it holds them now.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The feed's parameters.
    pub parameters: &'a Feed,
    /// What deviations are measured from; zero before the first accepted price.
    pub base: Price,
    /// The time of this reporter's last report.
    pub last: Option<Timestamp>,
    /// The time of the chain's newest block.
    pub tip: Timestamp,
    /// This machine's time.
    pub clock: Timestamp,
    /// How far clocks may be apart.
    pub drift: Seconds,
    /// How long a price that moved far must stay.
    pub confirm: Seconds,
    /// A person has confirmed it already.
    pub confirmed: bool,
}

/// Why a price is kept back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Hold {
    /// A price of nothing.
    #[error("the price is zero")]
    Zero,
    /// A price of a time that has not come.
    #[error("the price is of {time}, and it is {clock}")]
    Future {
        /// The price's time.
        time: Timestamp,
        /// This machine's.
        clock: Timestamp,
    },
    /// A price as old as the oracle's `max_age`.
    #[error("the price is {} s old, and counts for {} s", age.0, max_age.0)]
    Old {
        /// How old it is.
        age: Seconds,
        /// How old a report may be.
        max_age: Seconds,
    },
    /// Nothing that was not reported already.
    #[error("the source has said nothing new since {last}")]
    NothingNew {
        /// The time of the last report.
        last: Timestamp,
    },
    /// A price further from the base than the oracle allows, which has not stayed long enough.
    #[error("the price is {deviation} basis points from the oracle's base: it is reported once it has stayed so for {} s", confirm.0)]
    Moved {
        /// How far it is, in basis points, rounded up.
        deviation: u64,
        /// How long it must stay.
        confirm: Seconds,
    },
}

/// The time with which a price may be reported: never later than the newest block's, since the chain knows no later one.
/// `suspicion` is what waits to be confirmed, from one judgement to the next.
///
/// # Errors
/// [`Hold`], why it is kept back.
pub fn judge(
    said: Said,
    known: &Known<'_>,
    suspicion: &mut Option<Suspicion>,
) -> Result<Timestamp, Hold> {
    let Known { clock, tip, .. } = *known;
    if said.price.is_zero() {
        return Err(Hold::Zero);
    }
    // A moment that no clock can tell is as far as any.
    let latest = clock.plus(known.drift).unwrap_or(Timestamp(u64::MAX));
    if said.time > latest {
        let time = said.time;
        return Err(Hold::Future { time, clock });
    }
    let time = said.time.min(tip);
    let max_age = known.parameters.max_age;
    let age = clock.max(tip).since(time);
    if age >= max_age {
        return Err(Hold::Old { age, max_age });
    }
    if let Some(last) = known.last.filter(|last| *last >= time) {
        return Err(Hold::NothingNew { last });
    }
    let max = known.parameters.max_deviation;
    if known.base.is_zero() || !deviates(said.price, known.base, max) {
        *suspicion = None;
        return Ok(time);
    }
    if known.confirmed {
        return Ok(time);
    }
    let stays = suspicion.filter(|first| !deviates(said.price, first.price, max));
    let first = *suspicion.insert(stays.unwrap_or(Suspicion {
        price: said.price,
        since: clock,
    }));
    if clock.since(first.since) >= known.confirm {
        return Ok(time);
    }
    Err(Hold::Moved {
        deviation: basis_points(said.price, known.base),
        confirm: known.confirm,
    })
}
