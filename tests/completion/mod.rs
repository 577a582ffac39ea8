//! Tab, on a pseudo-terminal.

mod real;
mod server;

use crate::support::program::{BINARY, Home};
use crate::support::pty::Screen;
use serde_json::{Value, json};
use server::{Server, rows};

const WIDTHS: [u16; 3] = [40, 80, 200];
const HOME_FILE: &str = "zeta.scala";
const OF_RDD: [&str; 9] = [
    "map",
    "mapPartitions",
    "mapPartitionsWithIndex",
    "max",
    "min",
    "name",
    "$init$",
    "!=",
    "reduceByKey",
];

/// A prompt in a session of such a server.
struct Prompt {
    screen: Screen,
    server: Server,
    sign: &'static str,
}

impl Prompt {
    fn at(server: Server, home: &Home, language: &str, columns: u16) -> Prompt {
        let prompt = Prompt::starting(server, home, language, columns);
        prompt
            .screen
            .wait_for("Spark session available as 'spark'.");
        prompt.screen.wait_for_prompt(prompt.sign);
        prompt
    }

    fn starting(server: Server, home: &Home, language: &str, columns: u16) -> Prompt {
        let arguments = ["--url", server.url(), "-s", "0", "-l", language];
        let screen = Screen::run(home, BINARY, &arguments, 24, columns);
        let sign = match language {
            "python" => ">>>",
            "sql" => "sql>",
            _ => "scala>",
        };
        Prompt {
            screen,
            server,
            sign,
        }
    }

    fn scala(home: &Home, columns: u16) -> Prompt {
        Prompt::at(Server::start(Some(&OF_RDD), echo), home, "scala", columns)
    }

    /// Presses keys, and waits until this stands behind the last prompt.
    #[track_caller]
    fn keys(&mut self, keys: &str, shows: &str) {
        self.screen.send(keys);
        self.shows(shows);
    }

    #[track_caller]
    fn shows(&self, shows: &str) {
        let wanted = format!("{} {shows}", self.sign);
        self.screen
            .wait_until(&wanted, || self.line() == wanted.trim_end());
    }

    /// What stands from the last prompt on.
    fn line(&self) -> String {
        let text = self.screen.text();
        let at = text.rfind(self.sign).unwrap_or(0);
        text[at..].trim_end().to_owned()
    }

    /// Forgets what was typed.
    #[track_caller]
    fn clear(&mut self) {
        self.keys("\x05\x15", "");
    }

    #[track_caller]
    fn run(&mut self, line: &str) {
        let before = self.server.statements().len();
        self.screen.line(line);
        let is_sent = || self.server.statements().len() > before;
        self.screen.wait_until("the line is sent", is_sent);
        self.screen.wait_for_prompt(self.sign);
    }

    /// Types and presses Tab until this stands behind the prompt: an answer may come late.
    #[track_caller]
    fn tabs(&mut self, typed: &str, shows: &str) {
        self.keys(typed, typed);
        self.wait_for_tab(shows);
    }

