//! `:download` and `:upload` on a real Spark: what is written is compared with what Spark itself
//! writes, and comes back as it was.

use crate::support::http::get;
use crate::support::program::{BINARY, Home, Ran};
use crate::support::pty::Screen;
use crate::support::session::Session;
use crate::support::spark::{is_ours, shared, strict};
use crate::support::{eventually, within};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::path::Path;
use std::time::Duration;

fn session() -> Session {
    let (url, session) = shared();
    Session {
        url: format!("{url}/sessions/{session}"),
    }
}

/// Runs a script in the session that tests share.
fn run(home: &Home, name: &str, text: &str) -> Ran {
    let (url, session) = shared();
    run_in(url, session, home, name, text)
}

fn run_in(url: &str, session: &str, home: &Home, name: &str, text: &str) -> Ran {
    home.write(name, text);
    home.run(&["--url", url, "-s", session, name])
}

fn read(home: &Home, name: &str) -> String {
    std::fs::read_to_string(home.path().join(name)).unwrap()
}

/// The names in a home that are not the test's own scripts.
fn files(home: &Home) -> Vec<String> {
    let entries = std::fs::read_dir(home.path()).unwrap();
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
    let names = entries.map(|entry| name(entry).into_string().unwrap());
    let is_result = |name: &String| {
        name.starts_with(".livysh-") || [".csv", ".ndjson"].iter().any(|end| name.ends_with(end))
    };
    names.filter(is_result).collect()
}

/// Ten columns of different types.
const COLUMNS: &str = r#"
    "cast(id as int) as i",
    "id * 40000000000000 + 9007199254740993 as l",
    "cast(concat(id, '.', id, '000000000001') as decimal(38, 18)) as d",
    "case id % 5 when 0 then double('NaN') when 1 then double('Infinity') when 2 then double('-Infinity') else id / 7.0D end as f",
    "date_add(date'1900-01-01', cast(id as int)) as t",
    "timestamp_micros(id * 1234567891) as m",
    "nullif(id % 3 = 0, id % 4 = 0) as b",
    "case id % 7 when 0 then null when 1 then '' when 2 then concat('a ', char(34), 'q', char(34), ',', char(10), char(13), 'x') else concat(' s', id, char(92), ' ') end as s",
    "binary(concat('b', id)) as y",
    "array(named_struct('k', id, 'v', map('x', id % 2 = 0)), null) as n"
"#;

/// What Spark wrote into a folder, its parts in their order.
fn spark_wrote(folder: &Path) -> String {
    let mut parts: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("part-")
        })
        .collect();
    parts.sort();
    let texts = parts
        .iter()
        .map(|part| std::fs::read_to_string(part).unwrap());
    texts.collect()
}

fn csv_records(text: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    reader.records().map(Result::unwrap).collect()
}

#[test]
fn a_large_download_is_what_spark_itself_writes() {
    let home = Home::new();
    let folder = home.path().display().to_string();
    let written = |name: &str| spark_wrote(&home.path().join(name));
    let format = "\"timestampFormat\", \"yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX\"";
    session().text(
        "spark",
        &format!(
            "val largeS = spark.range(0, 200000, 1, 7).selectExpr({COLUMNS})\n\
             largeS.createOrReplaceTempView(\"large_v\")\n\
             largeS.write.option(\"ignoreNullFields\", \"false\").option({format}).json(\"{folder}/json\")\n\
             largeS.selectExpr(\"i\", \"l\", \"d\", \"f\", \"t\", \"m\", \"b\", \"s\", \"base64(y) as y\", \
             \"to_json(n, map('ignoreNullFields', 'false')) as n\").write.option({format})\
             .option(\"escape\", \"\\\"\").option(\"ignoreLeadingWhiteSpace\", \"false\")\
             .option(\"ignoreTrailingWhiteSpace\", \"false\").csv(\"{folder}/csv\")"
        )
        .replace("selectExpr(\n", "selectExpr(")
        .replace(",\n    \"", ", \"")
        .replace("\n)", ")"),
    );
    let expected = (written("json"), csv_records(&written("csv")));
    assert_eq!(expected.1.len(), 200_000);
    for (name, made, frame) in [
        ("large.scala", String::new(), "largeS"),
        (
            "large.py",
            format!("largeP = spark.range(0, 200000, 1, 7).selectExpr({COLUMNS})\n"),
            "largeP",
        ),
        ("large.sql", String::new(), "large_v"),
    ] {
        let text = format!("{made}:download {frame} a.ndjson\n:download {frame} a.csv\n");
        let ran = run(&home, name, &text);
        ran.gave("", 0);
        ran.said(&["200,000 rows written to a.ndjson\n200,000 rows written to a.csv\n"]);
        assert!(
            read(&home, "a.ndjson") == expected.0,
            "{name}: not the same NDJSON"
        );
        let records = csv_records(&read(&home, "a.csv"));
        let header = records[0].iter().collect::<String>();
        assert_eq!(header, "ildftmbsyn");
        for (found, wanted) in records[1..].iter().zip(&expected.1) {
            assert_eq!(found, wanted, "{name}");
        }
        assert_eq!(records.len(), 200_001);
    }
}

