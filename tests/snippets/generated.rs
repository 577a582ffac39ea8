//! Generated programs of Scala: written for a line-fed compiler they give what the block, as it is,
//! gives through a compiler of blocks.

use super::lines;
use crate::support::chance::{Chance, seed};
use crate::support::session::Session;
use crate::support::spark::{serve, strict};
use livysh::lang::{self, Feeding, Language, Snippet, to_send};

/// How many programs a run tries.
const PROGRAMS: usize = 25;

/// Where a line may break inside a statement, for the parser all the same.
const BREAKS: [&str; 7] = [
    "\n",
    "\n  ",
    " // \"( {\n",
    "\n\n    ",
    "\n/* } */\n  ",
    " /* a\n // b */ ",
    "\n  // .c\n\t",
];
/// What a line break may not be blank before.
const SMALL_BREAKS: [&str; 3] = ["\n", " // { \"\n  ", "\n  "];

struct Writer {
    chance: Chance,
    program: usize,
    names: usize,
}

impl Writer {
    fn name(&mut self, begin: &str) -> String {
        self.names += 1;
        format!("{begin}{}x{}", self.program, self.names)
    }

    fn gap(&mut self) -> &'static str {
        self.chance.pick(&BREAKS)
    }

    fn number(&mut self) -> u64 {
        self.chance.below(9) + 1
    }

    /// An expression of type Int.
    fn int(&mut self, depth: u64) -> String {
        if depth == 0 {
            return self.number().to_string();
        }
        let (a, b) = (self.int(depth - 1), self.int(depth - 1));
        let (one, two, three) = (self.gap(), self.gap(), self.gap());
        let small = self.chance.pick(&SMALL_BREAKS);
        match self.chance.below(12) {
            0 => format!("List({a}, {b}){one}.map(_ + {b}){two}.filter(_ > 2){three}.sum"),
            1 => format!("(if ({a} > {b}) {{\n {a}\n}}{one}else {{ {b} }})"),
            2 => format!("{{{small}if ({a} > {b}) {a}{one}else{small}{b}\n}}"),
            3 => format!("(({a}) match {{\n case 1 => {a}\n case _ =>{small} {b}\n}})"),
            4 => format!("{{ try {{ {a} / 0 }}{one}catch {{ case e: Exception => {b} }} }}"),
            5 => format!("(({a}) +{small}({b}))"),
            6 => format!("\"\"\"{one}.x{{ %json \"\"\"{two}.length"),
            7 => format!("s\"${{ {a} }}/{{\"{one}.length"),
            8 => format!("(for {{\n i <- 1 to {a}\n if i > 1\n}}{one}yield i){two}.sum"),
            9 => format!("{{\n val a = {a}\n\n val b = {b}\n a + b\n}}"),
            10 => format!("Some({a}){one}.map {{ n =>\n n + {b}\n}}{two}.getOrElse({b})"),
            _ => format!("math.max({a},{small}{b})"),
        }
    }

    /// Definitions, and an expression of type Int that uses them.
    fn definitions(&mut self) -> (String, String) {
        let (one, two) = (self.gap(), self.gap());
        let small = self.chance.pick(&SMALL_BREAKS);
        let (value, number) = (self.int(2), self.number());
        match self.chance.below(9) {
            0 => {
                let name = self.name("v");
                (format!("val {name}{one}= {value}"), name)
            }
            1 => {
                let name = self.name("f");
                // A line that begins with a sign would be another statement.
                let text = format!("def {name}(n: Int): Int =\n  ({value}) +{small}n");
                (text, format!("{name}({number})"))
            }
            2 => {
                let name = self.name("C");
                let class = format!("case class {name}(n: Int)");
                let object = format!("object {name} {{\n  def make = {name}({value})\n}}");
                let text = match self.chance.below(2) {
                    0 => format!("{class}{one}{object}"),
                    _ => format!("{object}\n\n// between\n{class}"),
                };
                let text = text.replace(" // \"( {\n", "\n");
                (
                    text.replace(" /* a\n // b */ ", "\n"),
                    format!("{name}.make.n"),
                )
            }
            3 => {
                let (even, odd) = (self.name("even"), self.name("odd"));
                let text = format!(
                    "def {even}(n: Int): Boolean = if (n == 0) true{one}else {odd}(n - 1)\n\n\
                     def {odd}(n: Int): Boolean = if (n == 0) false{two}else {even}(n - 1)"
                );
                (text, format!("(if ({even}({number})) 1{one}else 2)"))
            }
            4 => {
                let name = self.name("T");
                let text = format!(
                    "trait {name} {{\n  def n: Int = {value}\n}}\n\
                     class {name}Of{one}extends {name}{two}with Serializable {{\n  override def n = super.n + 1\n}}"
                );
                (text, format!("(new {name}Of){one}.n"))
            }
            5 => {
                let name = self.name("S");
                let text = format!(
                    "sealed trait {name}\ncase object {name}A extends {name}\n\
                     case class {name}B(n: Int){one}extends {name}"
                );
                let used = format!(
                    "(({name}B({value}): {name}) match {{\n case {name}A => 0\n case {name}B(n) => n\n}})"
                );
                (text, used)
            }
            6 => {
                let name = self.name("i");
                let text = format!(
                    "implicit class {name}(val n: Int){one}extends AnyRef {{\n  def {name}Twice = n * 2\n}}"
                );
                (text, format!("{number}{one}.{name}Twice"))
            }
            7 => {
                let name = self.name("w");
                let text = format!(
                    "var {name} = 0; while ({name} < {number})\n  {name} += 1\n\
                     do {{\n {name} -= 1\n}}{one}while ({name} > 3)"
                );
                (text, name)
            }
            _ => {
                let name = self.name("z");
                let text = format!("lazy val {name}{one}= {name}f * 2{two}\ndef {name}f = {value}");
                (text, name)
            }
        }
    }

    fn program(&mut self, number: usize) -> String {
        self.program = number;
        let mut text = String::new();
        let mut used = vec![self.int(3)];
        for _ in 0..=self.chance.below(4) {
            let (definitions, expression) = self.definitions();
            text.push_str(&definitions);
            text.push_str(self.chance.pick(&["\n", "\n\n", "\n// and\n", ";\n"]));
            used.push(expression);
        }
        text + "Seq(" + &used.join(",\n  ") + ").mkString(\"-\")"
    }
}

