//! Colon commands in piped scripts, against the words of the Scala 2.12 shell of Spark 3.5, with a
//! real Spark behind them; on a server that compiles blocks and on one that feeds lines.

mod rows;

use crate::support::http::{get, post, request};
use crate::support::program::{Home, Ran};
use crate::support::scripted::{Answer, Scripted};
use crate::support::session::Session;
use crate::support::spark::{is_ours, shared, strict};
use base64::Engine;
use rows::ROWS;

/// A jar with `livyshtest.Greeter`, whose `greet()` gives `hello from a jar`.
const JAR: &str = "UEsDBBQAAAAIABENeV0JyX6m4gAAACUBAAAYAAAAbGl2eXNodGVzdC9HcmVldGVyLmNsYXNzZY6xTsNAEERn7\
dgOJoQkokNIpksocEMXRIMETQRFEP05LM5ZF1u6XCLxV1AhUfABfBRiz4pEkS12bkdv9+bn9+sbwBWGKQKECTo9RIgJg0ptVW5UXeaPRcULR4iv\
da3dDSEcT5676Aq0ZGOa7NU2q0xllbIJUsLI6O3beul47fJ7y+zYEjq3zQsTjme65ofNqmD7pAojTlR6hHAynsz+/5w7q+tySkjnzcYu+E57trc7\
d+lBnONAMvsKQD619EOZzkRJNLr4BH3IQxalx60ZyNIR+jv0tPWAcJS874GSttXBH1BLAQIUAxQAAAAIABENeV0JyX6m4gAAACUBAAAYAAAAAAAA\
AAAAAACkgQAAAABsaXZ5c2h0ZXN0L0dyZWV0ZXIuY2xhc3NQSwUGAAAAAAEAAQBGAAAAGAEAAAAA";

fn home() -> Home {
    let home = Home::new();
    home.write(
        "ok.scala",
        "val fromFile = 7\nval afterFile = fromFile + 1\n",
    );
    home.write("bad.scala", "val g1 = 1\nnope1 + 1\nval g2 = 2\n");
    home.write("step.py", "step = 3\nstep * 2\n");
    home.write("zero.scala", "\n");
    home.write("self.scala", ":load self.scala\n");
    home
}

