//! Where stories are told.

use anyhow::{ensure, Context};
use cosmwasm_std::Empty;
use cw_multi_test::AppResponse;
use tessera_testing::contracts;
use tessera_testing::suite::{Suite, SuiteConfig};

use super::Reading;
use crate::gas::{Compiled, Gas, Meter};
use crate::wasm::Artifact;

/// The zone that is measured. The others are there to be seen and believed.
pub const HERE: usize = 0;

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
        let mut suite = Suite::with(config)?;
        let meter = Meter::default();
        let side = suite.side_mut(HERE)?;
        let owner = side.zone.account("owner")?;
        for (name, address, native) in [
            ("chain_view", &side.view, contracts::chain_view as fn() -> _),
            ("transaction_lock", &side.lock, contracts::transaction_lock),
            ("booking", &side.booking, contracts::booking),
        ] {
            let artifact = artifacts.iter().find(|artifact| artifact.name == name);
            let artifact = artifact.with_context(|| format!("{name} is not built: run ci/wasm"))?;
            let compiled = Compiled::new(artifact.clone(), side.zone.prefix(), &meter);
            let code = side.zone.store_code(compiled.code(native));
            side.zone.migrate(&owner, address, code, &Empty {})?;
        }
        suite.tick(1)?;
        Ok(Self {
            suite,
            contract,
            meter,
        })
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
        let gas = calls.iter().map(|call| call.gas);
        Ok(Reading {
            contract: self.contract.to_owned(),
            gas: gas.fold(Gas::default(), Gas::plus),
            call,
        })
    }
}
