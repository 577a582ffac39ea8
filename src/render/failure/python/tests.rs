use super::super::testing::{error, texts, told};
use super::*;
use crate::lang::{Feeding, Language, Source};

fn script(text: &str, ename: &str, evalue: &str, traceback: &[&str]) -> Vec<String> {
    let failure = error(ename, evalue, traceback);
    let text = told(
        Language::Python,
        Some("a.py"),
        text,
        Feeding::ByLine,
        &failure,
    );
    texts(&text.for_script())
}

fn prompt(text: &str, ename: &str, evalue: &str, traceback: &[&str]) -> Vec<String> {
    let failure = error(ename, evalue, traceback);
    let text = told(Language::Python, None, text, Feeding::ByLine, &failure);
    texts(&text.for_prompt())
}

const HEAD: &str = "Traceback (most recent call last):\n";
const DEFINITION: &str = "x = 1\n\ndef f(x):\n    return x / 0\n\n";

#[test]
fn livy_leaves_out_the_statements_own_frame() {
    let last = "ZeroDivisionError: division by zero\n";
    let said = ("ZeroDivisionError", "division by zero");
    assert_eq!(
        script("x = 1\n\n1/0", said.0, said.1, &[HEAD, last]),
        ["a.py:3: ZeroDivisionError: division by zero", "    1/0"]
    );
    assert_eq!(
        script("x = 1\ny = (1 +\n  2) / 0", said.0, said.1, &[HEAD, last]),
        ["a.py:2-3: ZeroDivisionError: division by zero"]
    );
    let frame = "  File \"<stdin>\", line 4, in f\n";
    let calls = format!("{DEFINITION}f(1)");
    assert_eq!(
        script(&calls, said.0, said.1, &[HEAD, frame, last]),
        [
            "a.py:4: ZeroDivisionError: division by zero",
            "    return x / 0",
            "Traceback (most recent call last):",
            "  File \"a.py\", line 6, in <module>",
            "  File \"a.py\", line 4, in f",
            "    return x / 0",
        ]
    );
}

#[test]
fn numbers_of_the_server_may_be_any() {
    let (most, last) = (usize::MAX, "ZeroDivisionError: division by zero\n");
    let said = ("ZeroDivisionError", "division by zero");
    for (line, name) in [(most, "<module>"), (most, "f"), (0, "<module>"), (0, "f")] {
        let frame = format!("  File \"<stdin>\", line {line}, in {name}\n");
        let calls = format!("{DEFINITION}f(1)");
        let shown = script(&calls, said.0, said.1, &[HEAD, &frame, last]);
        assert_eq!(shown[0], "a.py:6: ZeroDivisionError: division by zero");
        assert!(shown.contains(&frame.trim_end().to_owned()), "{shown:?}");
    }
}

#[test]
fn notes_of_an_error_are_told() {
    let last = "ValueError: odd\n";
    let traceback = [HEAD, last, "look at\n", "line 3\n"];
    assert_eq!(
        script("g()", "ValueError", "odd", &traceback),
        ["a.py:1: ValueError: odd", "look at", "line 3", "    g()"]
    );
    assert_eq!(
        prompt("g()", "ValueError", "odd", &traceback)[2..],
        ["ValueError: odd", "look at", "line 3"]
    );
}

#[test]
fn at_a_prompt_lines_are_those_of_the_block() {
    let last = "ZeroDivisionError: division by zero\n";
    let frame = "  File \"<stdin>\", line 2, in f\n";
    let calls = format!("{DEFINITION}f(1)");
    assert_eq!(
        prompt(
            &calls,
            "ZeroDivisionError",
            "division by zero",
            &[HEAD, frame, last]
        ),
        [
            "Traceback (most recent call last):",
            "  File \"<stdin>\", line 6, in <module>",
            "  File \"<stdin>\", line 4, in f",
            "    return x / 0",
            "ZeroDivisionError: division by zero",
        ]
    );
    let unknown = "  File \"<stdin>\", line 40, in g\n";
    let shown = prompt(
        &calls,
        "ZeroDivisionError",
        "division by zero",
        &[HEAD, unknown, last],
    );
    assert_eq!(shown[2], "  File \"<stdin>\", line 40, in g");
}

