use tessera_lock::state::LegState;
use tessera_primitives::{Hash, Height, Timestamp, ZoneId, ZoneStatus};
use tessera_stake::state::ProposalNumber;

use super::Knowledge;

/// One zone's view of another, as a dashboard shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewReport {
    /// The viewed zone.
    pub of: ZoneId,
    /// The newest header that it was shown; zero while none was seen.
    pub latest: Height,
    /// When it expires unless it is advanced.
    pub expires: Timestamp,
    /// How it stands now, by the time of the zone that holds it.
    pub status: ZoneStatus,
    /// How many branches were admitted.
    pub branch: u32,
    /// The fork that waits for a branch to be admitted.
    pub open_fork: Option<Height>,
}

/// What waits on one zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Legs that have not ended.
    pub open: usize,
    /// The lowest height at which one of them was registered.
    pub oldest: Option<Height>,
    /// The nearest deadline of those that wait to be committed.
    pub deadline: Option<Height>,
}

impl Knowledge {
    /// The served zones.
    pub fn zones(&self) -> impl Iterator<Item = &ZoneId> {
        self.zones.keys()
    }

    /// Time of a zone's newest observed block.
    pub fn time(&self, zone: &ZoneId) -> Option<Timestamp> {
        self.zones.get(zone).map(|zone| zone.time)
    }

    /// The views that a zone holds of others.
    pub fn views(&self, on: &ZoneId) -> Vec<ViewReport> {
        let Some(zone) = self.zones.get(on) else {
            return Vec::new();
        };
        let views = zone.views.iter().map(|(of, view)| ViewReport {
            of: of.clone(),
            latest: view.latest,
            expires: view
                .latest_time
                .plus(view.trusting_period)
                .unwrap_or(Timestamp(u64::MAX)),
            status: view.status(zone.time),
            branch: view.branch,
            open_fork: view.open_fork(),
        });
        views.collect()
    }

    /// Whether a zone's stake-pool is pushed along.
    pub fn pushes(&self, on: &ZoneId) -> bool {
        self.policy.pools.contains(on)
    }

    /// The number below that of the first proposal which may not have ended; none while nothing is known.
    pub fn settled_proposals(&self, on: &ZoneId) -> Option<ProposalNumber> {
        let pool = self.zones.get(on)?.pool.as_ref()?;
        let first = pool.proposals.first().map(|first| first.number);
        first.unwrap_or(pool.next_proposal).checked_sub(1)
    }

    /// What waits on a zone. Costs a look at every open task.
    pub fn backlog(&self, on: &ZoneId) -> Backlog {
        let mut backlog = Backlog::default();
        for open in self.tasks.values() {
            let legs = open.task.legs.iter().zip(&open.legs);
            for (leg, known) in legs.filter(|(leg, _)| leg.zone == *on) {
                let Some(state) = known.state().filter(|state| !super::is_final(*state)) else {
                    continue;
                };
                backlog.open = backlog.open.saturating_add(1);
                let since = known.history.first().map(|(since, _)| *since);
                backlog.oldest = earlier(backlog.oldest, since);
                if state == LegState::Registered {
                    backlog.deadline = earlier(backlog.deadline, Some(leg.deadline));
                }
            }
        }
        backlog
    }

    /// The open tasks whose deadlines are nearest, at most so many, each with the deadline that comes first. Costs a look
    /// at every open task.
    pub fn nearest(&self, limit: usize) -> Vec<(Hash, Height)> {
        let mut tasks: Vec<(u64, Hash, Height)> = Vec::new();
        for (id, open) in &self.tasks {
            let legs = open.task.legs.iter().filter_map(|leg| {
                let height = self.height(&leg.zone)?;
                Some((leg.deadline.0.saturating_sub(height.0), leg.deadline))
            });
            if let Some((left, deadline)) = legs.min() {
                tasks.push((left, *id, deadline));
            }
        }
        tasks.sort_unstable();
        let tasks = tasks.into_iter().take(limit);
        tasks.map(|(_, id, deadline)| (id, deadline)).collect()
    }
}

fn earlier(a: Option<Height>, b: Option<Height>) -> Option<Height> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}
