//! `chain-view`: zones with sets of validators of several sizes are registered and viewed, fork, and end.

use cosmwasm_std::{coins, Coin};
use tessera_contract_api::chain_view::ExecuteMsg;
use tessera_primitives::{Height, Seconds, ZoneId};
use tessera_testing::suite::SuiteConfig;
use tessera_testing::{Validators, Zone, ZoneConfig};
use tessera_view::{
    evidence::{ForkProof, Sighted, Sighting},
    state::Block,
};

use super::stage::{Stage, HERE};
use super::Reading;
use crate::wasm::Artifact;

/// Blocks between headers that are shown: far enough apart that each advance is paid for.
const APART: u64 = 20;

/// Headers that a prune drops.
const PRUNED: u32 = 30;

pub fn tell(artifacts: &[Artifact]) -> anyhow::Result<Vec<Reading>> {
    let stage = Stage::new(SuiteConfig::new(1)?, "chain_view", artifacts)?;
    let mut readings = Vec::new();
    for (powers, count) in [("equal", 4), ("equal", 10), ("equal", 100), ("skewed", 100)] {
        let set = match powers {
            "equal" => Validators::equal("viewed", count, 10)?,
            _ => Validators::with_powers("viewed", skewed(count))?,
        };
        let what = format!("{count} validators, {powers}");
        let mut viewer = Viewer::new(stage.clone(), set)?;
        viewer.register_and_advance(&what)?;
        viewer.fork(&what)?;
        readings.append(&mut viewer.readings);
    }
    let mut viewer = Viewer::new(stage, Validators::equal("viewed", 4, 10)?)?;
    viewer.keep_up()?;
    readings.append(&mut viewer.readings);
    Ok(readings)
}

/// Powers that fall as on real zones: 31 of 100 validators hold two thirds.
fn skewed(count: usize) -> Vec<u64> {
    let powers = std::iter::successors(Some(1_000_000_000_u64), |power| {
        power.saturating_mul(967).checked_div(1_000)
    });
    powers.take(count).collect()
}

/// A zone with a `chain-view` that is measured, and a zone to view.
struct Viewer {
    stage: Stage,
    viewed: Zone,
    name: ZoneId,
    readings: Vec<Reading>,
}

impl Viewer {
    fn new(mut stage: Stage, validators: Validators) -> anyhow::Result<Self> {
        let viewed = Zone::start(ZoneConfig {
            validators,
            ..ZoneConfig::new("viewed-1", "viewed")?
        });
        // The viewer's clock is not behind.
        stage.suite.tick(APART)?;
        let name = viewed.id().clone();
        let readings = Vec::new();
        let mut viewer = Self {
            stage,
            viewed,
            name,
            readings,
        };
        viewer.produce(APART)?;
        Ok(viewer)
    }

    /// What is verified differs in form and in how the set has changed.
    fn register_and_advance(&mut self, what: &str) -> anyhow::Result<()> {
        let first = self.viewed.sealed();
        let register = self.register(first)?;
        self.measure(format!("register_zone, {what}"), &register, &[])?;
        self.fund()?;

        let second = self.later()?;
        let standard = self.standard(second, first)?;
        self.measure(format!("advance, {what}, standard"), &standard, &[])?;

        let third = self.later()?;
        let kept = self.compact(third, second, &[], true)?;
        self.measure(format!("advance, {what}, set given"), &kept, &[])?;

        let fourth = self.later()?;
        let set = self.viewed.validators().clone();
        let same = self.compact(fourth, third, std::slice::from_ref(&set), false)?;
        self.measure(format!("advance, {what}, set unchanged"), &same, &[])?;

        let one = set.replacing(0, "newcomer")?;
        self.viewed.change_validators(one.clone());
        let fifth = self.later()?;
        let changed = self.compact(fifth, fourth, std::slice::from_ref(&set), true)?;
        self.measure(format!("advance, {what}, one changed"), &changed, &[])?;

        // A whole set goes at once only to the next header: nobody of the old one signs with the new.
        let powers = one.members().iter().map(tessera_testing::Validator::power);
        let all = Validators::with_powers("others", powers)?;
        let announced = self.later()?;
        self.viewed.change_validators(all);
        self.produce(3)?;
        let announced = announced.plus(2)?;
        let cached = [set, one];
        let before = self.compact(announced, fifth, &cached, false)?;
        self.say(&before, &[])?;
        let next = self.compact(announced.plus(1)?, announced, &cached, true)?;
        self.measure(format!("advance, {what}, all changed"), &next, &[])
    }

