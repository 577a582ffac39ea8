//! How a line is edited: history, suggestions, blocks, keys of emacs and vi, on a pseudo-terminal.

use crate::support::echoing::{Prompt, serve};
use crate::support::program::{BINARY, Home};
use crate::support::pty::Screen;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::os::unix::fs::PermissionsExt;
use vt100::Color;

const UP: &str = "\x1b[A";
const DOWN: &str = "\x1b[B";
const RIGHT: &str = "\x1b[C";
const LEFT: &str = "\x1b[D";
const END: &str = "\x1b[F";
const CTRL_RIGHT: &str = "\x1b[1;5C";
const ALT_ENTER: &str = "\x1b\r";
const WIDTHS: [u16; 3] = [40, 80, 200];

#[test]
fn up_finds_what_begins_as_the_line_does_before_the_cursor() {
    for columns in WIDTHS {
        let home = Home::new();
        let mut prompt = Prompt::wide(&home, columns);
        for line in ["val a = 1", "def f = 2", "val b = 3", "f + 1"] {
            prompt.run(line);
        }
        prompt.keys("val", "val b = 3");
        prompt.keys(UP, "val b = 3");
        prompt.keys(UP, "val a = 1");
        prompt.keys(UP, "val a = 1");
        prompt.keys(DOWN, "val b = 3");
        // Back at what was typed, with its suggestion.
        prompt.keys(DOWN, "val b = 3");
        let screen = &prompt.screen;
        screen.wait_until("what was typed is back", || screen.cursor().1 == 10);
        prompt.keys("\x15", "");
        for entry in ["f + 1", "val b = 3", "def f = 2", "val a = 1"] {
            prompt.keys(UP, entry);
        }
        prompt.keys("\r", "");
        prompt.wait_for_sent("val a = 1");
    }
}

#[test]
fn up_moves_inside_a_block_first_and_enter_in_its_midst_makes_a_line() {
    let home = Home::new();
    let mut prompt = Prompt::python(&home);
    prompt.run("before = 1");
    let block = "def f(x):\n    y = x\n    return y";
    prompt.screen.paste(block);
    prompt.screen.wait_for("return y");
    prompt.screen.line("");
    prompt.wait_for_sent(block);
    prompt.keys(UP, block);
    // Three lines: two steps to the first, the next to what is older.
    prompt.screen.send(&format!("{UP}{UP}"));
    prompt
        .screen
        .wait_until("the cursor is in the first line", || {
            prompt.screen.cursor().0 + 2 == prompt.screen.place_of("return y").0
        });
    prompt.keys(UP, "before = 1");
    prompt.keys(DOWN, block);
    prompt.keys(
        &format!("{UP}{END}\r"),
        "def f(x):\n    y = x\n    \n    return y",
    );
    prompt.keys("z = y", "def f(x):\n    y = x\n    z = y\n    return y");
    prompt.screen.send(&format!("{DOWN}{END}\r"));
    prompt.wait_for_sent("def f(x):\n    y = x\n    z = y\n    return y");
}

