//! Whether this machine's clock and a zone's blocks agree. A clock that is behind makes headers look as if they came from the
//! future, one that is ahead makes views look expired.

use std::time::Duration;

use tessera_primitives::Timestamp;

use crate::{
    chain::{Chain, ChainError},
    relay::{Relay, Zone},
};

/// Age of a newest block from which on something is wrong.
const OLD: Duration = Duration::from_secs(300);

/// Why a clock cannot be relied on.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// The zone does not say.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// This machine's clock is behind, or the zone's ahead.
    #[error("its newest block is {} s ahead of this machine's clock: set one of the two right", .0.as_secs())]
    Behind(Duration),
    /// Nobody can tell whose fault it is.
    #[error("its newest block is {} s old: it has halted, its nodes are behind, or this machine's clock is wrong", .0.as_secs())]
    Old(Duration),
}

/// The age of a zone's newest block by a clock.
///
/// # Errors
/// [`ClockError`] when it is further ahead than `drift`, or five minutes old.
pub async fn age_of_tip(
    chain: &dyn Chain,
    clock: Timestamp,
    drift: Duration,
) -> Result<Duration, ClockError> {
    let theirs = chain.block(chain.tip().await?).await?.time;
    let ahead = Duration::from_nanos(theirs.0.saturating_sub(clock.0));
    if ahead > drift {
        return Err(ClockError::Behind(ahead));
    }
    let age = Duration::from_nanos(clock.0.saturating_sub(theirs.0));
    if age > OLD {
        return Err(ClockError::Old(age));
    }
    Ok(age)
}

/// Tells the operator when a relayer's clock and a zone's do not agree. A zone that does not answer tells of that itself.
pub async fn mind_the_clock(relay: &Relay, zone: &Zone, drift: Duration) {
    match age_of_tip(zone.chain.as_ref(), relay.now(), drift).await {
        Ok(_) | Err(ClockError::Chain(_)) => {}
        Err(error) => {
            let id = zone.chain.zone();
            tracing::warn!(zone = %id, %error, "the clock");
            relay.activity().mishap(id, error.to_string(), relay.now());
        }
    }
}
