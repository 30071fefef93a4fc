//! Keys that other zones prove: raw paths that a rule's `key` module documents, with its fixed binary values.
//!
//! A value is overwritten forwards. Only [`retire`] deletes, and only the rule's archive may call it: an item that must
//! be provable as absent at some time is never deleted and written again, so whoever retires a key keeps a record that
//! makes writing it again a refusal.

use cosmwasm_std::Storage;

/// Writes a value, at once provable in the next block's app hash.
pub fn write(storage: &mut dyn Storage, path: &[u8], value: &[u8]) {
    storage.set(path, value);
}

/// The value at a path.
pub fn read(storage: &dyn Storage, path: &[u8]) -> Option<Vec<u8>> {
    storage.get(path)
}

/// Deletes a value that no zone needs to prove any more. See the module: it must not come back.
pub fn retire(storage: &mut dyn Storage, path: &[u8]) {
    storage.remove(path);
}
