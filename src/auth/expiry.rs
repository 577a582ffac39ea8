//! Until when a secret holds that a program has printed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Numbers above it are no seconds from now on, but since 1970.
const FIRST_EPOCH: f64 = 1e9;
/// Numbers above it are milliseconds.
const FIRST_MILLISECONDS: f64 = 1e11;
/// So much earlier than needed a new secret is asked for, or at half of a shorter life.
const EARLY: Duration = Duration::from_secs(300);

/// How a time is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// By its size, or its form.
    #[default]
    Auto,
    EpochS,
    EpochMs,
    /// As in RFC 3339, with its offset from UTC.
    Iso,
    /// Seconds from now.
    Relative,
}

/// The time that a printed value names; `None` where it names none that can be relied on.
pub(super) fn read(value: &Value, unit: Unit, now: SystemTime) -> Option<SystemTime> {
    if let Value::String(text) = value
        && matches!(unit, Unit::Auto | Unit::Iso)
        && let Ok(time) = OffsetDateTime::parse(text.trim(), &Rfc3339)
    {
        return Some(time.into());
    }
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let (since, seconds) = match unit {
        Unit::Iso => return None,
        Unit::EpochMs => (UNIX_EPOCH, number / 1e3),
        Unit::Auto if number >= FIRST_MILLISECONDS => (UNIX_EPOCH, number / 1e3),
        Unit::EpochS => (UNIX_EPOCH, number),
        Unit::Auto if number >= FIRST_EPOCH => (UNIX_EPOCH, number),
        Unit::Auto | Unit::Relative => (now, number),
    };
    since.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
}

/// What a JSON web token says of itself. Its signature is for the server to check.
pub(super) fn of_token(token: &str) -> Option<SystemTime> {
    end_of(&claims(token)?)
}

pub(super) fn end_of(claims: &Value) -> Option<SystemTime> {
    read(claims.get("exp")?, Unit::EpochS, UNIX_EPOCH)
}

/// The claims of a JSON web token.
pub(super) fn claims(token: &str) -> Option<Value> {
    let claims = token.split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&claims).ok()
}

/// When to ask for a new one. One that is over already says nothing: some clocks are wrong, and some
/// programs print another zone's time.
pub(super) fn renewal(until: SystemTime, now: SystemTime) -> Option<SystemTime> {
    let life = until
        .duration_since(now)
        .ok()
        .filter(|life| !life.is_zero())?;
    until.checked_sub(EARLY.min(life / 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_are_written_in_many_ways() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let seconds = |value: Value, unit| {
            let time = read(&value, unit, now)?;
            Some(time.duration_since(UNIX_EPOCH).unwrap().as_secs())
        };
        for (value, unit, expected) in [
            (json!(1_800_003_600), Unit::Auto, 1_800_003_600),
            (json!("1800003600"), Unit::Auto, 1_800_003_600),
            (json!(1_800_003_600_000_i64), Unit::Auto, 1_800_003_600),
            (json!(1_800_003_600_000_i64), Unit::EpochMs, 1_800_003_600),
            (json!(3_599), Unit::Auto, 1_800_003_599),
            (json!("3599"), Unit::Relative, 1_800_003_599),
            (json!("2027-01-15T09:00:00Z"), Unit::Auto, 1_800_003_600),
            (
                json!("2027-01-15T10:00:00.5+01:00"),
                Unit::Iso,
                1_800_003_600,
            ),
        ] {
            assert_eq!(seconds(value.clone(), unit), Some(expected), "{value}");
        }
        // Whose midnight?
        for value in [
            json!("2027-01-15 10:00:00.000000"),
            json!(null),
            json!("soon"),
            json!(-1),
        ] {
            assert_eq!(seconds(value.clone(), Unit::Auto), None, "{value}");
        }
    }

    #[test]
    fn a_token_tells_its_end() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"a","exp":1800003600}"#);
        let until = of_token(&format!("e30.{claims}.c2ln")).unwrap();
        assert_eq!(until, UNIX_EPOCH + Duration::from_secs(1_800_003_600));
        assert_eq!(of_token("opaque"), None);
        assert_eq!(of_token("a.!!.b"), None);
    }

    #[test]
    fn a_new_one_is_asked_for_early() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        let after = |life: u64| {
            let at = renewal(now + Duration::from_secs(life), now)?;
            Some(at.duration_since(now).unwrap().as_secs())
        };
        assert_eq!(after(3_600), Some(3_300));
        assert_eq!(after(400), Some(200));
        assert_eq!(after(10), Some(5));
        assert_eq!(renewal(now, now), None);
        assert_eq!(renewal(UNIX_EPOCH, now), None);
    }
}
