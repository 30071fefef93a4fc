//! What must hold.

use super::*;

impl Walk {
    /// Invariant 2: what the lock's account holds is what the rule says it holds.
    pub fn check_escrow(&self, own: usize, seed: u64, step: u64) {
        let zone = &self.zones[own];
        for asset in assets() {
            let escrow = zone.balance(&zone.lock.place.address, &asset);
            let promised = zone.promised(&asset);
            assert_eq!(
                escrow, promised,
                "escrow of {asset}, seed {seed}, step {step}"
            );
        }
    }

    /// Caps count every committed leg, and every kept one for `max_horizon` blocks.
    pub fn check_caps(&self, seed: u64, step: u64) {
        for zone in &self.zones {
            let length = zone.lock.parameters.max_horizon;
            for ((_, asset), exposure) in &zone.lock.exposures {
                let committed = zone.lock.terms.iter().filter(|(task, _)| {
                    let state = zone.lock.marks[*task].state;
                    matches!(state, LegState::Committed | LegState::Conceded)
                });
                let funds = committed.flat_map(|(_, terms)| &terms.funds);
                let funds = funds.filter(|coin| coin.asset == *asset);
                let open: u128 = funds.map(|coin| coin.amount.0).sum();
                assert_eq!(
                    exposure.open.0, open,
                    "open value, seed {seed}, step {step}"
                );
                let now = exposure.at(Height(zone.height), length);
                let kept = |least: u64| -> u128 {
                    let kept =
                        zone.kept.iter().rev().filter(|(height, _, of, _)| {
                            of == asset && zone.height - height < least
                        });
                    kept.map(|(_, _, _, amount)| amount).sum()
                };
                let held = now.held.0 + now.held_before.0;
                assert!(
                    held >= kept(length),
                    "freed too soon, seed {seed}, step {step}"
                );
                assert!(
                    held <= kept(2 * length),
                    "freed too late, seed {seed}, step {step}"
                );
                assert!(
                    now.at_risk().unwrap() <= now.max,
                    "above the cap, seed {seed}, step {step}"
                );
            }
        }
    }

    /// Proposition 2 for every task so far.
    pub fn check_mixes(&self, seed: u64, step: u64) {
        for (id, _) in &self.bodies {
            let marks = self.zones.iter().map(|zone| zone.lock.marks.get(id));
            let states: Vec<Option<LegState>> =
                marks.map(|mark| mark.map(|mark| mark.state)).collect();
            let kept = states.contains(&Some(LegState::Kept));
            let whole = states
                .iter()
                .all(|state| matches!(state, Some(LegState::Kept | LegState::Committed)));
            assert!(!kept || whole, "a mix {states:?}, seed {seed}, step {step}");
        }
    }
}