#[test]
fn sql_runs_at_its_semicolon_or_an_empty_line() {
    const HINT: &str = "hint: SQL ends with ; or an empty line.";
    for columns in WIDTHS {
        let home = Home::new();
        let mut prompt = Prompt::with(&home, "sql", columns, &[], &[]);
        let begun = |prompt: &Prompt, last: &str| {
            let screen = &prompt.screen;
            screen.wait_until("the block goes on", || {
                let text = screen.text();
                let mut lines = text.lines().map(str::trim_end).rev();
                lines.next() == Some("   >") && lines.any(|line| line.ends_with(last))
            });
        };
        // A command is none of its lines.
        prompt.screen.line("show tables");
        begun(&prompt, "sql> show tables");
        prompt.screen.line(":help");
        prompt.screen.wait_for("End the SQL first");
        prompt.screen.send("\x03");
        prompt.screen.wait_for_prompt("sql>");
        // What stands on its first line would be the whole of it.
        prompt.screen.line("delete from t");
        begun(&prompt, "sql> delete from t");
        prompt.screen.wait_for(HINT);
        prompt.screen.line("where x = ';' -- ;");
        begun(&prompt, "where x = ';' -- ;");
        assert!(prompt.sent().is_empty());
        prompt.screen.line("and y = 1; -- all of it");
        prompt.wait_for_sent("delete from t\nwhere x = ';' -- ;\nand y = 1");
        prompt.screen.line("select 1");
        begun(&prompt, "sql> select 1");
        prompt.screen.line("");
        prompt.wait_for_sent("select 1");
        // As they were typed, they are recalled, and wait in the same way.
        prompt.keys(UP, "select 1");
        prompt.screen.send("\r");
        begun(&prompt, "sql> select 1");
        prompt.screen.line(";");
        prompt.wait_for_sent("select 1");
        prompt.screen.paste("select 2\nfrom t");
        prompt.screen.line("");
        begun(&prompt, "from t");
        prompt.screen.line("");
        prompt.wait_for_sent("select 2\nfrom t");
        prompt.screen.paste("select 3;\nselect 4;");
        prompt.screen.line("");
        prompt.wait_for_sent("select 4");
        // Whatever stands there runs, or is forgotten.
        prompt.screen.send("select 5\x18\r");
        prompt.wait_for_sent("select 5");
        prompt.screen.line("select (6");
        begun(&prompt, "sql> select (6");
        prompt.screen.line("");
        prompt.screen.line("");
        prompt.screen.wait_for("You typed two blank lines.");
        prompt.screen.wait_for_prompt("sql>");
        prompt.screen.line("-- only a comment");
        prompt.screen.wait_for("-- only a comment\nsql>");
        prompt.screen.line(":timing off");
        prompt.screen.wait_for("Timing is off.");
        let sent = prompt.sent();
        assert_eq!(sent.len(), 7, "{sent:?}");
        let raw = String::from_utf8_lossy(&prompt.screen.raw()).into_owned();
        let told = raw.matches("SQL ends with ; or an empty line.").count();
        assert_eq!(told, 1, "{columns}");
    }
}

/// As they are no prompt's, each whole line is a statement.
#[test]
fn lines_of_sql_that_nobody_types_do_not_wait() {
    let home = Home::new();
    home.write("first.sql", "select 0;\n");
    let server = serve(|code| code.trim().to_owned());
    let arguments = ["--url", &server.url, "-s", "0", "-i", "first.sql"];
    let ran = home.run_with_stdin(&arguments, "select 1\nselect 2\n");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(server.count("POST", "/sessions/0/statements"), 3, "{ran:?}");
    assert!(!ran.err.contains("hint"), "{ran:?}");
}

#[test]
fn a_quiet_prompt_tells_no_hint_of_sql() {
    let home = Home::new();
    let mut prompt = Prompt::with(&home, "sql", 80, &[], &["-q"]);
    prompt.screen.line("select 1");
    prompt.screen.wait_for_prompt("   >");
    prompt.screen.line(";");
    prompt.wait_for_sent("select 1");
    assert!(!prompt.screen.text().contains("hint"));
}

#[test]
fn ctrl_r_finds_a_text_in_the_history() {
    let home = Home::new();
    let mut prompt = Prompt::scala(&home);
    for line in [
        "val alpha = 1",
        "val beta = alpha",
        "println(beta)",
        "val beta = alpha",
    ] {
        prompt.run(line);
    }
    prompt.screen.send("typed\x12alp");
    prompt
        .screen
        .wait_for("(reverse-i-search)`alp': val beta = alpha");
    let found = prompt.screen.cell_of("alpha");
    assert!(
        found.underline() && found.bold(),
        "what was found is not marked"
    );
    // The same is not shown twice.
    prompt.screen.send("\x12");
    prompt
        .screen
        .wait_for("(reverse-i-search)`alp': val alpha = 1");
    prompt.keys("\x07", "typed");
    prompt.screen.send("\x15\x12alp\x12\r");
    prompt.wait_for_sent("val alpha = 1");
}

