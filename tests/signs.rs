//! What a terminal is told beside text: marks around prompts and outputs, the window's name, links; and
//! `:ui`.

use crate::support::echoing::Prompt;
use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::scripted::{Answer, Scripted};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;

const PROMPT: &str = "\x1b]133;A\x1b\\";
const INPUT: &str = "\x1b]133;B\x1b\\";
const OUTPUT: &str = "\x1b]133;C\x1b\\";
const DONE: &str = "\x1b]133;D;0\x1b\\";
const FAILED: &str = "\x1b]133;D;1\x1b\\";
const KEEP_TITLE: &str = "\x1b[22;0t";
const OLD_TITLE: &str = "\x1b[23;0t";

fn written(screen: &Screen) -> String {
    String::from_utf8(screen.raw()).unwrap()
}

/// Whether the parts stand in this order.
#[track_caller]
fn stand_in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let found = rest.find(part);
        let at = found.unwrap_or_else(|| panic!("no {part:?} in the rest {rest:?} of {text:?}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn prompts_inputs_and_outputs_are_marked() {
    let home = Home::new();
    let mut prompt = Prompt::scala(&home);
    prompt.run("one");
    prompt.screen.line("val x = {");
    prompt.screen.line("two }");
    prompt.wait_for_sent("val x = {\n  two }");
    let before = prompt.screen.raw().len();
    prompt.screen.line("");
    prompt.screen.wait_until("the next prompt is marked", || {
        written(&prompt.screen)[before..].contains(PROMPT)
    });
    let text = written(&prompt.screen);
    assert!(!text[before..].contains(OUTPUT), "{text:?}");
    prompt.screen.line(":rerun 77");
    prompt.screen.wait_for("There is no input 77");
    prompt.screen.wait_for_prompt("scala>");
    let text = written(&prompt.screen);
    let first = [PROMPT, "scala> ", INPUT, OUTPUT, "one", DONE, PROMPT];
    stand_in_order(&text, &first);
    // What goes on is no prompt of its own.
    let continued = text.rfind("     | ").unwrap();
    assert!(
        !text[continued - 20..continued].contains(PROMPT),
        "{text:?}"
    );
    stand_in_order(&text[before..], &[OUTPUT, "There is no input 77", DONE]);
}

#[test]
fn an_output_that_is_an_error_is_marked_so() {
    let home = Home::new();
    let server =
        Scripted::start(
            |request| match (request.method.as_str(), request.path.as_str()) {
                ("GET", "/sessions/0") => Answer::json(
                    "200 OK",
                    json!({"id": 0, "state": "idle", "kind": "spark"}).to_string(),
                ),
                ("POST" | "GET", path) if path.starts_with("/sessions/0/statements") => {
                    Answer::json(
                        "201 Created",
                        json!({"id": 0, "state": "available", "output": {"status": "error",
                "execution_count": 0, "ename": "Error", "evalue": "<console>:23: error: no",
                "traceback": []}})
                        .to_string(),
                    )
                }
                _ => Answer::json("404 Not Found", r#"{"msg":"not found"}"#),
            },
        );
    let mut prompt = Prompt::at(server, &home, "scala", 80, &[], &[]);
    prompt.screen.line("nope");
    prompt.screen.wait_for("error: no");
    prompt.screen.wait_for_prompt("scala>");
    stand_in_order(
        &written(&prompt.screen),
        &[OUTPUT, "error: no", FAILED, PROMPT],
    );
}

#[test]
fn the_window_is_called_after_the_server_and_gets_its_name_back() {
    let home = Home::new();
    let mut prompt = Prompt::scala(&home);
    prompt.run("1 + 1");
    let named = format!("\x1b]2;livysh {}\x1b\\", prompt.url());
    let running = format!("\x1b]2;livysh {}: running\x1b\\", prompt.url());
    prompt.screen.line(":quit");
    assert_eq!(prompt.screen.wait_for_exit(), 0);
    let text = written(&prompt.screen);
    let told = [KEEP_TITLE, &named, &running, &named, OLD_TITLE];
    stand_in_order(&text, &told);
    assert_eq!(text.matches(KEEP_TITLE).count(), 1);
    assert_eq!(text.matches(OLD_TITLE).count(), 1);
    // Also where a signal ends it at the prompt.
    let prompt = Prompt::scala(&home);
    crate::support::processes::send(
        prompt.screen.process_id(),
        nix::sys::signal::Signal::SIGTERM,
    );
    let mut screen = prompt.screen;
    assert_eq!(screen.wait_for_exit(), 143);
    assert!(written(&screen).contains(OLD_TITLE));
}

#[test]
fn a_window_keeps_its_name_where_that_is_wanted() {
    let home = Home::new();
    let folder = home.path().join("config/livysh");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "terminal_title = false\n").unwrap();
    let mut prompt = Prompt::scala(&home);
    prompt.run("1 + 1");
    prompt.screen.line(":quit");
    prompt.screen.wait_for_exit();
    let text = written(&prompt.screen);
    for sign in [KEEP_TITLE, OLD_TITLE, "\x1b]2;"] {
        assert!(!text.contains(sign), "{text:?}");
    }
    assert!(text.contains(PROMPT));
}

#[test]
fn terminals_that_would_show_signs_get_none() {
    for terminal in ["TERM=linux", "INSIDE_EMACS=30.1"] {
        let home = Home::new();
        let mut prompt = Prompt::with(&home, "scala", 80, &[terminal], &[]);
        prompt.run("1 + 1");
        let text = written(&prompt.screen);
        assert!(!text.contains("\x1b]"), "{terminal}: {text:?}");
        assert!(!text.contains(KEEP_TITLE), "{terminal}: {text:?}");
    }
}

/// A server whose session tells where its UI is.
fn with_ui(ui: &'static str) -> Scripted {
    Scripted::start(move |request| match request.path.as_str() {
        "/sessions/0" => Answer::json(
            "200 OK",
            json!({"id": 0, "state": "idle", "kind": "spark", "appId": "application_1",
                "appInfo": {"sparkUiUrl": ui, "driverLogUrl": null}})
            .to_string(),
        ),
        _ => Answer::json("404 Not Found", r#"{"msg":"not found"}"#),
    })
}

#[test]
fn addresses_are_links_and_ui_opens_one() {
    let home = Home::new();
    let seen = home.path().join("seen");
    let browser = home.write(
        "browser",
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > seen.part && mv seen.part seen\n",
    );
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).unwrap();
    let address = "http://ui.example:4040/proxy/application_1?a=1&b=2";
    let variable = format!("BROWSER={} --new:other", browser.display());
    let mut prompt = Prompt::at(with_ui(address), &home, "scala", 40, &[&variable], &[]);
    let link = format!("\x1b]8;;{address}\x1b\\{address}\x1b]8;;\x1b\\");
    stand_in_order(
        &written(&prompt.screen),
        &["Spark context Web UI available at ", &link],
    );
    prompt.screen.line(":ui");
    prompt.screen.wait_for("Spark UI: http://ui.example:4040/");
    prompt.screen.wait_for_prompt("scala>");
    assert_eq!(written(&prompt.screen).matches(&link).count(), 2);
    assert!(!seen.exists());
    prompt.screen.line(":ui open");
    prompt
        .screen
        .wait_until("the browser is told", || seen.exists());
    // One word, whatever stands in it.
    assert_eq!(
        std::fs::read_to_string(&seen).unwrap(),
        format!("--new\n{address}\n")
    );
    prompt.screen.line(":ui nope");
    prompt.screen.wait_for("usage: :ui [open]");
}

#[test]
fn ui_says_why_it_opens_nothing() {
    let home = Home::new();
    let variable = "BROWSER=/nowhere/browser";
    let mut prompt = Prompt::at(
        with_ui("file:///etc/passwd"),
        &home,
        "scala",
        80,
        &[variable],
        &[],
    );
    prompt.screen.line(":ui open");
    prompt
        .screen
        .wait_for("It is no address of the web: it is not opened.");
    assert!(!written(&prompt.screen).contains("\x1b]8;;"));
    let mut prompt = Prompt::at(with_ui("http://h:1/"), &home, "scala", 80, &[variable], &[]);
    prompt.screen.line(":ui open");
    prompt.screen.wait_for("/nowhere/browser cannot be run: ");
    let mut prompt = Prompt::scala(&home);
    prompt.screen.line(":ui");
    prompt
        .screen
        .wait_for("The server does not tell where the UI of this session is.");
}
