use alloc::vec::Vec;

use tessera_header::TrustedHeader;
use tessera_primitives::{Address, Amount, Hash, Height, ZoneId, ZoneStatus};

use super::{
    advance::branch_of_hash,
    divergence::{tops, Chain, Divergence},
    find, refuse_closed, refuse_distrusted, refuse_not_stored, write_belief, write_zone,
};
use crate::{
    effect::{Effect, Step},
    event::Event,
    input::{ForkEvidence, Grounds, Line, Now},
    state::{Bound, ForkRecord, Pair, Viewed},
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
    let (top_a, top_b) = (&a.top.header, &b.top.header);
    if !contradict(top_a, top_b) {
        return Err(Refused::Rule(Refusal::NoConflict {
            a: top_a.height,
            b: top_b.height,
        }));
    }
    let branch = viewed.belief.branch;
    let found = compare(reads, &viewed, branch, &Chain::of(a), &Chain::of(b))?;
    let known = viewed.open_fork().copied();
    let shown = known
        .map_or(viewed.belief.latest, |known| known.shown)
        .max(top_a.height)
        .max(top_b.height);
    let record = counted(known, found, shown)?;
    let bounty = match known {
        Some(_) => Amount::ZERO,
        None => viewed.zone.params.fork_bounty.min(viewed.zone.reserve),
    };
    viewed.zone.reserve = viewed.zone.reserve.minus(bounty)?;
    let mut step = record_fork(now, viewed, branch, record, bounty);
    if !bounty.is_zero() {
        step.effects.push(Effect::Pay {
            to: caller,
            amount: bounty,
        });
    }
    Ok(step)
}

/// Links need no signatures: hashes lead from blocks that were verified to those below them. So they are taken at any
/// time, after a branch was admitted too.
fn report_links<R: Reads>(
    reads: &R,
    viewed: Viewed,
    branch: u32,
    a: &[Hash],
    b: &[Hash],
) -> Result<Step, Refused<R::Error>> {
    let record = match branch {
        0 => viewed.zone.fork,
        _ if branch == viewed.belief.branch => viewed.zone.branch_fork,
        _ => None,
    };
    let known = record.ok_or(Refusal::UnknownFork { branch })?;
    let (chain_a, chain_b) = (
        Chain::of_block(&known.pair.a, a),
        Chain::of_block(&known.pair.b, b),
    );
    let found = compare(reads, &viewed, branch, &chain_a, &chain_b)?;
    let improved = counted(Some(known), found, known.shown)?;
    // Once a branch was admitted, the fork below it may become exact; what was said to be good stays so.
    if branch != viewed.belief.branch && improved.height() < known.height() {
        let known = known.height();
        return Err(Refused::Rule(Refusal::NothingNew { known }));
    }
    Ok(record_links(viewed, branch, improved))
}

/// Whether both headers cannot be of one chain: one height and two hashes, or a later height and a time not later.
fn contradict(a: &TrustedHeader, b: &TrustedHeader) -> bool {
    let (lower, higher) = if a.height <= b.height { (a, b) } else { (b, a) };
    if lower.height == higher.height {
        lower.hash != higher.hash
    } else {
        higher.time <= lower.time
    }
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
        Grounds::Hash => Ok(branch_of_hash(viewed, header).map(|_| ())?),
    }
}

/// What some two blocks prove about where a fork begins.
#[derive(Clone, Copy)]
struct Found {
    bound: Bound,
    /// A height at which they differ for certain. An inexact bound may lie below it, since the headers between were not
    /// shown.
    certain: Height,
    pair: Pair,
}

/// What two lines prove against each other, and against stored headers that are on neither.
struct Findings {
    own: Found,
    beside: Vec<Found>,
}