#[test]
fn what_was_typed_before_is_suggested_in_grey() {
    for columns in WIDTHS {
        let home = Home::new();
        let mut prompt = Prompt::wide(&home, columns);
        prompt.run("spark.range(10).count()");
        prompt.run("sc.stop()");
        let grey = |prompt: &Prompt| prompt.screen.cell_of("ange(10)").fgcolor();
        let whole = "spark.range(10).count()";
        prompt.keys("spark.r", whole);
        // It is suggested before the last key, too.
        prompt
            .screen
            .wait_until("all keys are there", || prompt.screen.cursor().1 == 14);
        prompt.wait_for_line(whole);
        assert_eq!(grey(&prompt), Color::Idx(8));
        // A word, all of it by Right, all of it by End.
        prompt.screen.send(CTRL_RIGHT);
        prompt
            .screen
            .wait_until("a word is taken", || prompt.screen.cursor().1 == 18);
        prompt.wait_for_line(whole);
        prompt.screen.send(RIGHT);
        prompt
            .screen
            .wait_until("all is taken", || prompt.screen.cursor().1 == 30);
        assert_ne!(grey(&prompt), Color::Idx(8));
        prompt.keys("\x15", "");
        prompt.keys(&format!("spark{END}\r"), "");
        prompt.wait_for_sent(whole);
        // Any other key passes it over, Enter too.
        prompt.screen.send("spark\r");
        prompt.wait_for_sent("spark");
        prompt.screen.wait_until("nothing grey is left", || {
            let (row, _) = prompt.screen.place_of("scala> spark");
            prompt.screen.cell(row, 12).contents().trim().is_empty()
        });
        // Up goes through the history, whatever is suggested.
        prompt.keys("sc", "sc.stop()");
        prompt.keys(&format!("\x15{UP}"), "spark");
    }
}

#[test]
fn a_suggestion_never_takes_a_second_row_and_none_stays_behind_ctrl_c() {
    let home = Home::new();
    let mut prompt = Prompt::wide(&home, 40);
    let long = "val text = \"0123456789012345678901234567890123456789\"";
    prompt.run(long);
    prompt.keys("val t", "val text = \"012345678901234567…");
    prompt.screen.send("\x03");
    prompt.screen.wait_for_prompt("scala>");
    assert!(
        prompt.screen.text().contains("scala> val t^C"),
        "{}",
        prompt.screen.text()
    );
    prompt.screen.send(&format!("val t{RIGHT}\r"));
    prompt.wait_for_sent(long);
    // Where the cursor was moved away, what is not seen any more is not taken.
    prompt.keys("val t", "val text = \"012345678901234567…");
    prompt.keys(LEFT, "val t");
    prompt.keys(RIGHT, "val t");
    prompt.keys(RIGHT, "val text = \"012345678901234567…");
    prompt.screen.send(&format!("{RIGHT}\r"));
    prompt.wait_for_sent(long);
}

#[test]
fn suggestions_can_be_turned_off() {
    let home = Home::new();
    home.profile("p", "http://127.0.0.1:9", &[]);
    let path = home.path().join("config/livysh/config.toml");
    std::fs::write(path, "suggestions = false\n").unwrap();
    let mut prompt = Prompt::scala(&home);
    prompt.run("val a = 1");
    prompt.keys("val", "val");
    prompt.keys(&format!("{RIGHT}{END}x"), "valx");
}

#[test]
fn alt_enter_makes_a_line_and_another_key_submits_whatever_is_there() {
    let home = Home::new();
    let mut prompt = Prompt::scala(&home);
    prompt.keys(&format!("val a = 1{ALT_ENTER}"), "val a = 1");
    prompt.keys("  a + 1", "val a = 1\n  a + 1");
    prompt.keys(&format!("{ALT_ENTER}a"), "val a = 1\n  a + 1\n  a");
    prompt.screen.send("\r");
    prompt
        .screen
        .wait_until("all is sent", || prompt.sent().concat().contains("a + 1"));
    prompt.screen.wait_for_prompt("scala>");
    prompt.screen.send("def f(x: Int) = {\r");
    prompt.screen.wait_for_prompt("     |");
    prompt.screen.send("x\x18\r");
    prompt.wait_for_sent("def f(x: Int) = {\n  x");
    prompt.screen.send("val open = (\x18\r");
    prompt.wait_for_sent("val open = (");
}

#[test]
fn a_block_is_one_entry_and_is_opened_again_from_its_last_line() {
    for columns in WIDTHS {
        let home = Home::new();
        let mut prompt = Prompt::wide(&home, columns);
        prompt
            .screen
            .send("def twice(number: Int, text: String) = {\r");
        prompt.screen.wait_for_prompt("     |");
        prompt.screen.send("number * 3\r");
        prompt.screen.wait_until("the next line begins", || {
            prompt.screen.text().lines().last().unwrap().trim_end() == "     |"
        });
        prompt.screen.send(UP);
        let before = "def twice(number: Int, text: String) = {\n  number * 3";
        prompt.wait_for_line(before);
        let text = prompt.screen.text();
        assert_eq!(text.matches("def twice").count(), 1, "{text}");
        assert!(!text.contains("     |"), "{text}");
        // The cursor is at the end of the line before.
        prompt.keys("\u{7f}2", &before.replace('3', "2"));
        prompt.screen.send(&format!("{DOWN}\x15}}\r"));
        let block = "def twice(number: Int, text: String) = {\n  number * 2\n}";
        prompt.wait_for_sent(block);
        prompt.keys(UP, block);
        prompt.screen.send("\r");
        prompt.wait_for_sent(block);
    }
}

