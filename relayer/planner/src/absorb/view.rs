use tessera_primitives::{Fork, Height, Timestamp, ZoneId};
use tessera_view::event::Event;

use super::changed;
use crate::{
    knowledge::{Knowledge, Stored, Viewed},
    Mark,
};

/// Takes in what the chain-view of zone `on` said at its height `at`.
pub(super) fn absorb(knowledge: &mut Knowledge, on: &ZoneId, at: Height, event: Event) {
    let of = subject(&event).clone();
    let now = knowledge
        .zones
        .get(on)
        .map_or(Timestamp(0), |zone| zone.time);
    let Some(zone) = knowledge.zones.get_mut(on) else {
        return;
    };
    let view = zone.views.entry(of.clone()).or_default();
    take(view, at, now, &event);
    match event {
        Event::ForkReported { .. } => changed(knowledge, &Mark::Fork(on.clone(), of)),
        Event::Pruned { .. } => changed(knowledge, &Mark::Roots(on.clone(), of)),
        _ => changed(knowledge, &Mark::View(on.clone(), of)),
    }
}

fn subject(event: &Event) -> &ZoneId {
    match event {
        Event::ZoneRegistered { zone, .. }
        | Event::Funded { zone, .. }
        | Event::Advanced { zone, .. }
        | Event::HeaderKnown { zone, .. }
        | Event::ForkReported { zone, .. }
        | Event::BranchAdmitted { zone, .. }
        | Event::Renewed { zone, .. }
        | Event::Closing { zone, .. }
        | Event::Closed { zone, .. }
        | Event::Pruned { zone, .. } => zone,
    }
}

fn take(view: &mut Viewed, at: Height, now: Timestamp, event: &Event) {
    match event {
        Event::ZoneRegistered { height, time, .. } | Event::Renewed { height, time, .. } => {
            view.newest(*height, *time, view.branch);
        }
        Event::Advanced {
            height,
            time,
            branch,
            ..
        } => view.newest(*height, *time, *branch),
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
        }
        Event::BranchAdmitted {
            branch,
            height,
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
            view.newest(*height, *time, *branch);
        }
        Event::Closing { at, .. } => view.closing = Some(*at),
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

    fn newest(&mut self, height: Height, time: Timestamp, branch: u32) {
        self.roots.insert(height, Stored { time, branch });
        if height >= self.latest {
            self.latest = height;
            self.latest_time = time;
        }
    }
}
