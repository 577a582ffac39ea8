//! How what is told of batches reads.

use crate::delivery::{NotSent, Received};
use crate::livy::{Batch, Id, LivyError};
use crate::remote::{self, plain};
use crate::render::Line;
use crate::shell::{end_of_log, error_lines, for_shell, hint_line, livy_error};

/// The command that does something with a batch.
fn way(command: &str, what: &str, called: &str) -> String {
    let called = plain(called);
    format!("{command} batch {what} {}", for_shell(&called))
}

fn follow(command: &str, called: &str) -> String {
    way(command, "log --follow", called)
}

pub(super) fn submitted(batch: &Batch, called: &str, root: &str, command: &str) -> Vec<Line> {
    let told = format!("Batch {called} on {root} is {}.", batch.state);
    vec![
        Line::plain(plain(&told)),
        Line::plain(format!("Follow it with:  {}", follow(command, called))),
    ]
}

/// What a batch does, while it is waited for.
pub(super) fn state(batch: &Batch) -> String {
    let mut told = format!("batch {} is {}", batch.id, batch.state);
    if let Some(application) = &batch.app_id {
        told.push_str(", ");
        told.push_str(application);
    }
    plain(&told)
}

pub(super) fn left(called: &str, command: &str) -> Vec<Line> {
    vec![
        Line::plain(plain(&format!("Batch {called} goes on by itself."))),
        Line::plain(format!("Come back with:  {}", follow(command, called))),
    ]
}

/// One whose creation was on its way when we left.
pub(super) fn perhaps_made(called: &str, root: &str, command: &str) -> Vec<Line> {
    let told = format!("Batch {called} may have been created on {root}; it was not waited for.");
    vec![
        Line::plain(plain(&told)),
        Line::plain(format!("Look with:       {}", way(command, "show", called))),
    ]
}

pub(super) fn not_made(failed: &NotSent, called: &str, command: &str) -> Vec<Line> {
    let mut lines = livy_error(&failed.error);
    match failed.received {
        Received::No => {}
        Received::NotFound => {
            let told = "The server has no batch of that name: it was not created.";
            lines.insert(1, Line::plain(told));
        }
        Received::Perhaps => {
            let told =
                "The server may have created the batch all the same; it was not asked again.";
            lines.insert(1, Line::plain(told));
            let look = format!("Look with:       {}", way(command, "show", called));
            lines.push(Line::plain(look));
        }
    }
    lines
}

/// One that cannot be asked about any more.
pub(super) fn lost(error: &LivyError, called: &str, command: &str) -> Vec<Line> {
    if error.is_no_session() {
        let told = format!(
            "batch {called} is not there any more, and how it ended is not known: it was deleted, or \
             it ended a while ago"
        );
        return error_lines(&plain(&told), None);
    }
    let mut lines = livy_error(error);
    lines.push(Line::plain(plain(&format!(
        "Batch {called} may go on; how it ends is not known."
    ))));
    let back = format!("Come back with:  {}", follow(command, called));
    lines.push(Line::plain(back));
    lines
}

pub(super) fn replaced(id: &Id, called: &str) -> Vec<Line> {
    let told = format!(
        "batch {id} is another one now, and how {called} ended is not known: the server was started \
         anew"
    );
    error_lines(&plain(&told), None)
}

pub(super) fn failure(batch: &Batch, called: &str, log: &[String], root: &str) -> Vec<Line> {
    let told = format!("batch {called} on {root} is {}", batch.state);
    let mut lines = error_lines(&plain(&told), None);
    lines.extend(end_of_log(log));
    if let Some(url) = &batch.app_info.driver_log_url {
        lines.push(hint_line(&format!("the driver's log is at {url}")));
    }
    lines
}

pub(super) fn stopped(id: &Id) -> Line {
    let told = format!("Batch {id} has ended and is off the list.");
    Line::plain(plain(&told))
}

/// The list, a batch a line under the names of its columns.
pub(super) fn table(batches: &[Batch]) -> String {
    let rows: Vec<_> = batches
        .iter()
        .map(|batch| {
            [
                Some(batch.id.to_string()),
                batch.name.clone(),
                Some(batch.state.to_string()),
                batch.app_id.clone(),
            ]
        })
        .collect();
    remote::table(["ID", "NAME", "STATE", "APPLICATION"], &rows)
}

/// A batch with the last lines of its log, where the server sends them.
pub(super) fn shown(batch: &Batch) -> String {
    let values = [
        ("id", Some(batch.id.to_string())),
        ("name", batch.name.clone()),
        ("state", Some(batch.state.to_string())),
        ("owner", batch.owner.clone()),
        ("application", batch.app_id.clone()),
        ("driver's log", batch.app_info.driver_log_url.clone()),
        ("Spark UI", batch.app_info.spark_ui_url.clone()),
    ];
    remote::details(&values, &batch.log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn batch(value: serde_json::Value) -> Batch {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_list_stands_in_columns_and_obeys_nothing() {
        let all = [
            batch(json!({"id": 1, "name": "a-1", "state": "running", "appId": "application_1"})),
            batch(json!({"id": 12, "state": "dead\u{1b}[2J"})),
        ];
        assert_eq!(
            table(&all),
            "ID  NAME  STATE          APPLICATION\n\
             1   a-1   running        application_1\n\
             12  -     dead\\u{1b}[2J  -\n"
        );
        assert_eq!(table(&[]), "ID  NAME  STATE  APPLICATION\n");
    }

    #[test]
    fn a_batch_is_shown_with_the_end_of_its_log() {
        let one = batch(json!({"id": 1, "name": "a-1", "state": "dead",
            "log": ["stdout: ", "no memory", "\nstderr: "]}));
        assert_eq!(
            shown(&one),
            "id            1\nname          a-1\nstate         dead\nthe end of its log:\n  no memory\n"
        );
    }
}
