use alloc::{string::ToString, vec::Vec};

use tessera_primitives::{Address, Hash, Timestamp, ZoneStatus};

use super::{open_leg, pay, read, shown, tip_at_commit};
use crate::{
    effect::Locking,
    sighted,
    state::{Exposure, LegState, Mark, Parameters, Seen, Terms, Write},
    task::{name_leg, tx_hash},
    Effect, Event, Instruction, Leg, Now, Reads, Refusal, Refused, Sighting, Step, TaskBody,
};

/// `commit`: `tx` is locked, once every other leg is proven ready. A leg with calls commits in a submessage of its own,
/// so that a failed `Lock` undoes it alone; until then nothing is written.
pub(super) fn commit<R: Reads>(
    now: &Now,
    reads: &R,
    caller: Address,
    body: &TaskBody,
    sightings: &[Sighting],
) -> Result<Step, Refused<R::Error>> {
    let id = body.task.id();
    let terms = registered(now, reads, &id)?;
    let parameters = read(reads.parameters())?;
    let seen = others_ready(now, reads, &parameters, &terms, body, sightings)?;
    if !terms.calls {
        return lock(now, reads, &parameters, caller, (id, terms), body, seen);
    }
    let tx = own_tx(&terms, body)?.to_vec();
    exposures(now, reads, &parameters, &terms, body)?;
    let bare = TaskBody {
        task: body.task.clone(),
        tx: Some(tx),
        reversal: None,
    };
    let instruction = Instruction::CommitLocked {
        task: id,
        locking: Locking::new(caller, &bare, seen),
        gas: parameters.lock_gas,
    };
    Ok(Step {
        instructions: Vec::from([instruction]),
        ..Step::default()
    })
}

/// The second half of committing a leg with calls. The evidence was judged in the same transaction; all else may have
/// changed since, by a task that repeats or a call that came back.
pub(super) fn commit_locked<R: Reads>(
    now: &Now,
    reads: &R,
    locking: Locking,
) -> Result<Step, Refused<R::Error>> {
    let body = TaskBody::from_bytes(locking.body.as_slice())?;
    let id = body.task.id();
    let terms = registered(now, reads, &id)?;
    let parameters = read(reads.parameters())?;
    let (caller, seen) = (locking.caller, locking.seen);
    lock(now, reads, &parameters, caller, (id, terms), &body, seen)
}

/// The reply to a failed one: it changed nothing.
pub(super) fn lock_failed(task: Hash) -> Step {
    Step {
        events: Vec::from([Event::LockFailed { task }]),
        ..Step::default()
    }
}

/// Whether the leg's zone is linked, with the lock that the leg names.
pub(super) fn check_peer<R: Reads>(reads: &R, leg: &Leg) -> Result<(), Refused<R::Error>> {
    let zone = leg.zone.clone();
    match read(reads.peer(&zone))? {
        Some(peer) if !peer.linked => Err(Refused::Rule(Refusal::NotLinked { zone })),
        None => Err(Refused::Rule(Refusal::NotLinked { zone })),
        Some(peer) if peer.contract != leg.lock => Err(Refused::Rule(Refusal::WrongPeer {
            zone,
            expected: peer.contract,
            actual: leg.lock.clone(),
        })),
        Some(_) => Ok(()),
    }
}

fn registered<R: Reads>(now: &Now, reads: &R, task: &Hash) -> Result<Terms, Refused<R::Error>> {
    let (_, terms) = open_leg(reads, task, &[LegState::Registered], "registered")?;
    if now.height >= terms.deadline {
        return Err(Refused::Rule(Refusal::TooLate {
            task: *task,
            deadline: terms.deadline,
            now: now.height,
        }));
    }
    Ok(terms)
}

/// Every other leg is proven ready at a fresh root of a linked, Active zone. Tells which admitted branches those zones
/// are on.
fn others_ready<R: Reads>(
    now: &Now,
    reads: &R,
    parameters: &Parameters,
    terms: &Terms,
    body: &TaskBody,
    sightings: &[Sighting],
) -> Result<Vec<Seen>, Refused<R::Error>> {
    let mut branches = Vec::new();
    for (leg, other) in body.task.others(terms.index) {
        check_peer(reads, other)?;
        let mut reason = Refusal::NotReady {
            leg: name_leg(leg, other),
            found: "nothing was shown".to_string(),
        };
        let mut ready = None;
        for sighting in sightings.iter().filter(|sighting| sighting.leg == leg) {
            sighted::usable(other, &sighting.root)?;
            match is_ready(now.time, parameters, leg, other, sighting) {
                Ok(()) => ready = Some(sighting.root.standing.branch),
                Err(found) => reason = found,
            }
        }
        match ready {
            None => return Err(Refused::Rule(reason)),
            Some(0) => {}
            Some(branch) => branches.push(Seen { leg, branch }),
        }
    }
    Ok(branches)
}

