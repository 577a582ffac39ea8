//! A transcript in Markdown, as GitHub shows it: inputs in fences that tell their language, tables,
//! pictures in files beside it.

use super::parts::{Part, failure, parts, plain, told};
use super::{Cell, Picture, Ran};
use crate::lang::Language;
use crate::render::export;
use crate::render::one_line;

/// What the name of a picture within a notebook's cell begins with.
pub(super) const ATTACHMENT: &str = "attachment:";

/// The text under a title; `keep` puts a picture that it shows beside it, and tells under which name.
pub fn markdown(title: &str, cells: &[Cell], keep: &mut dyn FnMut(Picture) -> String) -> String {
    let mut document = Document {
        text: format!("# {}\n", plain(&one_line(title))),
        pictures: 0,
        keep,
    };
    for cell in cells {
        document.cell(cell);
    }
    document.text
}

/// A cell under a sentence, for a notebook whose kernel does not run it.
pub(super) fn passage(told: &str, cell: &Cell, keep: &mut dyn FnMut(Picture) -> String) -> String {
    let mut document = Document {
        text: format!("{told}\n"),
        pictures: 0,
        keep,
    };
    document.cell(cell);
    document.text
}

struct Document<'a> {
    text: String,
    /// How many it shows.
    pictures: usize,
    keep: &'a mut dyn FnMut(Picture) -> String,
}

impl Document<'_> {
    fn cell(&mut self, cell: &Cell) {
        // It may be another client's. A lone return would hide what is before it.
        let code = cell.code.replace("\r\n", "\n").replace('\r', "\n");
        self.fence(cell.language.name(), &plain(&code));
        for ran in &cell.ran {
            self.given(cell.language, ran);
        }
    }

    fn given(&mut self, language: Language, ran: &Ran) {
        let parts = parts(language, ran);
        let is_text = |part: &Part<'_>| matches!(part, Part::Printed(_) | Part::Echo(_));
        let has_text = parts.iter().any(is_text);
        for part in parts {
            // A rich form beside a plain one says the same.
            if !(has_text && matches!(part, Part::Html(_))) {
                self.part(part);
            }
        }
        if let Some(failure) = failure(language, ran) {
            if let Some(printed) = &failure.printed {
                self.fence("text", &plain(printed));
            }
            self.note("failed");
            self.fence("text", &told(&failure));
        }
        if let Some(note) = ran.given.note() {
            self.note(note);
        }
    }

    fn part(&mut self, part: Part<'_>) {
        match part {
            Part::Printed(text) | Part::Echo(text) => self.fence("text", &plain(text)),
            Part::Rows(rows, note) => {
                self.text.push('\n');
                self.text.push_str(&plain(&export::markdown(&rows)));
                if let Some(note) = note {
                    self.note(&note);
                }
            }
            Part::Json(value) => {
                let text = serde_json::to_string_pretty(value).unwrap_or_default();
                self.fence("json", &plain(&text));
            }
            Part::Html(text) => self.fence("html", &plain(text)),
            Part::Picture(image) => {
                self.pictures += 1;
                let number = self.pictures;
                let name = (self.keep)(Picture {
                    ending: image.picture.ending(),
                    bytes: image.picture.bytes,
                });
                self.text.push_str(&format!(
                    "\n![{} {number}]({})\n",
                    image.kind,
                    in_link(&name)
                ));
            }
            Part::Other(kind, value) => {
                let size = value
                    .as_str()
                    .map_or_else(|| value.to_string().len(), str::len);
                self.left_out(kind, size);
            }
        }
    }

    fn left_out(&mut self, kind: &str, size: usize) {
        self.fence(
            "text",
            &format!("[{}, {size} characters, is left out]", one_line(kind)),
        );
    }

    fn note(&mut self, note: &str) {
        self.text.push_str(&format!("\n*{note}*\n"));
    }

    /// A block as it is, between fences that are longer than any within.
    fn fence(&mut self, info: &str, text: &str) {
        let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let text = text.strip_suffix('\n').unwrap_or(text);
        self.text
            .push_str(&format!("\n{fence}{info}\n{text}\n{fence}\n"));
    }
}

/// A name as a link's target: one of Jupyter's attachments as it is, else between angle brackets.
fn in_link(name: &str) -> String {
    if name.starts_with(ATTACHMENT) {
        return name.to_owned();
    }
    let mut link = "<".to_owned();
    for c in name.chars() {
        match c {
            '<' | '>' | '\\' | '%' | '#' | '?' => link.push_str(&format!("%{:02X}", u32::from(c))),
            _ => link.push(c),
        }
    }
    link.push('>');
    link
}

