//! `tessera tx`: what a user sends.

mod draft;
mod leg;
mod register;
mod reject;

use clap::Subcommand;

use super::{Context, Outcome};

/// Whose transaction.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// Tasks.
    #[command(subcommand)]
    Task(Task),
}

/// What to do with a task.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Bring one chain's leg of a task, with its funds, fee and tip.
    Register(leg::Which),
    /// Take a registered leg back, by a proof that another leg is not there.
    Reject(reject::Arguments),
}

/// Sends it.
///
/// # Errors
/// With what is wrong with the task, or what the chain refused.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let Arguments::Task(task) = arguments;
    match task {
        Task::Register(arguments) => register::run(context, arguments).await,
        Task::Reject(arguments) => reject::run(context, arguments).await,
    }
}
