//! A program that prints a secret: `az`, `gcloud`, `aws`, `cdp`, `pass`, `vault` and the like.

use super::expiry::Unit;
use super::pointers::Pointers;
use super::secret::{SHORTEST_CONCEALED, Secret};
use std::pin::pin;
use std::process::{Output, Stdio};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

/// Who asks the person for a login in a browser takes long; who waits for a lost network, longer.
const LONGEST: Duration = Duration::from_secs(120);
/// For what it has written to come through its pipes, once it has ended.
const GRACE: Duration = Duration::from_secs(1);
/// So much of what it says is told.
const MOST_TOLD: usize = 600;
/// What is run, and where in its output the secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The program and its arguments; no shell reads them.
    pub words: Vec<String>,
    /// A JSON pointer to the secret; without one the output is the secret, or an object with a token
    /// where programs usually put it.
    pub secret: Option<String>,
    /// A JSON pointer to the user's name.
    pub user: Option<String>,
    /// A JSON pointer to a second secret, which some secrets have beside them.
    pub session: Option<String>,
    /// A JSON pointer to the time until which it holds.
    pub until: Option<String>,
    pub unit: Unit,
}

/// What a program has printed, or a service has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Printed {
    pub(super) secret: Secret,
    pub(super) user: Option<String>,
    pub(super) session: Option<Secret>,
    pub(super) until: Option<SystemTime>,
}

/// Why there is no secret; in the program's own words, where it has some.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    #[error("{name} cannot be run: {reason}")]
    NotRun { name: String, reason: String },
    #[error("{name} failed ({status}): {said}")]
    Failed {
        name: String,
        status: String,
        said: String,
    },
    #[error("{name} did not end within {} s", LONGEST.as_secs())]
    TooSlow { name: String },
    #[error("{name} printed {found}")]
    Odd { name: String, found: String },
}

impl Program {
    fn name(&self) -> String {
        self.words.first().cloned().unwrap_or_default()
    }

    /// Runs it once. What it says goes through `conceal`.
    pub(super) async fn run(
        &self,
        conceal: &(dyn Fn(String) -> String + Sync),
    ) -> Result<Printed, ProgramError> {
        let name = self.name();
        let mut command = Command::new(&name);
        command
            .args(self.words.iter().skip(1))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let output = match tokio::time::timeout(LONGEST, output(command)).await {
            Err(_) => return Err(ProgramError::TooSlow { name }),
            Ok(Err(error)) => {
                let reason = error.to_string();
                return Err(ProgramError::NotRun { name, reason });
            }
            Ok(Ok(output)) => output,
        };
        if !output.status.success() {
            let printed = String::from_utf8_lossy(&output.stdout);
            let said = String::from_utf8_lossy(&output.stderr);
            // Before it is shortened: half a secret is not found.
            let said = conceal(self.without_secret(&said, &printed));
            return Err(ProgramError::Failed {
                name,
                status: output.status.to_string(),
                said: end_of(&said),
            });
        }
        let odd = |found: &str| ProgramError::Odd {
            name: self.name(),
            found: found.to_owned(),
        };
        let text = String::from_utf8(output.stdout).map_err(|_| odd("no text"))?;
        self.read(&text, SystemTime::now())
            .map_err(|found| odd(&found))
    }

    /// What it said, where that repeats what it printed.
    fn without_secret(&self, said: &str, printed: &str) -> String {
        let read = self.read(printed, SystemTime::now()).ok();
        let secret = read.iter().flat_map(|read| {
            let session = read.session.as_ref();
            std::iter::once(&read.secret)
                .chain(session)
                .map(Secret::reveal)
        });
        let lines = printed.lines().map(str::trim);
        let mut hidden: Vec<&str> = secret
            .chain(lines)
            .filter(|text| text.len() >= SHORTEST_CONCEALED)
            .collect();
        // One may hold another.
        hidden.sort_by_key(|text| std::cmp::Reverse(text.len()));
        let said = said.to_owned();
        hidden
            .iter()
            .fold(said, |said, hidden| said.replace(hidden, "***"))
    }

    /// What it printed is never told: it may hold the secret.
    fn read(&self, text: &str, now: SystemTime) -> Result<Printed, String> {
        let pointers = Pointers {
            secret: self.secret.as_deref(),
            user: self.user.as_deref(),
            session: self.session.as_deref(),
            until: self.until.as_deref(),
            unit: self.unit,
        };
        pointers.read(text, now)
    }
}

