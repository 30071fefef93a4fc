//! A naive pool: a list of everything that anybody ever bonded, to which every event is applied, one by one. No cells, no
//! tags, no queue, no index. What the rule says must be what this says, but for roundings.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tessera_primitives::Amount;
use tessera_stake::{
    state::{Choice, Phase, Snapshot, FOREVER},
    Event, Input,
};

use crate::{
    generate::Generator,
    world::{address, parameters, World},
};

const ONE: u128 = 1_000_000_000;

/// What one epoch's turn owes: not reckoned before the epoch ends or somebody claims, since a slash in it still takes.
#[derive(Clone)]
struct Due {
    reward: u128,
    of: u128,
    commission: u128,
}

#[derive(Clone)]
struct Lot {
    owner: String,
    token: u16,
    amount: u128,
    /// Where it counted, and counts: validator, first and last epoch.
    places: Vec<(u32, u32, u32)>,
    due: Vec<Due>,
    gone: bool,
}

impl Lot {
    fn here(&self) -> (u32, u32, u32) {
        *self.places.last().unwrap()
    }

    fn counted_at(&self, epoch: u32) -> Option<u32> {
        let place = self
            .places
            .iter()
            .find(|(_, from, until)| *from <= epoch && epoch <= *until);
        place.map(|(validator, ..)| *validator)
    }

    fn meets(&self, slash: &Slash) -> bool {
        let (of, from, to) = (slash.validator, slash.from, slash.to);
        self.places
            .iter()
            .any(|(validator, a, u)| *validator == of && *a.max(&from) <= *u.min(&to))
    }

    fn tag(&self, horizon: u32) -> Option<(u32, u32, u32)> {
        let before = self.places.len().checked_sub(2)?;
        Some(self.places[before]).filter(|(_, _, until)| *until >= horizon)
    }
}

struct Slash {
    number: u32,
    validator: u32,
    from: u32,
    to: u32,
}

#[derive(Default)]
struct Model {
    lots: Vec<Lot>,
    slashes: Vec<Slash>,
    earned: BTreeMap<String, u128>,
    paid: BTreeMap<String, u128>,
    pieces: BTreeMap<String, u128>,
    votes: BTreeMap<(u64, String, u32), (Choice, u128)>,
    seats: BTreeMap<(u64, u32), Choice>,
    slashed_in: u32,
}

fn near(a: u128, b: u128, by: u128, what: &str) {
    assert!(
        a.abs_diff(b) <= by,
        "{what}: the pool says {a}, the model {b}, {by} allowed"
    );
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

    fn reckon_all(&mut self) {
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
            let free = !(hop && lot.tag(horizon).is_some()) && !self.is_frozen(lot, before);
            mine && bonded && free
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

    /// Units by which roundings can differ: one a lot and slash, and what earlier draws carried along.
    fn tolerance(&self, lots: u128) -> u128 {
        (lots + 4) * (self.slashes.len() as u128 + 2)
    }

    fn power(&self, voter: &str, validator: u32, snapshot: &Snapshot) -> (u128, u128) {
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
    fn compare(&self, world: &World) {
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
    fn compare_votes(&self, world: &World) {
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

fn bonded(owner: &str, validator: u32, token: u16, amount: u128, epoch: u32) -> Lot {
    Lot {
        owner: owner.into(),
        token,
        amount,
        places: vec![(validator, epoch + 1, FOREVER)],
        due: Vec::new(),
        gone: false,
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