#[test]
fn syntax_errors_have_a_caret() {
    let lines = [
        "  File \"<stdin>\", line 2\n",
        "    y = x +\n",
        "           ^\n",
        "SyntaxError: invalid syntax\n",
    ];
    let evalue = "invalid syntax (<stdin>, line 2)";
    assert_eq!(
        script("x = 1\ny = x +", "SyntaxError", evalue, &lines),
        [
            "a.py:2: SyntaxError: invalid syntax",
            "    y = x +",
            "           ^"
        ]
    );
    let lines = ["  File \"<stdin>\", line 1\n", lines[1], lines[2], lines[3]];
    let evalue = "invalid syntax (<stdin>, line 1)";
    assert_eq!(
        prompt("x = 1\ny = x +", "SyntaxError", evalue, &lines),
        [
            "  File \"<stdin>\", line 2",
            "    y = x +",
            "           ^",
            "SyntaxError: invalid syntax",
        ]
    );
}

#[test]
fn a_missing_block_is_missed_on_the_next_line() {
    let lines = [
        "  File \"<stdin>\", line 1\n",
        "    for i in x:\n",
        "               ^\n",
        "IndentationError: expected an indented block after 'for' statement on line 1\n",
    ];
    let evalue = "expected an indented block after 'for' statement on line 1 (<stdin>, line 1)";
    let failure = error("IndentationError", evalue, &lines);
    let source = Source::new(Some("a.py".to_owned()), "for i in x:\n# c\nprint(i)\n");
    let origin = Origin {
        snippet: &crate::lang::split(Language::Python, &source.text)[0],
        source: &source,
        feeding: Feeding::ByLine,
        past: &crate::lang::Past::default(),
    };
    let text = super::super::failure(&failure, origin);
    assert_eq!(
        texts(&text.for_script()),
        [
            "a.py:3: IndentationError: expected an indented block after 'for' statement on line 1",
            "    print(i)",
            "    ^",
        ]
    );
}

#[test]
fn frames_of_livys_own_shell_are_folded() {
    let lines = [
        HEAD,
        "  File \"/home/me/3828586738158003896\", line 236, in execute\n    \
         code = compile(mod, '<stdin>', 'single')\n           ^^^^^^^\n",
        "  File \"<stdin>\", line 1\n",
        "SyntaxError: 'await' outside function\n",
    ];
    let evalue = "'await' outside function (<stdin>, line 1)";
    assert_eq!(
        script("await x", "SyntaxError", evalue, &lines),
        [
            "a.py:1: SyntaxError: 'await' outside function",
            "    await x",
            "... 1 frame of PySpark and Livy",
        ]
    );
}

const WORKER: &str = "An error occurred while calling z:org.apache.spark.api.python.PythonRDD.\
    collectAndServe.\n: org.apache.spark.SparkException: Job aborted due to stage failure: Task \
    1 in stage 0.0 failed 1 times, most recent failure: Lost task 1.0 in stage 0.0 (TID 1) \
    (localhost executor driver): org.apache.spark.api.python.PythonException: Traceback (most \
    recent call last):\n  File \"/x/pyspark.zip/pyspark/worker.py\", line 1247, in main\n    \
    process()\n  File \"<stdin>\", line 4, in f\nZeroDivisionError: division by zero\n\n\tat \
    org.apache.spark.api.python.X.y(PythonRunner.scala:572)\n\tat \
    java.base/java.lang.Thread.run(Thread.java:840)\n\nDriver stacktrace:\n\tat \
    org.apache.spark.scheduler.X.y(DAGScheduler.scala:2898)\n";

