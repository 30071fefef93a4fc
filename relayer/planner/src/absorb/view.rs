use tessera_primitives::{Fork, Hash, Height, Timestamp, ZoneId};
use tessera_view::event::Event;

use super::{changed, header};
use crate::{
    knowledge::{Grounds, Knowledge, Stored, Viewed},
    Mark,
};

/// Takes in what the chain-view of zone `on` said at its height `at`.
pub(super) fn absorb(knowledge: &mut Knowledge, on: &ZoneId, at: Height, event: Event) {
    let of = subject(&event).clone();
    let served = knowledge.zones.contains_key(&of);
    let Some(zone) = knowledge.zones.get_mut(on) else {
        return;
    };
    let now = zone.time;
    let view = zone.views.entry(of.clone()).or_default();
    take(view, at, now, &event);
    // Headers of a zone whose node we do not ask cannot be compared.
    if let (true, Some((height, grounds, hash))) = (served, claim(&event)) {
        view.claim(height, grounds, hash);
    }
    match event {
        Event::ForkReported { .. } => {
            changed(knowledge, &Mark::Fork(on.clone(), of.clone()));
            header::forget(knowledge, &of);
        }
        Event::BranchAdmitted { .. } => {
            changed(knowledge, &Mark::View(on.clone(), of.clone()));
            header::begin_branch(knowledge, on, &of);
        }
        Event::Pruned { .. } | Event::HeaderDenied { .. } => {
            changed(knowledge, &Mark::Roots(on.clone(), of));
        }
        _ => changed(knowledge, &Mark::View(on.clone(), of)),
    }
}

fn subject(event: &Event) -> &ZoneId {
    match event {
        Event::ZoneRegistered { zone, .. }
        | Event::Funded { zone, .. }
        | Event::Advanced { zone, .. }
        | Event::HeaderKnown { zone, .. }
        | Event::HeaderDenied { zone, .. }
        | Event::ForkReported { zone, .. }
        | Event::BranchAdmitted { zone, .. }
        | Event::Renewed { zone, .. }
        | Event::Closing { zone, .. }
        | Event::Closed { zone, .. }
        | Event::Pruned { zone, .. } => zone,
    }
}

/// What it says of a header of the viewed zone.
fn claim(event: &Event) -> Option<(Height, Grounds, Hash)> {
    match event {
        Event::Advanced { height, hash, .. } => Some((*height, Grounds::Signed, *hash)),
        Event::ZoneRegistered { height, hash, .. }
        | Event::Renewed { height, hash, .. }
        | Event::BranchAdmitted { height, hash, .. } => Some((*height, Grounds::Vouched, *hash)),
        Event::Funded { .. }
        | Event::HeaderKnown { .. }
        | Event::HeaderDenied { .. }
        | Event::ForkReported { .. }
        | Event::Closing { .. }
        | Event::Closed { .. }
        | Event::Pruned { .. } => None,
    }
}

fn take(view: &mut Viewed, at: Height, now: Timestamp, event: &Event) {
    match event {
        Event::ZoneRegistered {
            height, hash, time, ..
        }
        | Event::Renewed {
            height, hash, time, ..
        } => view.newest(*height, *hash, *time, view.branch),
        Event::Advanced {
            height,
            hash,
            time,
            branch,
            ..
        } => view.newest(*height, *hash, *time, *branch),
        Event::ForkReported {
            branch,
            fork,
            exact,
            ..
        } => {
            let known = view.fork_of(*branch);
            view.forked(Fork {
                branch: *branch,
                height: *fork,
                exact: *exact,
                first_report: known.map_or(at, |known| known.first_report),
            });
            view.orphan = exact.then_some(*fork);
        }
        Event::BranchAdmitted {
            branch,
            height,
            hash,
            time,
            fork,
            exact,
            ..
        } => {
            // Which leaves the fork before it as its owner has confirmed it.
            if let Some(settled) = view.fork_of(view.branch) {
                view.forked(Fork {
                    height: *fork,
                    exact: *exact,
                    ..settled
                });
            }
            view.branch = *branch;
            view.admitted = *height;
            view.astray = None;
            view.newest(*height, *hash, *time, *branch);
        }
        Event::HeaderDenied { height, .. } => {
            view.roots.remove(height);
            view.claims.remove(height);
        }
        Event::Closing { at, until, .. } => {
            (view.closing, view.until) = (Some(*at), Some(*until));
        }
        Event::Closed { last, .. } => view.last = Some(*last),
        Event::Pruned { .. } => {
            // Which ones is not said: those that may be gone are no longer counted on.
            let (latest, period) = (view.latest, view.trusting_period);
            view.roots
                .retain(|height, root| *height == latest || now.since(root.time) < period);
        }
        Event::Funded { .. } | Event::HeaderKnown { .. } => {}
    }
}

impl Viewed {
    fn forked(&mut self, fork: Fork) {
        match fork.branch {
            0 => self.fork = Some(fork),
            _ => self.branch_fork = Some(fork),
        }
    }

    fn newest(&mut self, height: Height, hash: Hash, time: Timestamp, branch: u32) {
        self.roots.insert(height, Stored { hash, time, branch });
        if height >= self.latest {
            self.latest = height;
            self.latest_time = time;
        }
    }
}
