//! What goes with the program where it is installed: completions of shells, and a page of the manual.

use super::Cli;
use clap::{CommandFactory, ValueEnum};
use clap_complete::Shell;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Generate {
    CompleteBash,
    CompleteZsh,
    CompleteFish,
    Man,
}

impl Generate {
    /// Its text.
    pub fn text(self) -> std::io::Result<String> {
        let mut text = Vec::new();
        let mut command = Cli::command();
        let shell = match self {
            Generate::CompleteBash => Some(Shell::Bash),
            Generate::CompleteZsh => Some(Shell::Zsh),
            Generate::CompleteFish => Some(Shell::Fish),
            Generate::Man => None,
        };
        match shell {
            Some(shell) => clap_complete::generate(shell, &mut command, "livysh", &mut text),
            None => clap_mangen::Man::new(command).render(&mut text)?,
        }
        String::from_utf8(text).map_err(std::io::Error::other)
    }
}
