//! How far this machine's clock is from the server's: a signature holds for some minutes.

use super::refused::text_of;
use crate::livy::length::length_in_words;
use reqwest::header::{DATE, HeaderMap};
use std::time::{Duration, SystemTime};

/// Within five minutes a signature is taken everywhere; an answer is some time on its way.
const MOST_APART: Duration = Duration::from_secs(4 * 60);

/// In words, where it is so far that a signature may not be taken.
pub(super) fn apart(headers: &HeaderMap, now: SystemTime) -> Option<String> {
    let told = httpdate::parse_http_date(&text_of(headers, DATE)?).ok()?;
    let (far, how) = match now.duration_since(told) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    (far > MOST_APART).then(|| {
        let far = length_in_words(far);
        format!("this machine's clock is {far} {how} the server's")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    #[test]
    fn a_clock_that_is_wrong_is_told() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let told = |seconds: i64| {
            let at = UNIX_EPOCH + Duration::from_secs((1_800_000_000 + seconds) as u64);
            let date = httpdate::fmt_http_date(at).parse().unwrap();
            apart(&[(DATE, date)].into_iter().collect(), now)
        };
        let words = |far: &str| Some(format!("this machine's clock is {far} the server's"));
        assert_eq!(told(0), None);
        assert_eq!(told(-239), None);
        assert_eq!(told(239), None);
        assert_eq!(told(-1_230), words("20 minutes ahead of"));
        assert_eq!(told(7_250), words("2 hours behind"));
        assert_eq!(told(-40 * 24 * 3_600), words("40 days ahead of"));
        assert_eq!(apart(&HeaderMap::new(), now), None);
    }
}
