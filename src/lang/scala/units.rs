//! Statements that must reach the compiler together: companions, a sealed class and what extends it,
//! and definitions that refer to a later one. Only definitions, values and imports may stand between them: an expression between
//! them is to run before what follows it is compiled.

use super::keywords::is_modifier;
use super::tokens::{Kind, Scan, Token};
use std::collections::HashMap;
use std::ops::Range;

/// What a statement is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head<'a> {
    /// Its body is compiled now and runs later.
    Defines(Keyword, &'a str),
    /// A lazy value: it runs later, but nobody defines it after its use.
    Lazy,
    /// A value or an import.
    Immediate,
    Expression,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keyword {
    Class,
    Object,
    /// `def` and `type`
    Other,
}

/// Where the definers of a name stand, in order.
type Definers<'a> = HashMap<&'a str, Vec<usize>>;

/// Joins statements that belong together.
pub(super) fn merge(scan: &Scan<'_>, ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    if ranges.len() < 2 {
        return ranges;
    }
    let statements: Vec<&[Token<'_>]> = tokens_of(scan, &ranges);
    let heads: Vec<Head<'_>> = statements.iter().map(|tokens| head(tokens)).collect();
    let mut definers = Definers::new();
    for (index, head) in heads.iter().enumerate() {
        if let Head::Defines(_, name) = head {
            definers.entry(name).or_default().push(index);
        }
    }
    if definers.is_empty() {
        return ranges;
    }
    let mut last_child = last_children(&statements, &heads, &definers);
    let mut next_expression = heads.len();
    let mut reach: Vec<usize> = (0..heads.len()).collect();
    for index in (0..heads.len()).rev() {
        if heads[index] == Head::Expression {
            next_expression = index;
        }
        let named = last_named(index, statements[index], &heads, &definers);
        for wanted in [named, last_child.remove(&index).unwrap_or(index)] {
            if wanted < next_expression {
                reach[index] = reach[index].max(wanted);
            }
        }
    }
    let mut merged: Vec<Range<usize>> = Vec::new();
    // The last statement that the unit being read must hold.
    let mut held = 0;
    for (index, range) in ranges.into_iter().enumerate() {
        match merged.last_mut() {
            Some(last) if index <= held => last.end = range.end,
            _ => merged.push(range),
        }
        held = held.max(reach[index]);
    }
    merged
}

fn tokens_of<'s, 'a>(scan: &'s Scan<'a>, ranges: &[Range<usize>]) -> Vec<&'s [Token<'a>]> {
    let mut begin = 0;
    let bounds = ranges.iter().map(|range| {
        // They come in order: to walk there is cheaper than to search all that follows.
        let walk = |from: usize, to: usize| {
            let rest = scan.tokens[from..].iter();
            from + rest.take_while(|token| token.start < to).count()
        };
        let first = walk(begin, range.start);
        let end = walk(first, range.end);
        begin = end;
        &scan.tokens[first..end]
    });
    bounds.collect()
}

