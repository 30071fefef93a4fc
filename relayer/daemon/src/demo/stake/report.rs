//! What the stake chapter has to show.

use std::collections::BTreeMap;

use serde::Serialize;
use tessera_primitives::Amount;
use tessera_stake::state::ValidatorNumber;

use crate::{
    command::table,
    demo::report::{heading, Check},
};

/// What the chapter shows.
#[derive(Clone, Debug, Serialize)]
pub struct StakeReport {
    /// What happens in it.
    pub story: &'static str,
    /// What each token counted for after something had happened: hundredths of a percent of the weight.
    pub weights: Vec<Weights>,
    /// What was to be seen.
    pub checks: Vec<Check>,
    /// What everybody holds after.
    pub holders: BTreeMap<String, Vec<Holding>>,
    /// What the relayer did for the pool, by verb.
    pub pushed: BTreeMap<&'static str, usize>,
}

/// What each token counted for.
#[derive(Clone, Debug, Serialize)]
pub struct Weights {
    /// After what.
    pub after: &'static str,
    /// By asset: hundredths of a percent.
    pub shares: BTreeMap<String, u64>,
}

/// What somebody holds in the pool.
#[derive(Clone, Debug, Serialize)]
pub struct Holding {
    /// At which validator.
    pub validator: ValidatorNumber,
    /// Of which asset.
    pub asset: String,
    /// How much, in base units.
    pub bonded: Amount,
    /// Rewards that were not taken out, in the hub's coin.
    pub rewards: Amount,
}

impl StakeReport {
    /// Whether everything was as it should be.
    pub fn is_sound(&self) -> bool {
        self.checks.iter().all(|check| check.holds)
    }

    pub(in crate::demo) fn text(&self) -> String {
        let mut text = heading(self.is_sound(), "stake", self.story);
        let mut weights = table(&["after", "token", "counts for"]);
        for at in &self.weights {
            let names: Vec<&str> = at.shares.keys().map(String::as_str).collect();
            let shares = at.shares.values().map(|share| {
                let (whole, part) = (share / 100, share % 100);
                format!("{whole}.{part:02} %")
            });
            let shares: Vec<String> = shares.collect();
            weights.add_row([at.after, &names.join("\n"), &shares.join("\n")]);
        }
        let mut holders = table(&["who", "validator", "token", "bonded", "rewards"]);
        for (who, held) in &self.holders {
            for holding in held {
                holders.add_row([
                    who.clone(),
                    holding.validator.to_string(),
                    holding.asset.clone(),
                    holding.bonded.to_string(),
                    holding.rewards.to_string(),
                ]);
            }
        }
        text.push_str(&format!("{weights}\n{holders}\n"));
        for check in &self.checks {
            text.push_str(&check.text());
        }
        text
    }
}
