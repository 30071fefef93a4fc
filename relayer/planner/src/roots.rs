use std::collections::{BTreeMap, BTreeSet};

use tessera_lock::MAX_BATCH;
use tessera_primitives::{Height, Timestamp, ZoneId, ZoneStatus};

use crate::{
    knowledge::{Knowledge, Zone},
    want::{Need, Urgency, Verb, Want},
    Act, Duty, Item, Mark, RootAt, Sight,
};

/// Turns what the legs of one zone want into duties: views are advanced where a proof needs it, each zone is proven at
/// one root wherever that serves, and tasks that share roots share a message.
pub(crate) fn batch(
    knowledge: &Knowledge,
    zone: &Zone,
    mut wants: Vec<Want>,
    now: Timestamp,
) -> Vec<(Urgency, Duty)> {
    wants.sort_by_key(|want| want.urgency);
    let chooser = Chooser::new(knowledge, zone, &wants, now);
    let mut batches: Vec<Batch> = Vec::new();
    for want in wants {
        let Some(item) = chooser.item(&want) else {
            continue;
        };
        let fits = batches
            .iter_mut()
            .find(|batch| batch.fits(want.verb, &item));
        match fits {
            Some(batch) => batch.items.push(item),
            None => batches.push(Batch {
                verb: want.verb,
                urgency: want.urgency,
                items: vec![item],
            }),
        }
    }
    let mut duties = Vec::new();
    let mut shown = BTreeSet::new();
    for batch in batches {
        let urgency = batch.urgency;
        for act in batch.acts() {
            let on = zone.served.zone.clone();
            let duty = Duty { on, act };
            for root in duty.roots() {
                if !chooser.is_stored(root) && shown.insert(root.clone()) {
                    let on = duty.on.clone();
                    let (of, height) = (root.zone.clone(), root.header);
                    let act = Act::Advance { of, height };
                    duties.push((urgency, Duty { on, act }));
                }
            }
            duties.push((urgency, duty));
        }
    }
    duties
}

/// Picks headers for proofs on one zone.
struct Chooser<'a> {
    knowledge: &'a Knowledge,
    zone: &'a Zone,
    now: Timestamp,
    /// Zones whose newest header is needed anyway: then it serves every proof that it can serve.
    newest: BTreeMap<ZoneId, Height>,
}

impl<'a> Chooser<'a> {
    fn new(knowledge: &'a Knowledge, zone: &'a Zone, wants: &[Want], now: Timestamp) -> Self {
        let mut chooser = Chooser {
            knowledge,
            zone,
            now,
            newest: BTreeMap::new(),
        };
        for need in wants.iter().flat_map(|want| &want.needs) {
            let tip = knowledge.zones.get(&need.zone).map(|zone| zone.height);
            let tip = tip.filter(|tip| need.from <= *tip && *tip <= need.to);
            if let (Some(tip), None) = (tip, chooser.stored(need)) {
                if chooser.may_show(&need.zone, tip) {
                    chooser.newest.insert(need.zone.clone(), tip);
                }
            }
        }
        chooser
    }

    fn item(&self, want: &Want) -> Option<Item> {
        let sights = want.needs.iter().map(|need| {
            Some(Sight {
                leg: need.leg,
                root: RootAt {
                    zone: need.zone.clone(),
                    header: self.choose(need)?,
                },
            })
        });
        Some(Item {
            task: want.task,
            sights: sights.collect::<Option<_>>()?,
            brings: want.brings,
        })
    }

    /// The newest header if it is needed anyway, or one that is stored, or one that must be shown first.
    fn choose(&self, need: &Need) -> Option<Height> {
        let within = |height: &Height| need.from <= *height && *height <= need.to;
        let newest = self.newest.get(&need.zone).copied().filter(within);
        newest.or_else(|| self.stored(need)).or_else(|| {
            let tip = self.knowledge.zones.get(&need.zone)?.height;
            let height = tip.min(need.to);
            (height >= need.from && self.may_show(&need.zone, height)).then_some(height)
        })
    }

    /// The newest stored root that proves it.
    fn stored(&self, need: &Need) -> Option<Height> {
        let view = self.zone.views.get(&need.zone)?;
        let mut range = view.roots.range(need.from..=need.to.max(need.from)).rev();
        let good = range.find(|(height, stored)| {
            let fresh = need
                .not_before
                .is_none_or(|earliest| stored.time >= earliest);
            view.accepts(**height, **stored) && fresh
        });
        good.map(|(height, _)| *height)
    }

    fn is_stored(&self, root: &RootAt) -> bool {
        let view = self.zone.views.get(&root.zone);
        view.is_some_and(|view| view.roots.contains_key(&root.header))
    }

    /// Whether this zone would take a header of that height now.
    fn may_show(&self, of: &ZoneId, height: Height) -> bool {
        let Some(view) = self.zone.views.get(of) else {
            return false;
        };
        let mark = Mark::View(self.zone.served.zone.clone(), of.clone());
        let status = view.status(self.zone.time);
        matches!(status, ZoneStatus::Active | ZoneStatus::Forked)
            && view.takes(height, self.zone.time).is_some()
            && self.knowledge.is_free(&mark, self.now)
    }
}

/// Tasks that go into one message.
struct Batch {
    verb: Verb,
    items: Vec<Item>,
    urgency: Urgency,
}

impl Batch {
    /// Whether an item proves every zone that it shares with the batch at the same roots.
    fn fits(&self, verb: Verb, item: &Item) -> bool {
        if self.verb != verb || verb == Verb::Reject || self.items.len() >= MAX_BATCH {
            return false;
        }
        let of = |items: &[Item], zone: &ZoneId| -> BTreeSet<Height> {
            let sights = items.iter().flat_map(|item| &item.sights);
            sights
                .filter(|sight| sight.root.zone == *zone)
                .map(|sight| sight.root.header)
                .collect()
        };
        item.sights.iter().all(|sight| {
            let zone = &sight.root.zone;
            let ours = of(&self.items, zone);
            ours.is_empty() || ours == of(std::slice::from_ref(item), zone)
        })
    }

    fn acts(self) -> Vec<Act> {
        let items = self.items;
        match self.verb {
            Verb::Commit => vec![Act::Commit { items }],
            Verb::Settle => vec![Act::Settle { items }],
            Verb::Reject => items.into_iter().map(|item| Act::Reject { item }).collect(),
        }
    }
}
