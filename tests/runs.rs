//! A table of runs: how a script comes in, its language, how it ends, and the options. Standard
//! output, standard error and the exit code are as they stand here, byte for byte, on a real Spark;
//! only the numbers of Scala's results and of frames are taken out.

use crate::support::program::Home;
use crate::support::session::Session;
use crate::support::spark::{is_ours, shared};
use std::fmt::Write;

/// The files that the runs name.
const FILES: [(&str, &str); 23] = [
    ("ok.py", "x = 20\nx + 1\nprint('p')\n"),
    ("ok.scala", "val x = 20\nprintln(\"p\")\nx + 1\n"),
    ("ok.sql", "select 1 as a;\nselect 'b' as b, null as n;\n"),
    ("bad.py", "print(1)\n\n1 / 0\nprint(2)\n"),
    ("bad.scala", "println(1)\n\n1 / 0\nprintln(2)\n"),
    (
        "bad.sql",
        "select 1 as a;\nselect nothing_there;\nselect 2 as b;\n",
    ),
    ("syntax.py", "print(1)\nx = = 1\n"),
    ("types.scala", "println(1)\nval n: Int = \"a\"\n"),
    ("exit3.py", "import sys\nprint(1)\nsys.exit(3)\nprint(2)\n"),
    ("exit3.scala", "println(1)\nSystem.exit(3)\nprintln(2)\n"),
    (
        "main.py",
        "import sys\ndef main():\n    print('m')\n    return 4\nsys.exit(main())\n",
    ),
    (
        "main.scala",
        "def main(): Int = { println(\"m\"); 4 }\nsys.exit(main())\n",
    ),
    ("said.py", "import sys\nsys.exit('no data')\n"),
    ("inside.py", "def f():\n    raise SystemExit(5)\nf()\n"),
    ("quit.scala", "println(1)\n:quit\nprintln(2)\n"),
    ("pasted.scala", ":paste < E\nval a = 1\nE\nprintln(2)\n"),
    ("args.py", "import sys\nprint(sys.argv)\n"),
    ("args.scala", "println(args.mkString(\"|\"))\n"),
    (
        "line",
        "#!/usr/bin/env -S livysh -l python\nprint('first line')\n",
    ),
    (
        "line.scala",
        "#!/usr/bin/env livysh\nprintln(\"first line\")\n",
    ),
    ("crlf.py", "def f():\r\n    return 1\r\n\r\nf()\r\n"),
    ("mark.py", "\u{feff}print('mark')\n"),
    ("empty.py", ""),
];

/// What is run, with the words of its command line set apart by blanks or `|`, and what it gives.
struct Run {
    line: &'static str,
    input: Option<&'static str>,
    out: &'static str,
    err: &'static str,
    code: i32,
}

const fn run(line: &'static str, out: &'static str, err: &'static str, code: i32) -> Run {
    Run {
        line,
        input: None,
        out,
        err,
        code,
    }
}

const fn fed(
    line: &'static str,
    input: &'static str,
    out: &'static str,
    err: &'static str,
    code: i32,
) -> Run {
    Run {
        line,
        input: Some(input),
        out,
        err,
        code,
    }
}

const ZERO_PY: &str = "ZeroDivisionError: division by zero\n    1 / 0\n    ~~^~~\n";
const ZERO_SCALA: &str = "java.lang.ArithmeticException: / by zero\n    1 / 0\n  at .<init>(bad.scala:3)\n... N frames of Spark and the JVM\n";

