//! As much of Python as the tests write: assignments, sums, products and quotients of numbers and
//! texts, `str`, `print`, and code that runs until it is cancelled.

use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    None,
    Number(i64),
    Text(String),
}

impl Value {
    fn printed(&self) -> String {
        match self {
            Value::None => "None".to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => text.clone(),
        }
    }

    /// As Python's prompt echoes it.
    fn echoed(&self) -> String {
        match self {
            Value::None => String::new(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => format!("'{text}'"),
        }
    }
}

/// An exception, and the line of the code that raised it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    pub name: &'static str,
    pub message: String,
    pub line: usize,
}

/// What a statement gives: its text, or an exception.
pub type Given = Result<String, Raised>;

/// Whether it runs until it is cancelled.
pub fn is_endless(code: &str) -> bool {
    code.contains("sleep(")
}

/// The names of a session.
#[derive(Debug, Default)]
pub struct Interpreter {
    names: HashMap<String, Value>,
}

impl Interpreter {
    /// Echoes the last line, where that is an expression; all that was printed before an exception is
    /// lost, as on Livy.
    pub fn run(&mut self, code: &str) -> Given {
        let mut out = String::new();
        let lines = code.lines().enumerate().filter(|(_, line)| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with('#')
        });
        let lines: Vec<(usize, &str)> = lines.collect();
        for (place, (index, line)) in lines.iter().enumerate() {
            let is_last = place + 1 == lines.len();
            self.line(line.trim(), is_last, &mut out)
                .map_err(|(name, message)| Raised {
                    name,
                    message,
                    line: index + 1,
                })?;
        }
        Ok(out.trim_end_matches('\n').to_owned())
    }

    /// What livysh sets of a script's surroundings is passed over.
    fn line(&mut self, line: &str, is_last: bool, out: &mut String) -> Result<(), Error> {
        if line.starts_with("__import__(") {
            return Ok(());
        }
        if let Some((name, expression)) = line.split_once(" = ")
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        {
            let value = self.evaluate(expression, out)?;
            self.names.insert(name.to_owned(), value);
            return Ok(());
        }
        let value = self.evaluate(line, out)?;
        if is_last && value != Value::None {
            out.push_str(&value.echoed());
            out.push('\n');
        }
        Ok(())
    }

    fn evaluate(&self, text: &str, out: &mut String) -> Result<Value, Error> {
        let mut reader = Reader {
            rest: text.trim(),
            names: &self.names,
            out,
        };
        let value = reader.sum()?;
        match reader.rest.trim().is_empty() {
            true => Ok(value),
            false => Err(("SyntaxError", "invalid syntax".to_owned())),
        }
    }
}

type Error = (&'static str, String);

struct Reader<'a> {
    rest: &'a str,
    names: &'a HashMap<String, Value>,
    out: &'a mut String,
}

impl Reader<'_> {
    fn takes(&mut self, sign: char) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn sum(&mut self) -> Result<Value, Error> {
        let mut value = self.product()?;
        while self.takes('+') {
            value = match (value, self.product()?) {
                (Value::Number(a), Value::Number(b)) => Value::Number(a + b),
                (Value::Text(a), Value::Text(b)) => Value::Text(a + &b),
                _ => return Err(("TypeError", "unsupported operand type(s)".to_owned())),
            };
        }
        Ok(value)
    }

    fn product(&mut self) -> Result<Value, Error> {
        let mut value = self.atom()?;
        loop {
            if self.takes('*') {
                value = match (value, self.atom()?) {
                    (Value::Number(a), Value::Number(b)) => Value::Number(a * b),
                    (Value::Text(text), Value::Number(count)) => {
                        Value::Text(text.repeat(count as usize))
                    }
                    _ => return Err(("TypeError", "unsupported operand type(s)".to_owned())),
                };
            } else if self.takes('/') {
                value = match (value, self.atom()?) {
                    (Value::Number(_), Value::Number(0)) => {
                        return Err(("ZeroDivisionError", "division by zero".to_owned()));
                    }
                    (Value::Number(a), Value::Number(b)) => Value::Number(a / b),
                    _ => return Err(("TypeError", "unsupported operand type(s)".to_owned())),
                };
            } else {
                return Ok(value);
            }
        }
    }

    fn atom(&mut self) -> Result<Value, Error> {
        let rest = self.rest.trim_start();
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let (text, rest) = rest[1..]
                .split_once(quote)
                .ok_or(("SyntaxError", "unterminated string literal".to_owned()))?;
            self.rest = rest;
            return Ok(Value::Text(text.to_owned()));
        }
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let (word, rest) = rest.split_at(end);
        self.rest = rest;
        if let Ok(number) = word.parse() {
            return Ok(Value::Number(number));
        }
        if self.rest.starts_with('(') {
            return self.call(word);
        }
        match (word, self.names.get(word)) {
            ("None", _) => Ok(Value::None),
            ("", _) => Err(("SyntaxError", "invalid syntax".to_owned())),
            (_, Some(value)) => Ok(value.clone()),
            (word, None) => Err(("NameError", format!("name '{word}' is not defined"))),
        }
    }

    fn call(&mut self, name: &str) -> Result<Value, Error> {
        self.takes('(');
        let argument = self.sum()?;
        if !self.takes(')') {
            return Err(("SyntaxError", "'(' was never closed".to_owned()));
        }
        match name {
            "print" => {
                self.out.push_str(&argument.printed());
                self.out.push('\n');
                Ok(Value::None)
            }
            "str" => Ok(Value::Text(argument.printed())),
            other => Err(("NameError", format!("name '{other}' is not defined"))),
        }
    }
}

#[test]
fn it_speaks_a_little_python() {
    let mut python = Interpreter::default();
    let mut run = |code: &str| {
        let given = python.run(code);
        given.map_err(|raised| (raised.name, raised.line))
    };
    let text = |text: &str| Ok(text.to_owned());
    assert_eq!(run("x = 20\n\n"), text(""));
    assert_eq!(run("x + 1"), text("21"));
    assert_eq!(run("print('a' + \"b\")\n# no\nx * 2 + 2"), text("ab\n42"));
    assert_eq!(run("print(str(x) + '!')\nNone"), text("20!"));
    assert_eq!(run("'ab' * 2"), text("'abab'"));
    assert_eq!(run("\n\n1 / 0"), Err(("ZeroDivisionError", 3)));
    assert_eq!(run("y"), Err(("NameError", 1)));
    assert_eq!(run("x x"), Err(("SyntaxError", 1)));
}
