//! One file a verb; verbs that differ only in input share one.

mod give_back;
mod link;
mod lockable;
mod stock;
mod withdraw;

pub use give_back::give_back;
pub use link::{link_lock, unlink_lock};
pub use lockable::lockable;
pub use stock::stock;
pub use withdraw::withdraw;
