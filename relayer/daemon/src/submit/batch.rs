//! One lane's batches: sent as one, and cut where they cannot be.

use std::{
    collections::{BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use tessera_planner::{Act, Duty, End, Mark, RootAt};
use tessera_primitives::ZoneId;
use tracing::{Instrument, Span};

use super::{At, Work};
use crate::{
    chain::{Call, ChainError, Included, Prepared},
    observe,
    relay::{Relay, RelayError},
};

/// How often a transaction is signed again because another one of the account came first.
const SEQUENCE_ATTEMPTS: u32 = 4;
/// First pause before that; each further one doubles it, give or take a half.
const SEQUENCE_PAUSE: Duration = Duration::from_millis(100);
/// How often a single duty is sent with more gas, up to `max_gas`.
const GAS_ATTEMPTS: u32 = 3;

/// What became of a batch.
enum Sent {
    /// It is in a block, or its duties were concluded.
    Over,
    /// It is better tried in two halves.
    Halves,
    /// It failed in its block, and nobody knows whose fault it was.
    OneByOne,
}

/// Sends works in order, as few transactions as fit, and concludes each duty.
pub(super) async fn submit(at: At<'_>, works: Vec<Work>) -> Result<(), RelayError> {
    let mut batches = packed(works, at.zone.max_messages);
    // Headers that were to be shown and were not: what is proven by them is due again later, and at fault in nothing.
    let mut unshown = BTreeSet::new();
    while let Some(mut batch) = batches.pop_front() {
        batch.retain(|work| {
            !work
                .duty
                .roots()
                .into_iter()
                .any(|root| unshown.contains(root))
        });
        if batch.is_empty() {
            continue;
        }
        match send(at, &batch, &mut unshown).await? {
            Sent::Over => {}
            Sent::Halves => {
                let second = batch.split_off(batch.len() / 2);
                batches.push_front(second);
                batches.push_front(batch);
            }
            Sent::OneByOne => {
                for work in batch.into_iter().rev() {
                    batches.push_front(vec![work]);
                }
            }
        }
    }
    Ok(())
}

/// At most so many messages in each batch; a duty is never cut.
fn packed(works: Vec<Work>, most: usize) -> VecDeque<Vec<Work>> {
    let mut batches: VecDeque<Vec<Work>> = VecDeque::new();
    let mut held: usize = 0;
    for work in works {
        let more = held.saturating_add(work.calls.len());
        match batches.back_mut() {
            Some(batch) if more <= most => {
                held = more;
                batch.push(work);
            }
            _ => {
                held = work.calls.len();
                batches.push_back(vec![work]);
            }
        }
    }
    batches
}

async fn send(
    at: At<'_>,
    batch: &[Work],
    unshown: &mut BTreeSet<RootAt>,
) -> Result<Sent, RelayError> {
    let mut calls: Vec<Call> = batch.iter().flat_map(|work| work.calls.clone()).collect();
    let (mut sequence, mut gas, mut too_little): (u32, u32, u64) = (0, 0, 0);
    let mut repriced = false;
    loop {
        let span = tracing::info_span!(
            "transaction",
            zone = %at.chain.zone(),
            lane = at.lane,
            hash = tracing::field::Empty
        );
        let (error, limit) = match attempt(at, batch, &calls).instrument(span).await? {
            Ended::Included => return Ok(Sent::Over),
            Ended::Untried(error) => (error, None),
            Ended::Failed(error, prepared) => (error, Some(prepared.gas_limit)),
        };
        if error.is_sequence() {
            sequence = sequence.saturating_add(1);
            if sequence > SEQUENCE_ATTEMPTS {
                return Err(error.into());
            }
            pause(sequence).await;
            continue;
        }
        let several = batch.len() > 1;
        match (&error, limit) {
            (error, Some(limit)) if error.is_out_of_gas() => {
                if several {
                    return Ok(Sent::Halves);
                }
                (gas, too_little) = (gas.saturating_add(1), limit);
                if gas < GAS_ATTEMPTS && raise(&mut calls, limit) {
                    continue;
                }
            }
            // What was added was too much: as much as the operator allows.
            (ChainError::GasLimit { needed, limit, .. }, None)
                if gas > 0
                    && *limit > too_little
                    && lower(&mut calls, needed.saturating_sub(*limit)) =>
            {
                continue;
            }
            // The chain's own price may have risen since it was asked for.
            (ChainError::Underpriced { .. }, None) if !repriced => {
                repriced = true;
                continue;
            }
            (ChainError::Refused { .. }, Some(_)) if several => return Ok(Sent::OneByOne),
            (
                ChainError::Refused { .. }
                | ChainError::GasLimit { .. }
                | ChainError::TooLarge { .. },
                None,
            ) if several => return Ok(Sent::Halves),
            _ => {}
        }
        return give_up(at, batch, error, unshown).await;
    }
}

/// What one transaction came to.
enum Ended {
    /// In a block.
    Included,
    /// Refused before it was in a block: nothing was spent.
    Untried(ChainError),
    /// Refused in its block, or never in one.
    Failed(ChainError, Prepared),
}

/// Tries out, promises, offers, waits, concludes.
async fn attempt(at: At<'_>, batch: &[Work], calls: &[Call]) -> Result<Ended, RelayError> {
    let At { relay, chain, .. } = at;
    let id = chain.zone();
    let began = Instant::now();
    let turn = relay.desk(id)?.turn(at.lane).await;
    let prepared = match chain.prepare(calls).await {
        Ok(prepared) => prepared,
        Err(error) => return Ok(Ended::Untried(error)),
    };
    Span::current().record("hash", tracing::field::display(prepared.hash));
    let duties: Vec<Duty> = batch.iter().map(|work| work.duty.clone()).collect();
    let words: Vec<String> = duties.iter().map(Duty::to_string).collect();
    let ids = relay
        .ledger()
        .lock()
        .await
        .promise(duties, prepared.until)?;
    if let Err(error) = chain.offer(&prepared).await {
        lose(relay, &ids, &error).await?;
        return Ok(Ended::Untried(error));
    }
    drop(turn);
    let submitted = began.elapsed();
    let settled = chain.settled(&prepared).await;
    // In a block and failed costs as much as in a block.
    let in_block = matches!(settled, Ok(_) | Err(ChainError::Refused { .. }));
    count(
        at,
        &prepared,
        calls.len(),
        submitted,
        in_block.then(|| began.elapsed()),
        settled.is_ok(),
    );
    let error = match settled {
        Ok(Included {
            height,
            hash,
            gas_used,
        }) => {
            tracing::info!(%height, gas_used, duties = ?words, "included");
            let transaction = hash;
            let end = End::Included {
                height,
                transaction,
            };
            let now = relay.now();
            relay.ledger().lock().await.conclude(&ids, &end, now)?;
            for work in batch {
                count_done(relay, &work.duty);
            }
            return Ok(Ended::Included);
        }
        Err(error) => error,
    };
    match &error {
        ChainError::Refused { .. } | ChainError::TimedOut { .. } => {
            tracing::warn!(%error, duties = ?words, "failed");
            // Whose fault it was is found out below: a duty that fails by itself is put off then.
            lose(relay, &ids, &error).await?;
            Ok(Ended::Failed(error, prepared))
        }
        // Whether it was included is not known: the promise stands until its timeout height has passed.
        _ => Err(error.into()),
    }
}

/// Counts a transaction that a node took.
fn count(
    at: At<'_>,
    prepared: &Prepared,
    messages: usize,
    submitted: Duration,
    confirmed: Option<Duration>,
    succeeded: bool,
) {
    at.relay.activity().sent(&observe::Sent {
        zone: at.chain.zone().clone(),
        payer: at.chain.payer().cloned(),
        messages,
        fee: prepared.fee,
        denom: at.chain.gas_denom().unwrap_or_default(),
        submitted,
        confirmed,
        succeeded,
    });
}

/// Counts what a duty that is in a block has done, and tells it of each of its tasks.
fn count_done(relay: &Relay, duty: &Duty) {
    for mark in duty.marks() {
        if let Mark::Leg(zone, task) | Mark::Owed(zone, task, _) = mark {
            let span = tracing::debug_span!("task", id = %task);
            span.in_scope(|| tracing::debug!(%zone, verb = duty.verb(), "done"));
        }
    }
    match &duty.act {
        Act::Advance { of, .. } => relay.activity().advanced(&duty.on, of),
        Act::ReportFork { of, .. } => relay.activity().fork_reported(&duty.on, of),
        _ => {}
    }
}

/// Ends promises that changed nothing, for a reason that says nothing of the duties.
async fn lose(relay: &Relay, ids: &[u64], error: &ChainError) -> Result<(), RelayError> {
    let reason = error.to_string();
    let now = relay.now();
    let mut ledger = relay.ledger().lock().await;
    Ok(ledger.conclude(ids, &End::Lost { reason }, now)?)
}

/// What a batch that cannot be sent means. A single duty that is refused is put off, longer each time; what is the lane's
/// or the zone's trouble is no duty's.
async fn give_up(
    at: At<'_>,
    batch: &[Work],
    error: ChainError,
    unshown: &mut BTreeSet<RootAt>,
) -> Result<Sent, RelayError> {
    let lasting = matches!(
        error,
        ChainError::Refused { .. } | ChainError::GasLimit { .. } | ChainError::TooLarge { .. }
    );
    if !lasting {
        return Err(error.into());
    }
    for work in batch {
        if let Act::Advance { of, height } = &work.duty.act {
            unshown.insert(RootAt {
                zone: of.clone(),
                header: *height,
            });
        }
        put_off(
            at.relay,
            at.chain.zone(),
            work.duty.clone(),
            error.to_string(),
        )
        .await?;
    }
    Ok(Sent::Over)
}

/// Pauses a duty, and says why.
pub(super) async fn put_off(
    relay: &Relay,
    zone: &ZoneId,
    duty: Duty,
    reason: String,
) -> Result<(), RelayError> {
    tracing::warn!(%zone, %duty, reason, "put off");
    let now = relay.now();
    Ok(relay.ledger().lock().await.put_off(duty, reason, now)?)
}

/// Half as much gas again as was too little. False when there is nothing to add it to.
fn raise(calls: &mut [Call], limit: u64) -> bool {
    let Some(last) = calls.iter_mut().max_by_key(|call| call.spare_gas) else {
        return false;
    };
    last.spare_gas = last.spare_gas.saturating_add(limit / 2);
    limit > 1
}

/// Takes back what is above the operator's limit. False when there is not so much.
fn lower(calls: &mut [Call], excess: u64) -> bool {
    let Some(last) = calls.iter_mut().max_by_key(|call| call.spare_gas) else {
        return false;
    };
    let less = last.spare_gas.checked_sub(excess).filter(|_| excess > 0);
    let enough = less.is_some();
    last.spare_gas = less.unwrap_or(last.spare_gas);
    enough
}

async fn pause(attempt: u32) {
    let doubled = SEQUENCE_PAUSE.saturating_mul(1 << attempt.saturating_sub(1).min(8));
    let chance: f64 = rand::random();
    tokio::time::sleep(doubled.mul_f64(0.5 + chance)).await;
}
