//! The provable key, and the bytes of its value.
//!
//! | key | value |
//! | --- | --- |
//! | `leg/` and the task id's 32 raw bytes | state, one byte; commit height, u64 big-endian, 0 for none |
//!
//! States: 1 Registered, 2 Committed, 3 Kept, 4 Reversed, 5 Rejected, 6 Lapsed, 7 Conceded. The value is overwritten
//! forwards and never deleted while another zone may need it. It is also the lock's own record of the leg's state: there
//! is no second one that could disagree.

use alloc::vec::Vec;

use tessera_primitives::{Bytes, Hash, Height};

use crate::{
    state::{LegState, Mark},
    Refusal,
};

/// What every provable key of the lock starts with.
pub const LEG: &[u8] = b"leg/";

/// The key of a task's leg, as the contract writes it raw into its storage: 36 bytes.
pub fn leg(task: &Hash) -> Vec<u8> {
    [LEG, task.as_bytes()].concat()
}

/// The value of a leg: 9 bytes.
pub fn mark_to_bytes(mark: &Mark) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = mark.committed_at.0.to_be_bytes();
    [mark.state.byte(), a, b, c, d, e, f, g, h]
}

/// Reads what [`mark_to_bytes`] wrote.
///
/// # Errors
/// [`Refusal::Mark`] for any other bytes.
pub fn mark_from_bytes(bytes: &[u8]) -> Result<Mark, Refusal> {
    let wrong = || Refusal::Mark {
        actual: Bytes(bytes.to_vec()),
    };
    let (state, height) = bytes.split_first().ok_or_else(wrong)?;
    let state = LegState::from_byte(*state).ok_or_else(wrong)?;
    let height: [u8; 8] = height.try_into().map_err(|_| wrong())?;
    Ok(Mark {
        state,
        committed_at: Height(u64::from_be_bytes(height)),
    })
}
