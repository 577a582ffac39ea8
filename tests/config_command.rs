//! `livysh config`: what is set and by whom, and how it is set.

use crate::support::eventually;
use crate::support::program::{Home, Ran};
use crate::support::pty::Screen;
use crate::support::stub;
use std::os::unix::fs::PermissionsExt;

fn config(home: &Home, line: &str) -> Ran {
    let words: Vec<&str> = line.split_whitespace().collect();
    home.run(&words)
}

fn file(home: &Home) -> String {
    std::fs::read_to_string(home.path().join("config/livysh/config.toml")).unwrap()
}

#[test]
fn a_server_is_added_shown_and_used() {
    let home = Home::new();
    let path = config(&home, "config path");
    let expected = home.path().join("config/livysh/config.toml");
    path.gave(&format!("{}\n", expected.display()), 0);
    let nothing = config(&home, "config");
    assert_eq!(nothing.code, 2);
    nothing.said(&[
        "is not there yet; livysh config init writes it",
        "no Livy server",
    ]);

    config(&home, "config add lab http://localhost:8998/").gave("", 0);
    let cloud = "config add cloud https://me.azurehdinsight.net --user admin --ca-file ca.pem";
    let added = config(&home, cloud);
    added.gave("", 0);
    added.said(&["livysh -p cloud"]);
    let expected = "default_profile = \"lab\"\n\n[profiles.lab]\nurl = \"http://localhost:8998/\"\n\n\
                    [profiles.cloud]\nurl = \"https://me.azurehdinsight.net\"\n\
                    tls = { ca_file = \"ca.pem\" }\nauth = { user = \"admin\" }\n";
    assert_eq!(file(&home), expected);
    let mode = std::fs::metadata(home.path().join("config/livysh/config.toml"));
    assert_eq!(mode.unwrap().permissions().mode() & 0o777, 0o600);

    let shown = config(&home, "config show --insecure");
    shown.said(&["lab (default)  http://localhost:8998", "cloud  https://me"]);
    let lines: Vec<&str> = shown.out.lines().collect();
    let line = |key: &str| {
        lines
            .iter()
            .find(|line| line.starts_with(key))
            .unwrap()
            .to_owned()
    };
    assert!(line("url = \"http://localhost:8998\"").contains("# [profiles.lab] of "));
    assert!(line("settle = \"3s\"").ends_with("# default"));
    assert!(line("tls.insecure = true").ends_with("# --insecure"));

    config(&home, "config use cloud").gave("", 0);
    let shown = config(&home, "config");
    for (key, origin) in [
        (
            "url = \"https://me.azurehdinsight.net/livy\"",
            "# preset hdinsight, known by the URL",
        ),
        ("auth.user = \"admin\"", "# [profiles.cloud] of "),
        ("preset = \"hdinsight\"", "known by the URL"),
    ] {
        let line = shown
            .out
            .lines()
            .find(|line| line.starts_with(key))
            .unwrap();
        assert!(line.contains(origin), "{line}");
    }
}

#[test]
fn what_cannot_be_is_told_and_nothing_is_written() {
    let home = Home::new();
    for (line, told) in [
        ("config use x", "there is no profile “x”"),
        ("config add x ftp://h", "is no http or https URL"),
        (
            "config add x http://u:hunter2@h",
            "holds a user or password",
        ),
        ("config show -p x", "there is no profile “x”"),
        (
            "config show --url http://h --preset y",
            "there is no preset “y”",
        ),
    ] {
        let ran = config(&home, line);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{line}: {}", ran.err);
        ran.said(&[told]);
        assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    }
    assert!(!home.path().join("config/livysh/config.toml").exists());
    config(&home, "config init").gave("", 0);
    let again = config(&home, "config init");
    assert_eq!(again.code, 2);
    again.said(&["is there already"]);
    config(&home, "config add a http://h").gave("", 0);
    assert_eq!(config(&home, "config add a http://h").code, 2);
    assert!(file(&home).ends_with("\n\n[profiles.a]\nurl = \"http://h\"\n"));
}

#[test]
fn what_may_be_a_secret_is_not_shown() {
    let home = Home::new();
    let settings = [
        "headers = { X-Key = \"hunter2\" }",
        "query = { key = \"hunter3\", \"a.b\" = \"hunter4\" }",
        "proxy = \"http://me:hunter5@proxy:3128\"",
    ];
    home.profile("p", "http://h/?key=hunter6", &settings);
    let shown = config(&home, "config show -p p");
    assert_eq!(shown.code, 0, "{}", shown.err);
    for text in [&shown.out, &shown.err] {
        assert!(!text.contains("hunter"), "{text}");
    }
    assert!(
        shown.out.contains("query.\"a.b\" = \"***\""),
        "{}",
        shown.out
    );
    // What a preset says is no secret.
    let preset = config(&home, "config show --url https://gw/gateway/t/livy");
    assert!(
        preset.out.contains("headers.X-XSRF-Header = \"true\""),
        "{}",
        preset.out
    );
}

/// Who was let in without a profile is told how to keep the server; what is told makes a profile.
#[test]
fn a_first_connection_offers_to_keep_the_server() {
    let home = Home::new();
    let server = stub::serve(&home);
    let url = server.url();
    let mut screen = Screen::sized(&home, &["--url", &url, "-l", "python"], 30, 120);
    screen.wait_for("Spark session available as 'spark'.");
    assert!(!screen.text().contains("config add"), "{}", screen.text());
    screen.line(":quit");
    screen.wait_for_exit();

    let mut screen = Screen::sized(&home, &[&url, "-l", "python", "--auth", "basic"], 30, 120);
    screen.wait_for("User for ");
    screen.line("alice");
    screen.wait_for("Password for alice");
    eventually("keys are not shown", || (!screen.echoes()).then_some(()));
    screen.line("hunter2");
    let offered = format!("livysh config add livy {url} --auth basic --user alice");
    screen.wait_for(&format!("hint: {offered}  keeps this server"));
    screen.wait_for("Spark session available as 'spark'.");
    screen.line(":quit");
    screen.wait_for_exit();
    assert!(!screen.text().contains("hunter2"), "{}", screen.text());

    let words: Vec<&str> = offered.split(' ').skip(1).collect();
    home.run(&words).gave("", 0);
    let mut screen = Screen::sized(&home, &["-l", "python"], 30, 120);
    screen.wait_for("Password for alice");
    screen.line("hunter2");
    screen.wait_for("Spark session available as 'spark'.");
    screen.line(":quit");
    screen.wait_for_exit();
    assert!(
        !screen.text().contains("keeps this server"),
        "{}",
        screen.text()
    );
    assert!(!file(&home).contains("hunter2"));
}

/// What a profile says of its tunnel is told where nobody answers.
#[test]
fn a_tunnel_that_is_down_is_named() {
    let home = Home::new();
    let tunnel = "tunnel_hint = \"ssh -L 8998:localhost:8998 master\"";
    home.profile("p", "http://127.0.0.1:1", &[tunnel]);
    let ran = home.run(&["-p", "p", "-e", "1"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    ran.said(&["hint: ssh -L 8998:localhost:8998 master\n"]);
    assert_eq!(ran.err.matches("ssh -L").count(), 1, "{}", ran.err);
}
