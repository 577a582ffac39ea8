//! Apache before a server, which wants a Kerberos ticket: of each request, or once for a cookie.

use super::authority::Authority;
use super::filled;
use super::kerberos::Realm;
use super::running::{Running, fetched_libraries, find};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

pub struct Apache {
    folder: TempDir,
    /// Wants a token with each request.
    pub each: u16,
    /// Wants one, and gives a cookie.
    pub cookie: u16,
    /// As the first, with a certificate for `localhost`.
    pub tls: u16,
    _running: Running,
}

/// A request, as it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Method, path and status.
    pub what: String,
    pub user: String,
    /// What came with it, empty where nothing did.
    pub token: String,
    pub cookie: String,
    /// The cookie that the answer gives.
    pub given: String,
    pub via: String,
}

impl Apache {
    /// Before the server at this URL, as `HTTP/localhost` of the realm.
    pub fn before(server: &str, realm: &Realm) -> Apache {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let authority = Authority::new("an authority of the tests");
        std::fs::write(folder.path().join("authority.pem"), &authority.pem).unwrap();
        authority
            .server(&["localhost"])
            .write(folder.path(), "server");
        // What it has seen of tokens, so that none is good for two requests.
        let replays = folder.path().join("replays");
        std::fs::create_dir(&replays).unwrap();
        std::fs::set_permissions(&replays, Permissions::from_mode(0o777)).unwrap();
        let program = find("apache2");
        let values = [
            ("FOLDER", folder.path().to_str().unwrap().to_owned()),
            ("SERVER", server.to_owned()),
            (
                "KEYTAB",
                realm.keytab("HTTP/localhost").display().to_string(),
            ),
            ("MODULES", modules(&program).display().to_string()),
        ];
        let (running, [each, cookie, tls]) = Running::start(|ports| {
            let names = ["EACH", "COOKIE", "TLS"];
            let ports = names.into_iter().zip(ports.map(|port| port.to_string()));
            let all: Vec<_> = values.iter().cloned().chain(ports).collect();
            let configured = folder.path().join("apache.conf");
            std::fs::write(&configured, filled("apache.conf", &all)).unwrap();
            let mut command = Command::new(&program);
            // As one process, which is ended with the test.
            command
                .arg("-X")
                .arg("-f")
                .arg(configured)
                .envs(realm.environment())
                .env(
                    "KRB5RCACHENAME",
                    format!("file2:{}/seen", replays.display()),
                )
                .stdin(Stdio::null())
                .stderr(Stdio::null());
            if let Some(libraries) = fetched_libraries() {
                command.env("LD_LIBRARY_PATH", libraries);
            }
            command
        });
        Apache {
            folder,
            each,
            cookie,
            tls,
            _running: running,
        }
    }

    /// Who has signed its certificate.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    pub fn log(&self) -> Vec<Answered> {
        let path = self.folder.path().join("access.log");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines().map(answered).collect()
    }

    /// All that proved who asks, as it went over the wire.
    pub fn secrets(&self) -> Vec<String> {
        let log = self.log();
        let tokens = log.iter().filter_map(|one| one.token.split(' ').nth(1));
        let cookies = log.iter().flat_map(|one| [&one.cookie, &one.given]);
        let values = cookies.filter_map(|cookie| {
            let value = cookie.split_once('=')?.1;
            Some(value.split(';').next()?.trim())
        });
        tokens.chain(values).map(str::to_owned).collect()
    }
}

fn answered(line: &str) -> Answered {
    let names = [" user=", " token=", " cookie=", " given=", " via="];
    let mut rest = line;
    let parts = names.map(|name| {
        let (before, after) = rest.split_once(name).unwrap();
        rest = after;
        match before {
            "-" => String::new(),
            before => before.to_owned(),
        }
    });
    let [what, user, token, cookie, given] = parts;
    Answered {
        what,
        user,
        token,
        cookie,
        given,
        via: rest.trim_start_matches('-').to_owned(),
    }
}

/// Where the modules lie that belong to this program.
fn modules(program: &Path) -> PathBuf {
    let root = program.ancestors().nth(2).unwrap();
    let places = ["lib/apache2/modules", "lib64/httpd/modules"];
    let found = places.map(|place| root.join(place));
    found.into_iter().find(|path| path.is_dir()).unwrap()
}
