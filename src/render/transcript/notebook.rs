//! A notebook of Jupyter's, in its format 4.5. The kernels are those of sparkmagic, which run it over Livy,
//! too. They send a cell that begins with a percent sign nowhere, but with `%%spark` before it, run SQL
//! behind `%%sql`, and have no magic for another language: Jupyter's `%%python` would run it on this machine.

use super::markdown::{ATTACHMENT, passage};
use super::parts::{Part, failure, parts};
use super::{Cell, Picture, Ran};
use crate::lang::Language;
use crate::render::rows::{Rows, plain};
use crate::render::table;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Map, Value, json};

/// The text of the notebook; `language` is that of its kernel, where all cells do not say otherwise.
pub fn notebook(language: Language, cells: &[Cell]) -> String {
    let kernel = Kernel::of(language, cells);
    let mut number = 0;
    let written = cells.iter().zip(1..).map(|(cell, place)| {
        let mut written = match kernel.source(cell) {
            Some(source) => {
                number += 1;
                json!({
                    "cell_type": "code",
                    "execution_count": number,
                    "metadata": {},
                    "outputs": outputs(cell, number),
                    "source": lines(&source),
                })
            }
            None => kernel.told(cell),
        };
        written["id"] = json!(format!("statement-{place}"));
        written
    });
    let document = json!({
        "cells": written.collect::<Vec<_>>(),
        "metadata": kernel.metadata(),
        "nbformat": 4,
        "nbformat_minor": 5,
    });
    // As Jupyter writes it.
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b" "));
    document.serialize(&mut serializer).ok();
    text.push(b'\n');
    String::from_utf8(text).unwrap_or_default()
}

struct Kernel(Language);

impl Kernel {
    /// The one that most cells want; of SQL alone there is none.
    fn of(language: Language, cells: &[Cell]) -> Kernel {
        let count = |one: Language| cells.iter().filter(|cell| cell.language == one).count();
        let mut best = match language {
            Language::Sql => Language::Python,
            Language::Scala | Language::Python | Language::R => language,
        };
        for other in [Language::Scala, Language::Python, Language::R] {
            if count(other) > count(best) {
                best = other;
            }
        }
        Kernel(best)
    }

    /// The cell as the kernel runs it in the session; none where it cannot.
    fn source(&self, cell: &Cell) -> Option<String> {
        let code = &cell.code;
        match cell.language {
            Language::Sql => self.runs_query(code).then(|| format!("%%sql\n{code}")),
            same if same == self.0 => Some(match code.starts_with('%') {
                true => format!("%%spark\n{code}"),
                false => code.clone(),
            }),
            Language::Scala | Language::Python | Language::R => None,
        }
    }

    /// Whether a query is the same within the quotes that sparkmagic puts around it.
    fn runs_query(&self, query: &str) -> bool {
        match self.0 {
            Language::Scala => !query.contains("\"\"\""),
            Language::Python | Language::Sql => !query.contains("\"\"\"") && !query.contains('\\'),
            Language::R => !query.contains(['"', '\\']),
        }
    }

    /// A cell that is shown and not run, with what it gave.
    fn told(&self, cell: &Cell) -> Value {
        let (language, kernel) = (shown(cell.language), self.shown());
        let told = match cell.language {
            Language::Sql => format!("SQL that the kernel {kernel} cannot run as it stands:"),
            Language::Scala | Language::Python | Language::R => {
                format!("{language}, which the kernel {kernel} does not run:")
            }
        };
        let mut attachments = Map::new();
        let text = passage(&told, cell, &mut |picture| {
            let name = format!("{}.{}", attachments.len() + 1, picture.ending);
            attachments.insert(name.clone(), attachment(&picture));
            format!("{ATTACHMENT}{name}")
        });
        let mut written = json!({
            "cell_type": "markdown",
            "metadata": {},
            "source": lines(text.trim_end()),
        });
        if !attachments.is_empty() {
            written["attachments"] = Value::Object(attachments);
        }
        written
    }

    fn shown(&self) -> &'static str {
        match self.0 {
            Language::Scala => "Spark",
            Language::R => "SparkR",
            Language::Python | Language::Sql => "PySpark",
        }
    }

    fn metadata(&self) -> Value {
        let (name, mode, ending, lexer) = match self.0 {
            Language::Scala => ("sparkkernel", "text/x-scala", ".scala", "scala"),
            Language::R => ("sparkrkernel", "text/x-rsrc", ".r", "r"),
            Language::Python | Language::Sql => {
                ("pysparkkernel", "text/x-python", ".py", "python3")
            }
        };
        let language = self.0.name();
        json!({
            "kernelspec": {"display_name": self.shown(), "language": language, "name": name},
            "language_info": {
                "codemirror_mode": mode, "file_extension": ending, "mimetype": mode, "name": language,
                "pygments_lexer": lexer,
            },
        })
    }
}

