//! Values of options, from how people write them.

use crate::lang::Language;
use crate::render::Format;
use std::time::Duration;

pub(super) fn language(name: &str) -> Result<Language, String> {
    Language::from_name(name).ok_or_else(|| "it is one of scala, python, sql, r".to_owned())
}

pub(super) fn format(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| {
        let names = Format::ALL.map(Format::name);
        format!("it is one of {}", names.join(", "))
    })
}

/// `90s`, `15m`, `1h30m`; a number alone is in seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(Duration::from_secs(seconds));
    }
    humantime::parse_duration(text).map_err(|_| "it is written like 90s, 15m or 1h30m".to_owned())
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
        assert!(
            ["", "soon", "-1", "5x"]
                .into_iter()
                .all(|text| duration(text).is_err())
        );
    }
}
