//! What the system tells of a process.

use std::time::Duration;

/// A line of `/proc/PROCESS/status`, in kilobytes.
pub fn kilobytes(process: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    number(&status, name)
}

/// The processor's time that its threads have had.
pub fn processor_time(process: u32) -> Duration {
    let nanoseconds = threads(process, "schedstat", |text| {
        let first = text.split_whitespace().next();
        first.and_then(|number| number.parse().ok()).unwrap_or(0)
    });
    Duration::from_nanos(nanoseconds)
}

/// How often its threads have gone to sleep, and so how often they were woken.
pub fn sleeps(process: u32) -> u64 {
    threads(process, "status", |text| {
        number(text, "voluntary_ctxt_switches:")
    })
}

fn number(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|text| text.split_whitespace().next()?.parse().ok());
    number.unwrap_or(0)
}

/// The sum over all threads of what one of their files tells.
fn threads(process: u32, file: &str, read: impl Fn(&str) -> u64) -> u64 {
    let folder = std::fs::read_dir(format!("/proc/{process}/task"));
    let threads = folder.into_iter().flatten().flatten();
    let texts = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join(file)).ok());
    texts.map(|text| read(&text)).sum()
}
