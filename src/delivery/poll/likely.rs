//! When a statement is likely to be over: by the progress of its Spark jobs, and by what the statements before
//! it took. A guess only moves looks; a wrong one costs a few of them, and no time.

use std::collections::VecDeque;
use std::time::Duration;

/// Where the end is likely there are so many looks, but not so many times as often as usual.
const LOOKS: u32 = 4;
const TIMES: f64 = 3.0;
/// While it is so many looks away, they are further apart.
const FAR: u32 = 4;
const FURTHER: f64 = 1.5;
/// Statements of a script resemble each other; so many tell what the next one takes…
const REMEMBERED: usize = 4;
/// …unless the longest took more than so many times what the shortest did.
const ALIKE: f64 = 1.5;
/// So much of the tasks must have been seen to be done.
const TELLING: f64 = 0.1;

/// Between these ages a statement is likely to end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Likely {
    from: Duration,
    to: Duration,
    /// Whether looks may be saved while that is far.
    is_told: bool,
}

impl Likely {
    /// How far apart looks are, where they would usually be as far as this.
    pub(super) fn apart(self, age: Duration, usual: Duration) -> Duration {
        let often = match self.is_told {
            true => Duration::ZERO,
            false => (self.to - self.from) / LOOKS,
        };
        let often = often.max(usual.div_f64(TIMES));
        if age >= self.to {
            return usual;
        }
        if self.is_told && age + usual * FAR < self.from {
            return usual.mul_f64(FURTHER);
        }
        usual.min(self.from.saturating_sub(age) + often)
    }
}

/// What is known of a statement's end: it was not over at one age, and was at the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ended {
    pub after: Duration,
    pub by: Duration,
}

/// How long the last statements of a session took.
#[derive(Debug, Clone, Default)]
pub struct Lasted(VecDeque<Ended>);

impl Lasted {
    pub fn note(&mut self, ended: Ended) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(ended);
    }

    /// When one that resembles them will be over.
    pub(super) fn likely(&self) -> Option<Likely> {
        let middle = |ended: &Ended| (ended.after + ended.by) / 2;
        let shortest = self.0.iter().map(middle).min()?;
        let longest = self.0.iter().map(middle).max()?;
        let is_telling = self.0.len() > 1 && longest <= shortest.mul_f64(ALIKE);
        is_telling.then(|| Likely {
            from: shortest.mul_f64(0.95),
            to: longest.mul_f64(1.05),
            is_told: false,
        })
    }
}

/// The progress of a statement, from where it began to tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    first: Option<(Duration, f64)>,
    last: (Duration, f64),
}

impl Progress {
    pub(super) fn note(&mut self, age: Duration, progress: f64) {
        // It falls when another job begins.
        if progress < self.last.1 {
            self.first = None;
        }
        if self.first.is_none() && progress > 0.0 {
            self.first = Some((age, progress));
        }
        self.last = (age, progress);
    }

    pub(super) fn likely(&self) -> Option<Likely> {
        let (first, progress) = self.first?;
        let (age, now) = self.last;
        let done = now - progress;
        if !(TELLING..=1.0).contains(&done) || now > 1.0 {
            return None;
        }
        let rest = (age - first).mul_f64((1.0 - now) / done);
        Some(Likely {
            from: age + rest.mul_f64(0.9),
            to: age + rest.mul_f64(1.2) + (age - first).mul_f64(0.1),
            is_told: true,
        })
    }
}
