//! What a value is, asked at a prompt with `x?`, `:schema` and `:type`: of Spark's values without a job, and
//! nothing of the question stays in the session.

use crate::showing;
use crate::support::program::{BINARY, Home};
use crate::support::pty::Screen;
use crate::support::session::Session;
use crate::support::spark::{runtime_of, shared, strict};
use livysh::local::{Options, Server};

/// A prompt in a session with Spark.
pub struct Prompt {
    pub screen: Screen,
    mark: &'static str,
}

impl Prompt {
    fn of(home: &Home, url: &str, session: &str, language: &str) -> Prompt {
        Prompt::sized(home, url, session, language, 120)
    }

    pub fn sized(home: &Home, url: &str, session: &str, language: &str, columns: u16) -> Prompt {
        let arguments = ["--url", url, "-s", session, "-l", language];
        let screen = Screen::run(home, BINARY, &arguments, 80, columns);
        let mark = match language {
            "scala" => "scala>",
            "sql" => "sql>",
            _ => ">>>",
        };
        screen.wait_for("Spark session available as 'spark'.");
        screen.wait_for_prompt(mark);
        Prompt { screen, mark }
    }

    /// Types a line; what stands between it and the next prompt.
    #[track_caller]
    pub fn gives(&mut self, line: &str) -> String {
        self.screen.send("\x0c");
        self.screen.wait_for_prompt(self.mark);
        self.screen.line(line);
        let (mark, screen) = (self.mark, &self.screen);
        let mut found = None;
        screen.wait_until(line, || {
            let rows = screen.rows();
            let mut rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            while rows.last().is_some_and(|row| row.is_empty()) {
                rows.pop();
            }
            let typed = rows.iter().position(|row| row.ends_with(line));
            match (typed, rows.last()) {
                (Some(typed), Some(last)) if *last == mark && typed + 1 < rows.len() => {
                    found = Some(rows[typed + 1..rows.len() - 1].join("\n"));
                    true
                }
                _ => false,
            }
        });
        found.unwrap().trim_end().to_owned()
    }

    #[track_caller]
    pub fn tells(&mut self, line: &str, told: &str) {
        let shown = self.gives(line);
        assert!(shown.contains(told), "{line}: no “{told}” in:\n{shown}");
    }
}

const TREE: &str = "root
 |-- id: long (nullable = false)
 |-- part: struct (nullable = false)
 |    |-- a: integer (nullable = false)
 |-- never: void (nullable = true)";

/// Whoever evaluates a row of it fails.
const ROWS: &str =
    r#"spark.range(3).selectExpr("id", "named_struct('a', 1) part", "raise_error('ran') never")"#;

