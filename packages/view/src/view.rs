//! Algorithm 1 (reliable-ibc.txt IV.A): what a node keeps of another zone's chain, and when two such things belong to
//! one chain.
//!
//! The algorithm's two loops overlap in one index as printed; here the digest ends where the window begins, so that
//! every header hash is in exactly one of them.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use tessera_primitives::{Bytes, Hash, Height, ZoneId};

/// The view of one zone up to height m: its headers 1 to m, the older ones folded into a digest, the last k by hash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct View {
    /// The zone.
    pub zone: ZoneId,
    /// Height m of the newest header.
    pub height: Height,
    /// Every header hash older than the window, from height 1 up: `digest = SHA256(digest || hash)`, from 32 zero bytes.
    pub digest: Hash,
    /// Hashes of the last k headers, or of all when there are fewer; ascending by height.
    pub recent: Vec<Hash>,
    /// Why a peer should believe it.
    pub proof: ViewProof,
}

/// The headers of a view's window and the commit of the newest: without the headers a peer could show a true m with a
/// forged m - 3. Checked by [`crate::evidence::check_view`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ViewProof {
    /// The newest header with its commit and validators: protobuf `ibc.lightclients.tendermint.v1.Header`.
    pub newest: Bytes,
    /// For each header of the window but its newest (which is at hand) and its oldest, from above down: the field
    /// `last_block_id` and its Merkle path, which name the header below. 196 bytes each.
    pub links: Vec<Bytes>,
}

/// What a new view is to an old one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// The new view contains the old one: it takes its place.
    Extends,
    /// The new view ends no higher than the old one and does not contradict it.
    Stale,
    /// The windows do not meet: the hashes of these heights must be pulled from the zone itself before one can tell.
    Gap {
        /// First height whose hash is missing.
        first: Height,
        /// Last height whose hash is missing.
        last: Height,
    },
    /// The new view is no view at all, or its digest disagrees under windows that agree. That is no fork: whoever sent
    /// it is scored down.
    BadView,
    /// Two hashes at one height. With both headers and their commits it is evidence of a fork, else it is nothing.
    Conflict {
        /// The lowest height at which the windows disagree.
        height: Height,
        /// The old view's hash there.
        ours: Hash,
        /// The new view's hash there.
        theirs: Hash,
    },
}

/// Algorithm 1 over the hashes of headers 1 to m, with a window of `k`. `None` without headers or without a window.
pub fn generate(zone: ZoneId, headers: &[Hash], k: usize, proof: ViewProof) -> Option<View> {
    let split = headers.len().saturating_sub(k);
    let (older, recent) = headers.split_at_checked(split)?;
    if recent.is_empty() {
        return None;
    }
    Some(View {
        zone,
        height: Height(u64::try_from(headers.len()).ok()?),
        digest: fold(Hash::ZERO, older),
        recent: recent.to_vec(),
        proof,
    })
}

/// The view after further headers, by their hashes in order, with a window of `k` and a proof for the new newest. The
/// same as [`generate`] over all of them. `None` without a window, or beyond the range of heights.
pub fn extend(view: &View, new: &[Hash], k: usize, proof: ViewProof) -> Option<View> {
    let all: Vec<Hash> = view.recent.iter().chain(new).copied().collect();
    let split = all.len().saturating_sub(k);
    let (older, recent) = all.split_at_checked(split)?;
    if recent.is_empty() {
        return None;
    }
    Some(View {
        zone: view.zone.clone(),
        height: view.height.plus(u64::try_from(new.len()).ok()?).ok()?,
        digest: fold(view.digest, older),
        recent: recent.to_vec(),
        proof,
    })
}

