//! From duties to transactions: as many duties of one zone as fit share one, in order, and each is concluded with what
//! became of it. A promise is written down before anything is sent.

use std::collections::BTreeSet;

use tessera_planner::{Duty, End};
use tessera_primitives::ZoneId;

use crate::{
    chain::{Call, ChainError, Included, Prepared},
    duties,
    relay::{Relay, RelayError, Zone},
};

/// A duty as messages.
struct Work {
    duty: Duty,
    calls: Vec<Call>,
}

/// Does what is to be done on one zone now.
///
/// # Errors
/// [`RelayError`]: what could not be done is given out again.
pub async fn work(relay: &Relay, zone: &Zone) -> Result<(), RelayError> {
    let duties = {
        let ledger = relay.ledger().lock().await;
        let all = ledger.duties(relay.now());
        let ours = all.into_iter().filter(|duty| duty.on == *zone.chain.zone());
        ours.take(zone.max_messages).collect::<Vec<_>>()
    };
    let mut works = Vec::new();
    let mut away = BTreeSet::new();
    for duty in duties {
        works.extend(work_of(relay, zone, duty, &mut away).await?);
    }
    if works.is_empty() {
        return Ok(());
    }
    submit(relay, zone, works).await
}

/// The messages of a duty. Whoever keeps tasks open with a zone whose node does not answer must not hold up all others:
/// what needs it is left for later, without a pause, and it is asked once in a round.
async fn work_of(
    relay: &Relay,
    zone: &Zone,
    duty: Duty,
    away: &mut BTreeSet<ZoneId>,
) -> Result<Option<Work>, RelayError> {
    let Duty { on, mut act } = duty;
    loop {
        let Some(left) = act.without(away) else {
            return Ok(None);
        };
        let duty = Duty {
            on: on.clone(),
            act: left,
        };
        tracing::debug!(zone = %on, %duty, "due");
        match duties::calls(relay, zone, &duty).await {
            Ok(calls) => return Ok(Some(Work { duty, calls })),
            Err(RelayError::Chain(ChainError::Unreachable { zone: other, .. }))
                if other != on && !away.contains(&other) =>
            {
                tracing::warn!(zone = %on, %duty, %other, "left until its node answers");
                away.insert(other);
                act = duty.act;
            }
            Err(error @ RelayError::Chain(ChainError::Unreachable { .. })) => return Err(error),
            Err(RelayError::Journal(error)) => return Err(error.into()),
            // What cannot be proven now must not keep the rest from being done.
            Err(error) => {
                pause(relay, zone, duty, error.to_string()).await?;
                return Ok(None);
            }
        }
    }
}

/// Sends the messages as one transaction, or, if the zone refuses that, each by itself: then one bad message takes no
/// other with it.
async fn submit(relay: &Relay, zone: &Zone, works: Vec<Work>) -> Result<(), RelayError> {
    let calls: Vec<Call> = works.iter().flat_map(|work| work.calls.clone()).collect();
    match zone.chain.prepare(&calls).await {
        Ok(prepared) => {
            let duties = works.into_iter().map(|work| work.duty).collect();
            send(relay, zone, duties, prepared).await
        }
        Err(ChainError::Refused { .. } | ChainError::GasLimit { .. }) if works.len() > 1 => {
            for work in works {
                Box::pin(submit(relay, zone, vec![work])).await?;
            }
            Ok(())
        }
        Err(error) => give_up(relay, zone, works, error).await,
    }
}

async fn send(
    relay: &Relay,
    zone: &Zone,
    duties: Vec<Duty>,
    prepared: Prepared,
) -> Result<(), RelayError> {
    let words: Vec<String> = duties.iter().map(Duty::to_string).collect();
    let until = prepared.until;
    let ids = relay.ledger().lock().await.promise(duties, until)?;
    let sent = zone.chain.send(prepared).await;
    let end = match &sent {
        Ok(Included {
            height,
            hash,
            gas_used,
        }) => {
            let id = zone.chain.zone();
            tracing::info!(zone = %id, %height, gas_used, duties = ?words, "included");
            End::Included {
                height: *height,
                transaction: *hash,
            }
        }
        // Whether it was sent is not known: the promise stands until its timeout height has passed.
        Err(ChainError::Unreachable { .. }) => return sent.map(|_| ()).map_err(Into::into),
        // It says nothing of the duties that the account was not next in line, or that blocks were full.
        Err(error) if error.is_sequence() || matches!(error, ChainError::TimedOut { .. }) => {
            End::Lost {
                reason: error.to_string(),
            }
        }
        Err(error) => End::Failed {
            reason: error.to_string(),
        },
    };
    let now = relay.now();
    relay.ledger().lock().await.conclude(&ids, &end, now)?;
    match sent {
        Err(error) if error.is_sequence() => Ok(()),
        other => other.map(|_| ()).map_err(Into::into),
    }
}

/// A message that the zone refuses before it is sent is a promise that failed: it is paused, longer each time.
async fn give_up(
    relay: &Relay,
    zone: &Zone,
    works: Vec<Work>,
    error: ChainError,
) -> Result<(), RelayError> {
    let lasting = matches!(
        error,
        ChainError::Refused { .. } | ChainError::GasLimit { .. }
    );
    if !lasting {
        return Err(error.into());
    }
    for work in works {
        pause(relay, zone, work.duty, error.to_string()).await?;
    }
    Ok(())
}

async fn pause(relay: &Relay, zone: &Zone, duty: Duty, reason: String) -> Result<(), RelayError> {
    tracing::warn!(zone = %zone.chain.zone(), %duty, reason, "put off");
    let now = relay.now();
    Ok(relay.ledger().lock().await.put_off(duty, reason, now)?)
}
