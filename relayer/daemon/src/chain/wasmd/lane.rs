//! A signing lane: one key, its place in line, and the one node to which both belong. What a node has in its mempool and
//! the sequence that it expects next are one thing, so a lane stays with its node until that fails, and changes only when
//! nothing of its own is under way whose fate is unknown.

use std::{future::Future, sync::Arc};

use cosmrs::proto::cosmwasm::wasm::v1::MsgExecuteContract;
use cosmrs::{proto::cosmos::base::v1beta1::Coin, Any};
use tessera_primitives::{Address, Hash, Height};
use tokio::sync::{Mutex, MutexGuard};

use super::{
    fault::{Fault, Trouble},
    node::Node,
    transaction::any,
    Call, ChainError, Wasmd,
};
use crate::keys::SigningKey;

/// An account's place in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) account_number: u64,
    pub(super) sequence: u64,
}

/// A key, its account here, and what is under way.
pub(super) struct Lane {
    pub(super) key: SigningKey,
    pub(super) account: Address,
    pub(super) state: Mutex<State>,
}

/// What a lane remembers between transactions.
#[derive(Default)]
pub(super) struct State {
    /// The one that it is pinned to.
    pub(super) node: Option<usize>,
    /// The place of the next transaction.
    pub(super) place: Option<Place>,
    /// What was signed last and not offered yet.
    pub(super) signed: Option<Flight>,
    /// What was offered and not seen in a block yet.
    pub(super) flights: Vec<Flight>,
}

/// A transaction that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flight {
    pub(super) hash: Hash,
    pub(super) sequence: u64,
    pub(super) until: Height,
    pub(super) bytes: Vec<u8>,
    /// Whether no node has said that it took or refused it.
    pub(super) unknown: bool,
}

impl State {
    /// The transaction whose fate must be known before the next one is signed.
    pub(super) fn unknown(&self) -> Option<&Flight> {
        self.flights.iter().find(|flight| flight.unknown)
    }

    /// A transaction that was offered.
    pub(super) fn flight(&self, hash: Hash) -> Option<&Flight> {
        self.flights.iter().find(|flight| flight.hash == hash)
    }

    /// Nobody could say what became of it.
    pub(super) fn lose_sight(&mut self, hash: Hash) {
        let mut flights = self.flights.iter_mut();
        if let Some(flight) = flights.find(|flight| flight.hash == hash) {
            flight.unknown = true;
        }
    }

    /// It is over, however it ended.
    pub(super) fn land(&mut self, hash: Hash) {
        self.flights.retain(|flight| flight.hash != hash);
    }
}

impl Wasmd {
    pub(super) fn lane(&self) -> Result<&Lane, ChainError> {
        self.lane.as_ref().ok_or_else(|| ChainError::NoKey {
            zone: self.id().clone(),
        })
    }

    pub(super) async fn state(&self) -> Result<MutexGuard<'_, State>, ChainError> {
        Ok(self.lane()?.state.lock().await)
    }

    /// Asks the lane's own node. While nothing of unknown fate is under way, another takes its place when it fails, and
    /// then the place in line is asked for anew.
    pub(super) async fn on_lane<T, F>(
        &self,
        state: &mut State,
        what: &'static str,
        act: impl Fn(Arc<Node>) -> F,
    ) -> Result<T, ChainError>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        let pool = self.pool();
        let mut tried = Vec::new();
        let mut reasons = Vec::new();
        loop {
            // One that fell behind is left too, unless it has something of this lane in its mempool.
            let stays = |index: &usize| pool.serves(*index) || !state.flights.is_empty();
            let pinned = state.node.filter(|index| !tried.contains(index));
            let pinned = pinned.filter(stays);
            let Some(index) = pinned.or_else(|| pool.choose(&tried)) else {
                if reasons.is_empty() {
                    reasons = pool.resting();
                }
                return Err(ChainError::Unreachable {
                    zone: self.id().clone(),
                    endpoint: pool.names(),
                    reason: reasons.join("; "),
                });
            };
            if state.node != Some(index) {
                if let Some(left) = state.node {
                    let (from, to) = (pool.name(left), pool.name(index));
                    tracing::info!(zone = %self.id(), from, to, "a signing lane changes its node");
                }
                state.node = Some(index);
                state.place = None;
            }
            match pool.on(index, &act).await {
                Ok(answer) => return Ok(answer),
                Err(Trouble::Lacks(reason)) => {
                    return Err(ChainError::malformed(self.id(), what, reason));
                }
                Err(Trouble::Fault(fault)) => {
                    reasons.push(format!("{}: {fault}", pool.name(index)));
                    tried.push(index);
                    if state.unknown().is_some() {
                        return Err(self.stranded(index, &fault));
                    }
                }
            }
        }
    }

    fn stranded(&self, index: usize, fault: &Fault) -> ChainError {
        ChainError::Unreachable {
            zone: self.id().clone(),
            endpoint: self.pool().name(index),
            reason: fault.to_string(),
        }
    }

    /// The place of the next transaction.
    pub(super) async fn place(&self, state: &mut State) -> Result<Place, ChainError> {
        if let Some(place) = state.place {
            return Ok(place);
        }
        let account = &self.lane()?.account;
        let asked = self
            .on_lane(
                state,
                "account",
                |node| async move { node.place(account).await },
            )
            .await?;
        let mut place = asked.map_err(|objection| ChainError::NoMoney {
            zone: self.id().clone(),
            account: account.clone(),
            needed: format!("fees in {}", self.settings().gas.denom),
            reason: objection.reason,
        })?;
        // Committed state does not know yet what this lane has in the mempool.
        let flying = state
            .flights
            .iter()
            .map(|flight| flight.sequence.saturating_add(1));
        place.sequence = flying.fold(place.sequence, u64::max);
        state.place = Some(place);
        Ok(place)
    }
}

/// A call as the SDK writes it: its coins in the order of their denoms.
pub(super) fn execute_message(sender: &Address, call: &Call) -> Any {
    let mut funds: Vec<Coin> = call
        .funds
        .iter()
        .map(|(denom, amount)| Coin {
            denom: denom.clone(),
            amount: amount.to_string(),
        })
        .collect();
    funds.sort_by(|a, b| a.denom.cmp(&b.denom));
    let message = MsgExecuteContract {
        sender: sender.to_string(),
        contract: call.contract.to_string(),
        msg: call.message.clone(),
        funds,
    };
    any("/cosmwasm.wasm.v1.MsgExecuteContract", &message)
}
