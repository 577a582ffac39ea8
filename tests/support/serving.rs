//! A `livysh serve` of its own process, as another machine's server is.

use super::program::Home;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command};

pub struct Serving {
    pub child: Child,
    pub url: String,
    home: Option<Home>,
}

impl Serving {
    /// On a free port.
    pub fn start() -> Serving {
        Serving::on("0")
    }

    /// Once more where one was.
    pub fn again(url: &str) -> Serving {
        Serving::on(url.rsplit(':').next().unwrap())
    }

    fn on(port: &str) -> Serving {
        let home = Home::new();
        let mut serving = Serving::run(home.command(&["serve", "--port", port]));
        serving.home = Some(home);
        serving
    }

    /// Waits until it serves.
    pub fn run(mut command: Command) -> Serving {
        let mut child = command.spawn().unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("Serving the Livy API over Spark") {
            line.clear();
            assert!(errors.read_line(&mut line).unwrap() > 0);
        }
        // Read on, so that it never waits for its reader.
        std::thread::spawn(move || std::io::copy(&mut errors, &mut std::io::sink()));
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        Serving {
            child,
            url,
            home: None,
        }
    }

    /// As a machine that loses its power.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
