//! From the command line to what `livysh sessions` and `livysh batch` ask of a server.

use super::{batch, command, job, settings, unattended};
use crate::auth::Identity;
use crate::batch as batches;
use crate::cli::{BatchCommand, Cli, SessionsCommand, SparkOptions, Submit};
use crate::config::{self, Environment, Place, Settings};
use crate::engine::Patience;
use crate::exit::Exit;
use crate::livy::{self, Client, Id};
use crate::remote::Desk;
use crate::render::{Format, Line};
use crate::sessions;
use crate::shell::{Journal, error_lines, noticing, telling};
use crate::term::Out;
use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

/// The server and what is to be done there with batches; else what was wrong is told.
pub fn of_batches(
    cli: &Cli,
    out: &Out,
    command: Option<&BatchCommand>,
    environment: Environment<'_>,
) -> Result<(Desk, batches::Task), Exit> {
    let command = command.unwrap_or(&BatchCommand::List);
    batch::check(cli, command).map_err(|told| wrong(out, &told))?;
    let desk = desk(cli, out, "batches", environment)?;
    let task = match command {
        BatchCommand::List => batches::Task::List,
        BatchCommand::Show { id } => batches::Task::Show(Id::named(id)),
        BatchCommand::Stop { id } => batches::Task::Stop(Id::named(id)),
        BatchCommand::Log { id, follow } => batches::Task::Log {
            id: Id::named(id),
            follow: *follow,
        },
        BatchCommand::Submit(submit) => submission(cli, out, &desk, submit, environment)?,
    };
    Ok((desk, task))
}

fn submission(
    cli: &Cli,
    out: &Out,
    desk: &Desk,
    submit: &Submit,
    environment: Environment<'_>,
) -> Result<batches::Task, Exit> {
    let job = job(submit, &cli.spark_given(), environment).map_err(|told| wrong(out, &told))?;
    super::tell(out, &job.told);
    if cli.dry_run {
        out.note(&Line::faint(format!("POST {}/batches", desk.root)));
        return Err(desk.print(&job.shown()));
    }
    Ok(batches::Task::Submit {
        request: Box::new(job.request),
        wait: submit.wait,
    })
}

/// The same for sessions.
pub fn of_sessions(
    cli: &Cli,
    out: &Out,
    command: Option<&SessionsCommand>,
    environment: Environment<'_>,
) -> Result<(Desk, Journal, sessions::Task), Exit> {
    let command = command.unwrap_or(&SessionsCommand::List);
    check(cli, command).map_err(|told| wrong(out, &told))?;
    let task = match command {
        SessionsCommand::List => sessions::Task::List,
        SessionsCommand::Show { id } => sessions::Task::Show(id.clone()),
        SessionsCommand::Log { id, follow } => sessions::Task::Log {
            session: id.clone(),
            follow: *follow,
        },
        SessionsCommand::Stop(stop) => match stop.idle {
            Some(length) => sessions::Task::StopIdle(length),
            None => sessions::Task::Stop {
                sessions: stop.ids.clone(),
                is_sure: stop.yes,
            },
        },
    };
    let desk = desk(cli, out, "sessions", environment)?;
    let journal = Journal::in_folder(config::state_folder(environment));
    Ok((desk, journal, task))
}

/// Options that would be taken in silence and do nothing.
fn check(cli: &Cli, command: &SessionsCommand) -> Result<(), String> {
    let is_listed = matches!(
        command,
        SessionsCommand::List | SessionsCommand::Show { .. }
    );
    let format = check_format(cli.looks.format, is_listed);
    format
        .map_err(|()| "-o json is for list and show of sessions: there is no other".to_owned())?;
    match for_conversation(cli).next() {
        Some(option) => Err(format!(
            "{option} is for a conversation: livysh sessions shows and ends those that are there"
        )),
        None => Ok(()),
    }
}

/// Any option of Spark's shells.
pub(super) const SPARK: &str = "--conf or another option of Spark";

/// Options that were given and say something of a conversation alone.
pub(super) fn for_conversation(cli: &Cli) -> impl Iterator<Item = &'static str> {
    let (script, looks) = (&cli.script, &cli.looks);
    let given = [
        ("-s", cli.session.is_some()),
        ("--name", cli.name.is_some()),
        ("--keep", cli.keep),
        ("-l", cli.lang.is_some()),
        ("-e, -f, -i or FILE", !cli.inputs().is_empty()),
        (SPARK, cli.spark != SparkOptions::default()),
        ("--heartbeat", cli.heartbeat.is_some()),
        ("--ttl", cli.ttl.is_some()),
        ("--idle-timeout", cli.idle_timeout.is_some()),
        ("--max-rows", looks.max_rows.is_some()),
        ("--no-header", looks.no_header),
        ("--timeout", script.timeout.is_some()),
        ("--statement-timeout", script.statement_timeout.is_some()),
        ("--start-timeout", script.start_timeout.is_some()),
        ("--keep-going", script.keep_going),
        ("--keep-on-error", script.keep_on_error),
        ("--from", script.from.is_some()),
        ("--echo", script.echo),
        ("--no-startup", cli.no_startup),
        ("--dry-run", cli.dry_run),
    ];
    let given = given.into_iter().filter(|(_, is_given)| *is_given);
    given.map(|(option, _)| option)
}

/// Whether a result can be written so.
pub(super) fn check_format(format: Format, is_listed: bool) -> Result<(), ()> {
    match format {
        Format::Text => Ok(()),
        Format::Json if is_listed => Ok(()),
        Format::Json
        | Format::Table
        | Format::Vertical
        | Format::Csv
        | Format::Tsv
        | Format::Ndjson
        | Format::Markdown
        | Format::Raw => Err(()),
    }
}

/// The server that the settings name, which is to outlive livysh.
fn desk(cli: &Cli, out: &Out, what: &str, environment: Environment<'_>) -> Result<Desk, Exit> {
    let settings = settings(cli, out, environment)?;
    let command = command(cli, &settings);
    let Settings { place, timing, .. } = settings;
    let Place::Server {
        url,
        credential,
        transport,
        service,
    } = place
    else {
        let told =
            format!("--local ends with livysh: for {what} start livysh serve, and name its URL");
        return Err(wrong(out, &told));
    };
    let user = credential.user().map(str::to_owned);
    let watch = cli.looks.verbose.then(|| telling(out.clone()));
    let identity = Arc::new(Identity::watched(
        credential,
        Some(noticing(out.clone())),
        watch.clone(),
    ));
    let client = Client::new(&url, identity, watch, *transport, *service)
        .map_err(|error| wrong(out, &format!("{error}; {}", error.hint())))?;
    Ok(Desk {
        client,
        root: livy::shown_root(&url),
        command,
        user,
        // A wrong address is told at once.
        patience: Cell::new(Patience {
            first_contact: Some(cli.script.retry_for.unwrap_or(Duration::ZERO)),
            ..unattended(cli, &timing)
        }),
        out: out.clone(),
        is_json: cli.looks.format == Format::Json,
    })
}

fn wrong(out: &Out, told: &str) -> Exit {
    for line in error_lines(told, None) {
        out.note(&line);
    }
    Exit::Usage
}
