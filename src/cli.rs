//! The command line.

use crate::config::{AuthKind, Flags, Input};
use crate::lang::Language;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// A remote spark-shell and pyspark: a prompt for every server that speaks the Apache Livy API.
#[derive(Debug, Parser)]
#[command(name = "livysh", version, args_conflicts_with_subcommands = false)]
#[command(override_usage = "livysh [OPTIONS] [URL] [FILE]\n       livysh serve [OPTIONS]")]
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

    /// Use an existing session
    #[arg(short, long, value_name = "ID|NAME")]
    pub session: Option<String>,

    /// Name the new session LABEL-xxxxxxxx
    #[arg(long, value_name = "LABEL")]
    pub name: Option<String>,

    /// Leave the new session running at the end
    #[arg(long)]
    pub keep: bool,

    /// Go on after an error; the exit code tells of it all the same
    #[arg(long)]
    pub keep_going: bool,

    /// Leave out startup.scala and startup.py of the configuration folder
    #[arg(long)]
    pub no_startup: bool,

    /// Ask for up to N rows of an SQL result (new sessions)
    #[arg(long, value_name = "N")]
    pub max_rows: Option<u64>,

    /// Colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,

    /// A script to run; - is standard input
    #[arg(value_name = "FILE")]
    script: Option<PathBuf>,

    /// What `-i`, `-f` and `-e` name, in the order of the command line.
    #[arg(skip)]
    named: Vec<Input>,
}

#[derive(Debug, Clone, Args)]
pub struct Connection {
    /// The Livy server, such as http://host:8998; also LIVYSH_URL
    #[arg(short, long, value_name = "URL", global = true)]
    url: Option<String>,

    /// A server named in config.toml; also LIVYSH_PROFILE
    #[arg(short, long, value_name = "NAME", global = true)]
    profile: Option<String>,

    /// A Spark on this machine, installed if need be
    #[arg(long)]
    local: bool,

    /// How to sign on; passwords and tokens come from LIVYSH_PASSWORD and LIVYSH_TOKEN
    #[arg(long, value_name = "HOW", global = true)]
    auth: Option<Sign>,

    /// Who signs on
    #[arg(long, value_name = "USER", global = true)]
    user: Option<String>,

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
    /// Serve the Livy API over a local Spark, for any Livy client
    Serve(Serve),
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
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

fn language(name: &str) -> Result<Language, String> {
    Language::from_name(name).ok_or_else(|| "it is one of scala, python, sql, r".to_owned())
}

impl Cli {
    /// Parses the command line; an error also stands for `--help` and `--version`.
    pub fn parse_from(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
        let matches = Cli::command().try_get_matches_from(with_url_option(arguments))?;
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

    pub fn flags(&self) -> Flags {
        let connection = &self.connection;
        Flags {
            url: connection.url.clone(),
            profile: connection.profile.clone(),
            local: connection.local,
            auth: connection.auth.map(|how| match how {
                Sign::None => AuthKind::None,
                Sign::Basic => AuthKind::Basic,
                Sign::Bearer => AuthKind::Bearer,
            }),
            user: connection.user.clone(),
        }
    }

    /// What to run: `-i`, `-f` and `-e` in their order, then FILE.
    pub fn inputs(&self) -> Vec<Input> {
        let script = self.script.iter().map(|path| file(path));
        self.named.iter().cloned().chain(script).collect()
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

/// A positional `http…` is a URL wherever it stands.
fn with_url_option(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    const TAKES_URL: [&str; 2] = ["-u", "--url"];
    const TAKES_TEXT: [&str; 2] = ["-e", "--execute"];
    let mut given: Vec<OsString> = Vec::new();
    let mut named = false;
    for argument in arguments {
        let is_url = argument
            .to_str()
            .is_some_and(|text| text.starts_with("http://") || text.starts_with("https://"));
        let takes = given
            .last()
            .and_then(|before| before.to_str())
            .is_some_and(|before| TAKES_URL.contains(&before) || TAKES_TEXT.contains(&before));
        if is_url && !takes && !named {
            named = true;
            given.push("--url".into());
        }
        given.push(argument);
    }
    given
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
            parse("--local -e http://h").inputs(),
            [Input::Code("http://h".into())]
        );
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
