use tessera_header::TrustedHeader;
use tessera_primitives::{Address, Amount, Hash, Height, Overflow, ZoneId, ZoneStatus};

use super::{
    below_on_branch, contradict,
    divergence::{tops, Chain, Divergence},
    find, refuse_closed, refuse_distrusted, refuse_ending, refuse_not_stored, write_belief,
    write_zone,
};
use crate::{
    effect::{Effect, Step},
    event::Event,
    input::{ForkEvidence, Grounds, Line, Now},
    state::{Block, Bound, ForkRecord, Pair, Viewed},
    Reads, Refusal, Refused,
};

/// Two headers that cannot be of one chain, or links below two that are known.
pub(super) fn report_fork<R: Reads>(
    now: &Now,
    reads: &R,
    id: &ZoneId,
    evidence: &ForkEvidence,
    caller: Address,
) -> Result<Step, Refused<R::Error>> {
    let viewed = find(reads, id)?;
    refuse_closed(now, &viewed)?;
    match evidence {
        ForkEvidence::Pair { a, b } => report_pair(now, reads, viewed, a, b, caller),
        ForkEvidence::Links { branch, a, b } => report_links(reads, viewed, *branch, a, b),
    }
}

/// A pair counts where it proves a lower fork than is known, or makes the known one exact.
pub(super) fn report_pair<R: Reads>(
    now: &Now,
    reads: &R,
    mut viewed: Viewed,
    a: &Line,
    b: &Line,
    caller: Address,
) -> Result<Step, Refused<R::Error>> {
    for line in [a, b] {
        refuse_groundless(now, reads, &viewed, line)?;
    }
    refuse_ending(now, &viewed, viewed.last_evidence())?;
    let (top_a, top_b) = (&a.top.header, &b.top.header);
    if !contradict(top_a, top_b) {
        return Err(Refused::Rule(Refusal::NoConflict {
            a: top_a.height,
            b: top_b.height,
        }));
    }
    let known = viewed.open_fork().copied();
    let highest = top_a.height.max(top_b.height);
    refuse_above_shown(known, highest)?;
    let found = counted(known, compare(reads, &viewed, a, b)?)?;
    let shown = known.map_or(viewed.belief.latest.max(highest), |known| known.shown);
    let record = ForkRecord {
        branch: viewed.belief.branch,
        admitted: viewed.zone.admitted,
        first_report: known.map_or(now.height, |known| known.first_report),
        bound: found.bound,
        pair: found.pair,
        shown,
        confirmed: None,
    };
    let bounty = match known {
        Some(_) => Amount::ZERO,
        None => viewed.zone.params.fork_bounty.min(viewed.zone.reserve),
    };
    viewed.zone.reserve = viewed.zone.reserve.minus(bounty)?;
    if viewed.belief.first_report == Height(0) {
        viewed.belief.first_report = now.height;
    }
    viewed.belief.status = ZoneStatus::Forked;
    let mut step = write_fork(viewed, record, bounty);
    if !bounty.is_zero() {
        step.effects.push(Effect::Pay {
            to: caller,
            amount: bounty,
        });
    }
    Ok(step)
}

