//! `livysh serve`: the server in a box, until a signal comes.

use crate::exit::Exit;
use crate::local;
use crate::render::{Line, Role};
use crate::shell::{error_lines, wait_for_signal};
use crate::term::Out;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;

/// Prepares the runtime, serves, and ends every session at the end.
pub fn run(out: &Out, search: &local::Search, options: &local::Options) -> Exit {
    let mut tell = |step: &str, detail: &str| out.phase(step, detail);
    // From the beginning, so that an installation is given up with all that it has started.
    let stop = Arc::new(AtomicBool::new(false));
    let (told, signalled) = channel();
    let stopping = stop.clone();
    std::thread::spawn(move || {
        let signal = wait_for_signal();
        told.send(signal).ok();
        stopping.store(true, Ordering::Relaxed);
    });
    let runtime = match local::prepare(search, &stop, &mut tell) {
        Ok(runtime) => runtime,
        Err(error) => {
            out.end_progress();
            return match signalled.try_recv() {
                Ok(Ok(signal)) => signal.into(),
                Ok(Err(_)) | Err(_) => fail(out, &error.to_string(), Some(&error.hint())),
            };
        }
    };
    let spark = runtime.spark_version.clone();
    let server = match local::Server::start(options, runtime) {
        Ok(server) => server,
        Err(error) => {
            let message = format!("{}:{}: {error}", options.host, options.port);
            return fail(out, &message, Some("name a free port with --port"));
        }
    };
    let url = server.url();
    out.note(&Line::plain(format!(
        "Serving the Livy API over Spark {spark} on {url}"
    )));
    if !options.host.is_loopback() {
        let known = match options.token {
            Some(_) => "with the token",
            None => "at all",
        };
        out.note(&Line::of(
            Role::Strong,
            format!(
                "Whoever reaches {} {known} can run code on this machine.",
                options.host
            ),
        ));
    }
    let signal = signalled.recv();
    out.phase("ending all sessions", "");
    server.stop();
    out.end_progress();
    match signal {
        Ok(Ok(signal)) => signal.into(),
        Ok(Err(error)) => fail(out, &error.to_string(), None),
        Err(_) => Exit::Server,
    }
}

fn fail(out: &Out, message: &str, hint: Option<&str>) -> Exit {
    for line in error_lines(message, hint) {
        out.note(&line);
    }
    Exit::Server
}
