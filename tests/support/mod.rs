//! What the tests stand on: the program itself, one real Spark behind the Livy API, a scripted
//! server, a pseudo-terminal with a screen.

pub mod aws;
pub mod chance;
pub mod chaos;
pub mod echoing;
pub mod http;
pub mod livy;
pub mod neighbours;
pub mod preload;
pub mod processes;
pub mod program;
pub mod pty;
pub mod scripted;
pub mod serving;
pub mod session;
pub mod spark;
pub mod stub;

use std::time::{Duration, Instant};

/// The longest that anything may take on a busy machine before the test gives up.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// Polls until `check` gives something; panics with `what` when it never does.
pub fn eventually<T>(what: &str, mut check: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, what, &mut check)
}

/// The same with a limit of its own.
pub fn within<T>(limit: Duration, what: &str, mut check: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = check() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {limit:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
