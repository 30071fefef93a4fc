//! What calls have cost, and whether they are counted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// VM gas in one unit of the SDK's, as wasmd converts it.
pub const VM_GAS: u64 = 140_000;

/// SDK gas by what it is spent on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gas {
    /// Running contracts, host cryptography included.
    pub compute: u64,
    /// Reading and writing.
    pub storage: u64,
    /// Entering contracts, their answers, their events.
    pub calls: u64,
}

impl Gas {
    /// All of it.
    pub fn total(self) -> u64 {
        self.compute
            .saturating_add(self.storage)
            .saturating_add(self.calls)
    }

    /// Both, part by part.
    pub fn plus(self, other: Gas) -> Gas {
        Gas {
            compute: self.compute.saturating_add(other.compute),
            storage: self.storage.saturating_add(other.storage),
            calls: self.calls.saturating_add(other.calls),
        }
    }
}

/// What one call of one contract has cost. What it asked of other contracts are calls of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The artifact's name.
    pub contract: String,
    /// Its gas.
    pub gas: Gas,
}

/// Counts calls while it runs. Copies are one meter.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<Count>>);

#[derive(Debug, Default)]
struct Count {
    runs: bool,
    calls: Vec<Call>,
}

impl Meter {
    /// From now on contracts run in the VM and are counted, from nothing.
    pub fn start(&self) {
        *self.count() = Count {
            runs: true,
            calls: Vec::new(),
        };
    }

    /// From now on contracts run natively. Gives what was counted, in the order in which calls ended.
    pub fn stop(&self) -> Vec<Call> {
        std::mem::take(&mut *self.count()).calls
    }

    /// Whether it counts.
    pub fn runs(&self) -> bool {
        self.count().runs
    }

    pub(super) fn add(&self, contract: &str, gas: Gas) {
        let contract = contract.to_owned();
        self.count().calls.push(Call { contract, gas });
    }

    fn count(&self) -> MutexGuard<'_, Count> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
