use std::{
    collections::BTreeMap,
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use tessera_primitives::{Address, Hash, Height, ZoneId};

use crate::document;

/// The deployment file: what has been done. It is written after every step, beside and moved, so that a reader never
/// sees half of it.
#[derive(Debug)]
pub(in crate::command) struct Record {
    path: PathBuf,
    zones: BTreeMap<ZoneId, DeployedZone>,
}

/// What has been done on one zone.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::command) struct DeployedZone {
    /// Height below which none of our contracts existed.
    pub(in crate::command) start_height: Option<Height>,
    pub(in crate::command) contracts: BTreeMap<String, Deployed>,
}

/// A contract.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::command) struct Deployed {
    pub(in crate::command) code_id: Option<u64>,
    pub(in crate::command) code_hash: Option<Hash>,
    pub(in crate::command) address: Option<Address>,
    /// The transaction that was signed for the next of these, written down before it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::command) pending: Option<Pending>,
}

/// A transaction of which it is not known yet what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct Pending {
    pub(in crate::command) transaction: Hash,
    /// No block above this height can include it.
    pub(in crate::command) until: Height,
}

impl Record {
    pub(in crate::command) fn load(path: &Path) -> anyhow::Result<Record> {
        let zones = match document::text(path) {
            Ok(text) => document::json(&text).map_err(|reason| {
                let path = path.display();
                anyhow::anyhow!(
                    "{path} is no deployment file, name the right one by --deployment: {reason}"
                )
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        let path = path.into();
        Ok(Record { path, zones })
    }

    pub(in crate::command) fn zones(&self) -> &BTreeMap<ZoneId, DeployedZone> {
        &self.zones
    }

    pub(in crate::command) fn zone(&self, id: &ZoneId) -> DeployedZone {
        self.zones.get(id).cloned().unwrap_or_default()
    }

    pub(in crate::command) fn contract(&self, id: &ZoneId, name: &str) -> Deployed {
        self.zone(id).contracts.remove(name).unwrap_or_default()
    }

    pub(in crate::command) fn address(&self, id: &ZoneId, name: &str) -> anyhow::Result<Address> {
        let address = self.contract(id, name).address;
        address.with_context(|| format!("{name} is not instantiated on {id}"))
    }

    pub(in crate::command) fn change(
        &mut self,
        id: &ZoneId,
        act: impl FnOnce(&mut DeployedZone),
    ) -> anyhow::Result<()> {
        act(self.zones.entry(id.clone()).or_default());
        let draft = self.path.with_extension("draft");
        let text = serde_json::to_string_pretty(&self.zones)?;
        let write = || {
            let mut file = fs::File::create(&draft)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&draft, &self.path)
        };
        write().with_context(|| self.path.display().to_string())
    }

    pub(in crate::command) fn change_contract(
        &mut self,
        id: &ZoneId,
        name: &str,
        act: impl FnOnce(&mut Deployed),
    ) -> anyhow::Result<()> {
        self.change(id, |zone| {
            act(zone.contracts.entry(name.into()).or_default())
        })
    }
}
