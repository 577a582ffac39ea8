//! Who livysh signs on as, with what, and until when that holds.

use super::Server;
use super::check::Check;
use super::report::Report;
use super::short::short;
use super::target::Target;
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

/// Who asks, with what proves it.
pub(super) struct Known {
    /// It has failed where there is nothing that proves it.
    pub(super) check: Check,
    /// Whether it says itself that its time is over.
    pub(super) has_ended: bool,
}

impl From<Check> for Known {
    fn from(check: Check) -> Known {
        Known {
            check,
            has_ended: false,
        }
    }
}

/// `now` is the server's time, by which tokens end.
pub(super) async fn look(
    server: &Server,
    identity: &Identity,
    now: SystemTime,
    report: &Report<'_>,
) -> Known {
    report.progress("signing on");
    let known = known(&server.credential);
    match &server.credential {
        Credential::None => known.into(),
        Credential::Given { scheme, secret, .. } => match (scheme, Claims::of(secret.reveal())) {
            (Scheme::Bearer | Scheme::Header(_), Some(claims)) => {
                let hint = "get a new one, and give it where this one came from";
                of_claims(known, &claims, now, Renewed::ByNobody(hint))
            }
            (Scheme::Basic | Scheme::Bearer | Scheme::Header(_), _) => known.into(),
        },
        Credential::Printed { .. } | Credential::Fetched { .. } => {
            match proof(server, identity).await {
                Err(error) => without(&error).into(),
                Ok(sent) => {
                    let claims = Claims::of(sent.trim_start_matches("Bearer ")).unwrap_or_default();
                    // What it was given for is counted by this machine's clock.
                    let now = match claims.until {
                        Some(_) => now,
                        None => SystemTime::now(),
                    };
                    let claims = Claims {
                        until: claims.until.or(identity.until().await),
                        ..claims
                    };
                    of_claims(known, &claims, now, Renewed::ByUs)
                }
            }
        }
        Credential::Kerberos(ticket) => of_ticket(ticket, identity).await.into(),
        Credential::Aws { .. } => match proof(server, identity).await {
            Err(error) => without(&error).into(),
            Ok(_) => known.into(),
        },
    }
}

/// Whoever is on the way to a token service on another machine reads what goes there and what comes.
pub(super) fn unencrypted(credential: &Credential) -> Option<Check> {
    let Credential::Fetched { service, .. } = credential else {
        return None;
    };
    let url = livy::shown_root(&service.url);
    let target = Target::of(&url)?;
    (!target.is_tls && !target.is_loopback()).then(|| {
        let told = format!("none to {url}: whoever is on the way reads the password and the token");
        let hint = "use https:// in auth.token_url, where the service has it";
        Check::warning("TLS", told, hint)
    })
}

/// Who gets another token before one ends.
#[derive(Debug, Clone, Copy)]
enum Renewed {
    ByUs,
    /// What a person is to do then.
    ByNobody(&'static str),
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

/// What a token says of itself, and of its end. One that has ended is shown all the same, as a run would:
/// it is the server that says whether it takes it.
fn of_claims(known: Check, claims: &Claims, now: SystemTime, renewed: Renewed) -> Known {
    let mut told = known.text.clone();
    if let Some(who) = &claims.who {
        told.push_str(&format!(" of {}", short(who)));
    }
    if let Some(audience) = &claims.audience {
        told.push_str(&format!(" for {}", short(audience)));
    }
    let Some(end) = claims.until else {
        let text = told;
        return Check { text, ..known }.into();
    };
    told = format!("{told}, {}", until(end, now));
    let check = match (end.duration_since(now), renewed) {
        (Err(_), Renewed::ByNobody(hint)) => Check::warning("identity", told, hint),
        (Err(_), Renewed::ByUs) => Check::warning(
            "identity",
            told,
            "what gives it gives one that has ended: look there",
        ),
        (Ok(left), Renewed::ByNobody(hint)) if left < ENDS_SOON => {
            Check::warning("identity", told, hint)
        }
        (Ok(_), Renewed::ByNobody(_) | Renewed::ByUs) => Check::ok("identity", told),
    };
    Known {
        check,
        has_ended: end < now,
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
        let of = |until, renewed| of_claims(known(), &claims(until), SystemTime::now(), renewed);
        let given = Renewed::ByNobody("get a new one");
        let state = |until, renewed| of(until, renewed).check.state;
        assert_eq!(state(None, given), State::Ok);
        assert_eq!(state(at(7_200), given), State::Ok);
        assert_eq!(state(at(60), given), State::Warning);
        // Another one is had in time.
        assert_eq!(state(at(60), Renewed::ByUs), State::Ok);
        let over = of(Some(SystemTime::UNIX_EPOCH), given);
        assert!(over.has_ended);
        assert_eq!(over.check.state, State::Warning);
        let text = over.check.text;
        assert!(
            text.starts_with("a token of alice, ended at 1970-01-01"),
            "{text}"
        );
    }
}
