//! Times in words.

use crate::livy::length_in_words;
use std::time::{Duration, SystemTime};

/// The day, in UTC.
pub(super) fn day(time: SystemTime) -> String {
    moment(time)
        .split('T')
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// To the second, in UTC.
pub(super) fn moment(time: SystemTime) -> String {
    // Years have four digits in a certificate, and here.
    let last = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    humantime::format_rfc3339_seconds(time.min(last)).to_string()
}

/// Until when, and for how long that is.
pub(super) fn until(end: SystemTime, now: SystemTime) -> String {
    match end.duration_since(now) {
        Ok(left) => format!("until {}, in {}", moment(end), length_in_words(left)),
        Err(since) => format!(
            "ended at {}, {} ago",
            moment(end),
            length_in_words(since.duration())
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_words() {
        let second = Duration::from_secs;
        let at = SystemTime::UNIX_EPOCH + second(1_800_000_000);
        assert_eq!(day(at), "2027-01-15");
        assert_eq!(
            until(at, at - second(600)),
            "until 2027-01-15T08:00:00Z, in 10 minutes"
        );
        assert_eq!(
            until(at, at + second(600)),
            "ended at 2027-01-15T08:00:00Z, 10 minutes ago"
        );
        assert_eq!(day(at + second(1 << 50)), "9999-12-31");
    }
}
