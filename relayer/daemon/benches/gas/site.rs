//! A real zone with our contracts on it, their codes pinned, and the accounts that act there.

use std::{fs, path::Path, path::PathBuf, process::Command, sync::Arc, time::Duration};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use tessera::{
    chain::{
        wasmd::{Gas, Settings, Wasmd},
        Call, Chain, Included,
    },
    keys::{SigningKey, DEFAULT_PATH},
};
use tessera_contract_api::{chain_view, roles::Appointment, transaction_lock};
use tessera_primitives::{Address, Amount, Denom, Height, Ratio, Seconds, ZoneId};
use tessera_view::state::Params;

use crate::trace::{self, Gas as Spent};

/// `zones.json`.
#[derive(Deserialize)]
pub struct ZonesFile {
    binary: PathBuf,
    pub zones: Vec<ZoneEntry>,
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
pub struct ZoneEntry {
    pub chain_id: String,
    pub denom: String,
    pub rpc: String,
    bech32_prefix: String,
    nodes: Vec<NodeEntry>,
}

#[derive(Deserialize)]
struct NodeEntry {
    home: PathBuf,
}

#[derive(Deserialize)]
struct Account {
    name: String,
    mnemonic: String,
}

impl ZonesFile {
    /// Sends coins to many from a zone's validator, as its operator would.
    pub fn fund(&self, zone: &ZoneEntry, to: &[Address], amount: u128) -> anyhow::Result<()> {
        let node = zone.nodes.first().context("a node")?;
        let mut send = Command::new(&self.binary);
        send.args(["tx", "bank", "multi-send", "validator"]);
        send.args(to.iter().map(Address::as_str));
        send.arg(format!("{amount}{}", zone.denom));
        send.args(["--keyring-backend", "test", "--home"])
            .arg(&node.home);
        send.args(["--chain-id", &zone.chain_id, "--node", &zone.rpc, "--yes"]);
        send.args(["--gas", "auto", "--gas-adjustment", "1.5", "--gas-prices"]);
        send.arg(format!("0.025{}", zone.denom))
            .args(["--output", "json"]);
        let sent = send.output()?;
        let said = String::from_utf8_lossy(&sent.stderr);
        anyhow::ensure!(sent.status.success(), "{said}");
        Ok(())
    }

    pub fn load(path: &Path) -> anyhow::Result<ZonesFile> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("{}: run ci/zones up --trace-gas", path.display()))?;
        Ok(serde_json::from_str(&text)?)
    }

    async fn connect(&self, zone: &ZoneEntry, account: &str) -> anyhow::Result<Arc<Wasmd>> {
        let found = self.accounts.iter().find(|known| known.name == account);
        let words = &found.context("an account of zones.json")?.mnemonic;
        let key = SigningKey::derive(words, DEFAULT_PATH)?;
        let settings = Settings {
            zone: ZoneId::new(&zone.chain_id)?,
            endpoints: vec![zone.rpc.clone()],
            account_prefix: zone.bech32_prefix.clone(),
            gas: Gas {
                price: 0.025,
                denom: zone.denom.clone(),
                multiplier: 1.3,
                limit: 60_000_000,
                dynamic: None,
            },
            fee_granter: None,
            max_bytes: 180_000,
            memo: String::new(),
            timeout: Duration::from_secs(20),
            timeout_blocks: 60,
        };
        Ok(Arc::new(Wasmd::connect(settings, Some(key)).await?))
    }
}

/// A zone with our contracts.
pub struct Site {
    pub rpc: String,
    pub denom: Denom,
    /// Who owns the contracts.
    pub owner: Arc<Wasmd>,
    /// Who registers tasks.
    pub user: Arc<Wasmd>,
    /// Who pushes along.
    pub relayer: Arc<Wasmd>,
    pub view: Address,
    pub lock: Address,
    /// A height before the contracts were there: what they said since must all be known to whoever relays.
    pub start: Height,
    trace: PathBuf,
}

/// Price of a register, in the zone's coin.
pub const FEE: u128 = 10;