/// An editor that is a script: what it is given stands in `seen`.
fn editor(home: &Home, name: &str, script: &str) -> String {
    let script = format!(
        "#!/bin/sh\ncp \"$1\" {}/seen.\"${{1##*.}}\"\n{script}\n",
        home.path().display()
    );
    let path = home.write(name, &script);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    format!("VISUAL={}", path.display())
}

#[test]
fn an_editor_has_the_terminal_as_a_shell_gives_it() {
    let home = Home::new();
    // It reads a line of its own.
    let visual = editor(
        &home,
        "asks",
        "read answer; echo \"edited = $answer\" > \"$1\"",
    );
    let mut prompt = Prompt::with(&home, "python", 80, &[&visual], &[]);
    prompt.screen.send("1\x18\x05");
    prompt
        .screen
        .wait_until("the editor reads", || prompt.screen.echoes());
    prompt.screen.send("42\r");
    prompt.wait_for_sent("edited = 42");
}

#[test]
fn a_line_longer_than_the_screen_scrolls_with_the_cursor() {
    let home = Home::new();
    let mut prompt = Prompt::wide(&home, 40);
    let words: Vec<String> = (1000..1300).map(|number| number.to_string()).collect();
    let line = format!("f({})", words.join(", "));
    prompt.screen.paste(&line);
    prompt.screen.wait_for("1299)");
    // At its beginning, and at its end, which is another part of it.
    prompt.screen.send("\x01");
    prompt.screen.wait_until("its beginning is seen", || {
        prompt.screen.text().starts_with("scala> f(1000, 1001") && prompt.screen.cursor() == (0, 7)
    });
    prompt.screen.send("\x05");
    prompt.screen.wait_for("1299)");
    prompt.screen.send("\x01");
    prompt.screen.wait_for("scala> f(1000");
    prompt.screen.send("\r");
    prompt.wait_for_sent(&line);
    let text = prompt.screen.text();
    assert!(text.contains("1299)"), "{text}");
}

#[test]
fn a_block_taller_than_the_screen_scrolls_with_the_cursor() {
    for (columns, variables) in [(40, &[][..]), (80, &["NO_COLOR=1"]), (200, &[])] {
        let home = Home::new();
        let mut prompt = Prompt::with(&home, "python", columns, variables, &[]);
        let name = |number: usize| format!("line{number:02} = {number}");
        let lines: Vec<String> = (1..=60).map(name).collect();
        prompt.screen.paste(&lines.join("\n"));
        let shows = |prompt: &Prompt, first: usize, cursor: u16| {
            let screen = &prompt.screen;
            screen.wait_until(&format!("{first} is first, the cursor on {cursor}"), || {
                let rows = screen.rows();
                let names = (first..).map(name).zip(&rows);
                let mut rows = names.map(|(name, row)| row.trim_start_matches(">>> ") == name);
                rows.all(|is_there| is_there) && screen.cursor().0 == cursor
            });
        };
        shows(&prompt, 37, 23);
        for (keys, first, cursor) in [
            (UP.repeat(23), 37, 0),
            (UP.to_owned(), 36, 0),
            (UP.repeat(35), 1, 0),
            (DOWN.repeat(10), 11, 0),
            (DOWN.repeat(30), 37, 4),
            (UP.repeat(24), 17, 0),
        ] {
            prompt.screen.send(&keys);
            shows(&prompt, first, cursor);
        }
        prompt.screen.send("changed");
        prompt.screen.wait_for("changed");
        assert!(prompt.screen.text().starts_with("line17 = 1changed7"));
        prompt.screen.send(&DOWN.repeat(43));
        shows(&prompt, 37, 23);
        prompt.screen.send("\r");
        let sent = lines.join("\n").replace("= 17", "= 1changed7");
        let screen = &prompt.screen;
        screen.wait_until("it is sent", || prompt.sent().join("\n") == sent);
        screen.wait_for_prompt(">>>");
        // All of it can be scrolled back to, as it was sent.
        let kept = scrolled(&prompt.screen.raw(), columns);
        let kept: Vec<&str> = kept
            .iter()
            .map(|row| row.trim_start_matches(">>> "))
            .collect();
        let sent: Vec<&str> = sent.lines().collect();
        assert!(kept.windows(60).any(|rows| rows == sent), "{kept:#?}");
    }
}

