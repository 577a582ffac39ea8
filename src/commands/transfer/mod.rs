//! `:download` and `:upload`: DataFrames as files of this machine, through hidden statements.
//!
//! What is carried is compressed and written in Base64, in pieces far below what a Livy server takes.
//! The driver counts, and here it is counted again.
//!
//! | file             | its duty                                                      |
//! |------------------|---------------------------------------------------------------|
//! | `download.rs`    | `:download`, page by page                                     |
//! | `upload.rs`      | `:upload`, chunk by chunk                                     |
//! | `driver.rs`      | in which language the driver is spoken to, and its code       |
//! | `download.scala` | pages of a DataFrame                                          |
//! | `download.py`    | the same in Python                                            |
//! | `upload.scala`   | a DataFrame of what was carried                               |
//! | `upload.py`      | the same in Python                                            |
//! | `page.rs`        | a page as the driver sends it                                 |
//! | `sheet.rs`       | the file that is written: CSV or NDJSON, whole or not at all  |
//! | `records.rs`     | the file that is read: its records, their texts untouched     |
//! | `cargo.rs`       | records on their way to the driver                            |
//! | `names.rs`       | names of variables and views                                  |
//! | `format.rs`      | what a file's extension says                                  |

mod cargo;
mod download;
mod driver;
mod format;
mod names;
mod page;
mod records;
mod sheet;
mod upload;

use super::hidden::Gave;
use super::{Answer, Desk};
use crate::exit::Exit;
use crate::livy::Failure;
use crate::render::one_line;
use crate::shell::Verdict;
use driver::Driver;
pub(super) use names::is_variable;
use std::time::Duration;

/// A session that a signal has interrupted is given so long to forget what was held for the transfer.
const TO_FORGET: Duration = Duration::from_secs(5);

impl Desk<'_> {
    /// What code of ours printed behind a mark of ours; `name` is told while it runs.
    fn marked(
        &mut self,
        driver: &Driver,
        name: &str,
        code: &str,
        mark: &str,
    ) -> Result<String, Answer> {
        let gave = self.hidden_as(name, self.manner, driver.language(), code);
        match gave.map_err(Answer::Stopped)? {
            Gave::Text(text) => match text.split_once(mark) {
                Some((_, rest)) => Ok(rest.lines().next().unwrap_or_default().to_owned()),
                None => Err(Answer::Refused("The session did not answer.".to_owned())),
            },
            Gave::Failed(failure) => Err(Answer::Refused(reason(&failure))),
        }
    }

    /// Makes the session forget what it held for a transfer, however that went; then `conclude` says
    /// how it has ended.
    fn after_transfer<T>(
        &mut self,
        driver: &Driver,
        went: Result<T, Answer>,
        conclude: impl FnOnce(&Self, Result<T, Answer>) -> Answer,
    ) -> Answer {
        let mut manner = self.manner;
        if went.is_err() {
            manner.wait_at_most = Some(TO_FORGET);
        }
        let forgotten = match went
            .as_ref()
            .err()
            .is_none_or(|answer| self.may_forget(answer))
        {
            true => self
                .hidden_as("", manner, driver.language(), &driver.forgetting())
                .err(),
            false => None,
        };
        self.out.end_progress();
        match (conclude(self, went), forgotten) {
            // What has stopped that ends more than the transfer.
            (Answer::Done | Answer::Refused(_), Some(stopped)) => Answer::Stopped(stopped),
            (answer, _) => answer,
        }
    }

    /// Whether the session can still be told to forget after a transfer that has stopped.
    fn may_forget(&self, answer: &Answer) -> bool {
        let Answer::Stopped(stopped) = answer else {
            return true;
        };
        match &stopped.verdict {
            Verdict::Cancelled | Verdict::TooLong { left: None, .. } | Verdict::Failed(_) => true,
            // A session that is ours ends now.
            Verdict::End(Exit::Interrupted | Exit::Terminated | Exit::TimedOut) => {
                !self.link.about.is_ours
            }
            // It cannot be asked, or not before what was left has ended.
            Verdict::Ok
            | Verdict::Incomplete
            | Verdict::NotWritten
            | Verdict::LeftRunning(_)
            | Verdict::TooLong { left: Some(_), .. }
            | Verdict::Lost { .. }
            | Verdict::SessionOver
            | Verdict::Exited { .. }
            | Verdict::End(_)
            | Verdict::OutputClosed { .. } => false,
        }
    }
}

/// An error of the driver's in one line.
fn reason(failure: &Failure) -> String {
    let first = failure.evalue.trim().lines().next().unwrap_or_default();
    // Scala's name stands before the message, with its package.
    let (name, message) = match failure.ename.as_str() {
        "Error" | "" => first.split_once(": ").unwrap_or(("", first)),
        name => (name, first),
    };
    let told = match name.rsplit('.').next().unwrap_or_default() {
        "" => message.to_owned(),
        name => format!("{name}: {message}"),
    };
    one_line(&told).into_owned()
}

/// A count as people read it.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn rows(count: u64) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} row{plural}", grouped(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_in_one_line() {
        let told = |ename: &str, evalue: &str| {
            reason(&Failure {
                ename: ename.to_owned(),
                evalue: evalue.to_owned(),
                ..Failure::default()
            })
        };
        assert_eq!(told("Error", "a.b.CException: d: e\nf"), "CException: d: e");
        assert_eq!(
            told("NameError", "name 'a.b' is\n"),
            "NameError: name 'a.b' is"
        );
        assert_eq!(told("Error", "it failed"), "it failed");
        assert_eq!(
            told("Error", "<console>:23: error: not found: value x\n x"),
            "<console>:23: error: not found: value x"
        );
    }

    #[test]
    fn counts_are_grouped() {
        for (count, told) in [
            (0, "0 rows"),
            (1, "1 row"),
            (999, "999 rows"),
            (200_000, "200,000 rows"),
            (1_234_567, "1,234,567 rows"),
        ] {
            assert_eq!(rows(count), told);
        }
    }
}