fn is_ready(
    now: Timestamp,
    parameters: &Parameters,
    index: u8,
    leg: &Leg,
    sighting: &Sighting,
) -> Result<(), Refusal> {
    let root = &sighting.root;
    if root.standing.status != ZoneStatus::Active {
        let (zone, actual) = (leg.zone.clone(), root.standing.status);
        return Err(Refusal::NotActive { zone, actual });
    }
    let (age, max) = (now.since(root.time), parameters.fresh);
    if age > max {
        let (zone, actual) = (leg.zone.clone(), age);
        return Err(Refusal::Stale { zone, max, actual });
    }
    match sighting.mark.state() {
        Some(LegState::Registered) if root.state_height < leg.deadline => Ok(()),
        Some(LegState::Committed | LegState::Kept) => Ok(()),
        _ => Err(Refusal::NotReady {
            leg: name_leg(index, leg),
            found: sighted::describe(root, sighting.mark),
        }),
    }
}

/// What is at risk once this leg is committed: each of its assets, from each other zone.
fn exposures<R: Reads>(
    now: &Now,
    reads: &R,
    parameters: &Parameters,
    terms: &Terms,
    body: &TaskBody,
) -> Result<Vec<Write>, Refused<R::Error>> {
    let mut writes = Vec::new();
    for (_, leg) in body.task.others(terms.index) {
        for coin in &terms.funds {
            let (zone, asset) = (leg.zone.clone(), coin.asset.clone());
            let Some(exposure) = read(reads.exposure(&zone, &asset))? else {
                return Err(Refused::Rule(Refusal::NoCap { zone, asset }));
            };
            let exposure = exposure.at(now.height, parameters.max_horizon);
            let exposure: Exposure = exposure.commit(coin.amount).map_err(Refusal::from)?;
            let (max, actual) = (exposure.max, exposure.at_risk().map_err(Refusal::from)?);
            if actual > max {
                return Err(Refused::Rule(Refusal::Cap {
                    zone,
                    asset,
                    max,
                    actual,
                }));
            }
            writes.push(Write::Exposure(zone, asset, exposure));
        }
    }
    Ok(writes)
}

fn own_tx<'a>(terms: &Terms, body: &'a TaskBody) -> Result<&'a [Effect], Refusal> {
    let own = body.task.leg(terms.index);
    let own = own.ok_or(Refusal::NoLeg { leg: terms.index })?;
    shown("tx", &body.tx, own.tx_hash, tx_hash)
}

fn lock<R: Reads>(
    now: &Now,
    reads: &R,
    parameters: &Parameters,
    caller: Address,
    (id, mut terms): (Hash, Terms),
    body: &TaskBody,
    seen: Vec<Seen>,
) -> Result<Step, Refused<R::Error>> {
    let mark = Mark {
        state: LegState::Committed,
        committed_at: now.height,
    };
    let mut writes = Vec::from([Write::Mark(id, mark)]);
    writes.extend(exposures(now, reads, parameters, &terms, body)?);
    let mut instructions = if terms.calls {
        let registrant = read(reads.address(&terms.registrant))?;
        locks(id, own_tx(&terms, body)?, &registrant)
    } else {
        Vec::new()
    };
    instructions.extend(pay(parameters, &caller, tip_at_commit(terms.tip)));
    if !seen.is_empty() {
        terms.seen = seen;
        writes.push(Write::Terms(id, terms));
    }
    let event = Event::Committed {
        task: id,
        height: now.height,
        caller,
    };
    Ok(Step {
        writes,
        instructions,
        events: Vec::from([event]),
    })
}

fn locks(task: Hash, tx: &[Effect], registrant: &Address) -> Vec<Instruction> {
    let calls = tx.iter().filter_map(|effect| match effect {
        Effect::Transfer { .. } => None,
        Effect::Call {
            contract,
            payload,
            funds,
        } => Some(Instruction::Lock {
            contract: contract.clone(),
            task,
            registrant: registrant.clone(),
            payload: payload.clone(),
            funds: funds.clone(),
        }),
    });
    calls.collect()
}
