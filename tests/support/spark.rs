//! One Livy server with a real Spark for the whole run: the one named in `LIVYSH_TEST_URL`, or our
//! own, in this process, so that it ends with the tests.

use super::eventually;
use super::http::{get, post};
use super::program::cache;
use livysh::local::{Options, Runtime, Search, Server, prepare};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

struct Shared {
    url: String,
    /// Names the session that tests share; they keep apart by the names they define.
    session: String,
    _server: Option<Server>,
}

static SHARED: OnceLock<Shared> = OnceLock::new();

/// The server's root, and a ready session on it.
pub fn shared() -> (&'static str, &'static str) {
    let shared = SHARED.get_or_init(start);
    (&shared.url, &shared.session)
}

static STRICT: OnceLock<Option<Server>> = OnceLock::new();

/// A server that behaves as Apache Livy does, for all tests: the one named in `LIVYSH_TEST_URL`, or
/// our own.
pub fn strict() -> String {
    let own = STRICT.get_or_init(|| is_ours().then(|| serve(|options| options.strict = true)));
    match own {
        Some(server) => server.url(),
        None => shared().0.to_owned(),
    }
}

/// Whether the server is our own, so that what only it does can be expected.
pub fn is_ours() -> bool {
    std::env::var_os("LIVYSH_TEST_URL").is_none()
}

fn start() -> Shared {
    let (url, server) = match std::env::var("LIVYSH_TEST_URL") {
        Ok(url) => (url.trim_end_matches('/').to_owned(), None),
        Err(_) => {
            let server = serve(|_| {});
            (server.url(), Some(server))
        }
    };
    let name = format!("tests-{}", std::process::id());
    let made = post(
        &format!("{url}/sessions"),
        &format!(r#"{{"kind":"spark","name":"{name}"}}"#),
    );
    assert_eq!(made.status, 201, "{made:?}");
    wait_until_idle(&url, &made.json()["id"].to_string());
    Shared {
        url,
        session: name,
        _server: server,
    }
}

/// The Spark that all share.
pub fn runtime() -> Runtime {
    runtime_of(None)
}

/// A version of Spark, as `--spark` names it.
pub fn runtime_of(version: Option<&str>) -> Runtime {
    let path = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let search = Search {
        spark: version.map(|version| version.parse().unwrap()),
        python: None,
        virtual_env: path("VIRTUAL_ENV"),
        spark_home: path("SPARK_HOME"),
        java_home: path("JAVA_HOME"),
        cache: cache().join("livysh"),
    };
    let never = AtomicBool::new(false);
    prepare(&search, &never, &mut |_, _| {})
        .unwrap_or_else(|error| panic!("no Spark: {error}\n{}", error.hint()))
}

/// A server of the test's own.
pub fn serve(change: impl FnOnce(&mut Options)) -> Server {
    let mut options = Options::new(cache().join("livysh"));
    change(&mut options);
    Server::start(&options, runtime()).unwrap()
}

pub fn wait_until_idle(url: &str, id: &str) {
    eventually("the session is idle", || {
        let session = get(&format!("{url}/sessions/{id}"));
        let state = session.json()["state"].as_str().unwrap().to_owned();
        assert!(state != "dead" && state != "error", "{session:?}");
        (state == "idle").then_some(())
    });
}

/// A jar of what a source in Scala defines, made by the compiler that Spark itself brings.
pub fn jar(folder: &Path, name: &str, source: &str) -> PathBuf {
    let runtime = runtime();
    let file = folder.join(format!("{name}.scala"));
    std::fs::write(&file, source).unwrap();
    let jar = folder.join(format!("{name}.jar"));
    let made = Command::new(&runtime.java)
        .args(["-cp", runtime.spark_home.join("jars/*").to_str().unwrap()])
        .args(["scala.tools.nsc.Main", "-usejavacp", "-d"])
        .args([&jar, &file])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    jar
}
