//! A `livysh serve` of its own process, as another machine's server is.

use super::program::Home;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};
use std::thread::JoinHandle;

pub struct Serving {
    pub child: Child,
    pub url: String,
    home: Option<Home>,
    said: Option<JoinHandle<String>>,
}

impl Serving {
    /// On a free port.
    pub fn start() -> Serving {
        let home = Home::new();
        let mut serving = Serving::run(home.command(&["serve", "--port", "0"]));
        serving.home = Some(home);
        serving
    }

    /// Waits until it serves.
    pub fn run(mut command: Command) -> Serving {
        let mut child = command.spawn().unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("Serving the Livy API over Spark") {
            assert!(errors.read_line(&mut said).unwrap() > 0, "{said}");
        }
        let url = said.trim().rsplit(' ').next().unwrap().to_owned();
        // Read on, so that it never waits for its reader.
        let reader = std::thread::spawn(move || {
            errors.read_to_string(&mut said).unwrap();
            said
        });
        Serving {
            child,
            url,
            home: None,
            said: Some(reader),
        }
    }

    /// All that it said; waits for its end.
    pub fn said(&mut self) -> String {
        self.child.wait().unwrap();
        self.said.take().unwrap().join().unwrap()
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
