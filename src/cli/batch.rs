//! `livysh batch`: a file that runs in a driver of its own, without a conversation.

use super::spark::SparkOptions;
use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct Batch {
    #[command(subcommand)]
    pub command: Option<BatchCommand>,
}

#[derive(Debug, Subcommand)]
pub enum BatchCommand {
    /// Run FILE as a batch, and print its name
    Submit(Box<Submit>),
    /// The batches of the server
    List,
    /// A batch, with the end of its log
    Show {
        /// Its number or name
        #[arg(value_name = "ID|NAME")]
        id: String,
    },
    /// The log of a batch
    Log {
        /// Its number or name
        #[arg(value_name = "ID|NAME")]
        id: String,

        /// Print what comes until the batch has ended; the exit code is then 0 where it succeeded,
        /// else 1
        #[arg(long)]
        follow: bool,
    },
    /// End a batch and take it off the list
    Stop {
        /// Its number or name
        #[arg(value_name = "ID|NAME")]
        id: String,
    },
}

#[derive(Debug, Args)]
pub struct Submit {
    /// Wait until it has ended; the exit code is 0 where it succeeded, 1 where it failed
    #[arg(long)]
    pub wait: bool,

    /// Name it LABEL-xxxxxxxx, not after FILE
    #[arg(long, value_name = "LABEL")]
    pub name: Option<String>,

    #[command(flatten)]
    pub spark: SparkOptions,

    /// A Python file or jar that the server can read, by its scheme or whole path
    #[arg(value_name = "FILE")]
    pub file: String,

    /// What the file is given
    #[arg(
        value_name = "ARG",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub arguments: Vec<String>,
}