fn shown(language: Language) -> &'static str {
    match language {
        Language::Scala => "Scala",
        Language::Python => "Python",
        Language::Sql => "SQL",
        Language::R => "R",
    }
}

/// A picture as a cell of Markdown holds it.
fn attachment(picture: &Picture) -> Value {
    let kind = match picture.ending {
        "svg" => "image/svg+xml",
        "jpg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        _ => "image/png",
    };
    json!({kind: packed(picture.ending, &picture.bytes)})
}

/// A picture's bytes as Jupyter keeps them.
fn packed(ending: &str, bytes: &[u8]) -> Value {
    match ending {
        "svg" => lines(&String::from_utf8_lossy(bytes)),
        _ => json!(STANDARD.encode(bytes)),
    }
}

fn outputs(cell: &Cell, number: usize) -> Vec<Value> {
    let given = cell
        .ran
        .iter()
        .flat_map(|ran| outputs_of(cell.language, ran, number));
    given.collect()
}

fn outputs_of(language: Language, ran: &Ran, number: usize) -> Vec<Value> {
    let mut outputs = Vec::new();
    for part in parts(language, ran) {
        let note = match &part {
            Part::Rows(_, note) => note.clone(),
            Part::Printed(_)
            | Part::Echo(_)
            | Part::Json(_)
            | Part::Html(_)
            | Part::Picture(_)
            | Part::Other(..) => None,
        };
        outputs.push(output(part, number));
        outputs.extend(note.map(|note| stream("stderr", &format!("[{note}]\n"))));
    }
    if let Some(failure) = failure(language, ran) {
        let printed = failure.printed.as_deref().filter(|text| !text.is_empty());
        outputs.extend(printed.map(|text| stream("stdout", text)));
        let trace = failure
            .traceback
            .iter()
            .map(|line| line.trim_end_matches('\n'));
        outputs.push(json!({
            "output_type": "error",
            "ename": failure.ename,
            "evalue": failure.evalue,
            "traceback": trace.collect::<Vec<_>>(),
        }));
    }
    let note = ran.given.note();
    outputs.extend(note.map(|note| stream("stderr", &format!("[{note}]\n"))));
    outputs
}

fn output(part: Part<'_>, number: usize) -> Value {
    match part {
        Part::Printed(text) => stream("stdout", text),
        Part::Echo(text) => result(
            number,
            json!({"text/plain": lines(text.trim_end_matches('\n'))}),
        ),
        Part::Rows(rows, _) => {
            let text = table::grid(&rows, true);
            let data =
                json!({"text/html": lines(&html(&rows)), "text/plain": lines(text.trim_end())});
            result(number, data)
        }
        Part::Json(value) => {
            let text = serde_json::to_string_pretty(value).unwrap_or_default();
            result(
                number,
                json!({"application/json": value, "text/plain": lines(&text)}),
            )
        }
        Part::Html(text) => display(json!({"text/html": lines(text)})),
        Part::Picture(image) => {
            let text = packed(image.picture.ending(), &image.picture.bytes);
            let told = format!("<{}>", image.kind);
            display(json!({image.kind: text, "text/plain": [told]}))
        }
        Part::Other(kind, value) => {
            // Only what is JSON may be other than text.
            let is_json = kind == "application/json" || kind.ends_with("+json");
            let value = match value {
                Value::String(text) if !is_json => lines(text),
                other if !is_json => json!(other.to_string()),
                other => other.clone(),
            };
            display(json!({kind: value}))
        }
    }
}

fn result(number: usize, data: Value) -> Value {
    json!({"output_type": "execute_result", "execution_count": number, "data": data, "metadata": {}})
}

fn display(data: Value) -> Value {
    json!({"output_type": "display_data", "data": data, "metadata": {}})
}

fn stream(name: &str, text: &str) -> Value {
    json!({"output_type": "stream", "name": name, "text": lines(text)})
}

/// A text as Jupyter keeps it: its lines, each with its end.
fn lines(text: &str) -> Value {
    text.split_inclusive('\n').collect()
}

