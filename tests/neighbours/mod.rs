//! Real programs between livysh and a server: behind each of them a session, statements, one that is
//! cancelled, and the end, all of it once; and clear words where one of them is in the way.

mod certificates;
mod kerberos;
mod knox;
mod pages;
mod proxies;
mod reverse;

use crate::secrets::files_below;
use crate::support::eventually;
use crate::support::http::get;
use crate::support::neighbours::nginx::Nginx;
use crate::support::processes::send;
use crate::support::program::{Home, Ran};
use crate::support::stub;
use livysh::local::Server;
use nix::sys::signal::Signal;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

/// The passwords that nginx and the proxies know, as they are and as they are sent.
const PASSWORD: &str = "s3cr3t-4f9a1c77";
const ODD_PASSWORD: &str = "pä:ss wörd";
const PROXY_PASSWORD: &str = "pr0xy-8d1b02ee";
const WRONG: &str = "wr0ng-77ac19d0";
const SECRETS: [&str; 8] = [
    PASSWORD,
    ODD_PASSWORD,
    PROXY_PASSWORD,
    WRONG,
    // alice, zoë, corp and corp once more
    "YWxpY2U6czNjcjN0LTRmOWExYzc3",
    "em/Dqzpww6Q6c3Mgd8O2cmQ=",
    "Y29ycDpwcjB4eS04ZDFiMDJlZQ==",
    "Y29ycDp3cjBuZy03N2FjMTlkMA==",
];

/// Who alice is, in a profile.
const ALICE: &str = "auth = { type = 'basic', user = 'alice', password_file = 'password' }";

/// Shorter than users have them.
const TIMES: [&str; 2] = ["settle = '200ms'", "gateway_patience = '3s'"];

/// A server without Spark, nginx before it, and a home with a profile `p`.
struct Place {
    home: Home,
    server: Server,
    nginx: Nginx,
}

impl Place {
    fn new() -> Place {
        let home = Home::new();
        let server = stub::serve(&home);
        let nginx = Nginx::before(&server.url());
        let place = Place {
            home,
            server,
            nginx,
        };
        place.secret("password", PASSWORD);
        place
    }

    /// A file with a secret.
    fn secret(&self, name: &str, text: &str) {
        let path = self.home.write(name, &format!("{text}\n"));
        std::fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    }

    fn profile(&self, url: &str, settings: &[&str]) {
        self.home.profile("p", url, &[&TIMES, settings].concat());
    }

    /// What trusts the authority of the tests.
    fn trust(&self) -> String {
        format!("tls.ca_file = {:?}", self.nginx.file("authority.pem"))
    }

    /// Runs a script in a session of its own, with every request told.
    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = self.home.command(&self.line(arguments));
        command.envs(variables.iter().copied());
        let ran = Ran::of(command.output().unwrap());
        self.tells_no_secret(&ran);
        ran
    }

    fn line<'a>(&self, arguments: &[&'a str]) -> Vec<&'a str> {
        let own = ["-p", "p", "-v"];
        let usual = [["-l", "python"], ["--retry-for", "20s"]];
        let usual = usual.iter().filter(|one| !arguments.contains(&one[0]));
        let usual = usual.flatten().copied();
        own.into_iter()
            .chain(usual)
            .chain(arguments.iter().copied())
            .collect()
    }

    /// A session, two statements, a third that is cancelled, the end of the session: each of it arrives
    /// once, and no secret is told.
    #[track_caller]
    fn works(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let runs = self.home.path().join("runs");
        let code =
            format!("import time; 2 + 3\n6 * 7\n(open({runs:?}, 'w').close(), time.sleep(600))\n");
        let file = self.home.write("work.py", &code);
        let line = [arguments, &[file.to_str().unwrap()]].concat();
        let mut command = self.home.command(&self.line(&line));
        command.envs(variables.iter().copied());
        let mut child = command.spawn().unwrap();
        let (id, mut has_ended) = (child.id(), false);
        eventually("the last statement runs", || {
            has_ended = child.try_wait().unwrap().is_some();
            (runs.exists() || has_ended).then_some(())
        });
        if !has_ended {
            send(id, Signal::SIGINT);
        }
        let ran = Ran::of(child.wait_with_output().unwrap());
        ran.gave("5\n42\n", 130);
        self.tells_no_secret(&ran);
        let statement = "POST /livy/sessions/0/statements 201";
        // The first two give the script its arguments and a module.
        let expected = [
            "POST /livy/sessions 201",
            statement,
            statement,
            statement,
            statement,
            statement,
            "POST /livy/sessions/0/statements/4/cancel 200",
            "DELETE /livy/sessions/0 200",
        ];
        assert_eq!(self.changes(), expected, "{}", ran.err);
        let left = get(&format!("{}/sessions", self.server.url())).json();
        assert_eq!(left["total"], 0);
        ran
    }

    /// What was to be changed, as nginx has answered it.
    fn changes(&self) -> Vec<String> {
        let log = self.nginx.log();
        let changes = log.iter().filter(|line| !line.starts_with("GET "));
        changes
            .map(|line| line.split(" user=").next().unwrap().to_owned())
            .collect()
    }

    /// How often a script's statements have run: each writes its name.
    fn ran_once(&self, names: &[&str]) {
        let path = self.home.path().join("ran");
        let ran = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(ran.split_whitespace().collect::<Vec<_>>(), names);
    }

    #[track_caller]
    fn tells_no_secret(&self, ran: &Ran) {
        let mut left = String::new();
        files_below(&self.home.path().join("state"), &mut left);
        for text in [&ran.out, &ran.err, &left] {
            holds_no_secret(text);
        }
    }
}

#[track_caller]
fn holds_no_secret(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} stands in: {text}");
    }
}