/// The rows of such a terminal with what has left it.
fn scrolled(bytes: &[u8], columns: u16) -> Vec<String> {
    let size = |count: u16| count.try_into().unwrap();
    let mut parser = vt100::Parser::new(size(24), size(columns), 10_000);
    parser.process(bytes);
    let screen = parser.screen_mut();
    screen.set_scrollback(usize::MAX);
    let most = screen.scrollback();
    let mut rows = Vec::new();
    for offset in (1..=most).rev() {
        screen.set_scrollback(offset);
        rows.extend(screen.rows(0, columns).next());
    }
    screen.set_scrollback(0);
    rows.extend(screen.rows(0, columns));
    rows
}

#[test]
fn ctrl_x_ctrl_e_opens_the_editor_on_the_whole_block() {
    for (language, suffix, first, second) in [
        ("scala", "scala", "def f = {", "  1 }"),
        ("python", "py", "def f():", "    return 1"),
        ("sql", "sql", "select", "1"),
        ("r", "R", "f <- function() {", "  1 }"),
    ] {
        let home = Home::new();
        let visual = editor(&home, "ed", "sed -i s/1/2/ \"$1\"");
        let mut prompt = Prompt::with(&home, language, 80, &[&visual], &[]);
        prompt.screen.line(first);
        prompt.screen.wait_until("a second line begins", || {
            let text = prompt.screen.text();
            let last = text.lines().last().unwrap().trim();
            !last.contains(first) && prompt.screen.cursor().1 > 0
        });
        prompt.screen.send(&format!("\x15{second}\x18\x05"));
        prompt
            .screen
            .wait_until("it is sent", || !prompt.sent().is_empty());
        let seen = std::fs::read_to_string(home.path().join(format!("seen.{suffix}"))).unwrap();
        assert_eq!(seen.trim_end(), format!("{first}\n{second}"));
        let expected = format!("{first}\n{}", second.replace('1', "2"));
        assert_eq!(prompt.sent().last().unwrap(), &expected);
    }
}

#[test]
fn an_editor_that_fails_keeps_the_text_and_an_empty_file_runs_nothing() {
    let home = Home::new();
    let visual = editor(&home, "ed", "exit 3");
    let mut prompt = Prompt::with(&home, "scala", 80, &[&visual], &[]);
    prompt.screen.send("val old = 1\x18\x05");
    prompt
        .screen
        .wait_for("The editor ended with exit status: 3: nothing runs.");
    prompt.wait_for_line("val old = 1");
    prompt.screen.send("0\r");
    prompt.wait_for_sent("val old = 10");
    assert_eq!(prompt.sent().len(), 1);

    let visual = editor(&home, "ed", ": > \"$1\"");
    let mut prompt = Prompt::with(&home, "scala", 80, &[&visual], &[]);
    prompt.screen.send("val old = 1\x18\x05");
    prompt.screen.wait_for("The text is empty: nothing runs.");
    prompt.screen.wait_for_prompt("scala>");
    assert_eq!(prompt.sent().len(), 0);
}

#[test]
fn keys_of_emacs_kill_yank_and_undo() {
    let home = Home::new();
    let mut prompt = Prompt::scala(&home);
    prompt.keys("one two three", "one two three");
    prompt.keys("\x17", "one two");
    prompt.keys("\x17", "one");
    prompt.keys("\x19", "one two three");
    // The end of the line, then a word that was killed apart from it.
    prompt.keys("\x01\x0b", "");
    prompt.keys("four\x17\x19", "four");
    prompt.keys("\x1by", "one two three");
    prompt.keys("\x1f", "four");
    prompt.keys("\x01\x1bd\x05\x19", "four");
    prompt.keys("ab\x14", "fourba");
    prompt.screen.send("\x0c");
    prompt.screen.wait_until("the screen is cleared", || {
        prompt.screen.text().trim() == "scala> fourba"
    });
    // What Up brings takes nothing off the kill ring.
    prompt.screen.send("\r");
    prompt.wait_for_sent("fourba");
    prompt.keys(&format!("x\x17{UP}\x19"), "fourbax");
}

