//! A lane at work until it is told to end.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{carry_out, choose, At};
use crate::{
    chain::ChainError,
    relay::{Relay, RelayError, Zone},
};

/// Longest pause after failures.
const LONGEST: Duration = Duration::from_secs(30);
/// How often a lane without money looks whether it has some.
const EMPTY: Duration = Duration::from_secs(5);

/// Works for one lane, as one hand of it: at once after news and while there is something to do, after a growing while when
/// it failed. A lane that cannot pay stops, says so once, and goes on by itself when it can; the others do its work.
///
/// # Errors
/// [`RelayError::Journal`]: nothing may be sent that is not written down first.
pub async fn serve(
    relay: Arc<Relay>,
    zone: Zone,
    lane: usize,
    cancel: CancellationToken,
) -> Result<(), RelayError> {
    let Some(chain) = zone.lanes.get(lane) else {
        return Ok(());
    };
    let at = At {
        relay: &relay,
        zone: &zone,
        chain,
        lane,
    };
    let mut pause = zone.poll;
    loop {
        let done = tokio::select! {
            done = next(at) => done,
            () = cancel.cancelled() => return Ok(()),
        };
        match done {
            Ok(()) => {
                pause = zone.poll;
                continue;
            }
            Err(RelayError::Journal(error)) => return Err(error.into()),
            Err(error) => pause = after(at, &error, pause),
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = cancel.cancelled() => return Ok(()),
        }
    }
}

/// Waits for something to do, and does it.
async fn next(at: At<'_>) -> Result<(), RelayError> {
    let desk = at.relay.desk(at.chain.zone())?;
    loop {
        let door = desk.door(at.lane).await;
        let taken = loop {
            let news = at.relay.news();
            tokio::pin!(news);
            news.as_mut().enable();
            if let Some(taken) = choose(at, |plan| &plan.first).await? {
                break taken;
            }
            tokio::select! {
                () = tokio::time::sleep(at.zone.poll) => {}
                () = news => {}
            }
        };
        drop(door);
        if carry_out(at, taken).await? {
            if desk.stop(at.lane, false) {
                tracing::info!(zone = %at.chain.zone(), lane = at.lane, "a lane goes on");
            }
            return Ok(());
        }
        // Nothing of it can be proven now.
        tokio::time::sleep(at.zone.poll).await;
    }
}

/// Says what keeps a lane from working, and for how long it waits.
fn after(at: At<'_>, error: &RelayError, pause: Duration) -> Duration {
    let (zone, lane) = (at.chain.zone(), at.lane);
    let activity = at.relay.activity();
    activity.mishap(zone, error.to_string(), at.relay.now());
    match error {
        RelayError::Chain(
            error @ (ChainError::NoMoney { .. } | ChainError::Underpriced { .. }),
        ) => {
            let desk = at.relay.desk(zone);
            if desk.is_ok_and(|desk| desk.stop(lane, true)) {
                tracing::error!(%zone, lane, %error, "a lane has stopped; it goes on by itself when it can pay");
            }
            EMPTY
        }
        error => {
            tracing::warn!(%zone, lane, %error, "trying again in {pause:?}");
            pause.saturating_mul(2).min(LONGEST)
        }
    }
}
