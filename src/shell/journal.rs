//! What survives a livysh that was killed: the sessions that it used, in a file of the user's own. No
//! code and no secret stands in it.
//!
//! The file is replaced as a whole, so that it can be read without a lock; who changes it has the lock
//! of a file beside it.

use crate::livy::Session;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The oldest go first.
const MOST_ENTRIES: usize = 50;

/// A session that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// The server, as it is shown.
    root: String,
    /// Empty while its creation is on its way.
    id: String,
    name: Option<String>,
    /// The application id, once it was known: numbers are given anew.
    #[serde(default)]
    application: Option<String>,
    /// The process that used it last, or the one that is to end it.
    process: u32,
    /// The machine of that process: several may share a home folder.
    #[serde(default)]
    host: Option<String>,
    /// Whether that has made it, and was to end it.
    to_end: bool,
    /// Whether a livysh has made it.
    #[serde(default)]
    is_ours: bool,
}

impl Entry {
    /// Whether its process may be there still. Of another machine's that cannot be said.
    fn may_be_in_use(&self) -> bool {
        let is_elsewhere = self.host.is_some() && self.host != host();
        is_elsewhere || is_alive(self.process)
    }

    fn is_this_process(&self) -> bool {
        self.process == std::process::id() && (self.host.is_none() || self.host == host())
    }

    fn is_expected(&self, root: &str, name: &str) -> bool {
        self.root == root && self.id.is_empty() && self.name.as_deref() == Some(name)
    }

    fn known(&self) -> Known {
        Known {
            id: self.id.clone(),
            name: self.name.clone(),
            application: self.application.clone(),
        }
    }
}

/// A session as livysh has known it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    id: String,
    name: Option<String>,
    application: Option<String>,
}

/// Whether a session is the one that was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Same {
    Yes,
    /// What differs: what it has, and what the other had.
    No(String, String),
    /// The server tells nothing that would say so.
    Unsure,
}

impl Known {
    pub(super) fn of(session: &Session) -> Known {
        Known {
            id: session.id.to_string(),
            name: session.name.clone(),
            application: session.app_id.clone(),
        }
    }

    /// What names it to the server.
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    /// Whether the server is known to have made it.
    pub(super) fn is_numbered(&self) -> bool {
        !self.id.is_empty()
    }

