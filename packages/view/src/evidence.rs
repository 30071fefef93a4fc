//! Bytes in, evidence out: the only part of this package that verifies headers and follows links.

use alloc::{boxed::Box, vec::Vec};

use serde::{Deserialize, Serialize};
use tessera_header::{
    anchor as open_anchor, verify, verify_evidence, CachedSets, Header, LastBlockIdProof, Trust,
    Untrusted, ValidatorSet, Verified,
};
use tessera_primitives::{Hash, Height, Malformed, Timestamp, ZoneId};
use tessera_proof::Crypto;

use crate::{
    input::{Anchor, ForkEvidence, Grounds, Line, Shown},
    state::Viewed,
    transition::{find, stored},
    Reads, Refusal, Refused, View,
};

/// Most links below one header: 3,400 gas each, with their bytes. A fork further down is proven by headers nearer to it.
pub const MAX_LINKS: usize = 256;

/// Proof of a fork, as a message carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ForkProof {
    /// Two headers that cannot both be of one chain: one height and two hashes, or a later height and a time not later.
    Pair {
        /// One.
        a: Sighting,
        /// The other.
        b: Sighting,
    },
    /// Links below the two blocks of the pair on record, which make its fork exact.
    Links {
        /// Whose fork: 0, or the current branch.
        branch: u32,
        /// Links below the pair's first block: the first of them is of that block itself.
        a: Vec<LastBlockIdProof>,
        /// Links below its second block.
        b: Vec<LastBlockIdProof>,
    },
}

/// A header of a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sighting {
    /// The header.
    pub header: Sighted,
    /// Links below it, from its parent downwards: at most 256 of 196 bytes each.
    pub links: Vec<LastBlockIdProof>,
}

/// Where a header of a pair is to be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Sighted {
    /// In the message, with its commit.
    Shown(Header),
    /// In this zone's storage, at this height.
    Stored(Height),
}

/// A header on somebody's word: nothing but its own validators' commit is checked.
///
/// # Errors
/// [`Refusal::Header`].
pub fn anchor<C: Crypto>(crypto: &C, zone: &ZoneId, header: &Header) -> Result<Anchor, Refusal> {
    anchored(crypto, zone, &header.open()?)
}

fn anchored<C: Crypto>(
    crypto: &C,
    zone: &ZoneId,
    untrusted: &Untrusted,
) -> Result<Anchor, Refusal> {
    let verified = open_anchor(crypto, zone, untrusted)?;
    Ok(Anchor {
        header: verified.to_trusted()?,
        validators_hash: verified.validators_hash,
        validators: verified.validators,
    })
}

/// The same, of whatever chain id it carries, which is told: a zone may have been upgraded while its fork was open.
///
/// # Errors
/// [`Refusal::Header`].
pub fn anchor_of_any<C: Crypto>(crypto: &C, header: &Header) -> Result<(ZoneId, Anchor), Refusal> {
    let untrusted = header.open()?;
    let chain_id = untrusted.chain_id()?;
    let anchor = anchored(crypto, &chain_id, &untrusted)?;
    Ok((chain_id, anchor))
}

/// A header for `advance`: known by its hash where one is, else verified from the stored header that it names.
///
/// # Errors
/// [`Refused`].
pub fn advance<C: Crypto, R: Reads>(
    crypto: &C,
    now: Timestamp,
    reads: &R,
    zone: &ZoneId,
    header: &Header,
) -> Result<Shown, Refused<R::Error>> {
    let viewed = find(reads, zone)?;
    let untrusted = header.open()?;
    if let Some((_, expected)) = viewed.block_below_fork(untrusted.height()) {
        // Its hash vouches for it, and for its chain id, which may be from before an upgrade; its commit is checked all the
        // same, since that is how a header is opened.
        let opened = untrusted.chain_id();
        let opened = opened.and_then(|chain_id| open_anchor(crypto, &chain_id, &untrusted));
        if let Ok(verified) = opened {
            if verified.hash == expected {
                return Ok(Shown {
                    header: verified.to_trusted()?,
                    grounds: Grounds::Hash,
                    keep: None,
                });
            }
        }
    }
    verified(crypto, now, reads, &viewed, &untrusted, Purpose::Advance)
}

/// What a proof of a fork shows.
///
/// # Errors
/// [`Refused`].
pub fn report<C: Crypto, R: Reads>(
    crypto: &C,
    now: Timestamp,
    reads: &R,
    zone: &ZoneId,
    proof: &ForkProof,
) -> Result<ForkEvidence, Refused<R::Error>> {
    let viewed = find(reads, zone)?;
    match proof {
        ForkProof::Pair { a, b } => Ok(ForkEvidence::Pair {
            a: Box::new(line(crypto, now, reads, &viewed, a)?),
            b: Box::new(line(crypto, now, reads, &viewed, b)?),
        }),
        ForkProof::Links { branch, a, b } => {
            let record = viewed.fork_of(*branch);
            let pair = record.ok_or(Refusal::UnknownFork { branch: *branch })?.pair;
            Ok(ForkEvidence::Links {
                branch: *branch,
                a: follow_some(pair.a.hash, a)?,
                b: follow_some(pair.b.hash, b)?,
            })
        }
    }
}

