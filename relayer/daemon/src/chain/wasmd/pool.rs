//! The nodes of one zone: who is asked, who is left in peace, who comes back.

mod round;
mod unserved;

use std::{
    future::Future,
    sync::{
        atomic::{AtomicU64, AtomicUsize, Ordering},
        Arc, Mutex, MutexGuard, PoisonError,
    },
    time::{Duration, Instant},
};

use tessera_primitives::{Height, ZoneId};

use super::{
    fault::{Fault, Trouble},
    health::{order, Health, Service, Status, LAG},
    node::{shown, Node},
};
use crate::chain::ChainError;

pub(super) use unserved::Unserved;

/// The nodes of one zone.
pub(super) struct Pool {
    zone: ZoneId,
    nodes: Vec<Arc<Node>>,
    healths: Mutex<Vec<Health>>,
    preferred: AtomicUsize,
    /// When the last round of probes began.
    round: Mutex<Option<Instant>>,
    /// The tip that was told last: what is decided may rest on blocks up to it.
    told: AtomicU64,
}

impl Pool {
    /// Nodes at these addresses; nothing is asked yet.
    pub(super) fn new(
        zone: &ZoneId,
        endpoints: &[String],
        timeout: Duration,
    ) -> Result<Arc<Pool>, ChainError> {
        let mut nodes = Vec::new();
        for endpoint in endpoints {
            let node = Node::new(zone, endpoint, timeout)
                .map_err(|reason| unreachable(zone, shown(endpoint), reason))?;
            nodes.push(Arc::new(node));
        }
        if nodes.is_empty() {
            let reason = "no address is configured".into();
            return Err(unreachable(zone, "rpc_addrs".into(), reason));
        }
        Ok(Arc::new(Pool {
            zone: zone.clone(),
            healths: Mutex::new(vec![Health::default(); nodes.len()]),
            nodes,
            preferred: AtomicUsize::new(0),
            round: Mutex::new(None),
            told: AtomicU64::new(0),
        }))
    }

