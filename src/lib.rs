//! livysh: a terminal REPL for every server that speaks the Apache Livy API.
//!
//! A snippet goes from keys or a file through [`lang`] (is it complete? how does it split?) to
//! [`shell`], which submits it to the [`engine`]; that sends it through [`delivery`] and [`livy`]
//! to the server. The answer comes back as an engine event, becomes styled text in [`render`] and
//! bytes in [`term`].
//!
//! - [`cli`]: the command line.
//! - [`config`]: what the user set, from file, environment and flags.
//! - [`plan`]: from both of them to what is to be opened.
//! - [`exit`]: what happened, and the code the program ends with.
//! - [`help`]: a page for each service.
//! - [`lang`]: what a snippet is. Pure text.
//! - [`livy`]: the protocol. Knows HTTP and JSON, never sleeps, never retries.
//! - [`auth`]: who you are.
//! - [`delivery`]: reads are repeated, changes are sent once.
//! - [`engine`]: the conversation with one session. Owns the clock.
//! - [`render`]: from output to document. Pure.
//! - [`term`]: the terminal, and the only place that writes to it.
//! - [`shell`]: what the prompt and scripts share: open, run, leave.
//! - [`commands`]: the colon commands that both front ends have.
//! - [`repl`]: the interactive front end.
//! - [`script`]: the piped front end.
//! - [`remote`]: what the front ends share that hold no conversation.
//! - [`mod@sessions`]: the front end of what runs on a server.
//! - [`mod@batch`]: the front end of batches.
//! - [`mod@doctor`]: the front end that looks at the way to a server.
//! - [`configure`]: the front end of the configuration.
//! - [`mod@serve`]: the front end of the server in a box.
//! - [`local`]: a Livy server in a box over a real local Spark.

pub mod auth;
pub mod batch;
pub mod cli;
pub mod commands;
pub mod config;
pub mod configure;
pub mod delivery;
pub mod doctor;
pub mod engine;
pub mod exit;
pub mod help;
pub mod lang;
pub mod livy;
pub mod local;
pub mod plan;
pub mod remote;
pub mod render;
pub mod repl;
pub mod script;
pub mod serve;
pub mod sessions;
pub mod shell;
pub mod term;

use cli::{Cli, Command, Serve, When};
use commands::{Desk, Startup};
use config::Input;
use exit::Exit;
use lang::Language;
use render::Records;
use shell::{Interrupts, Limits, Link, Manner, OnSignal, error_lines};
use std::sync::Arc;
use term::{Colour, Out, Surroundings, Terminals};

/// Runs the program. `on_signal` ends the process when a signal comes while a prompt
/// stands, or what is written is stuck.
pub fn run(cli: &Cli, on_signal: OnSignal) -> Exit {
    let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let surroundings = Surroundings::read(environment);
    let colour = match cli.looks.color {
        When::Auto => Colour::Auto,
        When::Always => Colour::Always,
        When::Never => Colour::Never,
    };
    let mut out = Out::new(Terminals::detect(), colour, surroundings);
    out.is_quiet = cli.script.quiet;
    if out.terminals.output && !cli.looks.no_pager {
        let is_there = |name: &str| config::is_program(name, &environment);
        out.pager = term::pager(&environment, is_there);
    }
    let mut looks = config::Looks::default();
    if matches!(cli.command, None | Some(Command::Doctor(_))) {
        looks = config::looks(&environment);
        out.images = plan::images(cli, &out, &looks, &environment);
    }
    if let Some(what) = cli.generate {
        return match what.text() {
            Ok(text) => printed(&out, &text),
            Err(error) => fail(&out, &error.to_string(), None, Exit::Server),
        };
    }
    match &cli.command {
        Some(Command::Batch(options)) => {
            match plan::of_batches(cli, &out, options.command.as_ref(), &environment) {
                Ok((desk, task)) => batch::run(&desk, task),
                Err(exit) => exit,
            }
        }
        Some(Command::Config(options)) => {
            let task = plan::config_task(options);
            configure::run(&out, &cli.flags(), &task, &environment)
        }
        Some(Command::Doctor(options)) => match plan::of_doctor(cli, &out, options, &environment) {
            Ok(case) => doctor::run(&case),
            Err(exit) => exit,
        },
        Some(Command::Help(options)) => help_on(&out, options.service.as_deref()),
        Some(Command::Sessions(options)) => {
            match plan::of_sessions(cli, &out, options.command.as_ref(), &environment) {
                Ok((desk, journal, task)) => sessions::run(&desk, &journal, task),
                Err(exit) => exit,
            }
        }
        Some(Command::Serve(options)) => serve(cli, &out, options, &environment),
        None => converse(cli, &out, looks, on_signal, &environment),
    }
}

type Environment<'a> = config::Environment<'a>;

