//! `livysh sessions`: what runs on a server.

use crate::config::duration;
use clap::{Args, Subcommand};
use std::time::Duration;

#[derive(Debug, Args)]
pub struct Sessions {
    #[command(subcommand)]
    pub command: Option<SessionsCommand>,
}

#[derive(Debug, Subcommand)]
pub enum SessionsCommand {
    /// The sessions of the server
    List,
    /// A session, with the end of its log
    Show {
        /// Its number or name
        #[arg(value_name = "ID|NAME")]
        id: String,
    },
    /// The log of a session
    Log {
        /// Its number or name
        #[arg(value_name = "ID|NAME")]
        id: String,

        /// Print what comes until the session has ended
        #[arg(long)]
        follow: bool,
    },
    /// End sessions
    Stop(Stop),
}

#[derive(Debug, Args)]
pub struct Stop {
    /// Their numbers or names
    #[arg(
        value_name = "ID|NAME",
        required_unless_present = "mine",
        conflicts_with = "mine"
    )]
    pub ids: Vec<String>,

    /// Those that livysh has made here or that belong to who signs on, as --idle says
    #[arg(long, requires = "idle")]
    pub mine: bool,

    /// With --mine: those that run nothing; --idle 2h: for so long
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = duration,
        num_args = 0..=1,
        default_missing_value = "0",
        requires = "mine"
    )]
    pub idle: Option<Duration>,

    /// Also another's, without a question
    #[arg(long)]
    pub yes: bool,
}
