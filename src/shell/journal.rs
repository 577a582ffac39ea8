//! What survives a livysh that was killed: the sessions that it used, in a file of the user's own. No
//! code and no secret stands in it.

use crate::engine::{self, Ending};
use crate::livy::{Id, Session};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// The oldest go first.
const MOST_ENTRIES: usize = 50;

/// A session that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// The server, as it is shown.
    root: String,
    id: String,
    name: Option<String>,
    /// The process that used it last.
    process: u32,
    /// Whether that has made it, and was to end it.
    to_end: bool,
}

impl Entry {
    /// What names it to the server.
    fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

/// The file, or nowhere to keep one.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    folder: Option<PathBuf>,
}

impl Journal {
    pub fn in_folder(folder: Option<PathBuf>) -> Journal {
        Journal { folder }
    }

    /// The session of a server that was used last, by its name, else its id.
    pub fn last(&self, root: &str) -> Option<String> {
        let entries = self.with(|entries| entries.clone());
        let last = entries.iter().rev().find(|entry| entry.root == root);
        last.map(|entry| entry.called().to_owned())
    }

    /// Those that a livysh has made on a server and did not come to end; each is told once.
    pub fn left_behind(&self, root: &str) -> Vec<String> {
        self.with(|entries| {
            let mut left = Vec::new();
            for entry in entries {
                if entry.root == root && entry.to_end && !is_alive(entry.process) {
                    entry.to_end = false;
                    left.push(entry.called().to_owned());
                }
            }
            left
        })
    }

    pub(super) fn note(&self, root: &str, session: &Session, to_end: bool) {
        let entry = Entry {
            root: root.to_owned(),
            id: session.id.to_string(),
            name: session.name.clone(),
            process: std::process::id(),
            to_end,
        };
        self.with(|entries| {
            entries.retain(|known| (&known.root, &known.id) != (&entry.root, &entry.id));
            let surplus = (entries.len() + 1).saturating_sub(MOST_ENTRIES);
            entries.drain(..surplus);
            entries.push(entry);
        });
    }

    /// It is there no more.
    pub(super) fn forget(&self, root: &str, id: &Id) {
        let id = id.to_string();
        self.with(|entries| entries.retain(|known| known.root != root || known.id != id));
    }

    /// Reads, changes and writes the entries, alone. A file that cannot be had is no reason to disturb.
    fn with<T: Default>(&self, change: impl FnOnce(&mut Vec<Entry>) -> T) -> T {
        let changed = self.open().and_then(|mut file| {
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            // A broken one is begun anew.
            let before: Vec<Entry> = serde_json::from_str(&text).unwrap_or_default();
            let mut entries = before.clone();
            let changed = change(&mut entries);
            if entries != before {
                file.rewind()?;
                file.set_len(0)?;
                file.write_all(&serde_json::to_vec_pretty(&entries)?)?;
            }
            Ok(changed)
        });
        changed.unwrap_or_default()
    }

    fn open(&self) -> io::Result<File> {
        let folder = self.folder.as_ref().ok_or(io::ErrorKind::NotFound)?;
        std::fs::create_dir_all(folder)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(folder.join("sessions.json"))?;
        file.lock()?;
        Ok(file)
    }
}

fn is_alive(process: u32) -> bool {
    let id = i32::try_from(process).map(nix::unistd::Pid::from_raw);
    // The signal that only asks.
    id.is_ok_and(|id| nix::sys::signal::kill(id, None) != Err(nix::errno::Errno::ESRCH))
}

/// Keeps a session's entry, for as long as it is there.
pub(super) struct Follower {
    journal: Journal,
    root: Option<String>,
    to_end: bool,
    noted: RefCell<Option<Id>>,
}

impl Follower {
    pub(super) fn new(journal: Journal, root: Option<String>, to_end: bool) -> Follower {
        Follower {
            journal,
            root,
            to_end,
            noted: RefCell::default(),
        }
    }

    pub(super) fn follow(&self, event: &engine::Event) {
        let Some(root) = &self.root else { return };
        if let engine::Event::Starting { session } | engine::Event::Ready { session } = event
            && self.noted.borrow().is_none()
        {
            self.journal.note(root, session, self.to_end);
            self.noted.replace(Some(session.id.clone()));
        }
        let is_gone = match event {
            engine::Event::Died(death) => !death.may_live,
            engine::Event::Ended(ending) => matches!(ending, Ending::Deleted | Ending::Nothing),
            engine::Event::Starting { .. }
            | engine::Event::Ready { .. }
            | engine::Event::OpenFailed(_)
            | engine::Event::Reconnecting(_)
            | engine::Event::Reconnected
            | engine::Event::AcceptedLate { .. }
            | engine::Event::LostLate(_)
            | engine::Event::Progress { .. }
            | engine::Event::Copies { .. }
            | engine::Event::CancelFailed(_)
            | engine::Event::Finished { .. }
            | engine::Event::Answered { .. } => false,
        };
        if is_gone && let Some(id) = self.noted.take() {
            self.journal.forget(root, &id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn session(id: i64, name: &str) -> Session {
        serde_json::from_value(json!({"id": id, "name": name, "state": "idle"})).unwrap()
    }

    #[test]
    fn the_last_session_of_each_server_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_folder(Some(folder.path().join("state")));
        assert_eq!(journal.last("http://a"), None);
        journal.note("http://a", &session(1, "one"), true);
        journal.note("http://b", &session(1, "other"), true);
        journal.note("http://a", &session(2, "two"), false);
        assert_eq!(journal.last("http://a").as_deref(), Some("two"));
        assert_eq!(journal.last("http://b").as_deref(), Some("other"));
        journal.forget("http://a", &Id::Number(2));
        assert_eq!(journal.last("http://a").as_deref(), Some("one"));
        // This process lives, and will end its own.
        assert!(journal.left_behind("http://a").is_empty());
        assert_eq!(Journal::default().last("http://a"), None);
    }

    #[test]
    fn what_a_killed_process_has_left_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.json");
        let mut gone = std::process::Command::new("true").spawn().unwrap();
        let process = gone.id();
        gone.wait().unwrap();
        let entry = |id: &str, to_end: bool| json!({"root": "http://a", "id": id, "name": null, "process": process, "to_end": to_end});
        let text = json!([entry("1", true), entry("2", false)]).to_string();
        std::fs::write(&path, text).unwrap();
        let journal = Journal::in_folder(Some(folder.path().to_owned()));
        assert_eq!(journal.left_behind("http://a"), ["1"]);
        assert!(journal.left_behind("http://a").is_empty());
        std::fs::write(&path, "broken").unwrap();
        assert_eq!(journal.last("http://a"), None);
        journal.note("http://a", &session(3, "three"), true);
        assert_eq!(journal.last("http://a").as_deref(), Some("three"));
    }
}
