//! Apache Knox before a server, with a topology for each way to sign on. It is large and slow to start, so that
//! it is run on request: `LIVYSH_TEST_KNOX=1`. Its jars are fetched once, by the `mvn` of this machine.

use super::kerberos::Realm;
use super::running::{Running, find};
use super::{filled, template};
use crate::support::chaos::Chaos;
use crate::support::program::cache;
use crate::support::spark::strict;
use crate::support::within;
use reqwest::{Certificate, Client};
use serde_json::Value;
use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Builder;

pub const TOPOLOGIES: [&str; 9] = [
    "managed", "passcode", "basic", "brief", "token", "xsrf", "sso", "ha", "kerberos",
];
/// What people sign on with.
pub const ALICE: &str = "s3cr3t-0c7d51e9";
pub const BOB: &str = "s3cr3t-b2f8a644";
/// For how long a token of `brief` holds, in milliseconds.
const LIFE: u64 = 4_000;

const VARIABLE: &str = "LIVYSH_TEST_KNOX";
const MAVEN: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";
/// Of its keys, which nobody else sees.
const MASTER: &str = "master-of-the-tests";
/// By which it knows its passcodes again.
const HASH_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// Another number makes all that is kept anew.
const MADE_SO: &str = "2";
const STARTS: Duration = Duration::from_secs(180);
const CREDENTIALS: &str = "__gateway-credentials.jceks";
const MAIN: &str = "org.apache.knox.gateway.GatewayServer";
const TOOL: &str = "org.apache.knox.gateway.util.KnoxCLI";

pub struct Knox {
    folder: TempDir,
    port: u16,
    /// Before the server, and behind `ha`.
    pub chaos: Chaos,
    pub realm: Realm,
    _running: Running,
}

/// The one that tests share while any of them runs.
static SHARED: Mutex<Weak<Knox>> = Mutex::new(Weak::new());

/// A Knox before the server that behaves as Livy does; `None`, and a word about it, where none is asked for.
pub fn shared() -> Option<Arc<Knox>> {
    if std::env::var_os(VARIABLE).is_none() {
        // Past the harness, which keeps what a test prints that succeeds.
        writeln!(
            std::io::stderr(),
            "skipped: {VARIABLE}=1 runs it with Apache Knox"
        )
        .ok();
        return None;
    }
    let mut shared = SHARED.lock().unwrap_or_else(|broken| broken.into_inner());
    let knox = shared.upgrade().unwrap_or_else(|| Arc::new(Knox::start()));
    *shared = Arc::downgrade(&knox);
    Some(knox)
}

