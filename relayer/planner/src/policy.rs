use tessera_primitives::Seconds;

/// What its operator lets a relayer decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Blocks before its own deadline from which a leg is no longer committed: the transaction might come too late.
    pub commit_margin: u64,
    /// Blocks before its deadline from which a dead task of one's own lapses instead of being rejected by proof.
    pub reject_margin: u64,
    /// Whether legs of one's own are rejected when another leg is proven missing for good.
    pub reject_own: bool,
    /// Whether views are advanced before they expire even when no proof needs them.
    pub refresh: bool,
    /// Share of the trusting period after which an unneeded view is refreshed, in percent.
    pub refresh_percent: u64,
    /// Whether forks are reported.
    pub misbehaviour: bool,
    /// How often a commit is tried whose calls the contracts refuse to lock. Whoever registered the leg may control what
    /// it calls, and have others pay for trying for ever.
    pub lock_attempts: u32,
    /// Share of a lock's `fresh` that a root may have reached when it is used to commit, in percent: the rest is time
    /// for the transaction.
    pub fresh_percent: u64,
    /// First pause after a failure; each further failure doubles it.
    pub first_pause: Seconds,
    /// Longest pause after failures.
    pub longest_pause: Seconds,
    /// Stored roots of one view from which pruning is worth a transaction.
    pub prune_above: usize,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            commit_margin: 1,
            reject_margin: 10,
            reject_own: true,
            refresh: true,
            refresh_percent: 66,
            misbehaviour: true,
            lock_attempts: 3,
            fresh_percent: 50,
            first_pause: Seconds(2),
            longest_pause: Seconds(3600),
            prune_above: 200,
        }
    }
}
