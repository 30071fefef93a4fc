//! What the demo has to show: balances before and after, how each leg ended, and every transaction.

use std::collections::BTreeMap;

use cosmwasm_std::{from_json, CosmosMsg, WasmMsg};
use serde::Serialize;
use tessera_primitives::Height;

use super::{
    stake::StakeReport,
    world::{Side, World, PEOPLE},
};
use crate::command::table;

/// The whole demo.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// One entry a story, in order.
    pub scenes: Vec<SceneReport>,
    /// The chapter about stake, on a zone of its own.
    pub stake: StakeReport,
    /// For each zone: whether all coins that were minted are where somebody can say.
    pub conserved: BTreeMap<String, bool>,
    /// Transactions in all blocks of both zones, the set-up included.
    pub transactions: usize,
    /// How long it took, in milliseconds.
    pub milliseconds: u128,
}

/// One story.
#[derive(Clone, Debug, Serialize)]
pub struct SceneReport {
    /// Its name.
    pub name: &'static str,
    /// What happens in it.
    pub story: &'static str,
    /// How each leg should end, by zone.
    pub expected: BTreeMap<String, String>,
    /// How it ended.
    pub legs: BTreeMap<String, String>,
    /// What else was to be seen: a sentence, and whether it was so.
    pub checks: Vec<Check>,
    /// Balances of the zone's coin, by zone and holder: before and after.
    pub balances: BTreeMap<String, BTreeMap<String, (u128, u128)>>,
    /// Messages by zone and verb, as transactions carried them.
    pub messages: BTreeMap<String, BTreeMap<String, usize>>,
    /// Transactions by zone.
    pub transactions: BTreeMap<String, usize>,
    /// Transactions that failed, by zone: nothing in the demo should.
    pub failed: BTreeMap<String, usize>,
    /// Blocks that passed on the first zone.
    pub blocks: u64,
}

/// Something that was to be seen.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What.
    pub what: String,
    /// Whether it was so.
    pub holds: bool,
}

impl Report {
    /// Whether everything is as it should be.
    pub fn is_sound(&self) -> bool {
        self.conserved.values().all(|conserved| *conserved)
            && self.scenes.iter().all(SceneReport::is_sound)
            && self.stake.is_sound()
    }

    /// The report as a person reads it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for scene in &self.scenes {
            text.push_str(&scene.text());
            text.push('\n');
        }
        text.push_str(&self.stake.text());
        text.push('\n');
        for (zone, conserved) in &self.conserved {
            let word = if *conserved {
                "conserved"
            } else {
                "NOT CONSERVED"
            };
            text.push_str(&format!("money on {zone}: {word}\n"));
        }
        let sound = if self.is_sound() {
            "everything is as it should be"
        } else {
            "SOMETHING IS NOT AS IT SHOULD BE"
        };
        text.push_str(&format!(
            "{} transactions in {} ms: {sound}",
            self.transactions, self.milliseconds
        ));
        text
    }
}

/// Columns that every terminal has.
const COLUMNS: usize = 80;

fn mark(good: bool) -> char {
    if good {
        '✔'
    } else {
        '✘'
    }
}

/// A sentence in lines that a terminal shows whole; those after the first are indented as far as its lead is long.
fn sentence(lead: &str, sentence: &str) -> String {
    let indent = " ".repeat(lead.chars().count());
    let options = textwrap::Options::new(COLUMNS)
        .initial_indent(lead)
        .subsequent_indent(&indent);
    textwrap::fill(sentence, options) + "\n"
}

/// A story's name, whether it ended as it should, and what happens in it.
pub(super) fn heading(sound: bool, name: &str, story: &str) -> String {
    format!("{} {name}\n{}", mark(sound), sentence("  ", story))
}

impl Check {
    pub(super) fn text(&self) -> String {
        sentence(&format!("  {} ", mark(self.holds)), &self.what)
    }
}

impl SceneReport {
    fn is_sound(&self) -> bool {
        self.expected == self.legs
            && self.failed.values().all(|failed| *failed == 0)
            && self.checks.iter().all(|check| check.holds)
    }

