//! How long a server asks to be left alone: in its header, as seconds or a date, or in its words.

use std::time::{Duration, SystemTime};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

pub(super) fn retry_after(
    header: Option<&str>,
    message: &str,
    now: SystemTime,
) -> Option<Duration> {
    let until = |time: SystemTime| time.duration_since(now).unwrap_or_default();
    let Some(header) = header.map(str::trim) else {
        return until_in(message).map(until);
    };
    match header.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => httpdate::parse_http_date(header).ok().map(until),
    }
}

/// Fabric's words: `… until: 4/17/2026 12:22:35 PM (UTC)`.
fn until_in(message: &str) -> Option<SystemTime> {
    let (_, rest) = message.split_once("until: ")?;
    let mut words = rest.split_whitespace();
    let (date, clock, half) = (words.next()?, words.next()?, words.next()?);
    let numbers = |text: &str, separator| -> Option<[u32; 3]> {
        let parts: Option<Vec<u32>> = text
            .split(separator)
            .map(|part| part.parse().ok())
            .collect();
        parts?.try_into().ok()
    };
    let [month, day, year] = numbers(date, '/')?;
    let [hour, minute, second] = numbers(clock, ':')?;
    let hour = match half {
        "AM" => hour % 12,
        "PM" => hour % 12 + 12,
        _ => return None,
    };
    let month = MONTHS.get((month as usize).checked_sub(1)?)?;
    let rest = format!("{day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT");
    // Its day of the week, which must be right, is not told.
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        .iter()
        .find_map(|weekday| httpdate::parse_http_date(&format!("{weekday}, {rest}")).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_in_every_form() {
        // 2026-04-17 12:00:00 UTC
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_776_427_200);
        let seconds =
            |header, message| retry_after(header, message, now).map(|time| time.as_secs());
        assert_eq!(seconds(Some("7"), ""), Some(7));
        assert_eq!(seconds(Some(" 0 "), ""), Some(0));
        assert_eq!(seconds(Some("Fri, 17 Apr 2026 12:01:30 GMT"), ""), Some(90));
        assert_eq!(seconds(Some("Fri, 17 Apr 2026 11:00:00 GMT"), ""), Some(0));
        assert_eq!(seconds(Some("soon"), ""), None);
        let blocked =
            "Request is blocked by the upstream service until: 4/17/2026 12:22:35 PM (UTC)";
        assert_eq!(seconds(None, blocked), Some(22 * 60 + 35));
        let morning = "until: 4/18/2026 12:00:00 AM (UTC)";
        assert_eq!(seconds(None, morning), Some(12 * 3600));
        for other in [
            "",
            "until: now",
            "until: 99/1/2026 1:2:3 PM",
            "until: 4/17/2026 1:2 PM",
        ] {
            assert_eq!(seconds(None, other), None, "{other}");
        }
    }
}
