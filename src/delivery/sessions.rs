//! Where a session is found whose creation was not answered.

use super::once::Sought;
use crate::livy::{Client, LivyError, Session};

/// Pages of the list that are read.
const PAGE: u64 = 100;

/// The session of this name.
pub async fn find_session(client: &Client, name: &str) -> Result<Sought<Session>, LivyError> {
    let mut from = 0;
    loop {
        let list = client.sessions(from, PAGE).await?;
        let count = list.sessions.len() as u64;
        let mut found = list.sessions.into_iter();
        if let Some(session) = found.find(|session| session.name.as_deref() == Some(name)) {
            return Ok(Sought::Found(session));
        }
        from += count;
        // Some servers give smaller pages than are asked for.
        if count == 0 || from >= list.total {
            return Ok(Sought::Absent);
        }
    }
}
