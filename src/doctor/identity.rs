//! Who livysh signs on as, with what, and until when that holds.

use super::Server;
use super::check::Check;
use super::report::Report;
use super::times::until;
use crate::auth::{self, AwsSource, Claims, Credential, Identity, Scheme, Ticket};
use crate::exit::Exit;
use crate::livy::{self, Authorizer, IdentityError, Unsigned, length_in_words};
use std::time::{Duration, SystemTime};

/// What ends so soon is worth a word.
const ENDS_SOON: Duration = Duration::from_secs(10 * 60);

/// What is known without asking anybody.
pub(super) fn known(credential: &Credential) -> Check {
    let told = match credential {
        Credential::None => "nobody: no sign-on is configured".to_owned(),
        Credential::Given {
            scheme,
            user,
            secret: _,
        } => with(scheme, user.as_deref(), ""),
        Credential::Printed {
            scheme,
            user,
            program,
        } => with(
            scheme,
            user.as_deref(),
            &printed(program.words.first().map(String::as_str)),
        ),
        Credential::Fetched { scheme, service } => {
            let url = livy::shown_root(&service.url);
            let login = known(&service.login).text;
            with(scheme, None, &format!(" of the service {url}, for {login}"))
        }
        Credential::Kerberos(ticket) => format!("a Kerberos ticket for {}", service(ticket)),
        Credential::Aws { scope, source } => {
            let keys = match source.as_ref() {
                AwsSource::Given(keys) => format!("the key {} of AWS", end(&keys.id)),
                AwsSource::Printed(program) => {
                    let by = printed(program.words.first().map(String::as_str));
                    format!("keys of AWS{by}")
                }
            };
            format!("{keys}, for {} in {}", scope.service, scope.region)
        }
    };
    Check::ok("identity", told)
}

fn with(scheme: &Scheme, user: Option<&str>, from: &str) -> String {
    match (scheme, user) {
        (Scheme::Basic, Some(user)) => format!("{user}, with a password{from}"),
        (Scheme::Basic, None) => format!("a user and password{from}"),
        (Scheme::Bearer, _) => format!("a token{from}"),
        (Scheme::Header(name), _) => format!("a secret in the header {name}{from}"),
    }
}

/// As much of a key's name as tells it from another.
fn end(id: &str) -> String {
    let skipped = id.chars().count().saturating_sub(4);
    id.chars().skip(skipped).fold("…".to_owned(), |mut end, c| {
        end.push(c);
        end
    })
}

/// A program by its name: what else stands there may be a secret.
fn printed(program: Option<&str>) -> String {
    format!(" that {} prints", program.unwrap_or("a program"))
}

fn service(ticket: &Ticket) -> String {
    format!("{}/{}", ticket.service, ticket.host)
}

/// The same, with what proves it; false where there is nothing that does.
pub(super) async fn check(server: &Server, identity: &Identity, report: &mut Report<'_>) -> bool {
    report.progress("signing on");
    let known = known(&server.credential);
    let check = match &server.credential {
        Credential::None => known,
        Credential::Given { scheme, secret, .. } => match (scheme, Claims::of(secret.reveal())) {
            (Scheme::Bearer | Scheme::Header(_), Some(claims)) => {
                let hint = "get a new one, and give it where this one came from";
                of_claims(known, &claims, hint)
            }
            (Scheme::Basic | Scheme::Bearer | Scheme::Header(_), _) => known,
        },
        Credential::Printed { .. } | Credential::Fetched { .. } => {
            match proof(server, identity).await {
                Err(error) => without(&error),
                Ok(sent) => {
                    let claims = Claims::of(sent.trim_start_matches("Bearer ")).unwrap_or_default();
                    let claims = Claims {
                        until: claims.until.or(identity.until().await),
                        ..claims
                    };
                    let hint = match &server.credential {
                        Credential::Fetched { .. } => "it is asked for anew before that",
                        _ => "sign on with that program",
                    };
                    of_claims(known, &claims, hint)
                }
            }
        }
        Credential::Kerberos(ticket) => of_ticket(ticket, identity).await,
        Credential::Aws { .. } => match proof(server, identity).await {
            Err(error) => without(&error),
            Ok(_) => known,
        },
    };
    let is_known = !matches!(check.state, super::State::Failed(_));
    report.tell(check);
    is_known
}

