//! From a signed transaction to what became of it. A node that does not answer leaves its fate unknown: then the same
//! bytes, which can be included once only, are offered again, and nothing else is signed before it is known.

use std::time::{Duration, Instant};

use tendermint::abci::{types::ExecTxResult, Event};
use tessera_primitives::{Address, Hash, Height, ZoneId};

use super::{
    fault::{Fault, Trouble},
    lane::{Flight, Place, State},
    node::Objection,
    pool::Unserved,
    ChainError, Included, Offered, Prepared, Wasmd,
};

/// How often it is asked whether a transaction is in a block.
const POLL: Duration = Duration::from_millis(200);
/// Every so many polls the account is asked whether another transaction took the place.
const OVERTAKEN_AFTER: u32 = 10;
/// For how long nodes may all be away before whoever waits is told.
const PATIENCE: Duration = Duration::from_secs(60);

/// What became of a transaction that is in a block.
pub struct Outcome {
    zone: ZoneId,
    /// Where it is.
    pub included: Included,
    events: Vec<Event>,
}

impl Outcome {
    /// The number of the code that it stored.
    ///
    /// # Errors
    /// [`ChainError::Malformed`] when it stored none.
    pub fn code_id(&self) -> Result<u64, ChainError> {
        let code = self.attribute("store_code", "code_id")?;
        let wrong = |error| ChainError::malformed(&self.zone, "code id", error);
        code.parse().map_err(wrong)
    }

    /// The address of the contract that it made.
    ///
    /// # Errors
    /// [`ChainError::Malformed`] when it made none.
    pub fn contract(&self) -> Result<Address, ChainError> {
        let address = self.attribute("instantiate", "_contract_address")?;
        let wrong = |error| ChainError::malformed(&self.zone, "contract address", error);
        Address::new(address).map_err(wrong)
    }

    fn attribute(&self, kind: &str, key: &str) -> Result<String, ChainError> {
        let events = self.events.iter().filter(|event| event.kind == kind);
        let mut named = events
            .flat_map(|event| &event.attributes)
            .filter(|attribute| attribute.key_str().is_ok_and(|found| found == key));
        let value = named.next().and_then(|found| found.value_str().ok());
        value.map(String::from).ok_or_else(|| {
            let reason = format!("no {kind} event with {key}");
            ChainError::malformed(&self.zone, "transaction result", reason)
        })
    }
}

/// What one look at the chain shows of a transaction.
enum Look {
    Included(Height, ExecTxResult),
    /// In no block up to this height.
    Absent(Height),
}

impl Wasmd {
    /// Hands a signed transaction to the lane's node, and to others where that one does not say what it did with it.
    ///
    /// # Errors
    /// With what a node says: it was not taken.
    pub(super) async fn hand_in(&self, prepared: &Prepared) -> Result<Offered, ChainError> {
        let mut state = self.state().await?;
        let signed = state
            .signed
            .take()
            .filter(|signed| signed.hash == prepared.hash);
        let sequence = signed.map(|signed| signed.sequence);
        let answer = self.put(&mut state, &prepared.bytes).await;
        let next = sequence.map(|sequence| sequence.saturating_add(1));
        match answer {
            Ok(Ok(())) => {
                match (state.place.as_mut(), next) {
                    (Some(place), Some(next)) => place.sequence = place.sequence.max(next),
                    _ => state.place = None,
                }
                self.take_off(&mut state, prepared, sequence, false);
                Ok(Offered::Queued)
            }
            Ok(Err(objection)) => {
                self.correct(&mut state, &objection);
                let error = self.refused(objection);
                if matches!(error, ChainError::Underpriced { .. }) {
                    self.forget_price().await;
                }
                Err(error)
            }
            Err(Trouble::Lacks(reason)) if reason.to_lowercase().contains("too large") => {
                Err(ChainError::TooLarge {
                    zone: self.id().clone(),
                    actual: prepared.bytes.len(),
                    limit: prepared.bytes.len().saturating_sub(1),
                })
            }
            Err(Trouble::Lacks(reason)) => Err(self.turned_away(reason)),
            Err(Trouble::Fault(fault @ (Fault::Full | Fault::Limited { .. }))) => {
                Err(self.turned_away(fault.to_string()))
            }
            Err(Trouble::Fault(fault)) => {
                tracing::warn!(zone = %self.id(), transaction = %prepared.hash, %fault, "whether it was taken is not known");
                self.take_off(&mut state, prepared, sequence, true);
                Ok(Offered::Unknown)
            }
        }
    }

