//! Storing code and making contracts, once.

use std::{collections::BTreeMap, fs, future::Future, path::Path};

use anyhow::{bail, Context};
use tessera_contract_api::{
    chain_view, price_oracle, roles::Appointment, stake_pool, transaction_lock,
};
use tessera_primitives::Hash;

use super::{
    manifest::Manifest,
    record::{Pending, Record},
    Site,
};
use crate::chain::{wasmd::Outcome, Chain, ChainError, Prepared};

/// What is to be stored, by the contracts' names.
pub(super) type Codes = BTreeMap<&'static str, Vec<u8>>;

/// Reads the code of all contracts of a manifest that is not stored on each of their zones yet.
pub(super) fn read(folder: &Path, manifest: &Manifest, record: &Record) -> anyhow::Result<Codes> {
    let mut codes = Codes::new();
    for zone in &manifest.zones {
        let stored = |name: &&str| record.contract(&zone.id, name).code_id.is_some();
        for name in zone.contracts().filter(|name| !stored(name)) {
            let file = folder.join(format!("{name}.wasm"));
            let wasm = fs::read(&file).with_context(|| {
                let file = file.display();
                format!(
                    "{file}: build the contracts by ci/wasm, or name their folder by --artifacts"
                )
            })?;
            check_size(&file, wasm.len())?;
            codes.insert(name, wasm);
        }
    }
    Ok(codes)
}

impl Site<'_> {
    /// Makes the contracts of the manifest where they are not made yet.
    pub(super) async fn contracts(&self, codes: &Codes, record: &mut Record) -> anyhow::Result<()> {
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
        self.contract(codes, "chain_view", view, record).await?;
        let lock = transaction_lock::InstantiateMsg {
            roles: roles.clone(),
            settings: self.manifest.locks.settings.clone(),
        };
        let lock = serde_json::to_vec(&lock)?;
        self.contract(codes, "transaction_lock", lock, record)
            .await?;
        self.oracle(codes, &roles, record).await?;
        self.pool(codes, roles, record).await
    }

    async fn oracle(
        &self,
        codes: &Codes,
        roles: &Appointment,
        record: &mut Record,
    ) -> anyhow::Result<()> {
        let Some(prices) = &self.manifest.prices else {
            return Ok(());
        };
        let oracle = price_oracle::InstantiateMsg {
            roles: roles.clone(),
            reporters: prices.reporters.clone(),
            quorum: prices.quorum,
            feeds: prices.feeds.clone(),
        };
        let oracle = serde_json::to_vec(&oracle)?;
        self.contract(codes, "price_oracle", oracle, record).await
    }

    async fn pool(
        &self,
        codes: &Codes,
        roles: Appointment,
        record: &mut Record,
    ) -> anyhow::Result<()> {
        let Some(stake) = &self.manifest.stake else {
            return Ok(());
        };
        let pool = stake_pool::InstantiateMsg {
            roles,
            oracle: match &stake.oracle {
                Some(oracle) => oracle.clone(),
                None => record.address(self.id(), "price_oracle")?,
            },
            epoch: stake.epoch,
            unbonding: stake.unbonding,
            settings: stake.settings.clone(),
            tokens: stake.tokens.clone(),
            slashers: stake.slashers.clone(),
        };
        let pool = serde_json::to_vec(&pool)?;
        self.contract(codes, "stake_pool", pool, record).await
    }

    async fn contract(
        &self,
        codes: &Codes,
        name: &'static str,
        message: Vec<u8>,
        record: &mut Record,
    ) -> anyhow::Result<()> {
        let id = self.id();
        let known = record.contract(id, name);
        let code = match known.code_id {
            Some(code) => code,
            None => self.code(codes, name, record).await?,
        };
        if known.address.is_some() {
            return Ok(());
        }
        let prepare = || {
            let label = format!("tessera {name}");
            let admin = self.admin.clone();
            self.chain.prepare_contract(code, admin, label, message)
        };
        let made = self.once(name, record, prepare).await?.contract()?;
        tracing::info!(zone = %id, name, address = %made, "instantiated");
        record.change_contract(id, name, |contract| {
            contract.address = Some(made);
            contract.pending = None;
        })
    }

    async fn code(
        &self,
        codes: &Codes,
        name: &'static str,
        record: &mut Record,
    ) -> anyhow::Result<u64> {
        let wasm = codes.get(name).cloned();
        let wasm = wasm.with_context(|| format!("the code of {name} was not read"))?;
        let hash = Hash::sha256(&wasm);
        let prepare = || self.chain.prepare_code(wasm);
        let code = self.once(name, record, prepare).await?.code_id()?;
        tracing::info!(zone = %self.id(), name, code, %hash, "stored");
        record.change_contract(self.id(), name, |contract| {
            contract.code_id = Some(code);
            contract.code_hash = Some(hash);
            contract.pending = None;
        })?;
        Ok(code)
    }

    /// Sends a transaction, unless one that an earlier run has written down is in a block.
    async fn once<F>(
        &self,
        name: &str,
        record: &mut Record,
        prepare: impl FnOnce() -> F,
    ) -> anyhow::Result<Outcome>
    where
        F: Future<Output = Result<Prepared, ChainError>>,
    {
        if let Some(pending) = record.contract(self.id(), name).pending {
            let Pending { transaction, until } = pending;
            tracing::info!(zone = %self.id(), name, %transaction, "an earlier run may have sent this");
            match self.chain.outcome(transaction, until).await {
                Ok(outcome) => return Ok(outcome),
                // It failed, or can no longer be included: it is made anew.
                Err(ChainError::Refused { .. } | ChainError::TimedOut { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let prepared = prepare().await?;
        let pending = Pending {
            transaction: prepared.hash,
            until: prepared.until,
        };
        let note =
            |pending| move |contract: &mut super::record::Deployed| contract.pending = pending;
        record.change_contract(self.id(), name, note(Some(pending)))?;
        let sent = self.chain.broadcast(prepared).await;
        if let Err(ChainError::Refused { .. } | ChainError::NoMoney { .. }) = sent {
            record.change_contract(self.id(), name, note(None))?;
        }
        Ok(sent?)
    }
}

/// Code is uploaded as it is built: chains unpack gzip too, but what is stored has the same hash either way.
fn check_size(file: &Path, bytes: usize) -> anyhow::Result<()> {
    const MAX: usize = 800 * 1024;
    if bytes > MAX {
        bail!(
            "{}: {bytes} bytes are too many to upload: chains take {MAX}",
            file.display()
        );
    }
    Ok(())
}
