//! What goes with an installation: completions of shells, and the page of the manual.

use crate::support::program::{Home, Ran};
use std::process::Command;

fn generated(home: &Home, what: &str) -> String {
    let ran = home.run(&["--generate", what]);
    assert_eq!((ran.err.as_str(), ran.code), ("", 0), "{ran:?}");
    ran.out
}

/// What a shell does with a text of ours, where that shell is there.
fn in_shell(shell: &str, arguments: &[&str]) -> Option<Ran> {
    let ran = Command::new(shell).args(arguments).output().ok()?;
    Some(Ran::of(ran))
}

#[test]
fn bash_completes_options_commands_and_their_values() {
    let home = Home::new();
    let file = home.write("livysh.bash", &generated(&home, "complete-bash"));
    let completed = |words: &[&str]| {
        let script = format!(
            "source {}; COMP_WORDS=({}); COMP_CWORD={}; _livysh livysh \"${{COMP_WORDS[COMP_CWORD]}}\" \
             \"${{COMP_WORDS[COMP_CWORD-1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            file.display(),
            words.join(" "),
            words.len() - 1
        );
        let ran = in_shell("bash", &["-c", &script]).unwrap();
        assert_eq!((ran.err.as_str(), ran.code), ("", 0), "{ran:?}");
        ran.out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(completed(&["livysh", "--prof"]), ["--profile"]);
    assert_eq!(completed(&["livysh", "--color", "al"]), ["always"]);
    assert_eq!(completed(&["livysh", "doc"]), ["doctor"]);
    assert_eq!(completed(&["livysh", "batch", "sub"]), ["submit"]);
    assert!(completed(&["livysh", "--driver-"]).contains(&"--driver-memory".to_owned()));
}

#[test]
fn other_shells_read_their_completions() {
    let home = Home::new();
    for (shell, what, check, holds) in [
        ("zsh", "complete-zsh", "-n", "#compdef livysh"),
        (
            "fish",
            "complete-fish",
            "--no-execute",
            "complete -c livysh",
        ),
    ] {
        let text = generated(&home, what);
        for part in [holds, "keep-going", "sessions", "driver-memory"] {
            assert!(text.contains(part), "{shell} without {part}");
        }
        let file = home.write(what, &text);
        if let Some(ran) = in_shell(shell, &[check, file.to_str().unwrap()]) {
            assert_eq!((ran.err.as_str(), ran.code), ("", 0), "{shell}");
        }
    }
}

#[test]
fn the_manual_has_a_page() {
    let home = Home::new();
    let text = generated(&home, "man");
    assert!(text.contains(".TH livysh 1"), "{text}");
    let file = home.write("livysh.1", &text);
    for part in ["SH NAME", "SH SYNOPSIS", "keep\\-going", "driver\\-memory"] {
        assert!(text.contains(part), "{part}");
    }
    // Where a page can be set, it is, without a complaint.
    let arguments = ["-Kutf8", "-man", "-Tutf8", "-ww", file.to_str().unwrap()];
    if let Some(ran) = in_shell("groff", &arguments) {
        assert_eq!((ran.err.as_str(), ran.code), ("", 0));
        assert!(ran.out.lines().count() > 100, "{}", ran.out);
    }
}

#[test]
fn help_is_short_or_long() {
    let home = Home::new();
    let (short, long) = (home.run(&["-h"]), home.run(&["--help"]));
    assert_eq!((short.code, long.code), (0, 0));
    assert!(short.out.lines().count() < long.out.lines().count());
    for part in ["--profile", "--keep-going", "doctor"] {
        assert!(
            short.out.contains(part) && long.out.contains(part),
            "{part}"
        );
    }
}
