use super::*;
use crate::livy::{ServerError, TransportError, TransportKind};
use serde_json::json;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn look_at(milliseconds: u64) -> Step {
    Step::LookAt(Id::Number(7), ms(milliseconds))
}

fn statement(state: &str) -> Statement {
    serde_json::from_value(json!({"id": 7, "state": state, "progress": 0.5,
        "output": {"status": "ok", "data": {"text/plain": "x"}}}))
    .unwrap()
}

fn transport(kind: TransportKind) -> LivyError {
    LivyError::Transport(TransportError {
        kind,
        url: String::new(),
        cause: String::new(),
    })
}

/// A machine whose POST was answered at 10 ms after 4 ms on the way.
fn looking() -> Machine {
    let mut machine = Machine::new();
    machine.on_its_turn(ms(0));
    machine.on_posting(ms(6));
    machine.on_posted(ms(10), Ok(statement("waiting")));
    machine
}

#[test]
fn it_waits_for_the_session_then_posts_and_looks_at_once() {
    let mut machine = Machine::new();
    assert_eq!(machine.step(), Step::Wait);
    machine.on_its_turn(ms(0));
    assert_eq!(machine.step(), Step::Post);
    machine.on_posting(ms(6));
    assert_eq!(machine.step(), Step::Wait);
    machine.on_posted(ms(10), Ok(statement("waiting")));
    assert_eq!(machine.step(), look_at(10));
}

#[test]
fn looks_come_with_growing_gaps_until_it_is_final() {
    let mut machine = looking();
    machine.on_looking();
    assert_eq!(machine.step(), Step::Wait);
    machine.on_looked(ms(13), ms(3), 0.0, Ok(statement("running")));
    assert_eq!(machine.step(), look_at(14));
    machine.on_looked(ms(1_010), ms(3), 0.0, Ok(statement("Running")));
    assert_eq!(machine.step(), look_at(1_209));
    assert_eq!(machine.progress(), (0.5, false));
    machine.on_looked(ms(1_200), ms(3), 0.0, Ok(statement("available")));
    assert_eq!(machine.step(), Step::Over);
    assert!(matches!(
        machine.into_outcome(),
        Some(Outcome::Finished(Some(_)))
    ));
}

#[test]
fn a_state_of_another_server_is_not_final() {
    let mut machine = looking();
    machine.on_looked(ms(20), ms(3), 0.0, Ok(statement("Queued")));
    assert!(matches!(machine.step(), Step::LookAt(..)));
}

#[test]
fn a_failed_post_is_over_and_tells_whether_it_was_received() {
    for received in [Received::No, Received::NotFound, Received::Perhaps] {
        let failed = || NotSent {
            error: transport(TransportKind::Cut),
            received,
        };
        let mut machine = Machine::new();
        machine.on_its_turn(ms(0));
        machine.on_posting(ms(0));
        machine.on_posted(ms(5), Err(failed()));
        let Some(Outcome::NotAccepted { received: told, .. }) = machine.into_outcome() else {
            panic!("not over");
        };
        assert_eq!(told, received);
        // A cancel has what it wants where it surely does not run.
        let mut machine = Machine::new();
        machine.on_its_turn(ms(0));
        machine.on_posting(ms(0));
        machine.on_cancel();
        machine.on_posted(ms(5), Err(failed()));
        let is_never_sent = matches!(machine.into_outcome(), Some(Outcome::NeverSent));
        assert_eq!(is_never_sent, received != Received::Perhaps);
    }
}

#[test]
fn cancelled_before_it_was_sent_it_is_never_sent() {
    let mut machine = Machine::new();
    machine.on_cancel();
    machine.on_its_turn(ms(0));
    assert_eq!(machine.step(), Step::Over);
    assert!(matches!(machine.into_outcome(), Some(Outcome::NeverSent)));
}

