//! Statements whose output is not shown.

use super::{Left, Link, Run, Verdict};
use crate::engine::Outcome;
use crate::lang::{self, Language, Snippet};
use crate::livy::Output;
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

    /// Shows what such code gave, as a result.
    pub fn show(&self, link: &mut Link, data: &Map<String, Value>) -> Verdict {
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
