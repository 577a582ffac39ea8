//! Tab with a real Spark behind it: by the server's completion, and by looking where it has none.

use crate::support::program::{BINARY, Home};
use crate::support::pty::Screen;
use crate::support::session::Session;
use crate::support::spark::{is_ours, shared, strict};

/// A prompt in a session of its own, of a server that behaves as Livy does.
struct OfStrict {
    screen: Screen,
    sign: &'static str,
    _session: Session,
}

impl OfStrict {
    fn start(home: &Home, kind: &str, language: &str, sign: &'static str) -> OfStrict {
        let server = strict();
        let session = Session::start(&server, kind);
        session.wait_until_up();
        let number = session.number().to_owned();
        let arguments = ["--url", &server, "-s", &number, "-l", language];
        let screen = Screen::run(home, BINARY, &arguments, 40, 100);
        screen.wait_for("Spark session available as 'spark'.");
        screen.wait_for_prompt(sign);
        OfStrict {
            screen,
            sign,
            _session: session,
        }
    }

    #[track_caller]
    fn gives(&mut self, line: &str, text: &str) {
        self.screen.line(line);
        self.screen.wait_for(text);
        self.screen.wait_for_prompt(self.sign);
    }

    /// Types, and presses Tab twice: the whole line is what was typed.
    #[track_caller]
    fn stays(&mut self, typed: &str) {
        self.screen.send(typed);
        self.screen.send("\t\tx");
        let wanted = format!("{} {typed}x", self.sign);
        self.screen.wait_until(&wanted, || {
            let text = self.screen.text();
            text[text.rfind(self.sign).unwrap_or(0)..].trim_end() == wanted
        });
        self.screen.send("\x05\x15");
        self.screen.wait_for_prompt(self.sign);
    }

    /// Types, and presses Tab until this stands behind the prompt.
    #[track_caller]
    fn tabs(&mut self, typed: &str, shows: &str) {
        self.screen.send(typed);
        super::tab_until(&mut self.screen, self.sign, shows);
        self.screen.send("\x05\x15");
        self.screen.wait_for_prompt(self.sign);
    }
}

#[test]
fn python_is_looked_at_without_being_run() {
    let home = Home::new();
    let mut prompt = OfStrict::start(&home, "pyspark", "python", ">>>");
    let define = "exec('''class Meta(type):
    def __eq__(self, other): Trap.asked.append('eq'); return self is other
    def __hash__(self): return id(self)
class Trap(metaclass=Meta):
    asked = []
    def __init__(self): self.inner = Inner(); self.plain = 1
    @property
    def alarm(self): Trap.asked.append('property'); return self
    @property
    def promised(self) -> dict: Trap.asked.append('promise'); return {}
    def __getattr__(self, name): Trap.asked.append(name); raise AttributeError(name)
    def __dir__(self): Trap.asked.append('dir'); return []
class Inner(metaclass=Meta):
    def reached(self): pass
''')"
        .replace('\n', "\\n");
    prompt.gives(&define, ">>>");
    prompt.gives("trap = Trap()", ">>>");
    // What begins so, although it is shadowed.
    prompt.gives("print, sorted, type = print, 1, 2", ">>>");
    prompt.gives("40 + 2", "42");
    prompt.tabs("trap.pl", "trap.plain");
    prompt.tabs("trap.inner.rea", "trap.inner.reached");
    // A property is named, and not asked for its value; what it promises is known.
    prompt.tabs("trap.ala", "trap.alarm");
    prompt.tabs("trap.promised.setd", "trap.promised.setdefault");
    prompt.tabs(
        "spark.sparkContext.appl",
        "spark.sparkContext.applicationId",
    );
    // Nothing behind a property that promises nothing, or behind a call.
    prompt.gives("print(trap.plain, 'is plain')", "1 is plain");
    prompt.stays("trap.alarm.pla");
    // Its answer has come when a later one has.
    prompt.tabs("Trap.ask", "Trap.asked");
    prompt.stays("trap.alarm.pla");
    prompt.gives("print('asked for', len(Trap.asked))", "asked for 0");
    // The last value is the user's still, and no name came to theirs.
    prompt.gives("print('last:', _)", "last: 42");
    prompt.gives(
        "print('new:', [n for n in ('inspect', 'names', 'path', 'step') if n in globals()])",
        "new: []",
    );
    prompt.screen.line(":history 50");
    prompt.screen.wait_for("for n in (");
    prompt.screen.wait_for_prompt(prompt.sign);
    assert!(!prompt.screen.text().contains("__import__"));
    prompt.screen.line(":statements");
    prompt.screen.wait_for("available   trap = Trap()");
    prompt.screen.wait_for_prompt(prompt.sign);
    assert!(!prompt.screen.text().contains("__import__"));
}

#[test]
fn scala_is_completed_by_livy_and_its_results_keep_their_numbers() {
    let home = Home::new();
    let mut prompt = OfStrict::start(&home, "spark", "scala", "scala>");
    prompt.gives("40 + 2", "res0: Int = 42");
    prompt.tabs("sc.parall", "sc.parallelize");
    prompt.tabs(
        "sc.range(1, 5).mPWI",
        "sc.range(1, 5).mapPartitionsWithIndex",
    );
    prompt.gives(
        "spark.range(3).createOrReplaceTempView(\"three_rows\")",
        "scala>",
    );
    prompt.tabs(
        "spark.sql(\"select * from three_r",
        "spark.sql(\"select * from three_rows",
    );
    prompt.gives("1 + 1", "Int = 2");
    let text = prompt.screen.text();
    let number = |line: &str| -> Option<usize> {
        let at = text.find(line)?;
        text[..at].rsplit_once("res")?.1.parse().ok()
    };
    // `createOrReplaceTempView` gives a unit, which has a number in Spark's shell, too.
    let next = number(": Int = 2\n").unwrap();
    assert!(next <= 2, "{text}");
    prompt.screen.line(":lang sql");
    prompt.sign = "sql>";
    prompt.screen.wait_for_prompt(prompt.sign);
    prompt.tabs(
        "select * from three_rows r where r.i",
        "select * from three_rows r where r.id",
    );
}

#[test]
fn python_is_completed_by_a_server_that_can() {
    if !is_ours() {
        return;
    }
    let home = Home::new();
    let (url, session) = shared();
    let arguments = ["--url", url, "-s", session, "-l", "python"];
    let mut screen = Screen::run(&home, BINARY, &arguments, 40, 100);
    screen.wait_for("Spark session available as 'spark'.");
    screen.wait_for_prompt(">>>");
    screen.line("completed_here = {'a': 1}");
    screen.wait_for_prompt(">>>");
    screen.send("completed_here.setd");
    super::tab_until(&mut screen, ">>>", "completed_here.setdefault");
}
