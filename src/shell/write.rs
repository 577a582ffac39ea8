//! Writes what a statement gave: its result, or what it had printed before it failed.

use super::run::{Run, Sent, Verdict};
use super::{Link, error_lines, words};
use crate::exit::Exit;
use crate::lang::{self, Language};
use crate::livy::Failure;
use crate::render::{self, Format, Line, Origin, Trap, View};

pub(super) fn origin<'a>(link: &'a Link, (snippet, source, feeding): Sent<'a>) -> Origin<'a> {
    Origin {
        snippet,
        source,
        feeding,
        past: &link.past,
    }
}

impl Run<'_> {
    pub(super) fn write(&self, data: &serde_json::Map<String, serde_json::Value>) -> Verdict {
        let view = View {
            format: self.manner.format,
            header: self.manner.header,
            row_limit: self.manner.max_rows,
            at_terminal: self.out.terminals.output,
        };
        let rendered = render::output(data, view);
        if !rendered.text.is_empty()
            && let Err(error) = self.out.data(&rendered.text)
        {
            return self.not_written(&error, true);
        }
        self.tell(&rendered.notes);
        if rendered.is_text
            && self.manner.format != Format::default()
            && !self.echoes.format_told.replace(true)
        {
            let name = self.manner.format.name();
            let told = format!("--format {name} does not apply to text: it is for rows of SQL");
            self.tell(&[Line::faint(told)]);
        }
        let Some(rows) = rendered.cut_at else {
            return Verdict::Ok;
        };
        // Asked for by the user, it is no surprise.
        if self.manner.max_rows.is_some() {
            let message = format!("the result was cut at {rows} rows, as was asked for");
            self.tell(&[Line::faint(message)]);
            return Verdict::Ok;
        }
        let message = format!(
            "the result has {rows} rows, the most this server gives: more rows may be missing"
        );
        let hint = words::hint_line("ask for more with --max-rows N, or for fewer with LIMIT");
        if self.out.terminals.output {
            self.tell(&[Line::faint(message), hint]);
            return Verdict::Ok;
        }
        self.tell(&error_lines(&message, None));
        self.tell(&[hint]);
        Verdict::Incomplete
    }

    pub(super) fn failed(&self, link: &mut Link, failure: Failure, what: Sent<'_>) -> Verdict {
        let (snippet, source, _) = what;
        if snippet.language == Language::Python && failure.ename == "SystemExit" {
            return match self.write_printed(&failure) {
                Verdict::Ok => Verdict::of_system_exit(&failure.evalue),
                other => other,
            };
        }
        link.last_failure = Some(failure.clone());
        let mut failure = render::untangle(failure, snippet.language);
        if let Some(printed) = &mut failure.printed {
            *printed = render::place_warnings(printed, origin(link, what)).into_owned();
        }
        match self.write_printed(&failure) {
            Verdict::Ok => {}
            other => return other,
        }
        let mut text = render::failure(&failure, origin(link, what));
        link.python_out_of_step |= text.trap == Some(Trap::PythonOutOfStep);
        let is_scala = snippet.language == Language::Scala;
        if is_scala && link.may_be_python && lang::looks_like_python(&source.text) {
            link.may_be_python = false;
            text.hints.push("this looks like Python: add -l python");
        }
        Verdict::Failed(text)
    }

    /// What the code had printed before it failed.
    pub(super) fn write_printed(&self, failure: &Failure) -> Verdict {
        let Some(printed) = &failure.printed else {
            return Verdict::Ok;
        };
        let mut text = match self.out.terminals.output {
            true => render::sanitize(printed).into_owned(),
            false => printed.clone(),
        };
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        match self.out.data(&text) {
            Ok(()) => Verdict::Ok,
            Err(error) => self.not_written(&error, false),
        }
    }

    pub(super) fn not_written(&self, error: &std::io::Error, succeeded: bool) -> Verdict {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Verdict::OutputClosed { succeeded };
        }
        let message = format!("a result could not be written: {error}");
        self.tell(&error_lines(&message, None));
        Verdict::End(Exit::Server)
    }
}
