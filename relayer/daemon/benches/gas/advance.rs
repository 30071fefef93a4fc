//! `advance_gas`: a header of a synthetic zone, shown to a view that has followed the zone already.

use anyhow::Context;
use serde_json::json;
use tessera::{
    chain::{embedded::Embedded, Chain},
    duties::{self, ask, call},
};
use tessera_contract_api::chain_view::{ExecuteMsg, QueryMsg, ViewResponse};
use tessera_primitives::{Height, Timestamp};
use tessera_testing::{Validators, Zone, ZoneConfig};

use crate::{
    figure::Figures,
    site::{send, viewed, Site},
    trace::Gas,
};

const COUNTS: [usize; 7] = [4, 10, 25, 50, 100, 150, 175];
const POWERS: [&str; 2] = ["equal", "skewed"];
const CHANGES: [&str; 3] = ["none", "one", "all"];
const FORMS: [&str; 2] = ["compact", "standard"];

/// Most gas of a compact header, set unchanged, 100 validators.
const GOALS: [(&str, u64); 2] = [("equal", 175_000), ("skewed", 137_000)];

struct Case {
    validators: usize,
    powers: &'static str,
    change: &'static str,
    form: &'static str,
}

impl Case {
    fn has_goal(&self) -> bool {
        self.validators == 100 && self.change == "none" && self.form == "compact"
    }
}

/// Measures every case, or those that have a goal, as many at a time as there are zones.
pub async fn measure(sites: &[Site], sample: bool, figures: &mut Figures) -> anyhow::Result<()> {
    let mut cases = Vec::new();
    for validators in COUNTS {
        for powers in POWERS {
            for change in CHANGES {
                cases.extend(FORMS.map(|form| Case {
                    validators,
                    powers,
                    change,
                    form,
                }));
            }
        }
    }
    if sample {
        cases.retain(Case::has_goal);
    }
    let [first, second, third, ..] = sites else {
        anyhow::bail!("three zones are needed");
    };
    let (mut measured, more, most) = tokio::try_join!(
        lane(first, &cases, 0),
        lane(second, &cases, 1),
        lane(third, &cases, 2),
    )?;
    measured.extend(more);
    measured.extend(most);
    measured.sort_by_key(|(number, _)| *number);
    for ((_, gas), case) in measured.iter().zip(&cases) {
        let described = json!({
            "validators": case.validators,
            "powers": case.powers,
            "change": case.change,
            "form": case.form,
        });
        let goal = GOALS.iter().find(|(powers, _)| *powers == case.powers);
        let goal = goal.filter(|_| case.has_goal()).map(|(_, gas)| *gas);
        figures.add_gas("advance_gas", &described, *gas, goal);
    }
    Ok(())
}

/// Every third case.
async fn lane(site: &Site, cases: &[Case], lane: usize) -> anyhow::Result<Vec<(usize, Gas)>> {
    let mut measured = Vec::new();
    for (number, case) in cases.iter().enumerate().skip(lane).step_by(3) {
        let gas = one(site, number, case).await;
        let what = || format!("{} {} {}", case.validators, case.powers, case.change);
        measured.push((number, gas.with_context(what)?));
    }
    Ok(measured)
}

async fn one(site: &Site, number: usize, case: &Case) -> anyhow::Result<Gas> {
    let before = Validators::with_powers("before", powers(case))?;
    let after = match case.change {
        "none" => before.clone(),
        "one" => before.replacing(case.validators / 2, "newcomer")?,
        _ => Validators::with_powers("after", powers(case))?,
    };
    let zone = Zone::start(ZoneConfig {
        validators: before.clone(),
        genesis: Timestamp(now()?.saturating_sub(600_000_000_000)),
        ..ZoneConfig::new(&format!("synthetic-{number}"), "synth")?
    });
    let sender = zone.account("nobody")?;
    let embedded = Embedded::new(zone, sender)?;
    let (warm, shown) = {
        let mut zone = embedded.zone();
        zone.produce(6)?;
        zone.change_validators(after.clone());
        zone.produce(10)?;
        let changed = |block: &&std::sync::Arc<tessera_testing::Block>| {
            block.validators.hash() == after.hash() && block.height > Height(6)
        };
        let first = zone
            .blocks()
            .iter()
            .find(changed)
            .context("a changed set")?;
        match case.change {
            // Nobody signed both: the only way leads over the header that announces the new set.
            "all" => (first.height.minus(1)?, first.height),
            _ => (Height(5), first.height.plus(3)?),
        }
    };
    let id = embedded.zone().id().clone();
    let register = ExecuteMsg::RegisterZone {
        zone: id.clone(),
        header: embedded.zone().first_header(Height(3))?,
        params: viewed()?,
    };
    send(&site.owner, &[call(&site.view, &register)?]).await?;
    show(site, &embedded, warm, "compact").await?;
    let included = show(site, &embedded, shown, case.form).await?;
    site.spent(included.gas_used)
}

/// One header, as a relayer shows it.
async fn show(
    site: &Site,
    embedded: &Embedded,
    height: Height,
    form: &str,
) -> anyhow::Result<tessera::chain::Included> {
    let zone = Chain::zone(embedded).clone();
    let question = QueryMsg::View { zone: zone.clone() };
    let view: ViewResponse = ask(site.relayer.as_ref(), &site.view, &question).await?;
    let messages = match form {
        "compact" => duties::advances(embedded, &view, height).await?,
        _ => {
            let header = embedded
                .zone()
                .standard_header(height, view.latest.height)?;
            vec![ExecuteMsg::Advance { zone, header }]
        }
    };
    anyhow::ensure!(messages.len() == 1, "one header leads there");
    let calls: Result<Vec<_>, _> = messages
        .iter()
        .map(|message| call(&site.view, message))
        .collect();
    send(&site.relayer, &calls?).await
}

/// Equal powers, or 31 of 100 validators with just over two thirds.
fn powers(case: &Case) -> Vec<u64> {
    let count = case.validators;
    if case.powers == "equal" {
        return vec![10; count];
    }
    let strong = (count * 31).div_ceil(100);
    let weak = count - strong;
    let share = (weak * 62 / strong + 2) as u64;
    let strong = std::iter::repeat_n(share, strong);
    strong.chain(std::iter::repeat_n(31, weak)).collect()
}

/// Nanoseconds since 1970.
pub fn now() -> anyhow::Result<u64> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(u64::try_from(now.as_nanos())?)
}
