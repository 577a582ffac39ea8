//! The session that is attached to, or the request for a new one.

use crate::cli::Cli;
use crate::config::{
    ConfValue, Environment, Place, SessionSettings, Target, Timing, Wanted, unread_variables,
};
use crate::lang::Language;
use crate::livy::{self, CreateSession, Service};
use crate::shell::{Attach, Journal, LAST, SessionPlan, for_shell};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What a new session is made with.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// Without a name.
    pub request: CreateSession,
    /// Settings that must not be shown.
    pub secrets: BTreeSet<String>,
    /// Files of this machine that it is given once it runs.
    pub files: Vec<String>,
    /// The options of the command line that say something of it.
    pub set_up_by: Vec<&'static str>,
    /// What is not done as it was asked for.
    pub told: Vec<String>,
}

/// The command line goes before the profile.
pub fn fresh(
    cli: &Cli,
    profile: &SessionSettings,
    timing: &Timing,
    place: &Place,
    language: Language,
    environment: Environment<'_>,
) -> Result<Fresh, String> {
    let of_profile = profile.conf(environment);
    let before = Wanted {
        resources: profile.resources(),
        conf: of_profile.map_err(|error| format!("{error}; {}", error.hint()))?,
        ..Wanted::default()
    };
    let given = cli.spark_given();
    let mut wanted = given.over(before, Target::Session, environment)?;
    if *place != Place::Local && language == Language::Python {
        wanted.take_python(environment);
    }
    // A session that may be there already is not given what it may have.
    let files = super::paths::settle(&mut wanted.resources, place, !cli.create)?;
    if let Some(rows) = cli.looks.max_rows {
        let key = "livy.rsc.sql.num-rows";
        let value = ConfValue::plain(key, &rows.to_string());
        wanted.conf.insert(key.to_owned(), value);
    }
    let (conf, secrets) = parted(wanted.conf);
    let mut set_up_by = given.shaping();
    for (name, is_given) in [
        ("--max-rows", cli.looks.max_rows.is_some()),
        ("--heartbeat", cli.heartbeat.is_some()),
        ("--ttl", cli.ttl.is_some()),
        ("--idle-timeout", cli.idle_timeout.is_some()),
    ] {
        set_up_by.extend(is_given.then_some(name));
    }
    let mut told = wanted.told;
    told.extend(
        files
            .iter()
            .map(|file| format!("{file} is given to the session once it runs")),
    );
    let unread = unread_variables(environment);
    if cli.looks.verbose && *place != Place::Local && !unread.is_empty() {
        told.push(format!("not read: {}", unread.join(", ")));
    }
    let ttl = cli.ttl.or(profile.ttl);
    let idle_timeout = cli.idle_timeout.or(profile.idle_timeout);
    Ok(Fresh {
        request: CreateSession {
            kind: Some(language.kind().to_owned()),
            name: None,
            resources: wanted.resources,
            conf,
            heartbeat_timeout_in_second: heartbeat(cli, profile, timing)?,
            ttl: ttl.map(in_livys_words),
            idle_timeout: idle_timeout.map(in_livys_words),
            extra: profile.extra.clone(),
        },
        secrets,
        files,
        set_up_by,
        told,
    })
}

/// What is sent, and the keys of what must not be shown.
pub fn parted(conf: BTreeMap<String, ConfValue>) -> (BTreeMap<String, String>, BTreeSet<String>) {
    let secrets = conf.iter().filter(|(_, value)| value.is_secret);
    let secrets = secrets.map(|(key, _)| key.clone()).collect();
    let conf = conf.into_iter().map(|(key, value)| (key, value.text));
    (conf.collect(), secrets)
}

/// Livy knows a number with one unit.
fn in_livys_words(length: Duration) -> String {
    match length.as_secs() {
        seconds if seconds > 0 && seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        seconds if seconds > 0 && seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

/// What the name of a new session is made of; `{rand}` is left to whoever makes it.
pub fn label(cli: &Cli, profile: &SessionSettings, environment: Environment<'_>) -> String {
    let label = cli.name.as_ref().or(profile.name.as_ref());
    let label = label.map_or("livysh", String::as_str);
    label.replace("{user}", &user(environment))
}

/// Who runs livysh, as a part of a name.
fn user(environment: Environment<'_>) -> String {
    let user = environment("USER").or_else(|| environment("LOGNAME"));
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    let user = user.unwrap_or_else(|| "user".to_owned());
    user.replace(|c| !is_of_name(c), "-")
}

pub fn session(
    cli: &Cli,
    fresh: &Fresh,
    place: &Place,
    journal: &Journal,
) -> Result<SessionPlan, String> {
    let Some(name) = &cli.session else {
        check_fits(place, &fresh.request)?;
        return Ok(SessionPlan::Create(fresh.request.clone()));
    };
    let Place::Server { url, .. } = place else {
        return Err("--local starts a session of its own: -s needs a Livy server".to_owned());
    };
    if cli.create {
        check_name(name)?;
        check_fits(place, &fresh.request)?;
        let request = CreateSession {
            name: Some(name.clone()),
            ..fresh.request.clone()
        };
        return Ok(SessionPlan::FindOrCreate(request));
    }
    if let Some(option) = fresh.set_up_by.first() {
        return Err(match *option {
            "--max-rows" => {
                "--max-rows is a setting of new sessions: leave out -s, or use LIMIT".to_owned()
            }
            option => format!("{option} is for new sessions: leave out -s"),
        });
    }
    if cli.script.start_timeout.is_some() {
        return Err("--start-timeout is for new sessions: leave out -s".to_owned());
    }
    let root = livy::shown_root(url);
    Attach::to(name, journal, &root, None).map(SessionPlan::Attach)
}

fn check_language(service: &Service, kind: &str) -> Result<(), String> {
    if service.runs(kind) {
        return Ok(());
    }
    let called = |kind: &str| match Language::from_name(kind) {
        Some(language) => language.to_string(),
        None => kind.to_owned(),
    };
    let known: Vec<String> = service.kinds.iter().map(|kind| called(kind)).collect();
    Err(format!(
        "{} does not run {}: it runs {}",
        service.called(),
        called(kind),
        known.join(", ")
    ))
}

/// Whether the service has the language and all fields of a request.
fn check_fits(place: &Place, request: &CreateSession) -> Result<(), String> {
    let Place::Server { service, .. } = place else {
        return Ok(());
    };
    if let Some(kind) = &request.kind {
        check_language(service, kind)?;
    }
    match service.unknown_field(request) {
        Some(field) => Err(format!(
            "sessions of {} have no {field}: leave it out",
            service.called()
        )),
        None => Ok(()),
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

/// In seconds. A session that is to stay has none by a profile: nobody asks for it then.
fn heartbeat(cli: &Cli, profile: &SessionSettings, timing: &Timing) -> Result<Option<u64>, String> {
    let stays = cli.keep || cli.create;
    let of_profile = profile.heartbeat_timeout_in_second.or(timing.heartbeat);
    let wanted = match cli.heartbeat {
        Some(limit) if stays && !limit.is_zero() => {
            return Err(
                "--heartbeat ends a session that nobody asks for: leave out --keep and --create"
                    .to_owned(),
            );
        }
        Some(limit) => Some(limit),
        None => of_profile.filter(|_| !stays),
    };
    Ok(wanted
        .filter(|limit| !limit.is_zero())
        .map(|limit| limit.as_secs().max(1)))
}
