//! A realm of MIT's Kerberos on loopback, and tickets of it in a cache of the test's own.

use super::filled;
use super::running::{Running, fetched_libraries, find};
use crate::support::eventually;
use std::fs::Permissions;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// Where a machine that has the GSS-API has it.
const LIBRARIES: [&str; 5] = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/lib",
];
const GSS_API: &str = "libgssapi_krb5.so.2";

/// People, and what the server is called.
const PRINCIPALS: [&str; 3] = ["alice", "bob", "HTTP/localhost"];

pub struct Realm {
    folder: TempDir,
    _kdc: Running,
    /// Takes connections and never answers.
    _silent: TcpListener,
}

impl Realm {
    pub fn new() -> Realm {
        let folder = tempfile::tempdir().unwrap();
        // The server reads its keytab as nobody.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        configure(folder.path(), 0);
        let created = tool(folder.path(), "kdb5_util")
            .args(["create", "-s", "-P", "master", "-r", "LIVY.TEST"])
            .output()
            .unwrap();
        assert!(created.status.success(), "{created:?}");
        let kept = PRINCIPALS.map(|name| {
            let keytab = keytab(folder.path(), name);
            let keytab = keytab.display();
            format!("addprinc -randkey {name}\nktadd -norandkey -k {keytab} {name}\n")
        });
        administer(folder.path(), &kept.concat());
        for name in PRINCIPALS {
            let readable = Permissions::from_mode(0o644);
            std::fs::set_permissions(keytab(folder.path(), name), readable).unwrap();
        }
        let (kdc, _) = Running::start(|[port]| {
            configure(folder.path(), *port);
            let mut command = tool(folder.path(), "krb5kdc");
            command
                .arg("-n")
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command
        });
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        std::fs::write(folder.path().join("silent.conf"), krb5_conf(port)).unwrap();
        // Nobody but root can listen there, and nobody does.
        std::fs::write(folder.path().join("away.conf"), krb5_conf(1)).unwrap();
        Realm {
            folder,
            _kdc: kdc,
            _silent: silent,
        }
    }

    /// By which a server or a person is known.
    pub fn keytab(&self, principal: &str) -> PathBuf {
        keytab(self.folder.path(), principal)
    }

    /// Gets a ticket, which is the only one then.
    pub fn ticket(&self, principal: &str, life: &str) {
        let got = tool(self.folder.path(), "kinit")
            .args(["-l", life, "-k", "-t"])
            .arg(self.keytab(principal))
            .arg(principal)
            .output()
            .unwrap();
        assert!(got.status.success(), "{got:?}");
    }

    /// Waits until the ticket has ended.
    pub fn wait_for_its_end(&self) {
        eventually("the ticket ends", || {
            let mut listed = tool(self.folder.path(), "klist");
            let holds = listed.arg("-s").status().unwrap().success();
            (!holds).then_some(())
        });
        // The library takes it for good in the second of its end.
        let (now, second) = (SystemTime::now, Duration::from_secs(1));
        let over = now() + second;
        eventually("that second ends", || (now() > over).then_some(()));
    }

    /// The server's key becomes another, which its keytab does not hold.
    pub fn change_key(&self, principal: &str) {
        let told = format!("change_password -randkey {principal}\n");
        administer(self.folder.path(), &told);
    }

    /// What the programs of this realm are told, for a person whose tickets lie here.
    pub fn environment(&self) -> Vec<(String, String)> {
        let mut all = environment(self.folder.path());
        let mut folders = LIBRARIES.iter();
        let is_here = folders.any(|folder| Path::new(folder).join(GSS_API).exists());
        if let (false, Some(fetched)) = (is_here, fetched_libraries()) {
            all.push(("LD_LIBRARY_PATH".to_owned(), fetched));
        }
        all
    }

    /// The same, with the KDC that never answers.
    pub fn silent(&self) -> Vec<(String, String)> {
        self.with_configuration("silent.conf")
    }

    /// The same, with a KDC that is not there.
    pub fn away(&self) -> Vec<(String, String)> {
        self.with_configuration("away.conf")
    }

    fn with_configuration(&self, name: &str) -> Vec<(String, String)> {
        let mut all = self.environment();
        let path = self.folder.path().join(name).display().to_string();
        all.push(("KRB5_CONFIG".to_owned(), path));
        all
    }
}

fn keytab(folder: &Path, principal: &str) -> PathBuf {
    folder.join(format!("{}.keytab", principal.replace('/', "-")))
}

fn krb5_conf(port: u16) -> String {
    filled("krb5.conf", &[("PORT", port.to_string())])
}

fn configure(folder: &Path, port: u16) {
    let modules = fetched_libraries().unwrap_or_default();
    let modules = modules.split(':').next().unwrap_or_default();
    let modules = match modules {
        "" => String::new(),
        folder => format!("[dbmodules]\n  db_module_dir = {folder}/krb5/plugins/kdb"),
    };
    let values = [
        ("PORT", port.to_string()),
        ("FOLDER", folder.to_str().unwrap().to_owned()),
        ("MODULES", modules),
    ];
    std::fs::write(folder.join("kdc.conf"), filled("kdc.conf", &values)).unwrap();
    std::fs::write(folder.join("krb5.conf"), krb5_conf(port)).unwrap();
}

fn environment(folder: &Path) -> Vec<(String, String)> {
    let path = |name: &str| folder.join(name).display().to_string();
    [
        ("KRB5_CONFIG", path("krb5.conf")),
        ("KRB5CCNAME", format!("FILE:{}", path("tickets"))),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// A program of Kerberos's, in this realm.
fn tool(folder: &Path, name: &str) -> Command {
    let mut command = Command::new(find(name));
    command
        .envs(environment(folder))
        .env("KRB5_KDC_PROFILE", folder.join("kdc.conf"))
        .stdin(Stdio::null());
    if let Some(libraries) = fetched_libraries() {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    command
}

fn administer(folder: &Path, commands: &str) {
    let mut child = tool(folder, "kadmin.local")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(commands.as_bytes()).unwrap();
    drop(pipe);
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{done:?}");
}
