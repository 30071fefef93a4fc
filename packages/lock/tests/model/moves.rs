//! What can happen in the model, and what must hold.

use stateright::{Model, Property};

use crate::{small::Small, states::*};

impl Small {
    fn question(&self, world: &World, own: u8, verb: u8, shows: &[Proof]) -> Question {
        let chain = &world.chains[usize::from(own)];
        let shown = shows.iter().map(|show| self.shown(world, own, *show));
        Question {
            zone: self.zone_of(own) as u8,
            verb,
            height: chain.height,
            mark: chain.mark,
            seen: world
                .outlooks
                .get(usize::from(own))
                .is_some_and(|outlook| outlook.seen),
            shown: shown.collect(),
        }
    }

    /// Every way to show at most one root a leg.
    fn evidences(&self, world: &World, own: u8, partial: bool) -> Vec<Vec<Proof>> {
        let mut all: Vec<Vec<Proof>> = vec![Vec::new()];
        for zone in (0..self.zones()).filter(|zone| *zone != self.zone_of(own)) {
            let shows = self.shows(world, own, zone);
            let mut longer = Vec::new();
            for evidence in &all {
                if partial {
                    longer.push(evidence.clone());
                }
                for show in &shows {
                    longer.push([evidence.as_slice(), &[*show]].concat());
                }
            }
            all = longer;
        }
        all
    }

    /// Every settle that would change something.
    fn settles(&self, world: &World, own: u8) -> Vec<Vec<Proof>> {
        let mark = world.chains[usize::from(own)].mark;
        if mark != COMMITTED && mark != CONCEDED {
            return Vec::new();
        }
        let mut all = self.evidences(world, own, true);
        all.retain(|shows| self.answer(self.question(world, own, 3, shows)).is_some());
        all
    }

    /// Takes in what a light client learns from the roots that it is asked about.
    fn follow(&self, world: &mut World, own: u8, shows: &[Proof], ends: bool) {
        for (chain, (state_height, _)) in shows {
            if !self.in_doubt(*chain, *state_height) {
                continue;
            }
            let branch = self.branch(*chain);
            if let Some(outlook) = world.outlooks.get_mut(usize::from(own)) {
                if outlook.report == 0 {
                    outlook.follows = branch;
                    outlook.deceived |= ends;
                }
            }
        }
    }

    fn verb(&self, world: &World, own: u8, verb: u8, shows: &[Proof]) -> Option<World> {
        let mark = self.answer(self.question(world, own, verb, shows))?;
        let mut next = world.clone();
        next.chains[usize::from(own)].mark = mark;
        let ended = !matches!(mark, REGISTERED | COMMITTED | CONCEDED);
        self.follow(&mut next, own, shows, ended);
        if mark == COMMITTED {
            if let Some(outlook) = next.outlooks.get_mut(usize::from(own)) {
                outlook.seen = outlook.admitted;
            }
        }
        if let (true, Some(outlook)) = (ended, next.outlooks.get_mut(usize::from(own))) {
            // What an ended leg's zone learns changes nothing any more.
            let deceived = outlook.deceived;
            *outlook = Outlook {
                deceived,
                ..Outlook::default()
            };
        }
        Some(next)
    }

    fn advance(&self, world: &World, chain: u8) -> Option<World> {
        let mut next = world.clone();
        let of = &mut next.chains[usize::from(chain)];
        if of.height >= self.case.caps[usize::from(chain)] {
            return None;
        }
        let show = (self.canonical(chain, of.height), of.mark);
        if let Err(place) = of.past.binary_search(&show) {
            of.past.insert(place, show);
        }
        of.height += 1;
        let of = of.clone();
        let splits = self.is_branch(chain) && self.case.fork == Some(of.height);
        if splits && next.chains.len() == self.zones() {
            next.chains.push(of);
        }
        Some(next)
    }

    fn has_split(&self, world: &World) -> bool {
        world.chains.len() > self.zones()
    }

    /// The honest zones' legs: without the zone that forks or stops.
    fn honest<'a>(&self, world: &'a World) -> &'a [Chain] {
        let other = usize::from(self.case.fork.is_some() || self.case.closing);
        &world.chains[..self.zones() - other]
    }

    /// Proposition 2: no leg is kept while another ends otherwise. Where a zone forks, the honest zones' legs agree too,
    /// unless one was reversed on a branch's word before it was shown the fork.
    fn never_a_mix(&self, world: &World) -> bool {
        let honest = self.honest(world);
        let kept = honest.iter().any(|chain| chain.mark == KEPT);
        let broken = honest.iter().enumerate().any(|(own, chain)| {
            let deceived = world
                .outlooks
                .get(own)
                .is_some_and(|outlook| outlook.deceived);
            match chain.mark {
                REVERSED => !deceived,
                REJECTED | LAPSED => true,
                _ => false,
            }
        });
        !(kept && broken)
    }

    /// Invariant 3: once every deadline (and grace) has passed, and a branch is admitted or the fork is exact, some settle
    /// succeeds while a leg is committed.
    fn never_stuck(&self, world: &World) -> bool {
        let chains = 0..world.chains.len() as u8;
        let done = chains.clone().all(|chain| {
            world.chains[usize::from(chain)].height >= self.case.caps[usize::from(chain)]
        });
        if !done {
            return true;
        }
        let honest = self.honest(world);
        let provable = honest.iter().all(|chain| {
            let mut past = chain.past.iter();
            past.any(|(_, mark)| *mark == chain.mark)
        });
        let graced = honest.iter().zip(&world.outlooks).enumerate();
        let graced = graced.into_iter().all(|(own, (chain, outlook))| {
            let from = self.case.deadlines[own].max(outlook.report.into());
            // Where nobody knows the end of the common prefix, only the admitted branch can tell.
            let told = outlook.admitted || !self.case.inexact.contains(&(own as u8));
            outlook.report == 0 || told && u64::from(chain.height) >= from + self.case.grace
        });
        let mut committed = (0..honest.len() as u8)
            .filter(|own| matches!(honest[usize::from(*own)].mark, COMMITTED | CONCEDED))
            .peekable();
        !provable
            || !graced
            || committed.peek().is_none()
            || committed.any(|own| !self.settles(world, own).is_empty())
    }
}

