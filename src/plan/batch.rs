//! What of the command line is for `livysh batch`.

use super::remote::check_format;
use crate::cli::{BatchCommand, Cli, Shortcut, SparkOptions};

/// Options that would be taken in silence and do nothing.
pub fn check(cli: &Cli, command: &BatchCommand) -> Result<(), String> {
    let (script, looks) = (&cli.script, &cli.looks);
    let is_listed = matches!(
        command,
        BatchCommand::List | BatchCommand::Show { .. } | BatchCommand::Submit(_)
    );
    let shortcuts = [
        Shortcut::QuickCompiler,
        Shortcut::Archive,
        Shortcut::Prewarm,
    ];
    let refusals = [
        (
            cli.spark != SparkOptions::default() || cli.name.is_some(),
            "--conf, --name, --jars and the like of a batch stand behind submit",
        ),
        (
            !cli.inputs().is_empty(),
            "-e, -f, -i and FILE run in a session: a batch takes its file behind submit",
        ),
        (
            cli.session.is_some() || cli.create,
            "-s and --create are for sessions: a batch has a driver of its own",
        ),
        (
            cli.keep || script.keep_on_error,
            "--keep and --keep-on-error are for sessions: a batch goes on by itself",
        ),
        (
            cli.heartbeat.is_some() || cli.ttl.is_some() || cli.idle_timeout.is_some(),
            "--heartbeat, --ttl and --idle-timeout are for sessions: a batch ends with its file",
        ),
        (
            cli.lang.is_some(),
            "-l is for sessions: the file of a batch tells its language",
        ),
        (
            looks.max_rows.is_some() || looks.no_header,
            "--max-rows and --no-header are for results of SQL: a batch has none",
        ),
        (
            check_format(looks.format, is_listed).is_err(),
            "-o json is for list, show and submit of batches: there is no other",
        ),
        (
            script.timeout.is_some(),
            "--timeout is for scripts: a batch goes on by itself, and batch stop ends it",
        ),
        (
            script.statement_timeout.is_some() || script.start_timeout.is_some(),
            "--statement-timeout and --start-timeout are for sessions: batch stop ends a batch",
        ),
        (
            script.keep_going || script.from.is_some() || script.echo,
            "--keep-going, --from and --echo are for scripts: the driver runs the file of a batch",
        ),
        (
            cli.no_startup,
            "--no-startup is for sessions: a batch runs its file alone",
        ),
        (
            cli.connection.python.is_some()
                || cli.connection.spark.is_some()
                || shortcuts.iter().any(|shortcut| !cli.takes(*shortcut)),
            "--python, --spark and --without are for a local Spark: a batch runs on a Livy server",
        ),
        (
            cli.dry_run && !matches!(command, BatchCommand::Submit(_)),
            "--dry-run is for what would be created: submit",
        ),
    ];
    match refusals.iter().find(|(is_given, _)| *is_given) {
        Some((_, told)) => Err((*told).to_owned()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Command;

    fn checked(line: &str) -> Result<(), String> {
        let words = ["livysh"].into_iter().chain(line.split_whitespace());
        let cli = Cli::parse_from(words.map(Into::into)).unwrap();
        let Some(Command::Batch(batch)) = &cli.command else {
            panic!("{line}: no batch");
        };
        check(&cli, batch.command.as_ref().unwrap_or(&BatchCommand::List))
    }

    #[test]
    fn what_does_nothing_for_a_batch_is_refused() {
        for options in [
            "--conf a=b",
            "--name a",
            "--jars a",
            "--ttl 9s",
            "-e 1",
            "-f a.py",
            "-i a.py",
            "-s a",
            "-s a --create",
            "--keep",
            "--keep-on-error",
            "--heartbeat 90s",
            "-l python",
            "-o csv",
            "--max-rows 9",
            "--no-header",
            "--timeout 9s",
            "--statement-timeout 9s",
            "--start-timeout 9s",
            "--keep-going",
            "--from 3",
            "--echo",
            "--no-startup",
            "--spark 4",
            "--python python3",
            "--without archive",
        ] {
            let told = checked(&format!("{options} batch submit /a.py")).unwrap_err();
            let option = options.split(' ').next().unwrap();
            assert!(told.contains(option), "{options}: {told}");
        }
        assert!(checked("--dry-run batch list").is_err());
        for line in [
            "batch",
            "--url http://h -q -v --retry-for 9s batch list",
            "--dry-run -p a batch submit --name a --conf a=b /a.py -s b",
        ] {
            assert_eq!(checked(line), Ok(()), "{line}");
        }
    }
}
