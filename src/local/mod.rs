//! A Livy server in a box over a real local Spark: `--local` and `livysh serve`.
//!
//! | file         | its duty                                                          |
//! |--------------|-------------------------------------------------------------------|
//! | `runtime/`   | finds Python, Java and Spark, or installs a private PySpark       |
//! | `server/`    | the Livy API                                                      |
//! | `wire.rs`    | the JSON it speaks                                                |
//! | `session/`   | one session: states, queue, its driver                            |
//! | `batch/`     | one batch: states, its process                                    |
//! | `folder.rs`  | the directory of a server's sessions                              |
//! | `log.rs`     | the log of a session or a batch                                   |
//! | `tuning.rs`, `archive.rs` | what makes a start faster                             |
//! | `conf.rs`    | what a request for a session or a batch means as Spark settings   |
//! | `driver.rs`  | the child process of a session; its Python half stands in `driver/` |

mod archive;
mod batch;
mod conf;
mod driver;
mod folder;
mod log;
mod runtime;
mod server;
mod session;
mod tuning;
mod wire;

pub use runtime::{Runtime, RuntimeError, Search, SparkVersion, Tell, prepare, present};
pub use tuning::Tuning;

use folder::Folder;
use server::ServerState;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// How a server is to listen and to behave. Without `Debug`: it holds a secret.
#[derive(Clone)]
pub struct Options {
    /// Loopback, unless it was told otherwise.
    pub host: IpAddr,
    /// 0 for a free one.
    pub port: u16,
    /// What every request must bear.
    pub token: Option<String>,
    /// The variable of the environment that holds it, which code that runs here is not given.
    pub token_variable: Option<String>,
    /// Livy's own behaviour, also where it is worse.
    pub strict: bool,
    /// How long a strict session tries to cancel a statement, where its own settings do not say:
    /// then it is called cancelled.
    pub cancel_timeout: Duration,
    pub tuning: Tuning,
    /// How many characters are kept of what a statement prints.
    pub most_output: usize,
    /// Whether every change needs the header `X-Requested-By`.
    pub csrf_protection: bool,
    /// Below which folders a request may name local files. With none of them: all files, or no
    /// file where it is strict.
    pub allowed_folders: Vec<PathBuf>,
    /// The user's cache folder for livysh; sessions get their directories in it.
    pub cache: PathBuf,
}

impl Options {
    /// On loopback, on a free port, for everybody who can reach it.
    pub fn new(cache: PathBuf) -> Options {
        Options {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            token: None,
            token_variable: None,
            strict: false,
            cancel_timeout: Duration::from_secs(30),
            tuning: Tuning::ALL,
            most_output: driver::MOST_OUTPUT,
            csrf_protection: false,
            allowed_folders: Vec::new(),
            cache,
        }
    }
}

/// A server that runs on a thread of its own until it is stopped or dropped.
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Binds the port and starts to answer.
    pub fn start(options: &Options, mut runtime: Runtime) -> io::Result<Server> {
        runtime.withheld.extend(options.token_variable.clone());
        let listener = std::net::TcpListener::bind((options.host, options.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let folder = Folder::create(&options.cache)?;
        let state = Arc::new(ServerState::new(options, runtime, folder.path().to_owned()));
        let (stop, stopped) = oneshot::channel();
        let executor = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let thread = std::thread::Builder::new()
            .name("local-server".to_owned())
            .spawn(move || executor.block_on(answer(listener, state, stopped, folder)))?;
        Ok(Server {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends every session and the server; returns when nothing of them is left.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

async fn answer(
    listener: std::net::TcpListener,
    state: Arc<ServerState>,
    stopped: oneshot::Receiver<()>,
    folder: Folder,
) {
    if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
        server::serve(listener, state.clone(), stopped).await;
    }
    state.end_all().await;
    drop(folder);
}

/// Eight characters that make a name unique.
pub fn random_name() -> io::Result<String> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A token that nobody can guess.
pub fn random_token() -> io::Result<String> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
