use std::sync::Arc;

use tendermint::{block::signed_header::SignedHeader, validator};
use tessera_primitives::{Hash, Height, Seconds, Timestamp};

use crate::{
    seal::{Last, Proposal},
    Multistore, State, Transaction, Validators, Zone, ZoneError,
};

/// A sealed block, and the state after it.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its height.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// Its header's hash.
    pub hash: Hash,
    /// The header and the commit that seals it.
    pub signed_header: SignedHeader,
    /// The validators that sign it.
    pub validators: Validators,
    /// The validators of the next block.
    pub next_validators: Validators,
    /// Its transactions, failed ones included, in order.
    pub transactions: Vec<Transaction>,
    /// The stores after it: the next header carries their root.
    pub stores: Multistore,
    pub(super) state: State,
}

/// A sealed header with all that verifies it, in CometBFT's own types.
#[derive(Clone, Debug)]
pub struct LightBlock {
    /// The header and the commit for it.
    pub signed_header: SignedHeader,
    /// The validators that signed it.
    pub validators: validator::Set,
    /// The validators of the next height.
    pub next_validators: validator::Set,
}

impl Block {
    /// The header with all that verifies it.
    pub fn light_block(&self) -> LightBlock {
        let height = self.height.0;
        LightBlock {
            signed_header: self.signed_header.clone(),
            validators: self.validators.set(height),
            next_validators: self.next_validators.set(height.saturating_add(1)),
        }
    }
}

impl Zone {
    /// Seals the open block and opens the next one `interval` later (at least a nanosecond).
    ///
    /// # Errors
    /// [`ZoneError::NoQuorum`] when too many validators are silent; then nothing changes.
    pub fn next_block_after(&mut self, interval: Seconds) -> Result<Arc<Block>, ZoneError> {
        let later = Timestamp(self.time.0.saturating_add(1));
        let next_time = self
            .time
            .plus(interval)
            .map_err(ZoneError::malformed("time"))?
            .max(later);
        let last = self.blocks.last();
        let proposal = Proposal {
            zone: &self.id,
            height: self.height,
            time: self.time,
            last: last.map(|block| Last {
                commit: &block.signed_header.commit,
                transactions: &block.transactions,
            }),
            validators: &self.validators,
            next_validators: &self.next_validators,
            app_hash: self.app_hash(),
            transactions: &self.transactions,
        };
        let signed_header = proposal.seal(&self.silent, next_time)?;
        let hash = Hash::try_from(signed_header.header.hash().as_bytes())
            .map_err(ZoneError::malformed("header hash"))?;

        self.state
            .commit(&self.api(), &mut self.stores, self.height);
        let after = self
            .announced
            .take()
            .unwrap_or_else(|| self.next_validators.clone());
        let next = std::mem::replace(&mut self.next_validators, after);
        let block = Arc::new(Block {
            height: Height(self.height),
            time: self.time,
            hash,
            signed_header,
            validators: std::mem::replace(&mut self.validators, next.clone()),
            next_validators: next,
            transactions: std::mem::take(&mut self.transactions),
            stores: self.stores.clone(),
            state: self.state.clone(),
        });
        self.blocks.push(block.clone());
        self.height = self.height.saturating_add(1);
        self.time = next_time;
        Ok(block)
    }
}
