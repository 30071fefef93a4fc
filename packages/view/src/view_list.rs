use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tessera_primitives::ZoneId;

use crate::View;

/// One view a zone (reliable-ibc.txt IV.A): what a node gossips.
///
/// Lists form a lattice: [`ViewList::merge`] is commutative, associative and idempotent, so gossip may deliver them in
/// any order and any number of times. A view is checked by its proof, and connected to ours, before it gets here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ViewList(BTreeMap<ZoneId, View>);

impl ViewList {
    /// The view of a zone.
    pub fn get(&self, zone: &ZoneId) -> Option<&View> {
        self.0.get(zone)
    }

    /// All views, by chain id.
    pub fn views(&self) -> impl Iterator<Item = &View> {
        self.0.values()
    }

    /// Takes a view in where it is newer than ours; says whether anything changed.
    pub fn insert(&mut self, view: View) -> bool {
        match self.0.get(&view.zone) {
            Some(ours) if !newer(&view, ours) => false,
            _ => {
                self.0.insert(view.zone.clone(), view);
                true
            }
        }
    }

    /// Both lists' views, of each zone the newer; says whether anything changed.
    pub fn merge(&mut self, other: &ViewList) -> bool {
        let mut changed = false;
        for view in other.views() {
            changed |= self.insert(view.clone());
        }
        changed
    }
}

/// Higher is newer; between different views of one height, which no honest zone has, any total order will do as long as
/// every node takes the same.
fn newer(view: &View, ours: &View) -> bool {
    (view.height, view) > (ours.height, ours)
}
