//! From the command line and the configuration to what is to be opened.

mod batch;
mod job;
mod offer;
mod settings;

pub use batch::{check as check_batch, desk as batch_desk};
pub use job::{Job, job};
use offer::offer;
pub use settings::{config_task, settings};

use crate::cli::{Cli, Shortcut};
use crate::config::{self, ConfValue, Environment, Input, Place, Settings, Timing};
use crate::engine::{KeepAlive, Patience};
use crate::lang::Language;
use crate::livy::{self, CreateSession, Service};
use crate::local;
use crate::render::Format;
use crate::shell::{Attach, Journal, LAST, Limits, Plan, SessionPlan, for_shell};
use crate::term::Out;
use std::collections::BTreeMap;
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
    let conf = config::spark_conf(&cli.conf, environment)
        .map_err(|error| format!("{error}; {}", error.hint()))?;
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
    let session = session(cli, &conf, &timing, &place, &journal, language)?;
    let cache = match place {
        Place::Local => cache_folder(environment)?,
        Place::Server { .. } => PathBuf::new(),
    };
    let secrets = conf.iter().filter(|(_, value)| value.is_secret);
    Ok(Plan {
        command,
        session,
        label: cli.name.clone().unwrap_or_else(|| "livysh".to_owned()),
        search: search(cli, environment, cache.clone())?,
        cache,
        tuning: tuning(cli),
        keep: cli.keep || settings.keeps,
        secrets: secrets.map(|(key, _)| key.clone()).collect(),
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

/// The session that is attached to, or the request for a new one.
fn session(
    cli: &Cli,
    conf: &BTreeMap<String, ConfValue>,
    timing: &Timing,
    place: &Place,
    journal: &Journal,
    language: Language,
) -> Result<SessionPlan, String> {
    let Some(name) = &cli.session else {
        let request = request(cli, conf, timing, language)?;
        return fitting(place, request, language).map(SessionPlan::Create);
    };
    let Place::Server { url, .. } = place else {
        return Err("--local starts a session of its own: -s needs a Livy server".to_owned());
    };
    if cli.create {
        check_name(name)?;
        let request = CreateSession {
            name: Some(name.clone()),
            ..request(cli, conf, timing, language)?
        };
        return fitting(place, request, language).map(SessionPlan::FindOrCreate);
    }
    let refusals = [
        (
            cli.looks.max_rows.is_some(),
            "--max-rows is a setting of new sessions: leave out -s, or use LIMIT",
        ),
        (!conf.is_empty(), "--conf is for new sessions: leave out -s"),
        (
            cli.script.start_timeout.is_some(),
            "--start-timeout is for new sessions: leave out -s",
        ),
        (
            cli.heartbeat.is_some(),
            "--heartbeat is for new sessions: leave out -s",
        ),
    ];
    if let Some((_, told)) = refusals.iter().find(|(is_given, _)| *is_given) {
        return Err((*told).to_owned());
    }
    let root = livy::shown_root(url);
    Attach::to(name, journal, &root, None).map(SessionPlan::Attach)
}

fn check_language(service: &Service, language: Language) -> Result<(), String> {
    if service.runs(language.kind()) {
        return Ok(());
    }
    let kinds = service.kinds.iter();
    let known: Vec<String> = kinds
        .map(|kind| match Language::from_name(kind) {
            Some(language) => language.to_string(),
            None => kind.clone(),
        })
        .collect();
    Err(format!(
        "{} does not run {language}: it runs {}",
        service.called(),
        known.join(", ")
    ))
}

/// The request, where the service has the language and all fields of it.
fn fitting(
    place: &Place,
    request: CreateSession,
    language: Language,
) -> Result<CreateSession, String> {
    let Place::Server { service, .. } = place else {
        return Ok(request);
    };
    check_language(service, language)?;
    match service.unknown_field(&request) {
        Some(field) => Err(format!(
            "sessions of {} have no {field}: leave it out",
            service.called()
        )),
        None => Ok(request),
    }
}

/// What Livy takes for a name, and can find by it again.
fn check_name(name: &str) -> Result<(), String> {
    let told = match name {
        LAST => "makes no session: last is the one that was used last",
        _ if name.parse::<i64>().is_ok() => {
            "makes no session: the server gives numbers, and takes none for a name"
        }
        _ if name.trim().is_empty() || name.contains(['/', '\\']) => {
            "makes no session: a name has a letter, and no slash"
        }
        _ => return Ok(()),
    };
    Err(format!("--create with -s {} {told}", for_shell(name)))
}

/// The request for a new session.
fn request(
    cli: &Cli,
    conf: &BTreeMap<String, ConfValue>,
    timing: &Timing,
    language: Language,
) -> Result<CreateSession, String> {
    let mut request = CreateSession {
        kind: Some(language.kind().to_owned()),
        ..CreateSession::default()
    };
    for (key, value) in conf {
        request.conf.insert(key.clone(), value.text.clone());
    }
    if let Some(rows) = cli.looks.max_rows {
        let key = "livy.rsc.sql.num-rows".to_owned();
        request.conf.insert(key, rows.to_string());
    }
    request.heartbeat_timeout_in_second = heartbeat(cli, timing)?;
    Ok(request)
}

/// In seconds. A session that is to stay has none by a profile: nobody asks for it then.
fn heartbeat(cli: &Cli, timing: &Timing) -> Result<Option<u64>, String> {
    let stays = cli.keep || cli.create;
    let wanted = match cli.heartbeat {
        Some(limit) if stays && !limit.is_zero() => {
            return Err(
                "--heartbeat ends a session that nobody asks for: leave out --keep and --create"
                    .to_owned(),
            );
        }
        Some(limit) => Some(limit),
        None => timing.heartbeat.filter(|_| !stays),
    };
    Ok(wanted
        .filter(|limit| !limit.is_zero())
        .map(|limit| limit.as_secs().max(1)))
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
