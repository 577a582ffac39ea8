//! What Java and Spark say: exceptions with their frames, and failures of a job that hold the real
//! one.

use super::Piece;

pub(super) const JVM: &str = "Spark and the JVM";

/// Packages whose frames are not the user's.
const INTERNAL: [&str; 18] = [
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "com.sun.",
    "scala.",
    "org.apache.spark.",
    "org.apache.livy.",
    "org.apache.hadoop.",
    "org.apache.hive.",
    "org.codehaus.janino.",
    "org.codehaus.commons.",
    "py4j.",
    "io.netty.",
    "com.fasterxml.",
    "org.json4s.",
    "java.base/",
    "jdk.internal.",
];

/// What of a frame stands before the brackets: `package.Class.method`.
pub(super) fn frame(line: &str) -> Option<&str> {
    let rest = line
        .strip_prefix(['\t', ' '])?
        .trim_start()
        .strip_prefix("at ")?;
    let (method, place) = rest.split_once('(')?;
    place.trim_end().ends_with(')').then_some(method)
}

/// How many frames a line `... 51 elided` or `... 3 more` stands for.
fn elided(line: &str) -> Option<usize> {
    let (count, what) = line.trim().strip_prefix("... ")?.split_once(' ')?;
    let known = ["elided", "more", "common frames omitted"].contains(&what);
    count.parse().ok().filter(|_| known)
}

/// Whether a line belongs to the list of frames below an exception.
pub(super) fn is_of_trace(line: &str) -> bool {
    frame(line).is_some() || elided(line).is_some()
}

/// Whether a frame is of a package that is not the user's.
fn is_internal(method: &str) -> bool {
    // A class loader's or module's name may stand before: `app//a.b`, `java.base/a.b`.
    let class = method.rsplit_once('/').map_or(method, |(_, class)| class);
    INTERNAL
        .iter()
        .any(|package| class.starts_with(package) || method.starts_with(package))
}

/// Lines with the frames that are not the user's folded; `show` writes the others.
pub(super) fn fold<'a>(
    lines: impl Iterator<Item = &'a str>,
    mut show: impl FnMut(&str) -> String,
) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut frames: usize = 0;
    for line in lines {
        match (frame(line), elided(line)) {
            (Some(method), _) if is_internal(method) => frames = frames.saturating_add(1),
            (None, Some(count)) => frames = frames.saturating_add(count),
            // It only heads frames that are folded.
            (None, None) if line.trim().is_empty() || line.starts_with("Driver stacktrace:") => {}
            _ => {
                push_folded(&mut pieces, &mut frames);
                pieces.push(Piece::plain(show(line)));
            }
        }
    }
    push_folded(&mut pieces, &mut frames);
    pieces
}

/// The causes that a trace names, each once and not what is told already, then all its frames
/// folded, and as many more as are left out elsewhere.
pub(super) fn causes<'a>(
    lines: impl Iterator<Item = &'a str>,
    told: &str,
    mut frames: usize,
) -> Vec<Piece> {
    let mut named = vec![told];
    let mut pieces = Vec::new();
    let mut is_new = false;
    for line in lines {
        if is_of_trace(line) {
            frames = frames.saturating_add(1);
            // What follows frames is no message of the cause above them.
            is_new = false;
        } else if let Some(cause) = cause(line) {
            // That of a Python worker is told with its own frames.
            is_new =
                !named.contains(&cause) && !cause.ends_with("Traceback (most recent call last):");
            named.push(cause);
        }
        if is_new && !line.trim().is_empty() {
            pieces.push(Piece::plain(line));
        }
    }
    push_folded(&mut pieces, &mut frames);
    pieces
}

/// What a line names as the cause of an exception.
fn cause(line: &str) -> Option<&str> {
    line.strip_prefix("Caused by: ")
}

pub(super) fn push_folded(pieces: &mut Vec<Piece>, frames: &mut usize) {
    if *frames > 0 {
        let frames = std::mem::take(frames);
        pieces.push(Piece::Folded { frames, whose: JVM });
    }
}

/// An exception's text, with the failure of a job reduced to what failed in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reduced<'a> {
    pub(super) headline: &'a str,
    /// The other lines of its message.
    pub(super) message: Vec<&'a str>,
    /// Its own frames and its causes.
    pub(super) trace: Vec<&'a str>,
    /// Frames below a reduced one, of the driver.
    pub(super) dropped: usize,
    pub(super) note: Option<String>,
}

/// What Java said, of an error that py4j passes on: `An error occurred while calling x.y.`, then
/// `: java.lang.X: what`.
pub(super) fn through_py4j(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("An error occurred while calling ")?;
    Some(rest.split_once("\n: ")?.1)
}

/// What begins with an exception's own line: `java.lang.X: what`.
pub(super) fn reduce(text: &str) -> Reduced<'_> {
    let mut lines: Vec<&str> = text.lines().collect();
    let mut headline = if lines.is_empty() {
        ""
    } else {
        lines.remove(0)
    };
    let mut note = None;
    let mut dropped = 0;
    if let Some((task, cause)) = task_failure(headline) {
        headline = cause;
        note = Some(format!("it failed in {task}, on an executor"));
        let end = lines
            .iter()
            .position(|line| line.starts_with("Driver stacktrace:") || line.starts_with("  at "));
        dropped = count_frames(&lines.split_off(end.unwrap_or(lines.len())));
    }
    if let Some(at) = wrapped_cause(headline, &lines) {
        dropped = count_frames(&lines[..at]).saturating_add(dropped);
        headline = lines[at].trim_start_matches("Caused by: ");
        lines.drain(..=at);
        note.get_or_insert_with(|| "it failed in a function that Spark called".to_owned());
    }
    let of_trace = |line: &&str| is_of_trace(line) || line.starts_with("Caused by: ");
    let end = lines.iter().position(of_trace).unwrap_or(lines.len());
    let trace = lines.split_off(end);
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    Reduced {
        headline,
        message: lines,
        trace,
        dropped,
        note,
    }
}

