//! The command line.

mod batch;
mod config;
mod doctor;
mod generate;
mod sessions;
mod spark;
mod values;
mod words;

pub use batch::{Batch, BatchCommand, Submit};
pub use config::{Config, ConfigCommand};
pub use doctor::Doctor;
pub use generate::Generate;
pub use sessions::{Sessions, SessionsCommand, Stop};
pub use spark::{Master, SparkOptions};

use crate::config::{AuthKind, Flags, Images, Input, SparkGiven, Target, duration};
use crate::lang::Language;
use crate::render::Format;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use values::{format, images, language};

/// A remote spark-shell and pyspark: a prompt for every server that speaks the Apache Livy API.
#[derive(Debug, Parser)]
#[command(
    name = "livysh",
    version,
    args_conflicts_with_subcommands = false,
    disable_help_subcommand = true
)]
#[command(
    override_usage = "livysh [OPTIONS] [URL] [FILE [ARG]...]\n       livysh batch [COMMAND]\n       livysh config [COMMAND]\n       livysh doctor [OPTIONS] [URL]\n       livysh help [SERVICE]\n       livysh serve [OPTIONS]\n       livysh sessions [COMMAND]"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub connection: Connection,

    /// Language of the prompt or script; else the file's extension, the session's kind, scala
    #[arg(short, long, value_name = "LANG", value_parser = language)]
    pub lang: Option<Language>,

    /// Run CODE and exit; may be repeated
    #[arg(short, long, value_name = "CODE", action = ArgAction::Append)]
    execute: Vec<String>,

    /// Run FILE and exit; may be repeated; - is standard input
    #[arg(short, long, value_name = "FILE", action = ArgAction::Append)]
    file: Vec<PathBuf>,

    /// Run FILE, then give a prompt; may be repeated
    #[arg(short, visible_short_alias = 'I', value_name = "FILE", action = ArgAction::Append)]
    interactive: Vec<PathBuf>,

    /// Use an existing session; last is the one that was used last on the server
    #[arg(short, long, value_name = "ID|NAME|last")]
    pub session: Option<String>,

    /// With -s NAME: make a session of that name where there is none; it stays at the end
    #[arg(long, requires = "session", conflicts_with = "name")]
    pub create: bool,

    /// Name the new session LABEL-xxxxxxxx, not livysh-xxxxxxxx
    #[arg(long, value_name = "LABEL")]
    pub name: Option<String>,

    /// Leave the new session running at the end
    #[arg(long)]
    pub keep: bool,

    /// Have the server end the new session when it has not heard of livysh for so long; 0: not
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub heartbeat: Option<Duration>,

    /// Have the server end the new session after so long (before Livy 0.9: when it was idle for so long)
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub ttl: Option<Duration>,

    /// Have the server end the new session when it was idle for so long (Livy 0.9)
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub idle_timeout: Option<Duration>,

    /// Print the request that would create the session or batch, and send nothing
    #[arg(long, global = true)]
    pub dry_run: bool,

    /// Print what goes with an installation: completions of a shell, or the page of the manual
    #[arg(long, value_name = "WHAT")]
    pub generate: Option<Generate>,

    /// Leave out startup.scala and startup.py of the configuration folder
    #[arg(long)]
    pub no_startup: bool,

    #[command(flatten)]
    pub script: ScriptOptions,

    #[command(flatten)]
    pub looks: Looks,

    #[command(flatten)]
    pub spark: SparkOptions,

    /// A script to run, - is standard input; what follows is the script's own
    #[arg(value_name = "FILE")]
    file_to_run: Option<PathBuf>,

    #[arg(
        value_name = "ARG",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    arguments: Vec<String>,

    /// What `-i`, `-f` and `-e` name, in the order of the command line.
    #[arg(skip)]
    named: Vec<Input>,
}

/// How a script is run and ends.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Scripts")]
pub struct ScriptOptions {
    /// Go on after an error, which the exit code tells all the same; the next statement is sent while one runs
    #[arg(long)]
    pub keep_going: bool,

    /// After an error leave the session that was made, and tell how to go on in it
    #[arg(long)]
    pub keep_on_error: bool,

    /// Begin at the statement on this line of FILE
    #[arg(long, value_name = "LINE")]
    pub from: Option<usize>,

    /// Show each statement with its prompt before its result
    #[arg(long)]
    pub echo: bool,

    /// Only what the code printed, and results of SQL; nothing of what goes on
    #[arg(short, long, global = true)]
    pub quiet: bool,

    /// End the whole run after so long, such as 90s, 15m or 2h
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,

    /// Cancel a statement that runs for so long
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub statement_timeout: Option<Duration>,

