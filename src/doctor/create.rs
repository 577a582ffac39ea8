//! Makes a session as a run would, waits until it runs, and ends it.

use super::check::Check;
use super::report::Report;
use super::service::{Asked, owner};
use crate::delivery::{NotSent, Patience, Received, Sent, find_session, once, read_made};
use crate::exit::Exit;
use crate::livy::{CreateSession, LivyError, Session, length_in_words};
use std::cell::RefCell;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// It is waited for so long: Livy leaves the driver of one that is ended earlier.
const LONGEST_START: Duration = Duration::from_secs(600);
const BETWEEN: Duration = Duration::from_millis(500);

pub(super) async fn check(
    asked: &Asked<'_>,
    request: &CreateSession,
    report: &Report<'_>,
) -> Check {
    report.progress("making a session");
    let name = request.name.clone().unwrap_or_default();
    *asked.left.borrow_mut() = Some(name.clone());
    let began = Instant::now();
    let stop = format!("{} sessions stop {name}", asked.server.command);
    // Why its answer did not come.
    let lost = RefCell::new(None);
    let check = match sent(asked, request, &lost, report).await {
        Err(failed) => not_made(&failed, &name, &stop),
        Ok(Sent { made, was_found }) => match started(asked, &made, report).await {
            Err(error) => Check {
                hint: Some(stop),
                ..Check::of_error("create", &error)
                    .because(&format!("session {} was made, and is lost", made.id))
            },
            Ok(session) => {
                let after = length_in_words(began.elapsed());
                let end = async || asked.maker.delete_session(&session.id).await;
                let check = ended(&session, &after, &stop, end).await;
                match lost.into_inner().filter(|_| was_found) {
                    Some(error) => found(check, &error),
                    None => check,
                }
            }
        },
    };
    asked.left.take();
    check
}

/// Once: where the answer is lost, it is looked for.
async fn sent(
    asked: &Asked<'_>,
    request: &CreateSession,
    lost: &RefCell<Option<LivyError>>,
    report: &Report<'_>,
) -> Result<Sent<Session>, NotSent> {
    let name = request.name.as_deref().unwrap_or_default();
    // Whoever takes it back ends all.
    let (_keep, unwanted) = watch::channel(false);
    let patience = Patience {
        resends: false,
        ..asked.server.patience
    };
    let send = async || {
        let answer = asked.maker.create_session(request).await;
        *lost.borrow_mut() = answer.as_ref().err().cloned();
        answer
    };
    once(
        &patience,
        unwanted,
        |_| report.progress("making a session: no answer yet"),
        async || asked.maker.sign_on().await,
        send,
        async || find_session(asked.client, name).await,
    )
    .await
}

/// What may be there is named.
fn not_made(failed: &NotSent, name: &str, stop: &str) -> Check {
    let check = Check::of_error("create", &failed.error);
    let looked = match failed.received {
        Received::No => return check,
        Received::NotFound => "it was looked for, and is not there yet",
        Received::Perhaps => "it could not be looked for",
    };
    let hints = [Some(stop.to_owned()), check.hint];
    let hints: Vec<String> = hints.into_iter().flatten().collect();
    Check {
        text: format!(
            "{}; session {name} may have been made: {looked}",
            check.text
        ),
        hint: Some(hints.join("\n")),
        ..check
    }
}

/// Its answer was lost, which a run waits out, too.
fn found(check: Check, lost: &LivyError) -> Check {
    let text = format!("{} (found by its name: {lost})", check.text);
    match check.state {
        super::State::Ok => Check::warning("create", text, &lost.hint().unwrap_or_default()),
        super::State::Warning | super::State::Failed(_) | super::State::Skipped => {
            Check { text, ..check }
        }
    }
}

/// As it is once it runs, is over, or was waited for for too long.
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

/// Ends it, but for one that still starts.
async fn ended(
    session: &Session,
    after: &str,
    stop: &str,
    end: impl AsyncFnOnce() -> Result<(), LivyError>,
) -> Check {
    let state = &session.state;
    let is_up = state.takes_statements();
    if !is_up && !state.is_over() {
        let told = format!(
            "session {} was made, and is {state} after {after}; it is left there, for a driver \
             outlives its session that is ended while it starts",
            session.id
        );
        return Check::warning("create", told, stop);
    }
    let told = format!("session {} was made, was {state} after {after}", session.id);
    if let Err(error) = end().await
        && !error.is_no_session()
    {
        let told = format!("{told}, and is not ended: {error}");
        return Check::warning("create", told, stop);
    }
    if is_up {
        let whose = owner(session).map_or_else(String::new, |owner| format!("; {owner}"));
        return Check::ok("create", format!("{told}, and is ended{whose}"));
    }
    let reason = session.reason.clone();
    let reason = reason.or_else(|| session.log.last().cloned());
    Check::failed(
        "create",
        format!(
            "{told}, and is ended: {}",
            reason.unwrap_or_else(|| "no reason is told".to_owned())
        ),
        Some("the log of such a session, or the cluster's manager, tells why".to_owned()),
        Exit::Server,
    )
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;
    use serde_json::json;

    fn session(state: &str) -> Session {
        serde_json::from_value(json!({ "id": 3, "state": state })).unwrap()
    }

    #[test]
    fn a_session_that_still_starts_is_left_and_named() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        for (state, expected, is_ended) in [
            ("starting", State::Warning, false),
            ("recovering", State::Warning, false),
            ("idle", State::Ok, true),
            ("dead", State::Failed(Exit::Server), true),
        ] {
            let mut was_ended = false;
            let end = async || {
                was_ended = true;
                Ok(())
            };
            let session = session(state);
            let check = ended(&session, "10 minutes", "livysh sessions stop n", end);
            let check = runtime.block_on(check);
            assert_eq!((check.state, was_ended), (expected, is_ended), "{state}");
            if !is_ended {
                assert_eq!(check.hint.as_deref(), Some("livysh sessions stop n"));
                assert!(check.text.contains("session 3 was made"), "{}", check.text);
            }
        }
    }
}
