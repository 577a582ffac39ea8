//! What ends a statement or the program from outside: signals, and limits of time.

use super::limits::Deadlines;
use super::uplink::Uplink;
use super::{Event, Signal};
use crate::term::{self, Out};
use std::cell::Cell;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::signal::unix::{self, SignalKind};

/// A write that takes longer waits for a reader.
const WRITE_TAKES: Duration = Duration::from_millis(200);
/// A line is begun or handed over in less.
const BETWEEN_LINES: Duration = Duration::from_millis(2);

/// Waits for a signal that ends the program.
pub fn wait_for_signal() -> std::io::Result<Signal> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async { Ok(Signals::listen()?.next().await) })
}

/// Hears of the signals that end the program, also of those that come while nobody waits.
pub struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    /// None where who started us wants the hang-up ignored, as `nohup` does.
    hang_up: Option<unix::Signal>,
}

impl Signals {
    pub fn listen() -> std::io::Result<Signals> {
        Ok(Signals {
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
            hang_up: match ignores_hang_up() {
                true => None,
                false => Some(unix::signal(SignalKind::hangup())?),
            },
        })
    }

    pub async fn next(&mut self) -> Signal {
        let hang_up = async {
            match &mut self.hang_up {
                Some(hang_up) => hang_up.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = hang_up => Signal::HangUp,
        }
    }
}

/// Whether the hang-up was set to be ignored before this program began. The system tells the old
/// action only when a new one is set, so it is set and put back, once, before a handler is there.
fn ignores_hang_up() -> bool {
    use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
    static IGNORED: OnceLock<bool> = OnceLock::new();
    *IGNORED.get_or_init(|| {
        let ignore = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
        // Safe: neither action runs code of ours.
        #[allow(unsafe_code)]
        let before = unsafe { sigaction(Signal::SIGHUP, &ignore) };
        let Ok(before) = before else { return false };
        #[allow(unsafe_code)]
        unsafe {
            sigaction(Signal::SIGHUP, &before).ok();
        }
        matches!(before.handler(), SigHandler::SigIgn)
    })
}

/// Passes signals on to the front end; one that ends the program while nobody waits for events
/// comes back: a prompt stands, or a pipe does not take what is written.
pub(super) async fn signal_to_end(
    mut signals: Signals,
    uplink: &Uplink,
    out: &Out,
    mut deadlines: Deadlines,
    has_started: &Cell<bool>,
) -> Signal {
    // Was passed on; what is written after it may be stuck, too.
    let mut passed_on: Option<Signal> = None;
    // Ctrl-C came while a prompt stood, and made a signal: a line was about to be edited, or was just
    // handed over.
    let mut is_undecided = false;
    loop {
        let signal = tokio::select! {
            signal = signals.next() => signal,
            signal = deadlines.passed() => signal,
            () = tokio::time::sleep(WRITE_TAKES), if passed_on.is_some() => {
                match passed_on {
                    Some(signal) if is_stuck(out).await => return signal,
                    _ if uplink.prompt_stands() => passed_on = None,
                    _ => {}
                }
                continue;
            }
            () = tokio::time::sleep(BETWEEN_LINES), if is_undecided => {
                if term::edits_line() || uplink.is_aside() {
                    is_undecided = false;
                } else if uplink.interrupt() {
                    is_undecided = false;
                    passed_on = Some(Signal::Interrupt);
                }
                continue;
            }
        };
        match signal {
            Signal::Interrupt | Signal::Terminate | Signal::HangUp if uplink.is_aside() => continue,
            Signal::NotStarted { .. } if has_started.get() => continue,
            // The front end ends, once what it writes is read.
            Signal::NotStarted { .. } => {
                uplink.emit(Event::Signal(signal));
                continue;
            }
            Signal::TimeUp if uplink.has_no_limits() => continue,
            Signal::Terminate | Signal::HangUp if uplink.prompt_stands() => return signal,
            Signal::Interrupt if uplink.prompt_stands() => {
                is_undecided = true;
                continue;
            }
            _ if is_stuck(out).await => return signal,
            _ => uplink.emit(Event::Signal(signal)),
        }
        passed_on = (!uplink.prompt_stands()).then_some(signal);
    }
}

/// Whether a write goes on that does not end by itself.
async fn is_stuck(out: &Out) -> bool {
    let Some(write) = out.write_under_way() else {
        return false;
    };
    tokio::time::sleep(WRITE_TAKES).await;
    out.write_under_way() == Some(write)
}