    /// Give up a session that has not started after so long
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub start_timeout: Option<Duration>,

    /// Wait so long for a server that cannot be reached; else 10m in scripts, for ever at a prompt
    #[arg(long, value_name = "DURATION", value_parser = duration, global = true)]
    pub retry_for: Option<Duration>,
}

/// How results are shown, and what is told beside them.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Results")]
pub struct Looks {
    /// How results of SQL are written; json also of sessions, batches and doctor
    #[arg(
        short = 'o',
        long,
        value_name = "FORMAT",
        default_value = "text",
        value_parser = format,
        global = true
    )]
    pub format: Format,

    /// Ask for up to N rows of an SQL result (new sessions)
    #[arg(long, value_name = "N")]
    pub max_rows: Option<u64>,

    /// Leave out the line of column names
    #[arg(long)]
    pub no_header: bool,

    /// Print results that are longer than the screen as they are; else LIVYSH_PAGER, PAGER or less has
    /// them at a prompt
    #[arg(long)]
    pub no_pager: bool,

    /// Colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,

    /// The colours of code at the prompt; :theme shows them all
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,

    /// What becomes of pictures: auto draws them in the way that the terminal has, else saves them
    #[arg(long, value_name = "HOW", value_parser = images())]
    pub images: Option<Images>,

    /// Tell every request on standard error
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Connection {
    /// The Livy server, such as http://host:8998; also LIVYSH_URL
    #[arg(short, long, value_name = "URL", global = true)]
    url: Option<String>,

    /// A server named in config.toml; also LIVYSH_PROFILE
    #[arg(short, long, value_name = "NAME", global = true)]
    profile: Option<String>,

    /// How the server's service differs: livy, hdinsight, synapse, fabric, knox, emr-serverless or
    /// lighter; else it is known by its URL
    #[arg(long, value_name = "NAME", global = true)]
    preset: Option<String>,

    /// A Spark on this machine, installed if need be
    #[arg(long)]
    local: bool,

    /// How to sign on; passwords and tokens come from LIVYSH_PASSWORD and LIVYSH_TOKEN
    #[arg(long, value_name = "HOW", global = true)]
    auth: Option<Sign>,

    /// Who signs on
    #[arg(long, value_name = "USER", global = true)]
    user: Option<String>,

    /// A file of certificates, PEM, that are trusted beside the system's
    #[arg(long, value_name = "FILE", global = true)]
    ca_file: Option<PathBuf>,

    /// Go through a proxy: http, https, socks5 or socks5h; its password in LIVYSH_PROXY_PASSWORD
    #[arg(long, value_name = "URL", global = true)]
    proxy: Option<String>,

    /// Believe whoever answers: anybody on the way can read and change everything
    #[arg(long, global = true)]
    insecure: bool,

    /// Start a local Spark without this; may be repeated
    #[arg(long, value_name = "SHORTCUT", global = true, action = ArgAction::Append)]
    without: Vec<Shortcut>,

    /// The Python of a local Spark
    #[arg(long, value_name = "EXE", global = true)]
    pub python: Option<PathBuf>,

    /// The version of a local Spark, such as 3.5 or 4; else what its Python allows
    #[arg(long, value_name = "VERSION", global = true)]
    pub spark: Option<String>,
}

/// What makes a local Spark start faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shortcut {
    /// Java's first compiler alone
    QuickCompiler,
    /// An archive of loaded classes
    Archive,
    /// Scala and SQL made ready beforehand
    Prewarm,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Files that run in drivers of their own: submit, list, show, log, stop
    Batch(Batch),
    /// What is set and by whom: show, path, init, add, use
    Config(Config),
    /// The way to a server, step by step: what is set, reached, believed, accepted; what to do
    Doctor(Doctor),
    /// A page about a service: a profile to paste, how to sign on, known limits
    Help(Help),
    /// What runs on a server: list, show, log, stop
    Sessions(Sessions),
    /// Serve the Livy API over a local Spark, for any Livy client
    Serve(Serve),
}

#[derive(Debug, Args)]
pub struct Help {
    /// livy, cloudera, hdinsight, synapse, fabric, emr, emr-serverless, dataproc, knox or lighter
    #[arg(value_name = "SERVICE")]
    pub service: Option<String>,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// The port; 0 for a free one
    #[arg(long, default_value_t = 8998)]
    pub port: u16,

    /// The address to listen on; whoever reaches it can run code on this machine
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub host: IpAddr,

    /// Ask every client for the bearer token in this environment variable
    #[arg(long, value_name = "NAME")]
    pub token_env: Option<String>,

