use alloc::string::String;

use tessera_primitives::Address;

use crate::{
    input::SlashOrder,
    state::{
        Epoch, Kind, Mark, Slash, Slasher, SlasherNumber, Spent, Standing, Validator,
        ValidatorNumber, MAX_LISTED, MAX_MARKS,
    },
    work::{Answer, Work},
    Event, Reads, Refusal, Refused, Share, Write,
};

/// Least share that a slash takes. Smaller leaks wait in the core; smaller convictions jail or tombstone and take nothing, or
/// 64 of nothing would fill a validator's list and shield it from what takes much.
const LEAST: Share = Share::percent(1);

/// Most snapshots that a slash looks through for the heaviest. Of longer ranges it costs as if the validator were everything.
const MAX_WEIGHED: usize = 40;

impl<R: Reads> Work<'_, R> {
    /// A contract that is registered as a slasher.
    pub(super) fn slasher(&self, address: &Address) -> Answer<(SlasherNumber, Slasher), R> {
        let none = || Refusal::NotSlasher {
            sender: address.clone(),
        };
        let number = self.get(self.reads.slasher_of(address))?.ok_or_else(none)?;
        let slasher = self.get(self.reads.slasher(number))?.ok_or_else(none)?;
        if slasher.revoked {
            return Err(Refused::Rule(none()));
        }
        Ok((number, slasher))
    }

    /// `slash`: never fails for a registered slasher; it takes what may be taken, and says so when that is nothing. The
    /// validator feels it at once, the stake when it is drained: until then what it meets is frozen.
    pub(super) fn slash(&mut self, order: SlashOrder) -> Answer<(), R> {
        let (slasher, registered) = self.slasher(&order.slasher)?;
        let number = order.validator;
        let Some(_) = self.get(self.reads.validator(number))? else {
            return self.pass(&order, "there is no such validator");
        };
        let mut validator = self.validator(number)?;
        if self.get(self.reads.has_evidence(number, &order.evidence))? {
            return self.pass(&order, "the evidence was used");
        }
        if usize::from(validator.slashes) >= MAX_LISTED {
            return self.pass(&order, "the validator's list of slashes is full");
        }
        if order.kind == Kind::Leak {
            if order.fraction < LEAST {
                return self.pass(&order, "the leak is too small");
            }
            if validator.leaked == self.epoch {
                return self.pass(&order, "the validator leaked in this epoch");
            }
        }
        let (from, to) = (order.from.max(self.pool.horizon), order.to.min(self.epoch));
        let (mut fraction, mut of) = (Share::ZERO, Share::ZERO);
        if from <= to && order.fraction >= LEAST {
            let heaviest = self.heaviest(number, from, to)?;
            of = heaviest.unwrap_or(Share::ONE);
            let cost = order.fraction.part(of);
            if usize::from(validator.slashes) >= MAX_MARKS && self.is_slight(number, cost)? {
                return self.pass(&order, "the rest of the list is for what takes more");
            }
            fraction = self.spend(slasher, &registered, &order, heaviest)?;
        }
        let mut kind = order.kind;
        if fraction > Share::ZERO || kind != Kind::Leak {
            self.write(Write::Evidence(number, order.evidence));
        }
        if fraction > Share::ZERO {
            if kind == Kind::Leak {
                validator.leaked = self.epoch;
            }
            validator.slashes = validator.slashes.saturating_add(1);
            if usize::from(validator.slashes) >= MAX_MARKS {
                kind = Kind::Tombstone;
            }
            let mark = Mark {
                number: self.pool.slashes.saturating_add(1),
                from,
                to,
                fraction,
                epoch: self.epoch,
            };
            self.list(slasher, &order, kind, mark, of.part(fraction))?;
        } else {
            self.pass(&order, "nothing is left to take")?;
        }
        self.punish(number, &mut validator, kind)?;
        self.put(number, validator);
        Ok(())
    }

    fn pass(&mut self, order: &SlashOrder, reason: &str) -> Answer<(), R> {
        self.say(Event::SlashPassed {
            validator: order.validator,
            evidence: order.evidence,
            reason: String::from(reason),
        });
        Ok(())
    }

    /// Whether so much of the weight is less than 1 % of what a validator weighed at most while it is slashable.
    fn is_slight(&self, validator: ValidatorNumber, cost: Share) -> Answer<bool, R> {
        let most = self.heaviest(validator, self.pool.horizon, self.epoch)?;
        Ok(most.is_some_and(|most| cost < LEAST.part(most)))
    }

    /// What the slasher may still take of the validator in this unbonding period, at most what it asks for. A slash of the
    /// time when the validator weighed next to nothing uses up next to nothing of that: else whoever keeps evidence of such a
    /// time would be safe. `of` is the share of the weight that this one meets, if it is known.
    fn spend(
        &mut self,
        number: SlasherNumber,
        slasher: &Slasher,
        order: &SlashOrder,
        of: Option<Share>,
    ) -> Answer<Share, R> {
        let recent = self.place.horizon_at(self.now);
        let mut spent = self.get(self.reads.spent(number, order.validator))?;
        spent.retain(|spent| spent.epoch >= recent);
        let used = spent.iter().fold(Share::ZERO, |sum, spent| {
            let more = of.filter(|now| *now > spent.of);
            let counts = more.map_or(Share::ONE, |now| {
                Share::of_whole(spent.of.billionths().into(), now.billionths().into())
            });
            sum.plus(spent.fraction.part(counts))
        });
        let fraction = order.fraction.min(slasher.max_fraction.minus(used));
        if fraction < LEAST {
            return Ok(Share::ZERO);
        }
        spent.push(Spent {
            epoch: self.epoch,
            fraction,
            of: of.unwrap_or(Share::ONE),
        });
        self.write(Write::Spent(number, order.validator, spent));
        Ok(fraction)
    }

    /// The slash joins the validator's list and the queue.
    fn list(
        &mut self,
        slasher: SlasherNumber,
        order: &SlashOrder,
        kind: Kind,
        mark: Mark,
        cost: Share,
    ) -> Answer<(), R> {
        self.pool.slashes = mark.number;
        let mut marks = self.marks(order.validator)?;
        marks.push(mark);
        self.write(Write::Marks(order.validator, marks));
        let slash = Slash {
            validator: order.validator,
            mark,
            slasher,
            kind,
            evidence: order.evidence,
            reward_to: order.reward_to.clone(),
            cost,
        };
        self.write(Write::Slash(mark.number, slash));
        self.say(Event::SlashAccepted {
            slash: mark.number,
            validator: order.validator,
            slasher,
            from: mark.from,
            to: mark.to,
            fraction: mark.fraction.billionths(),
            evidence: order.evidence,
        });
        Ok(())
    }

    /// The greatest share of the weight that a validator had in the snapshots of some epochs: what it had in the last alone
    /// may be nothing, or what others unbonded from. One that is in none of them, as after a jail, has what it had in the last
    /// before: its stake is met all the same. None where no snapshot that is slashable had it, or these are too many to look
    /// through.
    fn heaviest(
        &self,
        validator: ValidatorNumber,
        from: Epoch,
        to: Epoch,
    ) -> Answer<Option<Share>, R> {
        let (mut heaviest, mut through, mut is_found) = (Share::ZERO, to, false);
        for _ in 0..MAX_WEIGHED {
            let Some(snapshot) = self.get(self.reads.snapshot_at(through))? else {
                // Before the first snapshot nothing weighs.
                return Ok((is_found || self.pool.snapshot == 0).then_some(heaviest));
            };
            let members = self.get(self.reads.members(snapshot.epoch))?;
            let member = members.iter().find(|member| member.validator == validator);
            if let Some(member) = member {
                is_found = true;
                heaviest = heaviest.max(Share::of_whole(member.weight.0, snapshot.total.0));
            }
            through = snapshot.epoch.saturating_sub(1);
            // What counted below the horizon is not met.
            if through < from && (is_found || through < self.pool.horizon) {
                return Ok(is_found.then_some(heaviest));
            }
        }
        // None of them had it, or there are more.
        Ok((is_found && through < from).then_some(heaviest))
    }

    /// What a conviction does to a validator; nothing more to one that is tombstoned.
    fn punish(
        &mut self,
        number: ValidatorNumber,
        validator: &mut Validator,
        kind: Kind,
    ) -> Answer<(), R> {
        if validator.standing == Standing::Tombstoned {
            return Ok(());
        }
        let standing = match kind {
            Kind::Leak => return Ok(()),
            Kind::Jail => {
                let parameters = self.get(self.reads.parameters())?;
                let until = self.now.plus(parameters.jail)?;
                let until = match validator.standing {
                    Standing::Jailed { until: earlier } => until.max(earlier),
                    _ => until,
                };
                Standing::Jailed { until }
            }
            Kind::Tombstone => Standing::Tombstoned,
        };
        let was_candidate = validator.standing == Standing::Candidate;
        validator.standing = standing;
        if was_candidate {
            self.step_down(number, standing.name())?;
        }
        Ok(())
    }
}
