//! Where a session is found whose creation was not answered.

use super::once::Sought;
use super::pages;
use crate::livy::{Client, LivyError, Session};

/// The session of this name.
pub async fn find_session(client: &Client, name: &str) -> Result<Sought<Session>, LivyError> {
    let page = async |from| {
        let list = client.sessions(from, pages::PAGE).await?;
        Ok((list.sessions, list.total))
    };
    pages::find(page, |session| session.name.as_deref() == Some(name)).await
}
