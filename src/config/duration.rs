//! Lengths of time, as people write them.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// `90s`, `15m`, `1h30m`; a number alone is in seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(Duration::from_secs(seconds));
    }
    humantime::parse_duration(text).map_err(|_| "it is written like 90s, 15m or 1h30m".to_owned())
}

/// The same the other way, as one word.
pub fn duration_text(length: Duration) -> String {
    humantime::format_duration(length)
        .to_string()
        .replace(' ', "")
}

/// As in a file, where a number may also stand as one.
pub(super) fn deserialized<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    match Written::deserialize(deserializer)? {
        Written::Seconds(seconds) => Ok(Some(Duration::from_secs(seconds))),
        Written::Text(text) => duration(&text).map(Some).map_err(D::Error::custom),
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Seconds(u64),
    Text(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_people_do() {
        let seconds = |text| duration(text).map(|one| one.as_secs());
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("1h30m"), Ok(5_400));
        assert_eq!(seconds("2h"), Ok(7_200));
        let text = duration_text(Duration::from_secs(5_430));
        assert_eq!((text.as_str(), seconds(&text)), ("1h30m30s", Ok(5_430)));
        assert!(
            ["", "soon", "-1", "5x"]
                .into_iter()
                .all(|text| duration(text).is_err())
        );
    }
}
