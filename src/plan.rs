//! From the command line and the configuration to what is to be opened.

mod batch;
mod doctor;
mod job;
mod looks;
mod offer;
mod paths;
mod remote;
mod session;
mod settings;

pub use doctor::{doctor_inside, of_doctor};
pub use job::{Job, job};
pub use looks::{images, looks, theme};
use offer::offer;
pub use remote::{of_batches, of_sessions};
pub use settings::{config_task, settings};

use crate::cli::{Cli, Shortcut};
use crate::config::{self, Environment, Input, Place, Settings, Timing};
use crate::engine::{KeepAlive, Patience};
use crate::lang::Language;
use crate::livy;
use crate::local;
use crate::render::{Format, Line, one_line};
use crate::shell::{Journal, Limits, Plan, for_shell};
use crate::term::Out;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What to open, in a new session for this language.
pub fn plan(
    cli: &Cli,
    settings: Settings,
    language: Language,
    out: &Out,
    environment: Environment<'_>,
) -> Result<Plan, String> {
    let command = command(cli, &settings);
    let offer = match runs_script(cli, out) {
        true => None,
        false => offer(cli, &settings, environment),
    };
    let timing = settings.timing;
    let keeping = timing.keepalive;
    let place = settings.place;
    check(cli, &place, out)?;
    let journal = Journal::in_folder(config::state_folder(environment));
    let fresh = session::fresh(
        cli,
        &settings.session,
        &timing,
        &place,
        language,
        environment,
    )?;
    let session = session::session(cli, &fresh, &place, &journal)?;
    tell(out, &fresh.told);
    let cache = match place {
        Place::Local => cache_folder(environment)?,
        Place::Server { .. } => PathBuf::new(),
    };
    Ok(Plan {
        command,
        session,
        fresh: fresh.request,
        label: session::label(cli, &settings.session, environment),
        set_up_by: fresh.set_up_by,
        files: fresh.files,
        search: search(cli, environment, cache.clone())?,
        cache,
        tuning: tuning(cli),
        keep: cli.keep || settings.keeps,
        secrets: fresh.secrets,
        limits: limits(cli),
        patience: patience(cli, &timing, out),
        keep_alive: KeepAlive {
            every: keeping.every.unwrap_or(KeepAlive::default().every),
            idle: keeping.idle.unwrap_or(KeepAlive::default().idle),
            only_when_idle: match &place {
                Place::Local => false,
                Place::Server { service, .. } => service.keepalive.only_when_idle,
            },
        },
        retry_for: cli.script.retry_for,
        journal,
        tells_left: cli.session.is_none() && !runs_script(cli, out),
        offer,
        is_aside: false,
        out: out.clone(),
        is_verbose: cli.looks.verbose,
        place,
    })
}

/// Tells what is not done as it was asked for.
pub fn tell(out: &Out, told: &[String]) {
    for told in told {
        out.note(&Line::faint(one_line(told).into_owned()));
    }
}

/// Options that would be taken in silence and do nothing.
fn check(cli: &Cli, place: &Place, out: &Out) -> Result<(), String> {
    let runs_script = runs_script(cli, out);
    if cli.script.timeout.is_some() && !runs_script {
        return Err("--timeout is for scripts: a prompt has no limit".to_owned());
    }
    if cli.script.start_timeout.is_some() && !runs_script {
        return Err("--start-timeout is for scripts: at a prompt, Ctrl-C and :quit".to_owned());
    }
    let runs_file = cli.arguments().is_some() && cli.inputs().last() != Some(&Input::Stdin);
    if cli.script.from.is_some() && !runs_file {
        return Err("--from needs a FILE to begin in".to_owned());
    }
    let unnamed = [
        Format::Vertical,
        Format::Json,
        Format::Ndjson,
        Format::Markdown,
        Format::Raw,
    ];
    if cli.looks.no_header && unnamed.contains(&cli.looks.format) {
        let format = cli.looks.format.name();
        return Err(format!(
            "--no-header is for text, table, csv and tsv: {format} has no line of names"
        ));
    }
    if cli.script.keep_on_error && *place == Place::Local {
        return Err("--keep-on-error needs a Livy server: --local ends with livysh".to_owned());
    }
    Ok(())
}

/// Without anybody at a prompt.
fn unattended(cli: &Cli, timing: &Timing) -> Patience {
    let default = Patience::default();
    Patience {
        unreachable: cli.script.retry_for.or(default.unreachable),
        settle: timing.settle.unwrap_or(default.settle),
        gateway: timing.gateway_patience.unwrap_or(default.gateway),
        visible: timing.visible_after.unwrap_or(default.visible),
        ..default
    }
}

