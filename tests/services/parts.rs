//! A long output comes whole, where a service gives it in parts and where it knows of none.

use super::Place;
use super::named;
use super::world::Call;

/// What a script prints that prints so many digits, and how often its statement was looked at with a
/// place in its output.
fn printed(name: &str, digits: usize) -> (String, usize) {
    let place = Place::with(named(name), &["limits = { output = 1000 }"]);
    let code = format!("print(\"0123456789\" * {})", digits / 10);
    let mut command = place.command(&["-l", "python", "-e", &code]);
    let output = command.output().unwrap();
    let looks = place.server.calls(Call::Statement);
    let later = looks.iter().filter(|look| {
        let from = look.request.number("from");
        from.is_some_and(|from| from > 0)
    });
    let text = String::from_utf8(output.stdout).unwrap();
    (text, later.count())
}

#[test]
fn a_long_output_is_asked_for_in_parts() {
    for (digits, parts) in [(990, 0), (1000, 1), (4500, 4), (5000, 5)] {
        let (text, later) = printed("fabric", digits);
        assert_eq!(text, format!("{}\n", "0123456789".repeat(digits / 10)));
        // The line's end is of the output, but it is not kept by all.
        assert!(later == parts || later == parts + 1, "{digits}: {later}");
    }
}

#[test]
fn a_service_that_knows_no_parts_gives_all_at_once() {
    let (text, later) = printed("livy", 4500);
    assert_eq!((text.len(), later), (4501, 0));
}
