//! Proxies that requests are sent through. They alone know the name `livy.test`.

use super::filled;
use super::running::{Running, find};
use crate::support::preload;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

pub struct Forward {
    /// With its scheme, without a user.
    pub url: String,
    folder: TempDir,
    _running: Running,
}

impl Forward {
    /// For plain HTTP and tunnels.
    pub fn tinyproxy(user: &str, password: &str) -> Forward {
        let program = find("tinyproxy");
        Forward::start("http", |folder, port| {
            let configured = folder.join("tinyproxy.conf");
            let values = [
                ("PORT", port.to_string()),
                ("FOLDER", folder.to_str().unwrap().to_owned()),
                ("USER", user.to_owned()),
                ("PASSWORD", password.to_owned()),
            ];
            std::fs::write(&configured, filled("tinyproxy.conf", &values)).unwrap();
            let mut command = Command::new(&program);
            command.arg("-d").arg("-c").arg(configured);
            command
        })
    }

    /// For SOCKS5, with names that it looks up itself.
    pub fn microsocks(user: &str, password: &str) -> Forward {
        let program = find("microsocks");
        Forward::start("socks5h", |_, port| {
            let mut command = Command::new(&program);
            command
                .args(["-i", "127.0.0.1", "-p", &port.to_string()])
                .args(["-u", user, "-P", password]);
            command
        })
    }

    /// What tinyproxy was asked for.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("tinyproxy.log")).unwrap_or_default()
    }

    fn start(scheme: &str, command: impl Fn(&Path, u16) -> Command) -> Forward {
        let folder = tempfile::tempdir().unwrap();
        let names = preload::library("faults/names.rs", folder.path());
        let (running, [port]) = Running::start(|[port]| {
            let mut command = command(folder.path(), *port);
            command
                .env("LD_PRELOAD", &names)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command
        });
        Forward {
            url: format!("{scheme}://127.0.0.1:{port}"),
            folder,
            _running: running,
        }
    }
}
