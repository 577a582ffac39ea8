//! Livy clients that others wrote, each driving whole sessions of its own on the strict server. What they do and expect is in the scripts in tests/clients.

use crate::support::program::{Home, Ran, cache, foreign_variables};
use crate::support::spark::{is_ours, strict};
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs a script of tests/clients in the environment that tests/run makes.
fn drive(script: &str) {
    let python = cache().join("clients/bin/python");
    if !python.exists() {
        let optional = !is_ours() && std::env::var_os("CI").is_none_or(|value| value != "true");
        assert!(
            optional,
            "the Livy clients are not installed: run tests/run"
        );
        return;
    }
    let url = strict();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    let home = Home::new();
    let mut command = Command::new(python);
    for name in foreign_variables() {
        command.env_remove(name);
    }
    // Isolated, so that a PYTHONPATH that is set for a Spark does not count.
    command
        .args(["-I", folder.join(script).to_str().unwrap(), &url])
        .envs(home.environment())
        .current_dir(home.path())
        .stdin(Stdio::null());
    let ran = Ran::of(command.output().unwrap());
    ran.gave("ok\n", 0);
}

#[test]
fn pylivy_drives_whole_sessions() {
    drive("pylivy_session.py");
}

#[test]
fn sparkmagic_drives_whole_sessions() {
    drive("sparkmagic_session.py");
}
