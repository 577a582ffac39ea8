//! Ends sessions: those that are named, or our own that are idle; another's only after a yes.

use super::idle::is_idle;
use super::owner::Owner;
use super::{Sessions, words};
use crate::exit::Exit;
use crate::livy::Session;
use std::time::Duration;

impl Sessions<'_> {
    /// Each that is named; what fails with one leaves the others to be ended.
    pub(super) async fn stop(&self, named: &[String], is_sure: bool) -> Exit {
        let mut exit = Exit::Ok;
        for name in named {
            let ended = match self.find(name).await {
                Err(error) => self.desk.fail(&error),
                Ok(session) => match self.may_end(&session, is_sure) {
                    Ok(()) => self.end(&session).await,
                    Err(exit) => exit,
                },
            };
            if exit == Exit::Ok {
                exit = ended;
            }
        }
        exit
    }

    /// Whoever sits there is asked about another's.
    fn may_end(&self, session: &Session, is_sure: bool) -> Result<(), Exit> {
        let owner = match self.owner(session) {
            Owner::Us | Owner::Unknown => return Ok(()),
            Owner::Another(_) if is_sure => return Ok(()),
            Owner::Another(owner) => owner,
        };
        match self
            .desk
            .out
            .ask(&words::may_be_ended(session, &owner), false)
        {
            Some(answer) if matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes") => Ok(()),
            Some(_) => Err(self
                .desk
                .say(vec![words::stays(session)], Exit::Interrupted)),
            None => Err(self
                .desk
                .say(words::is_anothers(session, &owner), Exit::Usage)),
        }
    }

    /// Those that livysh has made here or that belong to who signs on, and that have run nothing for so
    /// long. One that another livysh works in stays.
    pub(super) async fn stop_idle(&self, length: Duration) -> Exit {
        let all = match self.all().await {
            Ok(all) => all,
            Err(error) => return self.desk.fail(&error),
        };
        let mut exit = Exit::Ok;
        let mut count = 0;
        for session in all.iter().filter(|session| is_idle(session)) {
            if self.owner(session) != Owner::Us {
                continue;
            }
            if self.journal.is_in_use(&self.desk.root, session) {
                self.desk.say(vec![words::in_use(session)], Exit::Ok);
                continue;
            }
            let is_long = length.is_zero()
                || self
                    .idle_time(session)
                    .await
                    .is_some_and(|idle| idle >= length);
            if !is_long {
                continue;
            }
            count += 1;
            let ended = self.end(session).await;
            if exit == Exit::Ok {
                exit = ended;
            }
        }
        match count {
            0 => self.desk.say(vec![words::none_is_idle()], exit),
            _ => exit,
        }
    }

    async fn end(&self, session: &Session) -> Exit {
        let delete = async || self.desk.client.delete_session(&session.id).await;
        match self.desk.end(delete).await {
            Ok(()) => {
                let id = session.id.to_string();
                self.journal.forget(&self.desk.root, &id);
                self.desk.say(vec![words::ended(session)], Exit::Ok)
            }
            Err(error) => self.desk.fail(&error),
        }
    }
}
