//! Where a statement goes on: the state after each of its tokens.
//!
//! As in the compiler, a line's end ends the statement where the token before it can be the last
//! of one and the token after it the first; all else are exceptions. Only what stands outside of
//! brackets is looked at: inside of them nothing ends.

use super::keywords::{Keyword, is_reserved};
use super::tokens::{Gap, Kind, Token};
use crate::lang::lexer::Brackets;

/// What an expression has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operand {
    /// One is expected.
    Wanted,
    Read,
    /// It was read, then the name of a method without a dot: the other operand may follow.
    Infix,
}

/// An annotation at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Annotation {
    None,
    /// Its sign was read, or a dot within its name.
    Unnamed,
    Named,
}

/// A definition at the beginning that lacks something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lacks {
    Nothing,
    /// `def`: a body.
    Body,
    /// `val`, `var`: a type or a value.
    TypeOrValue,
    /// `type`: what it stands for, or a bound.
    Meaning,
    /// `import`: a dot.
    Selector,
}

/// What brackets enclose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Enclosed {
    /// The condition of `if`, `while` or `for`: something must follow.
    Header,
    /// The condition that ends `do`.
    LastCondition,
    /// In braces what is given to the expression before them, which may take more.
    Argument,
    Other,
}

pub(super) struct Walk {
    brackets: Brackets<Enclosed>,
    pub(super) mismatched: bool,
    /// Only modifiers and annotations were read so far.
    at_start: bool,
    /// The last token, its keyword where it is one.
    last: Option<(Kind, Option<Keyword>)>,
    /// The last token is a sign or a word that cannot be a statement's last one.
    demanding: bool,
    operand: Operand,
    annotation: Annotation,
    lacks: Lacks,
    /// A list of parameters may begin the next line.
    parameters: bool,
    /// It is an import, whose names take no arguments.
    import: bool,
    /// What is being read is no type and no class, whose brace would be its body.
    in_expression: bool,
    /// The last token ends what would take a brace on the next line: a block or a body was closed.
    takes_no_brace: bool,
    /// What the next bracket holds, where a word before it tells.
    next_enclosed: Enclosed,
    /// The last token closed a condition: something must follow.
    header_closed: bool,
    /// `do` whose `while` has not come.
    pending_do: usize,
}

impl Walk {
    pub(super) fn new() -> Walk {
        Walk {
            brackets: Brackets::new(),
            mismatched: false,
            at_start: true,
            last: None,
            demanding: false,
            operand: Operand::Wanted,
            annotation: Annotation::None,
            lacks: Lacks::Nothing,
            parameters: false,
            import: false,
            in_expression: true,
            takes_no_brace: false,
            next_enclosed: Enclosed::Other,
            header_closed: false,
            pending_do: 0,
        }
    }

    /// Begins the next statement, outside of brackets.
    pub(super) fn restart(&mut self) {
        let brackets = std::mem::replace(&mut self.brackets, Brackets::new());
        *self = Walk {
            brackets,
            ..Walk::new()
        };
    }

    pub(super) fn depth(&self) -> usize {
        self.brackets.depth()
    }

    /// Whether a semicolon here belongs to the statement.
    pub(super) fn takes_semicolon(&self) -> bool {
        self.depth() > 0 || self.pending_do > 0
    }

    pub(super) fn step(&mut self, token: &Token<'_>) {
        match token.kind {
            Kind::Open => {
                let mut enclosed = std::mem::replace(&mut self.next_enclosed, Enclosed::Other);
                if self.depth() == 0 {
                    let is_applied = self.operand == Operand::Read && self.in_expression;
                    if is_applied && token.text == "{" {
                        enclosed = Enclosed::Argument;
                    }
                    self.open(token);
                }
                self.brackets.push(bracket(token), enclosed);
            }
            Kind::Close => match self.brackets.close(bracket(token)) {
                Ok(enclosed) if self.depth() == 0 => self.close(token, enclosed),
                Ok(_) => {}
                Err(()) => self.mismatched = true,
            },
            _ if self.depth() == 0 => self.top_level(token),
            _ => {}
        }
    }

