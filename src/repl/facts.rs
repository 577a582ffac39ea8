//! What is known of the session: `:session`.

use super::Repl;
use crate::engine::{Kept, Session};
use crate::render::one_line;
use std::time::Duration;

impl Repl<'_> {
    /// That there is none, and what can be done.
    pub(super) fn no_session(&self) -> &'static str {
        let link = &self.desk.link;
        if link.may_live() {
            return "The session cannot be asked any more: nothing runs. :attach and its number tries again.";
        }
        match link.facts.is_ready || link.has_died() {
            true => "There is no session any more: nothing runs. :restart makes a new one.",
            false => "There is no session: nothing runs. :restart tries again.",
        }
    }

    pub(super) fn session_text(&self) -> String {
        let link = &self.desk.link;
        let facts = &link.facts;
        let root = &link.about.root;
        if self.waits_for_restart() {
            return match facts.is_ready || link.has_died() {
                true => format!("there is no session on {root} any more; :restart makes a new one"),
                false => format!("there is no session on {root}; :restart tries again"),
            };
        }
        let Some(session) = &facts.session else {
            return format!("the session on {root} is not open yet");
        };
        let state = match facts.is_ready {
            true => "ready".to_owned(),
            false => session.state.to_string(),
        };
        let mut text = one_line(&format!("session {} on {root}: {state}", session.id)).into_owned();
        let mut add = |line: &str| {
            text.push_str("\n  ");
            text.push_str(line);
        };
        for (label, value) in parts(session) {
            if let Some(value) = value {
                add(&format!("{label}: {}", one_line(value)));
            }
        }
        add(match (link.about.is_ours, link.about.is_made_if_missing) {
            (true, _) if self.keep => "made by livysh: it is kept when you leave, as was asked for",
            (true, _) => "made by livysh: it is ended when you leave",
            (false, true) => "asked for with --create: it stays when you leave",
            (false, false) => "it was there before: it stays when you leave",
        });
        if !link.about.is_local {
            add(&told_of(link.engine.kept()));
        }
        if session.heartbeat_timeout_in_second > 0 {
            let seconds = Duration::from_secs(session.heartbeat_timeout_in_second);
            let told = length(seconds);
            add(&format!(
                "heartbeat: it is asked for while livysh runs; the server ends it {told} later"
            ));
        }
        text
    }
}

fn parts(session: &Session) -> [(&'static str, &Option<String>); 7] {
    [
        ("name", &session.name),
        ("kind", &session.kind),
        ("application id", &session.app_id),
        ("owner", &session.owner),
        ("runs for", &session.proxy_user),
        ("Spark UI", &session.app_info.spark_ui_url),
        ("driver log", &session.app_info.driver_log_url),
    ]
}

/// Whether the server is kept from ending the session for being idle.
fn told_of(kept: Kept) -> String {
    match kept {
        Kept::NotYet => "kept alive: once it is ready".to_owned(),
        Kept::Never => "not kept alive, as keep_alive says".to_owned(),
        Kept::WhileRunning => "kept alive: while a statement runs that is waited for".to_owned(),
        Kept::Still(left) => format!("kept alive: for {} still, if nothing runs", length(left)),
        Kept::Stopped { idle, since } => format!(
            "not kept alive since {}: nothing had run for {}; the next statement begins anew",
            length(since),
            length(idle)
        ),
        Kept::Unknown => "not kept alive: this server has no call for it".to_owned(),
    }
}

/// In the two largest units that say something.
fn length(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min"),
        (_, 0) => format!("{hours} h"),
        (_, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_a_session_is_told_in_words() {
        let seconds = Duration::from_secs;
        assert_eq!(
            told_of(Kept::Still(seconds(7_199))),
            "kept alive: for 1 h 59 min still, if nothing runs"
        );
        let stopped = Kept::Stopped {
            idle: seconds(7_200),
            since: seconds(300),
        };
        assert_eq!(
            told_of(stopped),
            "not kept alive since 5 min: nothing had run for 2 h; the next statement begins anew"
        );
        assert_eq!(length(seconds(59)), "59 s");
    }
}
