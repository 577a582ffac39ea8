//! Code of ours, whose output is not shown.

use super::{Answer, Desk, Stopped};
use crate::lang::Language;
use crate::livy::{Failure, Output};
use crate::render::{one_line, sanitize};
use crate::shell::{Echoes, Link, Manner, Run, Verdict};

/// What code of ours gave.
pub(super) enum Gave {
    Text(String),
    Failed(Failure),
}

impl Desk<'_> {
    /// Runs code of ours. The startup file comes before that, too.
    pub(super) fn hidden(&mut self, language: Language, code: &str) -> Result<Gave, Box<Stopped>> {
        self.hidden_as("", self.manner, language, code)
    }

    /// The same; `name` names it while it runs.
    pub(super) fn hidden_as(
        &mut self,
        name: &str,
        manner: Manner,
        language: Language,
        code: &str,
    ) -> Result<Gave, Box<Stopped>> {
        if let Some(verdict) = self.start_up(language) {
            return Err(Box::new(Stopped::hidden(verdict, language)));
        }
        // What is silent gives nothing to read.
        let echoes = Echoes::default();
        let (run, link) = self.apart(manner, &echoes);
        match run.hidden(link, language, code, name) {
            Ok(Some(Output::Ok(data))) => {
                let text = data.get("text/plain").and_then(|text| text.as_str());
                Ok(Gave::Text(text.unwrap_or_default().to_owned()))
            }
            Ok(Some(Output::Error(failure))) => Ok(Gave::Failed(failure)),
            Ok(None) => Ok(Gave::Text(String::new())),
            Err(verdict) => Err(Box::new(Stopped::hidden(*verdict, language))),
        }
    }

    /// The same for a command, which ends where the code does not end at all.
    pub(super) fn hidden_text(&mut self, language: Language, code: &str) -> Result<Gave, Answer> {
        self.hidden(language, code).map_err(Answer::Stopped)
    }

    /// The same of a statement whose result is shown as any other.
    pub(super) fn hidden_rows(&mut self, language: Language, code: &str) -> Answer {
        if let Some(verdict) = self.start_up(language) {
            return Answer::Stopped(Box::new(Stopped::hidden(verdict, language)));
        }
        let outlet = self.outlet.take();
        let (run, link) = self.running(self.interrupts, outlet.as_ref());
        match run.hidden(link, language, code, "") {
            Ok(Some(Output::Ok(data))) => match run.show(link, language, &data) {
                Verdict::Ok | Verdict::Incomplete => Answer::Done,
                verdict => Answer::Stopped(Box::new(Stopped::hidden(verdict, language))),
            },
            Ok(Some(Output::Error(failure))) => {
                let first = failure.evalue.trim().lines().next().unwrap_or_default();
                Answer::Refused(one_line(first).into_owned())
            }
            Ok(None) => Answer::Done,
            Err(verdict) => Answer::Stopped(Box::new(Stopped::hidden(*verdict, language))),
        }
    }

    /// To run what the desk's own echoes are not to see.
    pub(super) fn apart<'b>(
        &'b mut self,
        manner: Manner,
        echoes: &'b Echoes,
    ) -> (Run<'b>, &'b mut Link) {
        let run = Run {
            out: self.out,
            interrupts: self.interrupts,
            manner,
            echoes,
            outlet: None,
            pictures: None,
        };
        (run, self.link)
    }

    /// Runs code of ours that must succeed before a script begins.
    pub fn prepare(&mut self, language: Language, code: &str) -> Answer {
        match self.hidden(language, code) {
            Ok(Gave::Failed(failure)) => {
                let told = format!("{}: {}", failure.ename, failure.evalue);
                Answer::Refused(sanitize(&told).into_owned())
            }
            Ok(Gave::Text(_)) => Answer::Done,
            Err(stopped) => Answer::Stopped(stopped),
        }
    }
}
