//! One file a verb; verbs that differ only in input share one.

mod batch;
mod dispatch;
mod end;
mod govern;
mod register;
mod roots;
mod turn;

pub use batch::{commit, commit_locked, reject, settle};
pub use dispatch::replied;
pub use end::{claim, lapse};
pub use govern::{
    link_peer, link_target, set_cap, set_parameters, settle_in, unlink_peer, unlink_target,
};
pub use register::register;
