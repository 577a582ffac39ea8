//! From the command line to what `livysh doctor` looks at.

use super::remote::{SPARK, check_format, for_conversation};
use super::session::{self, Fresh};
use super::{command, search};
use crate::cli::{Cli, Doctor};
use crate::config::{self, ConfigError, Environment, Layers, Origin, Place, Settings};
use crate::doctor::{Case, Check, Machine, Server, configured};
use crate::engine::{KeepAlive, Patience};
use crate::exit::Exit;
use crate::lang::Language;
use crate::livy::{self, CreateSession};
use crate::local;
use crate::render::Format;
use crate::shell::{Journal, error_lines, named, telling};
use crate::term::Out;
use std::time::Duration;

/// A step takes no longer, where the profile has no limit of its own.
const LONGEST_STEP: Duration = Duration::from_secs(10);
/// Python may have to be read from a slow disk.
const LONGEST_LOOK: Duration = Duration::from_secs(60);
/// What a session of the doctor's is called.
const LABEL: &str = "livysh-doctor";

/// Where the command line itself is wrong, that is told.
pub fn of_doctor(
    cli: &Cli,
    out: &Out,
    options: &Doctor,
    environment: Environment<'_>,
) -> Result<Case, Exit> {
    check(cli, options).map_err(|told| {
        for line in error_lines(&told, None) {
            out.note(&line);
        }
        Exit::Usage
    })?;
    let ask = |question: &str, is_secret: bool| out.ask(question, is_secret);
    let flags = cli.flags();
    let case = Case {
        out: out.clone(),
        is_json: cli.looks.format == Format::Json,
        configuration: Vec::new(),
        server: None,
        journal: Journal::in_folder(config::state_folder(environment)),
        machine: machine(cli, environment),
    };
    let settings = match config::settings(&flags, environment, &ask) {
        Ok(settings) => settings,
        Err(error) => {
            return Ok(Case {
                configuration: vec![wrong(&error)],
                ..case
            });
        }
    };
    let request = match options.create {
        true => match fresh(cli, &settings, environment) {
            Ok(fresh) => Some(fresh),
            Err(told) => {
                let check = Check::failed("configuration", told, None, Exit::Usage);
                return Ok(Case {
                    configuration: vec![check],
                    ..case
                });
            }
        },
        false => None,
    };
    let is_verbose = cli.looks.verbose;
    Ok(with(case, cli, &settings, request, is_verbose))
}

/// The same of the server that a dialogue is with.
pub fn doctor_inside(
    cli: &Cli,
    out: &Out,
    settings: &Settings,
    environment: Environment<'_>,
) -> Case {
    let case = Case {
        out: out.clone(),
        is_json: false,
        configuration: Vec::new(),
        server: None,
        journal: Journal::in_folder(config::state_folder(environment)),
        machine: machine(cli, environment),
    };
    let is_verbose = cli.looks.verbose;
    with(case, cli, settings, None, is_verbose)
}

fn with(
    case: Case,
    cli: &Cli,
    settings: &Settings,
    create: Option<Fresh>,
    is_verbose: bool,
) -> Case {
    let Place::Server {
        url,
        credential,
        transport,
        service,
    } = &settings.place
    else {
        return Case {
            configuration: vec![Check::ok(
                "configuration",
                "a Spark on this machine (--local)",
            )],
            ..case
        };
    };
    if let Err(error) = livy::check_url(url) {
        let hint = Some(error.hint().to_owned());
        let check = Check::failed("configuration", error.to_string(), hint, Exit::Usage);
        return Case {
            configuration: vec![check],
            ..case
        };
    }
    let configuration = configured(settings);
    let keeping = settings.timing.keepalive;
    let usual = KeepAlive::default();
    let limit = transport.longest.unwrap_or(LONGEST_STEP);
    let usual_patience = Patience::default();
    let visible = settings.timing.visible_after;
    let server = Server {
        root: livy::shown_root(url),
        command: command(cli, settings),
        url: url.clone(),
        credential: credential.clone(),
        transport: (**transport).clone(),
        service: (**service).clone(),
        limit,
        patience: Patience {
            unreachable: Some(limit),
            visible: visible.unwrap_or(usual_patience.visible),
            ..usual_patience
        },
        proxy_origin: proxy_origin(&settings.layers),
        keep_alive: (
            keeping.every.unwrap_or(usual.every),
            keeping.idle.unwrap_or(usual.idle),
        ),
        public: public_headers(&settings.layers),
        hidden: create.as_ref().map(hidden).unwrap_or_default(),
        create: create.map(|fresh| fresh.request),
        watch: is_verbose.then(|| telling(case.out.clone())),
    };
    let machine = Machine {
        limit: transport.longest.unwrap_or(LONGEST_LOOK),
        ..case.machine
    };
    Case {
        configuration,
        server: Some(server),
        machine,
        ..case
    }
}