fn html(rows: &Rows<'_>) -> String {
    let mut text = "<table>\n<thead><tr>".to_owned();
    for column in &rows.columns {
        text.push_str(&format!("<th>{}</th>", escaped(column.name)));
    }
    text.push_str("</tr></thead>\n<tbody>\n");
    for row in rows.rows() {
        text.push_str("<tr>");
        for value in row {
            match plain(value) {
                Some(cell) => text.push_str(&format!("<td>{}</td>", escaped(&cell))),
                None => text.push_str("<td><i>NULL</i></td>"),
            }
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody>\n</table>");
    text
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::Given;
    use super::*;

    fn cell(language: Language, code: &str, output: Value) -> Cell {
        Cell {
            language,
            code: code.to_owned(),
            ran: vec![Ran {
                code: code.to_owned(),
                given: Given::Output(serde_json::from_value(output).unwrap()),
                row_limit: None,
            }],
        }
    }

    fn written(language: Language, cells: &[Cell]) -> Value {
        serde_json::from_str(&notebook(language, cells)).unwrap()
    }

    #[test]
    fn the_kernel_is_that_of_most_cells_and_others_name_their_language() {
        let cells = [
            cell(Language::Sql, "select 1", json!(null)),
            cell(Language::Python, "x = 1\nx", json!(null)),
        ];
        let found = written(Language::Scala, &cells);
        assert_eq!(found["metadata"]["kernelspec"]["name"], "pysparkkernel");
        assert_eq!(found["cells"][0]["source"], json!(["%%sql\n", "select 1"]));
        assert_eq!(found["cells"][1]["source"], json!(["x = 1\n", "x"]));
    }

    #[test]
    fn a_cell_runs_in_the_session_or_is_shown() {
        let ok = |text: &str| json!({"status": "ok", "data": {"text/plain": text}});
        let plot = json!({"status": "ok", "data": {"image/svg+xml": "<svg/>"}});
        let cells = [
            cell(Language::Python, "%table x", ok("")),
            cell(Language::Python, "plt.plot()\n%matplot plt", ok("")),
            cell(Language::Python, "y", ok("")),
            cell(Language::Scala, "val x = 1", ok("x: Int = 1")),
            cell(Language::R, "plot(1)", plot),
            cell(Language::Sql, "select '\\\\d'", ok("")),
        ];
        let found = written(Language::Python, &cells);
        let text = |cell: usize| -> String {
            let lines = found["cells"][cell]["source"].as_array().unwrap().iter();
            lines.map(|line| line.as_str().unwrap()).collect()
        };
        assert_eq!(text(0), "%%spark\n%table x");
        assert_eq!(text(1), "plt.plot()\n%matplot plt");
        assert_eq!(
            text(3),
            "Scala, which the kernel PySpark does not run:\n\n```scala\nval x = 1\n```\n\n\
             ```text\nx: Int = 1\n```"
        );
        assert!(text(4).ends_with("\n![image/svg+xml 1](attachment:1.svg)"));
        assert_eq!(
            found["cells"][4]["attachments"],
            json!({"1.svg": {"image/svg+xml": ["<svg/>"]}})
        );
        assert!(text(5).starts_with("SQL that the kernel PySpark cannot run as it stands:\n"));
        let kinds = |cell: usize| found["cells"][cell]["cell_type"].clone();
        let kinds: Vec<Value> = (0..6).map(kinds).collect();
        let expected = ["code", "code", "code", "markdown", "markdown", "markdown"];
        assert_eq!(kinds, expected);
        assert!(found["cells"][3].get("outputs").is_none());
    }

    #[test]
    fn what_the_statements_of_a_cell_gave_is_in_order() {
        let mut block = cell(
            Language::Python,
            "1\n2",
            json!({"status": "ok", "data": {"text/plain": "1"}}),
        );
        let mut second = block.ran[0].clone();
        second.given = Given::Running;
        block.ran.push(second);
        let found = written(Language::Python, &[block]);
        let outputs = &found["cells"][0]["outputs"];
        assert_eq!(outputs[0]["text"], json!(["1"]));
        assert_eq!(outputs[1]["text"], json!(["[still running]\n"]));
    }

    #[test]
    fn each_output_has_its_kind() {
        let printed = json!({"status": "ok", "data": {"text/plain": "hi\nres0: Int = 1"}});
        let rows = json!({"headers": [{"name": "<", "type": "INT_TYPE"}], "data": [[null], [2]]});
        let table = json!({"status": "ok", "data": {"application/vnd.livy.table.v1+json": rows}});
        let odd = json!({"status": "ok", "data": {"a/b": 7, "a/c+json": {"x": 1}}});
        let failed = json!({"status": "error", "ename": "E", "evalue": "v", "traceback": ["t\n"]});
        let cells = [printed, table, odd, failed]
            .map(|output| cell(Language::Scala, "println(1); 1", output));
        let found = written(Language::Scala, &cells);
        let kinds = |cell: usize| -> Vec<&str> {
            let outputs = found["cells"][cell]["outputs"].as_array().unwrap();
            let kinds = outputs.iter().map(|one| one["output_type"].as_str());
            kinds.map(Option::unwrap).collect()
        };
        assert_eq!(kinds(0), ["stream", "execute_result"]);
        assert_eq!(kinds(1), ["execute_result"]);
        assert_eq!(kinds(2), ["display_data", "display_data"]);
        assert_eq!(kinds(3), ["error"]);
        let html = &found["cells"][1]["outputs"][0]["data"]["text/html"];
        assert_eq!(html[1], "<thead><tr><th>&lt;</th></tr></thead>\n");
        assert_eq!(found["cells"][2]["outputs"][0]["data"]["a/b"], "7");
    }
}
