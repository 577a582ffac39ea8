//! Which function a line of Python lies in, as Python's own tracebacks name it.

use super::Lines;
use crate::lang::newlines;

/// Whether a frame of this name can be on that line (from 1) of the code: in a function or class of
/// the name; for what has no name (`<lambda>`, `<listcomp>`) on a line that can hold one.
pub(in crate::lang) fn holds(code: &str, line: usize, name: &str) -> bool {
    let lines: Vec<_> = Lines::of(code).collect();
    let mut at = None;
    let (mut position, mut number) = (0, 1);
    for (index, logical) in lines.iter().enumerate() {
        number += newlines(&code[position..logical.range.start]);
        position = logical.range.start;
        let last = number + newlines(&code[logical.range.clone()]);
        if (number..=last).contains(&line) {
            at = Some(index);
            break;
        }
    }
    let Some(at) = at else {
        return false;
    };
    let text = |index: usize| &code[lines[index].range.clone()];
    match name {
        "<module>" => lines[at].indent == 0 && definition(text(at)).is_none(),
        "<lambda>" => text(at).contains("lambda"),
        "<listcomp>" | "<setcomp>" | "<dictcomp>" | "<genexpr>" => text(at).contains("for"),
        _ => {
            let mut indent = lines[at].indent + 1;
            for index in (0..=at).rev() {
                if lines[index].indent >= indent {
                    continue;
                }
                indent = lines[index].indent;
                match definition(text(index)) {
                    Some(defined) if defined == name => return true,
                    // What a definition's own line evaluates, such as annotations, runs around it.
                    Some(_) if index == at => {}
                    Some(_) => return false,
                    None => {}
                }
            }
            false
        }
    }
}

/// The name that a logical line defines as a function or a class.
fn definition(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").map_or(line, str::trim_start);
    let rest = line
        .strip_prefix("def ")
        .or_else(|| line.strip_prefix("class "))?
        .trim_start();
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
    Some(&rest[..end.unwrap_or(rest.len())])
}

#[cfg(test)]
mod tests {
    use super::holds;

    const CODE: &str = "\
import os

class A:
    @decorated
    def m(self, a,
          b):
        x = [i for i in a]

        if x:
            return (lambda y:
                    y / 0)(1)

async def g(): return 1
A().m(1)
";

    #[test]
    fn the_innermost_definition_counts() {
        assert!(holds(CODE, 7, "m"));
        assert!(holds(CODE, 10, "m"));
        assert!(!holds(CODE, 10, "A"));
        assert!(holds(CODE, 4, "A"));
        assert!(holds(CODE, 13, "g"));
        assert!(!holds(CODE, 7, "g"));
        assert!(!holds(CODE, 8, "m"), "a blank line raises nothing");
        assert!(!holds(CODE, 99, "m"));
    }

    #[test]
    fn the_line_of_a_definition_is_also_of_what_is_around_it() {
        assert!(holds(CODE, 5, "A"));
        assert!(holds(CODE, 6, "m"));
        assert!(!holds(CODE, 6, "g"));
    }

    #[test]
    fn what_has_no_name_needs_a_line_that_can_hold_it() {
        assert!(holds(CODE, 11, "<lambda>"));
        assert!(holds(CODE, 7, "<listcomp>"));
        assert!(!holds(CODE, 14, "<lambda>"));
        assert!(holds(CODE, 14, "<module>"));
        assert!(!holds(CODE, 7, "<module>"));
    }
}
