//! An error whose traceback is one text, as Lighter gives it: Python's list as Java writes it. There the
//! error's value is the class alone; its message stands nowhere but at the end of the traceback.

/// The frames of what runs the statements there, which are nobody's own.
const WRAPPER: &str = "shell_wrapper.py\"";
/// The user's code has no file; others call that so.
const NO_FILE: (&str, &str) = ("File \"<string>\"", "File \"<stdin>\"");

/// Name, message and lines of such an error; none where the text says nothing of the class.
pub(super) fn read(class: &str, text: &str) -> Option<(String, String, Vec<String>)> {
    let pieces = pieces(text);
    let is_error = |piece: &String| {
        let name = piece.split(':').next().unwrap_or_default().trim();
        !class.is_empty() && name.rsplit('.').next() == Some(class)
    };
    let end = pieces.iter().rposition(is_error)?;
    let told = pieces[end..].concat();
    let message = told.split_once(": ").map_or("", |(_, message)| message);
    let lines = pieces.iter().filter(|piece| !piece.contains(WRAPPER));
    let lines = lines.map(|piece| piece.replacen(NO_FILE.0, NO_FILE.1, 1));
    Some((
        class.to_owned(),
        message.trim_end().to_owned(),
        lines.collect(),
    ))
}

/// The list's elements, each of which ends a line; else the lines.
fn pieces(text: &str) -> Vec<String> {
    let list = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    match list {
        Some(list) => {
            let elements = list.split("\n, ");
            elements
                .map(|one| format!("{}\n", one.trim_end_matches('\n')))
                .collect()
        }
        None => text.split_inclusive('\n').map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_as_java_writes_it_is_read() {
        let text = "[Traceback (most recent call last):\n,   File \"/tmp/shell_wrapper.py\", line 102, in \
            exec\n    self._exec_then_eval(code.rstrip())\n,   File \"<string>\", line 6, in <module>\n, \
            pyspark.errors.AnalysisException: [NO] such table: t\nIn all.\n]";
        let (name, message, lines) = read("AnalysisException", text).unwrap();
        assert_eq!(name, "AnalysisException");
        assert_eq!(message, "[NO] such table: t\nIn all.");
        assert_eq!(
            lines,
            [
                "Traceback (most recent call last):\n",
                "  File \"<stdin>\", line 6, in <module>\n",
                "pyspark.errors.AnalysisException: [NO] such table: t\nIn all.\n",
            ]
        );
    }

    #[test]
    fn lines_are_read_as_well_and_an_error_may_have_no_message() {
        let (_, message, lines) = read("E", "Traceback:\nE: a: b\nc\n").unwrap();
        assert_eq!((message.as_str(), lines.len()), ("a: b\nc", 3));
        assert_eq!(read("KeyError", "[KeyError\n]").unwrap().1, "");
        for (class, text) in [("", ": x"), ("E", "[]"), ("E", ""), ("E", "Else: E")] {
            assert_eq!(read(class, text), None, "{text}");
        }
    }
}