fn wrong(error: &ConfigError) -> Check {
    let exit = Exit::from(error);
    Check::failed("configuration", error.to_string(), Some(error.hint()), exit)
}

fn proxy_origin(layers: &Layers) -> Option<String> {
    let values = layers.values();
    let is_it = |key: &str| key == "proxy" || key == "proxy.url";
    let mut origins = values.iter().filter(|(key, ..)| is_it(key));
    origins
        .next()
        .map(|(_, _, origin): &(_, _, &Origin)| origin.to_string())
}

/// The request for a session as a run would make it.
fn fresh(cli: &Cli, settings: &Settings, environment: Environment<'_>) -> Result<Fresh, String> {
    let language = cli.lang.or(settings.language).unwrap_or(Language::Scala);
    let fresh = session::fresh(
        cli,
        &settings.session,
        &settings.timing,
        &settings.place,
        language,
        environment,
    )?;
    let unique = local::random_name().map_err(|error| error.to_string())?;
    Ok(Fresh {
        request: CreateSession {
            name: Some(named(LABEL, &unique)),
            ..fresh.request
        },
        ..fresh
    })
}

/// The values of settings that must not be shown.
fn hidden(fresh: &Fresh) -> Vec<String> {
    let conf = fresh.request.conf.iter();
    let hidden = conf.filter(|(key, _)| fresh.secrets.contains(*key));
    hidden.map(|(_, value)| value.clone()).collect()
}

/// The names of the headers that a preset has set.
fn public_headers(layers: &Layers) -> Vec<String> {
    let values = layers.values().into_iter();
    let of_preset = values.filter(|(_, _, origin)| matches!(origin, Origin::Preset { .. }));
    of_preset
        .filter_map(|(key, ..)| Some(key.strip_prefix("headers.")?.to_owned()))
        .collect()
}

fn machine(cli: &Cli, environment: Environment<'_>) -> Machine {
    let cache = config::cache_folder(environment);
    let none = "there is no folder for it: set HOME or XDG_CACHE_HOME".to_owned();
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"];
    let config = config::config_path(environment);
    let config = config.and_then(|path| path.parent().map(ToOwned::to_owned));
    let folders = [
        ("config.toml", config),
        ("histories", config::state_folder(environment)),
        ("a local Spark", cache.clone()),
    ];
    let folders = folders.into_iter();
    Machine {
        term: environment("TERM"),
        locale: locale.into_iter().find_map(environment),
        search: cache
            .ok_or(none)
            .and_then(|cache| search(cli, environment, cache)),
        limit: LONGEST_LOOK,
        needs_spark: cli.flags().local,
        folders: folders
            .filter_map(|(holds, folder)| Some((holds, folder?)))
            .collect(),
    }
}

/// Options that would be taken in silence and do nothing.
fn check(cli: &Cli, options: &Doctor) -> Result<(), String> {
    check_format(cli.looks.format, true)
        .map_err(|()| "-o json is for livysh doctor: there is no other".to_owned())?;
    let of_session = |option: &&str| {
        options.create && ["-l", "--heartbeat", "--ttl", "--idle-timeout", SPARK].contains(option)
    };
    let mut given = for_conversation(cli).filter(|option| !of_session(option));
    match given.next() {
        Some(option) => Err(format!(
            "{option} is for a conversation: livysh doctor looks at the way to a server"
        )),
        None => Ok(()),
    }
}
