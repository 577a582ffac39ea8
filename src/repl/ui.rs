//! `:ui`: where Spark's web UI is.

use super::Repl;
use crate::render::{Line, Role, one_line};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// What opens an address on a desktop.
#[cfg(target_os = "macos")]
const OPENER: &str = "open";
#[cfg(not(target_os = "macos"))]
const OPENER: &str = "xdg-open";

impl Repl<'_> {
    pub(super) fn ui(&self, opens: bool) {
        let Some(session) = &self.desk.link.facts.session else {
            return self.say("The session is not open yet: nothing is known of its UI.");
        };
        let addresses = [
            ("Spark UI", &session.app_info.spark_ui_url),
            ("driver log", &session.app_info.driver_log_url),
        ];
        let known: Vec<(&str, &str)> = addresses
            .into_iter()
            .filter_map(|(what, address)| Some((what, address.as_deref()?)))
            .collect();
        if known.is_empty() {
            return self.say("The server does not tell where the UI of this session is.");
        }
        for (what, address) in &known {
            let line = Line::plain(format!("{what}: "));
            self.out.note(&line.then(Role::Link, one_line(address)));
        }
        if let (true, Some((_, address))) = (opens, known.first())
            && let Err(told) = open(address)
        {
            self.say(&told);
        }
    }
}

/// Opens an address in the user's browser, which is not waited for.
fn open(address: &str) -> Result<(), String> {
    let is_web = address.starts_with("http://") || address.starts_with("https://");
    if !is_web {
        return Err("It is no address of the web: it is not opened.".to_owned());
    }
    let browser = std::env::var("BROWSER")
        .ok()
        .filter(|name| !name.is_empty());
    // It may hold arguments, or several browsers, of which the first is wanted most.
    let browser = browser.as_deref().unwrap_or(OPENER);
    let first = browser.split(':').next().unwrap_or(OPENER);
    let mut words = first.split_whitespace();
    let started = Command::new(words.next().unwrap_or(OPENER))
        .args(words)
        .arg(address)
        // Ctrl-C at the prompt is not meant for it.
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(mut child) => {
            // Somebody has to take note of its end.
            std::thread::spawn(move || child.wait());
            Ok(())
        }
        Err(error) => Err(format!(
            "{} cannot be run: {error}; $BROWSER names another",
            one_line(browser)
        )),
    }
}