const ODD: &str = "create or replace temporary view odd as select * from values \
    (1, 9223372036854775807, 12345678901234567890BD, double('NaN'), date'0001-01-01', \
     timestamp'1969-12-31 23:59:59.999999', true, '', binary('a'), array(1, null)), \
    (-2147483648, -9007199254740993, -1BD, double('-Infinity'), date'9999-12-31', \
     timestamp'2020-02-29 00:00:00', false, concat('\"', char(10), char(10), '\",', char(92), '\"'), binary(''), array()), \
    (null, null, null, null, null, null, null, null, null, null), \
    (0, 0, 0BD, 1.5E300D, date'2020-01-01', timestamp'2020-01-01 12:00:00.5', true, \
     concat(' a', char(13), char(10), 'b', char(13), char(9), char(1), char(27), '[31m '), binary('c'), array(3)) \
    as odd(i, l, d, f, t, m, b, s, y, n);\n";

/// The strings that a row of one column must keep.
const STRINGS: &str = "create or replace temporary view strings as select * from values \
    ('x'), (null), (''), ('\u{e9}\u{1f600}\u{2028}'), (null), ('null'), ('#'), (concat(char(10))), (' '), (null) \
    as strings(s);\n";

#[test]
fn odd_values_come_back_as_they_were() {
    let (url, name) = shared();
    let own = Session::start(&strict(), "spark");
    own.wait_until_up();
    let (strict_url, strict_session) = own.url.rsplit_once("/sessions/").unwrap();
    for (url, session) in [(url, name), (strict_url, strict_session)] {
        let home = Home::new();
        run_in(url, session, &home, "odd.sql", &format!("{ODD}{STRINGS}")).gave("", 0);
        let script = ":download odd odd.csv\n:upload odd.csv odd2\n:download odd2 odd2.csv\n\
                      :download strings s.csv\n:upload s.csv s2\n:download s2 s2.csv\n\
                      :download strings s.ndjson\n:upload s.ndjson s3\n:download s3 s3.ndjson\n\
                      create or replace temporary view odd4 as select i, l, d, b, s, n from odd;\n\
                      :download odd4 odd4.ndjson\n:upload odd4.ndjson odd5\n:download odd5 odd5.ndjson\n";
        let ran = run_in(url, session, &home, "round.sql", script);
        ran.gave("", 0);
        ran.said(&["4 rows of odd.csv in odd2: [i: int, l: bigint ... 8 more fields]"]);
        let csv = read(&home, "odd.csv");
        assert_eq!(
            csv,
            "i,l,d,f,t,m,b,s,y,n\n\
             1,9223372036854775807,12345678901234567890,NaN,0001-01-01,1969-12-31T23:59:59.999999Z,true,\"\",YQ==,\"[1,null]\"\n\
             -2147483648,-9007199254740993,-1,-Infinity,9999-12-31,2020-02-29T00:00:00.000000Z,false,\"\"\"\n\n\"\",\\\"\"\",\"\",[]\n\
             ,,,,,,,,,\n\
             0,0,0,1.5E300,2020-01-01,2020-01-01T12:00:00.500000Z,true,\" a\r\nb\r\t\u{1}\u{1b}[31m \",Yw==,[3]\n"
        );
        assert_eq!(read(&home, "odd2.csv"), csv);
        let strings = read(&home, "s.csv");
        assert_eq!(
            strings,
            "s\nx\n\n\"\"\n\"\u{e9}\u{1f600}\u{2028}\"\n\nnull\n#\n\"\n\"\n\" \"\n\n"
        );
        assert_eq!(read(&home, "s2.csv"), strings);
        for (first, second) in [("s.ndjson", "s3.ndjson"), ("odd4.ndjson", "odd5.ndjson")] {
            assert_eq!(read(&home, second), read(&home, first));
        }
    }
    own.delete();
}

