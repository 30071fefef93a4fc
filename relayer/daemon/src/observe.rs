//! What can be seen of a running relayer from outside: metrics for Prometheus, whether it is alive and ready, its state as
//! JSON, and a page that a person can read. Nothing here changes anything, and nothing here is secret.

mod activity;
mod health;
mod metrics;
mod packets;
mod page;
mod purse;
mod serve;
mod state;

pub use activity::{Activity, Client, Mishap, Sent, Wallet, ZoneActivity};
pub use health::{Health, Lateness, Reason};
pub use purse::{look_into_purse, look_into_purses};
pub use serve::{serve, Listen, Ports, ServeError};
pub use state::{
    ClientState, ClientStatus, LeftState, NodeState, Seen, State, StuckState, TaskState, ViewState,
    ZoneState,
};
