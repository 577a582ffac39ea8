//! nginx before a server: a path before Livy's own, passwords, certificates, and pages of its own.

use super::authority::{Authority, Signed};
use super::running::{Running, find};
use super::{filled, template};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

pub struct Nginx {
    folder: TempDir,
    /// Asks for a password.
    pub plain: u16,
    /// The same, with a certificate for `localhost` and `livy.test`.
    pub tls: u16,
    /// Asks for the client's certificate.
    pub client: u16,
    /// Has a certificate whose time is over.
    pub expired: u16,
    /// Has one of another host.
    pub other: u16,
    /// Where nobody answers.
    _silent: TcpListener,
    _running: Running,
}

impl Nginx {
    /// Before the server at this URL.
    pub fn before(server: &str) -> Nginx {
        let folder = tempfile::tempdir().unwrap();
        certificates(folder.path());
        std::fs::copy(template("users"), folder.path().join("users")).unwrap();
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.strip_prefix("http://").unwrap();
        let values = [
            ("FOLDER", folder.path().to_str().unwrap().to_owned()),
            ("SERVER", address.to_owned()),
            ("SILENT", silent.local_addr().unwrap().port().to_string()),
        ];
        for name in ["livy.conf", "pass.conf"] {
            std::fs::write(folder.path().join(name), filled(name, &values)).unwrap();
        }
        let program = find("nginx");
        let (running, [plain, tls, client, expired, other]) = Running::start(|ports| {
            let names = ["PLAIN", "TLS", "CLIENT", "EXPIRED", "OTHER"];
            let ports = names.into_iter().zip(ports.map(|port| port.to_string()));
            let all: Vec<_> = values.iter().cloned().chain(ports).collect();
            let configured = folder.path().join("nginx.conf");
            std::fs::write(&configured, filled("nginx.conf", &all)).unwrap();
            let mut command = Command::new(&program);
            command
                .arg("-p")
                .arg(folder.path())
                .arg("-c")
                .arg(configured)
                .arg("-e")
                .arg(folder.path().join("error.log"))
                .stdin(Stdio::null());
            command
        });
        Nginx {
            folder,
            plain,
            tls,
            client,
            expired,
            other,
            _silent: silent,
            _running: running,
        }
    }

    /// A file of its folder, such as `authority.pem`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The requests that it has answered: method, path, status, and who asked.
    pub fn log(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.file("access.log")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// How many requests began and ended so.
    pub fn count(&self, method: &str, ends: &str, status: u16) -> usize {
        let of_it = |line: &&String| {
            let mut words = line.split(' ');
            words.next() == Some(method)
                && words.next().is_some_and(|path| path.ends_with(ends))
                && words.next() == Some(&status.to_string())
        };
        self.log().iter().filter(of_it).count()
    }
}

/// All that are needed, good and bad ones.
fn certificates(folder: &Path) {
    let authority = Authority::new("an authority of the tests");
    std::fs::write(folder.join("authority.pem"), &authority.pem).unwrap();
    let write = |name: &str, signed: Signed| signed.write(folder, name);
    write(
        "server",
        authority.server(&["localhost", "livy.test", "127.0.0.1"]),
    );
    write("expired", authority.expired(&["localhost"]));
    write("other", authority.server(&["elsewhere.example"]));
    write("client", authority.client("alice"));
    write("stranger", Authority::new("another").client("mallory"));
}
