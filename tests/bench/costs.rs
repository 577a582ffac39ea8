//! What a program costs the machine it runs on: the processor's time for statements, and memory.

use crate::live::{Live, Runs};
use crate::peers::Peers;
use crate::process::{kilobytes, processor_time};
use crate::scripted;
use crate::table::Row;

/// Long enough that each waits for it in its way, at least once.
const STATEMENT: &str = "30";
const STATEMENTS: u32 = 60;

pub fn measure() {
    let mut programs = vec![("livysh", Live::livysh(&scripted::start(), 0))];
    if let Some(peers) = &Peers::find() {
        programs.push(("pylivy", Live::pylivy(peers, &scripted::start(), 0)));
        programs.push(("sparkmagic", Live::sparkmagic(peers, &scripted::start(), 0)));
    }
    let costs: Vec<Costs> = programs
        .iter_mut()
        .map(|(_, live)| Costs::of(live))
        .collect();
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
    fn of(live: &mut Live) -> Costs {
        live.run(STATEMENT, STATEMENT);
        let before = processor_time(live.process());
        for _ in 0..STATEMENTS {
            live.run(STATEMENT, STATEMENT);
        }
        let taken = processor_time(live.process()).saturating_sub(before);
        Costs {
            seconds: taken.as_secs_f64() * 1e3 / f64::from(STATEMENTS),
            megabytes: kilobytes(live.process(), "VmHWM:") as f64 / 1024.0,
        }
    }
}
