//! The lock: tasks that several zones commit together or not at all.
