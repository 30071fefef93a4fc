//! Every interleaving of small tasks, on the shipped rule: zones' heights advance as they like, whoever relays may lose,
//! repeat, delay and reorder messages, and may show any proven root of any zone, however old. One zone may fork into two
//! branches that both run the honest lock.
//!
//! The answers of the rule are remembered, not re-implemented: each question (own height and state, what is shown) is put
//! to `transition` over `Memory` once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use std::{collections::HashMap, sync::RwLock};

use stateright::{Checker, HasDiscoveries, Model, Property};
use tessera_lock::{
    memory::Memory,
    state::{LegState, Mark, Parameters, Seen, Terms},
    transition, Input, Now, Registration, Settlement, Sighting, Task,
};
use tessera_primitives::{Amount, Coin, Fork, Height, Standing, Timestamp, ZoneStatus};

/// The code of "no key".
const ABSENT: u8 = 0;
const REGISTERED: u8 = 1;
const COMMITTED: u8 = 2;
const KEPT: u8 = 3;
const REVERSED: u8 = 4;
const REJECTED: u8 = 5;
const LAPSED: u8 = 6;
const CONCEDED: u8 = 7;

/// One history: a zone's, or one branch of the zone that forks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Chain {
    /// The block in which verbs are executed now. Its header shows the state one below.
    height: u8,
    /// State heights below `height`, and the leg's state at each: all that can be proven. Of those that the rule cannot
    /// tell apart the lowest, unless every root is to be shown.
    past: Vec<Show>,
    /// The leg's state in this block.
    mark: u8,
}

/// What an honest zone believes of the zone that forks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Outlook {
    /// Whose headers at or above the fork it has accepted: 0 none, else the branch.
    follows: u8,
    /// Its height when it was shown the fork; 0 before.
    report: u8,
    /// Whether it has heard which branch is admitted.
    admitted: bool,
    /// Whether it had heard of it when it committed.
    seen: bool,
    /// Whether its leg ended on the word of a branch, before it was shown the fork.
    deceived: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    chains: Vec<Chain>,
    outlooks: Vec<Outlook>,
    /// The branch that the network admits: 0 before it has decided.
    heir: u8,
}

/// A state height, and the leg's state at it.
type Show = (u8, u8);

/// A root that is shown: the chain, and what is proven.
type Proof = (u8, Show);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Act {
    Advance(u8),
    Register(u8),
    Commit(u8, Vec<Proof>),
    Reject(u8, Proof),
    Settle(u8, Vec<Proof>),
    Lapse(u8),
    Report(u8),
    Admit(u8, u8),
}

/// A question to the rule; equal ones have equal answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Question {
    zone: u8,
    verb: u8,
    height: u8,
    mark: u8,
    seen: bool,
    shown: Vec<Shown>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Shown {
    leg: u8,
    state_height: u8,
    mark: u8,
    latest: u8,
    branch: u8,
    /// Status, branch number and report height, once a fork is known.
    fork: Option<(bool, u8, u8)>,
}

/// Changes what the rule sees: composed with the rule it is another rule.
type Mutation = fn(Now, Input) -> (Now, Input);

struct Case {
    name: &'static str,
    deadlines: Vec<u64>,
    settlement: Settlement,
    /// The greatest height that a chain reaches.
    caps: Vec<u8>,
    /// Whether legs may also stay unregistered.
    registering: bool,
    /// Whether the honest zones' legs may end before they are committed.
    withdrawing: bool,
    /// The last zone forks here: the first header that differs.
    fork: Option<u8>,
    grace: u64,
    /// Whether every proven root may be shown, or of those that no rule tells apart the newest.
    every_root: bool,
    mutation: Mutation,
}

struct Small {
    case: Case,
    task: Task,
    locks: Vec<Memory>,
    answers: RwLock<HashMap<Question, Option<u8>>>,
}

fn parameters(case: &Case) -> Parameters {
    Parameters {
        fork_grace: case.grace,
        max_horizon: 1_000,
        ..world::parameters()
    }
}

