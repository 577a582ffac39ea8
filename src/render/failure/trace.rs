//! A traceback of Python as data.

/// A frame: where, and the lines that Python shows of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Entry {
    pub(super) file: String,
    pub(super) line: usize,
    /// Empty for a syntax error, which has no function.
    pub(super) name: String,
    /// The source line, then perhaps marks under it, both indented by four.
    pub(super) code: Vec<String>,
    /// `[Previous line repeated 992 more times]`
    pub(super) after: Vec<String>,
}

/// The frames of the error itself, the whole text of the errors that led to it, and what stands
/// below the error: its notes, and the members of a group.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trace {
    pub(super) entries: Vec<Entry>,
    pub(super) before: String,
    pub(super) after: Vec<String>,
}

/// How Python moves the lines of a group of exceptions.
const GROUP: &str = "  | ";

const LEADS: [&str; 2] = [
    "The above exception was the direct cause of the following exception:\n\n",
    "During handling of the above exception, another exception occurred:\n\n",
];

/// The error's own text, which may hold tracebacks of other processes, is not looked at.
pub(super) fn parse(text: &str, ename: &str, evalue: &str) -> Trace {
    let text = text.trim_end();
    let evalue = evalue.trim_end();
    let (frames, after) = around(text, ename, evalue).unwrap_or_else(|| {
        // Python may word the error itself otherwise, as that of syntax.
        let frames = text.strip_suffix(evalue).unwrap_or(text);
        (frames.rfind(ename).map_or(frames, |at| &frames[..at]), "")
    });
    let own = last_of(frames);
    let before = &frames[..frames.len() - own.len()];
    Trace {
        entries: self::frames(&ungrouped(own)).0,
        before: before.to_owned(),
        after: after.lines().map(str::to_owned).collect(),
    }
}

/// What of a traceback stands above the error's own lines, and below them.
fn around<'a>(text: &'a str, ename: &str, evalue: &str) -> Option<(&'a str, &'a str)> {
    let error = match evalue.is_empty() {
        true => ename.to_owned(),
        false => format!("{ename}: {evalue}"),
    };
    // A module may stand before; members of the group are further to the right.
    let is_own = |at: &usize| {
        let line = text[..*at].rsplit('\n').next().unwrap_or("");
        let module = line.strip_prefix(GROUP).unwrap_or(line);
        module.is_empty() || (module.ends_with('.') && !module.contains(char::is_whitespace))
    };
    let starts = text.match_indices(&error).map(|(at, _)| at);
    let start = starts.filter(is_own).last()?;
    let below = &text[start + error.len()..];
    // Python may end the line with a suggestion.
    let after = below.split_once('\n').map_or("", |(_, after)| after);
    Some((&text[..start], after))
}

/// The frames of a group of exceptions as those of any other.
fn ungrouped(text: &str) -> String {
    let first = "  + Exception Group ";
    let Some(rest) = text.strip_prefix(first) else {
        return text.to_owned();
    };
    let lines = rest.split_inclusive('\n');
    lines
        .map(|line| line.strip_prefix(GROUP).unwrap_or(line))
        .collect()
}

/// The last of the errors that led to each other.
pub(super) fn last_of(text: &str) -> &str {
    let lead = LEADS
        .iter()
        .filter_map(|lead| Some(text.rfind(lead)? + lead.len()))
        .max();
    &text[lead.unwrap_or(0)..]
}

/// The frames at a text's beginning, and what follows them.
pub(super) fn frames(text: &str) -> (Vec<Entry>, &str) {
    let mut entries: Vec<Entry> = Vec::new();
    let mut position = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        let last = entries.last_mut();
        match (entry(bare), last) {
            (Some(entry), _) => entries.push(entry),
            (None, Some(last)) if bare.starts_with("  [Previous line") => {
                last.after.push(bare.to_owned());
            }
            (None, Some(last)) if bare.starts_with("    ") => last.code.push(bare.to_owned()),
            (None, None) if bare == "Traceback (most recent call last):" => {}
            (None, _) => break,
        }
        position += line.len();
    }
    (entries, &text[position..])
}

/// `  File "<stdin>", line 4, in f`
fn entry(line: &str) -> Option<Entry> {
    let (file, rest) = line.strip_prefix("  File \"")?.split_once("\", line ")?;
    let (number, name) = match rest.split_once(", in ") {
        Some((number, name)) => (number, name),
        None => (rest, ""),
    };
    Some(Entry {
        file: file.to_owned(),
        line: number.parse().ok()?,
        name: name.to_owned(),
        ..Entry::default()
    })
}

