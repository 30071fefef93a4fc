//! Light clients of other zones and of its own: the doorway to [`tessera_view`], which is the rule, with its state
//! machine and invariants. A README stands beside this crate.
//!
//! What this crate adds: who may send what, storage, payment from the reserves, the host's cryptography.
//!
//! Storage, since bytes are the cost:
//!
//! | item | written |
//! | --- | --- |
//! | `z` zone: parameters, reserve, forks | when one of these changes |
//! | `view/<chain id>` belief: what other zones can prove, and the only home of what it says | with every header |
//! | `h` header, by zone number and height | once |
//! | `s` validator set, by zone number and slot 0 or 1 | when the sender of a newest header asks for it |
//! | `a` alias, `n` number of zones, `d` reserve denom | seldom |

pub mod contract;
mod error;
mod execute;
mod migrate;
mod query;
mod state;

pub use error::ChainViewError;
pub use state::StateError;
