//! When a statement is likely to be over by what the statements before it took. A guess only moves looks; a
//! wrong one costs a few of them, and no time.
//!
//! A look tells that a statement was over, and the one before it that it was not yet: each statement has ended
//! in a window. Where these overlap, all may have taken the same time, and the looks at the next one narrow
//! that down; where they do not, the next one ends somewhere between the shortest and the longest.

use super::TIMES;
use std::collections::VecDeque;
use std::time::Duration;

/// Statements of a script resemble each other; so many tell what the next one takes…
const REMEMBERED: usize = 6;
/// …unless the longest took more than so many times what the shortest did.
const ALIKE: f64 = 2.0;
/// …and took longer than this: below, times differ by what else the machine does, and not by the code.
const SHORT: Duration = Duration::from_millis(20);
/// One that took so many times what all others did was held up, and tells nothing.
const HELD_UP: f64 = 1.25;
/// So many looks find the end in its window, if they need not come too often for that; where it is short, as
/// many as may be.
const LOOKS: u32 = 4;
/// A window is narrow enough at such a share of the age…
const NARROW: f64 = 0.01;
/// …and so much behind it the look comes that is to find the statement over.
const BEHIND: f64 = 0.002;
/// A few do not show the whole spread: by such a part it is wider to both sides.
const WIDER: u32 = 8;
/// No clock that is looked at here is finer than this.
const FINEST: Duration = Duration::from_micros(250);

/// What is known of a statement's end: it was not over at one age, and was at the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ended {
    pub after: Duration,
    pub by: Duration,
}

impl Ended {
    fn middle(&self) -> Duration {
        (self.after + self.by) / 2
    }
}

/// How long the last statements of a session took.
#[derive(Debug, Clone, Default)]
pub struct Lasted(VecDeque<Ended>);

impl Lasted {
    /// What was known before still holds where it does not contradict.
    pub fn note(&mut self, ended: Ended) {
        let ended = match self.expected() {
            Some(known) if ended.after < known.to && ended.by > known.from => Ended {
                after: ended.after.max(known.from),
                by: ended.by.min(known.to),
            },
            _ => ended,
        };
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(ended);
    }

    /// When one that resembles them will be over.
    pub(super) fn expected(&self) -> Option<Expected> {
        let after = self.0.iter().map(|ended| ended.after).max()?;
        let by = self.0.iter().map(|ended| ended.by).min()?;
        let are_same = after < by;
        let (from, to) = match are_same {
            true => (after, by),
            false => {
                let mut middles: Vec<_> = self.0.iter().map(Ended::middle).collect();
                middles.sort();
                let (shortest, longest) = (*middles.first()?, longest(&middles)?);
                let wider = (longest - shortest) / WIDER;
                (shortest.saturating_sub(wider), longest + wider)
            }
        };
        let are_alike = to <= (from.mul_f64(ALIKE) + FINEST).max(SHORT);
        (self.0.len() > 1 && are_alike).then_some(Expected { from, to, are_same })
    }
}

/// The longest of times in their order; of four or more without one that was held up.
fn longest(times: &[Duration]) -> Option<Duration> {
    match times {
        [_, _, .., second, longest] if *longest > second.mul_f64(HELD_UP) => Some(*second),
        [.., longest] => Some(*longest),
        [] => None,
    }
}

/// Between these ages a statement ends that resembles those before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Expected {
    from: Duration,
    to: Duration,
    /// Whether all of them may have taken the same time.
    are_same: bool,
}

impl Expected {
    /// How far apart looks are, where they would usually be as far as `usual`, and cannot be nearer than
    /// `nearest`.
    pub(super) fn apart(self, age: Duration, usual: Duration, nearest: Duration) -> Duration {
        if age >= self.to {
            // It takes somewhat longer, or is unlike the others.
            return usual.min((age - self.to).max(self.behind()));
        }
        let wanted = self.aim(age, usual, nearest) - age;
        // None comes so shortly before the window that it would keep that look from coming in time.
        let is_last_before = wanted < usual.max(nearest) + nearest;
        match is_last_before && (self.are_same || self.width() <= nearest) {
            true => wanted,
            false => usual.min(wanted),
        }
    }

    fn width(self) -> Duration {
        (self.to - self.from).max(Duration::from_nanos(1))
    }

    /// How long after the window a look finds the statement over.
    fn behind(self) -> Duration {
        let uncertain = match self.are_same {
            true => self.width() / 4,
            false => Duration::ZERO,
        };
        uncertain.max(self.to.mul_f64(BEHIND)).max(FINEST)
    }

    /// The age of the next look in the window: they are spread over it, the last just behind it.
    fn aim(self, age: Duration, usual: Duration, nearest: Duration) -> Duration {
        let step = self.width().div_f64(self.looks(usual, nearest));
        let done = age.saturating_sub(self.from).div_duration_f64(step).floor();
        match self.from + step.mul_f64(done + 1.0) {
            aim if aim + FINEST / 2 < self.to => aim,
            _ => self.to + self.behind(),
        }
    }

    /// How many looks there are to be in the window: a whole number, at least 1.
    fn looks(self, usual: Duration, nearest: Duration) -> f64 {
        let width = self.width();
        let often = usual.div_f64(TIMES);
        let often = match self.to <= SHORT {
            true => often,
            false => often.max(width / LOOKS),
        };
        let looks = match width > nearest {
            true => width.div_duration_f64(often).ceil(),
            false => 1.0,
        };
        let narrow = self.to.mul_f64(NARROW).max(nearest / 4).max(FINEST);
        match self.are_same && width > narrow {
            // What all of them took is worth knowing better.
            true => looks.max(2.0),
            false => looks,
        }
    }
}
