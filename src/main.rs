//! Parse, run, exit.

use livysh::cli::Cli;
use livysh::exit::Exit;
use livysh::shell::Signal;
use livysh::term::{SavedMode, abandon_prompt};
use std::process::ExitCode;
use std::sync::Arc;

#[allow(clippy::exit)]
fn main() -> ExitCode {
    let cli = match Cli::parse_from(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let mode = SavedMode::now();
    let at_prompt = mode.clone();
    let on_signal = move |signal: Signal| {
        at_prompt.restore();
        abandon_prompt();
        std::process::exit(Exit::from(signal).code().into())
    };
    let exit = livysh::run(&cli, Arc::new(on_signal));
    mode.restore();
    ExitCode::from(exit.code())
}
