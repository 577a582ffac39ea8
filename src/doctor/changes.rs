//! Whether changes are let through, whether sessions may be made, and how they are kept.

use super::check::Check;
use super::report::Report;
use super::service::{Asked, owner};
use crate::delivery::read_made;
use crate::exit::Exit;
use crate::livy::{
    Call, CreateSession, Id, KeepAliveMethod, LivyError, Offer, Session, length_in_words,
};
use std::time::{Duration, Instant};

/// No server has given so many numbers.
const NOBODYS: i64 = i32::MAX as i64;
/// A session that was made is waited for so long: Livy leaves the driver of one that is ended earlier.
const LONGEST_START: Duration = Duration::from_secs(600);
const BETWEEN: Duration = Duration::from_millis(500);

pub(super) async fn examine(asked: &Asked<'_>, report: &mut Report<'_>) {
    report.progress("trying a change of nothing");
    let check = changes(asked).await;
    let is_open = check.state == super::State::Ok;
    report.tell(check);
    match &asked.server.create {
        None => report.tell(Check::skipped(
            "create",
            "not tried; livysh doctor --create makes a session and ends it",
        )),
        Some(_) if !is_open => report.tell(Check::skipped("create", "changes are not let through")),
        Some(request) => {
            let check = created(asked, request, report).await;
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
        Err(error) if matches!(error.status(), Some(400 | 404)) => {}
        Ok(_) => return Check::skipped("changes", "not tried: every session seems to be there"),
        Err(error) => return Check::skipped("changes", format!("not tried: {error}")),
    }
    let ended = asked.client.delete_session(&id).await;
    let sent = sent(asked);
    match ended {
        Ok(()) => Check::ok("changes", format!("let through, with {sent}")),
        Err(error) if lacks_header(&error) => Check::failed(
            "changes",
            format!("a header is missing, which the server or a gateway wants: {error}"),
            Some(format!(
                "sent is {sent}; name what is wanted: headers = {{ X-XSRF-Header = \"livysh\" }} in the \
                 profile, which takes the place of one of that name"
            )),
            Exit::Server,
        ),
        Err(error) if error.is_identity() => {
            let hint = error.hint().unwrap_or_default();
            Check::warning(
                "changes",
                format!("you may read, not change: {error}"),
                &hint,
            )
        }
        Err(error) if error.is_refusal() => {
            Check::ok("changes", format!("let through, with {sent}"))
        }
        Err(error) => {
            let hint = error.hint().unwrap_or_default();
            Check::warning("changes", error.to_string(), &hint)
        }
    }
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

/// Makes a session, waits until it runs, and ends it.
async fn created(asked: &Asked<'_>, request: &CreateSession, report: &Report<'_>) -> Check {
    report.progress("making a session");
    *asked.left.borrow_mut() = request.name.clone();
    let began = Instant::now();
    let made = match asked.client.create_session(request).await {
        Ok(made) => made,
        Err(error) => {
            asked.left.take();
            let mut check = Check::of_error("create", &error);
            if !error.is_refusal() && !error.is_identity() {
                let name = request.name.clone().unwrap_or_default();
                check
                    .text
                    .push_str(&format!("; a session {name} may have been made"));
            }
            return check;
        }
    };
    let stop = format!("{} sessions stop {}", asked.server.command, made.id);
    let session = match started(asked, &made, report).await {
        Ok(session) => session,
        Err(error) => {
            let mut check = Check::of_error("create", &error);
            check.text = format!("session {} was made, and is lost: {}", made.id, check.text);
            check.hint = Some(stop);
            asked.left.take();
            return check;
        }
    };
    let whose = owner(&session).map_or_else(String::new, |owner| format!("; {owner}"));
    let state = format!(
        "{} after {}",
        session.state,
        length_in_words(began.elapsed())
    );
    let is_up = session.state.takes_statements();
    let told = format!("session {} was made, was {state}", session.id);
    let ended = asked.client.delete_session(&session.id).await;
    asked.left.take();
    if let Err(error) = ended
        && !error.is_no_session()
    {
        let told = format!("{told}, and is not ended: {error}");
        return Check::warning("create", told, &stop);
    }
    match is_up {
        true => Check::ok("create", format!("{told}, and is ended{whose}")),
        false => {
            let reason = session.reason.clone();
            let reason = reason
                .or_else(|| session.log.last().cloned())
                .unwrap_or_default();
            let hint = "the log of such a session, or the cluster's manager, tells why";
            Check::failed(
                "create",
                format!("{told}, and is ended: {reason}"),
                Some(hint.to_owned()),
                Exit::Server,
            )
        }
    }
}

async fn started(
    asked: &Asked<'_>,
    made: &Session,
    report: &Report<'_>,
) -> Result<Session, LivyError> {
    let began = Instant::now();
    loop {
        let ask = async || asked.client.session(&made.id).await;
        let session = read_made(&asked.server.patience, |_| {}, ask).await?;
        let state = &session.state;
        if state.takes_statements() || state.is_over() || began.elapsed() > LONGEST_START {
            return Ok(session);
        }
        report.progress(&format!("session {} is {state}", session.id));
        tokio::time::sleep(BETWEEN).await;
    }
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
                format!(
                    "{method} {} each {} while a statement runs, and for {} after the last",
                    call.path,
                    length_in_words(every),
                    length_in_words(idle)
                )
            }
        },
    )
}
