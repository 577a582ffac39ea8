//! A dialogue that was copied from a shell: its inputs, without prompts and old outputs.
//!
//! | shell   | prompt     | continuation |
//! |---------|------------|--------------|
//! | Scala's | `scala> `  | `     \| `   |
//! | Python's| `>>> `     | `... `       |
//! | IPython | `In [3]: ` | `   ...: `   |
//!
//! What stands between an input and the next prompt is output, and is dropped; only Scala's `res3:`
//! is looked at, because a later input may use that name: it becomes `val res3 = { … }`, as the
//! Scala shell does it.

use super::Language;
use std::collections::HashSet;

/// What was typed at one prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    pub code: String,
    /// The line of the transcript on which it begins, from 1.
    pub first_line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    pub language: Language,
    pub inputs: Vec<Typed>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shell {
    Scala,
    Python,
    IPython,
}

/// The transcript that a text is; none where it does not begin with a prompt.
pub fn transcript(text: &str) -> Option<Transcript> {
    let first = text.lines().find(|line| !line.trim().is_empty())?;
    let shell = [Shell::Scala, Shell::Python, Shell::IPython]
        .into_iter()
        .find(|shell| shell.prompted(first).is_some())?;
    let mut inputs = inputs(shell, text);
    inputs.retain(|input| !input.code.trim().is_empty());
    Some(Transcript {
        language: shell.language(),
        inputs,
    })
}

impl Transcript {
    /// The inputs where they stand, and nothing else: lines are those of the transcript.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = 1;
        for input in &self.inputs {
            while line < input.first_line {
                text.push('\n');
                line += 1;
            }
            text.push_str(&input.code);
            text.push('\n');
            line += 1 + super::newlines(&input.code);
        }
        text
    }
}

fn inputs(shell: Shell, text: &str) -> Vec<Typed> {
    let mut inputs: Vec<Typed> = Vec::new();
    let mut results: Vec<Option<&str>> = Vec::new();
    // Whether a continuation may follow.
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        if let Some(code) = shell.prompted(line) {
            inputs.push(Typed {
                code: code.to_owned(),
                first_line: index + 1,
            });
            results.push(None);
            inside = true;
        } else if let (true, Some(code), Some(input)) =
            (inside, shell.continued(line), inputs.last_mut())
        {
            input.code.push('\n');
            input.code.push_str(code);
        } else if !inside || !line.trim().is_empty() {
            inside = false;
            if let Some(result) = results.last_mut().filter(|result| result.is_none()) {
                *result = result_name(line);
            }
        }
    }
    for input in &mut inputs {
        input.code.truncate(input.code.trim_end().len());
    }
    if shell == Shell::Scala {
        name_results(&mut inputs, &results);
    }
    inputs
}

/// `res3` in `res3: Int = 7`, or in `val res3: Int = 7` of Scala 2.13.
fn result_name(line: &str) -> Option<&str> {
    let line = line.strip_prefix("val ").unwrap_or(line);
    let (name, _) = line.split_once(": ")?;
    let number = name.strip_prefix("res")?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(name)
}

/// Gives a result that another input uses its old name.
fn name_results(inputs: &mut [Typed], results: &[Option<&str>]) {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    // The results that a later input names.
    let mut used: HashSet<String> = HashSet::new();
    for (input, name) in inputs.iter_mut().zip(results).rev() {
        let words = input.code.split(|c| !is_part(c));
        let mentioned: Vec<String> = words
            .filter(|word| word.starts_with("res"))
            .map(str::to_owned)
            .collect();
        if let Some(name) = name.filter(|name| used.contains(*name))
            && !input.code.trim_start().starts_with(&format!("val {name} "))
        {
            // On a line of its own the brace is out of a comment's reach.
            input.code = format!("val {name} = {{ {}\n}}", input.code);
        }
        used.extend(mentioned);
    }
}

impl Shell {
    fn language(self) -> Language {
        match self {
            Shell::Scala => Language::Scala,
            Shell::Python | Shell::IPython => Language::Python,
        }
    }

