//! A program that is run for a test on ports of its own, and ends with it.

use crate::support::program::cache;
use crate::support::within;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

/// How often it is started anew where another program took a port that was free.
const TRIES: usize = 5;
/// How long it may take to listen.
const USUAL: Duration = Duration::from_secs(20);

pub struct Running {
    child: Child,
}

/// Where a program is: as `tests/run` has fetched it, else where this machine has it.
pub fn find(name: &str) -> PathBuf {
    let fetched = cache().join("neighbours");
    let fetched = ["usr/sbin", "usr/bin"].map(|folder| fetched.join(folder));
    let own = std::env::var_os("PATH").unwrap_or_default();
    let own = std::env::split_paths(&own).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let mut all = fetched.into_iter().chain(own);
    all.find_map(|folder| Some(folder.join(name)).filter(|path| path.is_file()))
        .unwrap_or_else(|| {
            panic!("{name} is needed: tests/run fetches it where apt-get is, elsewhere install it")
        })
}

/// Folders of the libraries that `tests/run` has fetched with the programs, for the loader.
pub fn fetched_libraries() -> Option<String> {
    let root = cache().join("neighbours");
    let triple = format!("{}-linux-gnu", std::env::consts::ARCH);
    let folders = ["usr/lib", "lib"].map(|folder| root.join(folder).join(&triple));
    let found = folders.iter().filter(|folder| folder.is_dir());
    let found: Vec<String> = found.map(|folder| folder.display().to_string()).collect();
    (!found.is_empty()).then(|| found.join(":"))
}

impl Running {
    /// Starts what `command` says for these ports, and waits until it listens on all of them.
    pub fn start<const COUNT: usize>(
        command: impl Fn(&[u16; COUNT]) -> Command,
    ) -> (Running, [u16; COUNT]) {
        Running::start_within(USUAL, command)
    }

    /// The same for what takes its time.
    pub fn start_within<const COUNT: usize>(
        limit: Duration,
        command: impl Fn(&[u16; COUNT]) -> Command,
    ) -> (Running, [u16; COUNT]) {
        for _ in 0..TRIES {
            let ports = free_ports();
            let mut running = Running {
                child: command(&ports).spawn().unwrap(),
            };
            if running.listens(limit, &ports) {
                return (running, ports);
            }
        }
        panic!("{:?} does not start", command(&[0; COUNT]));
    }

    fn listens(&mut self, limit: Duration, ports: &[u16]) -> bool {
        within(limit, "it listens or ends", || {
            let is_up = ports
                .iter()
                .all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok());
            match self.child.try_wait().unwrap() {
                Some(_) => Some(false),
                None => is_up.then_some(true),
            }
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Ports that nobody has at this moment.
fn free_ports<const COUNT: usize>() -> [u16; COUNT] {
    let held = [(); COUNT].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}