#[test]
fn a_cancel_during_the_post_is_sent_once_when_the_id_is_known() {
    let mut machine = Machine::new();
    machine.on_its_turn(ms(0));
    machine.on_posting(ms(0));
    machine.on_cancel();
    assert_eq!(machine.take_cancel(ms(5)), None);
    machine.on_posted(ms(4), Ok(statement("waiting")));
    machine.on_cancel();
    assert_eq!(machine.take_cancel(ms(5)), Some(Id::Number(7)));
    assert_eq!(machine.take_cancel(ms(5)), None);
    machine.on_looked(ms(9), ms(1), 0.0, Ok(statement("cancelling")));
    assert!(matches!(machine.step(), Step::LookAt(..)));
    machine.on_looked(ms(20), ms(1), 0.0, Ok(statement("cancelled")));
    assert!(matches!(
        machine.into_outcome(),
        Some(Outcome::Cancelled(Some(_)))
    ));
}

#[test]
fn what_is_cancelled_is_looked_at_soon_however_old_it_is() {
    let mut machine = looking();
    let old = ms(400_000);
    machine.on_looked(old, ms(1), 0.0, Ok(statement("running")));
    let in_turn = |machine: &Machine| match machine.step() {
        Step::LookAt(_, at) => at,
        other => panic!("{other:?}"),
    };
    assert!(in_turn(&machine) > old + ms(1_000));
    machine.on_cancel();
    assert!(machine.take_cancel(old).is_some());
    assert!(in_turn(&machine) < old + ms(10));
    machine.on_looked(old + ms(10), ms(1), 0.0, Ok(statement("cancelling")));
    assert!(in_turn(&machine) < old + ms(20));
}

#[test]
fn a_statement_that_ends_before_its_cancel_has_finished() {
    let mut machine = looking();
    machine.on_cancel();
    assert!(machine.take_cancel(ms(5)).is_some());
    machine.on_looked(ms(30), ms(1), 0.0, Ok(statement("available")));
    assert!(matches!(machine.into_outcome(), Some(Outcome::Finished(_))));
}

#[test]
fn the_state_error_is_a_failure_also_without_an_output() {
    let mut machine = looking();
    let failed = json!({"id": 7, "state": "error", "output": null});
    let failed = serde_json::from_value(failed).unwrap();
    machine.on_looked(ms(30), ms(1), 0.0, Ok(failed));
    assert!(matches!(
        machine.into_outcome(),
        Some(Outcome::Finished(Some(Output::Error(_))))
    ));
}

#[test]
fn an_end_without_an_output_is_looked_at_once_more() {
    let torn = || serde_json::from_value(json!({"id": 7, "state": "available"})).unwrap();
    let mut machine = looking();
    machine.on_looked(ms(30), ms(1), 0.0, Ok(torn()));
    assert!(matches!(machine.step(), Step::LookAt(..)));
    machine.on_looked(ms(40), ms(1), 0.0, Ok(statement("available")));
    let outcome = machine.into_outcome();
    assert!(matches!(outcome, Some(Outcome::Finished(Some(_)))));
    // A server that never gives one is believed.
    let mut machine = looking();
    machine.on_looked(ms(30), ms(1), 0.0, Ok(torn()));
    machine.on_looked(ms(40), ms(1), 0.0, Ok(torn()));
    let outcome = machine.into_outcome();
    assert!(matches!(outcome, Some(Outcome::Finished(None))));
}

#[test]
fn stopping_to_wait_keeps_the_id() {
    let mut machine = looking();
    machine.on_cancel();
    machine.on_stop_waiting();
    let outcome = machine.into_outcome();
    assert!(matches!(
        outcome,
        Some(Outcome::LeftRunning {
            id: Some(Id::Number(7))
        })
    ));
}

#[test]
fn a_look_that_fails_for_good_loses_the_result_not_the_id() {
    let mut machine = looking();
    let evicted = ServerError::read(404, "GET", String::new(), b"\"Statement not found\"");
    machine.on_looked(ms(30), ms(1), 0.0, Err(evicted.into()));
    let outcome = machine.into_outcome();
    assert!(matches!(
        outcome,
        Some(Outcome::ResultLost {
            id: Id::Number(7),
            ..
        })
    ));
}

