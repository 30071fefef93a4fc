//! Messages, permissions, responses, typed clients and events of every contract.