    /// What stands behind the prompt.
    fn prompted(self, line: &str) -> Option<&str> {
        let line = line.trim_start();
        match self {
            Shell::Scala => after(line, "scala>"),
            Shell::Python => after(line, ">>>"),
            Shell::IPython => {
                let rest = line.strip_prefix("In [")?;
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                match digits {
                    0 => None,
                    _ => after(&rest[digits..], "]:"),
                }
            }
        }
    }

    fn continued(self, line: &str) -> Option<&str> {
        match self {
            // A row of a table begins with a bar, too, but not so far in.
            Shell::Scala => after(line.strip_prefix("   ")?.trim_start(), "|"),
            Shell::Python => after(line.trim_start(), "..."),
            Shell::IPython => after(line.strip_prefix(' ')?.trim_start(), "...:"),
        }
    }
}

/// The rest of a line after a mark and one blank.
fn after<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(mark)?;
    match rest.is_empty() {
        true => Some(rest),
        false => rest.strip_prefix(' '),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn codes(text: &str) -> Vec<String> {
        let inputs = transcript(text).unwrap().inputs;
        inputs.into_iter().map(|input| input.code).collect()
    }

    #[test]
    fn scalas_outputs_are_dropped_and_used_results_named() {
        let text = "\
scala> val t1 = 1
t1: Int = 1

scala> t1 +
     |  1
res3: Int = 2

scala> res3 * 2
res4: Int = 4

scala> Seq(1).toDF.show
+-----+
|value|
+-----+
|    1|
+-----+

scala> ";
        assert_eq!(
            codes(text),
            [
                "val t1 = 1",
                "val res3 = { t1 +\n 1\n}",
                "res3 * 2",
                "Seq(1).toDF.show"
            ]
        );
        let transcript = transcript(text).unwrap();
        assert_eq!(transcript.inputs[2].first_line, 8);
        assert_eq!(transcript.text().lines().nth(7), Some("res3 * 2"));
    }

    #[test]
    fn pythons_blank_continuation_ends_a_block() {
        let text =
            ">>> def f(x):\n...     return x\n... \n>>> f(1)\n1\n>>> for i in []:\n...   i\n...\n";
        assert_eq!(
            codes(text),
            ["def f(x):\n    return x", "f(1)", "for i in []:\n  i"]
        );
    }

    #[test]
    fn ipythons_numbers_are_known() {
        let text = "In [3]: for i in range(2):\n   ...:     print(i)\n   ...: \n0\n1\n\n\
                    In [4]: 1 + 1\nOut[4]: 2\n\nIn [12]: x = (1,\n    ...:      2)\n";
        assert_eq!(
            codes(text),
            [
                "for i in range(2):\n    print(i)",
                "1 + 1",
                "x = (1,\n     2)"
            ]
        );
    }

    #[test]
    fn code_is_no_transcript() {
        for text in [
            "",
            "val scala> = 1",
            "x >>> 2",
            "In[3]: 1",
            "scala>x",
            ">>>1",
        ] {
            assert_eq!(transcript(text), None, "{text}");
        }
    }

    fn prompts(shell: Shell) -> (&'static str, &'static str) {
        match shell {
            Shell::Scala => ("scala> ", "     | "),
            Shell::Python => (">>> ", "... "),
            Shell::IPython => ("In [10]: ", "    ...: "),
        }
    }

    proptest! {
        #[test]
        fn what_is_rendered_is_read_again(
            number in 0usize..3,
            inputs in proptest::collection::vec(
                (proptest::collection::vec("[a-z|.>(]([ -~]{0,12}[a-z)])?", 1..4),
                 proptest::collection::vec("[A-Z+|\\-]([ -~]{0,12})?", 0..3)), 1..5),
        ) {
            let shell = [Shell::Scala, Shell::Python, Shell::IPython][number];
            let (prompt, continuation) = prompts(shell);
            let (mut text, mut expected) = (String::new(), Vec::new());
            for (code, output) in &inputs {
                for (index, line) in code.iter().enumerate() {
                    text.push_str(if index == 0 { prompt } else { continuation });
                    text.push_str(line);
                    text.push('\n');
                }
                for line in output {
                    // What looks like a prompt is one.
                    prop_assume!(shell.prompted(line).is_none());
                    text.push_str(line);
                    text.push('\n');
                }
                text.push('\n');
                expected.push(code.join("\n"));
            }
            prop_assert_eq!(codes(&text), expected);
        }
    }
}
