//! What a program costs the machine it runs on: the processor's time for statements, and memory.

use crate::live::{Live, Runs};
use crate::peers::Peers;
use crate::process::{kilobytes, processor_time};
use crate::scripted;
use crate::table::Row;
use std::time::Duration;

/// Long enough that each waits for it in its way, at least once.
const STATEMENT: &str = "30";
const STATEMENTS: u32 = 60;

pub fn measure() {
    let mut programs = vec![("livysh", Live::livysh(&scripted::start(), 0))];
    if let Some(peers) = &Peers::find() {
        programs.push(("pylivy", Live::pylivy(peers, &scripted::start(), 0)));
        programs.push(("sparkmagic", Live::sparkmagic(peers, &scripted::start(), 0)));
    }
    let costs = Costs::of(&mut programs);
    let mut seconds = Row::figure(
        format!("processor's time for 1,000 statements of {STATEMENT} ms, by {STATEMENTS} of them"),
        format!("{:.2} s", costs[0].seconds),
    );
    let mut memory = Row::figure(
        format!("peak memory after {STATEMENTS} statements (VmHWM)"),
        format!("{:.1} MB", costs[0].megabytes),
    );
    for ((name, _), theirs) in programs.iter().zip(&costs).skip(1) {
        seconds = seconds.beside_words(format!("{name} {:.2} s", theirs.seconds));
        memory = memory.beside_words(format!("{name} {:.0} MB", theirs.megabytes));
    }
    match costs.get(1) {
        Some(first) => {
            seconds = seconds.ratio(costs[0].seconds / first.seconds);
            memory = memory.ratio(costs[0].megabytes / first.megabytes);
        }
        None => {
            let words = "pylivy and sparkmagic are not installed";
            seconds = seconds.beside_words(words);
            memory = memory.beside_words(words);
        }
    }
    seconds.print();
    memory.print();
}

struct Costs {
    /// For a thousand statements, without the start.
    seconds: f64,
    megabytes: f64,
}

impl Costs {
    /// Those of each, which take turns.
    fn of(programs: &mut [(&str, Live)]) -> Vec<Costs> {
        let run_each = |programs: &mut [(&str, Live)]| {
            for (_, live) in programs {
                live.run(STATEMENT, STATEMENT);
            }
        };
        run_each(programs);
        let times = |programs: &[(&str, Live)]| -> Vec<Duration> {
            let times = programs.iter().map(|(_, live)| live.process());
            times.map(processor_time).collect()
        };
        let before = times(programs);
        for _ in 0..STATEMENTS {
            run_each(programs);
        }
        let taken = times(programs).into_iter().zip(before);
        let both = programs.iter().zip(taken);
        both.map(|((_, live), (after, before))| Costs {
            seconds: after.saturating_sub(before).as_secs_f64() * 1e3 / f64::from(STATEMENTS),
            megabytes: kilobytes(live.process(), "VmHWM:") as f64 / 1024.0,
        })
        .collect()
    }
}
