//! Where two lines of one zone's headers part.

use alloc::vec::Vec;

use tessera_header::TrustedHeader;
use tessera_primitives::{Hash, Height};

use crate::{
    input::Line,
    state::{Block, Pair},
};

/// Header hashes from a top downwards, each the parent of the one before.
pub(super) struct Chain {
    pub(super) top: Height,
    hashes: Vec<Hash>,
}

/// The lowest height at which two chains are seen to differ, and the hash below if it is seen to be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Divergence {
    pub(super) height: Height,
    pub(super) parent: Option<Hash>,
}

impl Chain {
    pub(super) fn of(line: &Line) -> Chain {
        let header = &line.top.header;
        let hashes = [header.hash, header.parent];
        Chain::from(header.height, hashes, &line.below)
    }

    /// What the signers of a header signed: its own hash and its parent's. What lies below that is their word alone.
    pub(super) fn signed(header: &TrustedHeader) -> Chain {
        Chain::from(header.height, [header.hash, header.parent], &[])
    }

    pub(super) fn of_block(block: &Block, below: &[Hash]) -> Chain {
        Chain::from(block.height, [block.hash], below)
    }

    /// A chain has no hashes below height 0, where the first header's zero parent stands.
    fn from<const N: usize>(top: Height, first: [Hash; N], below: &[Hash]) -> Chain {
        let most = usize::try_from(top.0)
            .unwrap_or(usize::MAX)
            .saturating_add(1);
        let hashes = first.iter().chain(below).take(most).copied().collect();
        Chain { top, hashes }
    }

    /// The lowest height of which the hash is known.
    fn low(&self) -> Height {
        let deep = self.hashes.len().saturating_sub(1);
        Height(
            self.top
                .0
                .saturating_sub(u64::try_from(deep).unwrap_or(u64::MAX)),
        )
    }

    fn hash(&self, height: Height) -> Option<Hash> {
        let deep = self.top.0.checked_sub(height.0)?;
        self.hashes.get(usize::try_from(deep).ok()?).copied()
    }

    /// Whether this is known to be the chain of another block than the header.
    pub(super) fn denies(&self, header: &TrustedHeader) -> bool {
        self.hash(header.height)
            .is_some_and(|hash| hash != header.hash)
    }

    /// Hashes that agree at a height agree below it, those that differ differ above: SHA-256 sees to it.
    pub(super) fn divergence(&self, other: &Chain) -> Option<Divergence> {
        let high = self.top.min(other.top);
        let low = self.low().max(other.low());
        let mut found = None;
        for height in (low.0..=high.0).rev().map(Height) {
            let (ours, theirs) = (self.hash(height)?, other.hash(height)?);
            if ours == theirs {
                let below: Divergence = found?;
                return Some(Divergence {
                    parent: Some(ours),
                    ..below
                });
            }
            found = Some(Divergence {
                height,
                parent: None,
            });
        }
        found
    }

    /// The block at a height, if its hash is known.
    fn block(&self, height: Height) -> Option<Block> {
        self.hash(height).map(|hash| Block { height, hash })
    }
}

/// The tops of two chains.
pub(super) fn tops(a: &Chain, b: &Chain) -> Option<Pair> {
    Some(Pair {
        a: a.block(a.top)?,
        b: b.block(b.top)?,
    })
}