    /// Puts bytes into the mempool of the lane's node; where that does not say what it did, of the others.
    async fn put(&self, state: &mut State, bytes: &[u8]) -> Result<Result<(), Objection>, Trouble> {
        let pool = self.pool();
        let first = state.node.or_else(|| pool.choose(&[])).unwrap_or_default();
        let put = |node: std::sync::Arc<super::node::Node>| async move {
            node.broadcast(bytes.to_vec()).await
        };
        let answer = pool.on(first, put).await;
        let lost = matches!(&answer, Err(Trouble::Fault(fault)) if !matches!(fault, Fault::Full | Fault::Limited { .. }));
        if !lost {
            return answer;
        }
        // The same bytes elsewhere can double nothing. Only a yes settles it: what another node refuses the first one
        // may have taken.
        let mut tried = vec![first];
        while let Some(index) = pool.choose(&tried) {
            if let Ok(Ok(())) = pool.on(index, put).await {
                state.node = Some(index);
                return Ok(Ok(()));
            }
            tried.push(index);
        }
        answer
    }

    fn take_off(
        &self,
        state: &mut State,
        prepared: &Prepared,
        sequence: Option<u64>,
        unknown: bool,
    ) {
        if let Some(sequence) = sequence {
            state.flights.push(Flight {
                hash: prepared.hash,
                sequence,
                until: prepared.until,
                bytes: prepared.bytes.clone(),
                unknown,
            });
        }
        if unknown {
            state.place = None;
        }
    }

    /// Uses the sequence that a refusal names; without one the place is asked for anew.
    fn correct(&self, state: &mut State, objection: &Objection) {
        let expected = objection.expected_sequence();
        state.place = match (expected, state.place) {
            (Some(sequence), Some(place)) => Some(Place { sequence, ..place }),
            _ => None,
        };
    }

    fn turned_away(&self, reason: String) -> ChainError {
        ChainError::Busy {
            zone: self.id().clone(),
            reason,
        }
    }

    /// Waits for the transaction of this lane whose fate is unknown, if there is one.
    pub(super) async fn resolve(&self, state: &mut State) -> Result<(), ChainError> {
        while let Some(flight) = state.unknown().cloned() {
            let ended = self.follow(flight.hash, flight.until, Some(&flight)).await;
            match ended {
                Ok(_) | Err(ChainError::Refused { .. } | ChainError::TimedOut { .. }) => {}
                Err(error @ ChainError::Missing { .. }) => {
                    // No node has these blocks any more: nothing more can be learnt, and nothing can be included.
                    tracing::warn!(zone = %self.id(), transaction = %flight.hash, %error, "its fate stays unknown");
                }
                Err(error) => return Err(error),
            }
            state.land(flight.hash);
            state.place = None;
        }
        Ok(())
    }

    /// Waits until a transaction is in a block, or can no longer be.
    ///
    /// # Errors
    /// [`ChainError::Refused`] when it failed in its block or another took its place, [`ChainError::TimedOut`];
    /// anything else leaves it unknown.
    pub async fn outcome(&self, transaction: Hash, until: Height) -> Result<Outcome, ChainError> {
        let flight = match &self.lane {
            Some(lane) => lane.state.lock().await.flight(transaction).cloned(),
            None => None,
        };
        let ended = self.follow(transaction, until, flight.as_ref()).await;
        if let Some(lane) = &self.lane {
            let mut state = lane.state.lock().await;
            match &ended {
                Ok(_) => state.land(transaction),
                Err(ChainError::Refused { .. } | ChainError::TimedOut { .. }) => {
                    state.land(transaction);
                    state.place = None;
                }
                // Before anything else is signed it must be known.
                Err(_) => state.lose_sight(transaction),
            }
        }
        ended
    }

