use cosmwasm_std::Addr;

use crate::{Zone, ZoneError};

impl Zone {
    /// A second history of this zone: the same blocks so far, the same validators with the same keys, the same state
    /// and codes. From the open block on the two differ, whatever is done on them: the fork's open block holds a
    /// transaction without messages, from the account `branch/<n>`, that this one's does not.
    ///
    /// # Errors
    /// [`ZoneError::Address`] when the zone's prefix is none.
    pub fn fork(&self) -> Result<Zone, ZoneError> {
        let mut fork = self.clone();
        fork.branch = fork.branch.saturating_add(1);
        let marker: Addr = fork.account(&format!("branch/{}", fork.branch))?;
        fork.transact(&marker, Vec::new())
            .map_err(ZoneError::malformed("fork"))?;
        Ok(fork)
    }

    /// A second history that leaves this one earlier: block `height` is its open block. Transactions and validator
    /// changes from then on are forgotten.
    ///
    /// # Errors
    /// [`ZoneError::NoBlock`] when `height` is neither sealed nor open.
    pub fn fork_at(&self, height: tessera_primitives::Height) -> Result<Zone, ZoneError> {
        if height == self.height() {
            return self.fork();
        }
        let first = self.block(height)?;
        let mut past = self.clone();
        past.blocks.retain(|block| block.height < height);
        past.height = height.0;
        past.time = first.time;
        past.transactions = Vec::new();
        past.validators = first.validators.clone();
        past.next_validators = first.next_validators.clone();
        past.announced = None;
        let before = past.blocks.last();
        past.state = before.map(|block| block.state.clone()).unwrap_or_default();
        past.stores = before.map(|block| block.stores.clone()).unwrap_or_default();
        past.fork()
    }
}
