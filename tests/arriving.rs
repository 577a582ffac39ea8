//! Standard input as it arrives, and scripts of every size and form.

use crate::support::program::{Home, Ran};
use crate::support::spark::shared;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Stdio};

fn start(language: &str) -> (Home, Child, BufReader<ChildStdout>) {
    let (url, session) = shared();
    let home = Home::new();
    let mut command = home.command(&["--url", url, "-s", session, "-l", language]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    (home, child, output)
}

fn run(arguments: &[&str], home: &Home, stdin: &[u8]) -> Ran {
    let (url, session) = shared();
    run_in(&["--url", url, "-s", session], arguments, home, stdin)
}

/// In a session of its own: a result is forgotten after a hundred others.
fn run_alone(arguments: &[&str], home: &Home, stdin: &[u8]) -> Ran {
    let (url, _) = shared();
    run_in(&["--url", url], arguments, home, stdin)
}

fn run_in(place: &[&str], arguments: &[&str], home: &Home, stdin: &[u8]) -> Ran {
    let mut all = place.to_vec();
    all.extend(arguments);
    let mut child = home.command(&all).stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let text = stdin.to_owned();
    let writer = std::thread::spawn(move || pipe.write_all(&text).ok());
    let ran = Ran::of(child.wait_with_output().unwrap());
    writer.join().unwrap();
    ran
}

/// What comes next is written only when the answer to what came before is there.
#[test]
fn each_statement_is_answered_before_the_next_one_comes() {
    let (_home, mut child, mut output) = start("python");
    let mut input = child.stdin.take().unwrap();
    for number in 1..=5 {
        writeln!(input, "arrived = {number}\narrived * 10").unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{number}0\n"));
    }
    // A block is over when the next statement begins.
    write!(
        input,
        "for i in (1, 2):\n    print(i)\n\n    print(-i)\n'after'\n"
    )
    .unwrap();
    let lines: Vec<String> = output
        .by_ref()
        .lines()
        .take(5)
        .map(Result::unwrap)
        .collect();
    assert_eq!(lines, ["1", "-1", "2", "-2", "'after'"]);
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn scala_is_answered_at_the_next_statement_or_a_semicolon() {
    let (_home, mut child, mut output) = start("scala");
    let mut input = child.stdin.take().unwrap();
    let mut answer = |text: &str| {
        write!(input, "{text}").unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        line
    };
    assert_eq!(answer("println(1);\n"), "1\n");
    assert_eq!(
        answer("val arrivedS = \"a\"\n  .length\nprintln(2)\n"),
        "arrivedS: Int = 1\n"
    );
    assert_eq!(answer("println(3)\n"), "2\n");
    drop(input);
    let mut rest = String::new();
    output.read_line(&mut rest).unwrap();
    assert_eq!(
        (rest.as_str(), child.wait().unwrap().code()),
        ("3\n", Some(0))
    );
}

#[test]
fn five_thousand_lines_run_in_their_order() {
    let home = Home::new();
    let mut script = "total = 0\n".to_owned();
    for line in 0..4_990 {
        script.push_str(match line % 10 {
            0 => "total += 1\n",
            1 => "# a comment\n",
            2 => "def f():\n",
            3 => "    return 1\n",
            _ => "\n",
        });
    }
    script.push_str("total\n1 / 0\n");
    let ran = run_alone(&["-l", "python"], &home, script.as_bytes());
    ran.gave("499\n", 1);
    ran.said(&["<stdin>:4993: ZeroDivisionError"]);
}

#[test]
fn twenty_megabytes_are_one_string() {
    let home = Home::new();
    let line = "x".repeat(99) + "\n";
    let script = format!(
        "long = '''\n{}'''\nlen(long)\ndel long\n",
        line.repeat(200_000)
    );
    run_alone(&["-l", "python"], &home, script.as_bytes()).gave("20000001\n", 0);
}

#[test]
fn a_byte_that_is_no_utf_8_is_named() {
    let home = Home::new();
    let told = "livysh: <stdin>: byte 14, on line 2, is not UTF-8\n";
    let ran = run(&["-l", "python"], &home, b"print(1)\nx = '\xff'\n");
    ran.gave("1\n", 2);
    assert_eq!(ran.err, told);
    // What comes before it runs, too, where it comes by itself.
    let (_home, mut child, mut output) = start("python");
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"print(1)\n").unwrap();
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    input.write_all(b"x = '\xff'\nprint(2)\n").unwrap();
    drop(input);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(
        (line.as_str(), ran.code, ran.err.as_str()),
        ("1\n", 2, told)
    );
    let path = home.path().join("bad.py");
    std::fs::write(&path, b"print(1)\nx = '\xff'\n").unwrap();
    let ran = run(&["bad.py"], &home, b"");
    ran.gave("", 2);
    ran.said(&["livysh: bad.py: byte 14, on line 2, is not UTF-8"]);
}

/// The user's own `exit` is called, wherever it was defined.
#[test]
fn a_function_of_the_users_own_is_no_end() {
    let (_home, mut child, mut output) = start("python");
    let mut input = child.stdin.take().unwrap();
    let mut answer = |text: &str| {
        input.write_all(text.as_bytes()).unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        line
    };
    let own = "def exit(n):\n    print('mine', n)\n\n'defined'\n";
    assert_eq!(answer(own), "'defined'\n");
    assert_eq!(answer("exit(3)\n"), "mine 3\n");
    assert_eq!(answer("del exit\nquit = print\n'bound'\n"), "'bound'\n");
    assert_eq!(answer("quit(4)\n"), "4\n");
    assert_eq!(answer("del quit\n'gone'\n"), "'gone'\n");
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn carriage_returns_and_a_byte_order_mark_change_nothing() {
    let home = Home::new();
    let script = "\u{feff}def f():\r\n    return 1\r\n\r\nf()\r\n'''a\r\nb'''\r\n";
    run(&["-l", "python"], &home, script.as_bytes()).gave("1\n'a\\nb'\n", 0);
    let scala =
        "List(1)\r\n  .map(_ + 1)\r\n  .sum\r\nif (true) {\r\n  println(7)\r\n}\r\nelse {\r\n}\r\n";
    let ran = run(&["-l", "scala"], &home, scala.as_bytes());
    assert!(
        ran.out.ends_with(": Int = 2\n7\n") && ran.code == 0,
        "{ran:?}"
    );
}

#[test]
fn closed_streams_are_no_panic() {
    let (url, session) = shared();
    let home = Home::new();
    let shell = |streams: &str, code: &str| {
        let livysh = home.command(&[]).get_program().to_owned();
        let line = format!(
            "exec '{}' --url {url} -s {session} -l python {code} {streams}",
            livysh.to_str().unwrap()
        );
        let mut command = std::process::Command::new("sh");
        Ran::of(
            command
                .args(["-c", &line])
                .envs(home.environment())
                .output()
                .unwrap(),
        )
    };
    shell("<&-", "-e 'print(1)'").gave("1\n", 0);
    shell("2>&-", "-e 'print(1)'").gave("1\n", 0);
    shell("2>&-", "-e 1/0").gave("", 1);
    let ran = shell(">/dev/full", "-e 1");
    assert_eq!(ran.code, 3, "{ran:?}");
    shell("2>/dev/full", "-e 1").gave("1\n", 0);
}

#[test]
fn a_reader_that_has_enough_ends_an_endless_script() {
    let (url, session) = shared();
    let home = Home::new();
    let livysh = home.command(&[]).get_program().to_owned();
    let line = format!(
        "set -o pipefail; yes 'print(1)' | '{}' --url {url} -s {session} -l python | head -2",
        livysh.to_str().unwrap()
    );
    let mut command = std::process::Command::new("bash");
    let ran = Ran::of(
        command
            .args(["-c", &line])
            .envs(home.environment())
            .output()
            .unwrap(),
    );
    ran.gave("1\n1\n", 141);
}