fn python_tells_what_values_are(prompt: &mut Prompt) {
    prompt.gives(&format!("frame = {ROWS}"));
    // Its text would run a job.
    prompt.gives("spark.conf.set('spark.sql.repl.eagerEval.enabled', True)");
    prompt.gives("from collections import namedtuple as nt; Pair = nt('Pair', 'left right')");
    prompt.gives("pair = Pair(frame, ['x' * 5000] * 1000)");
    prompt.gives("inside = [frame, {'a': frame}, Pair(frame, 1)]");
    prompt.gives("add = eval('lambda x, y=2: x + y')");
    prompt
        .screen
        .paste("def plus(x, y=2):\n    'Adds\\n\\nboth.'\n    return x + y");
    prompt.screen.wait_for("return x + y");
    prompt.screen.send("\r");
    prompt.screen.wait_for_prompt(">>>");
    prompt.gives("names = None; names = set(globals())");
    prompt.tells("6 * 7", "42");
    let told = prompt.gives("frame?");
    assert!(told.starts_with("Type:         pyspark.sql."), "{told}");
    assert!(
        told.contains("\nString form:  DataFrame[id: bigint, part: "),
        "{told}"
    );
    assert!(told.ends_with(&format!("\nSchema:\n{TREE}")), "{told}");
    assert_eq!(prompt.gives("?pair.left"), told);
    assert_eq!(prompt.gives(":schema frame"), TREE);
    // Nor does it run one inside of another value, whose job would fail.
    prompt.tells("inside?", "[DataFrame[id: bigint, part: ");
    prompt.tells("inside?", "Pair(left=DataFrame[id: bigint, part: ");
    assert_eq!(prompt.gives(":sch pair.left"), TREE);
    let told = prompt.gives("pair.right?");
    assert!(
        told.starts_with("Type:         list\nString form:"),
        "{told}"
    );
    assert!(told.contains("\nLength:       1000\n"), "{told}");
    prompt.tells(
        ":schema pair.right",
        "pair.right is a list: it has no schema",
    );
    assert_eq!(prompt.gives(":type pair.right"), "list");
    let told = prompt.gives("plus?");
    let head = "Signature:    plus(x, y=2)\nType:         function\nDocstring:\nAdds\n\nboth.";
    assert_eq!(told, head);
    // Where the session keeps none of it, it was typed here.
    let source = "Source:\ndef plus(x, y=2):\n    'Adds\\n\\nboth.'\n    return x + y";
    prompt.tells("plus??", source);
    prompt.tells(
        "plus.__code__??",
        "Source:       the session has none of it",
    );
    prompt.tells("sum?", "Signature:    sum(iterable, /, start=0)");
    prompt.tells(
        "nothing_here?",
        "NameError: name 'nothing_here' is not defined",
    );
    prompt.tells("pair.middle?", "AttributeError: ");
    prompt.tells("frame.count()?", "frame.count() would run code");
    prompt.tells(":schema frame.count()", "frame.count() would run code");
    // Nothing is left of it.
    prompt.tells("_", "42");
    assert_eq!(prompt.gives("sorted(set(globals()) - names)"), "[]");
}

fn scala_tells_what_values_are(prompt: &mut Prompt) {
    prompt.gives(&format!("val sframe = {ROWS}"));
    prompt.gives("val snumbers = spark.range(3)");
    prompt.gives("def stimes(x: Int, by: Long) = x * by");
    prompt.gives("val spair = (sframe, List(1))");
    let number = |shown: &str| -> usize {
        let digits = shown.trim_start_matches("val ").trim_start_matches("res");
        let digits = digits.split(':').next().unwrap();
        digits
            .parse()
            .unwrap_or_else(|_| panic!("no result: {shown}"))
    };
    let before = number(&prompt.gives("6 * 7"));
    let told = prompt.gives("sframe?");
    assert!(
        told.starts_with("Type:         org.apache.spark.sql."),
        "{told}"
    );
    assert!(told.ends_with(&format!("Schema:\n{TREE}")), "{told}");
    let told = prompt.gives("snumbers?");
    assert!(
        told.ends_with("root\n |-- id: long (nullable = false)"),
        "{told}"
    );
    assert!(prompt.gives("spair._2?").contains("List[Int]"));
    assert_eq!(
        prompt.gives("spair._1??").lines().last(),
        TREE.lines().last()
    );
    prompt.tells("stimes?", "Type:         (Int, Long) => Long");
    assert_eq!(prompt.gives(":schema sframe"), TREE);
    for line in [":type 1); println(\"x\"", ":kind Int] + (1"] {
        prompt.tells(line, "nothing was sent");
    }
    prompt.tells(":schema before7", "not found: value before7");
    prompt.tells(":schema spair._2", "spair._2 is no DataFrame or Dataset");
    prompt.tells("nothingHere?", "not found: value nothingHere");
    assert_eq!(number(&prompt.gives("6 * 7")), before + 1);
    // The same in SQL.
    prompt.gives("snumbers.toDF.createOrReplaceTempView(\"seen\")");
    prompt.screen.line(":lang sql");
    prompt.mark = "sql>";
    prompt.screen.wait_for_prompt("sql>");
    let rows = prompt.gives(":schema seen");
    assert!(rows.contains("|id") && rows.contains("|bigint"), "{rows}");
    assert_eq!(prompt.gives("seen?"), rows);
    prompt.tells(":schema unseen", "TABLE_OR_VIEW_NOT_FOUND");
    prompt.tells(":schema (select 1)", "(select 1) would run code");
}

