//! Scala's reserved words and signs, and where a line may break at them.

/// What a word means to those who ask where a statement ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    /// `abstract`, `private` and the like, which begin a definition.
    Modifier,
    Case,
    Class,
    Object,
    Def,
    Do,
    Extends,
    /// `for` and `if`: their condition follows in brackets.
    Header,
    Import,
    New,
    /// `this`, `null`, `_` and the like, which stand for a value.
    Operand,
    Return,
    /// `super`, `try` and `throw`: an expression begins with them.
    Prefix,
    Type,
    Val,
    While,
    /// `else`, `with` and the like: they stand between what belongs together.
    Joining,
    Package,
}

impl Keyword {
    /// None for a name.
    pub(super) fn of(word: &str) -> Option<Keyword> {
        // Most words are names, and most names show it by their length or first letter.
        if word.len() > 9 || !matches!(word.as_bytes().first(), Some(b'a'..=b'y' | b'_')) {
            return None;
        }
        Some(match word {
            "abstract" | "final" | "implicit" | "lazy" | "override" | "private" | "protected"
            | "sealed" => Keyword::Modifier,
            "case" => Keyword::Case,
            "class" | "trait" => Keyword::Class,
            "object" => Keyword::Object,
            "def" => Keyword::Def,
            "do" => Keyword::Do,
            "extends" => Keyword::Extends,
            "for" | "if" => Keyword::Header,
            "import" => Keyword::Import,
            "new" => Keyword::New,
            "this" | "null" | "true" | "false" | "_" => Keyword::Operand,
            "return" => Keyword::Return,
            "super" | "try" | "throw" => Keyword::Prefix,
            "type" => Keyword::Type,
            "val" | "var" => Keyword::Val,
            "while" => Keyword::While,
            "catch" | "else" | "finally" | "forSome" | "match" | "with" | "yield" => {
                Keyword::Joining
            }
            "package" => Keyword::Package,
            _ => return None,
        })
    }

    /// Whether a statement can end with it.
    pub(super) fn can_end(self) -> bool {
        matches!(self, Keyword::Operand | Keyword::Return)
    }

    /// Whether a statement can begin with it.
    pub(super) fn can_begin(self) -> bool {
        !matches!(self, Keyword::Joining | Keyword::Extends)
    }

    /// Whether an expression can begin with it, so that it can follow an infix operator.
    pub(super) fn begins_expression(self) -> bool {
        matches!(
            self,
            Keyword::Do
                | Keyword::Header
                | Keyword::New
                | Keyword::Operand
                | Keyword::Return
                | Keyword::Prefix
                | Keyword::While
        )
    }
}

/// Whether a word may stand before `class`, `def` and the like.
pub(super) fn is_modifier(word: &str) -> bool {
    matches!(Keyword::of(word), Some(Keyword::Modifier | Keyword::Case))
}

/// Whether a sign is part of the grammar; all others are names of methods.
pub(super) fn is_reserved(sign: &str) -> bool {
    matches!(
        sign,
        "=" | "=>" | "⇒" | "<-" | "←" | "<:" | ">:" | "<%" | ":" | "@" | "#"
    )
}
