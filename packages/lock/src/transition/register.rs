use alloc::vec::Vec;

use tessera_primitives::{Address, Amount, Asset, Coin, Height, Standing, ZoneStatus};

use super::{pay, read};
use crate::{
    state::{LegState, Mark, Parameters, Place, Terms, Write},
    task::{reversal_hash, tx_hash},
    verify, Effect, Event, Instruction, Leg, Now, Reads, Refusal, Refused, Registration, Step,
    Task, TaskBody,
};

/// `register`: the registrant's funds go into escrow.
///
/// The tip may be zero; then a relayer has no reason but its own to commit and settle.
pub(super) fn register<R: Reads>(
    now: &Now,
    reads: &R,
    registration: Registration,
) -> Result<Step, Refused<R::Error>> {
    let Registration {
        sender,
        task,
        tx,
        reversal,
        tip,
        sent,
        standings,
    } = registration;
    let (place, parameters) = (read(reads.place())?, read(reads.parameters())?);
    let (index, own) = own_leg(&task, &place)?;
    check_leg(now, &parameters, own)?;
    let expected = read(reads.address(&own.registrant))?;
    if sender != expected {
        let actual = sender;
        return Err(Refused::Rule(Refusal::NotRegistrant { expected, actual }));
    }
    check_hashes(own, &tx, &reversal)?;
    let funds = verify::funds(&tx, &reversal, &place.address)?;
    let called = verify::called(&tx);
    for contract in &called {
        if !read(reads.is_target(contract))? {
            let contract = (*contract).clone();
            return Err(Refused::Rule(Refusal::NotTarget { contract }));
        }
    }
    require_sent(&[due(&parameters, &tx, tip)?], &sent)?;
    check_others(reads, &task, index, &standings)?;
    check_caps(reads, &task, index, &funds)?;
    let id = task.id();
    if read(reads.mark(&id))?.is_some() {
        return Err(Refused::Rule(Refusal::SeenBefore { task: id }));
    }
    let mark = Mark {
        state: LegState::Registered,
        committed_at: Height(0),
    };
    let deadline = own.deadline;
    let terms = Terms {
        index,
        since: now.time,
        deadline,
        registrant: own.registrant.clone(),
        funds,
        tip,
        calls: !called.is_empty(),
        seen: Vec::new(),
    };
    let instructions = collect(&parameters, &terms.funds, &sender);
    let (tx, reversal) = (Some(tx), Some(reversal));
    let event = Event::Registered {
        task: id,
        leg: index,
        registrant: sender,
        deadline,
        tip,
        body: TaskBody { task, tx, reversal }.to_bytes().into(),
    };
    Ok(Step {
        writes: Vec::from([
            Write::Mark(id, mark),
            Write::Terms(id, terms),
            Write::Wait(deadline, id),
        ]),
        instructions,
        events: Vec::from([event]),
    })
}

fn own_leg<'a>(task: &'a Task, place: &Place) -> Result<(u8, &'a Leg), Refusal> {
    task.check()?;
    task.leg_of(&place.zone, &place.contract)
        .ok_or_else(|| Refusal::NotOurs {
            zone: place.zone.clone(),
            lock: place.contract.clone(),
        })
}

fn check_leg(now: &Now, parameters: &Parameters, own: &Leg) -> Result<(), Refusal> {
    let min = now.height.plus(parameters.min_horizon)?;
    let max = now.height.plus(parameters.max_horizon)?;
    if !(min..=max).contains(&own.deadline) {
        return Err(Refusal::Deadline {
            now: now.height,
            min,
            max,
            actual: own.deadline,
        });
    }
    let (min, max) = (parameters.min_retention(), parameters.max_retention());
    if (min..=max).contains(&own.retention) {
        Ok(())
    } else {
        let actual = own.retention;
        Err(Refusal::Retention { min, max, actual })
    }
}

