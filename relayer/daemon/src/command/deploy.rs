//! `tessera deploy`: stores, instantiates and links the contracts of a manifest. Broken off at any instant and run again,
//! it goes on where it stopped and does nothing twice: a transaction that stores or makes something is written down before
//! it is sent, and what is linked the contracts themselves are asked.

mod contracts;
mod link;
pub(super) mod manifest;
pub(super) mod record;

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{bail, ensure, Context as _};
use clap::Args;
use tessera_primitives::{Address, ZoneId};

use self::{
    manifest::{Manifest, ZoneManifest},
    record::Record,
};
use super::{progress::Progress, Context, Outcome};
use crate::{
    app,
    chain::{account_bytes, wasmd::Wasmd, Chain},
    config::Config,
};

/// What to deploy, and who may migrate it.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("migration").required(true).args(["admin", "no_admin"]))]
pub struct Arguments {
    /// The manifest.
    #[arg(long, value_name = "FILE")]
    manifest: PathBuf,
    /// The folder of the built contracts.
    #[arg(long, value_name = "FOLDER", default_value = "artifacts")]
    artifacts: PathBuf,
    /// The deployment file; beside the manifest unless told.
    #[arg(long, value_name = "FILE")]
    deployment: Option<PathBuf>,
    /// The key that deploys; that of the configuration unless told.
    #[arg(long)]
    key_name: Option<String>,
    /// Who may migrate the contracts, one address for each chain: `<chain id>=<address>`.
    #[arg(long, value_name = "CHAIN=ADDRESS")]
    admin: Vec<String>,
    /// Nobody may ever migrate the contracts.
    #[arg(long)]
    no_admin: bool,
}

/// A zone that is being deployed to.
struct Site<'a> {
    manifest: &'a ZoneManifest,
    chain: Wasmd,
    owner: Address,
    admin: Option<String>,
}

/// Deploys.
///
/// # Errors
/// With what was refused; what was done is in the deployment file.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let manifest = Manifest::load(&arguments.manifest)?;
    let path = arguments.deployment.clone();
    let path = path.unwrap_or_else(|| arguments.manifest.with_extension("deployment.json"));
    let mut record = Record::load(&path)?;
    // Before a key is opened or anything is sent, all that could be refused later.
    for zone in &manifest.zones {
        config.chain(zone.id.as_str())?;
    }
    let admins = admins(&config, &manifest, &arguments.admin)?;
    let nobody = |zone: &&ZoneManifest| !admins.contains_key(&zone.id);
    if let (Some(zone), false) = (manifest.zones.iter().find(nobody), arguments.no_admin) {
        bail!("--admin names nobody for {}", zone.id);
    }
    let codes = contracts::read(&arguments.artifacts, &manifest, &record)?;
    let ring = context.keys();
    let mut sites = Vec::new();
    for zone in &manifest.zones {
        let chain = config.chain(zone.id.as_str())?;
        let name = arguments.key_name.as_deref().unwrap_or(chain.key_name());
        let connected = app::reach(chain, Some((&ring, name))).await?;
        let signer = connected.account().cloned();
        sites.push(Site {
            manifest: zone,
            owner: zone.owner.clone().or(signer).context("no owner")?,
            chain: connected,
            admin: admins.get(&zone.id).map(ToString::to_string),
        });
    }
    let bar = Progress::new(context, Some(sites.len().saturating_mul(2)))?;
    for site in &sites {
        bar.next(format!("making contracts on {}", site.id()));
        site.contracts(&codes, &mut record).await?;
    }
    for site in &sites {
        bar.next(format!("linking {}", site.id()));
        site.link(&sites, &record).await?;
    }
    drop(bar);
    let text = format!("deployed; see {}", path.display());
    Outcome::new(text, record.zones())
}

/// Who may migrate the contracts, by zone: each a zone of the manifest, with an address of its own.
pub(super) fn admins(
    config: &Config,
    manifest: &Manifest,
    given: &[String],
) -> anyhow::Result<BTreeMap<ZoneId, Address>> {
    let pair = |text: &String| {
        let (zone, address) = text
            .split_once('=')
            .with_context(|| format!("--admin {text}: expected <chain id>=<address>"))?;
        let mut zones = manifest.zones.iter().map(|zone| &zone.id);
        let zone = zones.find(|id| id.as_str() == zone);
        let zone =
            zone.with_context(|| format!("--admin {text}: the manifest has no such zone"))?;
        let prefix = &config.chain(zone.as_str())?.account_prefix;
        let written = account_bytes(address).map(|(prefix, _)| prefix);
        ensure!(
            written.as_ref() == Ok(prefix),
            "--admin {text}: expected an address of {zone}, {prefix}1…"
        );
        Ok((zone.clone(), Address::new(address)?))
    };
    given.iter().map(pair).collect()
}

impl Site<'_> {
    fn id(&self) -> &ZoneId {
        &self.manifest.id
    }
}
