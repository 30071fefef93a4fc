//! From duties to transactions. Every account of a zone is a lane: it takes what no other lane has in hand, packs as much
//! as fits into one transaction, in order, and concludes each duty with what became of it. A promise is written down
//! before anything is offered.
//!
//! ```text
//!   due duties ─► desk: what belongs together goes to one lane ─► calls, proofs ─► batches
//!        ┌───────────────────────────────────────────────────────────────────────────┘
//!        └─► prepare ─► promise ─► offer ─► settled ─► conclude
//!              │ refused, too big        │ out of gas: halves, then more gas
//!              └─► halves, then one by one └─► refused in its block: one by one
//! ```
//!
//! Only what fails by itself counts against a duty. Two hands work on a lane, so that one builds and tries out the next
//! batch while the other waits for a block; from trying out to the node's queue a lane is one hand's alone.

mod batch;
mod desk;
mod lane;

use std::{collections::BTreeSet, sync::Arc};

use tessera_planner::{Act, Duty, Next};
use tessera_primitives::{CanonicalAddress, ZoneId};
use tracing::Instrument;

use crate::{
    chain::{Call, Chain, ChainError},
    duties,
    relay::{Relay, RelayError, Zone},
};

pub use desk::Desk;
pub use lane::serve;

/// A duty as messages.
#[derive(Clone, Debug)]
struct Work {
    duty: Duty,
    calls: Vec<Call>,
}

/// Duties that one hand has taken, until it puts them down.
struct Taken {
    duties: Vec<Duty>,
    _claim: desk::Claim,
}

/// One lane of a zone at work.
#[derive(Clone, Copy)]
struct At<'a> {
    relay: &'a Relay,
    zone: &'a Zone,
    chain: &'a Arc<dyn Chain>,
    lane: usize,
}

/// Does what is to be done on one zone now, lane by lane.
///
/// # Errors
/// [`RelayError`]: what could not be done is given out again.
pub async fn work(relay: &Relay, zone: &Zone) -> Result<(), RelayError> {
    for lane in 0..zone.lanes.len() {
        work_lane(relay, zone, lane).await?;
    }
    Ok(())
}

/// Does what one lane can do now, and answers whether there was anything.
///
/// # Errors
/// [`RelayError`]: what could not be done is given out again.
pub async fn work_lane(relay: &Relay, zone: &Zone, lane: usize) -> Result<bool, RelayError> {
    let Some(chain) = zone.lanes.get(lane) else {
        return Ok(false);
    };
    let at = At {
        relay,
        zone,
        chain,
        lane,
    };
    match choose(at, |plan| &plan.first).await? {
        Some(taken) => carry_out(at, taken).await,
        None => Ok(false),
    }
}

/// Takes what a lane can do now of a plan, if there is anything.
async fn choose(at: At<'_>, of: impl Fn(&Next) -> &[Duty]) -> Result<Option<Taken>, RelayError> {
    let At { relay, chain, .. } = at;
    let account = chain.account();
    let account = account
        .map(|account| chain.canonical(account))
        .transpose()?;
    let mut ledger = relay.ledger().lock().await;
    let all = of(ledger.plan(relay.now())).iter();
    let ours = all.filter(|duty| duty.on == *chain.zone());
    let ours: Vec<Duty> = ours.cloned().collect();
    let may = |duty: &Duty| may_sign(ledger.knowledge(), duty, account.as_ref());
    let desk = relay.desk(chain.zone())?;
    let (duties, claim) = desk.take(ours.into_iter(), at.zone.max_messages, may);
    let taken = Taken {
        duties,
        _claim: claim,
    };
    Ok((!taken.duties.is_empty()).then_some(taken))
}

/// Does what was taken, or what may go instead where nothing of that can be proven now; answers whether there was anything.
async fn carry_out(at: At<'_>, taken: Taken) -> Result<bool, RelayError> {
    if attempt(at, taken).await? {
        return Ok(true);
    }
    match choose(at, |plan| &plan.instead).await? {
        Some(taken) => attempt(at, taken).await,
        None => Ok(false),
    }
}

/// Does what was taken, and answers whether anything was left to do of it.
async fn attempt(at: At<'_>, taken: Taken) -> Result<bool, RelayError> {
    let mut works = Vec::new();
    let mut away = BTreeSet::new();
    for duty in &taken.duties {
        works.extend(work_of(at.relay, at.zone, duty.clone(), &mut away).await?);
    }
    if works.is_empty() {
        return Ok(false);
    }
    batch::submit(at, works).await?;
    Ok(true)
}

/// Whether an account may do a duty: a leg is taken back by who registered it alone.
fn may_sign(
    knowledge: &tessera_planner::Knowledge,
    duty: &Duty,
    account: Option<&CanonicalAddress>,
) -> bool {
    let Act::Reject { item } = &duty.act else {
        return true;
    };
    let legs = knowledge.task(&item.task).map(|task| &task.legs);
    let mut legs = legs.into_iter().flatten();
    let own = legs.find(|leg| leg.zone == duty.on);
    own.is_none_or(|leg| Some(&leg.registrant) == account)
}

/// The messages of a duty. Whoever keeps tasks open with a zone whose node does not answer must not hold up all others:
/// what needs it is left for later, without a pause, and it is asked once in a round.
async fn work_of(
    relay: &Relay,
    zone: &Zone,
    duty: Duty,
    away: &mut BTreeSet<ZoneId>,
) -> Result<Option<Work>, RelayError> {
    let Duty { on, mut act } = duty;
    loop {
        let Some(left) = act.without(away) else {
            return Ok(None);
        };
        let duty = Duty {
            on: on.clone(),
            act: left,
        };
        let span = tracing::debug_span!("duty", zone = %on, %duty);
        match duties::calls(relay, zone, &duty).instrument(span).await {
            Ok(calls) => return Ok(Some(Work { duty, calls })),
            Err(RelayError::Chain(ChainError::Unreachable { zone: other, .. }))
                if other != on && !away.contains(&other) =>
            {
                tracing::warn!(zone = %on, %duty, %other, "left until its node answers");
                away.insert(other);
                act = duty.act;
            }
            Err(error @ RelayError::Chain(ChainError::Unreachable { .. })) => return Err(error),
            Err(RelayError::Journal(error)) => return Err(error.into()),
            // What cannot be proven now must not keep the rest from being done.
            Err(error) => {
                batch::put_off(relay, &on, duty, error.to_string()).await?;
                return Ok(None);
            }
        }
    }
}
