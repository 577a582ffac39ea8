//! What a failure proves about a change that was sent.
//!
//! | failure                                     | proves                | because                                   |
//! |---------------------------------------------|-----------------------|-------------------------------------------|
//! | the name has no address, refused, no route  | it was not received   | no connection was made                    |
//! | the proxy made no connection                | it was not received   | nothing reached the server                |
//! | nothing to sign on with                     | it was not received   | nothing was sent                          |
//! | what the service is known not to do         | it was turned down    | nothing was sent, nor will it be          |
//! | no secure connection, no trust              | it was turned down    | nothing was sent, nor will it be          |
//! | the proxy does not accept who asks          | it was turned down    | the same                                  |
//! | 429, 430                                    | it was not received   | what limits requests stands before Livy   |
//! | other 3xx and 4xx but 408                   | it was turned down    | Livy answers so before it does anything   |
//! | 500 that says `Session is in state …`       | it was turned down    | Livy looks before it does anything        |
//! | 400 that says `Duplicate session name`      | nothing, for a while  | names are unique: it is there by ours     |
//! | the connection was cut, 500, 502, 503       | nothing, for a while  | the answer was lost, not the request      |
//! | a success that cannot be read               | nothing, for a while  | the same                                  |
//! | 408, 504, no answer in time                 | nothing, for long     | a gateway may still hold the request      |
//! | 500 that says `Service connectivity error`  | nothing, for long     | Knox waits 20 s, its server goes on       |
//! | 400 that says `No content to map`           | nothing, for long     | Knox sends again what broke, without body |
//! | 520 to 599                                  | nothing, for long     | gateways' own words for the same          |

use crate::livy::{LivyError, TransportKind};

/// What is known of a change whose request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Surely not done: it may be sent again.
    NotReceived,
    /// Surely not done, and it would not be if it were sent again.
    TurnedDown,
    /// It may be done, or be on its way for this long.
    Unknown(Settles),
}

/// When what has not arrived will not arrive any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settles {
    /// After the connection has ended.
    Soon,
    /// After a gateway has given up.
    Late,
}

impl Proof {
    pub fn of(error: &LivyError) -> Proof {
        match error {
            LivyError::Transport(error) => match error.kind {
                TransportKind::NameNotFound
                | TransportKind::Refused
                | TransportKind::Unreachable
                | TransportKind::Proxy => Proof::NotReceived,
                TransportKind::Tls
                | TransportKind::Certificate(_)
                | TransportKind::ClientCertificate
                | TransportKind::ProxyIdentity => Proof::TurnedDown,
                TransportKind::Timeout => Proof::Unknown(Settles::Late),
                TransportKind::Cut => Proof::Unknown(Settles::Soon),
            },
            LivyError::Server(error) => match error.status {
                429 | 430 => Proof::NotReceived,
                408 | 504 | 520..=599 => Proof::Unknown(Settles::Late),
                400 if error.message.contains("Duplicate session name") => {
                    Proof::Unknown(Settles::Soon)
                }
                // No body of ours is empty.
                400 if error.message.contains("No content to map") => Proof::Unknown(Settles::Late),
                500 if error.message.contains("Service connectivity error") => {
                    Proof::Unknown(Settles::Late)
                }
                300..=499 => Proof::TurnedDown,
                500 if error.message.contains("Session is in state") => Proof::TurnedDown,
                _ => Proof::Unknown(Settles::Soon),
            },
            LivyError::Identity(_) => Proof::NotReceived,
            LivyError::Unsent { .. } => Proof::TurnedDown,
            LivyError::NotLivy { .. } | LivyError::Replaced { .. } => Proof::Unknown(Settles::Soon),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livy::{Distrust, ServerError, TransportError};

    #[test]
    fn the_table_holds() {
        use Settles::{Late, Soon};
        let transport = |kind| {
            Proof::of(&LivyError::Transport(TransportError {
                kind,
                url: String::new(),
                cause: String::new(),
            }))
        };
        for (kind, proof) in [
            (TransportKind::NameNotFound, Proof::NotReceived),
            (TransportKind::Refused, Proof::NotReceived),
            (TransportKind::Unreachable, Proof::NotReceived),
            (TransportKind::Proxy, Proof::NotReceived),
            (TransportKind::ProxyIdentity, Proof::TurnedDown),
            (TransportKind::Tls, Proof::TurnedDown),
            (
                TransportKind::Certificate(Distrust::Unknown),
                Proof::TurnedDown,
            ),
            (TransportKind::ClientCertificate, Proof::TurnedDown),
            (TransportKind::Timeout, Proof::Unknown(Late)),
            (TransportKind::Cut, Proof::Unknown(Soon)),
        ] {
            assert_eq!(transport(kind), proof, "{kind:?}");
        }
        for (status, proof) in [
            (302, Proof::TurnedDown),
            (400, Proof::TurnedDown),
            (401, Proof::TurnedDown),
            (403, Proof::TurnedDown),
            (404, Proof::TurnedDown),
            (408, Proof::Unknown(Late)),
            (413, Proof::TurnedDown),
            (429, Proof::NotReceived),
            (430, Proof::NotReceived),
            (500, Proof::Unknown(Soon)),
            (502, Proof::Unknown(Soon)),
            (503, Proof::Unknown(Soon)),
            (504, Proof::Unknown(Late)),
            (522, Proof::Unknown(Late)),
            (599, Proof::Unknown(Late)),
        ] {
            let error = ServerError::read(status, "POST", String::new(), b"");
            assert_eq!(Proof::of(&error.into()), proof, "{status}");
        }
        let body = br#""java.lang.IllegalStateException: Session is in state starting""#;
        let early = ServerError::read(500, "POST", String::new(), body);
        assert_eq!(Proof::of(&early.into()), Proof::TurnedDown);
        for (status, body) in [
            (
                400,
                r#"{"msg":"No content to map due to end-of-input\n at [Source: x; line: 1]"}"#,
            ),
            (
                500,
                "<title>Error 500 java.io.IOException: Service connectivity error.</title>",
            ),
            (
                500,
                r#"{"message":"java.io.IOException: Service connectivity error.","url":"/x","status":"500"}"#,
            ),
        ] {
            let error = ServerError::read(status, "POST", String::new(), body.as_bytes());
            assert_eq!(Proof::of(&error.into()), Proof::Unknown(Late), "{body}");
        }
        let unreadable = LivyError::NotLivy {
            url: String::new(),
            found: String::new(),
        };
        assert_eq!(Proof::of(&unreadable), Proof::Unknown(Soon));
    }
}