impl Small {
    fn new(case: Case) -> Small {
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
    fn zones(&self) -> usize {
        self.case.deadlines.len()
    }

    /// The zone that a chain is a history of.
    fn zone_of(&self, chain: u8) -> usize {
        usize::from(chain).min(self.zones() - 1)
    }

    /// Whether a chain is a branch of the zone that forks.
    fn is_branch(&self, chain: u8) -> bool {
        self.case.fork.is_some() && self.zone_of(chain) == self.zones() - 1
    }

    /// The branch that a chain is: 1 or 2.
    fn branch(&self, chain: u8) -> u8 {
        chain + 2 - self.zones() as u8
    }

    /// Whether the root of this chain at this state height is at or above the fork.
    fn in_doubt(&self, chain: u8, state_height: u8) -> bool {
        self.is_branch(chain) && self.case.fork.is_some_and(|fork| state_height + 1 >= fork)
    }

    /// The lowest state height that the rule cannot tell from this one: on the same side of the deadline and of the
    /// fork, and the last below the fork or not.
    fn canonical(&self, chain: u8, state_height: u8) -> u8 {
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
    fn shows(&self, world: &World, own: u8, zone: usize) -> Vec<Proof> {
        let chains = (0..world.chains.len() as u8).filter(|chain| self.zone_of(*chain) == zone);
        let shows = chains.flat_map(|chain| {
            let past = world.chains[usize::from(chain)].past.iter();
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

    /// Whether a root in doubt of this branch still counts for a zone.
    fn may_show(&self, world: &World, own: u8, chain: u8) -> bool {
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

    fn shown(&self, world: &World, own: u8, (chain, (state_height, mark)): Proof) -> Shown {
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
        }
    }

    /// What becomes of a leg: the shipped rule over `Memory`.
    fn answer(&self, question: Question) -> Option<u8> {
        if let Some(answer) = self.answers.read().unwrap().get(&question) {
            return *answer;
        }
        let answer = self.ask(&question);
        self.answers.write().unwrap().insert(question, answer);
        answer
    }

    fn ask(&self, question: &Question) -> Option<u8> {
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

    fn terms(&self, own: usize, seen: bool) -> Terms {
        let last = self.zones() as u8 - 1;
        Terms {
            index: own as u8,
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

    fn input(&self, question: &Question) -> Input {
        let own = usize::from(question.zone);
        let (task, caller) = (self.task.clone(), world::relayer());
        let body = world::plain_body(&task, own);
        let sightings = question.shown.iter().map(|shown| self.sighting(shown));
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

    fn sighting(&self, shown: &Shown) -> Sighting {
        let fork = self.case.fork.unwrap_or(u8::MAX);
        let standing = match shown.fork {
            None => world::active(shown.latest.into()),
            Some((admitted, branch, report)) => Standing {
                status: if admitted {
                    ZoneStatus::Active
                } else {
                    ZoneStatus::Forked
                },
                branch: branch.into(),
                fork: Some(Fork {
                    height: Height(fork.into()),
                    exact: true,
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
            mark,
        }
    }

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

    /// The honest zones' legs.
    fn honest<'a>(&self, world: &'a World) -> &'a [Chain] {
        let forks = usize::from(self.case.fork.is_some());
        &world.chains[..self.zones() - forks]
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

    /// Invariant 3: once every deadline (and grace) has passed, some settle succeeds while a leg is committed.
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
            outlook.report == 0 || u64::from(chain.height) >= from + self.case.grace
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
        let honest = match self.case.fork {
            None => 0,
            Some(_) => self.zones() - 1,
        };
        vec![World {
            chains: vec![chain; self.zones()],
            outlooks: vec![Outlook::default(); honest],
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
                    if !self.case.withdrawing && !self.is_branch(own) {
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

fn honest(name: &'static str, deadlines: &[u64], settlement: Settlement) -> Case {
    Case {
        name,
        caps: deadlines
            .iter()
            .map(|deadline| *deadline as u8 + 1)
            .collect(),
        deadlines: deadlines.to_vec(),
        settlement,
        registering: true,
        withdrawing: true,
        fork: None,
        grace: 1,
        every_root: false,
        mutation: |now, input| (now, input),
    }
}

/// The last zone forks at header `fork`; the others' heights go on until the grace has passed.
fn forking(
    name: &'static str,
    deadlines: &[u64],
    settlement: Settlement,
    fork: u8,
    slack: u8,
) -> Case {
    let mut case = honest(name, deadlines, settlement);
    let last = case.caps.len() - 1;
    case.caps[..last].iter_mut().for_each(|cap| *cap += slack);
    let branch = case.caps[last];
    case.caps.push(branch);
    Case {
        registering: false,
        fork: Some(fork),
        ..case
    }
}

/// Explores all states, or as many as it takes to find a violation. Prints how many there were.
fn explore(case: Case) -> Vec<&'static str> {
    let (name, started) = (case.name, std::time::Instant::now());
    let builder = Small::new(case).checker();
    let checker = builder.finish_when(HasDiscoveries::AnyFailures);
    let checker = checker.spawn_bfs().join();
    println!(
        "{name}: {} states, depth {}, {} questions to the rule, {:.1} s",
        checker.unique_state_count(),
        checker.max_depth(),
        checker.model().answers.read().unwrap().len(),
        started.elapsed().as_secs_f64(),
    );
    let found = checker.discoveries();
    let mut failed = Vec::new();
    for property in ["never a mix", "never stuck"] {
        if let Some(path) = found.get(property) {
            println!("{property} is violated by:\n{path}");
            failed.push(property);
        }
    }
    if failed.is_empty() {
        let sometimes = ["all kept", "one reversed"].into_iter();
        failed.extend(sometimes.filter(|property| !found.contains_key(property)));
    }
    failed
}

fn holds(case: Case) {
    let name = case.name;
    let failed = explore(case);
    assert!(failed.is_empty(), "{name}: {failed:?}");
}

#[test]
fn two_legs_on_proof() {
    holds(Case {
        every_root: true,
        ..honest("two legs, on proof", &[3, 4], Settlement::OnProof)
    });
}

#[test]
fn two_legs_after_deadlines() {
    holds(Case {
        every_root: true,
        ..honest(
            "two legs, after deadlines",
            &[3, 4],
            Settlement::AfterDeadlines,
        )
    });
}

#[test]
fn three_legs_on_proof() {
    holds(Case {
        every_root: true,
        ..honest("three legs, on proof", &[3, 3, 4], Settlement::OnProof)
    });
}

#[test]
fn three_legs_after_deadlines() {
    holds(Case {
        every_root: true,
        ..honest(
            "three legs, after deadlines",
            &[3, 3, 4],
            Settlement::AfterDeadlines,
        )
    });
}

#[test]
fn two_legs_and_a_fork_on_proof() {
    holds(forking(
        "two legs, a fork, on proof",
        &[3, 4],
        Settlement::OnProof,
        2,
        2,
    ));
}

#[test]
fn two_legs_and_a_fork_after_deadlines() {
    let settlement = Settlement::AfterDeadlines;
    holds(forking(
        "two legs, a fork, after deadlines",
        &[3, 4],
        settlement,
        2,
        2,
    ));
}

/// The honest zones' legs are committed or wait; the forking zone's branches do as they like.
#[test]
fn three_legs_and_a_fork_on_proof() {
    holds(Case {
        withdrawing: false,
        ..forking(
            "three legs, a fork, on proof",
            &[2, 2, 3],
            Settlement::OnProof,
            2,
            0,
        )
    });
}

#[test]
fn three_legs_and_a_fork_after_deadlines() {
    let settlement = Settlement::AfterDeadlines;
    holds(Case {
        withdrawing: false,
        ..forking(
            "three legs, a fork, after deadlines",
            &[2, 2, 3],
            settlement,
            2,
            1,
        )
    });
}

/// More roots, more heights, more ways to end: minutes to hours. `TESSERA_LONG=1` asks for them.
#[test]
fn larger_worlds() {
    if std::env::var("TESSERA_LONG").is_err() {
        println!("larger worlds: only with TESSERA_LONG=1");
        return;
    }
    for settlement in [Settlement::OnProof, Settlement::AfterDeadlines] {
        holds(Case {
            every_root: true,
            ..honest("long: three legs", &[3, 4, 5], settlement)
        });
        holds(honest("long: four legs", &[3, 3, 3, 3], settlement));
        holds(forking("long: two legs, a fork", &[3, 5], settlement, 3, 4));
        holds(forking(
            "long: three legs, a fork",
            &[2, 2, 3],
            settlement,
            2,
            2,
        ));
    }
}

/// Changes the sightings of a settle.
fn settling(input: Input, change: impl Fn(&mut Sighting)) -> Input {
    match input {
        Input::Settle {
            caller,
            body,
            mut sightings,
        } => {
            sightings.iter_mut().for_each(change);
            Input::Settle {
                caller,
                body,
                sightings,
            }
        }
        other => other,
    }
}

fn state_of(sighting: &Sighting) -> Option<LegState> {
    sighting.mark.map(|mark| mark.state)
}

fn show_as(sighting: &mut Sighting, state: LegState) {
    let committed_at = Height(1);
    sighting.mark = Some(Mark {
        state,
        committed_at,
    });
}

fn is_caught(case: Case, property: &str) {
    let name = case.name;
    let failed = explore(case);
    assert_eq!(failed, [property], "{name} is not caught");
}

/// Rules that look right and are not. (One block earlier or later would be right: the rule spares one.)
#[test]
fn mutants_are_caught() {
    let two = |name, mutation| Case {
        mutation,
        // A mutant may tell roots apart that the rule does not.
        every_root: true,
        ..honest(name, &[3, 4], Settlement::OnProof)
    };
    is_caught(
        two(
            "mutant: registered two blocks before the deadline is missing",
            |now, input| {
                let input = settling(input, |sighting| sighting.root.state_height.0 += 2);
                (now, input)
            },
        ),
        "never a mix",
    );
    is_caught(
        two(
            "mutant: registered is missing at any height",
            |now, input| {
                let input = settling(input, |sighting| {
                    if state_of(sighting) == Some(LegState::Registered) {
                        show_as(sighting, LegState::Rejected);
                    }
                });
                (now, input)
            },
        ),
        "never a mix",
    );
    is_caught(
        two("mutant: no key is missing at any height", |now, input| {
            let input = settling(input, |sighting| {
                if sighting.mark.is_none() {
                    show_as(sighting, LegState::Rejected);
                }
            });
            (now, input)
        }),
        "never a mix",
    );
    is_caught(
        two(
            "mutant: registered is as good as committed",
            |now, input| {
                let input = settling(input, |sighting| {
                    if state_of(sighting) == Some(LegState::Registered) {
                        show_as(sighting, LegState::Committed);
                    }
                });
                (now, input)
            },
        ),
        "never a mix",
    );
    is_caught(
        two("mutant: a leg commits two blocks late", |mut now, input| {
            if let Input::Commit { .. } = input {
                now.height.0 = now.height.0.saturating_sub(2);
            }
            (now, input)
        }),
        "never a mix",
    );
    is_caught(
        two("mutant: missing is never believed", |now, input| {
            let input = settling(input, |sighting| {
                if state_of(sighting) == Some(LegState::Lapsed) || sighting.mark.is_none() {
                    sighting.root.state_height = Height(0);
                }
            });
            (now, input)
        }),
        "never stuck",
    );
}

#[test]
fn mutants_about_forks_are_caught() {
    let three = |name, mutation| Case {
        mutation,
        withdrawing: false,
        ..forking(name, &[2, 2, 3], Settlement::OnProof, 2, 0)
    };
    is_caught(
        three(
            "mutant: an admitted branch is believed like any zone",
            |now, input| {
                let input = settling(input, |sighting| {
                    if sighting.root.standing.status == ZoneStatus::Active {
                        sighting.root.standing.fork = None;
                    }
                });
                (now, input)
            },
        ),
        "never a mix",
    );
    is_caught(
        three("mutant: nobody needs to have conceded", |now, input| {
            let input = settling(input, |sighting| {
                if state_of(sighting) == Some(LegState::Committed) && sighting.leg < 2 {
                    show_as(sighting, LegState::Conceded);
                }
            });
            (now, input)
        }),
        "never a mix",
    );
}
