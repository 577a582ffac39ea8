//! `livysh config`: what is set, and by whom.

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct Config {
    #[command(subcommand)]
    pub command: Option<ConfigCommand>,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Each setting of a server, with who has set it
    Show,
    /// Where config.toml is
    Path,
    /// Write a config.toml with every key as a comment
    Init,
    /// Write a server into config.toml, as --preset, --auth, --user, --ca-file and --proxy say
    Add {
        /// What it is called for -p
        #[arg(value_name = "NAME")]
        name: String,

        /// The root of its Livy API
        #[arg(value_name = "URL")]
        server: String,
    },
    /// Have a profile hold where none is named
    Use {
        #[arg(value_name = "NAME")]
        name: String,
    },
}