/// Every input in every state: nothing panics, and what is over stays over.
#[test]
fn every_input_in_every_state_is_taken() {
    type Input = fn(&mut Machine);
    let inputs: [Input; 10] = [
        |machine| machine.on_its_turn(ms(0)),
        |machine| machine.on_posted(ms(50), Ok(statement("waiting"))),
        |machine| {
            let (error, received) = (transport(TransportKind::Cut), Received::Perhaps);
            machine.on_posted(ms(50), Err(NotSent { error, received }));
        },
        |machine| machine.on_not_taken(),
        |machine| machine.on_replaced(&transport(TransportKind::Cut)),
        |machine| machine.on_looking(),
        |machine| machine.on_looked(ms(50), ms(1), 0.0, Ok(statement("available"))),
        |machine| machine.on_looked(ms(50), ms(1), 0.0, Err(transport(TransportKind::Cut))),
        |machine| machine.on_cancel(),
        |machine| machine.on_stop_waiting(),
    ];
    let states: [fn() -> Machine; 5] = [
        Machine::new,
        || {
            let mut machine = Machine::new();
            machine.on_its_turn(ms(0));
            machine
        },
        posting,
        looking,
        || {
            let mut machine = looking();
            machine.on_stop_waiting();
            machine
        },
    ];
    for (number, state) in states.iter().enumerate() {
        for input in inputs {
            let mut machine = state();
            input(&mut machine);
            machine.take_cancel(ms(5));
            if number == 4 {
                assert_eq!(machine.step(), Step::Over);
            }
        }
    }
}

fn posting() -> Machine {
    let mut machine = Machine::new();
    machine.on_its_turn(ms(0));
    machine.on_posting(ms(1));
    machine
}

/// What was sent while another ran, and was not taken, was never sent; what has its number is looked at.
#[test]
fn what_is_not_taken_ahead_is_over_and_what_was_taken_is_not() {
    let mut machine = posting();
    machine.on_not_taken();
    assert!(matches!(machine.into_outcome(), Some(Outcome::NeverSent)));
    let mut machine = looking();
    machine.on_not_taken();
    assert!(matches!(machine.step(), Step::LookAt(..)));
}

/// A number that means another statement cancels nothing.
#[test]
fn one_whose_number_means_another_is_lost_and_not_cancelled() {
    let replaced = LivyError::Replaced { id: "7".to_owned() };
    let mut machine = looking();
    machine.on_cancel();
    machine.on_replaced(&replaced);
    assert_eq!(machine.take_cancel(ms(5)), None);
    let outcome = machine.into_outcome();
    assert!(
        matches!(outcome, Some(Outcome::ResultLost { .. })),
        "{outcome:?}"
    );
    let mut machine = posting();
    machine.on_cancel();
    machine.on_replaced(&replaced);
    assert!(!machine.owes_cancel());
    let received = match machine.into_outcome() {
        Some(Outcome::NotAccepted { received, .. }) => received,
        outcome => panic!("{outcome:?}"),
    };
    assert_eq!(received, Received::Perhaps);
}

#[test]
fn what_it_took_is_known_of_one_that_was_sent_here() {
    let mut machine = looking();
    machine.on_looked(ms(13), ms(3), 0.0, Ok(statement("running")));
    machine.on_looked(ms(30), ms(3), 0.0, Ok(statement("available")));
    let ended = Ended {
        after: ms(3),
        by: ms(20),
    };
    assert_eq!(machine.lasted(), Some(ended));
    let mut machine = Machine::resumed(ms(10), Id::Number(7));
    machine.on_looked(ms(30), ms(3), 0.0, Ok(statement("available")));
    assert_eq!(machine.lasted(), None);
}
