//! Ctrl-C at random moments of dialogues with a real Spark, through a proxy that keeps requests and
//! answers back, so that each moment lasts: while the session is looked for, while a statement is
//! sent, runs and is cancelled, while its result is written, and at the prompt. Afterwards the prompt
//! answers, the terminal is as it was, and the session lives.

use crate::support::chance::{Chance, by_chance};
use crate::support::chaos::{Call, Chaos, Fault, Span};
use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::session::Session;
use crate::support::spark::shared;
use crate::support::{PATIENCE, eventually};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::{Duration, Instant};

const MOMENTS: u64 = 200;
/// So many are in one dialogue at most.
const IN_A_DIALOGUE: u64 = 16;
/// How long a request, and its answer, is kept back.
const LATE: Duration = Duration::from_millis(20);

/// What is typed before Ctrl-C.
const TYPED: [&str; 9] = [
    "1\r",
    "import time; time.sleep(0.4)\r",
    "print('started'); import time; time.sleep(0.4)\r",
    "print(('x' * 80 + '\\n') * 500)\r",
    "1 / 0\r",
    "spark.range(1000).count()\r",
    "if True:\r    import time\rtime.sleep(0.3)\r\r",
    "half a li",
    ":statements\r",
];

/// A dialogue in a session, through a slow proxy.
struct Dialogue {
    screen: Screen,
    /// The terminal's modes while a line is edited.
    modes: String,
    chaos: Chaos,
    _home: Home,
}

fn slow_proxy(server: &str) -> Chaos {
    let chaos = Chaos::before(server);
    for call in [Call::Session, Call::Post, Call::Cancel] {
        chaos.break_it(Some(call), Fault::Late(LATE), Span::OneIn(1), 1);
    }
    chaos
}

impl Dialogue {
    fn start(session: &Session) -> Dialogue {
        let (server, number) = session.url.rsplit_once("/sessions/").unwrap();
        let chaos = slow_proxy(server);
        let home = Home::new();
        let arguments = ["--url", &chaos.url, "-s", number, "-l", "python"];
        Dialogue {
            screen: Screen::start(&home, &arguments),
            modes: String::new(),
            chaos,
            _home: home,
        }
    }

    /// Types a line until it stands there: what comes in the same instant as Ctrl-C goes with it.
    fn types(&mut self, line: &str) {
        let screen = &mut self.screen;
        let stands = (0..20).any(|_| {
            screen.send(&format!("\x15{line}"));
            let deadline = Instant::now() + Duration::from_secs(2);
            while !screen.text().ends_with(line) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(10));
            }
            screen.text().ends_with(line)
        });
        assert!(stands, "{line} does not stand on {}", screen.text());
    }

    /// The prompt answers, once what is shown has come to rest; the number tells the answers apart.
    fn answers(&mut self, number: u64) {
        // Between two lines of a block Ctrl-C is no key and nothing runs: it takes the rest of what was
        // typed, and the block stays.
        if self.screen.wait_for_a_prompt(&[">>>", "..."]) == "..." {
            self.screen.send("\x03");
        }
        self.screen.wait_for_prompt(">>>");
        self.types(&format!("print('answer', {number}, 1 + 1)"));
        self.screen.send("\r");
        self.screen.wait_for(&format!("\nanswer {number} 2\n"));
        self.screen.wait_for_prompt(">>>");
        let modes = self.screen.modes();
        if self.modes.is_empty() {
            self.modes.clone_from(&modes);
        }
        assert_eq!(modes, self.modes, "{}", self.screen.text());
    }
}

/// How often a press met what, as far as can be seen at that moment.
type Met = BTreeMap<&'static str, usize>;

/// Presses Ctrl-C, and counts what that meets.
fn ctrl_c(dialogue: &mut Dialogue, met: &mut Met) {
    let is = |call| dialogue.chaos.is_on_the_way(call);
    let what = match dialogue.screen.is_working() {
        _ if is(Call::Cancel) => "a cancel on its way",
        _ if is(Call::Post) => "a statement on its way",
        _ if is(Call::Session) => "the session looked for",
        true if is(Call::Poll) => "a result asked for",
        true => "a result written, or a pause",
        false => "the prompt, or before it",
    };
    *met.entry(what).or_default() += 1;
    dialogue.screen.send("\x03");
}

