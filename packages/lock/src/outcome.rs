//! What the evidence about all other legs says of the own one: a pure function (lock spec, "Outcome").

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use tessera_primitives::{Height, ZoneStatus};

use crate::{
    sighted::{Sighted, Word},
    state::{LegState, Seen},
    task::name_leg,
    Leg, Refusal, Settlement, Sighting, Task,
};

/// What is to be decided, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The task.
    pub task: &'a Task,
    /// Index of the own leg.
    pub own: u8,
    /// Its state: Committed or Conceded.
    pub state: LegState,
    /// Branches that other legs' zones were on when it was committed.
    pub seen: &'a [Seen],
    /// The own zone's height.
    pub height: Height,
    /// How many blocks a leg waits for a forked zone's branch to be admitted.
    pub fork_grace: u64,
}

/// What becomes of a committed leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its `tx` is done.
    Keep,
    /// Its `tx'` is done.
    Reverse,
    /// It gives up keeping on a forked or closed zone's word: see [`LegState::Conceded`].
    Concede,
}

/// All that was shown of one other leg.
#[derive(Default)]
struct Case {
    /// At least one root of its zone was shown.
    shown: bool,
    /// Its zone forked after the own leg was committed, or is closed on top of a fork.
    touched: bool,
    /// Its zone is closed.
    closed: bool,
    /// It is proven rejected, reversed or missing.
    gone: bool,
    /// The same, on the word of a zone that forked or closed.
    doubtful: bool,
    /// It is proven committed.
    committed: bool,
    /// It is proven kept.
    kept: bool,
    /// It is proven conceded.
    conceded: bool,
    /// The view of its zone has reached its deadline, or will not.
    caught_up: bool,
}

/// Decides. More evidence never hurts: what proves a leg gone weighs more than what proves it committed.
///
/// # Errors
/// [`Refusal::Undecided`] with what is missing; [`Refusal::RootInDoubt`], [`Refusal::RootAfterEnd`] and
/// [`Refusal::NoLeg`] for evidence that cannot be used at all.
pub fn outcome(question: &Question<'_>, sightings: &[Sighting]) -> Result<Outcome, Refusal> {
    let own = question.task.leg(question.own);
    let own = own.ok_or(Refusal::NoLeg { leg: question.own })?;
    let cases = cases(question, own, sightings)?;
    let decided = decide(question, &cases)?;
    wait_for_deadlines(question, own, decided, &cases)?;
    Ok(decided)
}

fn cases<'a>(
    question: &Question<'a>,
    own: &Leg,
    sightings: &[Sighting],
) -> Result<Vec<(String, Case)>, Refusal> {
    if let Some(stray) = sightings
        .iter()
        .find(|sighting| sighting.leg == question.own || question.task.leg(sighting.leg).is_none())
    {
        return Err(Refusal::NoLeg { leg: stray.leg });
    }
    let others = question.task.others(question.own);
    let cases = others.map(|(index, leg)| {
        let of_leg = sightings.iter().filter(|sighting| sighting.leg == index);
        let mut case = Case::default();
        for sighting in of_leg {
            weigh(question, own, leg, sighting, &mut case)?;
        }
        Ok((name_leg(index, leg), case))
    });
    cases.collect()
}

