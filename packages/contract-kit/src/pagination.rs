//! Page sizes of every query that can grow.

/// Items on a page when the query does not say.
pub const DEFAULT_LIMIT: u32 = 30;

/// Most items on a page: a query runs in a node's own gas limit, and this is far below it.
pub const MAX_LIMIT: u32 = 100;

/// How many items a page has: what was asked for, cut to [`MAX_LIMIT`], or [`DEFAULT_LIMIT`].
pub fn page(limit: Option<u32>) -> u32 {
    limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT)
}
