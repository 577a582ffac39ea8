//! `livysh doctor`: the way to a server, step by step.

use clap::Args;

#[derive(Debug, Args)]
pub struct Doctor {
    /// Make a session, too, as a run would, and end it once it is up
    #[arg(long = "create", id = "make")]
    pub create: bool,
}
