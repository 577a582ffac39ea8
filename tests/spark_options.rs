//! The options of spark-shell, pyspark and spark-submit, and what a profile says of new sessions: what
//! would be sent.

use crate::support::livy::Livy;
use crate::support::program::{Home, Ran};
use crate::support::spark;
use serde_json::{Value, json};

const URL: &str = "http://127.0.0.1:9";

/// The request that a command line would send, without its name, and what else is told.
fn sent(home: &Home, arguments: &[&str]) -> (Value, Ran) {
    let ran = home.run(&[&["--url", URL, "--dry-run"], arguments].concat());
    assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
    let mut request: Value = serde_json::from_str(&ran.out).unwrap();
    request.as_object_mut().unwrap().remove("name");
    (request, ran)
}

/// An option, and the fields and settings that come of it.
fn rows() -> Vec<(&'static [&'static str], Value)> {
    let conf = |key: &str, value: &str| json!({"conf": {key: value}});
    vec![
        (&[], json!({})),
        (
            &["--jars", "/a.jar,hdfs:///b.jar"],
            json!({"jars": ["/a.jar", "hdfs:///b.jar"]}),
        ),
        (&["--jars=/a.jar"], json!({"jars": ["/a.jar"]})),
        (
            &["--packages", "a:b:1,c:d:2"],
            conf("spark.jars.packages", "a:b:1,c:d:2"),
        ),
        (
            &["--exclude-packages", "a:b"],
            conf("spark.jars.excludes", "a:b"),
        ),
        (
            &["--repositories", "http://r"],
            conf("spark.jars.repositories", "http://r"),
        ),
        (
            &["--py-files", "/a.py,/b.zip"],
            json!({"pyFiles": ["/a.py", "/b.zip"]}),
        ),
        (&["--files", "/a.txt"], json!({"files": ["/a.txt"]})),
        (
            &["--archives", "/e.tgz#env"],
            json!({"archives": ["/e.tgz#env"]}),
        ),
        (&["--conf", "spark.a=b=c"], conf("spark.a", "b=c")),
        (&["-c", "spark.a=b"], conf("spark.a", "b")),
        (&["--conf=livy.rsc.a=b"], conf("livy.rsc.a", "b")),
        (&["--conf", "a=b"], json!({})),
        (&["--driver-memory", "2g"], json!({"driverMemory": "2g"})),
        (&["--driver-cores", "2"], json!({"driverCores": 2})),
        (
            &["--executor-memory", "4g"],
            json!({"executorMemory": "4g"}),
        ),
        (&["--executor-cores", "3"], json!({"executorCores": 3})),
        (&["--num-executors", "5"], json!({"numExecutors": 5})),
        (
            &["--total-executor-cores", "8"],
            conf("spark.cores.max", "8"),
        ),
        (
            &["--driver-java-options", "-Da=b -Dc=d"],
            conf("spark.driver.extraJavaOptions", "-Da=b -Dc=d"),
        ),
        (
            &["--driver-library-path", "/l"],
            conf("spark.driver.extraLibraryPath", "/l"),
        ),
        (
            &["--driver-class-path", "/c"],
            conf("spark.driver.extraClassPath", "/c"),
        ),
        (&["--queue", "etl"], json!({"queue": "etl"})),
        (&["--proxy-user", "bob"], json!({"proxyUser": "bob"})),
        (&["--principal", "p"], conf("spark.kerberos.principal", "p")),
        (&["--keytab", "/k"], conf("spark.kerberos.keytab", "/k")),
        (&["--master", "yarn"], json!({})),
        (&["--deploy-mode", "cluster"], json!({})),
    ]
}

fn with(mut fields: Value, more: Value) -> Value {
    fields
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    fields
}