/// Adds one sighting to a case.
fn weigh(
    question: &Question<'_>,
    own: &Leg,
    leg: &Leg,
    sighting: &Sighting,
    case: &mut Case,
) -> Result<(), Refusal> {
    let standing = &sighting.root.standing;
    let seen = question.seen.iter().find(|seen| seen.leg == sighting.leg);
    let seen = seen.map_or(0, |seen| seen.branch);
    let same_branch = standing.branch == seen;
    let settled_before =
        same_branch && !matches!(standing.status, ZoneStatus::Forked | ZoneStatus::Closed);
    let touched = standing.fork.is_some() && !settled_before;
    // The fork that the task is judged by: the first after its own leg was committed. An earlier one was over by then.
    let fork = standing.fork_of(seen);
    // G of the spec: from here on no branch of a forked zone is waited for. A fork that two later ones have displaced was
    // reported before them, so theirs give a G that is late and never early.
    let reported = fork.or(standing.branch_fork).or(standing.fork);
    let waited_out = reported.is_some_and(|fork| {
        let from = own.deadline.max(fork.first_report);
        question.height.0 >= from.0.saturating_add(question.fork_grace)
    });
    let sighted = Sighted {
        leg,
        root: &sighting.root,
        mark: sighting.mark,
        seen,
        fork,
        touched,
        waited_out,
        on_proof: question.task.settlement == Settlement::OnProof,
    };
    case.shown = true;
    case.touched |= touched;
    case.closed |= standing.status == ZoneStatus::Closed;
    case.caught_up |= sighted.stands() || standing.latest > leg.deadline || (touched && waited_out);
    case.conceded |= sighting.mark.state() == Some(LegState::Conceded);
    match sighted.word()? {
        Word::Nothing => {}
        Word::Gone => case.gone = true,
        Word::Doubtful => case.doubtful = true,
        Word::Committed => case.committed = true,
        Word::Kept => (case.committed, case.kept) = (true, true),
    }
    Ok(())
}

fn decide(question: &Question<'_>, cases: &[(String, Case)]) -> Result<Outcome, Refusal> {
    if cases.iter().any(|(_, case)| case.gone) {
        return Ok(Outcome::Reverse);
    }
    // "If one is Kept, so are we": it saw every leg committed. Legs on forked zones need no word then.
    let one_is_kept = cases.iter().any(|(_, case)| case.kept && !case.touched);
    let granted = |case: &Case| case.committed || case.touched || case.doubtful;
    if one_is_kept && cases.iter().all(|(_, case)| granted(case)) {
        return Ok(Outcome::Keep);
    }
    let conceded = question.state == LegState::Conceded;
    let doubtful = cases.iter().any(|(_, case)| case.doubtful);
    if conceded || doubtful {
        // Whoever could still be kept without us must have given up first, provably: what is merely not shown could
        // be hidden by whoever relays.
        let free = |case: &Case| !case.shown || !(case.touched || case.closed || case.doubtful);
        let hopeful = cases.iter().find(|(_, case)| free(case) && !case.conceded);
        return match hopeful {
            None => Ok(Outcome::Reverse),
            Some(_) if !conceded => Ok(Outcome::Concede),
            Some((name, _)) => Err(undecided(name, "to be proven conceded or kept")),
        };
    }
    match cases.iter().find(|(_, case)| !case.committed) {
        None => Ok(Outcome::Keep),
        Some((name, case)) if !case.shown => Err(undecided(name, "to be shown")),
        Some((name, case)) if case.touched => Err(undecided(
            name,
            "its zone's branch to be admitted, or the grace to pass",
        )),
        Some((name, _)) => Err(undecided(name, "to be proven committed, or gone")),
    }
}

/// `AfterDeadlines`: the own deadline has passed, and so has, in the view, that of a leg on whose word we reverse. A
/// keep has looked past every deadline already.
fn wait_for_deadlines(
    question: &Question<'_>,
    own: &Leg,
    decided: Outcome,
    cases: &[(String, Case)],
) -> Result<(), Refusal> {
    if question.task.settlement == Settlement::OnProof {
        return Ok(());
    }
    if question.height < own.deadline {
        let needs = alloc::format!("height {}, it is {}", own.deadline, question.height);
        return Err(Refusal::Undecided { needs });
    }
    let blamed = |case: &Case| case.gone || case.doubtful;
    let mut late = cases.iter().filter(|(_, case)| blamed(case)).peekable();
    if decided == Outcome::Keep || late.peek().is_none() || late.any(|(_, case)| case.caught_up) {
        return Ok(());
    }
    Err(Refusal::Undecided {
        needs: "the view of the missing leg's zone to reach its deadline".to_string(),
    })
}

fn undecided(name: &str, needs: &str) -> Refusal {
    Refusal::Undecided {
        needs: alloc::format!("{name}: {needs}"),
    }
}