fn both(url: &str, session: &str) {
    let home = Home::new();
    let mut python = Prompt::of(&home, url, session, "python");
    python_tells_what_values_are(&mut python);
    showing::few_rows(&mut python, "few = ");
    let mut scala = Prompt::of(&home, url, session, "scala");
    showing::few_rows(&mut scala, "val few = ");
    scala_tells_what_values_are(&mut scala);
}

/// A question would wait behind it, and it is not for long that one looks.
#[test]
fn nothing_is_asked_while_a_statement_runs() {
    let home = Home::new();
    let (go, url) = (home.path().join("go"), strict());
    let session = Session::start(&url, "pyspark");
    session.wait_until_up();
    let mut prompt = Prompt::of(&home, &url, session.number(), "python");
    prompt.gives("kept = [1, 2]; import os, time");
    // Livy's cancel does not end it.
    let code = format!("while not os.path.exists({go:?}): time.sleep(0.05)");
    prompt.screen.line(&code);
    prompt.screen.line("");
    prompt.screen.wait_for("running 0:0");
    prompt.screen.send("\x03");
    prompt
        .screen
        .wait_for("Press Ctrl-C again to stop waiting.");
    prompt.screen.send("\x03");
    prompt
        .screen
        .wait_for("goes on in the session; :cancel cancels it.");
    prompt.screen.wait_for_prompt(">>>");
    for question in ["kept?", ":schema kept", ":type kept"] {
        let told = prompt.gives(question);
        assert!(
            told.starts_with("Statement ") && told.contains(" still runs; :wait "),
            "{told}"
        );
    }
    std::fs::write(go, "").unwrap();
    prompt.screen.line(":wait");
    prompt.screen.wait_for_prompt(">>>");
    prompt.tells("kept?", "Length:       2");
}

/// Whatever a value says of itself.
#[test]
fn what_a_value_says_is_not_obeyed_and_harms_nothing() {
    let (url, _) = shared();
    let session = Session::start(url, "pyspark");
    session.wait_until_up();
    let home = Home::new();
    let mut prompt = Prompt::of(&home, url, session.number(), "python");
    prompt.gives(r"live = '\x1b]0;owned\x07\x1b[2J'");
    prompt.gives(
        "Odd = type('Odd', (), {'__repr__': lambda self: 'odd' + live, '__doc__': live + '\\nmore'})",
    );
    prompt.gives("odd = Odd(); torn = type('Torn', (), {'__repr__': lambda self: 1 / 0})()");
    prompt.gives("lone = '\\ud800' + '{'; far = '漢' * 5000");
    let told = prompt.gives("odd?");
    assert!(
        told.contains("String form:  odd") && told.contains("\nmore"),
        "{told}"
    );
    let raw = String::from_utf8_lossy(&prompt.screen.raw()).into_owned();
    assert!(
        !raw.contains("\x1b]0;owned") && !raw.contains("\x1b[2J\r\nmore"),
        "{raw}"
    );
    prompt.tells("torn?", "Type:         __main__.Torn");
    prompt.tells("lone?", "Length:       2");
    prompt.tells("far?", "Length:       5000");
    prompt.tells("os?", "NameError: name 'os' is not defined");
    // In R there is nothing to ask with.
    prompt.screen.line(":lang r");
    prompt.mark = ">";
    prompt.screen.wait_for_prompt(">");
    prompt.tells("mean?", "in R str(mean) tells what it is");
    prompt.tells(":schema mean", "in R printSchema(mean) shows it");
}

#[test]
fn values_are_told_where_code_is_compiled_whole() {
    // One of its own: settings of Spark are changed in it.
    let (url, _) = shared();
    let session = Session::start(url, "spark");
    session.wait_until_up();
    both(url, session.number());
    session.delete();
}

#[test]
fn values_are_told_where_code_is_fed_by_lines() {
    let url = strict();
    let session = Session::start(&url, "spark");
    session.wait_until_up();
    both(&url, session.number());
    session.delete();
}

#[test]
fn values_are_told_on_spark_4_fed_by_lines() {
    let cache = crate::support::program::cache().join("livysh");
    let mut options = Options::new(cache);
    options.strict = true;
    let server = Server::start(&options, runtime_of(Some("4"))).unwrap();
    let session = Session::start(&server.url(), "spark");
    session.wait_until_up();
    both(&server.url(), session.number());
}