/// The text that a statement gives, or how it failed.
fn run(session: &Session, code: &str) -> Vec<String> {
    let output = session.run("spark", code);
    match output["status"] == "ok" {
        true => lines(output["data"]["text/plain"].as_str().unwrap_or_default()),
        false => vec![output.to_string().chars().take(600).collect()],
    }
}

#[test]
fn generated_programs_survive_a_line_fed_compiler() {
    let seed = seed();
    let mut writer = Writer {
        chance: Chance::new(seed),
        program: 0,
        names: 0,
    };
    let blocks = serve(|_| {});
    let whole = Session::start(&blocks.url(), "spark");
    let by_line = Session::start(&strict(), "spark");
    whole.wait_until_up();
    by_line.wait_until_up();
    for number in 0..PROGRAMS {
        let program = writer.program(number);
        let expected = run(&whole, &program);
        let failed = expected.iter().any(|line| line.contains("\"ename\""));
        assert!(!failed, "seed {seed}: {expected:?}\n{program}");
        let block = Snippet {
            language: Language::Scala,
            code: program.clone(),
            first_line: 1,
            first_column: 0,
        };
        let sent = to_send(&block, Feeding::ByLine);
        let about = format!("seed {seed}, program {number}:\n{program}\n\nsent as\n{sent}");
        assert_eq!(
            lang::split(Language::Scala, &sent).len(),
            lang::split(Language::Scala, &program).len(),
            "{about}"
        );
        assert_eq!(sent.lines().count(), program.lines().count(), "{about}");
        assert_eq!(run(&by_line, &sent), expected, "{about}");
        // Statement by statement it comes to the same value.
        let parts = lang::split(Language::Scala, &program);
        let mut last = Vec::new();
        for part in &parts {
            last = run(&by_line, &to_send(part, Feeding::ByLine));
        }
        assert_eq!(
            last.last(),
            expected.last(),
            "statement by statement, {about}"
        );
    }
}
