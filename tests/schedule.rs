//! What the looks at a statement cost, computed for distributions of durations and for round trips; and that
//! livysh asks no more than was computed.

pub mod simulation;

use crate::support::program::Home;
use crate::support::scripted::{Answer, Scripted};
use serde_json::json;
use simulation::{
    Client, DURATIONS, ROUND_TRIPS, about, alike, clients, distributions, log_uniform, ours,
    ours_at_first, requests, requests_of_a_long_one, run, same, short_ones, with_pauses,
};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

fn round_trips() -> [Duration; 3] {
    ROUND_TRIPS.map(Duration::from_millis)
}

fn both() -> [Client; 2] {
    [ours(), ours_at_first()]
}

#[test]
fn the_mean_overhead_is_within_five_milliseconds_or_a_tenth() {
    for round_trip in round_trips() {
        for client in both() {
            let costs = run(&client, &log_uniform(), round_trip);
            // Five milliseconds are a tenth of fifty.
            let share = costs.share(Duration::from_millis(50));
            assert!(share <= 0.1, "{} at {round_trip:?}: {share}", client.name);
        }
    }
}

#[test]
fn there_are_sixty_requests_in_ten_seconds_then_one_a_second() {
    let farther = [1, 5, 10, 40, 120, 200, 300, 1_000].map(Duration::from_millis);
    for round_trip in round_trips().into_iter().chain(farther) {
        for chance in [-1.0, -0.5, 0.0, 0.5, 1.0] {
            let (in_ten_seconds, later) = requests_of_a_long_one(chance, round_trip);
            let what = format!("{chance} at {round_trip:?}: {in_ten_seconds}, {later}");
            assert!(in_ten_seconds <= 60, "{what}");
            assert!(in_ten_seconds + later <= 60 + 61, "{what}");
        }
        for (client, durations) in both().iter().flat_map(|client| {
            let all = distributions().into_iter();
            all.map(move |durations| (client, durations))
        }) {
            let costs = run(client, &durations, round_trip);
            let what = format!("{}, {} at {round_trip:?}", client.name, durations.name);
            assert!(costs.is_within_budget(), "{what}");
        }
    }
}

/// Counted by a server, in a time that it measures itself: what is slower than it should be asks less.
#[test]
fn a_statement_is_looked_at_no_more_often_than_was_computed() {
    const LASTS: Duration = Duration::from_secs(2);
    const LOOKS: &str = "/sessions/0/statements/0";
    let began = OnceLock::new();
    let server = Scripted::start(move |request| {
        let shown = match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/sessions/0") => json!({"id": 0, "state": "idle", "kind": "spark"}),
            ("POST", _) => {
                began.get_or_init(Instant::now);
                json!({"id": 0, "state": "running", "progress": 0.0})
            }
            ("GET", LOOKS) if began.get().unwrap().elapsed() < LASTS => {
                json!({"id": 0, "state": "running", "progress": 0.0})
            }
            ("GET", LOOKS) => {
                let output = json!({"status": "ok", "execution_count": 0, "data": {}});
                json!({"id": 0, "state": "available", "output": output, "progress": 1.0})
            }
            _ => return Answer::json("404 Not Found", r#"{"msg":"not found"}"#),
        };
        Answer::json("200 OK", shown.to_string())
    });
    let home = Home::new();
    let ran = home.run(&["--url", &server.url, "-s", "0", "-l", "scala", "-e", "1"]);
    ran.gave("", 0);
    let looks = server.count("GET", LOOKS);
    let most = requests(LASTS, -1.0, Duration::ZERO);
    assert!(
        looks <= most,
        "{looks} looks, and {most} requests were computed"
    );
}

/// Where the end comes within the first round trips nobody can know of it sooner than a look that is answered
/// can be followed by another one: there a peer may have been lucky by half a round trip.
#[test]
fn no_peer_sees_the_end_sooner() {
    let peers: Vec<Client> = clients().into_iter().filter(|one| one.is_peer).collect();
    assert!(peers.len() >= 5);
    for (duration, round_trip) in DURATIONS
        .into_iter()
        .flat_map(|duration| round_trips().map(|round_trip| (duration, round_trip)))
    {
        let durations = about(duration);
        let best = peers
            .iter()
            .map(|peer| run(peer, &durations, round_trip).overhead())
            .fold(f64::INFINITY, f64::min);
        for client in both() {
            let overhead = run(&client, &durations, round_trip).overhead();
            let what = format!(
                "{}, {duration} ms at {round_trip:?}: {overhead:.1} ms, best peer {best:.1} ms",
                client.name
            );
            match duration <= 2 * round_trip.as_millis() as u64 {
                true => {
                    let half = round_trip.as_secs_f64() * 500.0;
                    assert!(overhead <= best + half, "{what}");
                }
                false => assert!(overhead < best, "{what}"),
            }
        }
    }
}

