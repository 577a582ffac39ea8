//! When to look next: often while a statement is young, rarely when it is old, and right after the moment at
//! which it is likely to be over.
//!
//! | file          | its duty                                        |
//! |---------------|-------------------------------------------------|
//! | `usual.rs`    | how far apart looks are at an age               |
//! | `progress.rs` | when it is likely to be over by its progress    |
//! | `lasted.rs`   | the same by what statements before it took      |
//!
//! A look is answered half a round trip after the server has looked. All ages count from the answer to the
//! POST, which is as late: what is answered at an age was so at that age.

mod lasted;
mod progress;
mod usual;

pub use lasted::{Ended, Lasted};
pub use usual::session_gap;

use lasted::Expected;
use progress::Progress;
use std::time::Duration;
use usual::{floor, usual};

/// Clients that began together must not stay together.
const JITTER: f64 = 0.2;
/// Where the end is likely looks come at most so many times as often as usual.
const TIMES: f64 = 3.0;
/// So many looks more than usual a statement may have.
const SPARE: f64 = 2.0;
/// And so many may be saved for later.
const SAVED: f64 = 1.0;

/// What a look has answered of a statement that is not over.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// When the answer came.
    pub age: Duration,
    pub round_trip: Duration,
    /// Share of its Spark tasks done, 0 to 1.
    pub progress: f64,
}

/// The looks at one statement.
#[derive(Debug, Clone, Default)]
pub struct Looks {
    /// At this age it was not over.
    last: Duration,
    /// How many more there were than usual.
    ahead: f64,
    progress: Progress,
    expected: Option<Expected>,
}

impl Looks {
    /// At a statement after those that lasted so long.
    pub fn after(lasted: &Lasted) -> Looks {
        Looks {
            expected: lasted.expected(),
            ..Looks::default()
        }
    }

    /// The gap before the next look; `chance` is from -1 to 1.
    pub fn gap(&mut self, seen: Seen, chance: f64) -> Duration {
        let Seen {
            age, round_trip, ..
        } = seen;
        self.last = age;
        self.progress.note(age, seen.progress);
        let usual = usual(age, round_trip);
        let by_chance = usual.mul_f64(1.0 + JITTER * chance.clamp(-1.0, 1.0));
        let nearest = round_trip + floor(round_trip);
        let wanted = match (self.progress.likely(), self.expected) {
            (Some(likely), _) => likely.apart(age, by_chance),
            (None, Some(expected)) => expected.apart(age, by_chance, nearest),
            (None, None) => by_chance,
        };
        // No more than can be spared.
        let room = (SPARE - self.ahead).clamp(0.0, 1.0);
        let apart = wanted.max(usual.mul_f64(1.0 - room));
        let gap = apart.saturating_sub(round_trip).max(floor(round_trip));
        let share = (gap + round_trip).div_duration_f64(usual);
        self.ahead = (self.ahead + 1.0 - share).max(-SAVED);
        gap
    }

    /// What is known of its end when a look has found it over at this age.
    pub fn over(&self, age: Duration) -> Ended {
        Ended {
            after: self.last,
            by: age,
        }
    }
}

#[cfg(test)]
mod tests;
