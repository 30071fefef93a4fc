//! Rules that are wrong in one place: the model must see it.

use tessera_lock::{
    state::{LegState, Mark},
    Input, Settlement, Shown, Sighting,
};
use tessera_primitives::{Height, ZoneStatus};

use crate::{explore, forking, honest, states::Case};

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
    sighting.mark.state()
}

fn show_as(sighting: &mut Sighting, state: LegState) {
    let committed_at = Height(1);
    sighting.mark = Shown::Mark(Mark {
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
                if sighting.mark == Shown::Absent {
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
                if state_of(sighting) == Some(LegState::Lapsed) || sighting.mark == Shown::Absent {
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

#[test]
fn a_mutant_about_inexact_forks_is_caught() {
    let case = forking(
        "mutant: from G on an admitted branch counts for Reverse only, however inexact the fork",
        &[3, 4],
        Settlement::OnProof,
        2,
        2,
    );
    let case = Case {
        inexact: &[0],
        mutation: |now, input| {
            let input = settling(input, |sighting| {
                let admitted = sighting.root.branch > 0;
                if let Some(fork) = sighting.root.standing.fork.as_mut() {
                    fork.exact = admitted;
                }
            });
            (now, input)
        },
        ..case
    };
    is_caught(case, "never stuck");
}

#[test]
fn a_mutant_about_closed_zones_is_caught() {
    let mut case = honest(
        "mutant: nobody needs to have conceded, a closed zone",
        &[2, 2, 3],
        Settlement::OnProof,
    );
    case.caps[..2].iter_mut().for_each(|cap| *cap += 1);
    let case = Case {
        registering: false,
        withdrawing: false,
        closing: true,
        every_root: true,
        mutation: |now, input| {
            let input = settling(input, |sighting| {
                if state_of(sighting) == Some(LegState::Committed) && sighting.leg < 2 {
                    show_as(sighting, LegState::Conceded);
                }
            });
            (now, input)
        },
        ..case
    };
    is_caught(case, "never a mix");
}
