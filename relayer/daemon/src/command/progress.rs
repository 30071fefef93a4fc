use std::{io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use super::Context;
use crate::telemetry;

/// How far long work is: a bar for a person, nothing for a program, whose log says the same.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Of so many steps; of nobody knows how many where none are told.
    pub(super) fn new(context: &Context, steps: Option<usize>) -> anyhow::Result<Progress> {
        let visible = std::io::stderr().is_terminal() && !context.is_json();
        let bar = match steps {
            _ if !visible => ProgressBar::hidden(),
            Some(steps) => ProgressBar::new(steps as u64)
                .with_style(ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}")?),
            None => ProgressBar::new_spinner()
                .with_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}")?),
        };
        if visible && steps.is_none() {
            // Nobody else knows that it goes on.
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        telemetry::set_bar(visible.then(|| bar.clone()));
        Ok(Progress(bar))
    }

    /// So much is done, and this is under way.
    pub(super) fn at(&self, done: usize, what: impl Into<String>) {
        self.0.set_position(done as u64);
        self.0.set_message(what.into());
        self.0.tick();
    }

    /// One more is done, and this is under way.
    pub(super) fn next(&self, what: impl Into<String>) {
        self.0.set_message(what.into());
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
        telemetry::set_bar(None);
    }
}