#[test]
fn an_upload_is_a_variable_and_a_view_in_every_language() {
    let home = Home::new();
    home.write(
        "people.csv",
        "name,\"age, in years\"\r\nAnn,31\r\n\"Bob\nJr\",\r\n",
    );
    home.write(
        "my people.json",
        "[{\"b\": 1,\n\"a\": [true]},\n{\"b\": 2, \"c\": \"x\"}]",
    );
    home.write("none.csv", "a,b\n");
    let scala = ":upload people.csv\npeople.count()\n:upload none.csv\nnone.schema.simpleString\n";
    let ran = run(&home, "up.scala", scala);
    assert!(
        ran.out.contains(": Long = 2\n") && ran.out.contains("struct<a:string,b:string>"),
        "{ran:?}"
    );
    assert_eq!(
        ran.err,
        "2 rows of people.csv in people: [name: string, age, in years: int]\n\
         0 rows of none.csv in none: [a: string, b: string]\n"
    );
    let python = ":upload \"my people.json\" nested\nnested\n[r.b for r in nested.collect()]\n\
                  spark.table('nested').count()\n:upload none.csv\nnone\n";
    let ran = run(&home, "up.py", python);
    ran.gave(
        "DataFrame[b: bigint, a: array<boolean>, c: string]\n[1, 2]\n2\n\
         DataFrame[a: string, b: string]\n",
        0,
    );
    ran.said(&[
        "2 rows of my people.json in nested: [b: bigint, a: array<boolean> ... 1 more field]\n",
    ]);
    let sql = ":upload people.csv persons\nselect name from persons where `age, in years` = 31;\n";
    run(&home, "up.sql", sql).gave("+----+\n|name|\n+----+\n|Ann |\n+----+\n", 0);
}

/// Of several statements, with values that no compression makes smaller.
#[test]
fn a_large_file_is_carried_in_chunks() {
    let home = Home::new();
    let mut random = 1_u64;
    let mut text = "n,s\n".to_owned();
    for number in 0..60_000 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        text.push_str(&format!(
            "{number},{random:x}{:x}\n",
            random.rotate_left(17) ^ number
        ));
    }
    home.write("large.csv", &text);
    for name in ["chunks.scala", "chunks.py"] {
        let ran = run(
            &home,
            name,
            ":upload large.csv chunked\n:download chunked back.csv\n",
        );
        ran.gave("", 0);
        ran.said(&["60,000 rows of large.csv in chunked: [n: int, s: string]\n"]);
        assert!(read(&home, "back.csv") == text, "{name}: not the same");
    }
}

#[test]
fn a_download_may_end_early_and_takes_the_place_of_a_file() {
    let home = Home::new();
    home.write("old.csv", "old");
    home.write("kept.csv", "kept");
    std::os::unix::fs::symlink("old.csv", home.path().join("link.csv")).unwrap();
    let script = "few = spark.range(0, 1000, 1, 10).selectExpr('id', 'id as `a.b`', 'id % 2 as id')\n\
                  :download few link.csv --rows 3\n:download few none.csv --rows 0\n\
                  for i in range(1):\n    pass\n:download nothing_there kept.csv\n";
    let ran = run(&home, "few.py", script);
    ran.gave("", 1);
    ran.said(&[
        "3 rows written to link.csv\n0 rows written to none.csv\n",
        "few.py:6: nothing_there cannot be downloaded: NameError: name 'nothing_there' is not defined",
    ]);
    assert_eq!(read(&home, "old.csv"), "id,a.b,id\n0,0,0\n1,1,1\n2,2,0\n");
    assert_eq!(read(&home, "none.csv"), "id,a.b,id\n");
    assert_eq!(read(&home, "kept.csv"), "kept");
    assert!(home.path().join("link.csv").is_symlink());
    assert_eq!(files(&home).len(), 4, "{:?}", files(&home));
    let released = session().text(
        "pyspark",
        "[n for n in globals() if n.startswith('_livysh_download')]",
    );
    assert_eq!(released, "[]");
}