    /// Names are given once, numbers anew after a server has forgotten its sessions; an application's id
    /// is its own.
    pub(super) fn is(&self, session: &Session) -> Same {
        let said = |what: &str, value: &Option<String>| match value {
            Some(value) => format!("{what} {value}"),
            None => format!("no {what}"),
        };
        match (&self.name, &session.name) {
            (Some(known), Some(found)) if known == found => return Same::Yes,
            (None, None) => {}
            (known, found) => return Same::No(said("name", found), said("name", known)),
        }
        match (&self.application, &session.app_id) {
            (Some(known), Some(found)) if known == found => Same::Yes,
            (Some(_), Some(_)) => Same::No(
                said("application", &session.app_id),
                said("application", &self.application),
            ),
            (Some(_) | None, Some(_) | None) => Same::Unsure,
        }
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

    /// The session of a server that was used last, but for this one. One whose creation is on its way
    /// is its livysh's alone.
    pub fn last(&self, root: &str, but: Option<&Session>) -> Option<Known> {
        let is_other = |entry: &&Entry| but.is_none_or(|but| entry.known().is(but) != Same::Yes);
        let is_used = |entry: &&Entry| !entry.id.is_empty() || !entry.may_be_in_use();
        let entries = self.read();
        let here = entries.iter().filter(|entry| entry.root == root);
        here.filter(is_used).rfind(is_other).map(Entry::known)
    }

    /// What is known of a session by its number.
    pub fn numbered(&self, root: &str, id: &str) -> Option<Known> {
        let entries = self.read();
        let mut found = entries.iter().rev();
        let found = found.find(|entry| entry.root == root && entry.id == id);
        found.map(Entry::known)
    }

    /// Whether a livysh of this user has made it.
    pub fn has_made(&self, root: &str, session: &Session) -> bool {
        self.of(root, session).any(|entry| entry.is_ours)
    }

    /// Whether a livysh that lives works in it.
    pub fn is_in_use(&self, root: &str, session: &Session) -> bool {
        self.of(root, session).any(|entry| entry.may_be_in_use())
    }

    /// What is noted of a session. A number that nothing else tells to be the same is not enough.
    fn of<'a>(&self, root: &'a str, session: &'a Session) -> impl Iterator<Item = Entry> + 'a {
        let entries = self.read().into_iter();
        entries.filter(move |entry| entry.root == root && entry.known().is(session) == Same::Yes)
    }

    /// Those that a livysh has made on a server and did not come to end; each is told once.
    pub(super) fn left_behind(&self, root: &str) -> Vec<Known> {
        self.change(|entries| {
            let mut left = Vec::new();
            for entry in entries {
                if entry.root == root && entry.to_end && !entry.may_be_in_use() {
                    entry.to_end = false;
                    left.push(entry.known());
                }
            }
            left
        })
    }

    /// That one of this name is being made: whoever is killed now has perhaps left it.
    pub(super) fn expect(&self, root: &str, name: &str) {
        let entry = Entry {
            root: root.to_owned(),
            id: String::new(),
            name: Some(name.to_owned()),
            application: None,
            host: host(),
            process: std::process::id(),
            to_end: true,
            is_ours: true,
        };
        self.change(|entries| entries.push(entry));
    }

    /// That it is expected no more: it was noted, or was not made.
    pub(super) fn give_up(&self, root: &str, name: &str) {
        let is_it = |known: &Entry| known.is_expected(root, name);
        self.change(|entries| entries.retain(|known| !is_it(known)));
    }

    /// That it is used. One that another livysh has made and is still to end stays that one's.
    pub(super) fn note(&self, root: &str, session: &Session, to_end: bool, is_ours: bool) {
        let mut entry = Entry {
            root: root.to_owned(),
            id: session.id.to_string(),
            name: session.name.clone(),
            application: session.app_id.clone(),
            process: std::process::id(),
            host: host(),
            to_end,
            is_ours,
        };
        self.change(|entries| {
            let is_it = |known: &Entry| (&known.root, &known.id) == (&entry.root, &entry.id);
            let before = entries.iter().position(is_it);
            if let Some(before) = before.map(|index| entries.remove(index)) {
                let is_same = !matches!(before.known().is(session), Same::No(..));
                entry.is_ours |= before.is_ours && is_same;
                let is_others =
                    before.to_end && !before.is_this_process() && before.may_be_in_use() && is_same;
                if is_others {
                    entry.to_end = true;
                    (entry.process, entry.host) = (before.process, before.host);
                }
            }
            let surplus = (entries.len() + 1).saturating_sub(MOST_ENTRIES);
            entries.drain(..surplus);
            entries.push(entry);
        });
    }

    /// It is not there. One without a number is known by its name alone.
    pub(super) fn forget_known(&self, root: &str, known: &Known) {
        match (known.is_numbered(), &known.name) {
            (true, _) => self.forget(root, &known.id),
            (false, Some(name)) => self.give_up(root, name),
            (false, None) => {}
        }
    }

    /// It is there no more.
    pub fn forget(&self, root: &str, id: &str) {
        self.change(|entries| entries.retain(|known| known.root != root || known.id != id));
    }

    fn path(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("sessions.json"))
    }

