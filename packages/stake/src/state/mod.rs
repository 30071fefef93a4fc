//! What a pool remembers. Each record is one packed item of a contract's storage.

mod cell;
mod parameters;
mod part;
mod pool;
mod proposal;
mod slash;
mod snapshot;
mod token;
mod validator;

pub use cell::{Cell, CellKey, Cells, Tagged, TaggedKey};
pub use parameters::{Parameters, Place, DAY};
pub use part::{Delegation, Part, Tag, MAX_BONDED_PARTS, MAX_PARTS};
pub use pool::{Cursor, Pool};
pub use proposal::{Ballot, Choice, Content, Phase, Proposal, Seat, Tally, MAX_LINK, MAX_VIA};
pub use slash::{
    Hold, Kind, Mark, Slash, Slasher, Spent, MAX_HOLDS, MAX_LISTED, MAX_MARKS, MAX_SLASHERS,
};
pub use snapshot::{Index, Indices, Member, Priority, Snapshot, Unit};
pub use token::{Left, Token, HUB, MAX_SHARE, MAX_TOKENS};
pub(crate) use validator::is_name;
pub use validator::{Holding, Standing, Term, Validator, MAX_HELD, MAX_NAME};

/// A number of an epoch, from 1. Epoch e is the time from `start + (e - 1) * epoch` on, for `epoch` seconds.
pub type Epoch = u32;

/// The last epoch of stake that is bonded.
pub const FOREVER: Epoch = Epoch::MAX;

/// A whitelisted token's number, never given to another.
pub type TokenNumber = u16;

/// A validator's number, in order of creation, never given to another.
pub type ValidatorNumber = u32;

/// A slasher's number, never given to another.
pub type SlasherNumber = u16;

/// A proposal's number, in order of submission.
pub type ProposalNumber = u64;

/// A slash's number, in order of acceptance, from 1.
pub type SlashNumber = u32;
