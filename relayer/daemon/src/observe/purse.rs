use std::{sync::Arc, time::Duration};

use tessera_primitives::{Asset, Denom};
use tokio_util::sync::CancellationToken;

use crate::{
    chain::{Chain, ChainError},
    relay::{Relay, Zone},
};

/// Looks again and again what is left to pay for gas of a zone, for the page and the metrics. Nothing waits for it.
pub async fn look_into_purses(
    relay: Arc<Relay>,
    zone: Zone,
    every: Duration,
    cancel: CancellationToken,
) {
    loop {
        for lane in &zone.lanes {
            look_into_purse(&relay, lane.as_ref()).await;
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = cancel.cancelled() => return,
        }
    }
}

/// Looks what whoever pays for a lane has left.
pub async fn look_into_purse(relay: &Relay, lane: &dyn Chain) {
    if let Err(error) = look(relay, lane).await {
        tracing::debug!(zone = %lane.zone(), %error, "a balance is not known");
    }
}

async fn look(relay: &Relay, lane: &dyn Chain) -> Result<(), ChainError> {
    let (Some(payer), Some(denom)) = (lane.payer(), lane.gas_denom()) else {
        return Ok(());
    };
    let wrong = |error| ChainError::malformed(lane.zone(), "fee denom", error);
    let asset = Asset::Native(Denom::new(denom.as_str()).map_err(wrong)?);
    let balance = lane.balance(payer, &asset).await?;
    let activity = relay.activity();
    activity.holds(lane.zone(), payer, &denom, balance);
    Ok(())
}
