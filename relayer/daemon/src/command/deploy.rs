//! `tessera deploy`: stores, instantiates and links the contracts of a manifest, and writes down each step, so that a
//! deployment that broke off is taken up where it stopped.

mod manifest;
mod record;

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc};

use anyhow::{bail, Context as _};
use clap::Args;
use tessera_contract_api::{chain_view, roles::Appointment, transaction_lock};
use tessera_primitives::{Address, Hash, ZoneId};

use self::{
    manifest::{Manifest, ZoneManifest},
    record::{Deployed, Record},
};
use super::{Context, Outcome};
use crate::{
    app,
    chain::{wasmd::Wasmd, Call, Chain},
    duties::light_block,
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
    chain: Arc<Wasmd>,
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
    let admins = admins(&arguments.admin)?;
    let ring = context.keys();
    let mut sites = Vec::new();
    for zone in &manifest.zones {
        let chain = config.chain(zone.id.as_str())?;
        let name = arguments.key_name.as_deref().unwrap_or(&chain.key_name);
        let connected = app::connect(chain, &chain.rpc_addr, Some((&ring, name))).await?;
        let signer = connected.account().cloned();
        let admin = admins.get(zone.id.as_str()).cloned();
        if admin.is_none() && !arguments.no_admin {
            bail!("--admin names nobody for {}", zone.id);
        }
        sites.push(Site {
            manifest: zone,
            owner: zone.owner.clone().or(signer).context("no owner")?,
            chain: Arc::new(connected),
            admin,
        });
    }
    for site in &sites {
        site.contracts(&arguments.artifacts, &mut record).await?;
    }
    for site in &sites {
        for other in &sites {
            if site.manifest.id != other.manifest.id {
                site.link(other, &manifest, &mut record).await?;
            }
        }
    }
    let text = format!("deployed; see {}", path.display());
    Outcome::new(text, record.zones())
}

fn admins(given: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let pair = |text: &String| {
        let (chain, address) = text
            .split_once('=')
            .with_context(|| format!("{text:?}: expected <chain id>=<address>"))?;
        Ok((chain.to_string(), address.to_string()))
    };
    given.iter().map(pair).collect()
}