    fn open(&mut self, token: &Token<'_>) {
        let qualifies = matches!(self.last, Some((_, Some(Keyword::Modifier))));
        if !qualifies && self.annotation == Annotation::None {
            self.at_start = false;
        }
        if token.text == "{" {
            // After a colon it is part of the type.
            if self.lacks == Lacks::Body && self.parameters {
                self.lacks = Lacks::Nothing;
            }
            self.parameters = false;
        }
        self.demanding = false;
        self.header_closed = false;
    }

    fn close(&mut self, token: &Token<'_>, enclosed: Enclosed) {
        self.header_closed = enclosed == Enclosed::Header;
        self.takes_no_brace = match enclosed {
            Enclosed::LastCondition => true,
            Enclosed::Header | Enclosed::Argument => false,
            Enclosed::Other => token.text == "}",
        };
        // Nothing but `private[a]` was read, or an annotation.
        self.demanding = self.at_start;
        self.operand = match self.header_closed {
            true => Operand::Wanted,
            false => Operand::Read,
        };
        self.last = Some((Kind::Close, None));
    }

    fn top_level(&mut self, token: &Token<'_>) {
        let after_dot = matches!(self.last, Some((Kind::Dot, _)));
        let keyword = match token.kind {
            Kind::Word if !after_dot => Keyword::of(token.text),
            _ => None,
        };
        self.header_closed = false;
        self.next_enclosed = Enclosed::Other;
        // `f _` is a function already, `return` returns nothing.
        self.takes_no_brace = keyword.is_some() && matches!(token.text, "_" | "return");
        let in_annotation = self.annotate(token, after_dot);
        self.demanding = match token.kind {
            Kind::Word => match keyword {
                // `class A private` has a constructor.
                Some(Keyword::Modifier) => self.at_start,
                Some(keyword) => !keyword.can_end(),
                None => false,
            },
            Kind::Operator => is_reserved(token.text),
            Kind::Comma | Kind::Dot => true,
            Kind::Literal | Kind::Open | Kind::Close | Kind::Semicolon | Kind::Newline => false,
        };
        match (token.kind, keyword) {
            _ if in_annotation => {}
            (Kind::Word, Some(keyword)) => self.keyword(keyword),
            (Kind::Word, None) => self.name(after_dot),
            (Kind::Operator, _) if self.demanding => self.reserved_sign(token.text),
            (Kind::Operator, _) => {
                let is_defined = matches!(self.last, Some((_, Some(Keyword::Def))));
                let is_prefix = matches!(token.text, "-" | "+" | "!" | "~");
                if is_defined || self.operand != Operand::Wanted || !is_prefix {
                    self.name(after_dot);
                }
            }
            (Kind::Literal, _) => self.operand = Operand::Read,
            (Kind::Dot, _) => {
                self.operand = Operand::Wanted;
                // Of the new object, not of its class's name.
                self.in_expression |= matches!(self.last, Some((Kind::Close, _)));
                if self.lacks == Lacks::Selector {
                    self.lacks = Lacks::Nothing;
                }
            }
            (Kind::Comma, _) => self.operand = Operand::Wanted,
            (Kind::Open | Kind::Close | Kind::Semicolon | Kind::Newline, _) => {}
        }
        self.at_start &=
            in_annotation || matches!(keyword, Some(Keyword::Modifier | Keyword::Case));
        self.last = Some((token.kind, keyword));
    }

    /// Whether a token belongs to an annotation at the beginning.
    fn annotate(&mut self, token: &Token<'_>, after_dot: bool) -> bool {
        let is_sign = token.kind == Kind::Operator && token.text == "@";
        self.annotation = match (self.annotation, token.kind) {
            _ if self.at_start && is_sign => Annotation::Unnamed,
            (Annotation::Unnamed, Kind::Word) => Annotation::Named,
            (Annotation::Named, Kind::Dot) => Annotation::Unnamed,
            (Annotation::Named, Kind::Word) if after_dot => Annotation::Named,
            _ => Annotation::None,
        };
        self.annotation != Annotation::None
    }

