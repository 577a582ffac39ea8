//! Finds a session, or makes one: both are asked of the server once, whatever happens to the answer.

use crate::delivery::{self, NotSent, Patience, Sent, Sought, Unwanted};
use crate::engine::OpenError;
use crate::livy::{Client, CreateSession, Id, LivyError, Session};

/// An existing session, by id or name.
pub async fn find_session(
    client: &Client,
    id: &Id,
    patience: &Patience,
    mut tell: impl FnMut(&LivyError),
) -> Result<Session, LivyError> {
    let failed = match delivery::read(patience, &mut tell, async || client.session(id).await).await
    {
        Err(failed) if matches!(failed.status(), Some(400 | 404)) => failed,
        answer => return answer,
    };
    let Id::Text(name) = id else {
        return Err(failed);
    };
    // Only Apache Livy, since 0.6, takes a name for an id.
    let look = async || delivery::find_session(client, name).await;
    match delivery::read(patience, tell, look).await {
        Ok(Sought::Found(session)) => Ok(session),
        Ok(Sought::Absent | Sought::Unsure) | Err(_) => Err(failed),
    }
}

/// A new session. Under its name it is found where the answer is lost; a server before Livy 0.6 knows
/// no names, so that there it is sent once.
pub async fn create_session(
    client: &Client,
    request: &CreateSession,
    patience: &Patience,
    unwanted: Unwanted,
    tell: impl FnMut(&LivyError),
) -> Result<Session, OpenError> {
    let found = async || delivery::find_session(client, name_of(request)).await;
    let failed = match create(client, request, patience, unwanted, tell, found).await {
        Ok(sent) => return Ok(sent.made),
        Err(failed) => failed,
    };
    if !failed.error.knows_no_field("name") {
        return Err(failed.into());
    }
    let unnamed = CreateSession {
        name: None,
        ..request.clone()
    };
    let made = client.create_session(&unnamed).await;
    made.map_err(|error| NotSent::of(error).into())
}

/// A session of this name, found or made.
#[derive(Debug)]
pub struct Found {
    pub session: Session,
    /// Whether it was made here and now.
    pub is_new: bool,
    /// The one of this name that was over, and was removed to make room.
    pub removed: Option<Session>,
}

/// The session of the request's name; where there is none, or none that lives, a new one. A server takes
/// a name once: of two that ask at the same time, one makes it and the other finds it.
pub async fn find_or_create_session(
    client: &Client,
    request: &CreateSession,
    patience: &Patience,
    unwanted: Unwanted,
    mut tell: impl FnMut(&LivyError),
) -> Result<Found, OpenError> {
    let name = name_of(request);
    let look = async || delivery::find_session(client, name).await;
    let mut removed = None;
    match delivery::read(patience, &mut tell, look).await? {
        Sought::Found(session) if session.state.is_over() => {
            // It keeps its name until the server forgets it; its end is asked for once more.
            let end = async || match client.delete_session(&session.id).await {
                Err(error) if error.is_no_session() => Ok(()),
                ended => ended,
            };
            delivery::read(patience, &mut tell, end).await?;
            removed = Some(session);
        }
        Sought::Found(session) => {
            return Ok(Found {
                session,
                is_new: false,
                removed: None,
            });
        }
        Sought::Absent | Sought::Unsure => {}
    }
    let living = async || {
        Ok(match delivery::find_session(client, name).await? {
            Sought::Found(session) if session.state.is_over() => Sought::Absent,
            sought => sought,
        })
    };
    match create(client, request, patience, unwanted, tell, living).await {
        Ok(sent) => Ok(Found {
            session: sent.made,
            // Where it was found, another may have made it.
            is_new: !sent.was_found,
            removed,
        }),
        Err(failed) if failed.error.knows_no_field("name") => Err(OpenError::Preparation {
            message: "this server gives sessions no names".to_owned(),
            hint: "--create needs Livy 0.6 or newer; without it a new session is made".to_owned(),
        }),
        Err(failed) => Err(failed.into()),
    }
}

/// Sends the request once; where its answer is lost, `find` looks for the session.
async fn create(
    client: &Client,
    request: &CreateSession,
    patience: &Patience,
    unwanted: Unwanted,
    tell: impl FnMut(&LivyError),
    find: impl AsyncFnMut() -> Result<Sought<Session>, LivyError>,
) -> Result<Sent<Session>, NotSent> {
    let send = async || client.create_session(request).await;
    let sign_on = async || client.sign_on().await;
    delivery::once(patience, unwanted, tell, sign_on, send, find).await
}

fn name_of(request: &CreateSession) -> &str {
    request.name.as_deref().unwrap_or_default()
}

impl From<NotSent> for OpenError {
    fn from(NotSent { error, received }: NotSent) -> OpenError {
        OpenError::NotCreated { error, received }
    }
}
