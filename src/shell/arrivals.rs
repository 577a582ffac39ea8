//! Standard input as it arrives, beside what the session tells.

use super::{Event, Link, Signal};
use crate::term::Out;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

/// Read at once at most.
const CHUNK: usize = 64 << 10;
/// So many chunks wait to be taken; then the writer is kept waiting.
const WAITING: usize = 16;

/// The bytes of standard input, read on a thread of their own.
pub struct Arrivals {
    chunks: Receiver<io::Result<Vec<u8>>>,
}

/// What a wait for input gave.
pub enum Arrived {
    Bytes(Vec<u8>),
    End,
    Failed(io::Error),
    Signal(Signal),
    /// There is no session any more to run it in; that is told.
    SessionOver,
}

impl Link {
    /// Begins to read.
    pub fn read_stdin(&self) -> io::Result<Arrivals> {
        let (sender, chunks) = sync_channel(WAITING);
        let uplink = self.uplink.clone();
        std::thread::Builder::new()
            .name("input".to_owned())
            .spawn(move || {
                let mut stdin = io::stdin().lock();
                loop {
                    let mut chunk = vec![0; CHUNK];
                    let read = match stdin.read(&mut chunk) {
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                        Ok(0) => break,
                        Ok(length) => {
                            chunk.truncate(length);
                            Ok(chunk)
                        }
                        Err(error) => Err(error),
                    };
                    let is_over = read.is_err();
                    if sender.send(read).is_err() || is_over {
                        break;
                    }
                    uplink.emit(Event::InputArrived);
                }
                drop(sender);
                uplink.emit(Event::InputArrived);
            })?;
        Ok(Arrivals { chunks })
    }

    /// Waits for input; what happens meanwhile is noted and told.
    pub fn arrived(&mut self, out: &Out, arrivals: &Arrivals) -> Arrived {
        loop {
            if let Some(arrived) = arrivals.now() {
                return arrived;
            }
            if let Some(Event::Signal(signal)) = self.next(out, None) {
                return Arrived::Signal(signal);
            }
            if self.facts.over.is_some() {
                return Arrived::SessionOver;
            }
        }
    }
}

impl Arrivals {
    /// What is there already.
    pub fn now(&self) -> Option<Arrived> {
        match self.chunks.try_recv() {
            Ok(Ok(bytes)) => Some(Arrived::Bytes(bytes)),
            Ok(Err(error)) => Some(Arrived::Failed(error)),
            Err(TryRecvError::Disconnected) => Some(Arrived::End),
            Err(TryRecvError::Empty) => None,
        }
    }
}
