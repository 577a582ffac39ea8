//! The protocol: Livy's JSON over HTTP. Knows no terminal, never sleeps, never retries.

mod client;
mod error;
mod http;
mod model;
mod request;

pub use client::Client;
pub use error::{LivyError, ServerError, TransportError, TransportKind};
pub use http::{Authorizer, UrlError};
pub use model::{
    AppInfo, Batch, BatchList, Failure, Id, Log, Output, Session, SessionList, SessionState,
    Statement, StatementList, StatementState, Version,
};
pub use request::{CreateSession, NewStatement};