impl Site<'_> {
    fn id(&self) -> &ZoneId {
        &self.manifest.id
    }

    /// Makes the two contracts where they are not made yet.
    async fn contracts(&self, folder: &std::path::Path, record: &mut Record) -> anyhow::Result<()> {
        if record.zone(self.id()).start_height.is_none() {
            let tip = self.chain.tip().await?;
            record.change(self.id(), |zone| zone.start_height = Some(tip))?;
        }
        let roles = Appointment {
            owner: Some(self.owner.clone()),
            guardian: self.manifest.guardian.clone(),
        };
        let view = chain_view::InstantiateMsg {
            roles: roles.clone(),
            reserve_denom: self.manifest.views.reserve_denom.clone(),
        };
        let view = serde_json::to_vec(&view)?;
        self.contract(folder, "chain_view", view, record).await?;
        let lock = transaction_lock::InstantiateMsg {
            roles,
            settings: self.manifest.locks.settings.clone(),
        };
        let lock = serde_json::to_vec(&lock)?;
        self.contract(folder, "transaction_lock", lock, record)
            .await
    }

    async fn contract(
        &self,
        folder: &std::path::Path,
        name: &'static str,
        message: Vec<u8>,
        record: &mut Record,
    ) -> anyhow::Result<()> {
        let known = record.contract(self.id(), name);
        let code = match known.code_id {
            Some(code) => code,
            None => {
                let file = folder.join(format!("{name}.wasm"));
                let wasm = fs::read(&file).with_context(|| file.display().to_string())?;
                let hash = Hash::sha256(&wasm);
                let (code, _) = self.chain.store_code(packed(wasm)?).await?;
                tracing::info!(zone = %self.id(), name, code, %hash, "stored");
                record.change_contract(self.id(), name, |contract: &mut Deployed| {
                    contract.code_id = Some(code);
                    contract.code_hash = Some(hash);
                })?;
                code
            }
        };
        if known.address.is_some() {
            return Ok(());
        }
        let label = format!("tessera {name}");
        let made = self
            .chain
            .instantiate(code, self.admin.clone(), label, message);
        let (address, _) = made.await?;
        tracing::info!(zone = %self.id(), name, address, "instantiated");
        let address = Address::new(address)?;
        record.change_contract(self.id(), name, |contract| contract.address = Some(address))
    }

    /// Has this zone view another, and its lock believe the other's.
    async fn link(
        &self,
        other: &Site<'_>,
        manifest: &Manifest,
        record: &mut Record,
    ) -> anyhow::Result<()> {
        let step = format!("link {}", other.id());
        if record.zone(self.id()).steps.contains(&step) {
            return Ok(());
        }
        let view = record.address(self.id(), "chain_view")?;
        let lock = record.address(self.id(), "transaction_lock")?;
        let peer = record.address(other.id(), "transaction_lock")?;
        let peer = other.chain.canonical(&peer)?;
        let mut calls = Vec::new();
        if !self.views(&view, other.id()).await? {
            // The newest header has a commit that may still grow; the one below is final.
            let tip = other.chain.tip().await?;
            let height = tip.minus(1)?;
            let shown = light_block(other.chain.as_ref(), height).await?;
            calls.push(call(
                &view,
                &chain_view::ExecuteMsg::RegisterZone {
                    zone: other.id().clone(),
                    header: shown.standard(other.id(), None)?,
                    params: manifest
                        .view_of(other.id())
                        .context("a zone of the manifest")?,
                },
            )?);
        }
        let link = transaction_lock::ExecuteMsg::LinkPeer {
            zone: other.id().clone(),
            contract: peer,
            roots: view.clone(),
        };
        calls.push(call(&lock, &link)?);
        for cap in self
            .manifest
            .locks
            .caps
            .iter()
            .filter(|cap| cap.zone == *other.id())
        {
            let cap = transaction_lock::ExecuteMsg::SetCap {
                zone: cap.zone.clone(),
                asset: cap.asset.clone(),
                max: cap.max,
            };
            calls.push(call(&lock, &cap)?);
        }
        let reserve = self.manifest.views.reserve;
        if !reserve.is_zero() {
            let zone = other.id().clone();
            let mut fund = call(&view, &chain_view::ExecuteMsg::Fund { zone })?;
            let denom = self.manifest.views.reserve_denom.to_string();
            fund.funds.push((denom, reserve));
            calls.push(fund);
        }
        let prepared = self.chain.prepare(&calls).await?;
        self.chain.send(prepared).await?;
        tracing::info!(zone = %self.id(), peer = %other.id(), "linked");
        record.change(self.id(), |zone| {
            zone.steps.insert(step);
        })
    }

    async fn views(&self, view: &Address, of: &ZoneId) -> anyhow::Result<bool> {
        let question = serde_json::to_vec(&chain_view::QueryMsg::ViewList {
            start_after: None,
            limit: Some(100),
        })?;
        let answer = self.chain.query(view, &question).await?;
        let views: Vec<chain_view::ViewResponse> = serde_json::from_slice(&answer)?;
        Ok(views.iter().any(|view| view.zone == *of))
    }
}

fn call(contract: &Address, message: &impl serde::Serialize) -> anyhow::Result<Call> {
    Ok(crate::duties::call(contract, message)?)
}

/// Code as it is uploaded: as it is built. Chains unpack gzip too, but what is stored has this hash either way.
fn packed(wasm: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    const MAX: usize = 800 * 1024;
    if wasm.len() > MAX {
        bail!(
            "{} bytes are too many to upload: chains take {MAX}",
            wasm.len()
        );
    }
    Ok(wasm)
}
