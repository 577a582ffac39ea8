//! Statements that must reach the compiler together: companions, a sealed class and what extends it,
//! and definitions that refer to a later one.
//!
//! Only definitions, values and imports may stand between them: an expression is to run before what
//! follows it is compiled. With classes no value may: in one unit with its class a Dataset has no
//! outer instance yet. And no name may be there twice: what follows each other shadows, what stands
//! together is an error.

use super::keywords::is_modifier;
use super::tokens::{Kind, Scan, Token};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// What a statement does, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect<'a> {
    /// Its body is compiled now and runs later.
    Defines(Definition, &'a str),
    /// A lazy value: it runs later, but nobody defines it after its use.
    Lazy(&'a str),
    Value(&'a str),
    Import,
    Expression,
}

impl<'a> Effect<'a> {
    fn name(self) -> Option<&'a str> {
        match self {
            Effect::Defines(_, name) | Effect::Lazy(name) | Effect::Value(name) => Some(name),
            Effect::Import | Effect::Expression => None,
        }
    }

    fn definition(self) -> Option<Definition> {
        match self {
            Effect::Defines(definition, _) => Some(definition),
            Effect::Lazy(_) | Effect::Value(_) | Effect::Import | Effect::Expression => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Definition {
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
    let effects: Vec<Effect<'_>> = statements.iter().map(|tokens| effect(tokens)).collect();
    let mut definers = Definers::new();
    for (index, effect) in effects.iter().enumerate() {
        if let Effect::Defines(_, name) = effect {
            definers.entry(name).or_default().push(index);
        }
    }
    if definers.is_empty() {
        return ranges;
    }
    let mut last_child = last_children(&statements, &effects, &definers);
    let mut limits = Limits::none(effects.len());
    let mut reach: Vec<usize> = (0..effects.len()).collect();
    for index in (0..effects.len()).rev() {
        limits.step_back(index, effects[index], &effects);
        let named = last_named(index, statements[index], &effects, &definers);
        for wanted in [named, last_child.remove(&index).unwrap_or(index)] {
            if limits.allow(wanted) {
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

/// How many of these first statements of a text no later one can join.
pub(super) fn closed(scan: &Scan<'_>, ranges: &[Range<usize>]) -> usize {
    let statements = tokens_of(scan, ranges);
    let effects: Vec<Effect<'_>> = statements.iter().map(|tokens| effect(tokens)).collect();
    let is_expression = |effect: &Effect<'_>| matches!(effect, Effect::Expression);
    let after = effects
        .iter()
        .rposition(is_expression)
        .map_or(0, |last| last + 1);
    let begins = |effect: &Effect<'_>| matches!(effect, Effect::Defines(..) | Effect::Lazy(_));
    let open = effects[after..].iter().position(begins);
    open.map_or(effects.len(), |open| after + open)
}

/// What a unit that begins at a statement may not hold: the next of each kind from there on.
struct Limits<'a> {
    expression: usize,
    value: usize,
    class: usize,
    /// The first that defines a name once more.
    again: usize,
    /// Where each name is defined next.
    defined: HashMap<&'a str, usize>,
}

impl<'a> Limits<'a> {
    fn none(end: usize) -> Limits<'a> {
        Limits {
            expression: end,
            value: end,
            class: end,
            again: end,
            defined: HashMap::new(),
        }
    }

    /// Takes in the statement before those that were taken in.
    fn step_back(&mut self, index: usize, effect: Effect<'a>, effects: &[Effect<'_>]) {
        match effect {
            Effect::Expression => self.expression = index,
            Effect::Value(_) => self.value = index,
            Effect::Defines(Definition::Class | Definition::Object, _) => self.class = index,
            Effect::Defines(Definition::Other, _) | Effect::Lazy(_) | Effect::Import => {}
        }
        if let Some(name) = effect.name()
            && let Some(next) = self.defined.insert(name, index)
            && !are_companions(effect, effects[next])
        {
            self.again = self.again.min(next);
        }
    }

    /// Whether a unit may reach up to a statement.
    fn allow(&self, last: usize) -> bool {
        last < self.expression && last < self.again && (last < self.value || last < self.class)
    }
}

fn are_companions(one: Effect<'_>, other: Effect<'_>) -> bool {
    matches!(
        (one.definition(), other.definition()),
        (Some(Definition::Class), Some(Definition::Object))
            | (Some(Definition::Object), Some(Definition::Class))
    )
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
    effects: &[Effect<'_>],
    definers: &Definers<'_>,
) -> usize {
    let mut last = index;
    match effects[index] {
        Effect::Defines(_, name) => {
            let others = definers.get(name).map_or(&[][..], Vec::as_slice);
            let next = others.get(others.partition_point(|other| *other <= index));
            if let Some(next) = next.filter(|next| are_companions(effects[index], effects[**next]))
            {
                last = *next;
            }
        }
        Effect::Lazy(_) => {}
        Effect::Value(_) | Effect::Import | Effect::Expression => return index,
    }
    let mut bound = None;
    let mut after_dot = false;
    for token in tokens {
        if token.kind == Kind::Word && !after_dot {
            // The first definition counts: after it the name is known.
            let first = definers.get(token.text).and_then(|all| all.first());
            if let Some(first) = first.filter(|first| **first > last)
                && !bound
                    .get_or_insert_with(|| bound_names(tokens))
                    .contains(token.text)
            {
                last = *first;
            }
        }
        after_dot = token.kind == Kind::Dot;
    }
    last
}

/// The names that a statement gives a meaning of its own: parameters, fields and local values.
fn bound_names<'a>(tokens: &[Token<'a>]) -> HashSet<&'a str> {
    let binders = ["val", "var", "def", "class", "object", "case"];
    let mut before = "";
    let mut bound = HashSet::new();
    for (index, token) in tokens.iter().enumerate() {
        let follows = tokens.get(index + 1).map_or("", |next| next.text);
        if binders.contains(&before) || [":", "<-", "=>"].contains(&follows) {
            bound.insert(token.text);
        }
        before = token.text;
    }
    bound
}

/// For a sealed class the last statement after it that extends it.
fn last_children(
    statements: &[&[Token<'_>]],
    effects: &[Effect<'_>],
    definers: &Definers<'_>,
) -> HashMap<usize, usize> {
    let mut children = HashMap::new();
    for (child, tokens) in statements.iter().enumerate() {
        if effects[child].definition().is_none() {
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

fn effect<'a>(tokens: &[Token<'a>]) -> Effect<'a> {
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
                let mut name = || tokens.next().map_or("", |token| token.text);
                return match token.text {
                    "class" | "trait" => Effect::Defines(Definition::Class, name()),
                    "object" => Effect::Defines(Definition::Object, name()),
                    "def" | "type" => Effect::Defines(Definition::Other, name()),
                    "val" | "var" if is_lazy => Effect::Lazy(name()),
                    "val" | "var" => Effect::Value(name()),
                    "import" => Effect::Import,
                    _ => Effect::Expression,
                };
            }
            Kind::Literal | Kind::Operator | Kind::Comma | Kind::Semicolon | Kind::Newline => {
                return Effect::Expression;
            }
        }
    }
    Effect::Expression
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
            "trait P\nimport a.b\nobject P",
            "@a.b(1) private[q] class P\nobject P",
        ] {
            assert_eq!(units(source).len(), 1, "{source}");
        }
        for source in [
            "class P\nclass P",
            "class P\nP(1)\nobject P",
            "class P\nobject Q",
            // With its class in one unit a value has no outer instance for a Dataset.
            "class P\nval x = 1\nobject P",
        ] {
            assert!(units(source).len() > 1, "{source}");
        }
    }

    #[test]
    fn a_sealed_class_is_compiled_with_its_children() {
        let source =
            "sealed trait A\ncase object B extends A\nimport b.c\nclass C extends D with A\n1";
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
        // A parameter, a field or a local value is its own.
        assert_eq!(units("case class P(age: Int)\ndef age = 1").len(), 2);
        assert_eq!(units("def a = { val b = 1; b }\ndef b = 2").len(), 2);
        // Twice in one unit a name would be an error.
        assert_eq!(units("def a = b\nval x = 1\nval x = 2\ndef b = 1").len(), 4);
    }
}