#[test]
fn each_option_is_sent_as_its_field_and_nothing_else_is() {
    let home = Home::new();
    for (options, fields) in rows() {
        let (request, _) = sent(&home, options);
        assert_eq!(
            request,
            with(json!({"kind": "spark"}), fields.clone()),
            "{options:?}"
        );
        let batch = [&["batch", "submit"], options, &["/a.jar"]].concat();
        let (request, _) = sent(&home, &batch);
        assert_eq!(
            request,
            with(json!({"file": "/a.jar"}), fields),
            "{options:?}"
        );
    }
    for (options, fields) in [
        (
            &["--heartbeat", "60"][..],
            json!({"heartbeatTimeoutInSecond": 60}),
        ),
        (&["--ttl", "8h"], json!({"ttl": "8h"})),
        (&["--ttl", "1h30m"], json!({"ttl": "90m"})),
        (&["--idle-timeout", "45s"], json!({"idleTimeout": "45s"})),
    ] {
        let (request, _) = sent(&home, options);
        assert_eq!(
            request,
            with(json!({"kind": "spark"}), fields),
            "{options:?}"
        );
    }
    let (request, _) = sent(&home, &["batch", "submit", "--class", "a.B", "/a.jar"]);
    assert_eq!(request, json!({"file": "/a.jar", "className": "a.B"}));
}

#[test]
fn what_cannot_be_done_is_told() {
    let home = Home::new();
    for (options, told) in [
        (
            &["--master", "yarn"][..],
            "--master is passed over: the Livy server decides the master\n",
        ),
        (
            &["--master", "http://x:1"],
            "--master is passed over: the Livy server decides the master\n",
        ),
        (
            &["--deploy-mode", "client"],
            "--deploy-mode is passed over: the Livy server decides it",
        ),
        (
            &["--conf", "a=b"],
            "Ignoring non-Spark config property: a\n",
        ),
        (
            &["--conf", "spark.master=yarn"],
            "spark.master is the server's to decide: most refuse it\n",
        ),
        (
            &["--keytab", "/k"],
            "to sign on to the server is --auth kerberos\n",
        ),
    ] {
        sent(&home, options).1.said(&[told]);
        let batch = [&["batch", "submit"], options, &["/a.jar"]].concat();
        sent(&home, &batch).1.said(&[told]);
    }
    for (options, told) in [
        (
            &["--remote", "sc://h"][..],
            "--remote is Spark Connect, which is no Livy",
        ),
        (&["--supervise"], "livysh batch submit --wait"),
        (&["--kill", "x"], "livysh batch stop ID"),
        (&["--status", "x"], "livysh batch show ID"),
        (&["--jars", "a.jar"], "a.jar: "),
        (
            &["--archives", "e.tgz#env"],
            "e.tgz#env: the server reads the file itself",
        ),
        (&["--conf", "a"], "“a” is no setting"),
        (&["--properties-file", "/no/file"], "/no/file: "),
        (&["--load-spark-defaults"], "SPARK_HOME"),
        (&["--driver-cores", "two"], "invalid value 'two'"),
        (&["--usage-error"], "--usage-error"),
    ] {
        let run = |arguments: &[&str]| {
            let mut command = home.command(&[&["--url", URL, "--dry-run"], arguments].concat());
            let command = command
                .env_remove("SPARK_HOME")
                .env_remove("SPARK_CONF_DIR");
            let ran = Ran::of(command.output().unwrap());
            ran.gave("", 2);
            ran.said(&[told]);
        };
        run(options);
        run(&[&["batch", "submit"], options, &["/a.jar"]].concat());
    }
    let class = home.run(&["--url", URL, "--class", "A"]);
    class.gave("", 2);
    class.said(&["livysh batch submit --class NAME JAR"]);
}

#[test]
fn files_of_this_machine_are_given_to_a_session_that_runs() {
    let (url, _) = spark::shared();
    let home = Home::new();
    home.write("helper_of_own.py", "def help():\n    return 'helped'\n");
    let code = "import helper_of_own; helper_of_own.help()";
    let files = ["--py-files", "helper_of_own.py", "-l", "python", "-e", code];
    let ran = home.run(&[&["--url", url], &files[..]].concat());
    ran.gave("'helped'\n", 0);
    ran.said(&["Added 'helper_of_own.py' to classpath."]);

    // Without them nothing runs.
    let livy = Livy::start(Vec::new());
    home.write("a.jar", "");
    let ran = home.run(&[
        "--url",
        livy.url(),
        "--jars",
        "a.jar",
        "-l",
        "python",
        "-e",
        "1",
    ]);
    ran.gave("", 3);
    ran.said(&["livysh: Cannot load 'a.jar'"]);
    assert_eq!(livy.server.count("POST", "/sessions/0/statements"), 0);
}

