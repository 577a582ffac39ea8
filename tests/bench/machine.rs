//! On what is measured.

use crate::peers::version;
use std::process::Command;

/// The lines above the table.
pub fn print() {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let field = |text: &str, name: &str, sign: char| {
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.split_once(sign));
        value.map_or("unknown".to_owned(), |(_, value)| {
            value.trim().trim_matches('"').to_owned()
        })
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal", ':');
    let memory = memory
        .split(' ')
        .next()
        .and_then(|number| number.parse().ok());
    let gigabytes = memory.unwrap_or(0.0) / 1048576.0;
    println!(
        "{}, {cores} cores, {gigabytes:.0} GB; {}, Linux {}; {}; {}.",
        field(&read("/proc/cpuinfo"), "model name", ':'),
        field(&read("/etc/os-release"), "PRETTY_NAME", '='),
        read("/proc/sys/kernel/osrelease").trim(),
        told("rustc", &["--version"]),
        told("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
    );
    println!(
        "Beside livysh: pylivy {}, sparkmagic {}, a tight loop that looks every millisecond.",
        version("livy"),
        version("sparkmagic"),
    );
    println!(
        "Requests are livysh's; then the loop's and the peers', each for a statement. The p99 of fewer than a hundred \
         is the longest. A row of a statement repeats it, so that livysh knows how long those before it took; its \
         share of statements is measured without that."
    );
    println!();
}

fn told(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_else(|_| format!("no {program}"))
}
