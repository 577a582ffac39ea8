//! A real Spark, behind livysh's own server.

use livysh::local::{Options, Runtime, Search, Server, prepare};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

pub fn cache() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.cache")
}

/// Without a session.
pub fn server() -> Server {
    let path = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let runtime = found(Search {
        virtual_env: path("VIRTUAL_ENV"),
        spark_home: path("SPARK_HOME"),
        java_home: path("JAVA_HOME"),
        ..Search::default()
    });
    Server::start(&Options::new(cache().join("livysh")), runtime).unwrap()
}

/// The Spark that is in the cache, installed where it is missing.
pub fn private() -> Runtime {
    found(Search {
        java_home: std::env::var_os("JAVA_HOME").map(PathBuf::from),
        ..Search::default()
    })
}

fn found(search: Search) -> Runtime {
    let search = Search {
        cache: cache().join("livysh"),
        ..search
    };
    prepare(&search, &AtomicBool::new(false), &mut |_, _| {}).unwrap()
}
