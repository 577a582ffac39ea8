//! Whether changes are let through, whether sessions may be made, and how they are kept.

use super::check::Check;
use super::report::Report;
use super::service::Asked;
use super::{State, create};
use crate::exit::Exit;
use crate::livy::{Call, Id, KeepAliveMethod, LivyError, Offer, length_in_words};

/// No server has given so many numbers.
const NOBODYS: i64 = i32::MAX as i64;

pub(super) async fn examine(asked: &Asked<'_>, report: &mut Report<'_>) {
    report.progress("trying a change of nothing");
    let check = changes(asked).await;
    // What could not be tried may be let through.
    let is_open = matches!(check.state, State::Ok | State::Skipped);
    report.tell(check);
    match &asked.server.create {
        None => report.tell(Check::skipped(
            "create",
            "not tried; livysh doctor --create makes a session and ends it",
        )),
        Some(_) if !is_open => report.tell(Check::skipped("create", "changes are not let through")),
        Some(request) => {
            let check = create::check(asked, request, report).await;
            report.tell(check);
        }
    }
    report.tell(kept(asked));
}

/// To end a session that is not there changes nothing, and is let through as any other change.
async fn changes(asked: &Asked<'_>) -> Check {
    let id = Id::Number(NOBODYS);
    // Whoever says otherwise is not asked to end it.
    match asked.client.session(&id).await {
        Err(error) if error.status() == Some(404) => {}
        // What it would say then tells nothing of changes.
        Err(error) if error.status() == Some(400) => {
            return Check::skipped("changes", "not tried: ids look otherwise here");
        }
        Ok(_) => return Check::skipped("changes", "not tried: every session seems to be there"),
        Err(error) => return Check::skipped("changes", format!("not tried: {error}")),
    }
    verdict(asked.client.delete_session(&id).await, &sent(asked))
}

fn verdict(ended: Result<(), LivyError>, sent: &str) -> Check {
    let error = match ended {
        Ok(()) => return Check::ok("changes", format!("let through, with {sent}")),
        Err(error) => error,
    };
    let hint = error.hint();
    match error.status() {
        _ if lacks_header(&error) => Check::failed(
            "changes",
            format!("a header is missing, which the server or a gateway wants: {error}"),
            Some(format!(
                "sent is {sent}; name what is wanted: headers = {{ X-XSRF-Header = \"livysh\" }} in the \
                 profile, which takes the place of one of that name"
            )),
            Exit::Server,
        ),
        _ if error.is_identity() => Check::warning(
            "changes",
            format!("you may read, not change: {error}"),
            &hint.unwrap_or_default(),
        ),
        Some(405 | 501) => Check::failed(
            "changes",
            format!("changes are not let through: {error}"),
            Some("ask who runs the gateway to let POST and DELETE through".to_owned()),
            Exit::Server,
        ),
        Some(404) => Check::ok("changes", format!("let through, with {sent}")),
        Some(400) if is_of_livy(&error) => {
            Check::ok("changes", format!("let through, with {sent}"))
        }
        Some(_) | None => Check::warning(
            "changes",
            format!("it is not known whether they are let through: {error}"),
            &hint.unwrap_or_default(),
        ),
    }
}

fn is_of_livy(error: &LivyError) -> bool {
    matches!(error, LivyError::Server(error) if error.is_of_livy)
}

/// Livy's own words, and Knox's; to a DELETE Livy says nothing at all.
fn lacks_header(error: &LivyError) -> bool {
    match error {
        LivyError::Server(error) if error.status == 400 => {
            error.message.is_empty() || error.message.contains("Missing Required Header")
        }
        _ => false,
    }
}

/// The headers against requests that web pages have forged, by their names.
fn sent(asked: &Asked<'_>) -> String {
    let own = asked.server.transport.headers.iter();
    let own = own.map(|(name, _)| name.as_str());
    let is_it = |name: &&str| {
        let name = name.to_ascii_lowercase();
        name.contains("xsrf") || name.contains("csrf")
    };
    let names: Vec<&str> = ["X-Requested-By"]
        .into_iter()
        .chain(own.filter(is_it))
        .collect();
    names.join(" and ")
}

/// What keeps a session from being ended for being idle, as it is known of the service.
fn kept(asked: &Asked<'_>) -> Check {
    let service = &asked.server.service;
    let (every, idle) = asked.server.keep_alive;
    let call = &service.keepalive;
    let is_off = service.capabilities.get(&Call::KeepAlive) == Some(&Offer::Off);
    Check::ok(
        "keep-alive",
        match (every.is_zero(), is_off) {
            (true, _) => "off, as keep_alive says".to_owned(),
            (false, true) if call.method != KeepAliveMethod::Get => {
                "the service has no call for it".to_owned()
            }
            (false, true | false) => {
                let method = match call.method {
                    KeepAliveMethod::Get => "GET",
                    KeepAliveMethod::Post => "POST",
                    KeepAliveMethod::Put => "PUT",
                };
                let (every, idle) = (length_in_words(every), length_in_words(idle));
                let path = &call.path;
                match call.only_when_idle {
                    true => format!(
                        "{method} {path} each {every} for {idle} after the last statement; while one \
                         runs, the service ends no session"
                    ),
                    false => format!(
                        "{method} {path} each {every} while a statement runs, and for {idle} after the last"
                    ),
                }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livy::ServerError;

    #[test]
    fn only_livys_own_answers_say_that_changes_are_let_through() {
        let failed = State::Failed(Exit::Server);
        for (status, body, state, text) in [
            (404, "<title>Not Found</title>", State::Ok, "let through"),
            (400, r#"{"msg":"no number"}"#, State::Ok, "let through"),
            (400, "<title>Bad</title>", State::Warning, "not known"),
            (400, "", failed, "a header is missing"),
            (403, "", State::Warning, "you may read, not change"),
            (405, "", failed, "changes are not let through"),
            (501, "", failed, "changes are not let through"),
            (302, "", State::Warning, "not known"),
            (500, "", State::Warning, "not known"),
            (503, "", State::Warning, "not known"),
        ] {
            let error = ServerError::read(status, "DELETE", String::new(), body.as_bytes());
            let check = verdict(Err(error.into()), "X-Requested-By");
            assert_eq!(check.state, state, "{status} {body}");
            assert!(check.text.contains(text), "{}", check.text);
        }
        assert_eq!(verdict(Ok(()), "X-Requested-By").state, State::Ok);
    }
}