    /// Presses Tab until a list holds this.
    #[track_caller]
    fn wait_for_list(&mut self, holds: &str) {
        let deadline = std::time::Instant::now() + crate::support::PATIENCE;
        while !self.screen.text().contains(holds) {
            assert!(
                std::time::Instant::now() < deadline,
                "{}",
                self.screen.text()
            );
            self.screen.send("\t");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// Whether the server has been asked for names, or to run anything.
    fn is_asked(&self) -> bool {
        !self.server.completions().is_empty() || !self.server.statements().is_empty()
    }

    /// Presses Tab until this stands behind the prompt.
    #[track_caller]
    fn wait_for_tab(&mut self, shows: &str) {
        tab_until(&mut self.screen, self.sign, shows);
    }
}

/// Presses Tab until this stands behind the last prompt.
#[track_caller]
fn tab_until(screen: &mut Screen, sign: &str, shows: &str) {
    let wanted = format!("{sign} {shows}");
    let deadline = std::time::Instant::now() + crate::support::PATIENCE;
    let stands = |screen: &Screen| {
        let text = screen.text();
        text[text.rfind(sign).unwrap_or(0)..].trim_end() == wanted
    };
    while !stands(screen) {
        assert!(
            std::time::Instant::now() < deadline,
            "no “{wanted}”:\n{}",
            screen.text()
        );
        screen.send("\t");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

fn echo(_: &str, code: &str) -> Value {
    json!({"text/plain": code.trim()})
}

#[test]
fn the_common_beginning_comes_first_and_then_a_list() {
    for columns in WIDTHS {
        let home = Home::new();
        let mut prompt = Prompt::scala(&home, columns);
        prompt.tabs("rdd.red", "rdd.reduceByKey");
        prompt.clear();
        prompt.keys("rdd.m", "rdd.m");
        // A second press lists; the line stands below it as it was.
        prompt.screen.send("\t\t");
        prompt.screen.wait_for("mapPartitionsWithIndex");
        prompt.shows("rdd.m");
        let text = prompt.screen.text();
        let list: Vec<&str> = text
            .lines()
            .skip_while(|line| !line.starts_with("map"))
            .take_while(|line| !line.starts_with("scala>"))
            .collect();
        let rows = match columns {
            40 => 5,
            80 => 2,
            _ => 1,
        };
        assert_eq!(list.len(), rows, "{columns}: {text}");
        let listed: Vec<&str> = list
            .iter()
            .flat_map(|line| line.split_whitespace())
            .collect();
        assert_eq!(listed.len(), 5, "{text}");
        assert!(!text.contains("init") && !text.contains("!="), "{text}");
        prompt.keys("ap", "rdd.map");
        prompt.keys("P\t", "rdd.mapPartitions");
        prompt.clear();
        prompt.keys("rdd.mPWI\t", "rdd.mapPartitionsWithIndex");
        // The whole of it was asked for once.
        assert_eq!(prompt.server.completions().len(), 1);
        assert_eq!(
            prompt.server.completions()[0],
            json!({"code": "rdd.", "kind": "spark", "cursor": 4})
        );
    }
}

#[test]
fn a_long_list_is_paged_and_what_is_cut_is_counted() {
    for columns in WIDTHS {
        let home = Home::new();
        let mut prompt = Prompt::scala(&home, columns);
        let names = (0..700).map(|number| format!("name{number:03}"));
        prompt
            .server
            .names(names.chain(["only".to_owned()]).collect());
        prompt.tabs("rdd.on", "rdd.only");
        prompt.clear();
        prompt.keys("rdd.na\t", "rdd.name");
        prompt.screen.send("\t");
        prompt
            .screen
            .wait_for("Display all 501 possibilities? (y or n)");
        prompt.screen.send("n");
        prompt.shows("rdd.name");
        // Pressed once more it asks again.
        prompt.screen.send("\t\ty");
        while !prompt.screen.text().contains("… 200 more") {
            prompt.screen.wait_until("a page or the end", || {
                let text = prompt.screen.text();
                text.contains("--More--") || text.contains("… 200 more")
            });
            prompt.screen.send(" ");
        }
        assert!(!prompt.screen.text().contains("name500"));
    }
}

#[test]
fn ctrl_c_leaves_a_list_and_keeps_the_line() {
    let home = Home::new();
    let mut prompt = Prompt::scala(&home, 80);
    let names = (0..700).map(|number| format!("name{number:03}"));
    prompt
        .server
        .names(names.chain(["only".to_owned()]).collect());
    prompt.tabs("rdd.on", "rdd.only");
    prompt.clear();
    prompt.keys("rdd.na\t", "rdd.name");
    prompt.screen.send("\t");
    prompt.screen.wait_for("(y or n)");
    prompt.keys("\x03", "rdd.name");
    prompt.screen.send("\ty");
    prompt.screen.wait_for("--More--");
    prompt.keys("\x03", "rdd.name");
    assert!(!prompt.screen.text().contains("name400"));
    // The line is what it was, and so is the key.
    prompt.run("Two");
    assert_eq!(prompt.server.codes(), ["rdd.nameTwo"]);
    prompt.keys("gone", "gone");
    prompt.screen.send("\x03");
    prompt.screen.wait_for("scala> gone^C");
}

#[test]
fn a_late_answer_serves_the_next_tab_and_typing_goes_on() {
    for columns in WIDTHS {
        let home = Home::new();
        let mut prompt = Prompt::scala(&home, columns);
        prompt.run("rows.mapValues(1)");
        prompt.server.hold(true);
        // Nothing of another value is guessed meanwhile.
        prompt.keys("other.mapV\t\tx", "other.mapVx");
        prompt.clear();
        prompt.keys("other.Map\t\tx", "other.Mapx");
        prompt.clear();
        prompt.keys("rdd.re\tx", "rdd.rex");
        prompt.keys("\x7f", "rdd.re");
        prompt.server.hold(false);
        prompt.wait_for_tab("rdd.reduceByKey");
        let asked = prompt.server.completions();
        let codes: Vec<&str> = asked
            .iter()
            .filter_map(|asked| asked["code"].as_str())
            .collect();
        assert_eq!(codes, ["other.", "rdd."], "{columns}");
    }
}

#[test]
fn a_server_that_completes_nothing_is_asked_once() {
    let home = Home::new();
    let server = Server::start(None, echo);
    let mut prompt = Prompt::at(server, &home, "scala", 80);
    prompt.run("val flights = spark.range(10)");
    prompt.keys("fli\t", "flights");
    prompt.keys(".ran\t", "flights.range");
    prompt.clear();
    prompt.keys("whi\t", "while");
    prompt.clear();
    prompt.keys("flights.ran\t", "flights.range");
    prompt.clear();
    prompt.keys("java.util.Ra\t\tx", "java.util.Rax");
    assert_eq!(prompt.server.completions().len(), 1);
    assert_eq!(prompt.server.statements().len(), 1);
}

/// What other clients run is known to the server alone.
#[test]
fn nothing_is_asked_while_another_client_runs_a_statement() {
    for language in ["scala", "python", "sql"] {
        let home = Home::new();
        let server = Server::start(Some(&[]), echo);
        let mut prompt = Prompt::at(server, &home, language, 80);
        prompt.server.state("busy");
        let before = prompt.server.sessions();
        prompt.keys("va.lue\t\t", "va.lue");
        prompt.screen.wait_until("the session is looked at", || {
            prompt.server.sessions() > before
        });
        prompt.keys("s\t\t", "va.lues");
        assert!(!prompt.is_asked(), "{language}");
        prompt.server.state("idle");
        let deadline = std::time::Instant::now() + crate::support::PATIENCE;
        while !prompt.is_asked() {
            assert!(std::time::Instant::now() < deadline, "{language}");
            prompt.screen.send("\t");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

#[test]
fn nothing_is_asked_while_the_session_starts_or_a_statement_runs() {
    for language in ["scala", "python", "sql"] {
        let home = Home::new();
        let server = Server::start(Some(&[]), echo);
        server.state("starting");
        let mut prompt = Prompt::starting(server, &home, language, 80);
        prompt.screen.wait_for_prompt(prompt.sign);
        prompt.keys("va.lue\t\t", "va.lue");
        prompt.clear();
        prompt.server.state("idle");
        prompt
            .screen
            .wait_for("Spark session available as 'spark'.");
        prompt.server.run_on(true);
        prompt.server.state("busy");
        prompt.screen.line(match language {
            "sql" => "long;",
            _ => "long",
        });
        prompt
            .screen
            .wait_until("it is sent", || !prompt.server.statements().is_empty());
        prompt
            .screen
            .wait_until("it runs", || prompt.screen.is_working());
        prompt.screen.send("\x03");
        prompt.screen.wait_for("Cancelling");
        prompt.screen.send("\x03");
        prompt.screen.wait_for_prompt(prompt.sign);
        prompt.keys("va.lue\t\t", "va.lue");
        prompt.keys("s\t\t", "va.lues");
        assert_eq!(prompt.server.completions(), [Value::Null; 0], "{language}");
        let typed = |(_, code): &(String, String)| code.trim() == "long";
        assert!(prompt.server.statements().iter().all(typed), "{language}");
        // It has come to its end.
        prompt.server.run_on(false);
        prompt.server.state("idle");
        prompt.screen.send("\t");
        prompt.screen.wait_until("it is asked now", || {
            !prompt.server.completions().is_empty() || prompt.server.statements().len() > 1
        });
    }
}

/// A database with two tables; one of them comes later.
fn database(kind: &str, code: &str) -> Value {
    let code = code.trim();
    match (kind, code) {
        ("sql", "SHOW TABLES") => rows(
            &["namespace", "tableName", "isTemporary"],
            json!([
                ["db", "flights", false],
                ["db", "bad\u{1b}[2Jname", false],
                ["", "my view", true]
            ]),
        ),
        ("sql", "DESCRIBE TABLE `flights`") => rows(
            &["col_name", "data_type", "comment"],
            json!([
                ["dest", "string", null],
                ["dep_delay", "int", null],
                ["# Partitioning", "", ""]
            ]),
        ),
        _ => json!({"text/plain": code}),
    }
}

#[test]
fn tables_columns_and_words_of_sql_are_completed() {
    for columns in WIDTHS {
        let home = Home::new();
        let server = Server::start(Some(&[]), database);
        let mut prompt = Prompt::at(server, &home, "sql", columns);
        prompt.keys("sel\t", "select");
        prompt.clear();
        prompt.keys("SEL\t", "SELECT");
        prompt.clear();
        prompt.tabs("select * from fli", "select * from flights");
        prompt.keys(" where de\x01\x05", "select * from flights where de");
        prompt.wait_for_list("dep_delay (column)");
        let text = prompt.screen.text();
        assert!(text.contains("dest (column)"), "{text}");
        prompt.keys("p\t", "select * from flights where dep_delay");
        prompt.clear();
        prompt.tabs(
            "select f.dep from flights f where f.des",
            "select f.dep from flights f where f.dest",
        );
        prompt.clear();
        prompt.keys("select * from my\t", "select * from `my view`");
        prompt.clear();
        prompt.keys(":download fli\t", ":download flights");
        prompt.clear();
        // What stands behind the cursor counts, too.
        prompt.keys(
            "select f.dep from flights f\x1bb\x1bb\x1bb\x1b[D\t",
            "select f.dep_delay from flights f",
        );
        prompt.clear();
        let asked = prompt.server.codes();
        assert_eq!(
            asked,
            ["SHOW TABLES", "DESCRIBE TABLE `flights`"],
            "{columns}"
        );
        assert!(!String::from_utf8_lossy(&prompt.screen.raw()).contains("bad"));
        // What may have made a table has nothing asked until Tab is pressed, which serves what was known.
        prompt.run("create table t as select 1;");
        prompt.keys("select * from fli\t", "select * from flights");
        prompt.screen.wait_until("they are asked for again", || {
            let statements = prompt.server.statements();
            let last = statements.last().unwrap();
            statements.len() == 4 && last.1.trim() == "SHOW TABLES" && last.1.ends_with('\t')
        });
        prompt.clear();
        prompt.run("select 'user', 'tables';");
        prompt.tabs("select * from fli", "select * from flights");
        assert_eq!(
            prompt.server.codes().pop().as_deref(),
            Some("select 'user', 'tables'")
        );
    }
}

#[test]
fn a_statement_of_ours_gives_way_to_what_is_typed() {
    for hears_cancel in [true, false] {
        let home = Home::new();
        let server = Server::start(Some(&[]), database);
        let mut prompt = Prompt::at(server, &home, "sql", 80);
        prompt.server.endless("SHOW TABLES", hears_cancel);
        prompt.keys("select * from fli\t\t", "select * from fli");
        let count = || prompt.server.statements().len();
        prompt.screen.wait_until("ours runs", || count() == 1);
        prompt.clear();
        prompt.screen.line("select 1;");
        let is_sent = || prompt.server.codes() == ["SHOW TABLES", "select 1"];
        prompt.screen.wait_until("it is sent", is_sent);
        assert_eq!(prompt.server.cancelled(), [0], "{hears_cancel}");
        if !hears_cancel {
            // The server has both now, and says which one runs.
            prompt.screen.wait_for("waiting behind another statement");
            prompt.server.all_end();
        }
        prompt.screen.wait_for("\nselect 1");
        prompt.screen.wait_for_prompt("sql>");
        // What was cancelled has not told that there are none.
        prompt.server.all_end();
        prompt.tabs("select * from fli", "select * from flights");
        assert_eq!(prompt.server.cancelled(), [0], "{hears_cancel}");
    }
}

/// Nobody has asked for it; whoever waits behind it is told.
#[test]
fn what_fails_about_a_statement_of_ours_is_told_to_who_waits_behind_it() {
    let home = Home::new();
    let server = Server::start(Some(&[]), database);
    let mut prompt = Prompt::at(server, &home, "sql", 80);
    prompt.server.endless("SHOW TABLES", true);
    prompt.server.be_away(true);
    prompt.keys("select * from fli\t", "select * from fli");
    let looks = |prompt: &Prompt, more: usize| {
        let before = prompt.server.looks();
        let is_asked = || prompt.server.looks() >= before + more;
        prompt.screen.wait_until("it is asked about", is_asked);
    };
    looks(&prompt, 3);
    prompt.clear();
    let tells = |prompt: &Prompt| {
        let raw = prompt.screen.raw();
        String::from_utf8_lossy(&raw).contains("asking again:")
    };
    assert!(!tells(&prompt), "{}", prompt.screen.text());
    prompt.screen.line("select 1;");
    let is_told = || tells(&prompt);
    prompt.screen.wait_until("it is told", is_told);
    prompt.server.be_away(false);
    prompt.screen.wait_for("\nselect 1\n");
    prompt.screen.wait_for_prompt("sql>");
    assert_eq!(prompt.server.cancelled(), [0]);
    assert!(!prompt.screen.text().contains("statement that was left"));
}

#[test]
fn a_statement_of_ours_that_takes_too_long_is_cancelled() {
    let home = Home::new();
    let server = Server::start(Some(&[]), database);
    let mut prompt = Prompt::at(server, &home, "sql", 80);
    prompt.server.endless("SHOW TABLES", true);
    prompt.keys("select * from fli\t\t", "select * from fli");
    let is_cancelled = || prompt.server.cancelled() == [0];
    prompt.screen.wait_until("it is cancelled", is_cancelled);
}

#[test]
fn a_question_that_has_failed_is_asked_again() {
    let home = Home::new();
    let server = Server::start(Some(&[]), database);
    let mut prompt = Prompt::at(server, &home, "sql", 80);
    prompt.server.fail(true);
    prompt.keys("select * from fli\t\t", "select * from fli");
    let is_asked = || !prompt.server.statements().is_empty();
    prompt.screen.wait_until("it is asked for", is_asked);
    prompt.server.fail(false);
    prompt.wait_for_tab("select * from flights");
}

#[test]
fn what_a_look_has_found_is_known_wherever_the_path_stands() {
    let home = Home::new();
    let looked = |_: &str, _: &str| json!({"text/plain": "count index"});
    let server = Server::start(Some(&[]), looked);
    let mut prompt = Prompt::at(server, &home, "python", 80);
    prompt.tabs("rows.cou", "rows.count");
    prompt.clear();
    prompt.keys("f(rows.ind\t", "f(rows.index");
    assert_eq!(prompt.server.statements().len(), 1);
    assert_eq!(prompt.server.completions().len(), 1);
}

#[test]
fn what_the_server_names_is_not_obeyed_by_the_terminal() {
    for columns in WIDTHS {
        let home = Home::new();
        let mut prompt = Prompt::scala(&home, columns);
        let names = [
            "bad\u{1b}[2Jname",
            "bad\u{7}bell",
            "bade",
            "badly\u{202e}",
            "only",
        ];
        prompt.server.names(names.map(str::to_owned).to_vec());
        prompt.tabs("rdd.on", "rdd.only");
        prompt.clear();
        prompt.keys("rdd.ba\t", "rdd.bade");
        let raw = prompt.screen.raw();
        let raw = String::from_utf8_lossy(&raw);
        for part in ["\u{1b}[2J", "bell", "\u{202e}"] {
            assert!(!raw.contains(part), "{columns}: {part:?}");
        }
    }
}

#[test]
fn tables_are_completed_in_a_string_that_is_given_to_sql() {
    for (language, line) in [
        ("scala", "spark.sql(\"select * from fli"),
        ("python", "spark.sql('select * from fli"),
    ] {
        let home = Home::new();
        let server = Server::start(Some(&[]), database);
        let mut prompt = Prompt::at(server, &home, language, 80);
        prompt.tabs(line, &format!("{line}ghts"));
        let kinds: Vec<String> = prompt
            .server
            .statements()
            .into_iter()
            .map(|(kind, _)| kind)
            .collect();
        assert_eq!(kinds, ["sql"], "{language}");
    }
}

#[test]
fn commands_and_their_arguments_are_completed() {
    for columns in WIDTHS {
        let home = Home::new();
        home.write("day of week.scala", "1");
        std::fs::create_dir(home.path().join("data")).unwrap();
        home.write("data/rows.csv", "a");
        let mut prompt = Prompt::scala(&home, columns);
        prompt.run("val flights = 1");
        for (typed, shows) in [
            (":lan\t", ":lang"),
            (":lan\tpy\t", ":lang python"),
            (":tim\t", ":timing"),
            (":timing of\t", ":timing off"),
            (":vertical a\t", ":vertical auto"),
            (":format nd\t", ":format ndjson"),
            (":theme fj\t", ":theme fjord"),
            (":help vert\t", ":help vertical"),
            (":help key\t", ":help keys"),
            (":attach la\t", ":attach last"),
            (":load day\t", ":load day of week.scala"),
            (":load -v data/\t", ":load -v data/rows.csv"),
            (":download fl\t dat\tr\t", ":download flights data/rows.csv"),
            (":type fli\t", ":type flights"),
            (":sho\tfli\t", ":show flights"),
            ("!cat day\t", "!cat day\\ of\\ week.scala"),
            (":ui\t", ":ui"),
            ("%ta\t", "%table"),
            ("%%py\t", "%%python"),
        ] {
            prompt.keys(typed, shows);
            prompt.clear();
        }
        // What is completed at home is read there.
        let at_home = format!("~/{HOME_FILE}");
        home.write(HOME_FILE, "40 + 2\n");
        prompt.keys(
            &format!(":load {}\t", &at_home[..4]),
            &format!(":load {at_home}"),
        );
        prompt.screen.line("");
        prompt.screen.wait_for("Loading");
        prompt.screen.wait_for_prompt(prompt.sign);
        let last = prompt.server.codes().pop();
        assert_eq!(last.as_deref(), Some("40 + 2"));
        // Those that begin so.
        prompt.screen.send(":re\t\t");
        prompt.screen.wait_for(":require");
        prompt.shows(":re");
        let text = prompt.screen.text();
        for name in [":replay", ":rerun", ":reset", ":restart"] {
            assert!(text.contains(name), "{columns}: {text}");
        }
        prompt.clear();
    }
}

#[test]
fn a_tab_at_the_beginning_of_a_line_indents() {
    let home = Home::new();
    let mut prompt = Prompt::scala(&home, 80);
    prompt.keys("\tx", "  x");
    prompt.clear();
    prompt.keys(" \t\tx", "    x");
    let server = Server::start(Some(&[]), echo);
    let mut prompt = Prompt::at(server, &home, "python", 80);
    prompt.keys("\tx", "    x");
    prompt.clear();
    prompt.screen.line("def f():");
    prompt.screen.wait_for("\n...");
    prompt.screen.send("\tpass");
    prompt.screen.wait_for("...         pass");
    assert_eq!(prompt.server.completions(), [Value::Null; 0]);
}

#[test]
fn the_lines_of_a_block_are_what_the_server_is_asked_about() {
    let home = Home::new();
    let mut prompt = Prompt::scala(&home, 80);
    prompt.screen.line("val x = rdd.");
    prompt.screen.wait_for("     |");
    prompt.screen.send("mPWI");
    let deadline = std::time::Instant::now() + crate::support::PATIENCE;
    while !prompt.screen.text().contains("mapPartitionsWithIndex") {
        assert!(
            std::time::Instant::now() < deadline,
            "{}",
            prompt.screen.text()
        );
        prompt.screen.send("\t");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let asked = &prompt.server.completions()[0];
    let code = asked["code"].as_str().unwrap();
    assert!(code.starts_with("val x = rdd.\n"), "{asked}");
}