/// `Job aborted …: Lost task 1.0 in stage 0.0 (TID 1) (host executor 2): cause`: the task, the cause.
fn task_failure(line: &str) -> Option<(String, &str)> {
    let (_, rest) = line.split_once("Job aborted due to stage failure: ")?;
    let (_, lost) = rest.split_once("Lost task ")?;
    let (task, rest) = lost.split_once(" (TID ")?;
    let (_, cause) = rest.split_once("): ")?;
    let (task, stage) = task.split_once(" in stage ")?;
    Some((format!("task {task} of stage {stage}"), cause))
}

/// Where the cause of a failed user-defined function stands, which says nothing itself.
fn wrapped_cause(headline: &str, lines: &[&str]) -> Option<usize> {
    let wraps = headline.contains("[FAILED_EXECUTE_UDF]")
        || headline.contains("Failed to execute user defined function");
    let is_cause = |line: &&str| line.starts_with("Caused by: ");
    lines.iter().position(is_cause).filter(|_| wraps)
}

fn count_frames(lines: &[&str]) -> usize {
    let count = |line: &&str| elided(line).unwrap_or(usize::from(frame(line).is_some()));
    lines.iter().map(count).fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_known_and_folded() {
        let lines = [
            "\tat f(<console>:3)",
            "\tat scala.collection.Iterator$$anon$10.next(Iterator.scala:461)",
            "\tat java.base/java.lang.Thread.run(Thread.java:840)",
            "\tat com.acme.Job.run(Job.scala:7)",
            "  ... 51 elided",
        ];
        let pieces = fold(lines.into_iter(), str::to_owned);
        let folded = |frames| Piece::Folded { frames, whose: JVM };
        let expected = [
            Piece::plain(lines[0]),
            folded(2),
            Piece::plain(lines[3]),
            folded(51),
        ];
        assert_eq!(pieces, expected);
    }

    #[test]
    fn causes_are_named_once_each() {
        let lines = [
            "\tat a.B.c(D.java:1)",
            "Caused by: a.Outer: told",
            "\tat a.B.c(D.java:1)",
            "Caused by: a.Inner: two",
            "lines",
            "\t... 3 more",
            "",
            "Driver stacktrace:",
            "\tat a.B.c(D.java:1)",
            "Caused by: a.Inner: two",
            "lines",
            "\t... 3 more",
            "Caused by: a.Root: last",
        ];
        let expected = [
            Piece::plain("Caused by: a.Inner: two"),
            Piece::plain("lines"),
            Piece::plain("Caused by: a.Root: last"),
            Piece::Folded {
                frames: 7,
                whose: JVM,
            },
        ];
        assert_eq!(causes(lines.into_iter(), "a.Outer: told", 2), expected);
    }

    #[test]
    fn a_failed_job_is_reduced_to_its_cause() {
        let text = "org.apache.spark.SparkException: Job aborted due to stage failure: Task 1 in \
            stage 0.0 failed 1 times, most recent failure: Lost task 1.0 in stage 0.0 (TID 1) \
            (localhost executor driver): java.lang.ArithmeticException: / by zero\n\
            \tat $anonfun$res4$1(<console>:26)\n\tat a.B.c(D.java:1)\n\nDriver stacktrace:\n  \
            at org.apache.spark.X.y(X.scala:1)\n  ... 51 elided\n\
            Caused by: java.lang.ArithmeticException: / by zero\n  ... 3 more\n";
        let reduced = reduce(text);
        assert_eq!(reduced.headline, "java.lang.ArithmeticException: / by zero");
        assert_eq!(reduced.trace[0], "\tat $anonfun$res4$1(<console>:26)");
        assert_eq!(reduced.dropped, 55);
        let note = "it failed in task 1.0 of stage 0.0, on an executor";
        assert_eq!(reduced.note.as_deref(), Some(note));
    }

    #[test]
    fn a_failed_function_is_reduced_to_its_cause() {
        let text = "org.apache.spark.SparkException: [FAILED_EXECUTE_UDF] Failed to execute user \
            defined function (`$anonfun`: (bigint) => bigint).\n  at org.apache.spark.X.y(X:1)\n\
            Caused by: java.lang.RuntimeException: odd\n  at f(<console>:3)\n  ... 4 more";
        let reduced = reduce(text);
        assert_eq!(reduced.headline, "java.lang.RuntimeException: odd");
        assert_eq!(reduced.trace, ["  at f(<console>:3)", "  ... 4 more"]);
        assert_eq!(reduced.dropped, 1);
    }

    #[test]
    fn a_message_may_have_several_lines() {
        let reduced = reduce("a.B: x\ny\n\n  at c.d(E.java:1)\nCaused by: f.G: z\n  ... 2 more");
        assert_eq!(reduced.headline, "a.B: x");
        assert_eq!(reduced.message, ["y"]);
        assert_eq!(reduced.trace.len(), 3);
    }
}
