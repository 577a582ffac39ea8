//! What is kept of a session: the history with what became of each input.

use crate::support::echoing::Prompt;
use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::stub;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::os::unix::fs::PermissionsExt;

const PROMPT: &str = ">>> ";

/// Profiles `red` and `blue` of one server.
fn profiles(home: &Home, url: &str) {
    home.profile(
        "red",
        url,
        &[
            "lang = \"python\"",
            "",
            "[profiles.blue]",
            &format!("url = \"{url}\""),
            "lang = \"python\"",
        ],
    );
}

fn prompt(home: &Home, profile: &str, columns: u16) -> Screen {
    let screen = Screen::sized(home, &["-p", profile], 40, columns);
    // What is told of the start would come in between.
    screen.wait_for("Spark session available as 'spark'.");
    screen.wait_for_prompt(PROMPT);
    screen
}

/// Runs a line, and waits for what it prints.
fn gives(screen: &mut Screen, line: &str, printed: &str) {
    screen.line(line);
    screen.wait_until(line, || {
        let text = screen.text();
        let below = text.rsplit_once(&format!("{PROMPT}{line}\n"));
        below.is_some_and(|(_, below)| below.contains(printed))
    });
    screen.wait_for_prompt(PROMPT);
}

/// Runs a line that sleeps, and waits until it does; the line.
fn begin_sleep(screen: &mut Screen, home: &Home, name: &str) -> String {
    let begun = home.path().join(name);
    let line = format!("open({begun:?}, 'w') and __import__('time').sleep(600)");
    screen.line(&line);
    screen.wait_until("it runs", || begun.exists());
    line
}

/// What `:history` shows below itself: the words of each line, without how long ago it was.
fn history(screen: &mut Screen, command: &str) -> Vec<String> {
    screen.line(command);
    let below = || {
        let text = screen.text();
        let mark = format!("{PROMPT}{command}\n");
        text.rsplit_once(&mark).map(|(_, below)| below.to_owned())
    };
    screen.wait_until("the history is shown", || {
        below().is_some_and(|below| below.ends_with(PROMPT.trim_end()))
    });
    let below = below().unwrap();
    let rows = below
        .lines()
        .filter(|line| !line.starts_with(PROMPT.trim_end()));
    rows.map(|row| {
        let mut words: Vec<&str> = row.split_whitespace().collect();
        if let [_, count, "s" | "min", ..] = words[..] {
            count.parse::<u64>().unwrap();
            words.drain(1..3);
        }
        words.join(" ")
    })
    .collect()
}

#[test]
fn a_broken_line_of_the_history_loses_only_itself() {
    let home = Home::new();
    let folder = home.path().join("state/livysh");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("history-scala");
    std::fs::write(
        &file,
        b"#V2\nval one = 1\nval \xff = 2\nval three = 3\nval to",
    )
    .unwrap();
    let mut prompt = Prompt::scala(&home);
    prompt
        .screen
        .wait_for("1 line of the history could not be read; all of it is in ");
    assert!(folder.join("history-scala.bk").exists());
    for entry in ["val to", "val three = 3", "val one = 1"] {
        prompt.keys("\x1b[A", entry);
    }
    prompt.keys("\x03", "");
    // What was not written to its end takes nothing else with it.
    prompt.run("val four = 4");
    let kept = std::fs::read_to_string(&file).unwrap();
    let lines = [
        "#V2",
        "val one = 1",
        "val three = 3",
        "val to",
        "val four = 4",
    ];
    assert_eq!(kept.lines().collect::<Vec<_>>(), lines);
}

#[test]
fn the_history_tells_when_in_which_profile_and_how_each_input_ended() {
    for columns in [40, 80, 200] {
        let home = Home::new();
        let server = stub::serve(&home);
        profiles(&home, &server.url());
        let folder = home.path().join("state/livysh");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("history-python"), "#V2\nolder = 0\n").unwrap();
        let mut red = prompt(&home, "red", columns);
        gives(&mut red, "kept = 7", "");
        gives(&mut red, "1/0", "ZeroDivisionError: division by zero");
        let sleeps = begin_sleep(&mut red, &home, "one");
        red.send("\u{3}");
        red.wait_for("Cancelled.");
        red.wait_for_prompt(PROMPT);
        gives(&mut red, ":nope", "No such command ':nope'.");
        let here = history(&mut red, ":history 2");
        assert_eq!(here, ["5 failed :nope", "6 :history 2"]);
        // A kill in between leaves an end that nobody knows.
        let other = begin_sleep(&mut red, &home, "other");
        let process = red.process_id().try_into().unwrap();
        kill(Pid::from_raw(process), Signal::SIGKILL).unwrap();
        let mut blue = prompt(&home, "blue", columns);
        let all = history(&mut blue, ":history");
        let whole: Vec<String> = all.iter().filter(|row| row.len() > 2).cloned().collect();
        let sleeps = format!("4 red cancelled {sleeps}");
        let killed = format!("7 red unknown {other}");
        if columns > 40 {
            assert_eq!(
                whole,
                [
                    "1 older = 0",
                    "2 red kept = 7",
                    "3 red failed 1/0",
                    &sleeps,
                    "5 red failed :nope",
                    "6 red :history 2",
                    &killed,
                    "8 blue :history",
                ]
            );
        }
        // Words find what holds all of them, the newest last.
        let found = history(&mut blue, ":history KEPT 7");
        assert_eq!(found, ["2 kept = 7"]);
        // What has looked for them is none of them.
        let found = history(&mut blue, ":history KEPT 7");
        assert_eq!(found, ["2 kept = 7"]);
        let found = history(&mut blue, ":history 2 /0");
        assert_eq!(found, ["3 failed 1/0"]);
        let file = folder.join("history-python.runs");
        let mode = std::fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // Another language has its own.
        blue.line(":lang sql");
        blue.wait_for_prompt("sql> ");
        blue.line(":history");
        blue.wait_for("1  0 s  :history");
    }
}