#[cfg(test)]
mod tests {
    use super::super::Given;
    use super::*;
    use crate::lang::Language;
    use serde_json::{Value, json};

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

    fn written(cell: Cell) -> String {
        let text = markdown("t", &[cell], &mut |_| panic!("no picture"));
        text.strip_prefix("# t\n").unwrap().to_owned()
    }

    #[test]
    fn code_and_text_stand_between_fences() {
        let output =
            json!({"status": "ok", "data": {"text/plain": "a\u{1b}[1m`\u{1b}[0m\nx: Int = 1\n"}});
        assert_eq!(
            written(cell(Language::Scala, "val x = \"```\"", output)),
            "\n````scala\nval x = \"```\"\n````\n\n```text\na`\n```\n\n```text\nx: Int = 1\n```\n"
        );
        let mut running = cell(Language::R, "x", json!(null));
        running.ran[0].given = Given::Running;
        assert_eq!(written(running), "\n```r\nx\n```\n\n*still running*\n");
    }

    #[test]
    fn rows_are_a_table_and_an_error_is_told_whole() {
        let rows = json!({"schema": {"fields": [{"name": "a|b", "type": "integer"}]}, "data": [[1], [null]]});
        let output = json!({"status": "ok", "data": {"application/json": rows}});
        assert_eq!(
            written(cell(Language::Sql, "select", output)),
            "\n```sql\nselect\n```\n\n| a\\|b |\n| ---: |\n| 1 |\n| NULL |\n"
        );
        let output = json!({"status": "error", "ename": "E", "evalue": "v", "traceback": ["t\n"]});
        assert_eq!(
            written(cell(Language::Python, "x", output)),
            "\n```python\nx\n```\n\n*failed*\n\n```text\nE: v\nt\n```\n"
        );
    }

    #[test]
    fn rows_that_may_not_be_all_are_told() {
        let rows = json!({"schema": {"fields": [{"name": "a"}]}, "data": vec![json!([1]); 1000]});
        let output = json!({"status": "ok", "data": {"application/json": rows}});
        let text = written(cell(Language::Sql, "select", output));
        let note = "| 1 |\n\n*1000 rows: the server gives no more, there may be others*\n";
        assert!(text.ends_with(note), "{text}");
    }

    #[test]
    fn rows_that_were_cut_as_was_asked_for_are_told() {
        let rows = json!({"schema": {"fields": [{"name": "a"}]}, "data": [[1], [2]]});
        let output = json!({"status": "ok", "data": {"application/json": rows}});
        let mut cut = cell(Language::Sql, "select", output);
        assert!(written(cut.clone()).ends_with("| 2 |\n"));
        cut.ran[0].row_limit = Some(2);
        let text = written(cut.clone());
        let note = "| 2 |\n\n*2 rows: no more were asked for, there may be others*\n";
        assert!(text.ends_with(note), "{text}");
        cut.ran[0].row_limit = Some(3);
        assert!(written(cut).ends_with("| 2 |\n"));
    }

    #[test]
    fn code_holds_nothing_that_a_terminal_would_obey() {
        let output = json!({"status": "ok", "data": {}});
        let code = "a\u{1b}[2J\u{1b}]0;t\u{7}b\rc\u{202e}\r\n\td";
        assert_eq!(
            written(cell(Language::Python, code, output)),
            "\n```python\nab\nc\n\td\n```\n"
        );
    }

    #[test]
    fn html_beside_a_text_is_left_out() {
        let output = json!({"status": "ok", "data": {"text/plain": "a", "text/html": "<b>a</b>"}});
        let text = written(cell(Language::Python, "x", output));
        assert_eq!(text, "\n```python\nx\n```\n\n```text\na\n```\n");
    }

    #[test]
    fn pictures_stand_beside_it() {
        let output = json!({"status": "ok", "data": {"image/gif": "aGk=\n", "image/png": "aGk="}});
        let mut pictures = Vec::new();
        let mut keep = |picture| {
            pictures.push(picture);
            "a <b>-1.gif".to_owned()
        };
        let text = markdown("t", &[cell(Language::Python, "p", output)], &mut keep);
        let picture = Picture {
            ending: "gif",
            bytes: b"hi".to_vec(),
        };
        assert_eq!(pictures, [picture]);
        assert!(
            text.contains("\n![image/gif 1](<a %3Cb%3E-1.gif>)\n"),
            "{text}"
        );
        assert!(
            text.contains("[image/png, 4 characters, is left out]"),
            "{text}"
        );
    }
}
