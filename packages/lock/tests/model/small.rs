//! The model: its shape, what can be shown to whom, and how the rule is asked.

use std::{collections::HashMap, sync::RwLock};

use tessera_lock::{
    memory::Memory,
    state::{LegState, Mark, Parameters, Seen, Terms},
    transition, Input, Now, Registration, Sighting, Task,
};
use tessera_primitives::{Amount, Closing, Coin, Fork, Height, Standing, Timestamp, ZoneStatus};

use crate::{states::*, world};

pub struct Small {
    pub case: Case,
    pub task: Task,
    pub locks: Vec<Memory>,
    pub answers: RwLock<HashMap<Question, Option<u8>>>,
}

fn parameters(case: &Case) -> Parameters {
    Parameters {
        fork_grace: case.grace,
        max_horizon: 1_000,
        ..world::parameters()
    }
}

impl Small {
    pub fn new(case: Case) -> Small {
        let zones = case.deadlines.len();
        let parameters = parameters(&case);
        let mut task = world::plain_task(&case.deadlines, case.settlement, 1);
        for leg in &mut task.legs {
            leg.retention = parameters.min_retention();
        }
        let caps = [(world::native("ucoin"), 1_000)];
        let locks = (0..zones).map(|own| world::linked(own, zones, parameters.clone(), &caps));
        Small {
            locks: locks.collect(),
            task,
            case,
            answers: RwLock::default(),
        }
    }

    /// Number of zones.
    pub fn zones(&self) -> usize {
        self.case.deadlines.len()
    }

    /// The zone that a chain is a history of.
    pub fn zone_of(&self, chain: u8) -> usize {
        usize::from(chain).min(self.zones() - 1)
    }

    /// Whether a chain is a branch of the zone that forks.
    pub fn is_branch(&self, chain: u8) -> bool {
        self.case.fork.is_some() && self.zone_of(chain) == self.zones() - 1
    }

    /// The branch that a chain is: 1 or 2.
    pub fn branch(&self, chain: u8) -> u8 {
        chain + 2 - self.zones() as u8
    }

    /// Whether the root of this chain at this state height is at or above the fork.
    pub fn in_doubt(&self, chain: u8, state_height: u8) -> bool {
        self.is_branch(chain) && self.case.fork.is_some_and(|fork| state_height + 1 >= fork)
    }

    /// The lowest state height that the rule cannot tell from this one: on the same side of the deadline and of the
    /// fork, and the last below the fork or not.
    pub fn canonical(&self, chain: u8, state_height: u8) -> u8 {
        let class = |state_height: u8| {
            let late = u64::from(state_height) >= self.case.deadlines[self.zone_of(chain)];
            let end = self.is_branch(chain) && self.case.fork == Some(state_height + 2);
            (late, self.in_doubt(chain, state_height), end)
        };
        let same = |other: &u8| self.case.every_root || class(*other) == class(state_height);
        let lowest = if self.case.every_root {
            state_height
        } else {
            0
        };
        (lowest..=state_height).find(same).unwrap()
    }

    /// Every root that a relayer can show the zone of `own` about the leg on `zone`.
    pub fn shows(&self, world: &World, own: u8, zone: usize) -> Vec<Proof> {
        let chains = (0..world.chains.len() as u8).filter(|chain| self.zone_of(*chain) == zone);
        let shows = chains.flat_map(|chain| {
            let past = world.chains[usize::from(chain)].past.iter();
            let last = self.closed(world, own, chain);
            let past = past.filter(move |(state_height, _)| last == 0 || *state_height < last);
            let may = past.filter(move |(state_height, _)| {
                if self.in_doubt(chain, *state_height) {
                    self.may_show(world, own, chain)
                } else {
                    // Below the fork both branches are one.
                    !self.is_branch(chain) || self.branch(chain) == 1
                }
            });
            may.map(move |show| (chain, *show))
        });
        shows.collect()
    }

    /// The last header of a chain for a zone that has closed it, else 0.
    pub fn closed(&self, world: &World, own: u8, chain: u8) -> u8 {
        let outlook = world.outlooks.get(usize::from(own));
        let of_last = self.zone_of(chain) == self.zones() - 1;
        outlook
            .filter(|_| of_last)
            .map_or(0, |outlook| outlook.closed)
    }

    /// Whether a root in doubt of this branch still counts for a zone.
    pub fn may_show(&self, world: &World, own: u8, chain: u8) -> bool {
        let branch = self.branch(chain);
        match world.outlooks.get(usize::from(own)) {
            // The zone that forks does not look at itself.
            None => false,
            Some(outlook) if outlook.report == 0 => {
                matches!(outlook.follows, 0) || outlook.follows == branch
            }
            Some(outlook) => outlook.admitted && world.heir == branch,
        }
    }

