//! What a relayer should do next: observations and journal in, duties in order out. Pure.
