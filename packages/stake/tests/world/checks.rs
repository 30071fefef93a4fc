//! The rule's invariants, looked at from outside.

use std::collections::BTreeMap;

use tessera_stake::state::{CellKey, Part, TokenNumber, FOREVER};

use super::{World, HUB};

impl World {
    /// Invariant: tokens held are what is staked, deposited, credited, and, of the hub's, set aside for rewards.
    pub fn check_money(&self) {
        for (number, token) in &self.pool.tokens {
            let cells = self
                .pool
                .cells
                .iter()
                .filter(|(key, _)| key.token == *number);
            let staked: u128 = cells.map(|(_, cells)| cells.total().unwrap().0).sum();
            let deposits = self.pool.deposits.values().flatten();
            // Vetoed deposits are forfeited: their records stay and mean nothing.
            let vetoed: u128 = self.vetoed(*number);
            let deposits: u128 = deposits
                .filter(|(of, _)| of == number)
                .map(|(_, a)| a.0)
                .sum();
            let credits = self.pool.credits.iter().filter(|((_, of), _)| of == number);
            let credits: u128 = credits.map(|(_, amount)| amount.0).sum();
            let mut all = staked + deposits - vetoed + credits;
            if *number == HUB {
                let pool = &self.pool.pool;
                all += pool.reserve.0 + pool.pot.0 + pool.owed.0;
            }
            let held = self.held.get(&token.asset).copied().unwrap_or(0);
            assert_eq!(held, all as i128, "token {number}");
        }
    }

    fn vetoed(&self, token: TokenNumber) -> u128 {
        let of = |phase| matches!(phase, tessera_stake::state::Phase::Vetoed);
        let vetoed = self
            .pool
            .proposals
            .values()
            .filter(|proposal| of(proposal.phase));
        let deposits = vetoed.flat_map(|proposal| &proposal.deposits);
        deposits
            .filter(|(of, _)| *of == token)
            .map(|(_, amount)| amount.0)
            .sum()
    }

    /// Invariant: what parts are worth is in their cells, redelegated stake is found, and totals are the cells'.
    pub fn check_cells(&self) {
        let horizon = self.pool.pool.horizon;
        let first = |from: u32| if from <= horizon { 0 } else { from };
        let mut worth: BTreeMap<(CellKey, u32), u128> = BTreeMap::new();
        let mut tagged: BTreeMap<_, u128> = BTreeMap::new();
        for (delegator, number) in self.pool.delegations.keys() {
            for view in self.parts(delegator.as_str(), *number) {
                let part: Part = view.part;
                if view.frozen {
                    continue;
                }
                let key = CellKey {
                    validator: *number,
                    until: part.until,
                    token: part.token,
                };
                *worth.entry((key, first(part.from))).or_default() += view.worth.0;
                if let Some(tag) = part.tag.filter(|tag| tag.until >= horizon) {
                    let key = (tag, part.token, *number, part.from, part.until);
                    *tagged.entry(key).or_default() += view.worth.0;
                }
            }
        }
        let mut cells: BTreeMap<(CellKey, u32), u128> = BTreeMap::new();
        for (key, all) in &self.pool.cells {
            for cell in &all.0 {
                *cells.entry((*key, first(cell.from))).or_default() += cell.amount.0;
            }
        }
        for (key, worth) in &worth {
            let cell = cells.get(key).copied().unwrap_or(0);
            assert!(*worth <= cell, "parts {worth} of cell {cell} at {key:?}");
        }
        for ((tag, token, number, from, until), worth) in tagged {
            let key = tessera_stake::state::TaggedKey {
                source: tag.validator,
                source_until: tag.until,
                source_from: tag.from,
                token,
                validator: number,
                from,
                until,
            };
            let found = self
                .pool
                .tagged
                .get(&key)
                .map_or(0, |tagged| tagged.amount.0);
            assert!(worth <= found, "tagged {worth}, found {found} at {key:?}");
        }
        for number in self.pool.validators.keys() {
            for holding in self.validator(*number).holdings {
                let of = |key: &CellKey| key.validator == *number && key.token == holding.token;
                let bonded = cells
                    .iter()
                    .filter(|((key, _), _)| of(key) && key.until == FOREVER);
                let bonded: u128 = bonded.map(|(_, amount)| amount).sum();
                assert_eq!(holding.next.0, bonded, "validator {number}");
                let epoch = self.epoch();
                let counts = |key: &CellKey, from: u32| from <= epoch && epoch <= key.until;
                let counted = cells
                    .iter()
                    .filter(|((key, from), _)| of(key) && counts(key, *from));
                let counted: u128 = counted.map(|(_, amount)| amount).sum();
                assert!(counted <= holding.counted.0, "validator {number}");
            }
        }
    }

    /// Invariant: the sum of all claims never exceeds what was set aside for them.
    pub fn check_rewards(&self) {
        let keys = self.pool.delegations.keys();
        let pending = keys.map(|(who, number)| self.pending(who.as_str(), *number));
        let pending: u128 = pending.sum();
        let commissions = self.pool.validators.keys();
        let commissions: u128 = commissions
            .map(|number| self.validator(*number).earned.0)
            .sum();
        let owed = self.pool.pool.owed.0;
        assert!(
            pending + commissions <= owed,
            "{pending} + {commissions} of {owed}"
        );
    }

    pub fn check(&self) {
        self.check_money();
        self.check_cells();
        self.check_rewards();
    }
}
