//! A notebook of Jupyter's, in its format 4.5. The kernels are those of sparkmagic, which run it over Livy,
//! too; a cell in another language begins with a magic that names it.

use super::Cell;
use super::parts::{Part, failure, parts};
use crate::lang::Language;
use crate::render::rows::{Rows, plain};
use crate::render::table;
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Value, json};

/// The text of the notebook; `language` is that of its kernel, where all cells do not say otherwise.
pub fn notebook(language: Language, cells: &[Cell]) -> String {
    let kernel = Kernel::of(language, cells);
    let written = cells.iter().zip(1..).map(|(cell, number)| {
        json!({
            "cell_type": "code",
            "execution_count": number,
            "id": format!("statement-{number}"),
            "metadata": {},
            "outputs": outputs(cell, number),
            "source": lines(&kernel.source(cell)),
        })
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

    fn source(&self, cell: &Cell) -> String {
        match cell.language == self.0 {
            true => cell.code.clone(),
            false => format!("%%{}\n{}", cell.language, cell.code),
        }
    }

    fn metadata(&self) -> Value {
        let (name, shown, mode, ending, lexer) = match self.0 {
            Language::Scala => ("sparkkernel", "Spark", "text/x-scala", ".scala", "scala"),
            Language::R => ("sparkrkernel", "SparkR", "text/x-rsrc", ".r", "r"),
            Language::Python | Language::Sql => (
                "pysparkkernel",
                "PySpark",
                "text/x-python",
                ".py",
                "python3",
            ),
        };
        let language = self.0.name();
        json!({
            "kernelspec": {"display_name": shown, "language": language, "name": name},
            "language_info": {
                "codemirror_mode": mode, "file_extension": ending, "mimetype": mode, "name": language,
                "pygments_lexer": lexer,
            },
        })
    }
}

fn outputs(cell: &Cell, number: usize) -> Vec<Value> {
    let mut outputs = Vec::new();
    for part in parts(cell) {
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
    if let Some(failure) = failure(cell) {
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
    let note = cell.given.note();
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
            let text = match image.ending {
                "svg" => lines(image.text),
                _ => json!(image.text.split_whitespace().collect::<String>()),
            };
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
            given: Given::Output(serde_json::from_value(output).unwrap()),
            row_limit: None,
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