    /// Asks every node whom it serves. Some may be down, not all; none may serve another chain.
    pub(super) async fn check(self: &Arc<Self>) -> Result<(), ChainError> {
        self.probe_all(true).await;
        let now = Instant::now();
        let healths = self.healths().clone();
        let mut faults = Vec::new();
        for (node, health) in self.nodes.iter().zip(&healths) {
            if let (false, Some(fault)) = (health.serves(), health.fault()) {
                if let Fault::WrongChain(actual) = fault {
                    return Err(ChainError::WrongChain {
                        endpoint: node.name.clone(),
                        expected: self.zone.clone(),
                        actual: actual.clone(),
                    });
                }
                faults.push(format!("{}: {fault}", node.name));
            }
        }
        if faults.len() == self.nodes.len() {
            return Err(unreachable(&self.zone, self.names(), faults.join("; ")));
        }
        if let Some(first) = order(&healths, 0, None, now).first() {
            self.preferred.store(*first, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Asks one node after another until one answers.
    pub(super) async fn with<T, F>(
        self: &Arc<Self>,
        needed: Option<Height>,
        act: impl Fn(Arc<Node>) -> F,
    ) -> Result<T, Unserved>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        self.look_around();
        let preferred = self.preferred.load(Ordering::Relaxed);
        let asked = order(&self.healths(), preferred, needed, Instant::now());
        let mut lacking = None;
        let mut faults = Vec::new();
        for index in asked {
            match self.on(index, &act).await {
                Ok(answer) => {
                    if needed.is_none() {
                        self.preferred.store(index, Ordering::Relaxed);
                    }
                    return Ok(answer);
                }
                Err(Trouble::Lacks(reason)) => lacking = lacking.or(Some(reason)),
                Err(Trouble::Fault(fault)) => faults.push((index, fault)),
            }
        }
        Err(match lacking {
            Some(reason) => Unserved::Lacking { reason },
            None => self.down(faults),
        })
    }

    fn down(&self, faults: Vec<(usize, Fault)>) -> Unserved {
        if let [(index, Fault::WrongChain(actual))] = faults.as_slice() {
            return Unserved::WrongChain {
                endpoint: self.name(*index),
                actual: actual.clone(),
            };
        }
        let mut reasons: Vec<String> = faults
            .iter()
            .map(|(index, fault)| format!("{}: {fault}", self.name(*index)))
            .collect();
        if reasons.is_empty() {
            reasons = self.resting();
        }
        Unserved::Down {
            endpoints: self.names(),
            reason: reasons.join("; "),
        }
    }

    /// Why nodes are left in peace.
    pub(super) fn resting(&self) -> Vec<String> {
        let healths = self.healths();
        let resting = self.nodes.iter().zip(healths.iter());
        let resting = resting.filter_map(|(node, health)| {
            let fault = health.fault()?;
            Some(format!("{} rests: {fault}", node.name))
        });
        resting.collect()
    }

    /// Asks one node, and keeps what its answer says of it. A node whose chain was never checked is checked first.
    pub(super) async fn on<T, F>(
        &self,
        index: usize,
        act: impl Fn(Arc<Node>) -> F,
    ) -> Result<T, Trouble>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        let Some(node) = self.nodes.get(index) else {
            return Err(Trouble::Lacks("no such node is configured".into()));
        };
        let unchecked = self.healths().get(index).is_some_and(Health::is_unchecked);
        if unchecked {
            self.probe(index).await?;
        }
        let began = Instant::now();
        let answer = act(node.clone()).await;
        match &answer {
            Ok(_) | Err(Trouble::Lacks(_)) => self.praise(index, began.elapsed()),
            Err(Trouble::Fault(fault)) => self.blame(index, fault.clone()),
        }
        answer
    }

    /// The newest height, from whichever node is read from.
    pub(super) async fn tip(self: &Arc<Self>) -> Result<Height, Unserved> {
        let tip = self
            .with(None, |node| async move { node.tip().await })
            .await?;
        self.told.store(tip.0, Ordering::Relaxed);
        Ok(tip)
    }

    /// The height that was told last.
    pub(super) fn told(&self) -> Height {
        Height(self.told.load(Ordering::Relaxed))
    }

    /// Whether a node is well.
    pub(super) fn serves(&self, index: usize) -> bool {
        self.healths().get(index).is_some_and(Health::serves)
    }

    /// The node that a lane is pinned to next, none of those that it has tried.
    pub(super) fn choose(&self, tried: &[usize]) -> Option<usize> {
        let preferred = self.preferred.load(Ordering::Relaxed);
        let ordered = order(&self.healths(), preferred, None, Instant::now());
        ordered.into_iter().find(|index| !tried.contains(index))
    }

    /// A node's name.
    pub(super) fn name(&self, index: usize) -> String {
        let node = self.nodes.get(index);
        node.map_or_else(String::new, |node| node.name.clone())
    }

    /// All names.
    pub(super) fn names(&self) -> String {
        let names: Vec<&str> = self.nodes.iter().map(|node| node.name.as_str()).collect();
        names.join(", ")
    }

    /// How each node serves.
    pub(super) fn services(&self) -> Vec<Service> {
        let healths = self.healths();
        let known = self.nodes.iter().zip(healths.iter());
        known
            .map(|(node, health)| health.service(&node.name))
            .collect()
    }

    fn praise(&self, index: usize, took: Duration) {
        let was_out = self.change(index, |health| {
            let was_out = !health.serves() && health.fault().is_some();
            health.answered(took);
            was_out
        });
        if was_out == Some(true) {
            tracing::info!(zone = %self.zone, endpoint = self.name(index), "an endpoint serves again");
        }
    }

    /// A node did not serve: it rests.
    pub(super) fn blame(&self, index: usize, fault: Fault) {
        let served = self.change(index, |health| {
            let served = health.serves() || health.fault().is_none();
            health.failed(fault.clone(), Instant::now(), rand::random());
            served
        });
        let (zone, endpoint) = (&self.zone, self.name(index));
        if served == Some(true) {
            tracing::warn!(%zone, endpoint, %fault, "an endpoint does not serve");
        } else {
            tracing::debug!(%zone, endpoint, %fault, "an endpoint still does not serve");
        }
    }

    fn change<T>(&self, index: usize, act: impl FnOnce(&mut Health) -> T) -> Option<T> {
        self.healths().get_mut(index).map(act)
    }

    fn healths(&self) -> MutexGuard<'_, Vec<Health>> {
        // A panic between two changes leaves counts that are off by one at most.
        self.healths.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unreachable(zone: &ZoneId, endpoint: String, reason: String) -> ChainError {
    ChainError::Unreachable {
        zone: zone.clone(),
        endpoint,
        reason,
    }
}
