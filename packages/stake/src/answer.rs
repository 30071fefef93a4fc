//! What a pool answers, computed where it is asked. Records themselves are read as they are.

use alloc::vec::Vec;

use tessera_primitives::{Address, Amount, Timestamp, Weight};

use crate::{
    rotation,
    state::{
        Delegation, Epoch, Member, Part, ProposalNumber, Seat, Slash, Snapshot, Tally, Validator,
        ValidatorNumber,
    },
    work::Work,
    Now, Reads, Refusal, Refused,
};

/// Most proposers that one question asks for.
pub const MAX_SCHEDULE: u16 = 1_000;

/// Most undrained slashes in one answer.
pub const MAX_QUEUED: usize = 100;

/// A part as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartView {
    /// The part as it is stored.
    pub part: Part,
    /// What it is worth after all accepted slashes.
    pub worth: Amount,
    /// Whether one of them has yet to take: until then it cannot be moved.
    pub frozen: bool,
    /// When it matures, once it is unbonded.
    pub matures: Option<Timestamp>,
    /// Whether it can be withdrawn now.
    pub withdrawable: bool,
}

/// A delegation as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegationView {
    /// Its parts.
    pub parts: Vec<PartView>,
    /// What its rewards are now, in the hub's token, as far as one claim walks.
    pub rewards: Amount,
}

/// A delegator's stake and rewards at a validator.
///
/// # Errors
/// [`Refusal::UnknownValidator`], [`Refused::Read`].
pub fn delegation<R: Reads>(
    now: &Now,
    reads: &R,
    delegator: &Address,
    validator: ValidatorNumber,
) -> Result<DelegationView, Refused<R::Error>> {
    let work = Work::new(now, reads)?;
    let stored: Delegation = work.get(reads.delegation(delegator, validator))?;
    let mut claimed = stored.clone();
    work.claim(validator, &mut claimed)?;
    let mut parts = Vec::new();
    for part in stored.parts {
        let (worth, frozen) = work.worth(validator, &part)?;
        let matures = (!part.is_bonded()).then(|| work.place.matures(part.until));
        let withdrawable = !frozen && work.is_withdrawable(validator, &part)?;
        parts.push(PartView {
            part,
            worth,
            frozen,
            matures,
            withdrawable,
        });
    }
    Ok(DelegationView {
        parts,
        rewards: claimed.earned,
    })
}

/// A validator as it stands in this epoch: pending stake folded in, commission reckoned through the last turn.
///
/// # Errors
/// [`Refusal::UnknownValidator`], [`Refused::Read`].
pub fn validator<R: Reads>(
    now: &Now,
    reads: &R,
    number: ValidatorNumber,
) -> Result<Validator, Refused<R::Error>> {
    Work::new(now, reads)?.validator(number)
}

/// A snapshot and its members' weights: what a core's kernel copies.
///
/// # Errors
/// [`Refusal::NoSnapshot`], [`Refused::Read`].
pub fn weights_at<R: Reads>(
    reads: &R,
    epoch: Epoch,
) -> Result<(Snapshot, Vec<Member>), Refused<R::Error>> {
    let snapshot = reads.snapshot(epoch).map_err(Refused::Read)?;
    let snapshot = snapshot.ok_or(Refusal::NoSnapshot { epoch })?;
    let members = reads.members(epoch).map_err(Refused::Read)?;
    Ok((snapshot, members))
}

/// The first `n` proposers of the last snapshot's schedule. The next snapshot's goes on where `rotation` proposals of this
/// one end.
///
/// # Errors
/// [`Refusal::Parameter`] for more than [`MAX_SCHEDULE`], [`Refusal::NoSnapshot`] before the first, [`Refused::Read`].
pub fn proposer_schedule<R: Reads>(
    reads: &R,
    n: u16,
) -> Result<Vec<ValidatorNumber>, Refused<R::Error>> {
    if n > MAX_SCHEDULE {
        return Err(Refused::Rule(Refusal::Parameter {
            what: "proposers",
            min: 0,
            max: MAX_SCHEDULE.into(),
            actual: n.into(),
        }));
    }
    let epoch = reads.pool().map_err(Refused::Read)?.snapshot;
    if epoch == 0 {
        return Err(Refused::Rule(Refusal::NoSnapshot { epoch }));
    }
    let priorities = reads.priorities(epoch).map_err(Refused::Read)?;
    Ok(rotation::schedule(&priorities, n))
}

/// The votes on a proposal so far, and the weight that they are measured against once voting is open.
///
/// # Errors
/// [`Refusal::UnknownProposal`], [`Refused::Read`].
pub fn votes<R: Reads>(
    reads: &R,
    number: ProposalNumber,
) -> Result<(Tally, Option<Weight>), Refused<R::Error>> {
    let proposal = reads.proposal(number).map_err(Refused::Read)?;
    let proposal = proposal.ok_or(Refusal::UnknownProposal { proposal: number })?;
    let total = match proposal.phase {
        crate::state::Phase::Voting { opened, .. } => {
            let snapshot = reads.snapshot(opened).map_err(Refused::Read)?;
            snapshot.map(|snapshot| snapshot.total)
        }
        _ => None,
    };
    Ok((proposal.tally, total))
}

/// What is voted at a validator on a proposal, and how much of its weight its own vote has.
///
/// # Errors
/// [`Refused::Read`].
pub fn seat<R: Reads>(
    reads: &R,
    proposal: ProposalNumber,
    opened: Epoch,
    validator: ValidatorNumber,
) -> Result<(Seat, Weight), Refused<R::Error>> {
    let seat = reads.seat(proposal, validator).map_err(Refused::Read)?;
    let members = reads.members(opened).map_err(Refused::Read)?;
    let member = members.iter().find(|member| member.validator == validator);
    let weight = member.map_or(0, |member| member.weight.0);
    Ok((seat, Weight(weight.saturating_sub(seat.direct.0))))
}

/// The slashes that have yet to take, the oldest first, at most [`MAX_QUEUED`].
///
/// # Errors
/// [`Refused::Read`].
pub fn queued<R: Reads>(reads: &R) -> Result<Vec<Slash>, Refused<R::Error>> {
    let pool = reads.pool().map_err(Refused::Read)?;
    let waiting = pool.drained.saturating_add(1)..=pool.slashes;
    let mut slashes = Vec::new();
    for number in waiting.take(MAX_QUEUED) {
        slashes.extend(reads.slash(number).map_err(Refused::Read)?);
    }
    Ok(slashes)
}
