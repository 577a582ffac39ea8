//! How far apart looks are when nothing tells when the end will come.

use std::time::Duration;

/// Looks are apart by a share of the age, so that what is waited too long is a share of it, too.
const SHARE_OF_AGE: f64 = 0.21;
const AT_FIRST: Duration = Duration::from_millis(2);
/// Where the end is likely they come as often as the clock of a runtime lets them.
const SHORTEST: Duration = Duration::from_millis(1);
/// While it is young they are not further apart than the best of other clients have them.
const CEILING_WHEN_YOUNG: Duration = Duration::from_millis(287);
const LOWEST_CEILING: Duration = Duration::from_millis(200);
/// What a round trip keeps from being asked at first can be asked later: this long a one halves the share…
const HALVES_SHARE: Duration = Duration::from_millis(60);
/// …and so much of a round trip lowers the ceiling.
const LOWERS_CEILING: f64 = 0.6;
const YOUNG: Duration = Duration::from_secs(10);
const CEILING: Duration = Duration::from_secs(1);
const OLD: Duration = Duration::from_secs(300);
const CEILING_WHEN_OLD: Duration = Duration::from_secs(2);
/// A server that takes longer to answer is not far, but busy: it is left alone for as long…
const FARTHEST: Duration = Duration::from_millis(200);
/// …and no longer than this: where the clock has jumped meanwhile, it took no hour.
const LONGEST_LEFT_ALONE: Duration = Duration::from_secs(10);
/// A session takes seconds to start; asking more often would only warm the room.
const SESSION_FLOOR: Duration = Duration::from_millis(50);
const SESSION_SHARE: f64 = 0.15;

/// From one look at a statement of this age to the next one.
pub(super) fn usual(age: Duration, round_trip: Duration) -> Duration {
    let ceiling = match age {
        age if age < YOUNG => CEILING_WHEN_YOUNG
            .saturating_sub(round_trip.mul_f64(LOWERS_CEILING))
            .max(LOWEST_CEILING),
        age if age <= OLD => CEILING,
        _ => CEILING_WHEN_OLD,
    };
    let share = SHARE_OF_AGE / (1.0 + round_trip.div_duration_f64(HALVES_SHARE));
    (AT_FIRST + age.mul_f64(share)).min(ceiling)
}

/// The shortest gap between an answer and the next look.
pub(super) fn floor(round_trip: Duration) -> Duration {
    round_trip
        .saturating_sub(FARTHEST)
        .clamp(SHORTEST, LONGEST_LEFT_ALONE)
}

/// The gap before the next look at a session that starts; `chance` is from -1 to 1.
pub fn session_gap(age: Duration, chance: f64) -> Duration {
    let ceiling = if age > OLD { CEILING_WHEN_OLD } else { CEILING };
    let share = SESSION_SHARE * (1.0 + super::JITTER * chance.clamp(-1.0, 1.0));
    age.mul_f64(share).min(ceiling).max(SESSION_FLOOR)
}
