//! What the service manager is told, where one started this process and wants to know: that it is ready, that it still
//! moves, that it ends. Without one nothing happens.

use std::sync::Arc;

use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

use crate::relay::Relay;

/// It relays.
pub fn ready() {
    tell(&[NotifyState::Ready, NotifyState::Status("relaying")]);
}

/// It was asked to end, and ends what it has begun.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Says that it moves for as long as it does, twice in the time that the service manager allows: whatever holds the
/// journal for longer than that is stuck.
pub async fn heartbeat(relay: Arc<Relay>, cancel: CancellationToken) {
    let Some(allowed) = sd_notify::watchdog_enabled() else {
        return;
    };
    let half = allowed.checked_div(2).unwrap_or(allowed);
    loop {
        drop(relay.ledger().lock().await);
        tell(&[NotifyState::Watchdog]);
        tokio::select! {
            () = tokio::time::sleep(half) => {}
            () = cancel.cancelled() => return,
        }
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager was not told");
    }
}
