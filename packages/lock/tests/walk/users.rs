//! What users and relayers come up with.

use super::*;

impl Walk {
    pub fn effects(&mut self) -> (Vec<Effect>, Vec<Effect>) {
        let random = &mut self.random;
        let (mut tx, mut reversal) = (Vec::new(), Vec::new());
        let mut all = assets();
        all.shuffle(random);
        for asset in all.into_iter().take(random.gen_range(0..3)) {
            let amount = random.gen_range(2..300);
            let first = random.gen_range(1..amount);
            let mut to = || random.gen_range(0..4);
            let (a, b, c) = (to(), to(), to());
            tx.push(world::transfer(&asset, first, a));
            tx.push(world::transfer(&asset, amount - first, b));
            reversal.push(world::transfer(&asset, amount, c));
        }
        if random.gen_bool(0.3) {
            let amount = Amount(random.gen_range(1..50));
            let asset = world::native("ucoin");
            let contract = lockable(random.gen_range(0..2));
            let call = |funds| Effect::Call {
                contract: contract.clone(),
                payload: Bytes(vec![1, 2, 3]),
                funds,
            };
            reversal.push(Effect::Transfer {
                asset: asset.clone(),
                amount,
                to: world::text(&world::user(3)),
            });
            tx.push(call(vec![Coin { asset, amount }]));
            reversal.push(call(Vec::new()));
        }
        (tx, reversal)
    }

    /// A task with a leg on every zone; its bodies, one a zone.
    pub fn invent(&mut self) -> usize {
        let parameters = world::parameters();
        let mut all = Vec::new();
        let legs = (0..self.zones.len()).map(|index| {
            let (tx, reversal) = self.effects();
            let deadline = self.zones[index].height + self.random.gen_range(5..20);
            let user = self.random.gen_range(0..3);
            let leg = world::leg(index, user, &tx, &reversal, deadline, &parameters);
            all.push((Some(tx), Some(reversal)));
            leg
        });
        let legs = legs.collect();
        let task = Task {
            legs,
            settlement: *[Settlement::OnProof, Settlement::AfterDeadlines]
                .choose(&mut self.random)
                .unwrap(),
            nonce: self.random.gen(),
        };
        let bodies = all.into_iter().map(|(tx, reversal)| TaskBody {
            task: task.clone(),
            tx,
            reversal,
        });
        self.bodies.push((task.id(), bodies.collect()));
        self.bodies.len() - 1
    }

    pub fn register(&mut self, own: usize, task: usize) {
        let body = self.bodies[task].1[own].clone();
        let (tx, reversal) = (body.tx.unwrap(), body.reversal.unwrap());
        let sender = world::text(&body.task.legs[own].registrant);
        let tip = Amount(self.random.gen_range(0..6));
        let fee = self.zones[own].lock.parameters.fee;
        let mut sent: BTreeMap<Asset, u128> = BTreeMap::new();
        *sent.entry(Asset::Native(world::fee_denom())).or_default() += fee.0 + tip.0;
        for effect in &tx {
            match effect {
                Effect::Transfer {
                    asset: asset @ Asset::Native(_),
                    amount,
                    ..
                } => {
                    *sent.entry(asset.clone()).or_default() += amount.0;
                }
                Effect::Transfer { .. } => {}
                Effect::Call { funds, .. } => {
                    for coin in funds {
                        *sent.entry(coin.asset.clone()).or_default() += coin.amount.0;
                    }
                }
            }
        }
        if self.random.gen_bool(0.02) {
            *sent.entry(world::native("ucoin")).or_default() += 1;
        }
        let sent = sent.into_iter().map(|(asset, amount)| Coin {
            asset,
            amount: Amount(amount),
        });
        let sent: Vec<Coin> = sent.collect();
        let standings = (0..self.zones.len()).filter(|other| *other != own);
        let standings = standings.map(|other| world::active(self.zones[other].height));
        let input = Input::Register(Registration {
            sender: sender.clone(),
            task: body.task,
            tx,
            reversal,
            tip,
            sent: sent.clone(),
            standings: standings.collect(),
        });
        let zone = &mut self.zones[own];
        let lock = zone.lock.place.address.clone();
        if let Ok(step) = transition(&zone.now(), &zone.lock, input) {
            for coin in &sent {
                zone.send(&sender, &lock, &coin.asset, coin.amount);
            }
            self.take(own, &step);
        }
    }

    /// What somebody shows of a task's other legs: roots old and new, each or none.
    pub fn sightings(&mut self, own: usize, task: &Task) -> Vec<Sighting> {
        let id = task.id();
        let mut sightings = Vec::new();
        for other in (0..self.zones.len()).filter(|other| *other != own) {
            let shows = *[0, 1, 1, 1, 1, 1, 1, 1, 2, 3]
                .choose(&mut self.random)
                .unwrap();
            for _ in 0..shows {
                let zone = &self.zones[other];
                let newest = zone.height - 1;
                let state_height = match self.random.gen_range(0..8) {
                    0 => self.random.gen_range(0..=newest),
                    1 => newest.saturating_sub(self.random.gen_range(0..5)),
                    _ => newest,
                };
                let mark = zone.mark_at(&id, state_height);
                let time = Timestamp::from_seconds((state_height + 1) * SECONDS_A_BLOCK).unwrap();
                let standing = world::active(zone.height);
                let mut sighting = Sighting {
                    leg: other as u8,
                    root: world::root(state_height, time, standing),
                    mark: mark.into(),
                };
                if !self.honest {
                    self.forge(&mut sighting);
                }
                sightings.push(sighting);
            }
        }
        sightings
    }

    /// Evidence of a wholly Byzantine zone, and standings of every kind.
    pub fn forge(&mut self, sighting: &mut Sighting) {
        let random = &mut self.random;
        if random.gen_bool(0.15) {
            let state = LegState::from_byte(random.gen_range(0..8));
            let mark = state.map(|state| Mark {
                state,
                committed_at: Height(random.gen_range(0..9)),
            });
            sighting.mark = if random.gen_bool(0.2) {
                Shown::Unreadable
            } else {
                mark.into()
            };
        }
        if random.gen_bool(0.15) {
            let height = sighting.root.state_height.0;
            let status = [
                ZoneStatus::Active,
                ZoneStatus::Expired,
                ZoneStatus::Forked,
                ZoneStatus::Closed,
            ];
            let fork = Fork {
                branch: 0,
                height: Height(random.gen_range(0..height + 4)),
                exact: random.gen(),
                first_report: Height(random.gen_range(1..height + 3)),
            };
            sighting.root.standing = Standing {
                status: *status.choose(random).unwrap(),
                branch: random.gen_range(0..2),
                fork: random.gen_bool(0.7).then_some(fork),
                branch_fork: None,
                closing: None,
                latest: Height(height + 1),
            };
            sighting.root.branch = random.gen_range(0..2);
        }
    }
}
