//! What the model says against what the pool says.

use std::collections::BTreeMap;

use tessera_primitives::Amount;
use tessera_stake::state::{Choice, Phase, Snapshot};

use crate::{lots::near, model::Model, world::World};

impl Model {
    /// Units by which roundings can differ: one a lot and slash, and what earlier draws carried along.
    pub fn tolerance(&self, lots: u128) -> u128 {
        (lots + 4) * (self.slashes.len() as u128 + 2)
    }

    pub fn power(&self, voter: &str, validator: u32, snapshot: &Snapshot) -> (u128, u128) {
        let (mut power, mut by) = (0, 0);
        for lot in self
            .lots
            .iter()
            .filter(|lot| !lot.gone && lot.owner == voter)
        {
            if lot.counted_at(snapshot.epoch) == Some(validator) {
                power += snapshot.weigh(lot.token, Amount(lot.amount)).0;
                by += snapshot.weigh(lot.token, Amount(self.tolerance(1))).0 + 1;
            }
        }
        (power, by + 1)
    }

    /// All that anybody has is what the model says.
    pub fn compare(&self, world: &World) {
        let mut ours: BTreeMap<(String, u32, u16, u32), (u128, u128)> = BTreeMap::new();
        for lot in self.lots.iter().filter(|lot| !lot.gone) {
            let (validator, _, until) = lot.here();
            let sum = ours
                .entry((lot.owner.clone(), validator, lot.token, until))
                .or_default();
            *sum = (sum.0 + lot.amount, sum.1 + 1);
        }
        let mut theirs: BTreeMap<(String, u32, u16, u32), u128> = BTreeMap::new();
        for (who, validator) in world.pool.delegations.keys() {
            for view in world.parts(who.as_str(), *validator) {
                let key = (
                    who.as_str().to_owned(),
                    *validator,
                    view.part.token,
                    view.part.until,
                );
                *theirs.entry(key).or_default() += view.worth.0;
            }
        }
        for key in ours.keys().chain(theirs.keys()) {
            let (amount, lots) = ours.get(key).copied().unwrap_or_default();
            let worth = theirs.get(key).copied().unwrap_or(0);
            near(
                worth,
                amount,
                self.tolerance(lots),
                &format!("stake of {key:?}"),
            );
        }
        let mut model = Model {
            lots: self.lots.clone(),
            earned: self.earned.clone(),
            pieces: self.pieces.clone(),
            ..Model::default()
        };
        model.reckon_all();
        for (owner, earned) in &model.earned {
            let places = world.pool.validators.keys();
            let pending: u128 = places
                .map(|validator| world.pending(owner, *validator))
                .sum();
            let paid = self.paid.get(owner).copied().unwrap_or(0);
            // A unit of stake that roundings differ by earns a little too.
            let by = model.pieces[owner] + earned / 10_000 + 100;
            near(paid + pending, *earned, by, &format!("rewards of {owner}"));
        }
    }

    /// Votes counted by hand.
    pub fn compare_votes(&self, world: &World) {
        for (number, proposal) in &world.pool.proposals {
            let Phase::Voting { opened, .. } = proposal.phase else {
                continue;
            };
            let mut votes: BTreeMap<Choice, u128> = BTreeMap::new();
            for member in &world.pool.members[&opened] {
                let here = self
                    .votes
                    .iter()
                    .filter(|((of, _, at), _)| of == number && *at == member.validator);
                let mut rest = member.weight.0;
                for (_, (choice, power)) in here {
                    *votes.entry(*choice).or_default() += power;
                    rest -= power;
                }
                if let Some(choice) = self.seats.get(&(*number, member.validator)) {
                    *votes.entry(*choice).or_default() += rest;
                }
            }
            let of = |choice| votes.get(&choice).copied().unwrap_or(0);
            let tally = proposal.tally;
            let counted = [tally.yes, tally.no, tally.abstain, tally.veto].map(|votes| votes.0);
            let by_hand = [Choice::Yes, Choice::No, Choice::Abstain, Choice::Veto].map(of);
            assert_eq!(counted, by_hand);
        }
    }
}
