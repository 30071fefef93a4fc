use std::sync::Arc;

use super::node::Node;

/// The entries of a part of a tree, in order. It holds the version that it was made of: later writes do not show.
#[derive(Debug)]
pub struct Entries {
    /// Subtrees still to be visited, the next one last.
    open: Vec<Arc<Node>>,
    start: Option<Vec<u8>>,
    end: Option<Vec<u8>>,
    ascending: bool,
}

impl Entries {
    pub(super) fn new(
        root: Option<&Arc<Node>>,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        ascending: bool,
    ) -> Entries {
        Entries {
            open: root.cloned().into_iter().collect(),
            start: start.map(<[u8]>::to_vec),
            end: end.map(<[u8]>::to_vec),
            ascending,
        }
    }

    fn before_start(&self, key: &[u8]) -> bool {
        self.start.as_deref().is_some_and(|start| key < start)
    }

    fn behind_end(&self, key: &[u8]) -> bool {
        self.end.as_deref().is_some_and(|end| key >= end)
    }
}

impl Iterator for Entries {
    type Item = (Vec<u8>, Vec<u8>);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(node) = self.open.pop() {
            match (node.children(), node.value()) {
                (Some((left, right)), _) => {
                    // All on the left is below the node's key, all on the right at or above it.
                    let left_out = self
                        .start
                        .as_deref()
                        .is_some_and(|start| node.key() <= start);
                    let left = (!left_out).then(|| left.clone());
                    let right = (!self.behind_end(node.key())).then(|| right.clone());
                    let (first, second) = if self.ascending {
                        (left, right)
                    } else {
                        (right, left)
                    };
                    self.open.extend(second);
                    self.open.extend(first);
                }
                (None, Some(value)) => {
                    if !self.before_start(node.key()) && !self.behind_end(node.key()) {
                        return Some((node.key().to_vec(), value.to_vec()));
                    }
                }
                (None, None) => {}
            }
        }
        None
    }
}
