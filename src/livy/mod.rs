//! The protocol: Livy's JSON over HTTP. Knows no terminal, never sleeps, never retries.

mod beside;
mod client;
mod dialect;
mod error;
mod http;
mod length;
mod log;
mod model;
mod one_text;
mod request;
mod retry_after;
mod service;
mod spark_ui;
mod watch;

pub use beside::beside;
pub use client::{Client, FileKind};
pub use dialect::Dialect;
pub use error::{Distrust, IdentityError, LivyError, ServerError, TransportError, TransportKind};
pub use http::{
    AuthHeader, Authorizer, Preparing, ProxyServer, Signing, Transport, Unreachable, Unsigned,
    UrlError, host_of, in_path, is_host_alone, is_of_proxy, kind_of_handshake, shown_root,
    with_path,
};
pub use length::length_in_words;
pub use log::{FollowedLog, LogNews, LogPart, is_log_heading};
pub use model::{
    AppInfo, Batch, BatchList, Candidates, Failure, Id, Log, Meaning, Output, Session, SessionList,
    SessionState, Statement, StatementList, StatementState, Version,
};
pub use request::{
    AddFile, Completion, CreateBatch, CreateSession, NewStatement, Resources, SESSION_FIELDS,
};
pub use service::{
    Call, KeepAliveCall, KeepAliveMethod, KindPlace, Limits, Listing, Offer, Phase, PhaseSeen,
    Service, States, lengths,
};
pub use spark_ui::{SparkUi, Stage};
pub use watch::{Exchange, Watch};

/// Whether a text can be the root of a Livy API; says why where it cannot.
pub fn check_url(url: &str) -> Result<(), UrlError> {
    http::parse_root(url).map(|_| ())
}
