//! What happens then: steps are taken, payouts and locks fail as the world likes.

use super::*;

impl Walk {
    /// Takes a step in a zone: writes, then instructions, which may fail as the world likes.
    pub fn take(&mut self, own: usize, step: &Step) {
        let zone = &mut self.zones[own];
        for event in &step.events {
            let (name, task) = match event {
                Event::Kept { task, .. } => ("kept", task),
                Event::Reversed { task, .. } => ("reversed", task),
                Event::Rejected { task } => ("rejected", task),
                Event::Lapsed { task } => ("lapsed", task),
                Event::Committed { task, .. } => ("committed", task),
                Event::Registered { task, .. } => ("registered", task),
                Event::Conceded { task } => ("conceded", task),
                Event::Skipped { task, .. } => ("skipped", task),
                Event::Owed { task, .. } => ("owed", task),
                Event::Claimed { task, .. } => ("claimed", task),
                _ => continue,
            };
            *self.counts.entry(name).or_default() += 1;
            if name == "kept" {
                for coin in &zone.lock.terms[task].funds {
                    let coin = coin.clone();
                    zone.kept
                        .push((zone.height, *task, coin.asset, coin.amount.0));
                }
            }
        }
        zone.lock.apply(step);
        for write in &step.writes {
            if let tessera_lock::state::Write::Mark(task, mark) = write {
                zone.past
                    .entry(*task)
                    .or_default()
                    .push((zone.height, *mark));
            }
        }
        for instruction in &step.instructions {
            self.follow(own, instruction);
        }
    }

    pub fn pay_out(&mut self, own: usize, payout: &Payout) {
        let zone = &mut self.zones[own];
        let lock = zone.lock.place.address.clone();
        match payout {
            Payout::Transfer { asset, amount, to } => zone.send(&lock, to, asset, *amount),
            Payout::Unlock {
                contract, funds, ..
            } => {
                for coin in funds {
                    zone.send(&lock, contract, &coin.asset, coin.amount);
                }
            }
            Payout::Reverse { .. } => {}
        }
    }

    pub fn follow(&mut self, own: usize, instruction: &Instruction) {
        let zone = &mut self.zones[own];
        let lock = zone.lock.place.address.clone();
        match instruction {
            Instruction::Collect {
                token,
                from,
                amount,
            } => {
                zone.send(from, &lock, &Asset::Cw20(token.clone()), *amount);
            }
            Instruction::Pay { to, coin } => zone.send(&lock, to, &coin.asset, coin.amount),
            Instruction::Attempt {
                task,
                effect,
                payout,
                ..
            } => {
                if self.random.gen_bool(0.8) {
                    return self.pay_out(own, payout);
                }
                let input = Input::PayoutFailed {
                    task: *task,
                    effect: *effect,
                    payout: payout.clone(),
                };
                let step = transition(&zone.now(), &zone.lock, input).unwrap();
                self.take(own, &step);
            }
            Instruction::Claimed { payout, .. } => self.pay_out(own, payout),
            Instruction::CommitLocked { task, locking, .. } => {
                let input = Input::CommitLocked {
                    locking: locking.clone(),
                };
                let result = transition(&zone.now(), &zone.lock, input);
                match result {
                    Ok(step) if self.random.gen_bool(0.8) => self.take(own, &step),
                    _ => {
                        let input = Input::LockFailed { task: *task };
                        let zone = &self.zones[own];
                        let step = transition(&zone.now(), &zone.lock, input).unwrap();
                        self.take(own, &step);
                    }
                }
            }
            Instruction::Lock { .. } => {}
        }
    }

    /// One of those that wait longest.
    pub fn waiting(&mut self, own: usize) -> Option<usize> {
        let waiting = self.zones[own].lock.open_tasks(None, 3);
        let (_, id) = waiting.choose(&mut self.random)?;
        self.bodies.iter().position(|bodies| bodies.0 == *id)
    }

    /// Does something in some zone, and says in which.
    pub fn act(&mut self) -> usize {
        let own = self.random.gen_range(0..self.zones.len());
        let newest = self.bodies.len();
        if newest == 0 || self.random.gen_bool(0.03) {
            let task = self.invent();
            for zone in 0..self.zones.len() {
                if self.random.gen_bool(0.9) {
                    self.register(zone, task);
                }
            }
            return own;
        }
        let task = if self.random.gen_bool(0.7) {
            newest - 1 - self.random.gen_range(0..newest.min(3))
        } else {
            self.waiting(own).unwrap_or(newest - 1)
        };
        let body = self.bodies[task].1[own].clone();
        let id = body.task.id();
        let sightings = self.sightings(own, &body.task);
        let caller = world::relayer();
        let choice = self.random.gen_range(0..100);
        let input = match choice {
            0..=4 => {
                self.register(own, task);
                return own;
            }
            5..=14 => {
                let blocks = self.random.gen_range(1..3);
                self.zones[own].height += blocks;
                return own;
            }
            15..=46 => Input::Commit {
                caller,
                body,
                sightings,
            },
            47..=84 => Input::Settle {
                caller,
                body,
                sightings,
            },
            85 => Input::Reject {
                sender: world::text(&body.task.legs[own].registrant),
                task: body.task,
                sightings,
            },
            86..=91 => Input::Lapse { task: id },
            _ => {
                let owed: Vec<(Hash, u8)> = self.zones[own].lock.owed.keys().copied().collect();
                let Some((task, effect)) = owed.choose(&mut self.random).copied() else {
                    return own;
                };
                if self.random.gen_bool(0.4) {
                    // It fails again, and the transaction with it.
                    return own;
                }
                Input::Claim { task, effect }
            }
        };
        let zone = &self.zones[own];
        let result = in_batch(id, transition(&zone.now(), &zone.lock, input));
        if let Ok(step) = result {
            self.take(own, &step);
        }
        own
    }
}
