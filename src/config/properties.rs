//! Files of settings as Spark reads them: those of Java.

use super::Environment;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Settings of a file: a key, then blanks, `=` or `:`, then the value.
pub(super) fn properties(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(lines(&text).iter().map(|line| parted(line)).collect())
}

/// The defaults of the Spark on this machine.
pub(super) fn defaults(environment: Environment<'_>) -> Result<BTreeMap<String, String>, String> {
    let folder = environment("SPARK_CONF_DIR").map(PathBuf::from);
    let folder =
        folder.or_else(|| environment("SPARK_HOME").map(|home| Path::new(&home).join("conf")));
    match folder {
        Some(folder) => properties(&folder.join("spark-defaults.conf")),
        None => Err(
            "--load-spark-defaults reads $SPARK_HOME/conf/spark-defaults.conf: set SPARK_HOME"
                .to_owned(),
        ),
    }
}

/// The lines that hold something; one that ends in a backslash goes on in the next.
fn lines(text: &str) -> Vec<String> {
    let mut whole: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        let line = line.trim_start();
        let is_comment = line.is_empty() || line.starts_with(['#', '!']);
        if !goes_on && is_comment {
            continue;
        }
        let backslashes = line.len() - line.trim_end_matches('\\').len();
        let part = match backslashes % 2 {
            0 => line,
            _ => &line[..line.len() - 1],
        };
        match whole.last_mut() {
            Some(last) if goes_on => last.push_str(part),
            _ => whole.push(part.to_owned()),
        }
        goes_on = backslashes % 2 == 1;
    }
    whole
}

fn parted(line: &str) -> (String, String) {
    let mut is_escaped = false;
    let end = line.find(|c: char| {
        let is_end = !is_escaped && (c.is_whitespace() || c == '=' || c == ':');
        is_escaped = c == '\\' && !is_escaped;
        is_end
    });
    let (key, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start();
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim();
    (unescaped(key), unescaped(value))
}

fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('t') => plain.push('\t'),
                Some('n') => plain.push('\n'),
                Some('r') => plain.push('\r'),
                Some('f') => plain.push('\u{c}'),
                Some('u') => {
                    let digits: String = rest.by_ref().take(4).collect();
                    let code = u32::from_str_radix(&digits, 16).ok();
                    plain.push(code.and_then(char::from_u32).unwrap_or('\u{fffd}'));
                }
                Some(c) => plain.push(c),
                None => {}
            },
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_java_does() {
        let text = "# x\n! y\n\nspark.a 1\nspark.b = 2 \nspark.c: x=3\nspark.d\n  spark.e\\ f\\=g  h\n\
                    spark.g one, \\\n    two\nspark.h C:\\\\d \\u00e9\\t.\n";
        let found: Vec<(String, String)> = lines(text).iter().map(|line| parted(line)).collect();
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("spark.a", "1"),
                ("spark.b", "2"),
                ("spark.c", "x=3"),
                ("spark.d", ""),
                ("spark.e f=g", "h"),
                ("spark.g", "one, two"),
                ("spark.h", "C:\\d é\t."),
            ]
        );
    }

    #[test]
    fn the_defaults_are_where_spark_is() {
        let folder = tempfile::tempdir().unwrap();
        let conf = folder.path().join("conf");
        std::fs::create_dir(&conf).unwrap();
        std::fs::write(conf.join("spark-defaults.conf"), "spark.a 1\n").unwrap();
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        for (variable, value) in [("SPARK_HOME", folder.path()), ("SPARK_CONF_DIR", &conf)] {
            let environment = |name: &str| (name == variable).then(|| text(value));
            assert_eq!(defaults(&environment).unwrap()["spark.a"], "1");
        }
        assert!(defaults(&|_| None).unwrap_err().contains("SPARK_HOME"));
    }
}
