//! Dialogues at the prompt, on a pseudo-terminal, with a real Spark behind it.

use crate::support::http::request;
use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::session::Session;
use crate::support::spark::shared;
use crate::support::within;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

/// A prompt in the shared session.
fn prompt(home: &Home, language: &str) -> Screen {
    let (url, session) = shared();
    let screen = Screen::start(home, &["--url", url, "-s", session, "-l", language]);
    let prompt = if language == "python" {
        ">>>"
    } else {
        "scala>"
    };
    screen.wait_for("Spark session available as 'spark'.");
    screen.wait_for_prompt(prompt);
    screen
}

/// Blank lines left out: the screen as one reads it.
fn lines(screen: &Screen) -> Vec<String> {
    let text = screen.text();
    let lines = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

#[track_caller]
fn shows(screen: &Screen, expected: &[&str]) {
    let lines = lines(screen);
    let found = lines
        .windows(expected.len())
        .any(|window| window == expected);
    assert!(found, "not on the screen: {expected:#?}\nbut: {lines:#?}");
}

#[test]
fn a_definition_is_typed_line_by_line_in_scala() {
    let home = Home::new();
    let mut screen = prompt(&home, "scala");
    screen.line("def twice(x: Int) = {");
    screen.wait_for_prompt("     |");
    screen.line("x * 2");
    screen.wait_for_prompt("     |");
    screen.line("}");
    screen.wait_for("twice: (x: Int)Int");
    screen.line("twice(21)");
    screen.wait_for(": Int = 42");
    shows(
        &screen,
        &[
            "scala> def twice(x: Int) = {",
            "     |   x * 2",
            "     | }",
            "twice: (x: Int)Int",
        ],
    );
}

#[test]
fn a_definition_is_typed_line_by_line_in_python() {
    let home = Home::new();
    let mut screen = prompt(&home, "python");
    screen.line("def half(x):");
    screen.wait_for_prompt("...");
    screen.line("return x / 2");
    screen.wait_for_prompt("...");
    screen.line("");
    screen.wait_for_prompt(">>>");
    screen.line("half(21)");
    screen.wait_for("10.5");
    shows(
        &screen,
        &[
            ">>> def half(x):",
            "...     return x / 2",
            "...",
            ">>> half(21)",
            "10.5",
        ],
    );
}

#[test]
fn a_pasted_file_of_forty_lines_runs_on_enter() {
    let home = Home::new();
    let mut screen = prompt(&home, "scala");
    let mut file = String::from("case class Row40(id: Int, name: String)\n\nobject Maker {\n");
    for number in 0..30 {
        file.push_str(&format!(
            "  def make{number} = Row40({number}, \"n{number}\")\n"
        ));
    }
    file.push_str(
        "}\n\n// the end\nval made = List(Maker.make1, Maker.make2)\n  .map(_.id)\n  .sum\n",
    );
    file.push_str("made + 37\n");
    assert_eq!(file.lines().count(), 40);
    screen.paste(&file);
    screen.wait_for("made + 37");
    assert!(
        !screen.text().contains("defined class"),
        "it ran before Enter"
    );
    screen.line("");
    screen.wait_for(": Int = 40");
    let text = screen.text();
    assert!(
        text.contains("defined class Row40") && text.contains("defined object Maker"),
        "{text}"
    );
    assert!(text.contains("made: Int = 3"), "{text}");
}

#[test]
fn a_pasted_python_block_needs_no_blank_line() {
    let home = Home::new();
    let mut screen = prompt(&home, "python");
    screen.paste(
        "def pasted(x):\n    y = x\n\n    return y + 1\n\nfor i in range(2):\n    print(pasted(i))",
    );
    screen.wait_for("print(pasted(i))");
    screen.line("");
    screen.wait_for("\n1\n2\n>>>");
}

#[test]
fn errors_are_shown_and_the_prompt_comes_back() {
    let home = Home::new();
    let mut screen = prompt(&home, "python");
    screen.line("1/0");
    screen.wait_for("ZeroDivisionError: division by zero");
    screen.wait_for_prompt(">>>");
    screen.line("1 +");
    screen.wait_for("SyntaxError");
    screen.wait_for_prompt(">>>");
    screen.line("'still here'");
    screen.wait_for("\n'still here'");
}

#[test]
fn ctrl_c_clears_a_line_and_ctrl_d_ends() {
    let home = Home::new();
    let mut screen = prompt(&home, "scala");
    screen.send("val forgotten =");
    screen.wait_for("forgotten =");
    screen.send("\x03");
    screen.wait_for_prompt("scala>");
    screen.line("def open(x: Int) = {");
    screen.wait_for_prompt("     |");
    screen.send("\x03");
    screen.wait_for_prompt("scala>");
    screen.send("\x04");
    assert_eq!(screen.wait_for_exit(), 0);
    screen.wait_for(":quit");
}

#[test]
fn two_blank_lines_abandon_a_block() {
    let home = Home::new();
    let mut screen = prompt(&home, "scala");
    screen.line("val s = foo(");
    screen.wait_for_prompt("     |");
    screen.line("");
    screen.line("");
    screen.wait_for("You typed two blank lines.  Starting a new command.");
    screen.wait_for_prompt("scala>");
}

#[test]
fn ctrl_c_cancels_a_running_statement() {
    let home = Home::new();
    let mut screen = prompt(&home, "python");
    screen.line("import time; time.sleep(100)");
    screen.wait_for("running 0:0");
    screen.send("\x03");
    screen.wait_for_within(Duration::from_secs(5), "Cancelling the statement.");
    screen.wait_for("Cancelled.");
    screen.wait_for_prompt(">>>");
    // The progress line is gone, and the session goes on.
    assert!(!screen.text().contains("running 0:"), "{}", screen.text());
    screen.line("6 * 7");
    screen.wait_for("\n42");
}

#[test]
fn a_second_ctrl_c_stops_waiting_and_the_statement_can_be_cancelled_later() {
    let home = Home::new();
    let mut screen = prompt(&home, "python");
    // Goes on for a while whatever asks it to end, so that a cancel alone does not end it.
    screen.paste(
        "import time\nuntil = time.time() + 12\nwhile time.time() < until:\n    try:\n        \
         time.sleep(1)\n    except BaseException:\n        pass",
    );
    screen.line("");
    screen.wait_for("running 0:0");
    screen.send("\x03");
    screen.wait_for("Press Ctrl-C again to stop waiting.");
    screen.send("\x03");
    screen.wait_for("goes on in the session; :cancel cancels it.");
    screen.wait_for_prompt(">>>");
    screen.line(":cancel");
    screen.wait_for("Asking the server to cancel statement");
}

/// As a shell does where jobs still run.
#[test]
fn a_statement_that_was_left_is_not_ended_unasked() {
    let (url, _) = shared();
    let home = Home::new();
    let mut screen = Screen::start(&home, &["--url", url, "-l", "python"]);
    screen.wait_for("Spark session available as 'spark'.");
    screen.wait_for_prompt(">>>");
    screen.line("__import__('subprocess').call(['sleep', '600'])");
    screen.wait_for("running 0:0");
    screen.send("\x03");
    screen.wait_for("Press Ctrl-C again to stop waiting.");
    screen.send("\x03");
    screen.wait_for_prompt(">>>");
    screen.line(":quit");
    screen.wait_for("Statement 0 may still run in this session, which would be ended:");
    screen.wait_for_prompt(">>>");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
}

#[test]
fn a_file_that_is_piped_in_runs_at_a_terminal() {
    let (url, session) = shared();
    let home = Home::new();
    home.write(
        "piped.py",
        "def f(a):\n    return a * 2\n\nf(4)\nprint('the end')\n",
    );
    let livysh = home.command(&[]).get_program().to_owned();
    let livysh = livysh.to_str().unwrap();
    let command = format!("'{livysh}' --url {url} -s {session} -l python < piped.py");
    let mut screen = Screen::run(&home, "sh", &["-c", &command], 24, 80);
    assert_eq!(screen.wait_for_exit(), 0);
    shows(&screen, &["8", "the end"]);
}

#[test]
fn a_prompt_follows_a_script_that_is_run_with_i() {
    let (url, session) = shared();
    let home = Home::new();
    home.write("first.py", "from_file = 21\nprint('loaded')\n");
    let mut screen = Screen::start(&home, &["--url", url, "-s", session, "-i", "first.py"]);
    screen.wait_for("loaded");
    screen.wait_for_prompt(">>>");
    screen.line("from_file * 2");
    screen.wait_for("\n42");
}

#[test]
fn what_is_typed_ahead_is_kept() {
    let home = Home::new();
    let mut screen = prompt(&home, "python");
    screen.line("import time; time.sleep(2); print('slept')");
    screen.send("print('first ahead')\rprint('second ' + 'ahead')\r'half a li");
    screen.wait_for("second ahead");
    screen.line("ne'");
    screen.wait_for("\n'half a line'");
    shows(
        &screen,
        &[
            "slept",
            ">>> print('first ahead')",
            "first ahead",
            ">>> print('second ' + 'ahead')",
            "second ahead",
            ">>> 'half a line'",
            "'half a line'",
        ],
    );
}

#[test]
fn no_key_between_work_and_prompt_is_echoed() {
    let home = Home::new();
    let mut screen = prompt(&home, "python");
    screen.send(&"0\r".repeat(30));
    screen.send("'the ' + 'end'\r");
    screen.wait_until("the last line has run", || {
        // The moment between is short: it is looked at as often as can be.
        assert!((0..2_000).all(|_| !screen.echoes()), "{}", screen.text());
        screen.text().contains("the end")
    });
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    screen.is_as_before();
}

const NESTED: &str = "def nested(x):\n    if x:\n        for word in ('deep',):\n            return word\n    \
                      else:\n        return 'flat'";

/// A terminal that marks pastes does so, too, while a statement runs.
#[test]
fn what_is_pasted_while_a_statement_runs_comes_whole() {
    let home = Home::new();
    let mut screen = prompt(&home, "python");
    screen.line("import time; time.sleep(2); print('slept')");
    screen.wait_for("running 0:0");
    assert!(screen.marks_pastes());
    screen.paste(&NESTED.replace("    if", "\n    if"));
    screen.wait_for("\nslept\n");
    screen.wait_for("return 'flat'");
    // It is the next input, and waits for its Enter.
    screen.line("");
    screen.wait_for_prompt(">>>");
    screen.line("nested(1) + nested(0)");
    screen.wait_for("'deepflat'");
    screen.wait_for_prompt(">>>");
    // A program that is lent the terminal has it as a shell gives it.
    screen.line(":sh echo ready; read line; echo got $line");
    screen.wait_for("\nready");
    assert!(!screen.marks_pastes());
    screen.line("it");
    screen.wait_for("\ngot it");
    screen.wait_for_prompt(">>>");
    assert!(screen.marks_pastes());
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    assert!(!screen.marks_pastes());
    screen.is_as_before();
}

/// One that does not, or keys of somebody who is ahead.
#[test]
fn lines_that_are_typed_ahead_are_not_indented_once_more() {
    let home = Home::new();
    let mut screen = prompt(&home, "python");
    screen.line("import time; time.sleep(2); print('slept')");
    screen.wait_for("running 0:0");
    screen.send(&format!("{NESTED}\n\nnested(1) + nested(0)\n").replace('\n', "\r"));
    screen.wait_for("\n'deepflat'");
    shows(
        &screen,
        &[
            "slept",
            ">>> def nested(x):",
            "...     if x:",
            "...         for word in ('deep',):",
            "...             return word",
            "...     else:",
            "...         return 'flat'",
            "...",
            ">>> nested(1) + nested(0)",
            "'deepflat'",
        ],
    );
    // What is typed now is indented again.
    screen.wait_for_prompt(">>>");
    screen.line("def again():");
    screen.wait_for_prompt("...");
    screen.line("return 'indented'");
    screen.wait_for("...     return 'indented'");
}

/// A signal while a statement runs, too, leaves a terminal that marks nothing.
#[test]
fn a_termination_while_a_statement_runs_ends_the_marks() {
    let home = Home::new();
    let mut screen = prompt(&home, "python");
    screen.line("import time; time.sleep(100)");
    screen.wait_for("running 0:0");
    assert!(screen.marks_pastes());
    let process = screen.process_id().try_into().unwrap();
    kill(Pid::from_raw(process), Signal::SIGTERM).unwrap();
    assert_eq!(screen.wait_for_exit(), 143);
    assert!(!screen.marks_pastes());
    screen.is_as_before();
}

#[test]
fn colon_commands_answer() {
    let home = Home::new();
    let mut screen = prompt(&home, "scala");
    screen.line(":he");
    screen.wait_for("All commands can be abbreviated, e.g., :he instead of :help.");
    screen.line(":sess");
    screen.wait_for("it was there before: it stays when you leave");
    screen.line(":nope");
    screen.wait_for("No such command ':nope'.  Type :help for help.");
    screen.line(":lang python");
    screen.wait_for_prompt(">>>");
    screen.line("'now ' + 'python'");
    screen.wait_for("'now python'");
    screen.line(":lang sql");
    screen.wait_for_prompt("sql>");
    screen.line("select 40 + 2 as answer;");
    screen.wait_for("|    42|");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
}

#[test]
fn history_keeps_blocks_per_language_for_the_user_alone() {
    let home = Home::new();
    let mut screen = prompt(&home, "python");
    screen.line("def kept():");
    screen.wait_for_prompt("...");
    screen.line("return 'kept'");
    screen.wait_for_prompt("...");
    screen.line("");
    screen.wait_for_prompt(">>>");
    let path = home.path().join("state/livysh/history-python");
    // At once, not at the end.
    within(Duration::from_secs(10), "the block is in the file", || {
        std::fs::read_to_string(&path)
            .ok()
            .filter(|text| text.contains("return 'kept'"))
    });
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    drop(screen);
    let mut screen = prompt(&home, "python");
    // Up brings back the whole block, to be edited as one.
    screen.send("\x1b[A");
    screen.wait_for("return 'kept'");
    screen.line("");
    screen.wait_for_prompt(">>>");
    screen.line("kept()");
    screen.wait_for("\n'kept'");
}

#[test]
fn a_broken_history_is_set_aside() {
    let home = Home::new();
    let folder = home.path().join("state/livysh");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("history-scala"), b"#V2\nval a = \xff\n").unwrap();
    let mut screen = prompt(&home, "scala");
    screen.wait_for("history-scala.bk");
    assert!(folder.join("history-scala.bk").exists());
    screen.line("val afterBreak = 1");
    screen.wait_for("afterBreak: Int = 1");
}