#[test]
fn the_keys_can_be_those_of_vi() {
    let home = Home::new();
    home.profile("p", "http://127.0.0.1:9", &[]);
    let path = home.path().join("config/livysh/config.toml");
    std::fs::write(path, "edit_mode = \"vi\"\n").unwrap();
    let mut prompt = Prompt::scala(&home);
    // Escape goes back a character, and is none with what follows at once.
    let escape = |prompt: &mut Prompt| {
        let (_, column) = prompt.screen.cursor();
        prompt.screen.send("\x1b");
        let screen = &prompt.screen;
        screen.wait_until("commands are taken", || screen.cursor().1 + 1 == column);
    };
    prompt.keys("val b = 1", "val b = 1");
    escape(&mut prompt);
    prompt.keys("0wra", "val a = 1");
    prompt.keys("A2", "val a = 12");
    escape(&mut prompt);
    prompt.keys("x", "val a = 1");
    prompt.keys("u", "val a = 12");
    prompt.screen.send("\r");
    prompt.wait_for_sent("val a = 12");
    prompt.screen.send("\x1bk");
    prompt.wait_for_line("val a = 12");
    prompt.keys("dd", "");
    prompt.keys("ival", "val a = 12");
    prompt.keys(UP, "val a = 12");
    prompt.screen.send("\x03");
    prompt.screen.wait_for("^C");
    prompt.screen.wait_for_prompt("scala>");
    prompt.screen.send("def f = {\r");
    prompt.screen.wait_for_prompt("     |");
    escape(&mut prompt);
    prompt.keys("k", "def f = {");
    prompt.keys(" 1", "def f = { 1");
}

#[test]
fn ctrl_z_suspends_and_fg_draws_the_line_again() {
    // The second does not put a terminal in order that a program leaves as it is.
    for shell in [&["bash", "--norc", "--noprofile", "-i"][..], &["sh", "-i"]] {
        let home = Home::new();
        let inner = Prompt::scala(&home);
        let url = inner.url();
        let mut screen = Screen::run(&home, shell[0], &shell[1..], 24, 80);
        screen.wait_until("the shell asks", || !screen.text().trim().is_empty());
        screen.line(&format!(
            "PS1='shell> '; '{BINARY}' --url {url} -s 0 -l scala"
        ));
        screen.wait_for("Spark session available as 'spark'.");
        screen.wait_for_prompt("scala>");
        screen.send("val half");
        screen.wait_for("scala> val half");
        screen.send("\x1a");
        screen.wait_for("Stopped");
        screen.wait_for_prompt("shell>");
        screen.line("fg");
        screen.wait_until("the line is drawn again", || {
            screen.text().trim_end().ends_with("scala> val half")
        });
        screen.send(" = 1\r");
        screen.wait_until("it is sent", || {
            let sent = inner.sent();
            sent.last().is_some_and(|sent| sent == "val half = 1")
        });
        screen.wait_for_prompt("scala>");
        screen.line(":quit");
        screen.wait_for_prompt("shell>");
    }
}

#[test]
fn the_keys_are_told() {
    let home = Home::new();
    let mut prompt = Prompt::scala(&home);
    prompt.screen.line(":help keys");
    for key in [
        "Alt-Enter",
        "Ctrl-X Enter",
        "Ctrl-X Ctrl-E",
        "Ctrl-R",
        "Ctrl-Right",
    ] {
        prompt.screen.wait_for(key);
    }
    prompt.screen.wait_for_prompt("scala>");
}

#[test]
fn what_was_typed_outlives_a_kill_and_two_shells_keep_both_theirs() {
    let home = Home::new();
    let mut first = Prompt::scala(&home);
    let mut second = Prompt::scala(&home);
    first.run("val one = 1");
    second.run("val two = 2");
    first.run("val three = 3");
    let process = first.screen.process_id().try_into().unwrap();
    kill(Pid::from_raw(process), Signal::SIGKILL).unwrap();
    second.run("val four = 4");
    let mut third = Prompt::scala(&home);
    for line in [
        "val four = 4",
        "val three = 3",
        "val two = 2",
        "val one = 1",
    ] {
        third.keys(UP, line);
    }
    let file = home.path().join("state/livysh/history-scala");
    let mode = std::fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
