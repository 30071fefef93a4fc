use std::{sync::Arc, time::Duration};

use tessera_primitives::{Asset, Denom};
use tokio_util::sync::CancellationToken;

use crate::{
    chain::{Chain, ChainError},
    relay::{Relay, Zone},
};

/// Looks again and again what the keys of a zone hold, for the page and the metrics. Nothing waits for it.
pub async fn look_into_purses(
    relay: Arc<Relay>,
    zone: Zone,
    every: Duration,
    cancel: CancellationToken,
) {
    loop {
        for lane in &zone.lanes {
            if let Err(error) = look(&relay, lane.as_ref()).await {
                tracing::debug!(zone = %zone.chain.zone(), %error, "a balance is not known");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = cancel.cancelled() => return,
        }
    }
}

async fn look(relay: &Relay, lane: &dyn Chain) -> Result<(), ChainError> {
    let (Some(account), Some(denom)) = (lane.account(), lane.gas_denom()) else {
        return Ok(());
    };
    let wrong = |error| ChainError::malformed(lane.zone(), "fee denom", error);
    let asset = Asset::Native(Denom::new(denom.as_str()).map_err(wrong)?);
    let balance = lane.balance(account, &asset).await?;
    let activity = relay.activity();
    activity.holds(lane.zone(), account, &denom, balance);
    Ok(())
}
