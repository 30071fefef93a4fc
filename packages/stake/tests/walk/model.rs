//! A naive pool: a list of everything that anybody ever bonded, to which every event is applied, one by one. No cells, no
//! tags, no queue, no index. What the rule says must be what this says, but for roundings.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tessera_primitives::Amount;
use tessera_stake::{
    state::{Choice, Phase, FOREVER},
    Event, Input,
};

use crate::{
    generate::Generator,
    lots::{bonded, near, Due, Lot, Slash, ONE},
    world::{address, parameters, World},
};

#[derive(Default)]
pub struct Model {
    pub lots: Vec<Lot>,
    pub slashes: Vec<Slash>,
    pub earned: BTreeMap<String, u128>,
    pub paid: BTreeMap<String, u128>,
    pub pieces: BTreeMap<String, u128>,
    pub votes: BTreeMap<(u64, String, u32), (Choice, u128)>,
    pub seats: BTreeMap<(u64, u32), Choice>,
    pub slashed_in: u32,
}

impl Model {
    fn reckon(&mut self, index: usize) {
        let lot = &mut self.lots[index];
        for due in std::mem::take(&mut lot.due) {
            let gross = lot.amount * due.reward / due.of;
            let net = gross * (ONE - due.commission) / ONE;
            *self.earned.entry(lot.owner.clone()).or_default() += net;
            *self.pieces.entry(lot.owner.clone()).or_default() += 3;
        }
    }

    pub fn reckon_all(&mut self) {
        (0..self.lots.len()).for_each(|index| self.reckon(index));
    }

    fn claim(&mut self, owner: &str, validator: u32) {
        for index in 0..self.lots.len() {
            if self.lots[index].owner == owner && self.lots[index].here().0 == validator {
                self.reckon(index);
            }
        }
    }

    fn is_frozen(&self, lot: &Lot, world: &World) -> bool {
        let waiting = self
            .slashes
            .iter()
            .filter(|slash| slash.number > world.pool.pool.drained);
        waiting.into_iter().any(|slash| lot.meets(slash))
    }

    /// Takes out of bonded lots, the oldest first; those under the horizon are one.
    fn draw(
        &mut self,
        before: &World,
        owner: &str,
        validator: u32,
        token: u16,
        amount: u128,
        hop: bool,
    ) -> Vec<Lot> {
        let horizon = before.pool.pool.horizon;
        let mut order: Vec<usize> = (0..self.lots.len()).collect();
        order.retain(|index| {
            let lot = &self.lots[*index];
            let mine = !lot.gone && lot.owner == owner && lot.token == token;
            let bonded = lot.here().0 == validator && lot.here().2 == FOREVER;
            let stuck = self.is_frozen(lot, before) || hop && lot.tag(horizon).is_some();
            mine && bonded && !stuck
        });
        order.sort_by_key(|index| {
            let lot = &self.lots[*index];
            let from = lot.here().1;
            (if from <= horizon { 0 } else { from }, lot.tag(horizon))
        });
        let (mut left, mut drawn) = (amount, Vec::new());
        for index in order {
            let taken = self.lots[index].amount.min(left);
            self.lots[index].amount -= taken;
            left -= taken;
            if taken > 0 {
                drawn.push(Lot {
                    amount: taken,
                    ..self.lots[index].clone()
                });
            }
        }
        assert!(left <= 100, "{left} of {amount} missing");
        drawn
    }