fn check_hashes(own: &Leg, tx: &[Effect], reversal: &[Effect]) -> Result<(), Refusal> {
    let pairs = [
        ("tx", own.tx_hash, tx_hash(tx)),
        ("reversal", own.reversal_hash, reversal_hash(reversal)),
    ];
    for (what, expected, actual) in pairs {
        if expected != actual {
            return Err(Refusal::EffectsHash {
                what,
                expected,
                actual,
            });
        }
    }
    Ok(())
}

/// The native coins that registering a leg takes: its funds, the fee and the tip, one entry a denom.
///
/// # Errors
/// [`Refusal::Overflow`].
pub fn due(parameters: &Parameters, tx: &[Effect], tip: Amount) -> Result<Vec<Coin>, Refusal> {
    let mut due = Vec::new();
    for coin in verify::totals(tx)? {
        if let Asset::Native(_) = coin.asset {
            verify::add(&mut due, &coin.asset, coin.amount)?;
        }
    }
    let fee_denom = Asset::Native(parameters.fee_denom.clone());
    verify::add(&mut due, &fee_denom, parameters.fee.plus(tip)?)?;
    Ok(due)
}

/// Native coins that came along are exactly what is due for all legs together.
///
/// # Errors
/// [`Refusal::Funds`] with the first denom that is too little or too much, [`Refusal::Overflow`].
pub fn require_sent(dues: &[Vec<Coin>], sent: &[Coin]) -> Result<(), Refusal> {
    let mut expected = Vec::new();
    for coin in dues.iter().flatten() {
        verify::add(&mut expected, &coin.asset, coin.amount)?;
    }
    let mut actual = Vec::new();
    for coin in sent {
        verify::add(&mut actual, &coin.asset, coin.amount)?;
    }
    for coin in expected.iter().chain(&actual) {
        let (expected, actual) = (
            verify::total_of(&expected, &coin.asset),
            verify::total_of(&actual, &coin.asset),
        );
        if let (Asset::Native(denom), true) = (&coin.asset, expected != actual) {
            let denom = denom.clone();
            return Err(Refusal::Funds {
                denom,
                expected,
                actual,
            });
        }
    }
    Ok(())
}

/// Every other zone is linked, with the lock that its leg names, and Active. A fake lock could show one zone Committed
/// and another Reversed.
fn check_others<R: Reads>(
    reads: &R,
    task: &Task,
    own: u8,
    standings: &[Standing],
) -> Result<(), Refused<R::Error>> {
    let expected = task.others(own).count();
    if standings.len() != expected {
        let actual = standings.len();
        return Err(Refused::Rule(Refusal::Standings { expected, actual }));
    }
    for ((_, leg), standing) in task.others(own).zip(standings) {
        super::commit::check_peer(reads, leg)?;
        if standing.status != ZoneStatus::Active {
            let (zone, actual) = (leg.zone.clone(), standing.status);
            return Err(Refused::Rule(Refusal::NotActive { zone, actual }));
        }
    }
    Ok(())
}

/// A leg that no cap could ever let commit is refused here; whether one has room is asked when it commits.
fn check_caps<R: Reads>(
    reads: &R,
    task: &Task,
    own: u8,
    funds: &[Coin],
) -> Result<(), Refused<R::Error>> {
    for (_, leg) in task.others(own) {
        for coin in funds {
            let (zone, asset) = (leg.zone.clone(), coin.asset.clone());
            let Some(exposure) = read(reads.exposure(&zone, &asset))? else {
                return Err(Refused::Rule(Refusal::NoCap { zone, asset }));
            };
            if coin.amount > exposure.max {
                let (max, actual) = (exposure.max, coin.amount);
                return Err(Refused::Rule(Refusal::Cap {
                    zone,
                    asset,
                    max,
                    actual,
                }));
            }
        }
    }
    Ok(())
}

fn collect(parameters: &Parameters, funds: &[Coin], from: &Address) -> Vec<Instruction> {
    let tokens = funds.iter().filter_map(|coin| match &coin.asset {
        Asset::Native(_) => None,
        Asset::Cw20(token) => Some(Instruction::Collect {
            token: token.clone(),
            from: from.clone(),
            amount: coin.amount,
        }),
    });
    tokens
        .chain(pay(parameters, &parameters.treasury, parameters.fee))
        .collect()
}
