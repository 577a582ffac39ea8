//! CPU instructions do not creep: those of a start and of a statement are counted, and compared with what they
//! were.
//!
//! They are counted of the program that the tests run, a dev build: its numbers are several times those of a
//! release, and they creep alike. `cargo bench -- instructions` counts a release's.

mod counting;

use super::support::program::BINARY;
use counting::{count, has_valgrind};
use std::io::Write;

/// Millions of instructions on 28 November 2026. Five starts differed by 7 %; ten of the others, three of them beside
/// a busy core, by 1 %.
/// Who makes something costlier on purpose, or much cheaper, sets them anew.
const RECORDED: [(&str, f64); 4] = [
    ("launch to prompt and out", 25.7),
    ("the same with a full history", 53.0),
    ("a script of one statement", 29.0),
    ("one statement more", 1.30),
];
/// Compilers and processors differ a little, too.
const FACTOR: f64 = 1.25;
/// A figure so far above what is counted would let others creep below it.
const STALE: f64 = 2.0;

#[test]
fn a_start_and_a_statement_take_no_more_instructions_than_they_did() {
    if !has_valgrind() {
        let is_optional = std::env::var_os("CI").is_none_or(|value| value != "true");
        assert!(is_optional, "valgrind is needed: apt-get install valgrind");
        writeln!(std::io::stderr(), "skipped: valgrind is not installed").ok();
        return;
    }
    let counts = count(BINARY);
    let counted = [
        counts.start,
        counts.full_start,
        counts.script,
        counts.statement,
    ];
    let counted = counted.map(|count| count as f64 / 1e6);
    for ((what, recorded), counted) in RECORDED.into_iter().zip(counted) {
        let told = format!("{what}: {counted:.2} million instructions, {recorded} are recorded");
        assert!(
            counted <= recorded * FACTOR,
            "{told}: it has become costlier"
        );
        assert!(counted >= recorded / STALE, "{told}: record what it is now");
    }
}