/// The prompt, a script, or one after the other.
fn converse(
    cli: &Cli,
    out: &Out,
    looks: config::Looks,
    on_signal: OnSignal,
    environment: Environment<'_>,
) -> Exit {
    let theme = match plan::theme(cli, out, environment) {
        Ok(theme) => theme,
        Err(exit) => return exit,
    };
    let work = match Work::planned(cli, out, environment) {
        Ok(work) => work,
        Err(exit) => return exit,
    };
    if cli.dry_run {
        return dry_run(out, &work.plan);
    }
    if let Some((target, body)) = work.plan.request().filter(|_| cli.looks.verbose) {
        let body: Vec<&str> = body.lines().map(str::trim).collect();
        let told = format!("{target} {}", body.join(" "));
        out.note(&render::Line::faint(render::one_line(&told).into_owned()));
    }
    let mut link = match work.plan.clone().open(on_signal.clone()) {
        Ok(link) => link,
        Err(error) => return fail(out, &error.to_string(), None, Exit::Server),
    };
    link.may_be_python = work.is_default;
    let manner = Manner {
        format: cli.looks.format,
        header: !cli.looks.no_header,
        records: Records::default(),
        max_rows: cli.looks.max_rows,
        timing: false,
        statement_timeout: cli.script.statement_timeout,
        wait_at_most: None,
    };
    let mut desk = Desk::new(&mut link, out, Interrupts::Script, manner);
    desk.echoes.are_silent.set(cli.script.quiet);
    desk.pictures = config::picture_folder(environment);
    let case = work.case.clone();
    desk.doctor = Some(Arc::new(move |facts, stop| {
        doctor::run_inside(&case, &facts, stop)
    }));
    let wants_prompt = work.scripts.is_empty() || cli.stays();
    // Scripts that run alone are not to depend on whose they are.
    let folder = config::startup_folder(environment);
    let folder = folder.filter(|_| wants_prompt && !cli.no_startup);
    desk.startup = Startup::new(folder).with_files(work.plan.files.clone());
    let mut ended = script::Ended::from(Exit::Ok);
    if !work.scripts.is_empty() {
        ended = run_scripts(cli, &mut desk, &work);
    }
    let mut exit = ended.exit;
    let mut stays = false;
    let keep = work.plan.keep || (cli.script.keep_on_error && ended.has_failed());
    if keep {
        // The network thread ends the session where a signal comes while the prompt stands.
        desk.link.keep();
    }
    if wants_prompt && !ended.has_quit && matches!(exit, Exit::Ok | Exit::CodeFailed) {
        (exit, stays) = match prompt_language(desk.link, out, work.named, work.fallback) {
            Ok(language) => {
                let patience = plan::at_prompt(cli, work.plan.patience);
                desk.link.engine.be_patient(patience);
                let again = shell::Plan {
                    limits: Limits::default(),
                    keep,
                    patience,
                    ..work.plan
                };
                let options = repl::Options {
                    language,
                    state_folder: config::state_folder(environment),
                    profile: work.profile,
                    keep,
                    looks: plan::looks(theme, looks, out, environment),
                    comes_back: cli.session.as_deref() == Some(shell::LAST),
                    editor: environment("VISUAL")
                        .or_else(|| environment("EDITOR"))
                        .unwrap_or_else(|| "vi".to_owned()),
                    open: Box::new(move |wanted| {
                        let opened = again.clone().wanting(wanted)?.open(on_signal.clone());
                        opened.map_err(|error| error.to_string())
                    }),
                };
                let left = repl::run(desk, options);
                (left.exit, left.session_stays)
            }
            Err(exit) => (exit, false),
        };
    }
    let keep = keep || stays;
    let session = link.session_name().filter(|_| link.may_live());
    let command = link.about.command.clone();
    shell::leave(link, out, keep, exit);
    if let (Some(at), true, Some(session)) = (ended.stopped_at, keep, session)
        && let Some(file) = &at.file
    {
        let rest = plan::from(cli, file, at.line);
        out.note(&shell::from_line(&command, &session, &rest));
    }
    exit
}

/// What is to be done, once all that can be known before a request is known.
struct Work {
    scripts: Vec<script::Script>,
    plan: shell::Plan,
    /// The profile that is used.
    profile: Option<String>,
    /// What `:doctor` looks at.
    case: doctor::Case,
    /// The language that the command line or a file names.
    named: Option<Language>,
    /// What runs in a session that has no language of its own, and the kind of one that we make.
    fallback: Language,
    /// Whether nobody has chosen a language.
    is_default: bool,
}

