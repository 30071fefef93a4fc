//! What nodes do wrong, told apart: each cause is worked around in its own way.

use std::time::Duration;

use tessera_primitives::Height;

/// Why one node did not serve as it should. The operator reads it; no address, header or body of a request is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No connection, or one that broke.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// No whole answer in time.
    #[error("it gave no whole answer within {0:?}")]
    Slow(Duration),
    /// It limits how often it is asked.
    #[error("it limits requests (HTTP 429){}", wait(.after))]
    Limited {
        /// The pause that it asked for.
        after: Option<Duration>,
    },
    /// Another HTTP status than 200, and no JSON-RPC error with it.
    #[error("it answered with HTTP status {0}")]
    Status(u16),
    /// More than we are willing to hold.
    #[error("its answer to {what} has more than {limit} bytes")]
    TooLarge {
        /// The method.
        what: &'static str,
        /// Bytes that the method may answer.
        limit: usize,
    },
    /// What came is no answer, or not to what was asked.
    #[error("its answer cannot be used: {0}")]
    Garbled(String),
    /// It serves another chain.
    #[error("it serves chain {0}")]
    WrongChain(String),
    /// Other nodes are further.
    #[error("it is {behind} blocks behind the others")]
    Stale {
        /// How far.
        behind: u64,
    },
    /// It knew more before: restored from a backup, or several nodes behind one address.
    #[error("its height went back from {from} to {to}")]
    WentBack {
        /// What it claimed before.
        from: Height,
        /// What it claims now.
        to: Height,
    },
    /// It claims a height for which it cannot show a header.
    #[error("it claims height {tip} and cannot show that block: {reason}")]
    Boasting {
        /// The height.
        tip: Height,
        /// What was wrong with what it showed.
        reason: String,
    },
    /// Its proof leads to another root than its header has.
    #[error("its proof does not verify: {0}")]
    Forged(String),
    /// It has no mempool room.
    #[error("its mempool is full")]
    Full,
}

fn wait(after: &Option<Duration>) -> String {
    after.map_or_else(String::new, |after| format!(", for {after:?}"))
}

impl Fault {
    /// Whether it shows a node that is wrong rather than weak: it is left alone for longer.
    pub fn is_a_lie(&self) -> bool {
        match self {
            Fault::WrongChain(_)
            | Fault::WentBack { .. }
            | Fault::Boasting { .. }
            | Fault::Forged(_) => true,
            Fault::Unreachable(_)
            | Fault::Slow(_)
            | Fault::Limited { .. }
            | Fault::Status(_)
            | Fault::TooLarge { .. }
            | Fault::Garbled(_)
            | Fault::Stale { .. }
            | Fault::Full => false,
        }
    }
}

/// Why one node gave no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The node is to blame.
    Fault(Fault),
    /// It answers that it does not have this: pruned, not there yet, not indexed. Another may.
    Lacks(String),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Trouble {
        Trouble::Fault(fault)
    }
}

/// Greatest number of characters that are kept of what a node or a contract says.
const LONGEST: usize = 600;

/// Foreign text for logs and errors: one line, not endless.
pub(super) fn excerpt(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut kept: String = text.chars().take(LONGEST).map(plain).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    kept
}