/// The last statement that defines a name which this one needs.
fn last_named(
    index: usize,
    tokens: &[Token<'_>],
    heads: &[Head<'_>],
    definers: &Definers<'_>,
) -> usize {
    let mut last = match heads[index] {
        Head::Defines(keyword, name) => {
            let others = definers.get(name).map_or(&[][..], Vec::as_slice);
            let is_companion = |other: usize| {
                let kinds = (keyword, keyword_of(&heads[other]));
                matches!(
                    kinds,
                    (Keyword::Class, Some(Keyword::Object))
                        | (Keyword::Object, Some(Keyword::Class))
                )
            };
            let next = others.get(others.partition_point(|other| *other <= index));
            next.filter(|other| is_companion(**other))
                .map_or(index, |other| *other)
        }
        Head::Lazy => index,
        Head::Immediate | Head::Expression => return index,
    };
    let mut after_dot = false;
    for token in tokens {
        if token.kind == Kind::Word && !after_dot {
            // The first definition counts: after it the name is known.
            let first = definers.get(token.text).and_then(|all| all.first());
            last = last.max(*first.unwrap_or(&0));
        }
        after_dot = token.kind == Kind::Dot;
    }
    last
}

/// For a sealed class the last statement after it that extends it.
fn last_children(
    statements: &[&[Token<'_>]],
    heads: &[Head<'_>],
    definers: &Definers<'_>,
) -> HashMap<usize, usize> {
    let mut children = HashMap::new();
    for (child, tokens) in statements.iter().enumerate() {
        if keyword_of(&heads[child]).is_none() {
            continue;
        }
        let mut tokens = tokens.iter();
        if !tokens.any(|token| token.text == "extends") {
            continue;
        }
        for token in tokens.take_while(|token| token.text != "{") {
            let parents = definers.get(token.text).map_or(&[][..], Vec::as_slice);
            let before = parents.partition_point(|parent| *parent < child);
            if let Some(parent) = before.checked_sub(1).map(|last| parents[last])
                && is_sealed(statements[parent])
            {
                children.insert(parent, child);
            }
        }
    }
    children
}

fn is_sealed(tokens: &[Token<'_>]) -> bool {
    let keywords = ["class", "trait", "object", "def", "type"];
    let mut before = tokens
        .iter()
        .take_while(|one| !keywords.contains(&one.text));
    before.any(|token| token.text == "sealed")
}

fn keyword_of(head: &Head<'_>) -> Option<Keyword> {
    match head {
        Head::Defines(keyword, _) => Some(*keyword),
        Head::Lazy | Head::Immediate | Head::Expression => None,
    }
}

fn head<'a>(tokens: &[Token<'a>]) -> Head<'a> {
    let mut tokens = tokens.iter().filter(|token| token.kind != Kind::Newline);
    let mut depth = 0usize;
    let mut annotation = false;
    let mut is_lazy = false;
    while let Some(token) = tokens.next() {
        match token.kind {
            // An annotation's name may have several parts.
            Kind::Dot => annotation = true,
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            Kind::Operator if token.text == "@" => annotation = true,
            Kind::Word if annotation => annotation = false,
            Kind::Word if is_modifier(token.text) => is_lazy |= token.text == "lazy",
            Kind::Word => {
                let keyword = match token.text {
                    "class" | "trait" => Keyword::Class,
                    "object" => Keyword::Object,
                    "def" | "type" => Keyword::Other,
                    "val" | "var" if is_lazy => return Head::Lazy,
                    "val" | "var" | "import" => return Head::Immediate,
                    _ => return Head::Expression,
                };
                let name = tokens.next().map_or("", |token| token.text);
                return Head::Defines(keyword, name);
            }
            Kind::Literal | Kind::Operator | Kind::Comma | Kind::Semicolon | Kind::Newline => {
                return Head::Expression;
            }
        }
    }
    Head::Expression
}

#[cfg(test)]
mod tests {
    use super::super::statement_ranges;

    fn units(source: &str) -> Vec<&str> {
        let ranges = statement_ranges(source).into_iter();
        ranges.map(|range| &source[range]).collect()
    }

    #[test]
    fn companions_are_found_in_either_order_and_apart() {
        for source in [
            "class P\nobject P",
            "object P { }\n\n// c\ncase class P(a: Int)",
            "trait P\nval x = 1\nobject P",
            "@a.b(1) private[q] class P\nobject P",
        ] {
            assert_eq!(units(source).len(), 1, "{source}");
        }
        for source in [
            "class P\nclass P",
            "class P\nP(1)\nobject P",
            "class P\nobject Q",
        ] {
            assert!(units(source).len() > 1, "{source}");
        }
    }

    #[test]
    fn a_sealed_class_is_compiled_with_its_children() {
        let source =
            "sealed trait A\ncase object B extends A\nval x = 1\nclass C extends D with A\n1";
        assert_eq!(units(source).len(), 2);
        assert_eq!(units("trait A\nclass B extends A").len(), 2);
        assert_eq!(units("sealed trait A\n1\nclass B extends A").len(), 3);
    }

    #[test]
    fn definitions_that_refer_to_a_later_one_stay_together() {
        let source = "def even(n: Int): Boolean = n == 0 || odd(n - 1)\nval z = 1\n\
                      def odd(n: Int): Boolean = n != 0 && even(n - 1)\neven(4)";
        assert_eq!(units(source).len(), 2);
        assert_eq!(units("lazy val a = f\ndef f = 1").len(), 1);
        assert_eq!(units("class A { def b: B = null }\ntrait B").len(), 1);
        // A value runs at once, a member of another name is another one, and what is there already
        // is not taken from below.
        assert_eq!(units("val a = f\ndef f = 1").len(), 2);
        assert_eq!(units("def a = x.f\ndef f = 1").len(), 2);
        assert_eq!(units("def f = 0\ndef a = f\ndef f = 1").len(), 3);
    }
}
