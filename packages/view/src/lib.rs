//! Views of other zones: Algorithm 1 of the paper, view lists, and the state machine of chain-view.
