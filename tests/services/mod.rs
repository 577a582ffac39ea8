//! Seven services that nobody can run here, each on a real socket: their routes, shapes, codes, ids,
//! phases, quirks and timers, as their documents and their clients' sources tell them.
//!
//! | file             | its duty                                            |
//! |------------------|-----------------------------------------------------|
//! | `server.rs`      | HTTP, and the record of all that was asked          |
//! | `world.rs`       | sessions, statements and batches, the same for all  |
//! | `interpreter.rs` | runs a little Python                                |
//! | `service.rs`     | how a service behaves: as Apache Livy, unless said  |
//! | `livy.rs` …      | what is not so, a file for each service             |
//! | `dialogue.rs`    | one dialogue and one script against all of them     |
//! | `gone.rs`        | sessions that are not there any more                |
//! | `parts.rs`       | long outputs                                        |
//! | `runs.rs`        | the runs from which the matrix takes its cells      |
//! | `decode.rs`      | answers with anything missing                       |
//! | `fields.rs`      | every field of a request that can be set             |
//! | `quirks.rs`      | what else is each service's own                     |
//! | `signed.rs`      | keys of AWS that end, wrong clocks and regions      |
//! | `doctor.rs`      | `livysh doctor` before each                         |
//! | `matrix.rs`      | what each has and has not, cell by cell             |

mod decode;
mod dialogue;
mod doctor;
mod emr_serverless;
mod fabric;
mod fields;
mod gone;
mod hdinsight;
mod interpreter;
mod knox;
mod lighter;
mod livy;
mod matrix;
mod parts;
mod quirks;
mod runs;
mod server;
mod service;
mod signed;
mod synapse;
mod world;

use crate::support::program::Home;
use server::Server;
use service::Service;
use std::process::Command;
use std::sync::Arc;

/// One for each preset.
fn all() -> Vec<Arc<dyn Service>> {
    vec![
        Arc::new(livy::Livy),
        Arc::new(hdinsight::Hdinsight),
        Arc::new(synapse::Synapse),
        Arc::new(fabric::Fabric),
        Arc::new(knox::Knox),
        Arc::new(emr_serverless::EmrServerless::default()),
        Arc::new(lighter::Lighter),
    ]
}

fn named(name: &str) -> Arc<dyn Service> {
    let preset = name.replace('_', "-");
    let mut all = all().into_iter();
    all.find(|service| service.preset() == preset).unwrap()
}

/// A service, and a home whose profile `p` is it.
struct Place {
    server: Server,
    home: Home,
}

impl Place {
    /// By the name of its preset, written as a name of Rust.
    fn of(name: &str) -> Place {
        Place::new(named(name))
    }

    fn new(service: Arc<dyn Service>) -> Place {
        Place::with(service, &[])
    }

    /// With more settings of the profile; what is a table of its own comes last.
    fn with(service: Arc<dyn Service>, more: &[&str]) -> Place {
        let server = Server::start(service.clone());
        let home = Home::new();
        let preset = format!("preset = \"{}\"", service.preset());
        let mut settings = vec![preset.as_str(), "timeout = \"5s\""];
        settings.extend(more);
        settings.extend(service.settings());
        home.profile("p", &server.url, &settings);
        Place { server, home }
    }

    /// With the options that a session needs there.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.plain_command(self.server.service.options());
        command.args(arguments);
        command
    }

    fn plain_command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command(&["-p", "p"]);
        command.args(arguments);
        command.envs(self.server.service.secrets().iter().copied());
        command
    }
}
