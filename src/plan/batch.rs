//! The server that `livysh batch` asks.

use super::{command, unattended};
use crate::auth::Identity;
use crate::batch::Desk;
use crate::cli::{BatchCommand, Cli};
use crate::config::{Place, Settings};
use crate::engine::Patience;
use crate::livy::{self, Client};
use crate::shell::telling;
use crate::term::Out;
use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

/// Options that would be taken in silence and do nothing.
pub fn check(cli: &Cli, command: &BatchCommand) -> Result<(), String> {
    if !cli.conf.is_empty() || cli.name.is_some() {
        return Err("--conf and --name of a batch stand behind submit".to_owned());
    }
    match command {
        BatchCommand::Submit(_) => Ok(()),
        _ if cli.dry_run => Err("--dry-run is for what would be created: submit".to_owned()),
        BatchCommand::List
        | BatchCommand::Show { .. }
        | BatchCommand::Log { .. }
        | BatchCommand::Stop { .. } => Ok(()),
    }
}

/// The server that the settings name.
pub fn desk(cli: &Cli, settings: Settings, out: &Out) -> Result<Desk, String> {
    let command = command(cli, &settings);
    let Place::Server {
        url,
        credential,
        transport,
    } = settings.place
    else {
        return Err(
            "--local ends with livysh: for batches start livysh serve, and name its URL".to_owned(),
        );
    };
    let watch = cli.looks.verbose.then(|| telling(out.clone()));
    let identity = Arc::new(Identity::new(credential));
    let client = Client::new(&url, identity, watch, *transport)
        .map_err(|error| format!("{error}; {}", error.hint()))?;
    Ok(Desk {
        client,
        root: livy::shown_root(&url),
        command,
        // A wrong address is told at once.
        patience: Cell::new(Patience {
            first_contact: Some(cli.script.retry_for.unwrap_or(Duration::ZERO)),
            ..unattended(cli, &settings.timing)
        }),
        out: out.clone(),
    })
}
