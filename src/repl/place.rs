//! The commands that go to another session, make one in this one's place, or leave it.

use super::Repl;
use crate::engine::Session;
use crate::exit::Exit;
use crate::lang::Language;
use crate::render::one_line;
use crate::shell::{self, LAST, Left, NotAttached, Over, Wanted};

impl Repl<'_> {
    /// The code to end with, where nothing can follow.
    pub(super) fn attach(&mut self, name: &str) -> Option<Exit> {
        if self.desk.link.about.is_local {
            self.say("A local Spark has one session, which ends with livysh.");
            return None;
        }
        if !self.is_lost(name) && !self.may_change() {
            return None;
        }
        let present = self.desk.link.facts.session.clone();
        let left = self.left_running.clone();
        let left = left.or(self.desk.link.accepted_late.clone());
        let wanted = Wanted::Existing {
            name,
            present: present.as_ref(),
        };
        let attached = shell::attach(self.desk.link, self.out, self.keep, || (self.open)(wanted));
        match attached {
            Ok(Some(signal)) => return Some(signal.into()),
            Ok(None) => {}
            Err(NotAttached::End(signal)) => return Some(signal.into()),
            Err(failed) => {
                self.say(&one_line(&not_attached(&failed)));
                return None;
            }
        }
        self.begin_anew();
        self.has_restarted = false;
        let session = self.desk.link.facts.session.as_ref();
        let is_again = |present: &Session| {
            session.is_some_and(|one| (&one.id, &one.name) == (&present.id, &present.name))
        };
        self.left_running = left.filter(|_| present.as_ref().is_some_and(is_again));
        let kind = session.and_then(|session| session.kind.as_deref());
        if let Some(language) = kind.and_then(Language::from_name) {
            self.speak(language);
        }
        match name == LAST {
            true => self.come_back(),
            false => None,
        }
    }

    /// Whether this is the present session, which cannot be asked any more.
    fn is_lost(&self, name: &str) -> bool {
        let facts = &self.desk.link.facts;
        let is_it = |session: &Session| {
            session.id.to_string() == name || session.name.as_deref() == Some(name)
        };
        matches!(facts.over, Some(Over::LostSight(_))) && facts.session.as_ref().is_some_and(is_it)
    }

    /// The statement that was left running in a session that goes when it is left.
    fn would_end(&self) -> Option<Left> {
        let link = &self.desk.link;
        let numbered = self.left_running.as_ref().or(link.accepted_late.as_ref());
        let unnumbered = link.has_left_unnumbered.then_some(Left::Unnumbered);
        let left = numbered.cloned().map(Left::Numbered).or(unnumbered);
        let goes = link.about.is_ours && !self.keep && link.may_live();
        left.filter(|_| goes)
    }

    /// Whether another session may take the place of this one. A statement without a number can be
    /// neither cancelled nor waited for.
    fn may_change(&mut self) -> bool {
        let Some(left) = self.would_end() else {
            return true;
        };
        let choice = match &left {
            Left::Numbered(_) => ":cancel or :wait comes first; :detach leaves both as they are.",
            Left::Unnumbered if self.warned_of.as_ref() == Some(&left) => return true,
            Left::Unnumbered => {
                ":statements shows it, :detach leaves both as they are, :attach once more ends them."
            }
        };
        self.say(&one_line(&format!("{}: {choice}", may_run(&left))));
        if left == Left::Unnumbered {
            self.warned_of = Some(left);
        }
        false
    }

    /// Whether nothing is lost, or that is known: as shells ask once where jobs still run.
    pub(super) fn may_quit(&mut self) -> bool {
        let Some(left) = self.would_end() else {
            return true;
        };
        if self.warned_of.as_ref() == Some(&left) {
            return true;
        }
        let detach = match self.desk.link.about.is_local {
            true => "",
            false => ":detach leaves both as they are, ",
        };
        let may_run = may_run(&left);
        let told = format!("{may_run}: {detach}:quit once more ends them.");
        self.say(&one_line(&told));
        self.warned_of = Some(left);
        false
    }

    pub(super) fn detach(&mut self) -> Option<Exit> {
        let link = &self.desk.link;
        if link.about.is_local {
            self.say("A local Spark ends with livysh: it cannot be left. :quit ends both.");
            return None;
        }
        if !link.may_live() {
            self.say("There is no session that could be left; :quit leaves livysh.");
            return None;
        }
        self.is_detached = true;
        Some(Exit::Ok)
    }

    pub(super) fn restart(&mut self) -> Option<Exit> {
        let link = &self.desk.link;
        if !link.about.is_ours && link.may_live() {
            self.say(match link.about.is_made_if_missing {
                true => {
                    "This session stays, as --create says, and is not livysh's to end; without -s a \
                     new one is made."
                }
                false => {
                    "This session was there before livysh, and is not livysh's to end; without -s a \
                     new one is made."
                }
            });
            return None;
        }
        self.has_restarted = true;
        let wanted = Wanted::New(self.language);
        match shell::restart(self.desk.link, self.out, || (self.open)(wanted)) {
            Ok(None) => {}
            Ok(Some(signal)) => return Some(signal.into()),
            Err(error) => {
                self.say(&format!(
                    "No new session can be opened: {error}. :restart tries again."
                ));
                return None;
            }
        }
        self.begin_anew();
        let replay = match self.desk.replayable() {
            0 => String::new(),
            1 => "; :replay runs the input that has succeeded again".to_owned(),
            count => format!("; :replay runs the {count} inputs that have succeeded again"),
        };
        self.say(&format!("A new session is being made{replay}."));
        None
    }

    /// The session is another: what was said of the last one's statements is said no more.
    fn begin_anew(&mut self) {
        self.desk.startup.again();
        self.editor.completer().begin_anew();
        self.desk.echoes.last_value.replace(None);
        self.left_running = None;
        self.warned_of = None;
        self.desk.link.lift_limits();
    }
}

fn may_run(left: &Left) -> String {
    let what = match left {
        Left::Numbered(id) => format!("Statement {id}"),
        Left::Unnumbered => "A statement that was left".to_owned(),
    };
    format!("{what} may still run in this session, which would be ended")
}

fn not_attached(failed: &NotAttached) -> String {
    let stays = "this session stays as it was";
    match failed {
        NotAttached::Refused(why) => format!("Nothing changes: {why}."),
        NotAttached::Interrupted => format!("The other session is not waited for; {stays}."),
        NotAttached::Failed | NotAttached::End(_) => {
            format!("The other session cannot be attached to; {stays}.")
        }
    }
}