#[test]
fn input_is_coloured_and_remote_escapes_are_not_obeyed() {
    let home = Home::new();
    let mut screen = prompt(&home, "python");
    screen.line("print('a\\x1b[2Jb\\x1b]0;title\\x07c')");
    screen.wait_for("\nabc");
    screen.line("print('before', end=''); raise ValueError('\\x1b[2Jgone')");
    screen.wait_for("ValueError: gone");
    assert!(
        screen.text().contains(">>> print('a"),
        "the screen was cleared:\n{}",
        screen.text()
    );
    let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
    assert!(
        !raw.contains("\x1b]0;") && !raw.contains("\x1b[2J"),
        "{raw:?}"
    );
    // Once the definitions are warm, what is typed is coloured.
    within(Duration::from_secs(20), "a keyword in colour", || {
        screen.send("def \x15");
        let raw = screen.raw();
        String::from_utf8_lossy(&raw)
            .contains("\x1b[35mdef")
            .then_some(())
    });
}

#[test]
fn a_narrow_terminal_shows_the_same() {
    let (url, session) = shared();
    let home = Home::new();
    let arguments = ["--url", url, "-s", session, "-l", "python"];
    let mut screen = Screen::sized(&home, &arguments, 24, 40);
    screen.wait_for_prompt(">>>");
    screen.line("'x' * 60");
    screen.wait_for(&"x".repeat(60));
}

