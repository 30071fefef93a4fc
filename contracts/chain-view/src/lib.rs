//! Light clients of other zones and of its own: roots, fork evidence, branches.