    /// A name, also of signs.
    fn name(&mut self, after_dot: bool) {
        self.operand = match self.operand {
            Operand::Read if !after_dot => Operand::Infix,
            _ => Operand::Read,
        };
    }

    fn keyword(&mut self, keyword: Keyword) {
        self.operand = Operand::Wanted;
        let names_type = matches!(
            keyword,
            Keyword::Class
                | Keyword::Def
                | Keyword::Extends
                | Keyword::New
                | Keyword::Object
                | Keyword::Package
                | Keyword::Type
        );
        self.in_expression &= !names_type;
        match keyword {
            Keyword::Operand => self.operand = Operand::Read,
            Keyword::Header => self.next_enclosed = Enclosed::Header,
            Keyword::While if self.pending_do > 0 => {
                self.pending_do -= 1;
                self.next_enclosed = Enclosed::LastCondition;
            }
            Keyword::While => self.next_enclosed = Enclosed::Header,
            Keyword::Do => self.pending_do += 1,
            Keyword::Extends => self.parameters = false,
            Keyword::Class if self.at_start => self.parameters = true,
            Keyword::Def if self.at_start => {
                self.lacks = Lacks::Body;
                self.parameters = true;
            }
            Keyword::Val if self.at_start => self.lacks = Lacks::TypeOrValue,
            Keyword::Type if self.at_start => self.lacks = Lacks::Meaning,
            Keyword::Import if self.at_start => {
                self.lacks = Lacks::Selector;
                self.import = true;
            }
            _ => {}
        }
    }

    fn reserved_sign(&mut self, sign: &str) {
        self.operand = Operand::Wanted;
        match sign {
            "=" => {
                self.in_expression = self.lacks != Lacks::Meaning;
                if self.lacks != Lacks::Selector {
                    self.lacks = Lacks::Nothing;
                }
                self.parameters = false;
            }
            ":" => {
                self.in_expression = false;
                if self.lacks == Lacks::TypeOrValue {
                    self.lacks = Lacks::Nothing;
                }
                self.parameters = false;
            }
            "<:" | ">:" if self.lacks == Lacks::Meaning => self.lacks = Lacks::Nothing,
            _ => {}
        }
    }

    /// Whether what was read so far cannot be the end of the text.
    pub(super) fn demands_more(&self) -> bool {
        self.goes_on_anyhow() || self.lacks != Lacks::Nothing
    }

    /// Whether the statement goes on, whatever follows on whichever line.
    fn goes_on_anyhow(&self) -> bool {
        self.depth() > 0
            || self.demanding
            || self.header_closed
            || self.pending_do > 0
            || self.annotation != Annotation::None
    }

    /// Whether a token continues the statement.
    pub(super) fn continues_with(&self, token: &Token<'_>, gap: Gap) -> bool {
        if gap == Gap::Inline || self.last.is_none() || self.goes_on_anyhow() {
            return true;
        }
        let keyword = match token.kind {
            Kind::Word => Keyword::of(token.text),
            _ => None,
        };
        let can_begin = match token.kind {
            Kind::Word => keyword.is_none_or(Keyword::can_begin),
            Kind::Operator => token.text == "@" || !is_reserved(token.text),
            Kind::Open => token.text != "[",
            Kind::Literal => true,
            Kind::Close | Kind::Comma | Kind::Dot | Kind::Semicolon | Kind::Newline => false,
        };
        if !can_begin {
            return true;
        }
        // A blank line parts also what a single newline does not.
        gap == Gap::Newline
            && match token.kind {
                Kind::Open if token.text == "{" => !self.takes_no_brace && !self.import,
                Kind::Open => self.parameters || self.operand == Operand::Infix,
                Kind::Word => {
                    self.operand == Operand::Infix && keyword.is_none_or(Keyword::begins_expression)
                }
                Kind::Literal => self.operand == Operand::Infix,
                Kind::Operator => self.operand == Operand::Infix && token.text != "@",
                Kind::Close | Kind::Comma | Kind::Dot | Kind::Semicolon | Kind::Newline => false,
            }
    }
}

fn bracket(token: &Token<'_>) -> char {
    token.text.chars().next().unwrap_or('(')
}