/// How `new` relates to `old`. `between` are header hashes right below `new`'s window, ascending, when they had to be
/// pulled from the zone; the caller answers for them.
pub fn connect(old: &View, new: &View, between: &[Hash]) -> Connection {
    let (Some(ours), Some(theirs)) = (Window::of(old, &[]), Window::of(new, between)) else {
        return Connection::BadView;
    };
    if old.zone != new.zone {
        return Connection::BadView;
    }
    if let Some(conflict) = ours.first_difference(&theirs) {
        return conflict;
    }
    if new.height <= old.height {
        // Nothing can be folded backwards, so only a digest at the very same place can be told wrong.
        let same_place = new.height == old.height && new.recent.len() == old.recent.len();
        return if same_place && new.digest != old.digest {
            Connection::BadView
        } else {
            Connection::Stale
        };
    }
    if theirs.start > ours.end {
        return Connection::Gap {
            first: Height(ours.end.saturating_add(1)),
            last: Height(theirs.start),
        };
    }
    match digests_agree(old, new, &ours, &theirs) {
        true => Connection::Extends,
        // Windows that only touch agree about nothing: our newest hash must be compared before anyone is blamed.
        false if theirs.start == ours.end => Connection::Gap {
            first: Height(ours.end),
            last: Height(ours.end),
        },
        false => Connection::BadView,
    }
}

/// Folds the lower of the two digests up to the start of the other and compares.
fn digests_agree(old: &View, new: &View, ours: &Window<'_>, theirs: &Window<'_>) -> bool {
    // The digest of `new` ends at its own window, above `between`.
    let new_start = theirs.own_start;
    if new_start >= ours.start {
        ours.hashes_up_to(new_start, theirs)
            .is_some_and(|hashes| fold(old.digest, &hashes) == new.digest)
    } else {
        theirs
            .hashes_between(new_start, ours.start)
            .is_some_and(|hashes| fold(new.digest, &hashes) == old.digest)
    }
}

/// One step of the digest a hash.
fn fold(digest: Hash, hashes: &[Hash]) -> Hash {
    hashes.iter().fold(digest, |digest, hash| {
        Hash::sha256_of(&[digest.as_bytes(), hash.as_bytes()])
    })
}

/// Hashes of the heights above `start` up to `end`.
struct Window<'a> {
    start: u64,
    own_start: u64,
    end: u64,
    between: &'a [Hash],
    recent: &'a [Hash],
}

impl<'a> Window<'a> {
    /// `None` when the view cannot come from Algorithm 1.
    fn of(view: &'a View, between: &'a [Hash]) -> Option<Window<'a>> {
        let own_start = view
            .height
            .0
            .checked_sub(u64::try_from(view.recent.len()).ok()?)?;
        if view.recent.is_empty() || (own_start == 0 && view.digest != Hash::ZERO) {
            return None;
        }
        Some(Window {
            start: own_start.checked_sub(u64::try_from(between.len()).ok()?)?,
            own_start,
            end: view.height.0,
            between,
            recent: &view.recent,
        })
    }

    fn hash(&self, height: u64) -> Option<Hash> {
        let offset = usize::try_from(height.checked_sub(self.start)?.checked_sub(1)?).ok()?;
        let found = match offset.checked_sub(self.between.len()) {
            None => self.between.get(offset),
            Some(offset) => self.recent.get(offset),
        };
        found.copied()
    }

    /// The hashes above `start` up to `end`, if all are here.
    fn hashes_between(&self, start: u64, end: u64) -> Option<Vec<Hash>> {
        (start.saturating_add(1)..=end)
            .map(|height| self.hash(height))
            .collect()
    }

    /// The hashes from this window's start up to `end`: this window's own, then the other's.
    fn hashes_up_to(&self, end: u64, other: &Window<'_>) -> Option<Vec<Hash>> {
        (self.start.saturating_add(1)..=end)
            .map(|height| self.hash(height).or_else(|| other.hash(height)))
            .collect()
    }

    fn first_difference(&self, other: &Window<'_>) -> Option<Connection> {
        let first = self.start.max(other.start).saturating_add(1);
        let last = self.end.min(other.end);
        (first..=last).find_map(|height| {
            let (ours, theirs) = (self.hash(height)?, other.hash(height)?);
            (ours != theirs).then_some(Connection::Conflict {
                height: Height(height),
                ours,
                theirs,
            })
        })
    }
}
