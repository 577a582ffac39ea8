//! When a statement is likely to be over by the progress of its Spark jobs. A guess only moves looks; a wrong
//! one costs a few of them, and no time.

use super::TIMES;
use std::time::Duration;

/// While the end is so many looks away, they are further apart.
const FAR: u32 = 4;
const FURTHER: f64 = 1.5;
/// So much of the tasks must have been seen to be done.
const TELLING: f64 = 0.1;

/// Between these ages a statement is likely to end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Likely {
    from: Duration,
    to: Duration,
}

impl Likely {
    /// How far apart looks are, where they would usually be as far as this.
    pub(super) fn apart(self, age: Duration, usual: Duration) -> Duration {
        if age >= self.to {
            return usual;
        }
        if age + usual * FAR < self.from {
            return usual.mul_f64(FURTHER);
        }
        usual.min(self.from.saturating_sub(age) + usual.div_f64(TIMES))
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
        })
    }
}