/// The first header of a request, once a program has printed what it needs.
async fn proof(server: &Server, identity: &Identity) -> Result<String, IdentityError> {
    let request = Unsigned {
        method: "GET",
        url: &format!("{}/sessions", server.root),
        headers: Vec::new(),
        body: Some(&[]),
    };
    let headers = identity.headers(&request).await?;
    let first = headers.into_iter().next();
    Ok(first.map(|header| header.value).unwrap_or_default())
}

fn without(error: &IdentityError) -> Check {
    Check::failed(
        "identity",
        error.message.clone(),
        Some(error.hint.clone().into_owned()),
        Exit::Identity,
    )
}

/// What a token says of itself, and of its end.
fn of_claims(known: Check, claims: &Claims, hint: &str) -> Check {
    let mut told = known.text.clone();
    if let Some(who) = &claims.who {
        told.push_str(&format!(" of {who}"));
    }
    if let Some(audience) = &claims.audience {
        told.push_str(&format!(" for {audience}"));
    }
    let now = SystemTime::now();
    let Some(end) = claims.until else {
        return Check {
            text: told,
            ..known
        };
    };
    told = format!("{told}, {}", until(end, now));
    match end.duration_since(now) {
        Err(_) => Check::failed("identity", told, Some(hint.to_owned()), Exit::Identity),
        Ok(left) if left < ENDS_SOON => Check::warning("identity", told, hint),
        Ok(_) => Check::ok("identity", told),
    }
}

async fn of_ticket(ticket: &Ticket, identity: &Identity) -> Check {
    if let Err(error) = identity.prepare().await {
        return without(&error);
    }
    let told = format!("for {}", service(ticket));
    let Some(holder) = auth::holder() else {
        return Check::ok("identity", format!("a Kerberos ticket {told}"));
    };
    let told = format!("{}, with a Kerberos ticket {told}", holder.principal);
    match holder.left {
        Some(left) => {
            let told = format!("{told}, which ends in {}", length_in_words(left));
            match left < ENDS_SOON {
                true => Check::warning("identity", told, "run kinit"),
                false => Check::ok("identity", told),
            }
        }
        None => Check::ok("identity", told),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;
    use crate::auth::{Program, Secret, Unit};

    #[test]
    fn who_signs_on_is_told_without_what_proves_it() {
        let program = Program {
            words: ["/bin/print".to_owned(), "hunter2".to_owned()].into(),
            secret: None,
            user: None,
            session: None,
            until: None,
            unit: Unit::Auto,
        };
        for (credential, told) in [
            (Credential::None, "nobody: no sign-on is configured"),
            (
                Credential::basic("alice", Secret::new("hunter2")),
                "alice, with a password",
            ),
            (
                Credential::Printed {
                    scheme: Scheme::Bearer,
                    user: None,
                    program: Box::new(program),
                },
                "a token that /bin/print prints",
            ),
        ] {
            assert_eq!(known(&credential).text, told);
        }
    }

    #[test]
    fn a_token_that_has_ended_is_told() {
        let claims = |until| Claims {
            who: Some("alice".to_owned()),
            audience: None,
            until,
        };
        let known = || known(&Credential::bearer(Secret::new("t")));
        let at = |seconds| Some(SystemTime::now() + Duration::from_secs(seconds));
        let state = |until| of_claims(known(), &claims(until), "get a new one").state;
        assert_eq!(state(None), State::Ok);
        assert_eq!(state(at(7_200)), State::Ok);
        assert_eq!(state(at(60)), State::Warning);
        let over = of_claims(
            known(),
            &claims(Some(SystemTime::UNIX_EPOCH)),
            "get a new one",
        );
        assert_eq!(over.state, State::Failed(Exit::Identity));
        assert!(
            over.text
                .starts_with("a token of alice, ended at 1970-01-01"),
            "{}",
            over.text
        );
    }
}
