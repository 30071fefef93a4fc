use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a lock holds, also after somebody panicked with it: for what is whole after each of its changes.
pub(crate) fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
