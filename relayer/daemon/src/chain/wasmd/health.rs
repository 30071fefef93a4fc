//! What is known of one endpoint's service, and what follows from it. Pure: time and chance are given.
//!
//! ```text
//!              answers                    fault                 rest over, and the probe succeeds
//!   Unproven ──────────► Proven ─────────────────► Resting ──────────────────────────────► Proven,
//!                          ▲                          │                                 failures remembered
//!                          │ each answer forgives one │ fault of the probe: rests for longer
//!                          └──────────────────────────┘
//! ```

use std::time::{Duration, Instant};

use tessera_primitives::Height;

use super::fault::Fault;

/// Blocks by which nodes of one zone may differ: some are always behind, and one address may hide several nodes.
pub const LAG: u64 = 10;

/// First rest after a weakness, and the longest one. Each further fault doubles it.
const WEAK: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// First rest after a lie, and the longest one.
const LIED: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(900));
/// Rest of a node that limits requests and does not say for how long, and the longest that it may ask for.
const LIMITED: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));

/// What a node says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Height of its newest block.
    pub tip: Height,
    /// Height of the oldest block that it has not pruned.
    pub earliest: Height,
}

/// What is known of one endpoint.
#[derive(Clone, Debug, Default)]
pub struct Health {
    latency: Option<Duration>,
    failures: u32,
    rest_until: Option<Instant>,
    fault: Option<Fault>,
    status: Option<Status>,
    proven: bool,
}

/// An endpoint's service as operators read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// `scheme://host:port`.
    pub endpoint: String,
    /// Whether it is asked.
    pub serves: bool,
    /// Mean time of its answers.
    pub latency: Option<Duration>,
    /// Height of its newest block when it was last probed.
    pub tip: Option<Height>,
    /// Height of its oldest block.
    pub earliest: Option<Height>,
    /// Faults that its answers since have not made up for.
    pub failures: u32,
    /// Its last fault.
    pub fault: Option<Fault>,
}

impl Health {
    /// It answered as it should.
    pub fn answered(&mut self, took: Duration) {
        self.proven = true;
        self.rest_until = None;
        self.failures = self.failures.saturating_sub(1);
        let mean = self.latency.unwrap_or(took);
        self.latency = Some(mean.mul_f64(0.875).saturating_add(took.mul_f64(0.125)));
    }

    /// It did not. `chance` from 0 to 1 keeps relayers that lost the same node from coming back at once.
    pub fn failed(&mut self, fault: Fault, now: Instant, chance: f64) {
        self.failures = self.failures.saturating_add(1);
        let doubled = |(first, longest): (Duration, Duration)| {
            let doublings = self.failures.saturating_sub(1).min(16);
            first.saturating_mul(1 << doublings).min(longest)
        };
        let rest = match &fault {
            Fault::Limited { after } => after.unwrap_or(LIMITED.0).clamp(WEAK.0, LIMITED.1),
            fault if fault.is_a_lie() => doubled(LIED),
            _ => doubled(WEAK),
        };
        let rest = rest.mul_f64(1.0 + chance.clamp(0.0, 1.0) / 4.0);
        self.rest_until = now.checked_add(rest);
        self.proven = false;
        self.fault = Some(fault);
    }

    /// A probe succeeded: what it says now, judged by what it said before.
    ///
    /// # Errors
    /// [`Fault::WentBack`].
    pub fn probed(&mut self, status: Status) -> Result<(), Fault> {
        let before = self.status.replace(status).map(|status| status.tip);
        match before {
            Some(from) if from.0.saturating_sub(status.tip.0) > LAG => {
                let to = status.tip;
                Err(Fault::WentBack { from, to })
            }
            _ => Ok(()),
        }
    }

    /// It may be asked again, without having made up for anything.
    pub fn readmit(&mut self) {
        self.proven = true;
        self.rest_until = None;
    }

    /// Whether it is asked before any that rests.
    pub fn serves(&self) -> bool {
        self.proven
    }

    /// Whether it is left in peace.
    pub fn rests(&self, now: Instant) -> bool {
        self.rest_until.is_some_and(|until| now < until)
    }

    /// Whether it must not be asked even where nobody else is left: it said when to come back, or serves another chain.
    pub fn is_out(&self, now: Instant) -> bool {
        let for_good = matches!(
            self.fault,
            Some(Fault::Limited { .. } | Fault::WrongChain(_))
        );
        for_good && self.rests(now)
    }

    /// Whether its chain is still to be checked before anything it says is used.
    pub fn is_unchecked(&self) -> bool {
        self.status.is_none() || (!self.proven && matches!(self.fault, Some(Fault::WrongChain(_))))
    }

    /// Whether it has a height, as far as is known.
    pub fn has(&self, height: Option<Height>) -> bool {
        let earliest = self.status.as_ref().map(|status| status.earliest);
        match (height, earliest) {
            (Some(height), Some(earliest)) => earliest <= height,
            _ => true,
        }
    }

    /// Less is better: the time that an answer takes, worse with every fault that is not made up for.
    pub fn score(&self) -> Duration {
        let latency = self.latency.unwrap_or(Duration::from_millis(100));
        latency.saturating_mul(self.failures.saturating_add(1))
    }

    /// Its last fault.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// For operators.
    pub fn service(&self, endpoint: &str) -> Service {
        Service {
            endpoint: endpoint.into(),
            serves: self.proven,
            latency: self.latency,
            tip: self.status.as_ref().map(|status| status.tip),
            earliest: self.status.as_ref().map(|status| status.earliest),
            failures: self.failures,
            fault: self.fault.clone(),
        }
    }
}

/// In which order nodes are asked. The one that served last stays first unless it got much worse than the best: what is
/// read from one node fits together.
pub fn order(
    healths: &[Health],
    preferred: usize,
    needed: Option<Height>,
    now: Instant,
) -> Vec<usize> {
    let serving = healths
        .iter()
        .filter(|health| health.serves() && health.has(needed));
    let best = serving.map(Health::score).min().unwrap_or_default();
    let bearable = best
        .saturating_mul(3)
        .saturating_add(Duration::from_millis(50));
    let mut ranked: Vec<(usize, &Health)> = healths
        .iter()
        .enumerate()
        .filter(|(_, health)| !health.is_out(now))
        .collect();
    ranked.sort_by_key(|(index, health)| {
        let stays = *index == preferred && health.score() <= bearable;
        let tier = (!health.has(needed), !health.serves(), health.rests(now));
        (tier, !stays, health.score(), *index)
    });
    ranked.into_iter().map(|(index, _)| index).collect()
}