#[test]
fn what_cannot_be_done_is_told() {
    let home = Home::new();
    home.write("bad.csv", "a,b\n1,2\n\n\"3\n\"\n");
    home.write("bad.ndjson", "{\"a\": 1}\n{\"a\": }\n");
    home.write("large.csv", &"x".repeat((10 << 20) + 1));
    std::fs::write(home.path().join("latin.csv"), b"a\n\xe9\n").unwrap();
    std::fs::create_dir(home.path().join("folder.csv")).unwrap();
    let mut wrong = Vec::new();
    for (name, line, told) in [
        (
            "a.py",
            ":download x",
            "usage: :download NAME FILE [--rows N]",
        ),
        (
            "a.py",
            ":download x a.parquet",
            "a.parquet: the name must end in .csv, .ndjson or .jsonl",
        ),
        (
            "a.py",
            ":download x no/a.csv",
            "no/a.csv: No such file or directory",
        ),
        (
            "a.py",
            ":download x folder.csv",
            "folder.csv: it is no file",
        ),
        (
            "a.py",
            ":download f() a.csv",
            "f() is no name of a variable",
        ),
        (
            "a.py",
            ":download sc a.csv",
            "sc cannot be downloaded: TypeError: a SparkContext is no DataFrame of this Spark",
        ),
        (
            "a.scala",
            ":download sc a.csv",
            "sc cannot be downloaded: <console>:",
        ),
        (
            "a.scala",
            ":download nothingThere a.csv",
            "error: not found: value nothingThere",
        ),
        (
            "a.sql",
            ":download nothing.there a.csv",
            "[TABLE_OR_VIEW_NOT_FOUND]",
        ),
        ("a.py", ":upload", "usage: :upload FILE [NAME]"),
        (
            "a.py",
            ":upload no.csv",
            "no.csv: No such file or directory",
        ),
        (
            "a.py",
            ":upload a.xlsx",
            "a.xlsx: the name must end in .csv, .ndjson, .jsonl or .json",
        ),
        (
            "a.py",
            ":upload bad.csv",
            "bad.csv:4: 1 fields, where the first line has 2",
        ),
        ("a.py", ":upload bad.ndjson", "bad.ndjson:2: expected value"),
        (
            "a.py",
            ":upload large.csv",
            "large.csv has 10,485,761 bytes, of which 10,485,760 can be carried",
        ),
        (
            "a.py",
            ":upload latin.csv",
            "latin.csv: byte 2, on line 2, is not UTF-8",
        ),
        (
            "a.py",
            ":upload bad.csv spark",
            "spark cannot be the name of a DataFrame",
        ),
    ] {
        let ran = run(&home, name, &format!("{line}\n"));
        let place = format!("{name}:1: ");
        if ran.code != 1 || !ran.err.starts_with(&place) || !ran.err.contains(told) {
            wrong.push(format!("{line}: {ran:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(files(&home).len(), 5, "{:?}", files(&home));
}

/// Values whose rows come after a minute each.
const SLOW: &str = "spark.range(0, 8, 1, 8).selectExpr('id', \
                    \"java_method('java.lang.Thread', 'sleep', id * 60000L) as s\")";

/// Waits until a page is being made.
fn wait_for_page(session: &Session, mark: &str) {
    eventually("a page is being made", || {
        let list = get(&format!("{}/statements", session.url)).json();
        let last = list["statements"].as_array()?.last()?.clone();
        let is_page = last["code"].as_str()?.contains(mark);
        (is_page && last["state"] == "running").then_some(())
    });
}

#[test]
fn an_interrupted_download_leaves_nothing() {
    let (url, _) = shared();
    let session = Session::start(url, "spark");
    session.wait_until_up();
    session.text("pyspark", &format!("slow = {SLOW}"));
    let id = session.number();
    let home = Home::new();
    home.write("slow.py", ":download slow slow.csv\nprint('not reached')\n");
    home.write("slow.csv", "old");
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let mut command = home.command(&["--url", url, "-s", id, "slow.py"]);
        let mut child = command.spawn().unwrap();
        wait_for_page(&session, ".__next__()");
        kill(Pid::from_raw(child.id() as i32), signal).unwrap();
        within(Duration::from_secs(30), "the script ends", || {
            child.try_wait().unwrap()
        });
        let ran = Ran::of(child.wait_with_output().unwrap());
        ran.gave("", code);
        assert_eq!(read(&home, "slow.csv"), "old");
        assert_eq!(files(&home), ["slow.csv"]);
        // A server that is slow to cancel is not waited for.
        if is_ours() {
            let held = session.text(
                "pyspark",
                "[n for n in globals() if n.startswith('_livysh_download')]",
            );
            assert_eq!(held, "[]");
        }
    }
    session.delete();
}

#[test]
fn ctrl_c_at_a_prompt_leaves_nothing_and_gives_the_prompt_back() {
    let (url, _) = shared();
    let session = Session::start(url, "spark");
    session.wait_until_up();
    let slow = SLOW.replace('\'', "\"").replace(
        "\"java_method(\"java.lang.Thread\", \"sleep\", id * 60000L) as s\"",
        "\"java_method('java.lang.Thread', 'sleep', id * 60000L) as s\"",
    );
    session.text("spark", &format!("val slow = {slow}"));
    let id = session.number();
    let home = Home::new();
    let arguments = ["--url", url, "-s", id, "-l", "scala"];
    let mut screen = Screen::run(&home, BINARY, &arguments, 60, 100);
    screen.wait_for_prompt("scala>");
    screen.line(":download slow slow.ndjson");
    wait_for_page(&session, "scala.Predef.print(livysh$download_");
    screen.send("\x03");
    screen.wait_for("Cancelled.");
    screen.wait_for_prompt("scala>");
    assert!(files(&home).is_empty(), "{:?}", files(&home));
    screen.line(":download slow slow.ndjson --rows 1");
    screen.wait_for("1 row written to slow.ndjson");
    screen.wait_for_prompt("scala>");
    assert_eq!(
        read(&home, "slow.ndjson"),
        "{\"id\":0,\"s\":null}\n".replace("null", "\"null\"")
    );
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    session.delete();
}

/// Commands in scripts of every language, however they come.
#[test]
fn commands_stand_in_scripts_of_python_and_sql() {
    let home = Home::new();
    let (url, session) = shared();
    home.write("part.py", "part = 5\n:silent\npart\n:silent\npart + 1\n");
    let python = "doc = '''\n:quit\n'''\nlen(doc)\nfor i in (1, 2):\n    pass\n:load part.py\nx = [1, 2, 3]\nx[\n:2]\n\
                  :quit\nprint('not reached')\n";
    let expected = "7\n6\n[1, 2]\n";
    run(&home, "commands.py", python).gave(expected, 0);
    let arguments = ["--url", url, "-s", session, "-l", "python"];
    home.run_with_stdin(&arguments, python).gave(expected, 0);
    let sql = "select ':\n:quit' as a from range(0);\nselect 1 as a\n:sh echo between\nselect 2 as b; -- c\n:quit\nselect 3;\n";
    let expected =
        "+-+\n|a|\n+-+\n+-+\n+-+\n|a|\n+-+\n|1|\n+-+\nbetween\n+-+\n|b|\n+-+\n|2|\n+-+\n";
    run(&home, "commands.sql", sql).gave(expected, 0);
    let arguments = ["--url", url, "-s", session, "-l", "sql"];
    home.run_with_stdin(&arguments, sql).gave(expected, 0);
    let ran = run(&home, "unknown.py", "print(1)\n:nothing here\n");
    ran.gave("1\n", 1);
    ran.said(&["unknown.py:2: SyntaxError"]);
    let ran = run(&home, "refused.py", "print(1)\n:power\n");
    ran.said(&["refused.py:2: :power does not work over Livy"]);
}

#[test]
fn a_pasted_block_of_python_has_commands() {
    let (url, session) = shared();
    let home = Home::new();
    let arguments = ["--url", url, "-s", session, "-l", "python"];
    let mut screen = Screen::run(&home, BINARY, &arguments, 60, 100);
    screen.wait_for_prompt(">>>");
    screen
        .paste("for i in (1, 2):\n    print('pass', i)\n:sh echo be''tween\nprint('af' + 'ter')\n");
    screen.send("\r");
    screen.wait_for("pass 1\npass 2\nbetween\nafter\n");
}

/// Names that the driver's own code uses, too.
#[test]
fn any_name_of_a_variable_is_taken() {
    let home = Home::new();
    let names = ["frame", "rows", "names", "total", "encoder", "text"];
    let mut script = String::new();
    for name in names {
        script.push_str(&format!(
            "val {name} = spark.range(3).toDF\n:download {name} {name}.csv\n"
        ));
    }
    let ran = run(&home, "names.scala", &script);
    assert_eq!(ran.code, 0, "{ran:?}");
    for name in names {
        assert_eq!(read(&home, &format!("{name}.csv")), "id\n0\n1\n2\n");
    }
    home.write("open.csv", "a,b\n1,\"x\n2,y\n");
    let ran = run(&home, "open.scala", ":upload open.csv\n");
    assert_eq!(ran.code, 1, "{ran:?}");
    ran.said(&["open.csv:2: a quote is not closed"]);
}