fn patience(cli: &Cli, timing: &Timing, out: &Out) -> Patience {
    let in_script = unattended(cli, timing);
    match runs_script(cli, out) {
        true => in_script,
        false => at_prompt(cli, in_script),
    }
}

/// Whoever sits at a prompt decides how long a server that is away is waited for, and whether a
/// statement that is not to be found is sent again.
pub fn at_prompt(cli: &Cli, patience: Patience) -> Patience {
    Patience {
        unreachable: cli.script.retry_for,
        resends: false,
        ..patience
    }
}

fn runs_script(cli: &Cli, out: &Out) -> bool {
    !cli.inputs().is_empty() || !out.terminals.input
}

/// The command that comes to the same server once more.
fn command(cli: &Cli, settings: &Settings) -> String {
    let flags = cli.flags();
    let mut words = vec!["livysh".to_owned()];
    let mut add = |option: &str, value: &str| {
        words.push(option.to_owned());
        words.push(for_shell(value).into_owned());
    };
    if let Some(profile) = &settings.profile {
        add("-p", profile);
    }
    if let Place::Server { url, .. } = &settings.place
        && (settings.profile.is_none() || flags.url.is_some())
    {
        add("--url", &livy::shown_root(url));
    }
    if let Some(kind) = flags.auth {
        add("--auth", kind.name());
    }
    if let Some(user) = &flags.user {
        add("--user", user);
    }
    words.join(" ")
}

/// What the command line of a run says of FILE, to begin in it at a line.
pub fn from(cli: &Cli, file: &Path, line: usize) -> String {
    let mut words = vec!["--from".to_owned(), line.to_string()];
    for (is_set, flag) in [
        (cli.script.keep_going, "--keep-going"),
        (cli.script.echo, "--echo"),
        (cli.script.quiet, "-q"),
        (cli.looks.no_header, "--no-header"),
    ] {
        words.extend(is_set.then(|| flag.to_owned()));
    }
    let format = Some(cli.looks.format).filter(|format| *format != Format::default());
    for (option, value) in [
        ("-l", cli.lang.map(|language| language.to_string())),
        ("-o", format.map(|format| format.name().to_owned())),
        (
            "--statement-timeout",
            cli.script.statement_timeout.map(config::duration_text),
        ),
        (
            "--retry-for",
            cli.script.retry_for.map(config::duration_text),
        ),
    ] {
        words.extend(
            value
                .into_iter()
                .flat_map(|value| [option.to_owned(), value]),
        );
    }
    words.push(for_shell(&file.display().to_string()).into_owned());
    let is_last = cli.inputs().last() == Some(&Input::File(file.to_owned()));
    if let Some(arguments) = cli.arguments().filter(|_| is_last) {
        words.extend(arguments.iter().map(|word| for_shell(word).into_owned()));
    }
    words.join(" ")
}

/// The run's time counts from now. For a prompt, limits are lifted.
fn limits(cli: &Cli) -> Limits {
    let length = cli.script.timeout;
    Limits {
        run: length.and_then(|length| Instant::now().checked_add(length)),
        start: cli.script.start_timeout,
    }
}

/// A folder of the user's own: what is run from it must not be another's to write.
pub fn cache_folder(environment: Environment<'_>) -> Result<PathBuf, String> {
    let none = "there is no folder for the local Spark: set HOME or XDG_CACHE_HOME";
    config::cache_folder(environment).ok_or_else(|| none.to_owned())
}

pub fn tuning(cli: &Cli) -> local::Tuning {
    local::Tuning {
        quick_compiler: cli.takes(Shortcut::QuickCompiler),
        archive: cli.takes(Shortcut::Archive),
        prewarm: cli.takes(Shortcut::Prewarm),
    }
}

pub fn search(
    cli: &Cli,
    environment: Environment<'_>,
    cache: PathBuf,
) -> Result<local::Search, String> {
    let path = |name: &str| environment(name).map(PathBuf::from);
    let spark = cli
        .connection
        .spark
        .as_deref()
        .map(str::parse)
        .transpose()?;
    Ok(local::Search {
        spark,
        python: cli.connection.python.clone(),
        virtual_env: path("VIRTUAL_ENV"),
        spark_home: path("SPARK_HOME"),
        java_home: path("JAVA_HOME"),
        cache,
    })
}