fn compare<R: Reads>(
    reads: &R,
    viewed: &Viewed,
    branch: u32,
    a: &Chain,
    b: &Chain,
) -> Result<Findings, Refused<R::Error>> {
    // Lines that do not meet, or meet in an ancestor with impossible times: the fork is at or below the lower top.
    let apart = Divergence {
        height: a.top.min(b.top),
        parent: None,
    };
    let divergence = a.divergence(b).unwrap_or(apart);
    let no_pair = || Refusal::NoConflict { a: a.top, b: b.top };
    let own = Found {
        bound: bound(reads, viewed, branch, divergence)?,
        certain: divergence.height,
        pair: tops(a, b).ok_or_else(no_pair)?,
    };
    let mut beside = Vec::new();
    for chain in [a, b] {
        let stored = reads
            .headers_from(viewed.zone.number, chain.low(), chain.len())
            .map_err(Refused::Read)?;
        for other in stored {
            let on_a_line = a.contains(&other) || b.contains(&other);
            if on_a_line || other.branch != branch || other.header.height > chain.top {
                continue;
            }
            let (height, theirs) = (other.header.height, Chain::of_stored(&other));
            let blocks = (chain.block(height), theirs.block(height));
            if let (Some(divergence), (Some(a), Some(b))) = (chain.divergence(&theirs), blocks) {
                beside.push(Found {
                    bound: bound(reads, viewed, branch, divergence)?,
                    certain: divergence.height,
                    pair: Pair { a, b },
                });
            }
        }
    }
    Ok(Findings { own, beside })
}

/// Exactly where the lines part; else one above the newest stored header below that. On an admitted branch never below
/// the header that admitted it: that one was the owner's word.
fn bound<R: Reads>(
    reads: &R,
    viewed: &Viewed,
    branch: u32,
    divergence: Divergence,
) -> Result<Bound, Refused<R::Error>> {
    let floor = match branch {
        0 => Height(1),
        _ => viewed.zone.admitted,
    };
    if divergence.parent.is_some() && (branch == 0 || divergence.height > floor) {
        let Divergence { height, parent } = divergence;
        return Ok(Bound { height, parent });
    }
    let below = reads
        .header_below(viewed.zone.number, divergence.height)
        .map_err(Refused::Read)?
        .filter(|below| below.branch == branch);
    let height = match below {
        Some(below) => below.header.height.plus(1)?,
        None => floor,
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
fn counted(
    known: Option<ForkRecord>,
    found: Findings,
    shown: Height,
) -> Result<ForkRecord, Refusal> {
    let Findings { own, beside } = found;
    let record = |found: Found| ForkRecord {
        bound: found.bound,
        pair: found.pair,
        shown,
    };
    let lowest = |first: Found| {
        let lower = |best: Found, next: &Found| {
            if next.certain < best.bound.height {
                *next
            } else {
                best
            }
        };
        record(beside.iter().fold(first, lower))
    };
    let Some(known) = known else {
        return Ok(lowest(own));
    };
    let height = known.height();
    let mut all = [own].into_iter().chain(beside.iter().copied());
    if let Some(first) = all.find(|found| found.certain < height) {
        return Ok(lowest(first));
    }
    if !known.pair.is(&own.pair) {
        return Err(Refusal::NotLower {
            known: height,
            actual: own.certain,
        });
    }
    let better = lowest(own);
    if known.bound.parent.is_some() || own.bound.parent.is_none() || better.bound == known.bound {
        return Err(Refusal::NothingNew { known: height });
    }
    Ok(better)
}

fn record_fork(
    now: &Now,
    mut viewed: Viewed,
    branch: u32,
    record: ForkRecord,
    bounty: Amount,
) -> Step {
    if viewed.belief.first_report == Height(0) {
        viewed.belief.first_report = now.height;
    }
    viewed.belief.status = ZoneStatus::Forked;
    write_fork(viewed, branch, record, bounty)
}

fn record_links(viewed: Viewed, branch: u32, record: ForkRecord) -> Step {
    write_fork(viewed, branch, record, Amount::ZERO)
}

fn write_fork(mut viewed: Viewed, branch: u32, record: ForkRecord, bounty: Amount) -> Step {
    if branch == 0 {
        viewed.zone.fork = Some(record);
        viewed.belief.fork = record.height();
    } else {
        viewed.zone.branch_fork = Some(record);
    }
    let mut step = Step::default();
    write_zone(&mut step, &viewed);
    write_belief(&mut step, &viewed);
    step.events.push(Event::ForkReported {
        zone: viewed.id,
        branch,
        fork: record.height(),
        exact: record.bound.parent.is_some(),
        a: record.pair.a.hash,
        b: record.pair.b.hash,
        bounty,
    });
    step
}
