//! Writes what a statement gave: its result, or what it had printed before it failed.

use super::outlet::{Fed, Outlet};
use super::run::{Run, Sent, Verdict};
use super::{Interrupts, Link, error_lines, words};
use crate::exit::Exit;
use crate::lang::{self, Echo, Language};
use crate::livy::{Failure, Id};
use crate::render::{self, Format, Line, Origin, Rendered, Trap, View};
use serde_json::{Map, Value};

pub(super) fn origin<'a>(link: &'a Link, (snippet, source, feeding): Sent<'a>) -> Origin<'a> {
    Origin {
        snippet,
        source,
        feeding,
        past: &link.past,
    }
}

impl Run<'_> {
    /// `echo` tells what of a text Scala's interpreter has echoed, `statement` whose result it is.
    pub(super) fn write(
        &self,
        link: &mut Link,
        data: &Map<String, Value>,
        echo: Option<&Echo>,
        statement: Option<&Id>,
    ) -> Verdict {
        let rendered = render::output(data, self.view());
        match self.put(link, &rendered, echo) {
            Verdict::Ok => {}
            other => return other,
        }
        if let Some(picture) = &rendered.picture {
            let shown = match self.picture_outlet(&rendered) {
                Some(outlet) => self.divert_picture(link, outlet, picture),
                None => self.show_picture(link, picture, statement),
            };
            match shown {
                Verdict::Ok => {}
                other => return other,
            }
        }
        self.tell(&rendered.notes);
        if rendered.is_text
            && self.manner.format != Format::default()
            && !self.echoes.format_told.replace(true)
        {
            let name = self.manner.format.name();
            let told =
                format!("the format {name} is for rows of SQL: this is text, written as it is");
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

    fn view(&self) -> View {
        let format = self.manner.format;
        let at_terminal = self.out.terminals.output && self.outlet.is_none();
        View {
            format: self.outlet.map_or(format, |outlet| outlet.format(format)),
            header: self.manner.header,
            row_limit: self.manner.max_rows,
            at_terminal,
            screen: self.out.screen().filter(|_| at_terminal),
            records: self.manner.records,
        }
    }

    /// Writes it where it is to go; what is longer than the screen goes by the page, where somebody
    /// sits there.
    fn put(&self, link: &mut Link, rendered: &Rendered, echo: Option<&Echo>) -> Verdict {
        if let (Some(outlet), None) = (self.outlet, self.picture_outlet(rendered)) {
            return self.divert(link, outlet, rendered.text.as_bytes());
        }
        let text = match echo.filter(|_| rendered.lines.is_empty()) {
            Some(echo) => self
                .out
                .painted_echo(&rendered.text, |line| echo.begins(line)),
            None => self.out.styled(&rendered.text, &rendered.lines),
        };
        let pager = self.out.pager.as_ref();
        if self.interrupts != Interrupts::Script
            && self.out.terminals.input
            && let (Some(pager), Some(screen)) = (pager, self.out.screen())
            && rendered.is_longer_than(screen)
        {
            match Outlet::Program(pager.clone()).feed(text.as_bytes(), link, self.out) {
                // However it was closed, it was shown.
                Fed::Taken | Fed::Failed(_) => return Verdict::Ok,
                Fed::Ends(signal) => return Verdict::End(signal.into()),
                Fed::NotRun(told) => self.tell(&[Line::faint(told)]),
            }
        }
        if text.is_empty() {
            return Verdict::Ok;
        }
        match self.out.data(&text) {
            Ok(()) => Verdict::Ok,
            Err(error) => self.not_written(&error, true),
        }
    }

    /// Where the picture goes, in place of text.
    fn picture_outlet(&self, rendered: &Rendered) -> Option<&Outlet> {
        let has_text = !rendered.text.is_empty();
        let outlet = self.outlet.filter(|_| rendered.picture.is_some());
        outlet.filter(|outlet| outlet.is_for_pictures() || !has_text)
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