    /// The entries as they are now; a broken file is begun anew.
    fn read(&self) -> Vec<Entry> {
        let text = self.path().and_then(|path| std::fs::read(path).ok());
        text.and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    /// Reads, changes and writes the entries, alone. A file that cannot be had is no reason to disturb.
    fn change<T: Default>(&self, change: impl FnOnce(&mut Vec<Entry>) -> T) -> T {
        let changed = self.lock().and_then(|_lock| {
            let before = self.read();
            let mut entries = before.clone();
            let changed = change(&mut entries);
            if entries != before
                && let Some(path) = self.path()
            {
                write(&path, &serde_json::to_vec_pretty(&entries)?)?;
            }
            Ok(changed)
        });
        changed.unwrap_or_default()
    }

    fn lock(&self) -> io::Result<File> {
        let folder = self.folder.as_ref().ok_or(io::ErrorKind::NotFound)?;
        std::fs::create_dir_all(folder)?;
        let file = own(OpenOptions::new().truncate(false)).open(folder.join("sessions.lock"))?;
        file.lock()?;
        Ok(file)
    }
}

fn own(options: &mut OpenOptions) -> &mut OpenOptions {
    options.write(true).create(true).mode(0o600)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = own(OpenOptions::new().truncate(true)).open(&new)?;
    file.write_all(bytes)?;
    std::fs::rename(&new, path)
}

fn host() -> Option<String> {
    nix::unistd::gethostname().ok()?.into_string().ok()
}

fn is_alive(process: u32) -> bool {
    let id = i32::try_from(process).map(nix::unistd::Pid::from_raw);
    // The signal that only asks.
    id.is_ok_and(|id| nix::sys::signal::kill(id, None) != Err(nix::errno::Errno::ESRCH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::os::unix::fs::PermissionsExt;

    fn session(id: i64, name: &str) -> Session {
        serde_json::from_value(json!({"id": id, "name": name, "state": "idle"})).unwrap()
    }

    fn unnamed(id: i64, application: Option<&str>) -> Session {
        let value = json!({"id": id, "state": "idle", "appId": application});
        serde_json::from_value(value).unwrap()
    }

    fn last(journal: &Journal, root: &str) -> Option<String> {
        let last = journal.last(root, None);
        last.map(|known| known.called().to_owned())
    }

    fn left(journal: &Journal) -> Vec<String> {
        let left = journal.left_behind("http://a").into_iter();
        left.map(|known| known.called().to_owned()).collect()
    }

    fn gone() -> u32 {
        let mut gone = std::process::Command::new("true").spawn().unwrap();
        let process = gone.id();
        gone.wait().unwrap();
        process
    }

    fn written(folder: &Path, id: &str, process: u32, to_end: bool) {
        let text = json!([{"root": "http://a", "id": id, "name": null, "process": process,
            "to_end": to_end}]);
        std::fs::write(folder.join("sessions.json"), text.to_string()).unwrap();
    }

    #[test]
    fn the_last_session_of_each_server_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let journal = Journal::in_folder(Some(state.clone()));
        assert_eq!(last(&journal, "http://a"), None);
        journal.note("http://a", &session(1, "one"), true, true);
        journal.note("http://b", &session(1, "other"), true, true);
        journal.note("http://a", &session(2, "two"), false, false);
        assert_eq!(last(&journal, "http://a").as_deref(), Some("two"));
        assert_eq!(last(&journal, "http://b").as_deref(), Some("other"));
        let before = journal.last("http://a", Some(&session(2, "two")));
        assert_eq!(before.as_ref().map(Known::called), Some("one"));
        journal.forget("http://a", "2");
        assert_eq!(last(&journal, "http://a").as_deref(), Some("one"));
        // This process lives, and will end its own.
        assert!(journal.left_behind("http://a").is_empty());
        assert_eq!(last(&Journal::default(), "http://a"), None);
        for file in std::fs::read_dir(state).unwrap() {
            let mode = file.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn what_a_killed_process_has_left_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_folder(Some(folder.path().to_owned()));
        written(folder.path(), "1", gone(), true);
        assert_eq!(left(&journal), ["1"]);
        assert!(journal.left_behind("http://a").is_empty());
        written(folder.path(), "2", gone(), false);
        assert!(journal.left_behind("http://a").is_empty());
        std::fs::write(folder.path().join("sessions.json"), "broken").unwrap();
        assert_eq!(last(&journal, "http://a"), None);
        journal.note("http://a", &session(3, "three"), true, true);
        assert_eq!(last(&journal, "http://a").as_deref(), Some("three"));
    }

    #[test]
    fn the_session_of_a_livysh_that_lives_stays_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_folder(Some(folder.path().to_owned()));
        let mut other = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        written(folder.path(), "1", other.id(), true);
        journal.note("http://a", &unnamed(1, None), false, false);
        assert!(journal.left_behind("http://a").is_empty());
        other.kill().unwrap();
        other.wait().unwrap();
        // It was killed: what it was to end is left.
        assert_eq!(left(&journal), ["1"]);
        // Of one that is gone it is taken over, as is a number that has come to name another.
        written(folder.path(), "1", gone(), true);
        journal.note("http://a", &unnamed(1, None), false, false);
        assert!(journal.left_behind("http://a").is_empty());
    }

    #[test]
    fn a_livysh_of_another_machine_may_live() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_folder(Some(folder.path().to_owned()));
        let entry = |host: Option<String>| {
            let text = json!([{"root": "http://a", "id": "1", "name": null, "process": gone(),
                "host": host, "to_end": true}]);
            std::fs::write(folder.path().join("sessions.json"), text.to_string()).unwrap();
        };
        entry(Some("another-machine".to_owned()));
        assert!(journal.left_behind("http://a").is_empty());
        journal.note("http://a", &unnamed(1, None), false, false);
        assert!(journal.read()[0].to_end);
        entry(host());
        assert_eq!(left(&journal), ["1"]);
    }

    #[test]
    fn one_that_is_being_made_is_known_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_folder(Some(folder.path().to_owned()));
        journal.expect("http://a", "one");
        // This process is still making it.
        assert_eq!(last(&journal, "http://a"), None);
        journal.note("http://a", &session(1, "one"), true, true);
        journal.give_up("http://a", "one");
        assert_eq!((journal.read().len(), &*journal.read()[0].id), (1, "1"));
        journal.expect("http://a", "two");
        journal.give_up("http://a", "two");
        assert_eq!(last(&journal, "http://a").as_deref(), Some("one"));
        let text = json!([{"root": "http://a", "id": "", "name": "three", "process": gone(),
            "to_end": true}]);
        std::fs::write(folder.path().join("sessions.json"), text.to_string()).unwrap();
        let left = journal.left_behind("http://a");
        assert_eq!((left[0].called(), left[0].is_numbered()), ("three", false));
        // That it was not made says nothing of another that is being made.
        journal.expect("http://a", "four");
        let three = journal.last("http://a", None).unwrap();
        assert_eq!(three.called(), "three");
        journal.forget_known("http://a", &three);
        let names: Vec<_> = journal.read().into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, [Some("four".to_owned())]);
    }

    #[test]
    fn a_number_alone_does_not_name_a_session() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_folder(Some(folder.path().to_owned()));
        journal.note("http://a", &unnamed(1, Some("application_1")), false, false);
        let known = journal.numbered("http://a", "1").unwrap();
        assert_eq!(known.is(&unnamed(1, Some("application_1"))), Same::Yes);
        assert_eq!(known.is(&unnamed(1, None)), Same::Unsure);
        assert_eq!(
            known.is(&unnamed(1, Some("application_2"))),
            Same::No(
                "application application_2".into(),
                "application application_1".into()
            )
        );
        assert_eq!(
            known.is(&session(1, "etl")),
            Same::No("name etl".into(), "no name".into())
        );
        journal.note("http://a", &session(2, "etl"), false, false);
        let named = journal.numbered("http://a", "2").unwrap();
        assert_eq!(named.is(&session(9, "etl")), Same::Yes);
        assert_eq!(journal.numbered("http://b", "1"), None);
    }

    #[test]
    fn what_a_livysh_has_made_is_ours_by_its_name_or_application() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_folder(Some(folder.path().to_owned()));
        journal.note("http://a", &session(1, "one"), false, true);
        // Somebody attaches to it later.
        journal.note("http://a", &session(1, "one"), false, false);
        journal.note("http://a", &session(2, "two"), false, false);
        journal.note("http://a", &unnamed(3, None), true, true);
        for (found, is_ours) in [
            (session(1, "one"), true),
            (session(1, "another"), false),
            (session(2, "two"), false),
            (unnamed(3, None), false),
        ] {
            assert_eq!(journal.has_made("http://a", &found), is_ours, "{found:?}");
        }
        assert!(!journal.has_made("http://b", &session(1, "one")));
        assert!(journal.is_in_use("http://a", &session(1, "one")));
        journal.note("http://a", &session(1, "another"), false, false);
        assert!(!journal.has_made("http://a", &session(1, "another")));
    }
}
