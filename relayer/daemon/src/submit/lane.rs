//! A lane at work until it is told to end.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::work_lane;
use crate::{
    chain::ChainError,
    relay::{Relay, RelayError, Zone},
};

/// Longest pause after failures.
const LONGEST: Duration = Duration::from_secs(30);
/// How often a lane without money looks whether it has some.
const EMPTY: Duration = Duration::from_secs(5);

/// Works for one lane: at once after news and while there is something to do, after a growing while when it failed. A lane
/// that cannot pay stops, says so once, and goes on by itself when it can; the others do its work.
///
/// # Errors
/// [`RelayError::Journal`]: nothing may be sent that is not written down first.
pub async fn serve(
    relay: Arc<Relay>,
    zone: Zone,
    lane: usize,
    cancel: CancellationToken,
) -> Result<(), RelayError> {
    let id = zone.chain.zone();
    let desk = relay.desk(id)?;
    let mut pause = zone.poll;
    loop {
        let news = relay.news();
        tokio::pin!(news);
        news.as_mut().enable();
        let done = tokio::select! {
            done = work_lane(&relay, &zone, lane) => done,
            () = cancel.cancelled() => return Ok(()),
        };
        let mut waits_for_news = true;
        match done {
            Ok(did) => {
                if did && desk.stop(lane, false) {
                    tracing::info!(zone = %id, lane, "a lane goes on");
                }
                pause = zone.poll;
                if did {
                    continue;
                }
            }
            Err(RelayError::Journal(error)) => return Err(error.into()),
            Err(RelayError::Chain(
                error @ (ChainError::NoMoney { .. } | ChainError::Underpriced { .. }),
            )) => {
                relay.activity().mishap(id, error.to_string(), relay.now());
                if desk.stop(lane, true) {
                    tracing::error!(zone = %id, lane, %error, "a lane has stopped; it goes on by itself when it can pay");
                }
                (pause, waits_for_news) = (EMPTY, false);
            }
            Err(error) => {
                tracing::warn!(zone = %id, lane, %error, "trying again in {pause:?}");
                relay.activity().mishap(id, error.to_string(), relay.now());
                pause = pause.saturating_mul(2).min(LONGEST);
                waits_for_news = false;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = news, if waits_for_news => {}
            () = cancel.cancelled() => return Ok(()),
        }
    }
}