fn table() -> Vec<Run> {
    vec![
        // Each way in, each language, all well.
        run("ok.py", "21\np\n", "", 0),
        run("-f ok.py", "21\np\n", "", 0),
        run("ok.scala", "x: Int = 20\np\nresN: Int = 21\n", "", 0),
        run("-f ok.scala", "x: Int = 20\np\nresN: Int = 21\n", "", 0),
        run(
            "ok.sql",
            "+-+\n|a|\n+-+\n|1|\n+-+\n+-+----+\n|b|n   |\n+-+----+\n|b|NULL|\n+-+----+\n",
            "",
            0,
        ),
        run("-l python -e 1+1 -e print(3)", "2\n3\n", "", 0),
        run("-l scala -e 1+1", "resN: Int = 2\n", "", 0),
        run(
            "-l|sql|-e|select 1 as a",
            "+-+\n|a|\n+-+\n|1|\n+-+\n",
            "",
            0,
        ),
        fed("-l python", "1\n2\n", "1\n2\n", "", 0),
        fed("-l python -", "1\n", "1\n", "", 0),
        fed("-l scala", "1\n", "resN: Int = 1\n", "", 0),
        fed(
            "-l sql",
            "select 1 as a",
            "+-+\n|a|\n+-+\n|1|\n+-+\n",
            "",
            0,
        ),
        run("-f ok.py -l|python|-e|x + 2", "21\np\n22\n", "", 0),
        fed(
            "-l python -f - ok.py",
            "print('in')\n",
            "in\n21\np\n",
            "",
            0,
        ),
        run("empty.py", "", "", 0),
        fed("-l python", "", "", "", 0),
        fed("-l scala", "\n// nothing\n", "", "", 0),
        run("crlf.py", "1\n", "", 0),
        run("mark.py", "mark\n", "", 0),
        run("line", "first line\n", "", 0),
        run("line.scala", "first line\n", "", 0),
        fed("", "#!/usr/bin/env python3\nprint('in')\n", "in\n", "", 0),
        // Errors.
        run("bad.py", "1\n", "bad.py:3: ZERO_PY", 1),
        run("bad.scala", "1\n", "bad.scala:3: ZERO_SCALA", 1),
        fed(
            "-l python",
            "print(1)\n1 / 0\nprint(2)\n",
            "1\n",
            "<stdin>:2: ZERO_PY",
            1,
        ),
        run("-l|python|-e|1 / 0", "", "-e:1: ZERO_PY", 1),
        run(
            "syntax.py",
            "1\n",
            "syntax.py:2: SyntaxError: invalid syntax\n    x = = 1\n        ^\n",
            1,
        ),
        run(
            "types.scala",
            "1\n",
            "types.scala:2: error: type mismatch;\n found   : String(\"a\")\n required: Int\n    \
             val n: Int = \"a\"\n                 ^\n",
            1,
        ),
        run(
            "--keep-going bad.py",
            "1\n2\n",
            "bad.py:3: ZERO_PY1 statement failed\n",
            1,
        ),
        run(
            "--keep-going bad.scala",
            "1\n2\n",
            "bad.scala:3: ZERO_SCALA1 statement failed\n",
            1,
        ),
        run(
            "--keep-on-error bad.py",
            "1\n",
            "bad.py:3: ZERO_PYGo on with:       livysh --url URL -s SESSION --from 3 bad.py\n",
            1,
        ),
        run(
            "-q --keep-on-error --no-header --statement-timeout 90 bad.py",
            "1\n",
            "bad.py:3: ZERO_PYGo on with:       livysh --url URL -s SESSION --from 3 -q --no-header \
             --statement-timeout 1m30s bad.py\n",
            1,
        ),
        run("--from 4 bad.py", "2\n", "", 0),
        run("--from 4 pasted.scala", "2\n", "", 0),
        run("--from 4 bad.scala", "2\n", "", 0),
        run("--from 3 bad.sql", "+-+\n|b|\n+-+\n|2|\n+-+\n", "", 0),
        run("-q bad.py", "1\n", "bad.py:3: ZERO_PY", 1),
        // The end that a script asks for.
        run("exit3.py", "1\n", "", 3),
        run("exit3.scala", "1\n", "", 3),
        run("main.py", "m\n", "", 4),
        run("main.scala", "main: ()Int\nm\n", "", 4),
        run("-q main.scala", "m\n", "", 4),
        run("said.py", "", "no data\n", 1),
        run("inside.py", "", "", 5),
        run("quit.scala", "1\n", "", 0),
        run("-l python -e exit()", "", "", 0),
        run("-l python -e quit(7) -e print(1)", "", "", 7),
        run("-l scala -e sys.exit", "", "", 0),
        run("-l scala -e sys.exit(300)", "", "", 44),
        fed("-l python", "print(1)\nexit(2)\nprint(2)\n", "1\n", "", 2),
        run(
            "--keep-going|-l|python|-e|1 / 0|-e|exit(0)",
            "",
            "-e:1: ZERO_PY",
            1,
        ),
        // Arguments.
        run("args.py", "['args.py']\n", "", 0),
        run(
            "args.py|-l|sql|a b|\"$HOME|--|é",
            "['args.py', '-l', 'sql', 'a b', '\"$HOME', '--', 'é']\n",
            "",
            0,
        ),
        run("args.scala|-q|a b|\"$x", "-q|a b|\"$x\n", "", 0),
        fed(
            "-l python - a",
            "import sys; sys.argv\n",
            "['-', 'a']\n",
            "",
            0,
        ),
        run("ok.sql a", "", "livysh: sql takes no arguments\n", 2),
        // Output.
        run("-q ok.py", "p\n", "", 0),
        run("-q ok.scala", "p\n", "", 0),
        run("-q -o csv ok.sql", "a\n1\nb,n\nb,\n", "", 0),
        run("-o csv --no-header ok.sql", "1\nb,\n", "", 0),
        run("-o tsv ok.sql", "a\n1\nb\tn\nb\t\\N\n", "", 0),
        run(
            "-o json ok.sql",
            "[\n{\"a\":1}\n]\n[\n{\"b\":\"b\",\"n\":null}\n]\n",
            "",
            0,
        ),
        run(
            "-o ndjson ok.sql",
            "{\"a\":1}\n{\"b\":\"b\",\"n\":null}\n",
            "",
            0,
        ),
        run(
            "-o markdown ok.sql",
            "| a |\n| ---: |\n| 1 |\n| b | n |\n| --- | --- |\n| b | NULL |\n",
            "",
            0,
        ),
        run(
            "-o vertical|-l|sql|-e|select 1 as a, 'x' as b",
            "-RECORD 0\n a | 1\n b | x\n",
            "",
            0,
        ),
        run(
            "-o csv -l python -e 1",
            "1\n",
            "the format csv is for rows of SQL: this is text, written as it is\n",
            0,
        ),
        run(
            "--echo ok.py",
            ">>> x = 20\n>>> x + 1\n21\n>>> print('p')\np\n",
            "",
            0,
        ),
        run(
            "--echo ok.scala",
            "scala> val x = 20\nx: Int = 20\n\nscala> println(\"p\")\np\n\nscala> x + 1\nresN: Int = 21\n",
            "",
            0,
        ),
        // Time.
        run(
            "--statement-timeout|1s|-l|python|-e|__import__('time').sleep(60)",
            "",
            "-e:1: it ran for longer than 1 s\n",
            124,
        ),
        run(
            "--timeout|2s|-l|python|-e|__import__('time').sleep(60)",
            "",
            "livysh: the run did not end within --timeout\n",
            124,
        ),
        // What cannot be followed.
        run(
            "--from 2 -l python -e 1",
            "",
            "livysh: --from needs a FILE to begin in\n",
            2,
        ),
        run(
            "--conf a=1 ok.py",
            "",
            "livysh: --conf is for new sessions: leave out -s\n",
            2,
        ),
        run(
            "none.py",
            "",
            "livysh: none.py: there is no such file\nhint: check the name and the path\n",
            2,
        ),
    ]
}

