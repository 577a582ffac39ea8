//! When to look next: often while a statement is young, rarely when it is old.

use std::time::Duration;

/// The gap grows with the statement's age, so that what is waited too long is a share of it.
const SHARE_OF_AGE: f64 = 0.15;
/// Clients that began together must not stay together.
const JITTER: f64 = 0.2;
const FLOOR: Duration = Duration::from_millis(2);
const CEILING: Duration = Duration::from_secs(1);
const OLD: Duration = Duration::from_secs(300);
const CEILING_WHEN_OLD: Duration = Duration::from_secs(2);
/// A session takes seconds to start; asking more often would only warm the room.
const SESSION_FLOOR: Duration = Duration::from_millis(50);

/// The gap before the next look at a statement of this age; `chance` is from -1 to 1.
pub fn statement_gap(age: Duration, round_trip: Duration, chance: f64) -> Duration {
    gap(age, round_trip.max(FLOOR), chance)
}

/// The gap before the next look at a session that starts.
pub fn session_gap(age: Duration, chance: f64) -> Duration {
    gap(age, SESSION_FLOOR, chance)
}

fn gap(age: Duration, floor: Duration, chance: f64) -> Duration {
    let ceiling = if age > OLD { CEILING_WHEN_OLD } else { CEILING };
    let share = SHARE_OF_AGE * (1.0 + JITTER * chance.clamp(-1.0, 1.0));
    // A round trip longer than the ceiling is the floor all the same.
    age.mul_f64(share).min(ceiling).max(floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn gaps_are_fifteen_percent_of_the_age_within_bounds() {
        for (age, round_trip, gap) in [
            (ms(0), ms(0), ms(2)),
            (ms(0), ms(30), ms(30)),
            (ms(1_000), ms(1), ms(150)),
            (ms(5_000), ms(1), ms(750)),
            (ms(60_000), ms(1), ms(1_000)),
            (ms(301_000), ms(1), ms(2_000)),
            (ms(60_000), ms(3_000), ms(3_000)),
        ] {
            assert_eq!(statement_gap(age, round_trip, 0.0), gap, "{age:?}");
        }
        assert_eq!(session_gap(ms(10), 0.0), ms(50));
    }

    #[test]
    fn jitter_is_a_fifth_and_never_breaks_the_bounds() {
        assert_eq!(statement_gap(ms(1_000), ms(1), 1.0), ms(180));
        assert_eq!(statement_gap(ms(1_000), ms(1), -1.0), ms(120));
        assert_eq!(statement_gap(ms(90_000), ms(1), 1.0), ms(1_000));
    }

    /// Requests in the first ten seconds of a statement, without chance.
    #[test]
    fn ten_seconds_take_at_most_sixty_requests() {
        for round_trip in [0, 20, 80] {
            let (mut age, mut requests) = (Duration::ZERO, 1);
            while age < ms(10_000) {
                age += statement_gap(age, ms(round_trip), 0.0) + ms(round_trip);
                requests += 1;
            }
            assert!(
                requests <= 60,
                "{requests} at a round trip of {round_trip} ms"
            );
        }
    }
}