/// Whether a file is part of PySpark, or of what runs the user's code: Livy's shell is a file whose
/// name is a number.
pub(super) fn is_internal(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    let parts = ["/pyspark/", "/py4j/", "/pyspark.zip/", "/livysh_driver/"];
    parts.iter().any(|part| file.contains(part))
        || file.contains("/py4j-")
        || name.parse::<i128>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_have_lines_and_marks() {
        let text = "Traceback (most recent call last):\n  File \"<stdin>\", line 9, in f\n    \
            return x / 0\n           ~~^~~\n  [Previous line repeated 2 more times]\n\
            ZeroDivisionError: division by zero\n";
        let trace = parse(text, "ZeroDivisionError", "division by zero");
        assert_eq!(trace.entries.len(), 1);
        assert_eq!(
            (trace.entries[0].line, trace.entries[0].name.as_str()),
            (9, "f")
        );
        assert_eq!(
            trace.entries[0].code,
            ["    return x / 0", "           ~~^~~"]
        );
        assert_eq!(trace.entries[0].after.len(), 1);
    }

    #[test]
    fn a_traceback_inside_the_message_is_no_frame() {
        let evalue = "\n  An exception was thrown.\nTraceback (most recent call last):\n  \
            File \"<stdin>\", line 4, in h\nZeroDivisionError: by zero\n";
        let text = format!(
            "Traceback (most recent call last):\n  File \"/a/pyspark/x.py\", line 1, in collect\n\
            pyspark.errors.PythonException: {evalue}\n"
        );
        let trace = parse(&text, "PythonException", evalue);
        assert_eq!(trace.entries.len(), 1);
        assert_eq!(trace.entries[0].name, "collect");
    }

    #[test]
    fn notes_stand_below_the_error() {
        let text = "Traceback (most recent call last):\n  File \"<stdin>\", line 2, in f\n\
            a.b.BadError: boom\nsee BadError: boom\n  and more\n";
        let trace = parse(text, "BadError", "boom");
        assert_eq!(trace.entries.len(), 1);
        assert_eq!(trace.after, ["see BadError: boom", "  and more"]);
        let silent = parse(&text.replace(": boom", ""), "BadError", "");
        assert_eq!(silent.after, ["see BadError", "  and more"]);
        let suggested = "Traceback (most recent call last):\nNameError: x. Did you mean: 'y'?\n";
        assert!(parse(suggested, "NameError", "x").after.is_empty());
    }

    #[test]
    fn members_stand_below_their_group() {
        let text = "  + Exception Group Traceback (most recent call last):\n  |   File \
            \"<stdin>\", line 2, in f\n  |     raise g\n  | ExceptionGroup: g (1 sub-exception)\n  \
            +-+---------------- 1 ----------------\n    | ExceptionGroup: g (1 sub-exception)\n    \
            +------------------------------------\n";
        let trace = parse(text, "ExceptionGroup", "g (1 sub-exception)");
        assert_eq!(trace.entries.len(), 1);
        assert_eq!(trace.entries[0].code, ["    raise g"]);
        assert_eq!(
            trace.after,
            [
                "  +-+---------------- 1 ----------------",
                "    | ExceptionGroup: g (1 sub-exception)",
                "    +------------------------------------",
            ]
        );
    }

    #[test]
    fn what_led_to_it_is_apart() {
        let text = "Traceback (most recent call last):\n  File \"<stdin>\", line 2, in <module>\n\
            ZeroDivisionError: by zero\n\nThe above exception was the direct cause of the following \
            exception:\n\nTraceback (most recent call last):\n  File \"<stdin>\", line 4, in \
            <module>\nRuntimeError: second\n";
        let trace = parse(text, "RuntimeError", "second");
        assert_eq!(trace.entries.len(), 1);
        assert_eq!(trace.entries[0].line, 4);
        assert!(trace.before.contains("ZeroDivisionError") && trace.before.ends_with("\n\n"));
    }

    #[test]
    fn files_of_pyspark_and_livy_are_known() {
        for file in [
            "/x/lib/pyspark.zip/pyspark/rdd.py",
            "/x/py4j-0.10.9.7-src.zip/py4j/protocol.py",
            "/home/me/-3828586738158003896",
        ] {
            assert!(is_internal(file), "{file}");
        }
        assert!(!is_internal("/home/me/helper.py"));
    }
}
