//! Statements whose output is not shown.

use super::{Left, Link, Run, Verdict, timing};
use crate::engine::Outcome;
use crate::lang::{self, Feeding, Language, Snippet, Source};
use crate::livy::{Failure, Id, Output};
use crate::render::{Line, with_rows};
use serde_json::{Map, Value};

impl Run<'_> {
    /// Runs code of ours: nothing of it is shown or recorded. Its output, or how it ended otherwise.
    /// A startup file may define classes, too: they need what other code needs beforehand. `name` is
    /// told while it runs.
    pub fn hidden(
        &self,
        link: &mut Link,
        language: Language,
        code: &str,
        name: &str,
    ) -> Result<Option<Output>, Box<Verdict>> {
        if link.facts.over.is_some() {
            return Err(Box::new(Verdict::SessionOver));
        }
        let snippet = Snippet {
            language,
            code: code.to_owned(),
            first_line: 1,
            first_column: 0,
        };
        if !link.is_prepared
            && let Some(first) = lang::prerequisite(&snippet)
        {
            match self.unseen(link, &first, name)? {
                Some(Output::Error(failure)) => return Ok(Some(Output::Error(failure))),
                Some(Output::Ok(_)) | None => link.is_prepared = true,
            }
        }
        self.unseen(link, &snippet, name)
    }

    /// Runs code of ours in the place of what the user might have typed: where it gives rows it is recorded as
    /// that. A line that tells how long it took goes behind them.
    pub fn in_place_of(
        &self,
        link: &mut Link,
        typed: &Snippet,
        source: &Source,
        code: &str,
        place: &str,
    ) -> Result<(Option<Output>, Option<Line>), Box<Verdict>> {
        if link.facts.over.is_some() {
            return Err(Box::new(Verdict::SessionOver));
        }
        let snippet = Snippet {
            code: code.to_owned(),
            ..typed.clone()
        };
        let (waited, _) = self.submit(link, &snippet, 0, place, true);
        if let Some(Outcome::Finished(Some(Output::Ok(data)))) = &waited.outcome {
            let data = with_rows(data);
            if data.contains_key("application/json") && !link.is_out_of_step(typed.language) {
                let id = waited.id.as_ref();
                let rows = Outcome::Finished(Some(Output::Ok(data.into_owned())));
                link.ledger
                    .note(id, (typed, source), Some(&rows), self.manner.max_rows);
                link.past.note(source, typed, id.map(Id::to_string));
            }
        }
        let timing = self.manner.timing;
        let took = timing.then(|| Line::faint(timing::told(waited.took, waited.ran)));
        let limit = waited.too_long;
        let verdict = match (waited.end, waited.outcome, limit) {
            (Some(exit), ..) => Verdict::End(exit),
            (None, Some(Outcome::Finished(Some(Output::Error(_)))), Some(limit)) => {
                Verdict::TooLong { limit, left: None }
            }
            (None, Some(Outcome::Finished(output)), _) => return Ok((output, took)),
            (None, Some(outcome), _) => self.unfinished(link, outcome),
            (None, None, _) => Verdict::LeftRunning(Left::Unnumbered),
        };
        self.tell(took.as_slice());
        Err(Box::new(verdict.within(limit)))
    }

    /// What is to be told of such code that has failed.
    pub fn fails(
        &self,
        link: &mut Link,
        failure: Failure,
        typed: &Snippet,
        source: &Source,
    ) -> Verdict {
        self.failed(link, failure, (typed, source, Feeding::default()))
    }

    /// Shows what such code gave, as a result in its language.
    pub fn show(&self, link: &mut Link, language: Language, data: &Map<String, Value>) -> Verdict {
        self.warn_out_of_step(link, language);
        self.write(link, data, None, None)
    }

    fn unseen(
        &self,
        link: &mut Link,
        snippet: &Snippet,
        name: &str,
    ) -> Result<Option<Output>, Box<Verdict>> {
        let (waited, _) = self.submit(link, snippet, 0, name, true);
        if let Some(exit) = waited.end {
            return Err(Box::new(Verdict::End(exit)));
        }
        match waited.outcome {
            Some(Outcome::Finished(output)) => Ok(output),
            Some(outcome) => Err(Box::new(self.unfinished(link, outcome))),
            None => Err(Box::new(Verdict::LeftRunning(Left::Unnumbered))),
        }
    }
}
