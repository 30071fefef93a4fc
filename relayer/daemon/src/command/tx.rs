//! `tessera tx`: what a user sends.

mod draft;
mod governance;
mod leg;
mod register;
mod reject;
mod stake;

use clap::Subcommand;

use super::{Context, Outcome};

/// Whose transaction.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// Tasks.
    #[command(subcommand)]
    Task(Task),
    /// Stake in many tokens: bond, unbond, rewards, and one's own validator.
    #[command(subcommand)]
    Stake(stake::Arguments),
    /// Which tokens count: proposals, deposits, votes.
    #[command(subcommand)]
    Governance(governance::Arguments),
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
    match arguments {
        Arguments::Task(Task::Register(arguments)) => register::run(context, arguments).await,
        Arguments::Task(Task::Reject(arguments)) => reject::run(context, arguments).await,
        Arguments::Stake(arguments) => stake::run(context, arguments).await,
        Arguments::Governance(arguments) => governance::run(context, arguments).await,
    }
}
