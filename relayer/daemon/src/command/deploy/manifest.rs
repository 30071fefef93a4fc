use std::{fs, path::Path};

use anyhow::{ensure, Context};
use serde::Deserialize;
use tessera_contract_api::transaction_lock::Settings;
use tessera_primitives::{Address, Amount, Asset, Denom, ZoneId};
use tessera_view::state::Params;

/// What is to be deployed. Every zone views every other, and every lock believes every other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct Manifest {
    pub(in crate::command) zones: Vec<ZoneManifest>,
}

/// One zone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct ZoneManifest {
    pub(in crate::command) id: ZoneId,
    /// The signing account unless told.
    pub(in crate::command) owner: Option<Address>,
    pub(in crate::command) guardian: Option<Address>,
    /// How the other zones view this one.
    pub(in crate::command) viewed: Params,
    pub(in crate::command) views: Views,
    pub(in crate::command) locks: Locks,
}

/// The zone's chain-view.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct Views {
    pub(in crate::command) reserve_denom: Denom,
    /// What each view starts with, to pay those who advance it.
    #[serde(default)]
    pub(in crate::command) reserve: Amount,
}

/// The zone's transaction-lock.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct Locks {
    pub(in crate::command) settings: Settings,
    #[serde(default)]
    pub(in crate::command) caps: Vec<Cap>,
    /// Lockable contracts of the zone that legs may call.
    #[serde(default)]
    pub(in crate::command) targets: Vec<Address>,
}

/// What may be at risk from another zone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct Cap {
    pub(in crate::command) zone: ZoneId,
    pub(in crate::command) asset: Asset,
    pub(in crate::command) max: Amount,
}

impl Manifest {
    pub(in crate::command) fn load(path: &Path) -> anyhow::Result<Manifest> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let manifest: Manifest =
            toml::from_str(&text).with_context(|| path.display().to_string())?;
        let known = |id: &ZoneId| manifest.zones.iter().filter(|zone| zone.id == *id).count();
        for zone in &manifest.zones {
            let refused = |what: &str| format!("{}: {}: {what}", path.display(), zone.id);
            zone.viewed.check().with_context(|| refused("viewed"))?;
            let settings = zone.locks.settings.clone();
            tessera_lock::state::Parameters::from(settings)
                .check()
                .with_context(|| refused("locks.settings"))?;
            ensure!(known(&zone.id) == 1, refused("the manifest has it twice"));
            for cap in &zone.locks.caps {
                let other = cap.zone != zone.id && known(&cap.zone) == 1;
                let told = format!(
                    "a cap is against {}, no other zone of the manifest",
                    cap.zone
                );
                ensure!(other, refused(&told));
            }
        }
        Ok(manifest)
    }
}