/// Another client's statement comes first; a limit of time is this one's own.
#[test]
fn a_statement_that_waits_behind_another_says_so() {
    let (url, _) = shared();
    let session = Session::start(url, "pyspark");
    session.wait_until_up();
    let number = session.number();
    let home = Home::new();
    let arguments = ["--url", url, "-s", number, "--statement-timeout", "2s"];
    let mut screen = Screen::start(&home, &arguments);
    screen.wait_for_prompt(">>>");
    let go = home.path().join("go");
    let code = format!("import time, os\nwhile not os.path.exists({go:?}): time.sleep(0.1)");
    session.begin("pyspark", &code);
    screen.line("6 * 7");
    screen.wait_for("waiting behind another statement 0:03");
    std::fs::write(go, "").unwrap();
    screen.wait_for("\n42");
    session.delete();
}

/// What another client has begun, or a livysh that is gone, is seen and waited for.
#[test]
fn a_statement_of_the_session_is_listed_and_waited_for() {
    let (url, _) = shared();
    let session = Session::start(url, "pyspark");
    session.wait_until_up();
    let home = Home::new();
    let go = home.path().join("go");
    session.begin(
        "pyspark",
        &format!("import time, os\nwhile not os.path.exists({go:?}): time.sleep(0.1)\n6 * 7"),
    );
    let number = session.number();
    let mut screen = Screen::start(&home, &["--url", url, "-s", number]);
    screen.wait_for_prompt(">>>");
    screen.line(":statements");
    screen.wait_for("    0  running     import time, os …\n");
    screen.line(":wait 0");
    screen.wait_for("statement 0 running 0:0");
    std::fs::write(&go, "").unwrap();
    screen.wait_for("\n42\n>>>");
    screen.line("'mine'");
    screen.wait_for("\n'mine'\n>>>");
    screen.line(":statements");
    screen.wait_for("    1  available   'mine'\n");
    screen.line(":last");
    screen.wait_for(">>> :last\n'mine'\n>>>");
    screen.line(":wait");
    screen.wait_for("No statement was left running; :statements shows them all.");
    screen.line(":wait 99");
    screen.wait_for("the result of statement 99 cannot be had");
    screen.line(":log 5");
    screen.wait_for(">>> :log 5\n");
    screen.wait_for_prompt(">>>");
    let text = screen.text();
    let (_, after) = text.rsplit_once(">>> :log 5\n").unwrap();
    let lines = after.lines().take_while(|line| !line.starts_with(">>>"));
    assert!((1..=20).contains(&lines.count()), "{text}");
    session.delete();
}

