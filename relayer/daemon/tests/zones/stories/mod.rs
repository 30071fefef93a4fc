//! What happens to tasks, a file a story.

pub mod after_deadlines;
pub mod beside;
pub mod booked;
pub mod chaos;
pub mod forked;
pub mod kept;
pub mod lanes;
pub mod lapsed;
pub mod packets;
pub mod refused;
pub mod rejected;
pub mod reloaded;
pub mod reversed;
pub mod shown;
pub mod signed;
pub mod swapped;
pub mod vouchers;
