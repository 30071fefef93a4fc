//! One zone: whose money is where.

use super::*;

/// One zone: its lock, everybody's money on it, and its past.
pub struct Zone {
    pub lock: Memory,
    pub balances: BTreeMap<(Address, Asset), u128>,
    pub height: u64,
    /// Every change of a leg, with the block in which it came.
    pub past: BTreeMap<Hash, Vec<(u64, Mark)>>,
    /// What was kept: height, task, in which asset and how much.
    pub kept: Vec<(u64, Hash, Asset, u128)>,
}

impl Zone {
    pub fn balance(&self, of: &Address, asset: &Asset) -> u128 {
        let key = (of.clone(), asset.clone());
        self.balances.get(&key).copied().unwrap_or(0)
    }

    pub fn send(&mut self, from: &Address, to: &Address, asset: &Asset, amount: Amount) {
        let left = self.balance(from, asset).checked_sub(amount.0);
        let left = left.unwrap_or_else(|| panic!("{from} has not {amount} of {asset}"));
        self.balances.insert((from.clone(), asset.clone()), left);
        *self
            .balances
            .entry((to.clone(), asset.clone()))
            .or_default() += amount.0;
    }

    pub fn now(&self) -> Now {
        Now {
            height: Height(self.height),
            time: Timestamp::from_seconds(self.height * SECONDS_A_BLOCK).unwrap(),
        }
    }

    pub fn mark_at(&self, task: &Hash, state_height: u64) -> Option<Mark> {
        let changes = self.past.get(task)?;
        let mut before = changes
            .iter()
            .rev()
            .filter(|(height, _)| *height <= state_height);
        before.next().map(|(_, mark)| *mark)
    }

    /// What the lock says it holds of an asset: funds and tips of open legs, and what is owed.
    pub fn promised(&self, asset: &Asset) -> u128 {
        let fee = Asset::Native(world::fee_denom());
        let open = self.lock.terms.iter().map(|(task, terms)| {
            let funds = terms.funds.iter().filter(|coin| coin.asset == *asset);
            let funds: u128 = funds.map(|coin| coin.amount.0).sum();
            let left = match self.lock.marks[task].state {
                LegState::Registered => terms.tip.0,
                _ => terms.tip.0 - terms.tip.0 / 2,
            };
            funds + if *asset == fee { left } else { 0 }
        });
        let owed = self.lock.owed.values().map(|payout| match payout {
            Payout::Transfer {
                asset: of, amount, ..
            } if of == asset => amount.0,
            Payout::Unlock { funds, .. } => {
                let funds = funds.iter().filter(|coin| coin.asset == *asset);
                funds.map(|coin| coin.amount.0).sum()
            }
            _ => 0,
        });
        open.sum::<u128>() + owed.sum::<u128>()
    }
}

/// All money of a zone.
pub fn total(zone: &Zone) -> BTreeMap<Asset, u128> {
    let mut total = BTreeMap::new();
    for ((_, asset), amount) in &zone.balances {
        *total.entry(asset.clone()).or_default() += amount;
    }
    total
}