/// Runs a program to its end. What it leaves running may hold its pipes for ever: what comes through
/// them is waited for a little longer, and then taken as it is.
async fn output(mut command: Command) -> std::io::Result<Output> {
    let mut child = command.spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let status = {
        let mut reading = pin!(async {
            tokio::join!(drain(out, &mut stdout), drain(err, &mut stderr));
        });
        let mut is_read = false;
        let status = loop {
            tokio::select! {
                status = child.wait() => break status?,
                () = &mut reading, if !is_read => is_read = true,
            }
        };
        if !is_read {
            tokio::time::timeout(GRACE, reading).await.ok();
        }
        status
    };
    Ok(Output {
        status,
        stdout,
        stderr,
    })
}

/// Reads a pipe to its end; what was read is kept where that is not waited for.
async fn drain(pipe: Option<impl AsyncRead + Unpin>, text: &mut Vec<u8>) {
    if let Some(mut pipe) = pipe {
        while pipe.read_buf(text).await.is_ok_and(|size| size > 0) {}
    }
}

/// The last words, without what some programs colour them with.
fn end_of(text: &str) -> String {
    let text = text.trim();
    let start = text
        .char_indices()
        .rev()
        .nth(MOST_TOLD)
        .map_or(0, |(at, _)| at);
    match &text[start..] {
        "" => "it said nothing".to_owned(),
        end => end.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    fn program(secret: Option<&str>) -> Program {
        Program {
            words: vec!["az".to_owned()],
            secret: secret.map(str::to_owned),
            user: None,
            session: None,
            until: None,
            unit: Unit::Auto,
        }
    }

    fn secret(program: &Program, text: &str) -> Result<String, String> {
        let printed = program.read(text, UNIX_EPOCH)?;
        Ok(printed.secret.reveal().to_owned())
    }

    #[test]
    fn a_secret_is_the_output_or_stands_in_it() {
        assert_eq!(secret(&program(None), "s3cret\n").as_deref(), Ok("s3cret"));
        let azure = r#"{"accessToken": "t", "expires_on": 1800000000}"#;
        assert_eq!(secret(&program(None), azure).as_deref(), Ok("t"));
        let nested = r#"{"Credentials": {"Password": "p"}}"#;
        let pointed = program(Some("/Credentials/Password"));
        assert_eq!(secret(&pointed, nested).as_deref(), Ok("p"));
        for odd in ["", "a\nb", "{}", r#"{"Credentials": {"Password": 5}}"#] {
            assert!(secret(&pointed, odd).is_err(), "{odd}");
        }
        let told = secret(&program(None), r#"{"password": "hunter2"}"#).unwrap_err();
        assert!(!told.contains("hunter2"), "{told}");
    }

    #[test]
    fn the_end_of_its_life_is_read_beside_it() {
        let aws = Program {
            secret: Some("/c/Password".to_owned()),
            user: Some("/c/Username".to_owned()),
            until: Some("/ExpiresAt".to_owned()),
            ..program(None)
        };
        let text =
            r#"{"c":{"Username":"u","Password":"p"},"ExpiresAt":"1970-01-01T00:10:00+00:00"}"#;
        let printed = aws.read(text, UNIX_EPOCH).unwrap();
        assert_eq!(printed.user.as_deref(), Some("u"));
        assert_eq!(printed.until, Some(UNIX_EPOCH + Duration::from_secs(600)));
    }

    #[tokio::test]
    async fn it_is_told_in_its_own_words() {
        let shell = |script: &str| Program {
            words: ["sh", "-c", script].map(str::to_owned).into(),
            ..program(None)
        };
        let printed = shell("echo token").run(&|text| text).await.unwrap();
        assert_eq!(printed.secret.reveal(), "token");
        let failed = shell("echo 'run az login' >&2; exit 3")
            .run(&|text| text)
            .await
            .unwrap_err();
        assert_eq!(
            failed.to_string(),
            "sh failed (exit status: 3): run az login"
        );
        let told = shell("echo hunter2; echo 'hunter2 is odd, as is hunter3' >&2; exit 1")
            .run(&|text| text.replace("hunter3", "***"))
            .await
            .unwrap_err()
            .to_string();
        assert!(told.ends_with("*** is odd, as is ***"), "{told}");
        let missing = Program {
            words: vec!["no-such-program-here".to_owned()],
            ..program(None)
        };
        let told = missing.run(&|text| text).await.unwrap_err().to_string();
        assert!(
            told.starts_with("no-such-program-here cannot be run: "),
            "{told}"
        );
    }

    /// A login that starts an agent of its own.
    #[tokio::test]
    async fn what_it_leaves_running_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("end");
        // Ends once somebody writes.
        let script = format!("mkfifo {0}; cat {0} & echo token", fifo.display());
        let leaving = Program {
            words: ["sh", "-c", &script].map(str::to_owned).into(),
            ..program(None)
        };
        let printed = leaving.run(&|text| text).await;
        std::fs::OpenOptions::new().write(true).open(&fifo).unwrap();
        assert_eq!(printed.unwrap().secret.reveal(), "token");
    }
}