    fn turned(&mut self, world: &World, reward: u128) {
        let epoch = world.epoch();
        let snapshot = &world.pool.snapshots[&epoch];
        let members = &world.pool.members[&epoch];
        let active = |validator: u32| members.iter().any(|member| member.validator == validator);
        let whole: u128 = snapshot.units.iter().map(|unit| unit.value.0).sum();
        for unit in &snapshot.units {
            let counts = |lot: &&Lot| {
                let at = (!lot.gone).then(|| lot.counted_at(epoch)).flatten();
                lot.token == unit.token && at.is_some_and(active)
            };
            let counted: u128 = self.lots.iter().filter(counts).map(|lot| lot.amount).sum();
            assert!(
                counted <= unit.amount.0,
                "{counted} counts, {} was weighed",
                unit.amount.0
            );
            let drained = world.pool.pool.drained == world.pool.pool.slashes;
            if drained && self.slashed_in < epoch {
                let most = (self.lots.len() * (self.slashes.len() + 1)) as u128;
                near(unit.amount.0, counted, most, "counted stake");
            }
            if unit.amount.is_zero() || unit.value.is_zero() {
                continue;
            }
            let share = reward * unit.value.0 / whole;
            for lot in self
                .lots
                .iter_mut()
                .filter(|lot| !lot.gone && lot.token == unit.token)
            {
                let Some(at) = lot.counted_at(epoch).filter(|at| active(*at)) else {
                    continue;
                };
                let term = world
                    .pool
                    .terms
                    .range((at, 0)..=(at, epoch))
                    .next_back()
                    .unwrap()
                    .1;
                let commission = term.commission.billionths().into();
                lot.due.push(Due {
                    reward: share,
                    of: unit.amount.0,
                    commission,
                });
            }
        }
    }

    /// Repeats what the pool did.
    fn repeat(&mut self, before: &World, world: &World, input: &Input, events: &[Event]) {
        let epoch = world.epoch();
        match input {
            Input::Bond {
                delegator,
                validator,
                quote,
                amount,
            } => {
                self.claim(delegator.as_str(), *validator);
                self.lots.push(bonded(
                    delegator.as_str(),
                    *validator,
                    quote.token,
                    amount.0,
                    epoch,
                ));
            }
            Input::CreateValidator(new) => {
                let number = before.pool.pool.next_validator;
                let lot = bonded(
                    new.operator.as_str(),
                    number,
                    new.bond.token,
                    new.amount.0,
                    epoch,
                );
                self.lots.push(lot);
            }
            Input::Unbond {
                delegator,
                validator,
                token,
                amount,
            } => {
                self.claim(delegator.as_str(), *validator);
                let drawn = self.draw(
                    before,
                    delegator.as_str(),
                    *validator,
                    *token,
                    amount.0,
                    false,
                );
                for mut lot in drawn {
                    lot.places.last_mut().unwrap().2 = epoch;
                    self.lots.push(lot);
                }
            }
            Input::Redelegate {
                delegator,
                validator,
                to,
                token,
                amount,
            } => {
                self.claim(delegator.as_str(), *validator);
                self.claim(delegator.as_str(), *to);
                let drawn = self.draw(
                    before,
                    delegator.as_str(),
                    *validator,
                    *token,
                    amount.0,
                    true,
                );
                for mut lot in drawn {
                    let last = lot.places.last_mut().unwrap();
                    if last.1 > epoch {
                        last.0 = *to;
                    } else {
                        last.2 = epoch;
                        lot.places.push((*to, epoch + 1, FOREVER));
                    }
                    self.lots.push(lot);
                }
            }
            Input::WithdrawUnbonded {
                delegator,
                validator,
                token,
            } => {
                self.claim(delegator.as_str(), *validator);
                let (mut total, mut lots) = (0, 0);
                for index in 0..self.lots.len() {
                    let lot = &self.lots[index];
                    let mine = !lot.gone && lot.owner == delegator.as_str() && lot.token == *token;
                    let (at, _, until) = lot.here();
                    let ripe =
                        until != FOREVER && before.now().time >= world.pool.place.matures(until);
                    if mine && at == *validator && ripe && !self.is_frozen(lot, before) {
                        total += lot.amount;
                        lots += 1;
                        self.lots[index].gone = true;
                    }
                }
                let Some(Event::Withdrawn { amount, .. }) = events.last() else {
                    panic!()
                };
                near(amount.0, total, self.tolerance(lots), "withdrawn");
            }
            Input::WithdrawRewards {
                delegator,
                validator,
            } => {
                self.claim(delegator.as_str(), *validator);
                let Some(Event::RewardsPaid { amount, .. }) = events.last() else {
                    panic!()
                };
                *self.paid.entry(delegator.as_str().into()).or_default() += amount.0;
            }
            Input::Vote {
                voter,
                proposal,
                validator,
                choice,
                ..
            } => {
                let Phase::Voting { opened, .. } = world.pool.proposals[proposal].phase else {
                    panic!()
                };
                let snapshot = &world.pool.snapshots[&opened];
                let (power, by) = self.power(voter.as_str(), *validator, snapshot);
                let counted = world.pool.ballots[&(*proposal, voter.clone(), *validator)]
                    .power
                    .0;
                near(counted, power, by, "power");
                self.votes.insert(
                    (*proposal, voter.as_str().into(), *validator),
                    (*choice, counted),
                );
            }
            Input::VoteAsValidator {
                operator,
                proposal,
                choice,
            } => {
                self.seats
                    .insert((*proposal, world.pool.operators[operator]), *choice);
            }
            _ => {}
        }
        for event in events {
            match event {
                Event::Turned { distributed, .. } => self.turned(world, distributed.0),
                Event::SlashAccepted {
                    slash,
                    validator,
                    from,
                    to,
                    fraction,
                    ..
                } => {
                    let slash = Slash {
                        number: *slash,
                        validator: *validator,
                        from: *from,
                        to: *to,
                    };
                    for lot in self
                        .lots
                        .iter_mut()
                        .filter(|lot| !lot.gone && lot.meets(&slash))
                    {
                        lot.amount = lot.amount * (ONE - u128::from(*fraction)) / ONE;
                    }
                    self.slashed_in = epoch;
                    self.slashes.push(slash);
                }
                _ => {}
            }
        }
    }
}