impl Knox {
    fn start() -> Knox {
        let parts = parts();
        let (server, realm) = (strict(), Realm::new());
        let chaos = Chaos::before(&server);
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in [
            "conf/topologies",
            "conf/shared-providers",
            "conf/descriptors",
            "data/security/keystores",
        ] {
            std::fs::create_dir_all(root.join(name)).unwrap();
        }
        symlink(
            parts.join("definitions/services"),
            root.join("data/services"),
        )
        .unwrap();
        // Only the assembly of a release names it.
        let services = root.join("conf/META-INF/services");
        std::fs::create_dir_all(&services).unwrap();
        std::fs::write(
            services.join("org.apache.knox.gateway.services.GatewayServices"),
            "org.apache.knox.gateway.services.DefaultGatewayServices\n",
        )
        .unwrap();
        let security = root.join("data/security");
        std::fs::copy(parts.join("identity/master"), security.join("master")).unwrap();
        std::fs::copy(
            parts.join("identity/gateway.jks"),
            security.join("keystores/gateway.jks"),
        )
        .unwrap();
        std::fs::copy(
            parts.join("identity").join(CREDENTIALS),
            security.join("keystores").join(CREDENTIALS),
        )
        .unwrap();
        let values = [
            ("SERVER", server),
            ("BROKEN", chaos.url.clone()),
            ("BROKEN-TOO", chaos.url.replace("127.0.0.1", "localhost")),
            ("ALICE", ALICE.to_owned()),
            ("BOB", BOB.to_owned()),
            ("LIFE", LIFE.to_string()),
            (
                "KEYTAB",
                realm.keytab("HTTP/localhost").display().to_string(),
            ),
        ];
        let log = root.join("log");
        let (running, [port]) = Running::start_within(STARTS, |[port]| {
            let port = [("PORT", port.to_string())];
            let all: Vec<_> = values.iter().cloned().chain(port).collect();
            let write = |name: &str, below: &str| {
                let text = filled(&format!("knox/{name}.xml"), &all);
                std::fs::write(root.join(below).join(format!("{name}.xml")), text).unwrap();
            };
            write("gateway-site", "conf");
            write("gateway-log4j2", "conf");
            for topology in TOPOLOGIES {
                write(topology, "conf/topologies");
            }
            let log = File::create(&log).unwrap();
            let mut command = java(&parts, root, MAIN);
            command.stdout(log.try_clone().unwrap()).stderr(log);
            for (name, value) in realm.environment() {
                if name == "KRB5_CONFIG" {
                    command.env(
                        "JDK_JAVA_OPTIONS",
                        format!("-Djava.security.krb5.conf={value}"),
                    );
                }
            }
            command
        });
        let knox = Knox {
            folder,
            port,
            chaos,
            realm,
            _running: running,
        };
        // Their first requests of all, when they come at once, may leave one of them without its service.
        for topology in ["basic", "brief", "managed"] {
            within(STARTS, "Knox has its topologies", || {
                knox.given(topology, "access_token")
            });
        }
        within(STARTS, "Knox has started", || {
            knox.said()
                .contains("Started gateway on port")
                .then_some(())
        });
        knox
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// What this topology gives beside its token, or that, as a client of another make gets it.
    pub fn given(&self, topology: &str, field: &str) -> Option<String> {
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let authority = std::fs::read(parts().join("identity/authority.pem")).unwrap();
        let authority = Certificate::from_pem(&authority).unwrap();
        let client = Client::builder().tls_certs_merge([authority]).no_proxy();
        let client = client.build().unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let url = self.url(topology, "knoxtoken/api/v1/token");
        let answer = runtime.block_on(async {
            let asked = client.get(url).basic_auth("alice", Some(ALICE)).send();
            asked.await.ok()?.json::<Value>().await.ok()
        });
        answer?[field].as_str().map(str::to_owned)
    }

    /// A topology's address, with a service of it.
    pub fn url(&self, topology: &str, service: &str) -> String {
        format!(
            "https://localhost:{}/gateway/{topology}/{service}",
            self.port
        )
    }

    /// What trusts it, in a profile.
    pub fn trust(&self) -> String {
        format!("tls.ca_file = {:?}", parts().join("identity/authority.pem"))
    }
}

impl Drop for Knox {
    /// What it has said is kept, for whoever wonders.
    fn drop(&mut self) {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("knox.log");
        std::fs::write(kept, self.said()).ok();
    }
}

/// Its jars, its definitions of services and its keys, as they have been fetched and made for a `pom.xml`.
fn parts() -> PathBuf {
    static FETCHING: Mutex<()> = Mutex::new(());
    let _one = FETCHING.lock().unwrap_or_else(|broken| broken.into_inner());
    let (kept, pom) = (cache().join("knox"), template("knox/pom.xml"));
    let wanted = std::fs::read_to_string(&pom).unwrap() + MADE_SO;
    if std::fs::read_to_string(kept.join("made")).is_ok_and(|fetched| fetched == wanted) {
        return kept;
    }
    let new = cache().join("knox.new");
    std::fs::remove_dir_all(&new).ok();
    std::fs::create_dir_all(new.join("identity")).unwrap();
    // By its settings, from wherever they say.
    let mut maven = Command::new(find("mvn"));
    maven
        .args(["-q", "-B", "-f"])
        .arg(&pom)
        .arg(MAVEN)
        .arg("-DincludeScope=runtime");
    maven.arg(format!("-DoutputDirectory={}", new.join("lib").display()));
    done(maven);
    let jars = std::fs::read_dir(new.join("lib")).unwrap().flatten();
    let is_definitions = |name: &str| name.starts_with("gateway-service-definitions-");
    let mut jars = jars.map(|entry| entry.path());
    let definitions = jars.find(|path| is_definitions(path.file_name().unwrap().to_str().unwrap()));
    let mut unpack = Command::new(find("python3"));
    unpack
        .args(["-m", "zipfile", "-e"])
        .arg(definitions.unwrap())
        .arg(new.join("definitions"));
    done(unpack);
    identity(&new);
    std::fs::write(new.join("made"), wanted).unwrap();
    std::fs::remove_dir_all(&kept).ok();
    std::fs::rename(new, &kept).unwrap();
    kept
}

/// Its own maker of keys does not run on a Java of today; the one here is of RSA, for it signs tokens, too.
fn identity(parts: &Path) {
    let folder = parts.join("identity");
    let keys = folder.join("gateway.jks");
    let keytool = |arguments: &[&str]| {
        let mut command = Command::new(find("keytool"));
        command.args(arguments).arg("-keystore").arg(&keys);
        command.args(["-storepass", MASTER, "-alias", "gateway-identity"]);
        command
    };
    let mut made = keytool(&[
        "-genkeypair",
        "-keyalg",
        "RSA",
        "-keysize",
        "2048",
        "-validity",
        "3650",
    ]);
    made.args([
        "-dname",
        "CN=localhost",
        "-ext",
        "san=dns:localhost,ip:127.0.0.1",
        "-storetype",
        "PKCS12",
    ]);
    done(made);
    let mut told = keytool(&["-exportcert", "-rfc"]);
    told.arg("-file").arg(folder.join("authority.pem"));
    done(told);
    let home = parts.join("identity/home");
    for name in ["conf", "data/security/keystores"] {
        std::fs::create_dir_all(home.join(name)).unwrap();
    }
    let mut master = java(parts, &home, TOOL);
    master.args(["create-master", "--master", MASTER]);
    done(master);
    let mut hash = java(parts, &home, TOOL);
    hash.args(["create-alias", "knox.token.hash.key", "--value", HASH_KEY]);
    done(hash);
    let credentials = home.join("data/security/keystores").join(CREDENTIALS);
    std::fs::rename(credentials, folder.join(CREDENTIALS)).unwrap();
    std::fs::rename(home.join("data/security/master"), folder.join("master")).unwrap();
    std::fs::set_permissions(folder.join("master"), Permissions::from_mode(0o600)).unwrap();
    std::fs::remove_dir_all(home).unwrap();
}

/// A program of Knox's, which lives in this folder.
fn java(parts: &Path, home: &Path, class: &str) -> Command {
    let mut command = Command::new(find("java"));
    command
        .args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m"])
        // What it does with Java's own classes, a Java of today does not let it do.
        .args(["--add-opens", "java.base/java.lang=ALL-UNNAMED"])
        .arg("-Dcom.sun.xml.bind.v2.bytecode.ClassTailor.noOptimize=true")
        .arg(format!("-DGATEWAY_HOME={}", home.display()))
        .arg(format!(
            "-Dlog4j.configurationFile={}",
            home.join("conf/gateway-log4j2.xml").display()
        ))
        .arg("-cp")
        .arg(format!(
            "{}:{}/*",
            home.join("conf").display(),
            parts.join("lib").display()
        ))
        .arg(class)
        .current_dir(home)
        .stdin(Stdio::null());
    command
}

#[track_caller]
fn done(mut command: Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
}
