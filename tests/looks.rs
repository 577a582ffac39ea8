//! How the prompt looks: themes, colours and what turns them off, on a pseudo-terminal.

use crate::support::echoing::{Prompt, serve};
use crate::support::program::{BINARY, Home};
use crate::support::pty::Screen;
use vt100::Color;

/// Waits until a text of the screen has this colour: the first colours come when they are warm.
#[track_caller]
fn becomes(prompt: &mut Prompt, text: &str, colour: Color) {
    prompt.screen.wait_for(text);
    let what = format!("“{text}” is {colour:?}");
    let mut keys = "  \u{7f}\u{7f}".chars().cycle();
    let screen = &mut prompt.screen;
    // A key has the line painted again.
    let deadline = std::time::Instant::now() + crate::support::PATIENCE;
    let is_it = |screen: &Screen| {
        let found = screen.find(text);
        found.is_some_and(|(row, column)| screen.cell(row, column).fgcolor() == colour)
    };
    while !is_it(screen) {
        assert!(
            std::time::Instant::now() < deadline,
            "not {what}: {}",
            screen.text()
        );
        screen.send(&keys.next().unwrap().to_string());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn what_is_typed_is_coloured_in_each_language() {
    for (language, line, word) in [
        ("scala", "val x = \"text\"", "val"),
        ("python", "def f(x): return \"text\"", "def"),
        ("sql", "select \"text\" from t", "select"),
        ("r", "f <- function(x) \"text\"", "function"),
    ] {
        let home = Home::new();
        let mut prompt = Prompt::with(&home, language, 80, &[], &[]);
        prompt.screen.send(line);
        becomes(&mut prompt, word, Color::Idx(5));
        // The rest of the line is drawn a moment later.
        prompt.screen.wait_until("the text has its colour", || {
            let text = prompt.screen.find("\"text\"");
            text.is_some_and(|(row, column)| {
                prompt.screen.cell(row, column).fgcolor() == Color::Idx(2)
            })
        });
    }
}

#[test]
fn themes_are_shown_with_code_and_taken_by_name() {
    let home = Home::new();
    let folder = home.path().join("config/livysh/themes");
    std::fs::create_dir_all(&folder).unwrap();
    let own = include_str!("../themes/fjord.tmTheme").replace("#79aef2", "#010203");
    std::fs::write(folder.join("own.tmTheme"), own).unwrap();
    std::fs::write(folder.join("torn.tmTheme"), "<plist><dict>").unwrap();
    let truecolor = ["COLORTERM=truecolor"];
    let mut prompt = Prompt::with(&home, "scala", 100, &truecolor, &[]);
    prompt.screen.line(":theme");
    prompt.screen.wait_for(":theme NAME takes one for this run");
    let raw = String::from_utf8_lossy(&prompt.screen.raw()).into_owned();
    // The mark where an output begins.
    let raw = raw.replace("\x1b]133;C\x1b\\", "");
    for (name, code) in [
        ("terminal", "\x1b[35mcase"),
        ("ember", "\x1b[38;2;226;117;79mcase"),
        ("fjord", "\x1b[38;2;121;174;242mcase"),
        ("paper", "\x1b[38;2;163;35;47mcase"),
        ("meadow", "\x1b[38;2;21;87;176mcase"),
        ("beacon", "\x1b[1;38;2;255;255;255mcase"),
        ("ink", "\x1b[1mcase"),
        ("own", "\x1b[38;2;1;2;3mcase"),
    ] {
        let shown = raw.split(&format!("\n{name}  (")).nth(1).unwrap();
        let shown = shown.split("\n\r").next().unwrap();
        let first = shown.split(")\r\n").nth(1).unwrap();
        assert!(first.contains(code), "{name}: {first:?}");
    }
    assert!(raw.contains("\ntorn  ("), "{raw}");

    prompt.screen.wait_for_prompt("scala>");
    prompt.screen.line(":theme ember");
    prompt.screen.wait_for_prompt("scala>");
    prompt.screen.send("val kept = 1");
    becomes(&mut prompt, "val kept", Color::Rgb(226, 117, 79));
    prompt.screen.send("\x03");
    prompt.screen.wait_for_prompt("scala>");
    prompt.screen.line(":theme fjrod");
    prompt
        .screen
        .wait_for("There is no theme “fjrod”: is fjord meant?");
    prompt.screen.line(":theme torn");
    prompt.screen.wait_for("The theme torn cannot be read (");
    prompt.screen.wait_for_prompt("scala>");
    prompt.screen.send("val still = 1");
    becomes(&mut prompt, "val still", Color::Rgb(226, 117, 79));
}

#[test]
fn a_theme_is_named_on_the_command_line_or_in_the_configuration() {
    let home = Home::new();
    home.profile("p", "http://127.0.0.1:9", &[]);
    let path = home.path().join("config/livysh/config.toml");
    let profile = std::fs::read_to_string(&path).unwrap();
    let configure = |line: &str| std::fs::write(&path, format!("{line}\n{profile}")).unwrap();

    configure("theme = \"ember\"");
    let mut prompt = Prompt::scala(&home);
    prompt.screen.send("val x");
    // 256 colours: the nearest.
    becomes(&mut prompt, "val x", Color::Idx(173));
    let mut prompt = Prompt::with(&home, "scala", 80, &[], &["--theme", "paper"]);
    prompt.screen.send("val x");
    becomes(&mut prompt, "val x", Color::Idx(124));
    let mut prompt = Prompt::with(&home, "scala", 80, &["TERM=xterm"], &["--theme", "paper"]);
    prompt.screen.send("val x");
    becomes(&mut prompt, "val x", Color::Idx(1));

    configure("theme = \"nope\"\nedit_mod = \"vi\"");
    let prompt = Prompt::with(&home, "scala", 200, &[], &[]);
    prompt.screen.wait_for(
        "warning: there is no theme “nope”, which config.toml names: there are terminal,",
    );
    prompt
        .screen
        .wait_for("there is no key edit_mod: is edit_mode meant?");

    let folder = home.path().join("config/livysh/themes");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("torn.tmTheme"), "<plist><dict>").unwrap();
    configure("theme = \"torn\"");
    let mut prompt = Prompt::with(&home, "scala", 200, &[], &[]);
    prompt.screen.send("val x");
    becomes(&mut prompt, "val x", Color::Idx(5));
    let text = prompt.screen.text();
    assert_eq!(
        text.matches("The theme torn cannot be read (").count(),
        1,
        "{text}"
    );

    let wrong = home.run(&["--url", "http://127.0.0.1:9", "--theme", "amber", "-e", "1"]);
    assert_eq!(wrong.code, 2);
    wrong.said(&["there is no theme “amber”", "is ember or paper meant?"]);
    configure("theme = \"ink\"");
    let shown = home.run(&["config", "show", "-p", "p"]);
    assert!(shown.out.contains("theme = \"ink\""), "{}", shown.out);
    assert!(shown.out.contains("suggestions = true"), "{}", shown.out);
}

#[test]
fn colours_follow_the_flag_then_the_environment() {
    let home = Home::new();
    let has_colours = |variables: &[&str], options: &[&str]| {
        let mut prompt = Prompt::with(&home, "scala", 80, variables, options);
        let prompted = prompt.screen.cell_of("scala>").fgcolor() != Color::Default;
        prompt.screen.line("1 + 1");
        prompt.wait_for_sent("1 + 1");
        // What is known of colours is decided once.
        assert_eq!(
            prompt.screen.cell_of("scala>").fgcolor() != Color::Default,
            prompted
        );
        prompted
    };
    assert!(has_colours(&[], &[]));
    assert!(!has_colours(&["NO_COLOR=1"], &[]));
    assert!(has_colours(&["NO_COLOR="], &[]));
    assert!(has_colours(&["NO_COLOR=1"], &["--color", "always"]));
    assert!(!has_colours(&["NO_COLOR=1", "CLICOLOR_FORCE=1"], &[]));
    assert!(!has_colours(&["FORCE_COLOR=1"], &["--color", "never"]));
    // Off a terminal what fails is told in red where that is forced.
    for (variable, value, colours) in [
        ("CLICOLOR_FORCE", "1", true),
        ("FORCE_COLOR", "1", true),
        ("FORCE_COLOR", "0", false),
        ("UNSET", "", false),
    ] {
        let mut command = home.command(&["--url", "nonsense://x", "-e", "1"]);
        let output = command.env(variable, value).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(
            told.contains('\x1b'),
            colours,
            "{variable}={value}: {told:?}"
        );
    }
}

#[test]
fn a_dumb_terminal_is_written_to_in_plain_text() {
    let home = Home::new();
    let server = serve(|code| code.trim().to_owned());
    let arguments = ["TERM=dumb", BINARY, "--url", &server.url, "-s", "0"];
    let mut screen = Screen::run(&home, "env", &arguments, 24, 80);
    screen.wait_for_prompt("scala>");
    screen.line("val x = 1");
    screen.wait_for("\nval x = 1\n");
    screen.wait_for_prompt("scala>");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    let raw = screen.raw();
    assert!(!raw.contains(&0x1b), "{}", String::from_utf8_lossy(&raw));
}

#[test]
fn without_colours_all_of_it_can_be_read() {
    let home = Home::new();
    let mut prompt = Prompt::with(&home, "scala", 80, &["NO_COLOR=1"], &[]);
    prompt.run("val typed = 1");
    prompt.keys("val t", "val t");
    prompt.screen.send("\x03");
    prompt.screen.line(":theme");
    prompt
        .screen
        .wait_for("Colours are off: --color always shows them.");
    prompt
        .screen
        .wait_for("ember  (warm, for dark backgrounds)");
    let raw = String::from_utf8_lossy(&prompt.screen.raw()).into_owned();
    assert!(
        !raw.contains("\x1b[3") && !raw.contains("\x1b[9"),
        "{raw:?}"
    );
}

#[test]
fn what_scala_echoes_is_coloured_and_what_is_printed_is_not() {
    let home = Home::new();
    let server = serve(|code| match code.trim() {
        "warm" => "res0: Long = 10".to_owned(),
        _ => "total: Int = 3\nname: String = it's \"quoted\"".to_owned(),
    });
    let mut prompt = Prompt::at(server, &home, "scala", 80, &[], &[]);
    // Once what is typed is coloured, so is what is echoed.
    prompt.screen.send("val w = 1");
    becomes(&mut prompt, "val w", Color::Idx(5));
    prompt.screen.send("\x03");
    prompt.screen.wait_for_prompt("scala>");
    prompt.run("warm");
    let cell = |text: &str| prompt.screen.cell_of(text);
    assert_eq!(cell("res0: Long").fgcolor(), Color::Idx(4));
    assert_eq!(cell("Long = 10").fgcolor(), Color::Idx(6));
    assert_eq!(cell("10").fgcolor(), Color::Idx(3));
    prompt
        .screen
        .line("val name = { println(\"total: Int = 3\"); f }");
    prompt.screen.wait_for("name: String = it's");
    assert_eq!(
        prompt.screen.cell_of("total: Int = 3").fgcolor(),
        Color::Default
    );
    assert_eq!(
        prompt.screen.cell_of("name: String").fgcolor(),
        Color::Idx(4)
    );
}

#[test]
fn the_matching_bracket_is_marked_while_the_cursor_is_there() {
    let home = Home::new();
    let mut prompt = Prompt::scala(&home);
    let marked = |prompt: &Prompt| -> String {
        let (row, _) = prompt.screen.place_of("scala> f");
        let cells = (7..40).map(|column| prompt.screen.cell(row, column));
        let marked = cells.filter(|cell| cell.underline() && cell.bold());
        marked.map(|cell| cell.contents().to_owned()).collect()
    };
    prompt.keys("f(\")\", g[x])", "f(\")\", g[x])");
    prompt
        .screen
        .wait_until("both are marked", || marked(&prompt) == "()");
    prompt.screen.send("\x1b[D");
    prompt
        .screen
        .wait_until("the cursor is on the last", || marked(&prompt) == "()");
    prompt.screen.send("\x1b[D");
    prompt
        .screen
        .wait_until("the inner pair is marked", || marked(&prompt) == "[]");
    // Behind the first of them, on it, and away from both.
    prompt.screen.send("\x1b[D\x1b[D\x1b[D");
    prompt
        .screen
        .wait_until("none is marked", || marked(&prompt).is_empty());
    prompt.screen.send("\r");
    prompt.wait_for_sent("f(\")\", g[x])");
    assert_eq!(marked(&prompt), "");
}

#[test]
fn the_prompts_are_those_of_the_shells() {
    let home = Home::new();
    let mut prompt = Prompt::scala(&home);
    assert_eq!(prompt.screen.cell_of("scala>").fgcolor(), Color::Idx(5));
    prompt.run("val x = 1");
    let text = prompt.screen.text();
    assert!(text.trim_end().ends_with("\nval x = 1\n\nscala>"), "{text}");
    prompt.screen.line("def f = {");
    prompt.screen.wait_for_prompt("     |");
    assert_eq!(prompt.screen.cell_of("     |").fgcolor(), Color::Default);
    let mut prompt = Prompt::python(&home);
    assert_eq!(prompt.screen.cell_of(">>>").contents(), ">");
    prompt.screen.line("x = 1");
    prompt.screen.wait_until("no blank line is between", || {
        prompt
            .screen
            .text()
            .trim_end()
            .ends_with("\n>>> x = 1\nx = 1\n>>>")
    });
    prompt.screen.line("if x:");
    prompt.screen.wait_for_prompt("...");
}