    pub fn shown(&self, world: &World, own: u8, (chain, (state_height, mark)): Proof) -> Shown {
        let of = &world.chains[usize::from(chain)];
        let outlook = world.outlooks.get(usize::from(own));
        let known = outlook.filter(|outlook| self.is_branch(chain) && outlook.report > 0);
        let admitted = known.is_some_and(|outlook| outlook.admitted);
        let fork = self.case.fork.unwrap_or(u8::MAX);
        Shown {
            leg: self.zone_of(chain) as u8,
            state_height,
            mark,
            // A view that has been told of the fork stands below it until a branch is admitted.
            latest: match known {
                Some(_) if !admitted => of.height.min(fork - 1),
                _ => of.height,
            },
            branch: u8::from(admitted && self.in_doubt(chain, state_height)),
            fork: known.map(|outlook| (admitted, u8::from(admitted), outlook.report)),
            closed: self.closed(world, own, chain),
        }
    }
}

impl Small {
    /// What becomes of a leg: the shipped rule over `Memory`.
    pub fn answer(&self, question: Question) -> Option<u8> {
        if let Some(answer) = self.answers.read().unwrap().get(&question) {
            return *answer;
        }
        let answer = self.ask(&question);
        self.answers.write().unwrap().insert(question, answer);
        answer
    }

    pub fn ask(&self, question: &Question) -> Option<u8> {
        let own = usize::from(question.zone);
        let mut memory = self.locks[own].clone();
        let id = self.task.id();
        if let Some(state) = LegState::from_byte(question.mark) {
            let mark = Mark {
                state,
                committed_at: Height(1),
            };
            memory.marks.insert(id, mark);
            memory.terms.insert(id, self.terms(own, question.seen));
        }
        let now = Now {
            height: Height(question.height.into()),
            time: Timestamp::from_seconds(1_000).unwrap(),
        };
        let (now, input) = (self.case.mutation)(now, self.input(question));
        let step = transition(&now, &memory, input).ok()?;
        memory.apply(&step);
        let state = memory.marks[&id].state.byte();
        (state != question.mark).then_some(state)
    }

    pub fn terms(&self, own: usize, seen: bool) -> Terms {
        let last = self.zones() as u8 - 1;
        Terms {
            index: own as u8,
            since: Timestamp(0),
            deadline: Height(self.case.deadlines[own]),
            registrant: world::user(10 + own as u8),
            funds: vec![Coin {
                asset: world::native("ucoin"),
                amount: Amount(100),
            }],
            tip: Amount(3),
            calls: false,
            seen: seen
                .then_some(Seen {
                    leg: last,
                    branch: 1,
                })
                .into_iter()
                .collect(),
        }
    }

    pub fn input(&self, question: &Question) -> Input {
        let own = usize::from(question.zone);
        let (task, caller) = (self.task.clone(), world::relayer());
        let body = world::plain_body(&task, own);
        let exact = !self.case.inexact.contains(&question.zone);
        let shown = question.shown.iter();
        let sightings = shown.map(|shown| self.sighting(shown, exact));
        let sightings = sightings.collect();
        match question.verb {
            0 => {
                let (tx, reversal) = world::plain_effects(own);
                let coin = Coin {
                    asset: world::native("ucoin"),
                    amount: Amount(100),
                };
                Input::Register(Registration {
                    sender: world::text(&world::user(10 + own as u8)),
                    tx,
                    reversal,
                    tip: Amount(3),
                    sent: vec![coin, world::fee_coin(10)],
                    standings: vec![world::active(1); task.legs.len() - 1],
                    task,
                })
            }
            1 => Input::Commit {
                caller,
                body,
                sightings,
            },
            2 => Input::Reject {
                sender: world::text(&world::user(10 + own as u8)),
                task,
                sightings,
            },
            3 => Input::Settle {
                caller,
                body,
                sightings,
            },
            _ => Input::Lapse { task: task.id() },
        }
    }

    pub fn sighting(&self, shown: &Shown, exact: bool) -> Sighting {
        let fork = self.case.fork.unwrap_or(u8::MAX);
        let standing = match shown.fork {
            None if shown.closed > 0 => Standing {
                status: ZoneStatus::Closed,
                closing: Some(Closing {
                    at: Timestamp(1),
                    last: Some(Height(shown.closed.into())),
                }),
                ..world::active(shown.closed.into())
            },
            None => world::active(shown.latest.into()),
            Some((admitted, branch, report)) => Standing {
                status: if admitted {
                    ZoneStatus::Active
                } else {
                    ZoneStatus::Forked
                },
                branch: branch.into(),
                fork: Some(Fork {
                    branch: 0,
                    height: Height(fork.into()),
                    exact,
                    first_report: Height(report.into()),
                }),
                ..world::active(shown.latest.into())
            },
        };
        let time = Timestamp::from_seconds(1_000).unwrap();
        let mut root = world::root(shown.state_height.into(), time, standing);
        root.branch = shown.branch.into();
        let mark = LegState::from_byte(shown.mark).map(|state| Mark {
            state,
            committed_at: Height(1),
        });
        Sighting {
            leg: shown.leg,
            root,
            mark: mark.into(),
        }
    }
}
