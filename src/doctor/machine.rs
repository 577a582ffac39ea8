//! This machine: the terminal, a local Spark, livysh's folders.

use super::check::Check;
use super::report::Report;
use crate::exit::Exit;
use crate::local;
use crate::term::{self, Depth, Out, Way};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::timeout;

/// What of it is looked at.
#[derive(Clone)]
pub struct Machine {
    /// `TERM`
    pub term: Option<String>,
    /// What says how characters are written: `LC_ALL`, `LC_CTYPE` or `LANG`.
    pub locale: Option<String>,
    /// Where a local Spark is looked for; none where the search itself cannot be.
    pub search: Result<local::Search, String>,
    /// How long its Python and Java may take to answer.
    pub limit: Duration,
    /// Whether it is what livysh is to work with.
    pub needs_spark: bool,
    /// What they hold, and where they are.
    pub folders: Vec<(&'static str, PathBuf)>,
}

impl Machine {
    pub(super) async fn examine(&self, out: &Out, report: &mut Report<'_>) {
        report.tell(self.terminal(out));
        report.progress("looking for a local Spark");
        report.tell(self.spark().await);
        for (holds, folder) in &self.folders {
            report.tell(writable(holds, folder));
        }
    }

    fn terminal(&self, out: &Out) -> Check {
        let name = self.term.as_deref().unwrap_or("no TERM");
        if !out.terminals.input || !out.terminals.output {
            let what = match (out.terminals.input, out.terminals.output) {
                (false, false) => "standard input and output are none",
                (false, true) => "standard input is none",
                (true, _) => "standard output is none",
            };
            return Check::ok(
                "terminal",
                format!("{what}: scripts work, a prompt needs one"),
            );
        }
        let size = match term::size() {
            Some((columns, rows)) => format!(", {columns} × {rows}"),
            None => String::new(),
        };
        let colours = match (out.colours.0, out.depth) {
            (false, _) => "no colours",
            (true, Depth::Sixteen) => "16 colours",
            (true, Depth::Palette) => "256 colours",
            (true, Depth::True) => "24 bits of colour",
        };
        let pictures = match out.images {
            Way::Kitty => "pictures by kitty's protocol",
            Way::Iterm2 => "pictures by iTerm2's protocol",
            Way::Blocks => "pictures in half blocks",
            Way::Saved => "pictures in files",
            Way::Named => "no pictures",
        };
        let encoding = self.locale.as_deref().unwrap_or("no locale");
        let told = format!("{name}{size}, {colours}, {pictures}, {encoding}");
        if matches!(name, "dumb" | "no TERM") {
            let hint = "set TERM to what the terminal is, such as xterm-256color";
            return Check::warning("terminal", told, hint);
        }
        let flat = encoding.to_ascii_lowercase().replace('-', "");
        match flat.contains("utf8") {
            true => Check::ok("terminal", told),
            false => {
                let hint = "set LANG to a locale of UTF-8, such as C.UTF-8";
                Check::warning("terminal", told, hint)
            }
        }
    }

    async fn spark(&self) -> Check {
        let search = match &self.search {
            Ok(search) => search.clone(),
            Err(told) => return self.without_spark(told.clone(), None),
        };
        let looked = tokio::task::spawn_blocking(move || local::present(&search));
        let looked = match timeout(self.limit, looked).await {
            Ok(looked) => looked,
            Err(_) => {
                let seconds = self.limit.as_secs();
                let told = format!("Python or Java has not answered within {seconds} s");
                let hint = "run python3 and java -version to see which of them hangs";
                return self.without_spark(told, Some(hint.to_owned()));
            }
        };
        match looked {
            Err(error) => self.without_spark(error.to_string(), None),
            Ok(Err(error)) => self.without_spark(error.to_string(), Some(error.hint())),
            Ok(Ok(Err(python))) => Check::ok(
                "local Spark",
                format!("none yet: --local installs one with {}", python.display()),
            ),
            Ok(Ok(Ok(found))) => Check::ok(
                "local Spark",
                format!(
                    "Spark {} with {} and Java {}",
                    found.spark_version,
                    found.python.display(),
                    found.java_major
                ),
            ),
        }
    }

    /// It is for `--local` and `livysh serve` alone.
    fn without_spark(&self, told: String, hint: Option<String>) -> Check {
        match self.needs_spark {
            true => Check::failed("local Spark", told, hint, Exit::Server),
            false => Check::skipped(
                "local Spark",
                format!("{told}; only --local and livysh serve need one"),
            ),
        }
    }
}

/// One that is not there yet will be made.
fn writable(holds: &str, folder: &Path) -> Check {
    let there = folder.ancestors().find(|path| path.is_dir());
    let tried = tempfile::tempfile_in(there.unwrap_or(folder));
    match tried {
        Ok(_) => Check::ok("folder", format!("{} for {holds}", folder.display())),
        Err(error) => {
            let told = format!(
                "{} for {holds} cannot be written: {error}",
                folder.display()
            );
            Check::warning(
                "folder",
                told,
                "check its permissions and the free space on its disk",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn a_folder_that_is_to_be_made_is_tried_where_it_will_be() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        assert_eq!(writable("histories", &inner).state, State::Ok);
        assert!(!inner.exists());
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(writable("x", Path::new("/proc/none")).state, State::Warning);
    }
}
