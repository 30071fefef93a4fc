//! Whether the library still moves. It has one thread a chain, which asks nodes over gRPC without a time limit: one that took
//! a question and says nothing would hold it for ever.

use std::{collections::BTreeMap, time::Duration};

use tokio::{
    sync::oneshot::{self, error::TryRecvError},
    time::Instant,
};

use super::spawn;

/// What threads were asked, by whatever names them, and have not answered yet.
#[derive(Debug)]
pub struct Pulse<K>(BTreeMap<K, Asked>);

#[derive(Debug)]
struct Asked {
    since: Instant,
    answered: oneshot::Receiver<()>,
}

impl<K> Default for Pulse<K> {
    fn default() -> Pulse<K> {
        Pulse(BTreeMap::new())
    }
}

impl<K: Ord + Clone> Pulse<K> {
    /// Asks those that have answered, each on a thread of its own, and tells of those that have not for this long, or that
    /// have ended. `ask` blocks, and answers whether there still is somebody.
    pub fn without<A: FnOnce() -> bool + Send + 'static>(
        &mut self,
        threads: impl IntoIterator<Item = (K, A)>,
        patience: Duration,
    ) -> Vec<K> {
        let mut stopped = Vec::new();
        for (name, ask) in threads {
            let last = self.0.get_mut(&name);
            let last = last.map(|asked| (asked.answered.try_recv(), asked.since.elapsed()));
            match last {
                None | Some((Ok(()), _)) => match Asked::new(ask) {
                    Some(asked) => _ = self.0.insert(name, asked),
                    None => _ = self.0.remove(&name),
                },
                Some((Err(TryRecvError::Empty), waited)) if waited < patience => {}
                Some(_) => stopped.push(name),
            }
        }
        stopped
    }
}

impl Asked {
    fn new(ask: impl FnOnce() -> bool + Send + 'static) -> Option<Asked> {
        let (answer, answered) = oneshot::channel();
        let asking = spawn(move || {
            if ask() {
                let _nobody_waits = answer.send(());
            }
        });
        if let Err(error) = asking {
            tracing::warn!(%error, "whether packets move is not known");
            return None;
        }
        let since = Instant::now();
        Some(Asked { since, answered })
    }
}