/// What statements before have taken helps where they are alike, and does no harm where they are not.
#[test]
fn what_statements_before_took_helps_and_does_no_harm() {
    for round_trip in round_trips() {
        for durations in distributions() {
            let with = run(&ours(), &durations, round_trip).overhead();
            let without = run(&ours_at_first(), &durations, round_trip).overhead();
            let what = format!("{} at {round_trip:?}: {with} and {without}", durations.name);
            // Chance alone moves the mean of so few long ones by as much.
            assert!(with <= without * 1.2 + 1.0, "{what}");
        }
    }
    // As shares of what they took, together.
    let shares = |client: &Client| -> f64 {
        let durations = [30, 75, 150, 350, 800, 1_500].map(alike).into_iter();
        durations
            .map(|one| run(client, &one, Duration::ZERO).share(Duration::ZERO))
            .sum()
    };
    let (with, without) = (shares(&ours()), shares(&ours_at_first()));
    assert!(with < 0.6 * without, "{with} and {without}");
}

/// Late by a fortieth of what it takes, or by a third of a round trip.
#[test]
fn what_takes_the_same_time_again_and_again_is_soon_seen_when_it_is_over() {
    for (duration, round_trip) in [30, 75, 150, 350, 800, 1_500, 2_700, 10_000]
        .into_iter()
        .flat_map(|duration| round_trips().map(|round_trip| (duration, round_trip)))
    {
        let late = run(&ours(), &same(duration), round_trip)
            .after(8)
            .overhead();
        let least = round_trip.as_secs_f64() * 1e3 / 3.0;
        let bound = (duration as f64 / 40.0).max(least).max(2.0);
        // Nothing is known of it between the second look and the third.
        let is_too_soon = duration <= 2 * round_trip.as_millis() as u64;
        let what = format!("{duration} ms at {round_trip:?}: {late:.1} ms");
        assert!(late <= bound || is_too_soon, "{what}");
    }
}

/// On a near server, where the loop's looks are as far apart as ours can be.
#[test]
fn what_is_short_and_differs_is_seen_nearly_as_soon_as_by_the_tight_loop() {
    let clients = clients();
    let tight_loop = clients.iter().find(|one| one.name.contains("loop"));
    for round_trip in [200, 350, 700].map(Duration::from_micros) {
        let late = |client: &Client| run(client, &short_ones(), round_trip).overhead();
        let (ours, least) = (late(&ours()), late(tight_loop.unwrap()));
        let at_first = late(&ours_at_first());
        let what = format!("{ours:.2}, {at_first:.2} and {least:.2} ms at {round_trip:?}");
        assert!(ours < least + 0.25 && ours < 0.8 * at_first, "{what}");
    }
}

#[test]
fn a_pause_now_and_then_hides_nothing_of_what_statements_take() {
    for round_trip in [0, 5].map(Duration::from_millis) {
        let late = |client: &Client| run(client, &with_pauses(), round_trip).overhead();
        let (with, without) = (late(&ours()), late(&ours_at_first()));
        assert!(
            with < 0.9 * without,
            "{with} and {without} at {round_trip:?}"
        );
    }
}

/// A job that tells its progress is seen to end sooner than one that tells nothing, and not by more requests.
#[test]
fn progress_brings_the_end_nearer() {
    for round_trip in round_trips() {
        for job in simulation::jobs() {
            let what = format!("{} at {round_trip:?}", job.name);
            let told = run(&ours(), &job, round_trip);
            let silent = run(&ours(), &job.silent(), round_trip);
            assert!(told.overhead() < 0.75 * silent.overhead(), "{what}");
            assert!(told.requests() < silent.requests() + 4.0, "{what}");
        }
    }
}
