//! Where stories are told.

use anyhow::{ensure, Context};
use cosmwasm_std::{Addr, Empty};
use cw_multi_test::{AppResponse, Contract};
use serde::Serialize;
use tessera_testing::contracts;
use tessera_testing::suite::{Suite, SuiteConfig};

use super::Reading;
use crate::gas::{Call, Compiled, Gas, Meter};
use crate::wasm::Artifact;

/// The zone that is measured. The others are there to be seen and believed.
pub const HERE: usize = 0;

type Native = fn() -> Box<dyn Contract<Empty>>;

/// Zones that know each other. Contracts on the first are built ones while something is measured, and native ones else.
#[derive(Clone)]
pub struct Stage {
    pub suite: Suite,
    contract: &'static str,
    meter: Meter,
}

impl Stage {
    /// Zones as configured, for stories of this contract.
    pub fn new(
        config: SuiteConfig,
        contract: &'static str,
        artifacts: &[Artifact],
    ) -> anyhow::Result<Self> {
        let mut stage = Self::bare(config, contract)?;
        let side = stage.suite.side(HERE)?.clone();
        let owner = side.zone.account("owner")?;
        for (name, address, native) in [
            ("chain_view", &side.view, contracts::chain_view as Native),
            ("transaction_lock", &side.lock, contracts::transaction_lock),
            ("booking", &side.booking, contracts::booking),
        ] {
            let code = stage.store(name, native, artifacts)?;
            let zone = &mut stage.suite.side_mut(HERE)?.zone;
            zone.migrate(&owner, address, code, &Empty {})?;
        }
        stage.suite.tick(1)?;
        Ok(stage)
    }

    /// The same for a contract that has nothing to do with the suite's, which stay native.
    pub fn bare(config: SuiteConfig, contract: &'static str) -> anyhow::Result<Self> {
        Ok(Self {
            suite: Suite::with(config)?,
            contract,
            meter: Meter::default(),
        })
    }

    /// Makes a contract that a suite does not have, in the same manner. Its owner is the suite's.
    pub fn deploy(
        &mut self,
        name: &str,
        native: Native,
        artifacts: &[Artifact],
        message: &impl Serialize,
    ) -> anyhow::Result<Addr> {
        let code = self.store(name, native, artifacts)?;
        let zone = &mut self.suite.side_mut(HERE)?.zone;
        let owner = zone.account("owner")?;
        zone.instantiate(&owner, code, message, name)
    }

    /// Stores a code that is built while something is measured, and native else.
    pub fn store(
        &mut self,
        name: &str,
        native: Native,
        artifacts: &[Artifact],
    ) -> anyhow::Result<u64> {
        let artifact = artifacts.iter().find(|artifact| artifact.name == name);
        let artifact = artifact.with_context(|| format!("{name} is not built: run ci/wasm"))?;
        let zone = &mut self.suite.side_mut(HERE)?.zone;
        let compiled = Compiled::new(artifact.clone(), zone.prefix(), &self.meter);
        Ok(zone.store_code(compiled.code(native)))
    }

    /// Asks a built contract something and reads what it costs, as its share of the asker's transaction; then asks the
    /// native one, and compares the answers.
    pub fn ask(
        &mut self,
        call: impl Into<String>,
        contract: &Addr,
        question: &impl Serialize,
    ) -> anyhow::Result<Reading> {
        let zone = &self.suite.side(HERE)?.zone;
        let ask = || zone.query_raw(contract, cosmwasm_std::to_json_vec(question)?);
        self.meter.start();
        let built = ask();
        let calls = self.meter.stop();
        ensure!(
            built? == ask()?,
            "the built contract answers something else: run ci/wasm"
        );
        Ok(self.reading(call.into(), &calls))
    }

    /// Does something on a copy of the zones, with built contracts, and reads what it costs; then does it in earnest,
    /// natively, and compares what was said.
    pub fn measure(
        &mut self,
        call: impl Into<String>,
        act: impl Fn(&mut Suite) -> anyhow::Result<AppResponse>,
    ) -> anyhow::Result<Reading> {
        let call = call.into();
        let about = || format!("{}: {call}", self.contract);
        let mut copy = self.suite.clone();
        self.meter.start();
        let built = act(&mut copy);
        let calls = self.meter.stop();
        let built = built.with_context(about)?;
        let native = act(&mut self.suite).with_context(about)?;
        ensure!(
            (&built.events, &built.data) == (&native.events, &native.data),
            "{}: the built contract says {:?}, the source {:?}: run ci/wasm",
            about(),
            built.events,
            native.events
        );
        Ok(self.reading(call, &calls))
    }

    fn reading(&self, call: String, calls: &[Call]) -> Reading {
        let gas = calls.iter().map(|call| call.gas);
        Reading {
            contract: self.contract.to_owned(),
            gas: gas.fold(Gas::default(), Gas::plus),
            call,
        }
    }
}
