//! Spark 4's `BEGIN … END`, whose statements end at semicolons of their own.

/// What is open in a compound statement, which `BEGIN` begins.
#[derive(Default)]
pub(super) struct Compound {
    /// Innermost last; `true`: a `CASE` within an expression.
    open: Vec<bool>,
    /// The words so far: `BEGIN;` is no compound statement.
    tokens: usize,
    /// A statement of its own can begin here.
    at_beginning: bool,
    /// After `END` its kind may be named again.
    after_end: bool,
}

impl Compound {
    /// Takes in the next token; whether the statement goes on after it.
    pub(super) fn takes(&mut self, token: &str) -> bool {
        let word = token.to_ascii_lowercase();
        let in_expression = self.open.last() == Some(&true);
        match word.as_str() {
            "end" => {
                self.open.pop();
            }
            _ if self.after_end => {}
            "begin" => self.open.push(false),
            "case" => self.open.push(!self.at_beginning || in_expression),
            "if" | "while" | "for" | "repeat" | "loop" if self.at_beginning && !in_expression => {
                self.open.push(false);
            }
            _ => {}
        }
        self.tokens += 1;
        self.after_end = word == "end";
        self.at_beginning = matches!(
            word.as_str(),
            ";" | "begin" | "then" | "else" | "do" | "loop" | "repeat" | ":"
        );
        !self.open.is_empty() && (word != ";" || self.tokens > 2)
    }
}