impl Work {
    /// Whatever is wrong is told before anything is asked of the network.
    fn planned(cli: &Cli, out: &Out, environment: Environment<'_>) -> Result<Work, Exit> {
        let mut inputs = cli.inputs();
        // Standard input that is no terminal is a script, unless something else is to be run.
        if inputs.is_empty() && !out.terminals.input {
            inputs.push(Input::Stdin);
        }
        let unreadable = |unreadable: &script::Unreadable| {
            script::tell_unreadable(out, unreadable);
            Exit::Usage
        };
        // A URL that is no server's is no file either, and may hold a password.
        for input in &inputs {
            if let Input::File(path) = input
                && let Some(url) = path.to_str().filter(|text| text.contains("://"))
            {
                livy::check_url(url).map_err(|error| {
                    fail(out, &error.to_string(), Some(error.hint()), Exit::Usage)
                })?;
            }
        }
        // A wrong name is told before a wrong server.
        script::check(&inputs).map_err(|error| unreadable(&error))?;
        let settings = plan::settings(cli, out, environment)?;
        let scripts = script::read(&inputs).map_err(|error| unreadable(&error))?;
        let usage = |reason: String| fail(out, &reason, None, Exit::Usage);
        let named = cli
            .lang
            .or(scripts.iter().find_map(script::Script::language));
        let is_default = named.is_none() && settings.language.is_none() && cli.session.is_none();
        let fallback = match cli.session.is_none() || cli.create {
            true => named.or(settings.language),
            false => settings.language,
        }
        .unwrap_or(Language::Scala);
        let profile = settings.profile.clone();
        let case = plan::doctor_inside(cli, out, &settings, environment);
        let plan = plan::plan(cli, settings, fallback, out, environment).map_err(usage)?;
        if let (Some(line), Some(script)) = (cli.script.from, scripts.last())
            && !script.has_line(line)
        {
            return Err(usage(format!("{} has no line {line}", script.name())));
        }
        Ok(Work {
            scripts,
            plan,
            profile,
            case,
            named,
            fallback,
            is_default,
        })
    }
}

fn run_scripts(cli: &Cli, desk: &mut Desk<'_>, work: &Work) -> script::Ended {
    let options = script::Options {
        language: cli.lang,
        fallback: work.fallback,
        keep_going: cli.script.keep_going,
        arguments: cli.arguments().map(<[String]>::to_vec),
        echo: cli.script.echo,
        from: cli.script.from,
    };
    let ended = script::run(desk, &work.scripts, &options);
    if ended.exit == Exit::TimedOut && ended.stopped_at.is_none() {
        let told = "the run did not end within --timeout";
        fail(desk.out, told, None, ended.exit);
    }
    ended
}

/// Shows the request that would create the session.
fn dry_run(out: &Out, plan: &shell::Plan) -> Exit {
    match plan.request() {
        Some((target, body)) => show_request(out, &target, &body),
        None => fail(
            out,
            "-s attaches to a session: nothing would be created",
            None,
            Exit::Usage,
        ),
    }
}

fn show_request(out: &Out, target: &str, body: &str) -> Exit {
    out.note(&render::Line::faint(target));
    printed(out, body)
}

fn printed(out: &Out, text: &str) -> Exit {
    match out.data(text) {
        Ok(()) => Exit::Ok,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::OutputClosed,
        Err(error) => fail(out, &error.to_string(), None, Exit::Server),
    }
}

/// The prompt's language: as asked for, else that of the session it attaches to. Only that is
/// waited for: a prompt of the wrong language would run code in it.
fn prompt_language(
    link: &mut Link,
    out: &Out,
    named: Option<Language>,
    fallback: Language,
) -> Result<Language, Exit> {
    match named {
        Some(language) => Ok(language),
        None => link.language(out, fallback),
    }
}

fn serve(cli: &Cli, out: &Out, serve: &Serve, environment: Environment<'_>) -> Exit {
    let named = serve.token_env.as_deref();
    let token = match named.map(|name| (name, environment(name))) {
        None => None,
        Some((_, Some(token))) => Some(token),
        Some((name, None)) => {
            let message = format!("the environment variable {name} is not set");
            return fail(out, &message, None, Exit::Usage);
        }
    };
    let cache = match plan::cache_folder(environment) {
        Ok(cache) => cache,
        Err(reason) => return fail(out, &reason, None, Exit::Usage),
    };
    let mut allowed_folders = Vec::new();
    for folder in &serve.allow_dir {
        match folder.canonicalize() {
            Ok(folder) => allowed_folders.push(folder),
            Err(error) => {
                let message = format!("{}: {error}", folder.display());
                return fail(out, &message, None, Exit::Usage);
            }
        }
    }
    let search = match plan::search(cli, environment, cache.clone()) {
        Ok(search) => search,
        Err(reason) => return fail(out, &reason, None, Exit::Usage),
    };
    let options = local::Options {
        host: serve.host,
        port: serve.port,
        token,
        token_variable: serve.token_env.clone(),
        strict: serve.strict,
        csrf_protection: serve.csrf_protection,
        allowed_folders,
        tuning: plan::tuning(cli),
        ..local::Options::new(cache)
    };
    serve::run(out, &search, &options)
}

/// A service's page, or what `--help` says.
fn help_on(out: &Out, service: Option<&str>) -> Exit {
    let text = match service.map(|name| (name, help::page(name))) {
        None => Cli::help(),
        Some((_, Some(page))) => page.text.to_owned(),
        Some((name, None)) => {
            let told = format!("there is no page about “{}”", render::one_line(name));
            let hint = format!("there are {}", help::names());
            return fail(out, &told, Some(&hint), Exit::Usage);
        }
    };
    printed(out, &text)
}

/// Says what went wrong and what to try.
fn fail(out: &Out, message: &str, hint: Option<&str>, exit: Exit) -> Exit {
    for line in error_lines(message, hint) {
        out.note(&line);
    }
    exit
}