#[test]
fn a_master_may_name_the_server() {
    let home = Home::new();
    for arguments in [
        &["--master", URL, "--dry-run"][..],
        &["--dry-run", "batch", "submit", "--master", URL, "/a.jar"],
    ] {
        let ran = home.run(arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
        let told = format!("--master {URL} is taken for --url\n");
        ran.said(&[&told, &format!("POST {URL}/")]);
    }
    let local = home.run(&["--master", "local[2]", "--jars", "a.jar", "--dry-run"]);
    local.said(&[
        "--master is taken for --local\n",
        "POST http://127.0.0.1/sessions",
    ]);
    let request: Value = serde_json::from_str(&local.out).unwrap();
    let jar = home.path().canonicalize().unwrap().join("a.jar");
    assert_eq!(request["jars"], json!([jar.to_str().unwrap()]));
    let batch = home.run(&["batch", "submit", "--master", "local", "/a.jar"]);
    batch.said(&["no Livy server is named"]);
}

#[test]
fn options_of_a_new_session_are_refused_where_there_is_one() {
    let home = Home::new();
    for (options, _) in rows()
        .into_iter()
        .filter(|(options, _)| !options.is_empty())
    {
        let name = match options[0].split('=').next().unwrap() {
            "-c" => "--conf",
            name => name,
        };
        let ran = home.run(
            &[
                &["--url", URL, "--retry-for", "1s", "-s", "1", "-e", "1"],
                options,
            ]
            .concat(),
        );
        let told = format!("{name} is for new sessions: leave out -s\n");
        let is_passed_over = ["--master", "--deploy-mode"].contains(&name);
        assert_eq!(ran.err.contains(&told), !is_passed_over, "{ran:?}");
        assert_eq!(ran.code, if is_passed_over { 3 } else { 2 }, "{ran:?}");
    }
}

#[test]
fn the_python_of_pyspark_is_sent_for_python() {
    let home = Home::new();
    let run = |arguments: &[&str]| {
        let mut command = home.command(&[&["--url", URL, "--dry-run"], arguments].concat());
        command
            .env("PYSPARK_PYTHON", "/py")
            .env("PYTHONSTARTUP", "x")
            .env("SPARK_HOME", "/s");
        let ran = Ran::of(command.output().unwrap());
        let request: Value = serde_json::from_str(&ran.out).unwrap();
        (request["conf"].clone(), ran.err)
    };
    let both = |python: &str| json!({"spark.pyspark.python": python, "spark.yarn.appMasterEnv.PYSPARK_PYTHON": "/py"});
    assert_eq!(run(&["-l", "python"]).0, both("/py"));
    assert_eq!(
        run(&["-l", "python", "-c", "spark.pyspark.python=/own"]).0,
        both("/own")
    );
    assert_eq!(run(&["batch", "submit", "/a.py"]).0, both("/py"));
    assert_eq!(run(&[]).0, Value::Null);
    let (_, told) = run(&["-v"]);
    assert!(
        told.contains("not read: SPARK_HOME, PYTHONSTARTUP\n"),
        "{told}"
    );
}

#[test]
fn a_profile_says_what_new_sessions_are_made_with() {
    let home = Home::new();
    let properties = home.write(
        "own.conf",
        "spark.file 1\nspark.both file\nspark.my.token hidden-1\nspark.master yarn\n",
    );
    home.profile(
        "p",
        URL,
        &[
            "[profiles.p.session]",
            "name = 'of-{user}-{rand}-x'",
            "kind = 'pyspark'",
            "queue = 'etl'",
            "jars = ['/a.jar']",
            "driver_memory = '1g'",
            "executor_memory = '2g'",
            "num_executors = 2",
            "ttl = '8h'",
            "heartbeat_timeout_in_second = 60",
            "[profiles.p.session.conf]",
            "'spark.profile' = 1",
            "'spark.both' = 'profile'",
            "'emr.own' = 'as it stands'",
            "'spark.x.password' = 'hidden-2'",
            "[profiles.p.session.extra]",
            "tags = { team = 'a', secret = 'hidden-3' }",
            "artifactId = 'b'",
        ],
    );
    let run = |arguments: &[&str]| {
        let mut command = home.command(&[&["-p", "p", "--dry-run"], arguments].concat());
        let ran = Ran::of(command.env("USER", "me/x").output().unwrap());
        assert!(!(ran.out.clone() + &ran.err).contains("hidden"), "{ran:?}");
        let request: Value = serde_json::from_str(&ran.out).unwrap();
        (request, ran)
    };
    let (request, _) = run(&[]);
    let expected = json!({"kind": "pyspark", "name": "of-me-x-xxxxxxxx-x", "queue": "etl",
        "jars": ["/a.jar"], "driverMemory": "1g", "executorMemory": "2g", "numExecutors": 2,
        "ttl": "8h", "heartbeatTimeoutInSecond": 60, "conf": {"spark.profile": "1",
        "spark.both": "profile", "emr.own": "as it stands", "spark.x.password": "***"},
        "tags": {"team": "a", "secret": "***"}, "artifactId": "b"});
    assert_eq!(request, expected);
    // The command line goes before it, also where it says the same in other words.
    let (request, ran) = run(&[
        "--name",
        "mine",
        "--queue",
        "other",
        "--jars",
        "/b.jar",
        "--ttl",
        "90m",
        "--heartbeat",
        "0",
        "--conf",
        "spark.executor.memory=9g",
        "--conf",
        "spark.both=line",
        "--properties-file",
        properties.to_str().unwrap(),
        "-l",
        "scala",
    ]);
    let expected = json!({"kind": "spark", "name": "mine-xxxxxxxx", "queue": "other",
        "jars": ["/b.jar"], "driverMemory": "1g", "numExecutors": 2, "ttl": "90m",
        "conf": {"spark.profile": "1", "spark.both": "line", "spark.file": "1",
        "emr.own": "as it stands", "spark.executor.memory": "9g", "spark.my.token": "***",
        "spark.x.password": "***"},
        "tags": {"team": "a", "secret": "***"}, "artifactId": "b"});
    assert_eq!(request, expected);
    ran.said(&["spark.master is passed over: it is the server's to decide\n"]);
    let shown = home.run(&["-p", "p", "config"]);
    assert!(shown.out.contains("session.queue = \"etl\""), "{shown:?}");
    assert!(!shown.out.contains("hidden"), "{shown:?}");
}

#[test]
fn the_defaults_of_a_spark_here_are_taken_where_that_is_asked_for() {
    let home = Home::new();
    std::fs::create_dir(home.path().join("conf")).unwrap();
    home.write(
        "conf/spark-defaults.conf",
        "spark.a 1\nspark.b 1\nspark.master yarn\n",
    );
    let mut command = home.command(&[
        "--url",
        URL,
        "--dry-run",
        "--load-spark-defaults",
        "--conf",
        "spark.b=2",
    ]);
    command
        .env("SPARK_HOME", home.path())
        .env_remove("SPARK_CONF_DIR");
    let ran = Ran::of(command.output().unwrap());
    let request: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(request["conf"], json!({"spark.a": "1", "spark.b": "2"}));
}

#[test]
fn who_watches_sees_the_request_without_its_secrets() {
    let home = Home::new();
    let ran = home.run(&[
        "--url",
        URL,
        "--retry-for",
        "1s",
        "-v",
        "-c",
        "spark.x.secret=hidden",
        "--queue",
        "q",
        "-e",
        "1",
    ]);
    assert_eq!(ran.code, 3, "{ran:?}");
    ran.said(&[&format!("POST {URL}/sessions {{ \"kind\": \"spark\"")]);
    ran.said(&["\"queue\": \"q\"", "\"spark.x.secret\": \"***\""]);
    assert!(!ran.err.contains("hidden"), "{ran:?}");
}
