//! How far this machine's clock is from those of the server and of gateways before it.

use super::check::Check;
use super::http::Answer;
use crate::auth::Credential;
use crate::livy::length_in_words;
use std::time::{Duration, SystemTime};

/// Beyond it logs and ends of tokens are confusing.
const WORTH_A_WORD: Duration = Duration::from_secs(60);
/// Beyond it signatures of AWS and tickets of Kerberos are refused.
const TOO_FAR: Duration = Duration::from_secs(300);

/// What is known of the clocks.
pub(super) struct Clocks {
    pub(super) check: Check,
    /// Whether it may be for that that a server turns down who asks.
    pub(super) is_suspect: bool,
    /// How far the one is away that agrees most.
    nearest: Option<Apart>,
}

impl Clocks {
    /// What time it is by the server's.
    pub(super) fn now(&self) -> SystemTime {
        let now = SystemTime::now();
        let there = match &self.nearest {
            Some(apart) if apart.is_ahead => now.checked_sub(apart.far),
            Some(apart) => now.checked_add(apart.far),
            None => None,
        };
        there.unwrap_or(now)
    }

    fn unknown(why: &str) -> Clocks {
        Clocks {
            check: Check::skipped("clock", why),
            is_suspect: false,
            nearest: None,
        }
    }
}

/// However far they are apart: some servers look at it, others do not.
pub(super) fn look(answer: &Answer, credential: &Credential) -> Clocks {
    let Some((asked, answered)) = answer.asked else {
        return Clocks::unknown("not asked");
    };
    let dates = answer.values("date");
    let mut apart: Vec<Apart> = dates
        .filter_map(|date| httpdate::parse_http_date(date).ok())
        .map(|date| Apart::of(date, asked, answered))
        .collect();
    apart.sort_by_key(|apart| apart.far);
    let Some(worst) = apart.last() else {
        return Clocks::unknown("the server tells no time");
    };
    // A gateway tells a time of its own.
    let others = match apart.len() {
        1 => String::new(),
        count => format!(" ({count} clocks have answered)"),
    };
    let told = format!("{}{others}", worst.told());
    let hint = "set this machine's clock, or the server's";
    let is_suspect = worst.far >= TOO_FAR && depends(credential);
    let check = match (worst.far < WORTH_A_WORD, is_suspect) {
        (true, _) => Check::ok("clock", told),
        (false, true) => {
            let hint = format!("{hint}: what signs on holds for some minutes");
            Check::warning("clock", told, &hint)
        }
        (false, false) => Check::warning("clock", told, hint),
    };
    Clocks {
        check,
        is_suspect,
        nearest: apart.into_iter().next(),
    }
}

fn depends(credential: &Credential) -> bool {
    match credential {
        Credential::Aws { .. } | Credential::Kerberos(_) => true,
        Credential::Fetched { service, .. } => depends(&service.login),
        Credential::None | Credential::Given { .. } | Credential::Printed { .. } => false,
    }
}

struct Apart {
    far: Duration,
    is_ahead: bool,
}

impl Apart {
    /// A date has whole seconds, and was made while the question was on its way.
    fn of(date: SystemTime, asked: SystemTime, answered: SystemTime) -> Apart {
        let latest = date + Duration::from_secs(1);
        if let Ok(far) = asked.duration_since(latest) {
            return Apart {
                far,
                is_ahead: true,
            };
        }
        Apart {
            far: date.duration_since(answered).unwrap_or_default(),
            is_ahead: false,
        }
    }

    fn told(&self) -> String {
        match (self.far.as_secs(), self.is_ahead) {
            (..2, _) => "this machine's and the server's agree".to_owned(),
            (_, true) => format!(
                "this machine's clock is {} ahead of the server's",
                length_in_words(self.far)
            ),
            (_, false) => format!(
                "this machine's clock is {} behind the server's",
                length_in_words(self.far)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_takes_long_moves_no_clock() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let told = |date, asked, answered| Apart::of(at(date), at(asked), at(answered)).told();
        let agree = "this machine's and the server's agree";
        assert_eq!(told(1_000, 1_000, 1_000), agree);
        assert_eq!(told(1_000, 990, 1_040), agree);
        assert_eq!(
            told(4_600, 1_000, 1_000),
            "this machine's clock is 60 minutes behind the server's"
        );
        assert_eq!(
            told(1_000, 1_091, 1_092),
            "this machine's clock is 90 s ahead of the server's"
        );
    }
}