    fn text(&self) -> String {
        let mut text = heading(self.is_sound(), self.name, self.story);
        let mut legs = table(&[
            "zone",
            "leg",
            "who",
            "before",
            "after",
            "transactions",
            "messages",
        ]);
        for (zone, ended) in &self.legs {
            let messages = self.messages.get(zone).into_iter().flatten();
            let messages: Vec<String> = messages
                .map(|(verb, count)| match count {
                    1 => verb.clone(),
                    _ => format!("{verb} ×{count}"),
                })
                .collect();
            let holders: Vec<_> = self.balances.get(zone).into_iter().flatten().collect();
            let lines = |pick: &dyn Fn(&(u128, u128)) -> u128| -> String {
                let lines = holders.iter().map(|(_, amounts)| pick(amounts).to_string());
                lines.collect::<Vec<_>>().join("\n")
            };
            let names: Vec<&str> = holders.iter().map(|(name, _)| name.as_str()).collect();
            let count = self.transactions.get(zone).copied().unwrap_or_default();
            legs.add_row([
                zone.clone(),
                ended.clone(),
                names.join("\n"),
                lines(&|(before, _)| *before),
                lines(&|(_, after)| *after),
                count.to_string(),
                messages.join("\n"),
            ]);
        }
        text.push_str(&legs.to_string());
        text.push('\n');
        for check in &self.checks {
            text.push_str(&check.text());
        }
        text
    }
}

/// What two moments of the demo are compared by.
pub(super) struct Moment {
    heights: Vec<Height>,
    balances: Vec<BTreeMap<String, u128>>,
}

impl Moment {
    pub(super) fn now(world: &World) -> anyhow::Result<Moment> {
        let sides = world.sides();
        Ok(Moment {
            heights: sides
                .iter()
                .map(|side| side.chain.zone().sealed())
                .collect(),
            balances: sides.into_iter().map(balances).collect::<Result<_, _>>()?,
        })
    }

    /// Fills in what happened since.
    pub(super) fn tell(&self, world: &World, scene: &mut SceneReport) -> anyhow::Result<()> {
        for ((side, height), before) in world
            .sides()
            .into_iter()
            .zip(&self.heights)
            .zip(&self.balances)
        {
            let id = name(side);
            let after = balances(side)?;
            let changed = before
                .iter()
                .map(|(who, before)| {
                    let after = after.get(who).copied().unwrap_or_default();
                    (who.clone(), (*before, after))
                })
                .filter(|(_, (before, after))| before != after);
            scene.balances.insert(id.clone(), changed.collect());
            let tally = Tally::since(side, *height);
            scene.messages.insert(id.clone(), tally.verbs);
            scene.transactions.insert(id.clone(), tally.transactions);
            scene.failed.insert(id, tally.failed);
        }
        let now = world.sea.chain.zone().sealed();
        let began = self.heights.first().copied().unwrap_or_default();
        scene.blocks = now.since(began);
        Ok(())
    }
}

/// The zone's chain id, as a key of the report.
pub(super) fn name(side: &Side) -> String {
    side.chain.zone().id().to_string()
}

/// Whether all coins that were minted on a zone are where they can be named: nothing was made, nothing was lost.
pub(super) fn is_conserved(side: &Side) -> anyhow::Result<bool> {
    let total: Option<u128> = balances(side)?
        .into_values()
        .try_fold(0u128, |sum, amount| sum.checked_add(amount));
    Ok(total == Some(side.minted))
}

/// All transactions of a zone so far.
pub(super) fn transactions(side: &Side) -> usize {
    Tally::since(side, Height(0)).transactions
}

fn balances(side: &Side) -> anyhow::Result<BTreeMap<String, u128>> {
    let mut balances = BTreeMap::new();
    for person in PEOPLE {
        balances.insert(person.to_string(), side.balance(&side.account(person)?)?);
    }
    for (contract, address) in [
        ("(chain-view)", &side.view),
        ("(transaction-lock)", &side.lock),
        ("(booking)", &side.inn),
    ] {
        balances.insert(contract.to_string(), side.balance(address)?);
    }
    Ok(balances)
}

#[derive(Default)]
struct Tally {
    verbs: BTreeMap<String, usize>,
    transactions: usize,
    failed: usize,
}

impl Tally {
    /// Transactions in the blocks above a height.
    fn since(side: &Side, height: Height) -> Tally {
        let mut tally = Tally::default();
        let zone = side.chain.zone();
        for block in zone.blocks().iter().filter(|block| block.height > height) {
            for transaction in &block.transactions {
                tally.transactions = tally.transactions.saturating_add(1);
                let failed = usize::from(transaction.outcome.is_err());
                tally.failed = tally.failed.saturating_add(failed);
                for message in &transaction.messages {
                    let count = tally.verbs.entry(verb(message)).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
        tally
    }
}

/// The verb of a message: the one key of its JSON.
pub(super) fn verb(message: &CosmosMsg) -> String {
    let CosmosMsg::Wasm(WasmMsg::Execute { msg, .. }) = message else {
        return "instantiate".into();
    };
    let parsed: Result<serde_json::Value, _> = from_json(msg);
    let parsed = parsed.ok();
    let object = parsed.as_ref().and_then(serde_json::Value::as_object);
    let key = object.and_then(|object| object.keys().next().cloned());
    key.unwrap_or_else(|| "unknown".into())
}