    async fn follow(
        &self,
        hash: Hash,
        until: Height,
        flight: Option<&Flight>,
    ) -> Result<Outcome, ChainError> {
        let start = until.0.saturating_sub(self.settings().timeout_blocks);
        let mut scanned = Height(start);
        let mut heard = Instant::now();
        let mut polls: u32 = 0;
        loop {
            match self.look(hash, until, &mut scanned).await {
                Ok(Look::Included(height, result)) => return self.landed(hash, height, result),
                Ok(Look::Absent(tip)) if tip > until => {
                    return Err(ChainError::TimedOut {
                        zone: self.id().clone(),
                        transaction: hash,
                        until,
                    });
                }
                Ok(Look::Absent(_)) => {
                    heard = Instant::now();
                    polls = polls.saturating_add(1);
                    if let (Some(flight), 0) = (flight, polls % OVERTAKEN_AFTER) {
                        self.press(flight, &mut scanned).await?;
                    }
                }
                Err(error) if heard.elapsed() > PATIENCE => return Err(error),
                Err(_) => {}
            }
            tokio::time::sleep(POLL).await;
        }
    }

    fn landed(
        &self,
        hash: Hash,
        height: Height,
        result: ExecTxResult,
    ) -> Result<Outcome, ChainError> {
        if let Some(objection) = Objection::of(&result) {
            return Err(self.objection(objection));
        }
        let included = Included {
            height,
            hash,
            gas_used: u64::try_from(result.gas_used).unwrap_or_default(),
        };
        Ok(Outcome {
            zone: self.id().clone(),
            included,
            events: result.events,
        })
    }

    /// Looks for a transaction by its hash. Its index may lag or be switched off: that it is in no block is believed of the
    /// blocks alone.
    async fn look(
        &self,
        hash: Hash,
        until: Height,
        scanned: &mut Height,
    ) -> Result<Look, ChainError> {
        let pool = self.pool();
        let tip = super::Chain::tip(self).await?;
        let found = pool
            .with(None, |node| async move { node.transaction(hash).await })
            .await;
        match found {
            Ok(Some(found)) => {
                let height = Height(found.height.value());
                return Ok(Look::Included(height, found.tx_result));
            }
            Ok(None) if tip <= until => return Ok(Look::Absent(tip)),
            Ok(None) | Err(Unserved::Lacking { .. }) => {}
            Err(unserved) => return Err(unserved.error(self.id(), "transaction")),
        }
        self.scan(hash, tip.min(until), tip, scanned).await
    }

    /// Reads the blocks above `scanned` up to a height.
    async fn scan(
        &self,
        hash: Hash,
        to: Height,
        tip: Height,
        scanned: &mut Height,
    ) -> Result<Look, ChainError> {
        let pool = self.pool();
        while *scanned < to {
            let height = Height(scanned.0.saturating_add(1));
            let hashes = pool
                .with(Some(height), |node| async move {
                    node.transactions(height).await
                })
                .await;
            let hashes = hashes.map_err(|unserved| unserved.at(self.id(), "block", height))?;
            if let Some(index) = hashes.iter().position(|found| *found == hash) {
                let result = pool
                    .with(Some(height), |node| async move {
                        node.result(height, index).await
                    })
                    .await;
                let result = result.map_err(|e| e.at(self.id(), "block results", height))?;
                return Ok(Look::Included(height, result));
            }
            *scanned = height;
        }
        Ok(Look::Absent(tip))
    }

    /// What is done for a transaction that takes long: offered again when nobody took it for sure, given up when another
    /// one has its sequence.
    async fn press(&self, flight: &Flight, scanned: &mut Height) -> Result<(), ChainError> {
        let account = &self.lane()?.account;
        let pool = self.pool();
        // Of one node: the place first, so that whatever used it is in a block up to the tip.
        let seen = pool
            .with(None, |node| async move {
                Ok((node.place(account).await?, node.tip().await?))
            })
            .await;
        if let Ok((Ok(place), tip)) = seen {
            if place.sequence > flight.sequence {
                let to = tip.min(flight.until);
                return match self.scan(flight.hash, to, tip, scanned).await {
                    // The next look finds it.
                    Ok(Look::Included(..)) | Err(_) => Ok(()),
                    Ok(Look::Absent(_)) => Err(self.overtaken(flight.sequence)),
                };
            }
        }
        if flight.unknown {
            let bytes = flight.bytes.as_slice();
            let offered = pool
                .with(
                    None,
                    |node| async move { node.broadcast(bytes.to_vec()).await },
                )
                .await;
            tracing::debug!(zone = %self.id(), transaction = %flight.hash, ?offered, "offered again");
        }
        Ok(())
    }
}