    /// Behave as Apache Livy does, also where that is worse
    #[arg(long)]
    pub strict: bool,

    /// Let requests name local files below DIR and nowhere else; may be repeated
    #[arg(long, value_name = "DIR", action = ArgAction::Append)]
    pub allow_dir: Vec<PathBuf>,

    /// Refuse changes without the header X-Requested-By
    #[arg(long)]
    pub csrf_protection: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sign {
    None,
    Basic,
    Bearer,
    /// The ticket that kinit has left
    #[value(alias = "spnego")]
    Kerberos,
    /// Keys of AWS, which sign each request
    #[value(alias = "aws")]
    Sigv4,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

impl Cli {
    /// Parses the command line; an error also stands for `--help` and `--version`.
    pub fn parse_from(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
        let mut command = Cli::command();
        command.build();
        let words = words::prepared(&command, arguments);
        let matches = command.try_get_matches_from(words)?;
        let mut cli = Cli::from_arg_matches(&matches)?;
        let mut named: Vec<(usize, Input)> = Vec::new();
        let indices = |id: &str| matches.indices_of(id).into_iter().flatten();
        let files = |id, paths: &[PathBuf]| -> Vec<(usize, Input)> {
            indices(id)
                .zip(paths.iter().map(|path| file(path)))
                .collect()
        };
        named.extend(files("interactive", &cli.interactive));
        named.extend(files("file", &cli.file));
        let code = cli.execute.iter().cloned().map(Input::Code);
        named.extend(indices("execute").zip(code));
        named.sort_by_key(|(index, _)| *index);
        cli.named = named.into_iter().map(|(_, input)| input).collect();
        Ok(cli)
    }

    /// What `--help` prints.
    pub fn help() -> String {
        Cli::command().render_long_help().to_string()
    }

    pub fn flags(&self) -> Flags {
        let connection = &self.connection;
        let by_master = self.master();
        let (spark, _) = self.spark_options();
        let url = match by_master {
            Some(Master::Server(url)) => Some(url.to_owned()),
            Some(Master::Local | Master::PassedOver) | None => connection.url.clone(),
        };
        Flags {
            url,
            profile: connection.profile.clone(),
            preset: connection.preset.clone(),
            local: connection.local || by_master == Some(Master::Local),
            auth: connection.auth.map(|how| match how {
                Sign::None => AuthKind::None,
                Sign::Basic => AuthKind::Basic,
                Sign::Bearer => AuthKind::Bearer,
                Sign::Kerberos => AuthKind::Spnego,
                Sign::Sigv4 => AuthKind::Sigv4,
            }),
            user: connection.user.clone(),
            principal: spark.principal.clone(),
            keytab: spark.keytab.as_ref().map(PathBuf::from),
            ca_file: connection.ca_file.clone(),
            proxy: connection.proxy.clone(),
            insecure: connection.insecure,
        }
    }

    /// The options of Spark that hold: those of what is submitted stand behind that.
    fn spark_options(&self) -> (&SparkOptions, Target) {
        match &self.command {
            Some(Command::Batch(Batch {
                command: Some(BatchCommand::Submit(submit)),
            })) => (&submit.spark, Target::Batch),
            Some(
                Command::Batch(_)
                | Command::Config(_)
                | Command::Doctor(_)
                | Command::Help(_)
                | Command::Serve(_)
                | Command::Sessions(_),
            )
            | None => (&self.spark, Target::Session),
        }
    }

    /// What a `--master` is.
    pub fn master(&self) -> Option<Master<'_>> {
        let connection = &self.connection;
        let is_placed =
            connection.url.is_some() || connection.profile.is_some() || connection.local;
        let (options, target) = self.spark_options();
        let master = options.master_for(target);
        master.map(|master| {
            if is_placed {
                Master::PassedOver
            } else {
                master
            }
        })
    }

    /// What is said of Spark.
    pub fn spark_given(&self) -> SparkGiven {
        let (options, _) = self.spark_options();
        options.given(self.master() == Some(Master::PassedOver))
    }

    /// What to run: `-i`, `-f` and `-e` in their order, then FILE.
    pub fn inputs(&self) -> Vec<Input> {
        let script = self.file_to_run.iter().map(|path| file(path));
        self.named.iter().cloned().chain(script).collect()
    }

    /// What follows FILE, which is its own.
    pub fn arguments(&self) -> Option<&[String]> {
        self.file_to_run.as_ref().map(|_| self.arguments.as_slice())
    }

    /// Whether a local Spark is to be started with this.
    pub fn takes(&self, shortcut: Shortcut) -> bool {
        !self.connection.without.contains(&shortcut)
    }

    /// Whether a prompt is wanted after the inputs have run.
    pub fn stays(&self) -> bool {
        !self.interactive.is_empty()
    }
}

fn file(path: &Path) -> Input {
    match path.to_str() {
        Some("-") => Input::Stdin,
        _ => Input::File(path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Cli {
        let words = std::iter::once("livysh").chain(line.split_whitespace());
        Cli::parse_from(words.map(OsString::from)).unwrap()
    }

    #[test]
    fn the_definition_holds() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_url_may_stand_anywhere() {
        for line in [
            "http://h -l python",
            "-l python http://h",
            "--url http://h -l python",
        ] {
            let cli = parse(line);
            assert_eq!(cli.flags().url.as_deref(), Some("http://h"), "{line}");
            assert_eq!(cli.lang, Some(Language::Python));
        }
        let cli = parse("http://h job.py");
        assert_eq!(cli.inputs(), [Input::File("job.py".into())]);
        assert_eq!(
            parse("-vu http://h").flags().url.as_deref(),
            Some("http://h")
        );
        assert_eq!(
            parse("--local -e http://h").inputs(),
            [Input::Code("http://h".into())]
        );
    }

    #[test]
    fn what_follows_the_script_is_its_own() {
        for (line, options) in [
            ("http://h -l sql job.py -l x --local http://o -- y", true),
            (
                "-ql sql --timeout 5m -- job.py -l x --local http://o -- y",
                false,
            ),
        ] {
            let cli = parse(line);
            assert_eq!(cli.inputs(), [Input::File("job.py".into())], "{line}");
            let own = ["-l", "x", "--local", "http://o", "--", "y"].map(str::to_owned);
            assert_eq!(cli.arguments(), Some(&own[..]), "{line}");
            assert_eq!(cli.lang, Some(Language::Sql));
            assert_eq!(cli.flags().url.is_some(), options, "{line}");
        }
        let stdin = parse("--local - a");
        assert_eq!(stdin.inputs(), [Input::Stdin]);
        assert_eq!(stdin.arguments(), Some(&["a".to_owned()][..]));
        assert_eq!(parse("--local -e 1").arguments(), None);
    }

    #[test]
    fn inputs_keep_their_order() {
        let cli = parse("--local -e 1 -f a.py -f - -e 2 b.py");
        let code = |text: &str| Input::Code(text.to_owned());
        assert_eq!(
            cli.inputs(),
            [
                code("1"),
                Input::File("a.py".into()),
                Input::Stdin,
                code("2"),
                Input::File("b.py".into()),
            ]
        );
        assert!(!cli.stays() && parse("--local -i a.py").stays() && parse("-I a.scala").stays());
    }

    #[test]
    fn what_follows_the_file_of_a_batch_is_its_own() {
        let submit = |line: &str| match parse(line).command {
            Some(Command::Batch(Batch {
                command: Some(BatchCommand::Submit(submit)),
            })) => submit,
            other => panic!("{other:?}"),
        };
        let given = submit("batch submit --wait --conf a=b /jobs/a.py --conf c --wait -- x");
        assert_eq!((given.file.as_str(), given.wait), ("/jobs/a.py", true));
        assert_eq!(given.arguments, ["--conf", "c", "--wait", "--", "x"]);
        assert_eq!(given.spark.conf, ["a=b"]);
        let url = submit("-p x batch submit -q --jars a,b --class C https://h/a.jar");
        assert_eq!(url.file, "https://h/a.jar");
        assert_eq!(url.spark.jars, ["a", "b"]);
        let cli = parse("batch log 3 --follow --url http://h");
        assert_eq!(cli.flags().url.as_deref(), Some("http://h"));
        assert!(matches!(
            cli.command,
            Some(Command::Batch(Batch {
                command: Some(BatchCommand::Log { follow: true, .. })
            }))
        ));
        let none = parse("http://h batch -v");
        assert!(none.looks.verbose && none.flags().url.is_some());
        assert!(matches!(
            none.command,
            Some(Command::Batch(Batch { command: None }))
        ));
    }

    #[test]
    fn serve_has_a_port() {
        let Some(Command::Serve(serve)) = parse("serve --port 0").command else {
            panic!()
        };
        assert!(serve.port == 0 && serve.host.is_loopback());
        assert_eq!(
            parse("serve --python p").connection.python,
            Some("p".into())
        );
        let spark = |line: &str| parse(line).connection.spark;
        assert_eq!(spark("serve --spark 4"), Some("4".to_owned()));
        assert_eq!(spark("--local --spark 3.5"), Some("3.5".to_owned()));
    }
}