fn normal(text: &str, url: &str, session: &str) -> String {
    let mut normal = String::new();
    for line in text.split_inclusive('\n') {
        let mut line = line.replace(url, "URL").replace(session, "SESSION");
        if let Some(rest) = line.strip_prefix("res")
            && let Some((number, _)) = rest.split_once(": ")
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            line = line.replacen(&format!("res{number}"), "resN", 1);
        }
        if let Some(rest) = line.strip_prefix("... ")
            && let Some((number, _)) = rest.split_once(" frames")
        {
            line = line.replacen(number, "N", 1);
        }
        normal.push_str(&line);
    }
    normal
}

#[test]
fn every_run_gives_what_stands_in_the_table() {
    if !is_ours() {
        return; // Apache Livy keeps less of what a failed statement printed.
    }
    let (url, _) = shared();
    let session = Session::start(url, "spark");
    session.wait_until_up();
    let found = crate::support::http::get(&session.url).json();
    let id = found["id"].to_string();
    let home = Home::new();
    for (name, text) in FILES {
        home.write(name, text);
    }
    let mut wrong = String::new();
    let table = table();
    assert!(table.len() >= 60, "{}", table.len());
    for one in &table {
        let words: Vec<&str> = match one.line.contains('|') {
            true => one.line.split('|').collect(),
            false => one.line.split_whitespace().collect(),
        };
        // What stands before the first bar may itself be several words.
        let words = words
            .iter()
            .enumerate()
            .flat_map(|(index, word)| match index {
                0 => word.split_whitespace().collect::<Vec<_>>(),
                _ => vec![*word],
            });
        let mut arguments = vec!["--url", url, "-s", &id];
        arguments.extend(words);
        let ran = match one.input {
            None => home.run(&arguments),
            Some(text) => home.run_with_stdin(&arguments, text),
        };
        let err = one
            .err
            .replace("ZERO_PY", ZERO_PY)
            .replace("ZERO_SCALA", ZERO_SCALA);
        let name = format!("-s {id}");
        let shown = normal(&ran.err, url, &name).replace("SESSION", "-s SESSION");
        let gave = (normal(&ran.out, url, &name), shown, ran.code);
        let expected = (one.out.to_owned(), err, one.code);
        if gave != expected {
            writeln!(
                wrong,
                "{}\n  gave     {gave:?}\n  expected {expected:?}",
                one.line
            )
            .unwrap();
        }
    }
    session.delete();
    assert!(wrong.is_empty(), "{wrong}");
}
