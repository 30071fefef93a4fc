use std::collections::BTreeMap;

use tessera_lock::{
    outcome::{outcome, Outcome, Question},
    state::LegState,
    Settlement, Sighting,
};
use tessera_primitives::{Closing, Fork, Hash, Height, Root, Standing, Timestamp, ZoneStatus};

use super::{Other, Own};
use crate::{
    knowledge::Viewed,
    want::{Class, Need, Verb, Want},
    Brings,
};

/// A committed leg settles when the lock's own rule decides on what could be proven now. Everything that could be shown
/// is put before it, and what it does not need is left out again: a byte costs 13.3 gas.
pub(super) fn want(own: &Own<'_>) -> Option<Want> {
    // Whatever could be shown, the rule waits for it; and thousands may be waiting.
    let waits = own.open.task.settlement == Settlement::AfterDeadlines;
    if waits && own.reached() < own.leg.deadline {
        return None;
    }
    let mut shown: Vec<Shown> = own
        .others()
        .flat_map(|other| candidates(own, &other))
        .collect();
    let decided = judge(own, shown.iter().map(|shown| shown.sighting))?;
    let mut index = 0;
    while index < shown.len() {
        let without = shown
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index);
        if judge(own, without.map(|(_, shown)| shown.sighting)) == Some(decided) {
            shown.remove(index);
        } else {
            index = index.saturating_add(1);
        }
    }
    widen(own, &mut shown, decided);
    Some(Want {
        task: own.id,
        verb: Verb::Settle,
        needs: shown.into_iter().map(|shown| shown.need).collect(),
        brings: match decided {
            Outcome::Keep => Brings::Tx,
            Outcome::Reverse => Brings::Reversal,
            Outcome::Concede => Brings::Nothing,
        },
        urgency: own.urgency(Class::Settling),
    })
}

/// A sighting that could be made, and the headers that would do for it.
#[derive(Clone)]
struct Shown {
    sighting: Sighting,
    need: Need,
    /// The lowest header that says the same, on a zone that never forked.
    from: Height,
}

fn judge(own: &Own<'_>, sightings: impl Iterator<Item = Sighting>) -> Option<Outcome> {
    let question = Question {
        task: &own.open.task,
        own: own.index,
        state: own.known.state()?,
        seen: &own.known.seen,
        height: own.reached(),
        fork_grace: own.zone.served.fork_grace,
    };
    let sightings: Vec<Sighting> = sightings.collect();
    outcome(&question, &sightings).ok()
}

/// Every root of another leg's zone that may say something of its own: the newest, the last within retention, the last
/// below a fork. By header height, each once.
fn candidates(own: &Own<'_>, other: &Other<'_>) -> Vec<Shown> {
    let (Some(view), Some(tip)) = (other.view, other.tip()) else {
        return Vec::new();
    };
    let status = view.status(own.zone.time);
    let open = matches!(status, ZoneStatus::Active | ZoneStatus::Forked);
    let unseen = |height: Height| {
        let state = Height(height.0.saturating_sub(1));
        other.zone.is_some_and(|zone| zone.is_in_gap(state))
    };
    let reachable = |height: Height| {
        let stored = view.roots.get(&height);
        match stored {
            Some(stored) => view.accepts(height, *stored).then_some(stored.branch),
            None => view
                .takes(height, own.zone.time)
                .filter(|_| open && height <= tip),
        }
    };
    let retained = other.leg.retained_until().unwrap_or(Height(u64::MAX));
    let below = |fork: Option<Fork>| fork.map(|fork| Height(fork.height.0.saturating_sub(1)));
    let heights = [
        Some(tip),
        view.newest_good(),
        Some(retained.min(tip)),
        below(view.fork),
        below(view.branch_fork),
    ];
    let mut candidates = BTreeMap::new();
    let known = |height: &Height| height.0 > 1 && !unseen(*height);
    for height in heights.into_iter().flatten().filter(known) {
        if let Some(branch) = reachable(height) {
            let root = root(view, height, branch, own.zone.time);
            candidates.insert(height, see(own, other, root, height, view));
        }
    }
    // The newest first: what is left out again is then the older.
    candidates.into_values().rev().flatten().collect()
}

fn see(
    own: &Own<'_>,
    other: &Other<'_>,
    root: Root,
    header: Height,
    view: &Viewed,
) -> Option<Shown> {
    let mark = other.known.mark_at(root.state_height);
    let plain = view.fork.is_none() && view.closing.is_none();
    let from = match mark.map(|mark| mark.state) {
        Some(LegState::Committed | LegState::Conceded | LegState::Kept) => {
            let since = other.known.since_at(root.state_height)?;
            match own.open.task.settlement {
                Settlement::OnProof => since,
                Settlement::AfterDeadlines => since.max(other.leg.deadline),
            }
        }
        Some(LegState::Rejected | LegState::Reversed) => other.known.since_at(root.state_height)?,
        Some(LegState::Registered | LegState::Lapsed) | None => other.leg.deadline,
    };
    let from = if plain { from.plus(1).ok()? } else { header };
    Some(Shown {
        sighting: Sighting {
            leg: other.index,
            root,
            mark: mark.into(),
        },
        need: Need {
            leg: other.index,
            zone: other.leg.zone.clone(),
            from: header,
            to: header,
            not_before: None,
        },
        from,
    })
}

/// Lets older headers do where the rule decides the same at them, so that stored roots are used and shared.
fn widen(own: &Own<'_>, shown: &mut [Shown], decided: Outcome) {
    for index in 0..shown.len() {
        let mut trial = shown.to_vec();
        let Some(older) = trial.get_mut(index) else {
            continue;
        };
        if older.from >= older.need.to {
            continue;
        }
        let latest = own.zone.views.get(&older.need.zone).map(|view| view.latest);
        older.sighting.root.state_height = Height(older.from.0.saturating_sub(1));
        older.sighting.root.standing.latest = latest.unwrap_or_default();
        let same = judge(own, trial.iter().map(|shown| shown.sighting)) == Some(decided);
        if let (true, Some(shown)) = (same, shown.get_mut(index)) {
            shown.need.from = shown.from;
        }
    }
}

/// The root as the view's contract would answer for it in the next block. Its app hash plays no part in the decision.
fn root(view: &Viewed, header: Height, branch: u32, now: Timestamp) -> Root {
    let status = view.status(now);
    let last = (status == ZoneStatus::Closed)
        .then(|| view.newest_good())
        .flatten();
    Root {
        app_hash: Hash::ZERO,
        state_height: Height(header.0.saturating_sub(1)),
        time: now,
        branch,
        standing: Standing {
            status,
            branch: view.branch,
            fork: view.fork,
            branch_fork: view.branch_fork,
            closing: view.closing.map(|at| Closing { at, last }),
            latest: view.latest.max(header),
        },
        next: None,
    }
}