/// Links need no signatures: hashes lead from blocks that were verified to those that these name below them. So they are
/// taken at any time, after a branch was admitted too; but since a forged header names whatever ancestors its signers
/// like, they make a fork exact and never lower it, and once it is settled only at a block that the owner confirmed, or
/// that is stored.
fn report_links<R: Reads>(
    reads: &R,
    viewed: Viewed,
    branch: u32,
    a: &[Hash],
    b: &[Hash],
) -> Result<Step, Refused<R::Error>> {
    let known = *viewed
        .fork_of(branch)
        .ok_or(Refusal::UnknownFork { branch })?;
    let (chain_a, chain_b) = (
        Chain::of_block(&known.pair.a, a),
        Chain::of_block(&known.pair.b, b),
    );
    let nothing_new = Refusal::NothingNew {
        known: known.height(),
    };
    let below = below_on_branch(reads, &viewed, branch, known.height())?;
    let exact = exact(below.as_ref(), &chain_a, &chain_b)
        .filter(|bound| known.bound.parent.is_none() && bound.height >= known.height());
    let bound = exact.ok_or(nothing_new.clone())?;
    let record = ForkRecord { bound, ..known };
    if revives(reads, &viewed, known, &record)? {
        return Err(Refused::Rule(nothing_new));
    }
    let vouched = is_vouched(&record, known.confirmed, below.as_ref());
    if branch != viewed.belief.branch && !vouched {
        let Block { height, hash } = record.below().unwrap_or_default();
        return Err(Refused::Rule(Refusal::Unconfirmed { height, hash }));
    }
    Ok(write_fork(viewed, record, Amount::ZERO))
}

/// Whether something that is stored and in doubt would count again, other than the very block that the record names: an
/// owner's word puts in doubt what was stored below a fork, and no link reaches all of it.
fn revives<R: Reads>(
    reads: &R,
    viewed: &Viewed,
    known: ForkRecord,
    record: &ForkRecord,
) -> Result<bool, Refused<R::Error>> {
    let lowest = reads
        .header_above(viewed.zone.number, known.height().minus(1)?)
        .map_err(Refused::Read)?;
    let lowest = lowest.map(|stored| block(&stored.header));
    let counts = lowest.filter(|lowest| lowest.height < record.height());
    Ok(counts.is_some() && counts != record.below())
}

fn block(header: &TrustedHeader) -> Block {
    let (height, hash) = (header.height, header.hash);
    Block { height, hash }
}

/// Whether more than the signers of the pair say that the block below an exact fork is of the zone's chain: the owner's
/// word, or a header that was stored before the fork.
pub(super) fn is_vouched(
    record: &ForkRecord,
    confirmed: Option<Block>,
    stored: Option<&TrustedHeader>,
) -> bool {
    let stored = stored.map(block);
    let below = record.below();
    below.is_some() && (below == confirmed || below == stored)
}

fn refuse_groundless<R: Reads>(
    now: &Now,
    reads: &R,
    viewed: &Viewed,
    line: &Line,
) -> Result<(), Refused<R::Error>> {
    let header = &line.top.header;
    match line.top.grounds {
        Grounds::VerifiedFrom(from) => refuse_distrusted(now, reads, viewed, from, header),
        Grounds::Stored => refuse_not_stored(reads, viewed, header),
        // Whoever forged the pair of an exact fork named that hash: it is no signature.
        Grounds::Hash => {
            let height = header.height;
            Err(Refused::Rule(Refusal::NoKnownHash { height }))
        }
    }
}

/// A branch is admitted above all that was shown, so while a fork is open nothing higher is: else whoever forged it could
/// put the admission off for as long as they like. What differs lower can be shown by headers that lie lower.
fn refuse_above_shown(known: Option<ForkRecord>, actual: Height) -> Result<(), Refusal> {
    match known {
        Some(ForkRecord { shown, .. }) if actual > shown => {
            Err(Refusal::AboveShown { shown, actual })
        }
        _ => Ok(()),
    }
}

/// What some two blocks prove about where a fork begins.
struct Found {
    bound: Bound,
    /// A height at which those who signed them differ for certain. An inexact bound may lie below it, since the headers
    /// between were not shown.
    certain: Height,
    pair: Pair,
}