#[test]
fn an_executors_error_is_the_workers() {
    let inner = "  File \"/x/pyspark.zip/pyspark/rdd.py\", line 1833, in collect\n    sock()\n";
    let last = format!("py4j.protocol.Py4JJavaError: {WORKER}");
    let calls = format!("{DEFINITION}sc.parallelize([1]).map(f).collect()");
    assert_eq!(
        script(&calls, "Py4JJavaError", WORKER, &[HEAD, inner, &last]),
        [
            "a.py:4: ZeroDivisionError: division by zero",
            "    return x / 0",
            "Traceback (most recent call last):",
            "  File \"a.py\", line 6, in <module>",
            "... 2 frames of PySpark and Livy",
            "  File \"a.py\", line 4, in f",
            "    return x / 0",
            "... 3 frames of Spark and the JVM",
            "it failed in task 1.0 of stage 0.0, on an executor",
        ]
    );
}

#[test]
fn an_error_of_java_is_its_cause() {
    let evalue = "An error occurred while calling o29.get.\n: \
        java.lang.IndexOutOfBoundsException: Index 3\n\tat java.base/a.B.c(D.java:1)\n\
        Caused by: a.Root: why\n\tat a.B.c(D.java:1)\n";
    let inner = "  File \"/x/py4j-0.10-src.zip/py4j/protocol.py\", line 326, in value\n";
    let last = format!("py4j.protocol.Py4JJavaError: {evalue}");
    assert_eq!(
        script("x.get(3)", "Py4JJavaError", evalue, &[HEAD, inner, &last]),
        [
            "a.py:1: java.lang.IndexOutOfBoundsException: Index 3",
            "    x.get(3)",
            "... 1 frame of PySpark and Livy",
            "Caused by: a.Root: why",
            "... 2 frames of Spark and the JVM",
        ]
    );
}

#[test]
fn what_led_to_an_error_is_told_without_frames_of_others() {
    let earlier = "  File \"<stdin>\", line 4, in f\n    return x / 0\n  \
        File \"/x/pyspark.zip/pyspark/rdd.py\", line 1833, in collect\n    sock()\n    ^^^^\n  \
        File \"/x/py4j-0.10-src.zip/py4j/protocol.py\", line 326, in value\n\
        py4j.protocol.Py4JJavaError: An error occurred while calling o29.get.\n\
        : a.Outer: odd\n\tat java.base/a.B.c(D.java:1)\n\tat a.B.c(D.java:1)\n\n\
        Driver stacktrace:\n\tat a.B.c(D.java:1)\nCaused by: a.Root: why\n\t... 3 more\n\n";
    let lead = "The above exception was the direct cause of the following exception:\n\n";
    let last = "RuntimeError: second\n";
    let traceback = [HEAD, earlier, "\n", lead, HEAD, last];
    let calls = format!("{DEFINITION}f(1)");
    assert_eq!(
        script(&calls, "RuntimeError", "second", &traceback),
        [
            "a.py:6: RuntimeError: second",
            "    f(1)",
            "Traceback (most recent call last):",
            "  File \"a.py\", line 4, in f",
            "    return x / 0",
            "... 2 frames of PySpark and Livy",
            "py4j.protocol.Py4JJavaError: An error occurred while calling o29.get.",
            ": a.Outer: odd",
            "... 3 frames of Spark and the JVM",
            "Caused by: a.Root: why",
            "... 1 frame of Spark and the JVM",
            "",
            "",
            lead.trim_end(),
            "",
            "Traceback (most recent call last):",
            "  File \"a.py\", line 6, in <module>",
        ]
    );
}

#[test]
fn an_imported_file_has_its_own_lines() {
    let inner = "  File \"/jobs/helper.py\", line 3, in boom\n    return y / 0\n";
    let last = "ZeroDivisionError: division by zero\n";
    let text = "import helper\nhelper.boom(1)";
    assert_eq!(
        script(
            text,
            "ZeroDivisionError",
            "division by zero",
            &[HEAD, inner, last]
        ),
        [
            "a.py:2: ZeroDivisionError: division by zero",
            "    helper.boom(1)",
            "Traceback (most recent call last):",
            "  File \"a.py\", line 2, in <module>",
            "  File \"/jobs/helper.py\", line 3, in boom",
            "    return y / 0",
        ]
    );
}