/// The session of a livysh that was killed is told of at the next start, and come back to.
#[test]
fn after_a_kill_the_last_session_is_come_back_to() {
    let (url, _) = shared();
    let home = Home::new();
    let go = home.path().join("go");
    let mut screen = Screen::start(&home, &["--url", url, "-l", "python"]);
    screen.wait_for("Spark session available as 'spark'.");
    screen.wait_for_prompt(">>>");
    screen.line("'first'");
    screen.wait_for("\n'first'\n>>>");
    let until = format!("until [ -e {} ]; do sleep 0.1; done", go.display());
    screen.line(&format!(
        "42 + __import__('subprocess').call(['sh', '-c', '{until}'])"
    ));
    screen.wait_for("running 0:0");
    let livysh = Pid::from_raw(screen.process_id() as i32);
    kill(livysh, Signal::SIGKILL).unwrap();
    screen.wait_for_exit();

    let mut screen = Screen::start(&home, &["--url", url, "-l", "python"]);
    screen.wait_for("was left by a livysh that did not end it:  livysh --url http://127.0.0.1:");
    screen.wait_for_prompt(">>>");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);

    let mut screen = Screen::start(&home, &["--url", url, "-s", "last"]);
    screen.wait_for("    0  available   'first'\n    1  running     42 + __import__(");
    screen.wait_for("Statement 1 still runs:");
    std::fs::write(&go, "").unwrap();
    screen.wait_for("\n42\n>>>");
    screen.line(":session");
    screen.wait_for("name: livysh-");
    let shown = screen.text();
    let name = shown
        .split("name: ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap();
    request("DELETE", &format!("{url}/sessions/{name}"), &[], "");
}
