//! The server in a box over drivers without Spark, for what many starts of Java would make slow.

use super::program::Home;
use livysh::local::{Options, Runtime, Server, Tuning};
use std::path::{Path, PathBuf};

/// What the server takes for an interpreter with a Spark: the driver itself.
fn runtime() -> Runtime {
    Runtime {
        python: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/driver.py"),
        spark_home: PathBuf::from("/nowhere"),
        spark_version: "0.0.0".to_owned(),
        java: PathBuf::from("/nowhere/java"),
        java_major: 17,
        modules: Vec::new(),
        is_private: false,
        withheld: Vec::new(),
    }
}

/// A server whose sessions and batches lie in the home.
pub fn serve(home: &Home) -> Server {
    let options = Options {
        tuning: Tuning {
            quick_compiler: false,
            archive: false,
            prewarm: false,
        },
        ..Options::new(home.path().join("cache"))
    };
    Server::start(&options, runtime()).unwrap()
}