impl Model for Small {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        let registered = if self.case.registering {
            ABSENT
        } else {
            REGISTERED
        };
        let chain = Chain {
            height: 1,
            past: vec![(0, registered)],
            mark: registered,
        };
        let outlooks = if self.case.fork.is_some() || self.case.closing {
            self.zones() - 1
        } else {
            0
        };
        vec![World {
            chains: vec![chain; self.zones()],
            outlooks: vec![Outlook::default(); outlooks],
            heir: 0,
        }]
    }

    fn actions(&self, world: &World, acts: &mut Vec<Act>) {
        for own in 0..world.chains.len() as u8 {
            acts.push(Act::Advance(own));
            match world.chains[usize::from(own)].mark {
                ABSENT => acts.push(Act::Register(own)),
                REGISTERED => {
                    let evidences = self.evidences(world, own, false);
                    acts.extend(evidences.into_iter().map(|shows| Act::Commit(own, shows)));
                    if !self.case.withdrawing && self.zone_of(own) != self.zones() - 1 {
                        continue;
                    }
                    acts.push(Act::Lapse(own));
                    for zone in (0..self.zones()).filter(|zone| *zone != self.zone_of(own)) {
                        let shows = self.shows(world, own, zone);
                        acts.extend(shows.into_iter().map(|show| Act::Reject(own, show)));
                    }
                }
                _ => {
                    let settles = self.settles(world, own);
                    acts.extend(settles.into_iter().map(|shows| Act::Settle(own, shows)));
                }
            }
        }
        for own in 0..world.outlooks.len() as u8 {
            let outlook = &world.outlooks[usize::from(own)];
            let mark = world.chains[usize::from(own)].mark;
            if !matches!(mark, REGISTERED | COMMITTED | CONCEDED) {
                continue;
            }
            if self.case.closing && outlook.closed == 0 {
                let newest = world.chains[self.zones() - 1].height;
                acts.extend((1..=newest).map(|last| Act::Close(own, last)));
            }
            if self.has_split(world) && outlook.report == 0 {
                acts.push(Act::Report(own));
            }
            if outlook.report > 0 && !outlook.admitted {
                let heirs = [1, 2].into_iter();
                let heirs = heirs.filter(|branch| world.heir == 0 || world.heir == *branch);
                acts.extend(heirs.map(|branch| Act::Admit(own, branch)));
            }
        }
    }

    fn next_state(&self, world: &World, act: Act) -> Option<World> {
        match act {
            Act::Advance(chain) => self.advance(world, chain),
            Act::Register(own) => self.verb(world, own, 0, &[]),
            Act::Commit(own, shows) => self.verb(world, own, 1, &shows),
            Act::Reject(own, show) => self.verb(world, own, 2, &[show]),
            Act::Settle(own, shows) => self.verb(world, own, 3, &shows),
            Act::Lapse(own) => self.verb(world, own, 4, &[]),
            Act::Report(own) => {
                let mut next = world.clone();
                let height = world.chains[usize::from(own)].height;
                let outlook = &mut next.outlooks[usize::from(own)];
                // Only the later of deadline and report counts.
                outlook.report = height.max(self.case.deadlines[usize::from(own)] as u8);
                outlook.follows = 0;
                Some(next)
            }
            Act::Close(own, last) => {
                let mut next = world.clone();
                next.outlooks[usize::from(own)].closed = last;
                Some(next)
            }
            Act::Admit(own, branch) => {
                let mut next = world.clone();
                next.outlooks[usize::from(own)].admitted = true;
                next.heir = branch;
                Some(next)
            }
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("never a mix", |model: &Small, world: &World| {
                model.never_a_mix(world)
            }),
            Property::always("never stuck", |model: &Small, world: &World| {
                model.never_stuck(world)
            }),
            Property::sometimes("all kept", |model: &Small, world: &World| {
                model.honest(world).iter().all(|chain| chain.mark == KEPT)
            }),
            Property::sometimes("one reversed", |model: &Small, world: &World| {
                let mut honest = model.honest(world).iter();
                honest.any(|chain| chain.mark == REVERSED)
            }),
        ]
    }
}