fn run(seed: u64, steps: u64, counts: &mut BTreeMap<&'static str, u64>) {
    let mut world = World::with(tessera_stake::state::Parameters {
        pay: Amount(0),
        ..parameters()
    });
    let mut generator = Generator {
        random: ChaCha8Rng::seed_from_u64(seed),
        secrets: 0,
    };
    let mut model = Model::default();
    for step in 0..steps {
        if generator.random.gen_bool(0.25) {
            let before = world.epoch();
            generator.pass(&mut world);
            if world.epoch() != before {
                model.reckon_all();
            }
        }
        let input = match generator.random.gen_range(0..12) {
            0 if step > 4 => Input::Turn {
                caller: address("pusher"),
                prices: world.quotes(),
            },
            1 => Input::Fund {
                sender: address("patron"),
                amount: Amount(1_000_000_000),
                reserve: false,
            },
            _ => generator.any(&world),
        };
        // Holds and vetoes need no model: what is asked here is who has what.
        if matches!(input, Input::Hold { .. } | Input::SetParameters { .. }) {
            continue;
        }
        let vote =
            matches!(&input, Input::Vote { via, .. } if via.len() != world.pool.validators.len());
        if vote {
            continue;
        }
        let before = world.copy();
        if let Ok(events) = world.act(input.clone()) {
            for event in &events {
                use tessera_primitives::fact::Facts;
                *counts.entry(event.name()).or_default() += 1;
            }
            model.repeat(&before, &world, &input, &events);
            if step % 4 == 0 {
                model.compare(&world);
                model.compare_votes(&world);
            }
        }
    }
    model.compare(&world);
}

#[test]
fn a_list_of_everything_agrees() {
    let seed = crate::from_environment("TESSERA_SEED", 7_000);
    let runs = crate::from_environment("TESSERA_RUNS", 60);
    let mut counts = BTreeMap::new();
    for seed in seed..seed + runs {
        println!("TESSERA_SEED={seed}");
        run(seed, 500, &mut counts);
    }
    println!("{counts:?}");
    for fact in [
        "stake_redelegated",
        "stake_withdrawn",
        "stake_taken",
        "stake_rewards_paid",
        "stake_voted",
    ] {
        assert!(counts.get(fact).copied().unwrap_or(0) > 0, "never {fact}");
    }
}
