//! Whose a session is.

use super::Sessions;
use crate::livy::Session;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    /// Livysh has made it here, or it belongs to who signs on.
    Us,
    /// Somebody who is not known to be us.
    Another(String),
    /// The server does not say.
    Unknown,
}

impl Sessions<'_> {
    pub(super) fn owner(&self, session: &Session) -> Owner {
        match self.journal.has_made(&self.desk.root, session) {
            true => Owner::Us,
            false => owner(session, self.desk.user.as_deref()),
        }
    }
}

fn owner(session: &Session, user: Option<&str>) -> Owner {
    match (session.runs_for(), user) {
        (Some(owner), Some(user)) if owner == user => Owner::Us,
        (Some(owner), _) => Owner::Another(owner.to_owned()),
        (None, _) => Owner::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_session_is_whose_it_runs_for() {
        let of = |owner_of: Option<&str>, proxy: Option<&str>, user| {
            let value = json!({"id": 1, "owner": owner_of, "proxyUser": proxy});
            owner(&serde_json::from_value(value).unwrap(), user)
        };
        let another = |name: &str| Owner::Another(name.to_owned());
        assert_eq!(of(Some("me"), None, Some("me")), Owner::Us);
        assert_eq!(of(Some("knox"), Some("me"), Some("me")), Owner::Us);
        assert_eq!(of(Some("me"), Some("bob"), Some("me")), another("bob"));
        assert_eq!(of(Some("bob"), None, None), another("bob"));
        assert_eq!(of(None, None, Some("me")), Owner::Unknown);
        assert_eq!(of(Some(""), None, Some("me")), Owner::Unknown);
    }
}
