//! What is configured, and what of it is to be told before anything is asked of the network.

use crate::cli::{self, Cli, ConfigCommand, Master};
use crate::config::{self, Environment, Place, Settings};
use crate::configure::{self, Task};
use crate::exit::Exit;
use crate::livy;
use crate::render::{Line, one_line};
use crate::shell::error_lines;
use crate::term::Out;

/// What `livysh config` is to do.
pub fn config_task(options: &cli::Config) -> configure::Task {
    match &options.command {
        None | Some(ConfigCommand::Show) => Task::Show,
        Some(ConfigCommand::Path) => Task::Path,
        Some(ConfigCommand::Init) => Task::Init,
        Some(ConfigCommand::Add { name, server }) => Task::Add {
            name: name.clone(),
            url: server.clone(),
        },
        Some(ConfigCommand::Use { name }) => Task::Use(name.clone()),
    }
}

/// Where it is wrong, that is told, and the code to end with comes back.
pub fn settings(cli: &Cli, out: &Out, environment: Environment<'_>) -> Result<Settings, Exit> {
    let ask = |question: &str, is_secret: bool| out.ask(question, is_secret);
    let fail = |message: &str, hint: &str, exit: Exit| {
        for line in error_lines(message, Some(hint)) {
            out.note(&line);
        }
        exit
    };
    let settings = config::settings(&cli.flags(), environment, &ask)
        .map_err(|error| fail(&error.to_string(), &error.hint(), Exit::from(&error)))?;
    let taken_for = match cli.master() {
        Some(Master::Server(url)) => Some((livy::shown_root(url), "--url")),
        Some(Master::Local) => Some((String::new(), "--local")),
        Some(Master::PassedOver) | None => None,
    };
    if let Some((master, option)) = taken_for {
        let told = format!("--master {master} is taken for {option}").replace("  ", " ");
        super::tell(out, &[told]);
    }
    for warning in &settings.warnings {
        let warning = one_line(warning);
        out.note(&Line::plain(format!("warning: {warning}")));
    }
    if let Place::Server { url, transport, .. } = &settings.place {
        livy::check_url(url)
            .map_err(|error| fail(&error.to_string(), error.hint(), Exit::Usage))?;
        if transport.is_insecure {
            let told = "warning: certificates are not checked: anybody on the way to the server can \
                        read and change everything";
            out.note(&Line::plain(told));
        }
    }
    Ok(settings)
}