/// Checks a view by its proof, against a trusted header of its zone below it: the commit for the newest header, and the
/// window's hashes linked by `last_block_id`. The digest is checked by [`crate::view::connect`].
///
/// # Errors
/// [`Refusal::BadView`], [`Refusal::Header`], [`Refused::Read`].
pub fn check_view<C: Crypto, S: CachedSets>(
    crypto: &C,
    trust: &Trust<'_>,
    sets: &S,
    now: Timestamp,
    view: &View,
) -> Result<(), Refused<S::Error>> {
    let bad = |reason| Refused::Rule(Refusal::BadView { reason });
    if *trust.zone != view.zone {
        return Err(bad("zone is another"));
    }
    let untrusted = Header::Standard(view.proof.newest.clone()).open()?;
    let newest = verify(crypto, trust, sets, &untrusted, now)
        .map_err(refused)?
        .to_trusted()?;
    let (last, older) = view.recent.split_last().ok_or(bad("window is empty"))?;
    if newest.height != view.height || newest.hash != *last {
        return Err(bad("newest hash is not the header's"));
    }
    if view.proof.links.len() != older.len().saturating_sub(1) {
        return Err(bad("links are not one fewer than the older hashes"));
    }
    let Some((parent, rest)) = older.split_last() else {
        return Ok(());
    };
    let links: Result<Vec<LastBlockIdProof>, Malformed> = view
        .proof
        .links
        .iter()
        .cloned()
        .map(TryFrom::try_from)
        .collect();
    let followed = follow(newest.parent, &links?)?;
    if newest.parent != *parent || !followed.iter().eq(rest.iter().rev()) {
        return Err(bad("window is not linked"));
    }
    Ok(())
}

fn follow_some(from: Hash, links: &[LastBlockIdProof]) -> Result<Vec<Hash>, Refusal> {
    if links.len() > MAX_LINKS {
        let (max, actual) = (MAX_LINKS, links.len());
        return Err(Refusal::TooManyLinks { max, actual });
    }
    follow(from, links)
}

fn line<C: Crypto, R: Reads>(
    crypto: &C,
    now: Timestamp,
    reads: &R,
    viewed: &Viewed,
    sighting: &Sighting,
) -> Result<Line, Refused<R::Error>> {
    let top = match &sighting.header {
        Sighted::Stored(height) => Shown {
            header: stored(reads, viewed, *height)?.header,
            grounds: Grounds::Stored,
            keep: None,
        },
        Sighted::Shown(header) => {
            let purpose = Purpose::Evidence;
            verified(crypto, now, reads, viewed, &header.open()?, purpose)?
        }
    };
    let below = follow_some(top.header.parent, &sighting.links)?;
    Ok(Line { top, below })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Advance,
    Evidence,
}

fn verified<C: Crypto, R: Reads>(
    crypto: &C,
    now: Timestamp,
    reads: &R,
    viewed: &Viewed,
    untrusted: &Untrusted,
    purpose: Purpose,
) -> Result<Shown, Refused<R::Error>> {
    let from = untrusted.trusted_height().ok_or(Refusal::NoTrustedHeight)?;
    let trusted = stored(reads, viewed, from)?.header;
    let trust = Trust {
        zone: &viewed.zone.chain_id,
        header: &trusted,
        params: &viewed.zone.params.for_headers(),
    };
    let sets = Sets { reads, viewed };
    let verified: Verified = match purpose {
        Purpose::Advance => verify(crypto, &trust, &sets, untrusted, now),
        Purpose::Evidence => verify_evidence(crypto, &trust, &sets, untrusted, now),
    }
    .map_err(refused)?;
    let header = match purpose {
        Purpose::Advance => verified.to_trusted()?,
        Purpose::Evidence => verified.to_evidence()?,
    };
    let keep = (purpose == Purpose::Advance && verified.keep)
        .then_some((verified.validators_hash, verified.validators));
    let grounds = Grounds::VerifiedFrom(from);
    Ok(Shown {
        header,
        grounds,
        keep,
    })
}

/// The hashes that links lead to, from a header's hash downwards.
fn follow(from: Hash, links: &[LastBlockIdProof]) -> Result<Vec<Hash>, Refusal> {
    let mut at = from;
    let step = |link: &LastBlockIdProof| {
        at = link.parent_of(&at)?;
        Ok(at)
    };
    links.iter().map(step).collect()
}

/// The kept sets of one zone, as header verification asks for them.
struct Sets<'a, R> {
    reads: &'a R,
    viewed: &'a Viewed,
}

impl<R: Reads> CachedSets for Sets<'_, R> {
    type Error = R::Error;

    fn set(&self, hash: &Hash) -> Result<Option<ValidatorSet>, R::Error> {
        let zone = &self.viewed.zone;
        match zone.sets.slot_of(hash) {
            Some(slot) => self.reads.validator_set(zone.number, slot),
            None => Ok(None),
        }
    }

    fn cached(&self) -> Result<Vec<Hash>, R::Error> {
        Ok(self.viewed.zone.sets.hashes())
    }
}

fn refused<E>(refused: tessera_header::Refused<E>) -> Refused<E> {
    match refused {
        tessera_header::Refused::Header(refusal) => Refused::Rule(refusal.into()),
        tessera_header::Refused::Read(error) => Refused::Read(error),
    }
}