/// What two lines prove against each other. Only what was signed counts for how low they differ, and nothing against
/// the headers that they were verified from.
fn compare<R: Reads>(
    reads: &R,
    viewed: &Viewed,
    a: &Line,
    b: &Line,
) -> Result<Found, Refused<R::Error>> {
    let signed = |line: &Line| Chain::signed(&line.top.header);
    let (chain_a, chain_b) = (Chain::of(a), Chain::of(b));
    // Lines that do not meet, or meet in an ancestor with impossible times: the fork is at or below the lower top.
    let lower = chain_a.top.min(chain_b.top);
    let differ = signed(a).divergence(&signed(b));
    let certain = differ
        .map_or(lower, |differ| differ.height)
        .max(least_doubted(a)?)
        .max(least_doubted(b)?);
    let below = below_on_branch(reads, viewed, viewed.belief.branch, certain)?;
    let bound = match exact(below.as_ref(), &chain_a, &chain_b) {
        Some(bound) => bound,
        None => inexact(below.as_ref(), viewed.zone.admitted)?,
    };
    let (a, b) = (chain_a.top, chain_b.top);
    let pair = tops(&chain_a, &chain_b).ok_or(Refusal::NoConflict { a, b })?;
    Ok(Found {
        bound,
        certain,
        pair,
    })
}

/// The least height that a line says anything about: it was verified because the header that it names below is true.
fn least_doubted(line: &Line) -> Result<Height, Overflow> {
    match line.top.grounds {
        Grounds::VerifiedFrom(from) => from.plus(1),
        Grounds::Stored | Grounds::Hash => Ok(Height(0)),
    }
}

/// Where lines part, if they do so above the newest header that is stored below where they differ for certain. Lines that
/// lead around that header are of ancestors that somebody made up, or it is itself forged, which a pair with it shows.
fn exact(below: Option<&TrustedHeader>, a: &Chain, b: &Chain) -> Option<Bound> {
    let Divergence { height, parent } = a.divergence(b)?;
    let around =
        below.is_some_and(|below| height <= below.height || a.denies(below) || b.denies(below));
    (parent.is_some() && !around).then_some(Bound { height, parent })
}

/// One above the newest stored header below what is in doubt; on an admitted branch never below the header that admitted
/// it, which was the owner's word.
pub(super) fn inexact(below: Option<&TrustedHeader>, admitted: Height) -> Result<Bound, Overflow> {
    let height = match below {
        Some(below) => below.height.plus(1)?,
        None => admitted.max(Height(1)),
    };
    Ok(Bound {
        height,
        parent: None,
    })
}

/// "Once a fork height is known, a pair counts only if its own is lower, or if it is the same pair with the links that
/// make it exact." Lower means that it differs for certain below the known height: else any two later blocks of the
/// same two branches, shown without links, would make an exact fork inexact again.
///
/// The newest stored header below an inexact fork lies right below it, so a pair that differs lower does so at or below
/// that header, and no links can raise it to where the fork was.
fn counted(known: Option<ForkRecord>, found: Found) -> Result<Found, Refusal> {
    let Some(known) = known else {
        return Ok(found);
    };
    let height = known.height();
    if found.certain < height {
        return Ok(found);
    }
    if !known.pair.is(&found.pair) {
        return Err(Refusal::NotLower {
            known: height,
            actual: found.certain,
        });
    }
    if known.bound.parent.is_some() || found.bound.parent.is_none() {
        return Err(Refusal::NothingNew { known: height });
    }
    Ok(found)
}

/// Puts a record in its place.
pub(super) fn remember(viewed: &mut Viewed, record: ForkRecord) {
    if record.branch == 0 {
        viewed.zone.fork = Some(record);
        viewed.belief.fork = record.height();
    } else {
        viewed.zone.branch_fork = Some(record);
    }
}

pub(super) fn write_fork(mut viewed: Viewed, record: ForkRecord, bounty: Amount) -> Step {
    remember(&mut viewed, record);
    let mut step = Step::default();
    write_zone(&mut step, &viewed);
    write_belief(&mut step, &viewed);
    step.events.push(Event::ForkReported {
        zone: viewed.id,
        branch: record.branch,
        fork: record.height(),
        exact: record.bound.parent.is_some(),
        a: record.pair.a.hash,
        b: record.pair.b.hash,
        bounty,
    });
    step
}
