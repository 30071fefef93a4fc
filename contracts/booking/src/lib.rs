//! The example of a lockable contract: an inventory whose units can be reserved, kept and released.