fn words_hold(url: &str, session: &str) {
    let home = home();
    let arguments = ["--url", url, "-s", session, "-l", "scala"];
    let mut wrong = Vec::new();
    for (script, out, words, code) in ROWS {
        let ran = home.run_with_stdin(&arguments, script);
        let said = words.iter().all(|word| ran.err.contains(word));
        if (ran.out.as_str(), ran.code) != (out, code) || !said {
            wrong.push(format!("{script}\n-> {ran:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn each_command_has_the_shells_words() {
    let (url, session) = shared();
    words_hold(url, session);
}

#[test]
fn each_command_has_the_shells_words_where_lines_are_fed() {
    let session = Session::start(&strict(), "spark");
    session.wait_until_up();
    let (url, id) = session.url.rsplit_once("/sessions/").unwrap();
    words_hold(url, id);
    session.delete();
}

#[test]
fn help_tells_of_all_commands_or_of_one() {
    let (url, session) = shared();
    let home = Home::new();
    let arguments = ["--url", url, "-s", session, "-l", "scala"];
    let ran = home.run_with_stdin(
        &arguments,
        ":help\n:help all\n:help paste\n:help power\n:help nope\n",
    );
    assert_eq!(ran.code, 1);
    ran.said(&["<stdin>:5: No such command 'nope'.  Type :help for help."]);
    for line in [
        "All commands can be abbreviated, e.g., :he instead of :help.\n",
        ":history [num] [WORD...]",
        ":load [-v] <path>        interpret lines in a file\n",
        "\n:paste [path] | < EOF\nenter paste mode or paste a file\n",
        "\n:power does not work over Livy: ",
    ] {
        assert!(ran.out.contains(line), "{line} not in {}", ran.out);
    }
}

#[test]
fn what_is_saved_runs_again() {
    let (url, session) = shared();
    let home = Home::new();
    let arguments = ["--url", url, "-s", session, "-l", "scala"];
    let script = "val saved1 = 1\nnope3\ndef saved2(x: Int) = {\n  x + saved1\n}\n\n\n{ println(saved1) }\n\
                  :save all.scala";
    let all: Vec<&str> = arguments.iter().copied().chain(["--keep-going"]).collect();
    let ran = home.run_with_stdin(&all, script);
    assert_eq!(ran.code, 1, "{ran:?}");
    let saved = std::fs::read_to_string(home.path().join("all.scala")).unwrap();
    let expected =
        "val saved1 = 1\ndef saved2(x: Int) = {\n  x + saved1\n}\n\n{ println(saved1) }\n";
    assert_eq!(saved, expected);
    home.run_with_stdin(&arguments, ":load all.scala\nprintln(saved2(4))")
        .gave("saved1: Int = 1\nsaved2: (x: Int)Int\n1\n5\n", 0);
}

#[test]
fn ctrl_c_while_a_command_of_the_shell_runs_ends_a_script() {
    let (url, session) = shared();
    let home = Home::new();
    let arguments = ["--url", url, "-s", session, "-l", "scala", "--keep-going"];
    let script = "println(\"before\")\n:sh kill -INT $PPID $$\nprintln(\"after\")";
    home.run_with_stdin(&arguments, script)
        .gave("before\n", 130);
}

#[test]
fn a_transcript_is_replayed_without_its_outputs() {
    let (url, session) = shared();
    let home = Home::new();
    let arguments = ["--url", url, "-s", session, "-l", "scala"];
    let scala = "scala> val tr1 = 1\ntr1: Int = 7\n\nscala> tr1 +\n     |  1\nres70001: Int = 2\n\n\
                 scala> println(res70001 * 2)\n9\n\nscala> :quit\n";
    let ran = home.run_with_stdin(&arguments, scala);
    ran.gave("tr1: Int = 1\nres70001: Int = 2\n4\n", 0);
    ran.said(&[
        "// Replaying 4 commands from transcript.",
        "\nscala> val tr1 = 1\n",
        "\nscala> val res70001 = { tr1 +\n     |  1\n     | }\n",
    ]);
    let python = ">>> def tr2():\n...     return 'again'\n... \n>>> tr2()\n'old'\n>>> tr2() + 1\n";
    let ran = home.run_with_stdin(&arguments, python);
    ran.gave("'again'\n", 1);
    ran.said(&["// Replaying 3 commands", "<stdin>:6: TypeError"]);
    let ipython =
        "In [3]: tr3 = [i\n   ...:        for i in range(3)]\n\nIn [4]: tr3\nOut[4]: [7]\n";
    home.run_with_stdin(&arguments, ipython)
        .gave("[0, 1, 2]\n", 0);
}

#[test]
fn a_jar_and_a_python_file_reach_the_session() {
    let home = Home::new();
    let jar = base64::engine::general_purpose::STANDARD
        .decode(JAR)
        .unwrap();
    std::fs::write(home.path().join("greeter.jar"), jar).unwrap();
    home.write(
        "required_module.py",
        "def hi():\n    return 'hello from a module'\n",
    );
    let script = ":require required_module.py\n:load use.py\n:require greeter.jar\n\
                  println(Thread.currentThread.getContextClassLoader.loadClass(\"livyshtest.Greeter\")\
                  .getMethod(\"greet\").invoke(null))\nlivyshtest.Greeter.greet()\n";
    home.write(
        "use.py",
        "import required_module\nprint(required_module.hi())\n\
         sc.parallelize([1]).map(lambda x: required_module.hi()).collect()\n",
    );
    let python = "hello from a module\n['hello from a module']\n";
    for server in [shared().0.to_owned(), strict()] {
        let ran = home.run_with_stdin(&["--url", &server, "-l", "scala", "--keep-going"], script);
        assert!(ran.out.starts_with(python), "{ran:?}");
        ran.said(&["Added 'required_module.py' to classpath."]);
        if is_ours() {
            ran.said(&["Added 'greeter.jar' to classpath."]);
            assert!(ran.out.contains("\nhello from a jar\n"), "{ran:?}");
        }
        match server == shared().0 && is_ours() {
            true => {
                assert!(ran.out.ends_with("String = hello from a jar\n"), "{ran:?}");
                assert_eq!(ran.code, 0);
            }
            // Livy's compiler does not see it, or its server refuses it: either is told.
            false => {
                let told = [
                    "Apache Livy gives it to the running code",
                    "Cannot load 'greeter.jar'",
                ];
                assert!(told.iter().any(|words| ran.err.contains(words)), "{ran:?}");
            }
        }
    }
}

#[test]
fn the_routes_of_files_answer_as_livys_do() {
    let (url, session) = shared();
    let session = format!("{url}/sessions/{session}");
    let form = |part: &str| {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"x.jar\"\r\n\r\nx\r\n--b--\r\n"
        );
        let headers = [
            ("Content-Type", "multipart/form-data; boundary=b"),
            ("X-Requested-By", "test"),
        ];
        request("POST", &format!("{session}/upload-jar"), &headers, &body)
    };
    let missing = form("other");
    assert_eq!(
        (missing.status, missing.body.as_str()),
        (400, "\"No jar sent!\"")
    );
    let nowhere = post(&format!("{session}/add-jar"), r#"{"uri":"/no/x.jar"}"#);
    assert!(nowhere.status >= 400, "{nowhere:?}");
    if is_ours() {
        // With what is no jar on its class path the compiler compiles nothing.
        assert!(
            nowhere.body.contains("/no/x.jar does not exist"),
            "{nowhere:?}"
        );
        let none = form("jar");
        assert!(
            none.status == 500 && none.body.contains("is no jar"),
            "{none:?}"
        );
    }
    assert_eq!(get(&session).status, 200);
}

/// A server whose session is ready, and that answers nothing else.
fn bare(status: &'static str, told: &'static str) -> Scripted {
    Scripted::start(move |request| match request.method.as_str() {
        "GET" => Answer::json("200 OK", r#"{"id": 1, "state": "idle", "kind": "spark"}"#),
        _ => Answer::json(status, told),
    })
}

#[test]
fn a_server_that_takes_no_files_is_told() {
    let server = bare("404 Not Found", "");
    let home = Home::new();
    home.write("a.jar", "x");
    let arguments = ["--url", &server.url, "-s", "1", "-l", "scala"];
    let ran: Ran = home.run_with_stdin(&arguments, ":require a.jar");
    ran.gave("", 1);
    ran.said(&["<stdin>:1: Cannot load 'a.jar': this server takes no files for a session"]);
    assert_eq!(server.count("POST", "/sessions/1/upload-jar"), 1);
    home.run_with_stdin(&arguments, ":require hdfs://h/a.jar");
    assert_eq!(server.count("POST", "/sessions/1/add-jar"), 1);
}

#[test]
fn a_server_that_completes_no_code_is_told() {
    let server = bare("404 Not Found", "");
    let arguments = ["--url", &server.url, "-s", "1", "-l", "scala"];
    let ran = Home::new().run_with_stdin(&arguments, ":completions Li\n:completions Se");
    ran.gave("", 1);
    ran.said(&["<stdin>:1: This server completes no code."]);
    assert_eq!(server.count("POST", "/sessions/1/completion"), 1);
    let all: Vec<&str> = arguments.iter().copied().chain(["--keep-going"]).collect();
    let ran = Home::new().run_with_stdin(&all, ":completions Li\n:completions Se");
    ran.gave("", 1);
    ran.said(&[
        "<stdin>:2: This server completes no code.",
        "2 statements failed",
    ]);
}

#[test]
fn a_file_that_does_not_reach_the_server_ends_a_script_as_its_statements_would() {
    let home = Home::new();
    for name in ["a.jar", "a.py"] {
        home.write(name, "x");
        for (status, code) in [
            ("401 Unauthorized", 4),
            ("403 Forbidden", 4),
            ("503 Service Unavailable", 3),
            // Cut before an answer.
            ("", 3),
            ("400 Bad Request", 1),
        ] {
            let server = bare(status, "");
            let place = ["--url", &server.url, "-s", "1", "-l", "scala"];
            let arguments = [&place[..], &["--retry-for", "1s"]].concat();
            let ran = home.run_with_stdin(&arguments, &format!(":require {name}"));
            let expected = match name {
                // What the server refuses is tried through a statement, which it refuses, too.
                "a.py" if code == 1 => 3,
                _ => code,
            };
            assert_eq!(ran.code, expected, "{name} {status}: {ran:?}");
        }
    }
}

#[test]
fn a_uri_is_for_the_server_to_read() {
    let server = bare("404 Not Found", "");
    let home = Home::new();
    let arguments = ["--url", &server.url, "-s", "1", "-l", "scala"];
    for uri in [
        "file:/a.jar",
        "file:///a.jar",
        "hdfs:/a.jar",
        "local:/a.jar",
    ] {
        let ran = home.run_with_stdin(&arguments, &format!(":require {uri}"));
        ran.said(&["this server takes no files for a session"]);
    }
    assert_eq!(server.count("POST", "/sessions/1/add-jar"), 4);
}

#[test]
fn a_module_that_python_has_loaded_stays_as_it_is() {
    let (url, session) = shared();
    let home = Home::new();
    let arguments = ["--url", url, "-s", session, "-l", "scala"];
    home.write("loaded_before.py", "value = 1\n");
    home.write(
        "loads.py",
        "import loaded_before\nprint(loaded_before.value)\n",
    );
    let script = ":require loaded_before.py\n:load loads.py";
    let ran = home.run_with_stdin(&arguments, script);
    ran.gave("1\n", 0);
    ran.said(&["Added 'loaded_before.py' to classpath."]);
    home.write("loaded_before.py", "value = 2\n");
    let ran = home.run_with_stdin(&arguments, script);
    ran.gave("1\n", 0);
    ran.said(&["Nothing changes: Python has loaded 'loaded_before.py' before"]);
    assert!(!ran.err.contains("Added"), "{ran:?}");
}

#[test]
fn commands_for_the_prompt_are_left_out_of_a_copied_dialogue() {
    let (url, session) = shared();
    let home = Home::new();
    let arguments = ["--url", url, "-s", session, "-l", "scala"];
    let dialogue = "scala> :history 3\n  1  x\n\nscala> println(\"tr\" + 4)\ntr4\n";
    home.write("dialogue.scala", dialogue);
    for script in [dialogue, ":load dialogue.scala"] {
        let ran = home.run_with_stdin(&arguments, script);
        ran.gave("tr4\n", 0);
        ran.said(&[":history 3 is for the prompt: left out."]);
    }
    let ran = home.run_with_stdin(&arguments, "println(1)\n:history 3\nprintln(2)");
    ran.gave("1\n", 1);
    ran.said(&["<stdin>:2: :history 3 is for the prompt"]);
}

#[test]
fn a_block_that_was_pasted_into_a_copied_dialogue_is_pasted_again() {
    let (url, session) = shared();
    let home = Home::new();
    let arguments = ["--url", url, "-s", session, "-l", "scala"];
    let dialogue = "scala> :paste\n// Entering paste mode (ctrl-D to finish)\n\nval tr5 = 5\n\
                    val tr6 = tr5 + 1\n\n// Exiting paste mode, now interpreting.\n\ntr5: Int = 9\n\
                    tr6: Int = 9\n\nscala> :paste < END\n// Entering paste mode (END to finish)\n\n\
                    println(tr6)\nnope8\nEND\n\n// Exiting paste mode, now interpreting.\n";
    let ran = home.run_with_stdin(&arguments, dialogue);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.out.starts_with("tr5: Int = 5\ntr6: Int = 6\n"),
        "{ran:?}"
    );
    ran.said(&["<stdin>:16: ", "not found: value nope8"]);
}

#[test]
fn a_saved_files_extension_chooses_its_inputs() {
    let (url, session) = shared();
    let home = home();
    let arguments = ["--url", url, "-s", session, "-l", "scala"];
    let script = "val saved5 = 5\n:load step.py\n:save kept.py\n:save kept.scala\n:save kept";
    let ran = home.run_with_stdin(&arguments, script);
    ran.gave("saved5: Int = 5\n6\n", 0);
    ran.said(&[
        "1 input of another language than python is left out.",
        "2 inputs of another language than scala are left out.",
    ]);
    let kept = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
    assert_eq!(kept("kept.py"), "step = 3\nstep * 2\n");
    assert_eq!(kept("kept.scala"), "val saved5 = 5\n");
    assert_eq!(kept("kept"), "val saved5 = 5\n");
}

#[test]
fn a_file_that_is_sent_is_kept_under_its_last_name_in_a_folder_of_its_own() {
    if !is_ours() {
        return; // Where Apache Livy keeps it is its own affair.
    }
    let (url, id) = shared();
    let session = Session {
        url: format!("{url}/sessions/{id}"),
    };
    let body = "--b\r\nContent-Disposition: form-data; name=\"file\"; \
                filename=\"../../../kept_outside.txt\"\r\n\r\nx\r\n--b--\r\n";
    let headers = [
        ("Content-Type", "multipart/form-data; boundary=b"),
        ("X-Requested-By", "test"),
    ];
    for _ in 0..2 {
        let sent = request(
            "POST",
            &format!("{}/upload-file", session.url),
            &headers,
            body,
        );
        assert_eq!(sent.status, 200, "{sent:?}");
    }
    let folder = session.place().folder;
    let kept: Vec<_> = std::fs::read_dir(folder.join("uploads"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("kept_outside.txt"))
        .filter(|path| path.is_file())
        .collect();
    assert_eq!(kept.len(), 2, "{kept:?}");
    for outside in folder.ancestors().take(3) {
        assert!(!outside.join("kept_outside.txt").exists());
    }
}
