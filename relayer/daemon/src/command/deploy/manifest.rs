use std::{fs, path::Path};

use anyhow::{ensure, Context};
use serde::Deserialize;
use tessera_contract_api::transaction_lock::Settings;
use tessera_primitives::{Address, Amount, Asset, Denom, ZoneId};
use tessera_view::state::Params;

/// What is to be deployed. Every zone views every other, and every lock believes every other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) zones: Vec<ZoneManifest>,
}

/// One zone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ZoneManifest {
    pub(super) id: ZoneId,
    /// The signing account unless told.
    pub(super) owner: Option<Address>,
    pub(super) guardian: Option<Address>,
    /// How the other zones view this one.
    pub(super) viewed: Params,
    pub(super) views: Views,
    pub(super) locks: Locks,
}

/// The zone's chain-view.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Views {
    pub(super) reserve_denom: Denom,
    /// What each view starts with, to pay those who advance it.
    #[serde(default)]
    pub(super) reserve: Amount,
}

/// The zone's transaction-lock.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Locks {
    pub(super) settings: Settings,
    #[serde(default)]
    pub(super) caps: Vec<Cap>,
    /// Lockable contracts of the zone that legs may call.
    #[serde(default)]
    pub(super) targets: Vec<Address>,
}

/// What may be at risk from another zone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cap {
    pub(super) zone: ZoneId,
    pub(super) asset: Asset,
    pub(super) max: Amount,
}

impl Manifest {
    pub(super) fn load(path: &Path) -> anyhow::Result<Manifest> {
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
