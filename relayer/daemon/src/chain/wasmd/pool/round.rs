//! Rounds of probes: this is how nodes come back, and how one that falls behind the others is seen.

use std::{
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use super::{Fault, Pool, Status, Trouble, LAG};

/// How often nodes that are not in use are asked how they are.
const ROUND: Duration = Duration::from_secs(5);

impl Pool {
    /// Starts a round of probes when the last one is long ago: this is how nodes come back, and how one that falls
    /// behind the others is seen.
    pub(super) fn look_around(self: &Arc<Self>) {
        if self.nodes.len() < 2 {
            return;
        }
        let now = Instant::now();
        {
            let mut round = self.round.lock().unwrap_or_else(PoisonError::into_inner);
            if round.is_some_and(|began| now.duration_since(began) < ROUND) {
                return;
            }
            *round = Some(now);
        }
        let pool = self.clone();
        tokio::spawn(async move { pool.probe_all(false).await });
    }

    /// One round: all at once, so that their heights can be compared. Those that rest are asked too where somebody wants to
    /// know.
    pub(in crate::chain::wasmd) async fn probe_all(self: &Arc<Self>, resting_too: bool) {
        *self.round.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let now = Instant::now();
        let mut round = tokio::task::JoinSet::new();
        for index in 0..self.nodes.len() {
            let rests = self
                .healths()
                .get(index)
                .is_some_and(|health| health.rests(now));
            if resting_too || !rests {
                let pool = self.clone();
                round.spawn(async move { (index, pool.probe(index).await) });
            }
        }
        let mut answered = Vec::new();
        while let Some(probed) = round.join_next().await {
            if let Ok((index, Ok(status))) = probed {
                answered.push((index, status));
            }
        }
        self.compare(answered).await;
    }

    /// Whoever is far ahead of all others must show the block; whoever is far behind the rest is stale.
    async fn compare(&self, mut answered: Vec<(usize, Status)>) {
        answered.sort_by_key(|(_, status)| std::cmp::Reverse(status.tip));
        while let [(ahead, status), (_, next), ..] = answered.as_slice() {
            let (ahead, tip) = (*ahead, status.tip);
            if tip.0.saturating_sub(next.tip.0) <= LAG {
                break;
            }
            let Some(node) = self.nodes.get(ahead) else {
                break;
            };
            match node.signed_header(tip).await {
                Ok(_) => break,
                Err(Trouble::Lacks(reason)) => self.blame(ahead, Fault::Boasting { tip, reason }),
                Err(Trouble::Fault(fault)) => {
                    let reason = fault.to_string();
                    self.blame(ahead, Fault::Boasting { tip, reason });
                }
            }
            answered.remove(0);
        }
        let best = answered.first().map(|(_, status)| status.tip.0);
        for (index, status) in answered {
            let behind = best.unwrap_or_default().saturating_sub(status.tip.0);
            if behind > LAG {
                self.blame(index, Fault::Stale { behind });
            } else {
                self.readmit(index);
            }
        }
    }

    /// Asks a node whom it serves and what it has.
    pub(super) async fn probe(&self, index: usize) -> Result<Status, Trouble> {
        let Some(node) = self.nodes.get(index) else {
            return Err(Trouble::Lacks("no such node is configured".into()));
        };
        let status = match node.status().await {
            Ok(status) => status,
            Err(Trouble::Lacks(reason)) => {
                let fault = Fault::Garbled(format!("status: {reason}"));
                self.blame(index, fault.clone());
                return Err(fault.into());
            }
            Err(Trouble::Fault(fault)) => {
                self.blame(index, fault.clone());
                return Err(fault.into());
            }
        };
        let probed = self.change(index, |health| health.probed(status));
        if let Some(Err(fault)) = probed {
            self.blame(index, fault.clone());
            return Err(fault.into());
        }
        Ok(status)
    }

    fn readmit(&self, index: usize) {
        let was_out = self.change(index, |health| {
            let was_out = !health.serves() && health.fault().is_some();
            health.readmit();
            was_out
        });
        if was_out == Some(true) {
            tracing::info!(zone = %self.zone, endpoint = self.name(index), "an endpoint is tried again");
        }
    }
}
