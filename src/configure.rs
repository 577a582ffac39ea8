//! `livysh config`: what is set, by whom, and how to set it.

use crate::config::{
    self, ConfigError, Configured, Environment, Flags, NewProfile, Origin, Servers,
};
use crate::exit::Exit;
use crate::livy;
use crate::render::{Line, one_line};
use crate::shell::error_lines;
use crate::term::{DEFAULT_THEME, Out};
use std::path::Path;

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Task {
    Show,
    Path,
    Init,
    Add { name: String, url: String },
    Use(String),
}

pub fn run(out: &Out, flags: &Flags, task: &Task, environment: Environment<'_>) -> Exit {
    let Some(path) = config::config_path(environment) else {
        let told = "there is no folder for config.toml: set HOME, or name one with LIVYSH_CONFIG";
        return fail(out, told, None, Exit::Usage);
    };
    let done = match task {
        Task::Path => return print(out, &format!("{}\n", path.display())),
        Task::Show => return show(out, flags, &path, environment),
        Task::Init => config::init(&path).map(|()| {
            format!(
                "{} is written: every key is in it, none in force",
                path.display()
            )
        }),
        Task::Add { name, url } => add(&path, flags, name, url),
        Task::Use(name) => config::set_default(&path, name)
            .map(|()| format!("{name} holds where no profile is named")),
    };
    match done {
        Ok(told) => {
            out.note(&Line::plain(one_line(&told).into_owned()));
            Exit::Ok
        }
        Err(error) => wrong(out, &error),
    }
}

/// Each key as a line of the file, with who has set it.
fn show(out: &Out, flags: &Flags, path: &Path, environment: Environment<'_>) -> Exit {
    let servers = match config::servers(path) {
        Ok(servers) => servers,
        Err(error) => return wrong(out, &error),
    };
    for line in told_of(path, servers.as_ref()) {
        out.note(&Line::faint(one_line(&line).into_owned()));
    }
    // Nobody is asked: what is missing is missing.
    match config::configured(flags, environment, None) {
        Ok(configured) => {
            for warning in &configured.warnings {
                let told = format!("warning: {}", one_line(warning));
                out.note(&Line::plain(told));
            }
            print(out, &listed(&looks(environment, out), &configured))
        }
        Err(error) => wrong(out, &error),
    }
}

fn told_of(path: &Path, servers: Option<&Servers>) -> Vec<String> {
    let Some(servers) = servers else {
        return vec![format!(
            "{} is not there yet; livysh config init writes it",
            path.display()
        )];
    };
    let mut lines = vec![path.display().to_string()];
    for (name, url) in &servers.named {
        let is_default = servers.default.as_ref() == Some(name);
        let default = if is_default { " (default)" } else { "" };
        let url = url.as_deref().unwrap_or("no url");
        lines.push(format!("  {name}{default}  {url}"));
    }
    lines
}

/// How the prompt looks, which no profile decides.
fn looks(environment: Environment<'_>, out: &Out) -> Vec<(String, Origin)> {
    let looks = config::looks(environment);
    for warning in &looks.warnings {
        out.note(&Line::plain(format!("warning: {}", one_line(warning))));
    }
    let values = looks.values(DEFAULT_THEME).into_iter();
    let lines = values.map(|(key, value, origin)| (format!("{key} = {value}"), origin));
    lines.collect()
}

fn listed(looks: &[(String, Origin)], configured: &Configured) -> String {
    let looks = looks.iter().map(|(line, origin)| (line.clone(), origin));
    let keys = configured.layers.values().into_iter();
    let keys = keys.map(|(key, value, origin)| {
        let line = format!("{key} = {}", shown(&key, value, origin));
        (line, origin)
    });
    let values: Vec<(String, &Origin)> = looks.chain(keys).collect();
    let width = |text: &str| text.chars().count();
    let widest = values.iter().map(|(text, _)| width(text));
    let widest = widest.filter(|width| *width <= LONGEST_IN_LINE).max();
    let column = widest.unwrap_or(0);
    let lines = values.iter().map(|(text, origin)| {
        let gap = " ".repeat(column.saturating_sub(width(text)));
        let line = format!("{text}{gap}  # {origin}");
        format!("{}\n", one_line(&line))
    });
    lines.collect()
}

/// A longer one does not move the column of the others.
const LONGEST_IN_LINE: usize = 60;

/// A value without what may be a secret.
fn shown(key: &str, value: &config::Value, origin: &Origin) -> String {
    let is_the_users = !matches!(origin, Origin::Default | Origin::Preset { .. });
    let may_be_secret = key.starts_with("headers.") || key.starts_with("query.");
    let text = value.as_str();
    match (key, text) {
        _ if key.starts_with("session.") && config::names_secret(&format!("{key} {value}")) => {
            "\"***\"".to_owned()
        }
        _ if is_the_users && (may_be_secret || !config::is_key(key)) => "\"***\"".to_owned(),
        ("url" | "proxy" | "proxy.url", Some(text)) => {
            config::Value::from(livy::shown_root(text)).to_string()
        }
        _ => value.to_string(),
    }
}

/// What the command line says of a server, as a profile.
fn add(path: &Path, flags: &Flags, name: &str, url: &str) -> Result<String, ConfigError> {
    livy::check_url(url).map_err(|error| ConfigError::WrongUrl(error.to_string()))?;
    if name.trim().is_empty() {
        return Err(ConfigError::NoName);
    }
    if let Some(preset) = flags
        .preset
        .as_ref()
        .filter(|name| !config::presets().contains(&name.as_str()))
    {
        return Err(ConfigError::NoPreset(preset.clone()));
    }
    let given = flags.given().into_iter();
    let mut values = vec![("url", url.to_owned().into())];
    values.extend(given.map(|given| (given.key, given.value)));
    let profile = NewProfile {
        name: name.to_owned(),
        values,
    };
    let is_default = config::add(path, &profile)?;
    Ok(match is_default {
        true => format!(
            "{name} is in {}, and holds where none is named",
            path.display()
        ),
        false => format!("{name} is in {}: livysh -p {name}", path.display()),
    })
}

fn print(out: &Out, text: &str) -> Exit {
    match out.data(text) {
        Ok(()) => Exit::Ok,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::OutputClosed,
        Err(error) => fail(out, &error.to_string(), None, Exit::Server),
    }
}

fn wrong(out: &Out, error: &ConfigError) -> Exit {
    fail(out, &error.to_string(), Some(&error.hint()), error.into())
}

fn fail(out: &Out, message: &str, hint: Option<&str>, exit: Exit) -> Exit {
    for line in error_lines(message, hint) {
        out.note(&line);
    }
    exit
}
