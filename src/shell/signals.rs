//! The signals that end a statement or the program.

use super::Signal;
use std::sync::OnceLock;
use tokio::signal::unix::{self, SignalKind};

/// Waits for a signal that ends the program.
pub fn wait_for_signal() -> std::io::Result<Signal> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async { Ok(Signals::listen()?.next().await) })
}

pub(super) struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    /// None where who started us wants the hang-up ignored, as `nohup` does.
    hang_up: Option<unix::Signal>,
}

impl Signals {
    pub(super) fn listen() -> std::io::Result<Signals> {
        Ok(Signals {
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
            hang_up: match ignores_hang_up() {
                true => None,
                false => Some(unix::signal(SignalKind::hangup())?),
            },
        })
    }

    pub(super) async fn next(&mut self) -> Signal {
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