/// How every zone is viewed.
pub fn viewed() -> anyhow::Result<Params> {
    Ok(Params {
        trust_level: Ratio::new(1, 3)?,
        trusting_period: Seconds(14 * 86_400),
        unbonding_period: Seconds(21 * 86_400),
        clock_drift: Seconds(30),
        min_block_interval: 100,
        k: 64,
        refresh_interval: Seconds(300),
        close_delay: Seconds(86_400),
        advance_reward: Amount(0),
        fork_bounty: Amount(0),
    })
}

impl Site {
    /// Stores, pins and instantiates.
    pub async fn deploy(
        file: &ZonesFile,
        zone: &ZoneEntry,
        zones: &Path,
        artifacts: &Path,
    ) -> anyhow::Result<Site> {
        let owner = file.connect(zone, "deployer").await?;
        let mut codes = Vec::new();
        for name in ["chain_view", "transaction_lock"] {
            let path = artifacts.join(format!("{name}.wasm"));
            codes.push(store(&owner, &path).await?);
        }
        pin(zones, &zone.chain_id, &codes)?;
        let account = owner.account().cloned().context("an account")?;
        let denom = Denom::new(&zone.denom)?;
        let roles = Appointment {
            owner: Some(account.clone()),
            guardian: None,
        };
        let settings = transaction_lock::Settings {
            min_horizon: 10,
            max_horizon: 10_000,
            fork_grace: 1_000,
            ..transaction_lock::Settings::new(Amount(FEE), denom.clone(), account)
        };
        let view = chain_view::InstantiateMsg {
            roles: roles.clone(),
            reserve_denom: denom.clone(),
        };
        let lock = transaction_lock::InstantiateMsg { roles, settings };
        Ok(Site {
            start: owner.tip().await?,
            rpc: zone.rpc.clone(),
            denom,
            view: instantiate(&owner, codes.first(), &view).await?,
            lock: instantiate(&owner, codes.last(), &lock).await?,
            user: file.connect(zone, "alice").await?,
            relayer: file.connect(zone, "relayer").await?,
            trace: zone.nodes.first().context("a node")?.home.join("gas.trace"),
            owner,
        })
    }

    pub fn zone(&self) -> &ZoneId {
        self.owner.zone()
    }

    /// What a transaction of this zone took gas for.
    pub fn spent(&self, gas_used: u64) -> anyhow::Result<Spent> {
        trace::transaction(&self.trace, gas_used)
    }
}

/// Sends calls as one transaction.
pub async fn send(by: &Wasmd, calls: &[Call]) -> anyhow::Result<Included> {
    let prepared = by.prepare(calls).await?;
    Ok(by.send(prepared).await?)
}

pub async fn instantiate(
    owner: &Wasmd,
    code: Option<&u64>,
    message: &impl Serialize,
) -> anyhow::Result<Address> {
    let code = *code.context("a code")?;
    let message = serde_json::to_vec(message)?;
    let prepared = owner.prepare_contract(code, None, "bench".into(), message);
    Ok(owner.broadcast(prepared.await?).await?.contract()?)
}

/// Stores a code.
pub async fn store(owner: &Wasmd, path: &Path) -> anyhow::Result<u64> {
    let wasm = fs::read(path).with_context(|| format!("{}: run ci/wasm", path.display()))?;
    let stored = owner.broadcast(owner.prepare_code(wasm).await?).await?;
    Ok(stored.code_id()?)
}

/// As an operator's governance would.
pub fn pin(zones: &Path, zone: &str, codes: &[u64]) -> anyhow::Result<()> {
    let home = zones.parent().context("a folder of zones")?;
    let package = std::env::var("CARGO_MANIFEST_DIR").context("cargo runs this")?;
    let mut command = Command::new(format!("{package}/../../ci/zones"));
    command.args(["pin", "--home"]).arg(home).arg(zone);
    command.args(codes.iter().map(u64::to_string));
    anyhow::ensure!(command.status()?.success(), "codes were not pinned");
    Ok(())
}