    /// Two histories: proven by their first headers, and one of them admitted.
    fn fork(&mut self, what: &str) -> anyhow::Result<()> {
        let trusted = self.viewed.sealed();
        let zone = self.name.clone();
        self.say(&self.standard(trusted, trusted.minus(1)?)?, &[])?;
        let mut other = self.viewed.fork()?;
        self.produce(2)?;
        other.produce(2)?;
        let parted = trusted.plus(1)?;
        let shown = |history: &Zone| -> anyhow::Result<Sighting> {
            Ok(Sighting {
                header: Sighted::Shown(history.standard_header(parted, trusted)?),
                links: Vec::new(),
            })
        };
        let proof = ForkProof::Pair {
            a: shown(&self.viewed)?,
            b: shown(&other)?,
        };
        let report = ExecuteMsg::ReportFork { zone, proof };
        self.measure(format!("report_fork, {what}"), &report, &[])?;
        let admit = ExecuteMsg::AdmitBranch {
            zone: self.name.clone(),
            header: other.first_header(other.sealed())?,
            parent: Some(Block {
                height: trusted,
                hash: self.viewed.block(trusted)?.hash,
            }),
        };
        self.measure(format!("admit_branch, {what}"), &admit, &[])
    }

    /// What an owner and relayers do beside advancing.
    fn keep_up(&mut self) -> anyhow::Result<()> {
        let mut trusted = self.viewed.sealed();
        let register = self.register(trusted)?;
        self.say(&register, &[])?;
        let fund = ExecuteMsg::Fund {
            zone: self.name.clone(),
        };
        let funds = coins(500, &self.stage.suite.side(HERE)?.denom);
        self.measure("fund", &fund, &funds)?;
        for _ in 0..=PRUNED {
            self.produce(1)?;
            let next = self.viewed.sealed();
            self.say(&self.standard(next, trusted)?, &[])?;
            trusted = next;
        }
        let period = self.stage.suite.config.view.trusting_period;
        let wait = Seconds(period.0.saturating_add(1));
        self.viewed.next_block_after(wait)?;
        let here = &mut self.stage.suite.side_mut(HERE)?.zone;
        here.next_block_after(wait)?;
        self.produce(2)?;
        let renew = ExecuteMsg::Renew {
            zone: self.name.clone(),
            chain_id: self.name.clone(),
            header: self.viewed.first_header(self.viewed.sealed())?,
        };
        self.measure("renew, 4 validators", &renew, &[])?;
        let prune = ExecuteMsg::Prune {
            zone: self.name.clone(),
            limit: PRUNED,
        };
        self.measure(format!("prune, {PRUNED} headers"), &prune, &[])?;
        let close = ExecuteMsg::CloseZone {
            zone: self.name.clone(),
        };
        self.measure("close_zone", &close, &[])
    }

    fn register(&self, height: Height) -> anyhow::Result<ExecuteMsg> {
        Ok(ExecuteMsg::RegisterZone {
            zone: self.name.clone(),
            header: self.viewed.first_header(height)?,
            params: self.stage.suite.config.view,
        })
    }

    /// Enough to pay for every advance, and the bounty.
    fn fund(&mut self) -> anyhow::Result<()> {
        let zone = self.name.clone();
        let funds = coins(1_000, &self.stage.suite.side(HERE)?.denom);
        self.say(&ExecuteMsg::Fund { zone }, &funds)
    }

    fn standard(&self, height: Height, trusted: Height) -> anyhow::Result<ExecuteMsg> {
        Ok(ExecuteMsg::Advance {
            zone: self.name.clone(),
            header: self.viewed.standard_header(height, trusted)?,
        })
    }

    fn compact(
        &self,
        height: Height,
        trusted: Height,
        cached: &[Validators],
        keep: bool,
    ) -> anyhow::Result<ExecuteMsg> {
        let level = self.stage.suite.config.view.trust_level;
        let header = self
            .viewed
            .compact_header(height, trusted, level, cached, keep)?;
        Ok(ExecuteMsg::Advance {
            zone: self.name.clone(),
            header,
        })
    }
    /// Both zones make so many blocks.
    fn produce(&mut self, blocks: u64) -> anyhow::Result<()> {
        self.viewed.produce(blocks)?;
        self.stage.suite.tick(blocks)
    }

    /// The next height to show, after some time.
    fn later(&mut self) -> anyhow::Result<Height> {
        self.produce(APART)?;
        Ok(self.viewed.sealed())
    }

    /// Not measured.
    fn say(&mut self, message: &ExecuteMsg, funds: &[Coin]) -> anyhow::Result<()> {
        let view = self.stage.suite.side(HERE)?.view.clone();
        self.stage
            .suite
            .execute(HERE, "owner", &view, message, funds)?;
        Ok(())
    }

    fn measure(
        &mut self,
        call: impl Into<String>,
        message: &ExecuteMsg,
        funds: &[Coin],
    ) -> anyhow::Result<()> {
        let view = self.stage.suite.side(HERE)?.view.clone();
        let act = |suite: &mut tessera_testing::suite::Suite| {
            suite.execute(HERE, "owner", &view, message, funds)
        };
        let reading = self.stage.measure(call, act)?;
        self.readings.push(reading);
        Ok(())
    }
}
