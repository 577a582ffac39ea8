//! What each command says, in the words of the Scala 2.12 shell of Spark 3.5.

/// A script, what it writes to standard output, what is among the messages, and the exit code.
pub type Row = (&'static str, &'static str, &'static [&'static str], i32);

/// Each name that a row defines stands in no other.
pub const ROWS: [Row; 39] = [
    (
        ":paste < EOF\nval p1 = 1\n  .toString\nEOF",
        "p1: String = 1\n",
        &[
            "// Entering paste mode (EOF to finish)\n\n",
            "\n// Exiting paste mode, now interpreting.\n\n",
        ],
        0,
    ),
    (
        ":paste\nval p2 = 2\nval p3 = p2 + 1",
        "p2: Int = 2\np3: Int = 3\n",
        &["// Entering paste mode (ctrl-D to finish)\n\n"],
        0,
    ),
    (
        ":paste\nval p4 = 4\n\u{4}\nval p5 = p4 + 1",
        "p4: Int = 4\np5: Int = 5\n",
        &[],
        0,
    ),
    (":paste <| EOF\n  |val p6 = 6\nEOF", "p6: Int = 6\n", &[], 0),
    (
        ":paste < EOF\ndef up(n: Int): Int = down(n)\ndef down(n: Int): Int = n - 1\nEOF",
        "up: (n: Int)Int\ndown: (n: Int)Int\n",
        &[],
        0,
    ),
    (
        ":paste < EOF\nEOF",
        "",
        &["\n// Nothing pasted, nothing gained.\n"],
        0,
    ),
    (
        ":paste < EOF\ndef inc(x: Int) = {\nEOF",
        "",
        &["<stdin>:1: The pasted code is incomplete!"],
        1,
    ),
    (
        ":paste < EOF\nval p7 = 7\n\nnope7 + 1\nEOF",
        "",
        &["not found: value nope7"],
        1,
    ),
    (
        ":paste ok.scala",
        "fromFile: Int = 7\nafterFile: Int = 8\n",
        &["Pasting file ok.scala..."],
        0,
    ),
    (
        ":paste nothere.scala",
        "",
        &["warning: File `nothere.scala' does not exist."],
        1,
    ),
    (
        ":paste zero.scala",
        "",
        &["File contains no code: zero.scala"],
        1,
    ),
    (
        ":paste -raw",
        "",
        &[":paste -raw does not work over Livy: "],
        1,
    ),
    (
        ":load ok.scala",
        "fromFile: Int = 7\nafterFile: Int = 8\n",
        &["Loading ok.scala..."],
        0,
    ),
    (
        ":load -v ok.scala",
        "fromFile: Int = 7\nafterFile: Int = 8\n",
        &["Loading ok.scala...", "\nscala> val fromFile = 7\n"],
        0,
    ),
    (
        ":load bad.scala",
        "g1: Int = 1\n",
        &[
            "Loading bad.scala...",
            "bad.scala:2: ",
            "not found: value nope1",
        ],
        1,
    ),
    (":load step.py", "6\n", &["Loading step.py..."], 0),
    (
        ":load nothere.scala",
        "",
        &["warning: File `nothere.scala' does not exist."],
        1,
    ),
    (":load self.scala", "", &["20 files load each other"], 1),
    (":load", "", &["<stdin>:1: usage: :load -v file"], 1),
    (":save", "", &["File name is required."], 1),
    (
        ":save none.scala",
        "",
        &["No replay commands in session"],
        1,
    ),
    (":replay", "", &["Nothing to replay."], 1),
    (
        "val r1 = 1\n:replay",
        "r1: Int = 1\nr1: Int = 1\n",
        &["Replaying: val r1 = 1"],
        0,
    ),
    (
        ":silent\n1 + 1\nval s1 = 1\nprintln(3)\n:silent\nval s2 = s1",
        "3\ns2: Int = 1\n",
        &["Result printing is off.", "Result printing is on."],
        0,
    ),
    (":type List(1).map(_ + 1)", "List[Int]\n", &[], 0),
    (
        ":type -v 1",
        "// Type signature\nInt\n\n// the internal structure does not leave the compiler in the session\n",
        &[],
        0,
    ),
    (":type { println(1); 'c' }", "Char\n", &[], 0),
    (":type 1 // c", "Int\n", &[], 0),
    (
        ":type (nope2) // c",
        "",
        &["error: not found: value nope2\n       (nope2) // c\n        ^\n"],
        1,
    ),
    (
        ":type nope2",
        "",
        &["error: not found: value nope2\n       nope2\n       ^\n"],
        1,
    ),
    (
        ":kind Option\n:kind Map\n:kind List[Int]",
        "Option's kind is F[+A]\nMap's kind is F[A,+B]\nList[Int]'s kind is A\n",
        &[],
        0,
    ),
    (
        ":kind nope",
        "",
        &["<console>: error: type nope was not found"],
        1,
    ),
    (
        ":completions List(1).ma",
        "[completions] List(1).map\n[completions] List(1).mapConserve\n[completions] List(1).max\n[completions] List(1).maxBy\n",
        &[],
        0,
    ),
    (
        ":sh echo here; :\n:sh exit 3",
        "here\n",
        &["<stdin>:2: `exit 3` ended with exit status: 3"],
        1,
    ),
    (
        ":require nothere.jar",
        "",
        &["Cannot load 'nothere.jar'"],
        1,
    ),
    (
        ":reset",
        "",
        &[
            "A Livy session cannot forget",
            "without -s a new one is made",
        ],
        1,
    ),
    (
        ":nope",
        "",
        &["<stdin>:1: No such command ':nope'.  Type :help for help."],
        1,
    ),
    (
        ":i",
        "",
        &[":i is ambiguous: did you mean :imports or :implicits?"],
        1,
    ),
    ("val q1 = 1\n:quit\nval q2 = 2", "q1: Int = 1\n", &[], 0),
];
