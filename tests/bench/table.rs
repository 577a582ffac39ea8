//! The one table: how times become a row of it.

use std::time::Duration;

/// Times in their order of size.
pub struct Sample(Vec<Duration>);

impl Sample {
    pub fn of(mut times: Vec<Duration>) -> Sample {
        times.sort();
        Sample(times)
    }

    /// The time within which 99 of a hundred are; of fewer than a hundred the longest.
    pub fn p99(&self) -> Duration {
        let rank = (self.0.len() * 99).div_ceil(100);
        self.0[rank - 1]
    }

    pub fn minimum(&self) -> Duration {
        self.0[0]
    }

    /// Of an even number of times between the two in the middle.
    pub fn median(&self) -> Duration {
        let count = self.0.len();
        (self.0[(count - 1) / 2] + self.0[count / 2]) / 2
    }

    /// How many times as long as another one, by the medians.
    pub fn times(&self, other: &Sample) -> f64 {
        self.median().as_secs_f64() / other.median().as_secs_f64()
    }
}

pub fn head() {
    println!(
        "| what | median | minimum | p99 | compared with (median) | ratio | requests | budget | within |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
}

/// A row; what nobody gives is a dash.
pub struct Row {
    what: String,
    figures: [String; 3],
    median: Option<f64>,
    compared: Vec<String>,
    ratio: Option<String>,
    requests: Option<String>,
    budget: Option<(String, bool)>,
}

impl Row {
    pub fn of(what: impl Into<String>, sample: &Sample) -> Row {
        let figures = [sample.median(), sample.minimum(), sample.p99()].map(time);
        Row {
            median: Some(sample.median().as_secs_f64()),
            ..Row::bare(what.into(), figures)
        }
    }

    /// Of a figure that is no time.
    pub fn figure(what: impl Into<String>, figure: impl Into<String>) -> Row {
        let dash = || DASH.to_owned();
        Row::bare(what.into(), [figure.into(), dash(), dash()])
    }

    fn bare(what: String, figures: [String; 3]) -> Row {
        Row {
            what,
            figures,
            median: None,
            compared: Vec::new(),
            ratio: None,
            requests: None,
            budget: None,
        }
    }

    /// The ratio is to the one that is named first.
    pub fn beside(mut self, name: &str, other: &Sample) -> Row {
        self.compared
            .push(format!("{name} {}", time(other.median())));
        if let (None, Some(median)) = (&self.ratio, self.median) {
            let ratio = median / other.median().as_secs_f64();
            self.ratio = Some(format!("{ratio:.2}"));
        }
        self
    }

    pub fn beside_words(mut self, words: impl Into<String>) -> Row {
        self.compared.push(words.into());
        self
    }

    pub fn ratio(mut self, ratio: f64) -> Row {
        self.ratio = Some(format!("{ratio:.2}"));
        self
    }

    pub fn requests(mut self, requests: String) -> Row {
        self.requests = Some(requests);
        self
    }

    pub fn budget(mut self, budget: impl Into<String>, is_within: bool) -> Row {
        self.budget = Some((budget.into(), is_within));
        self
    }

    pub fn print(self) {
        let dash = || DASH.to_owned();
        let [median, minimum, p99] = self.figures;
        let compared = match self.compared.is_empty() {
            true => dash(),
            false => self.compared.join(", "),
        };
        let ratio = self.ratio.unwrap_or_else(dash);
        let requests = self.requests.unwrap_or_else(dash);
        let (budget, within) = match self.budget {
            None => (dash(), dash()),
            Some((budget, true)) => (budget, "yes".to_owned()),
            Some((budget, false)) => (budget, "**no**".to_owned()),
        };
        println!(
            "| {} | {median} | {minimum} | {p99} | {compared} | {ratio} | {requests} | {budget} | {within} |",
            self.what
        );
    }
}

const DASH: &str = "–";

fn time(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    match ms {
        0.0..100.0 => format!("{ms:.2} ms"),
        100.0..10_000.0 => format!("{ms:.0} ms"),
        _ => format!("{:.2} s", ms / 1e3),
    }
}