/// A moment after something happened: often at once, sometimes much later.
fn wait_a_moment(chance: &mut Chance) {
    let longest = chance.pick(&[1, 20, 100, 400]);
    let time = Duration::from_micros(chance.below(longest * 1000));
    std::thread::sleep(time);
}

/// Presses Ctrl-C while the session is looked for, perhaps before the prompt is drawn. A program that
/// was just begun may end by it.
fn press_at_the_start(session: &Session, chance: &mut Chance, met: &mut Met) -> Option<Dialogue> {
    let mut dialogue = Dialogue::start(session);
    let screen = &mut dialogue.screen;
    if chance.below(2) == 0 {
        screen.wait_for(">>>");
        // What is typed now waits for the session.
        screen.send(chance.pick(&["1\r", "half a li"]));
    }
    wait_a_moment(chance);
    ctrl_c(&mut dialogue, met);
    let screen = &mut dialogue.screen;
    let stands = eventually("the prompt stands, or it has ended", || {
        match (screen.has_ended(), screen.text().contains(">>>")) {
            (true, _) => Some(false),
            (false, true) => Some(true),
            (false, false) => None,
        }
    });
    if !stands {
        screen.is_as_before();
    }
    stands.then_some(dialogue)
}

fn press(dialogue: &mut Dialogue, chance: &mut Chance, met: &mut Met) {
    dialogue.screen.send(chance.pick(&TYPED));
    for _ in 0..=chance.below(3) {
        wait_a_moment(chance);
        ctrl_c(dialogue, met);
    }
}

#[test]
fn ctrl_c_at_any_moment_leaves_a_prompt_that_answers() {
    by_chance(|seed| {
        let (url, _) = shared();
        let session = Session::start(url, "pyspark");
        session.wait_until_up();
        let mut chance = Chance::new(seed);
        let (mut moment, mut met) = (0, Met::new());
        while moment < MOMENTS {
            moment += 1;
            let Some(mut dialogue) = press_at_the_start(&session, &mut chance, &mut met) else {
                continue;
            };
            dialogue.answers(moment);
            for _ in 0..chance.below(IN_A_DIALOGUE) {
                moment += 1;
                press(&mut dialogue, &mut chance, &mut met);
                dialogue.answers(moment);
            }
            dialogue.screen.send(chance.pick(&["\x04", ":quit\r"]));
            assert_eq!(dialogue.screen.wait_for_exit(), 0);
            dialogue.screen.is_as_before();
        }
        let told = format!("Ctrl-C met: {met:?}\n");
        std::io::stdout().write_all(told.as_bytes()).unwrap();
        assert_eq!(session.text("pyspark", "1 + 1"), "2");
        session.delete();
    });
}

/// Between the line that is edited and the statement that waits, too: there Ctrl-C makes a signal
/// already. A long block makes that time longer.
#[test]
fn ctrl_c_just_after_enter_cancels_that_statement() {
    let (url, _) = shared();
    let session = Session::start(url, "pyspark");
    session.wait_until_up();
    let mut dialogue = Dialogue::start(&session);
    dialogue.answers(0);
    let comments = "# a comment\n".repeat(400);
    for round in 1..=20 {
        let screen = &mut dialogue.screen;
        screen.paste(&format!(
            "{comments}__import__('time').sleep(600) or {round}"
        ));
        screen.wait_for(&format!("or {round}"));
        screen.send("\r");
        let deadline = Instant::now() + PATIENCE;
        // That time is short.
        while !screen.makes_signals() {
            assert!(Instant::now() < deadline, "{}", screen.text());
            std::thread::yield_now();
        }
        screen.send("\x03");
        screen.wait_for_prompt(">>>");
        dialogue.answers(round);
    }
    session.delete();
}
