//! The invisible mark by which a statement is found again: a last line of blanks and tabs.
//!
//! Livy stores and returns code as it was sent, and its languages ignore the line, so that a statement
//! is known among copies, other clients' statements and those from before a crash.

/// So many bits, each a blank or a tab.
const LENGTH: usize = 48;
/// The last sign of a statement that nobody typed.
const HIDDEN: char = '\t';

/// The mark of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature(String);

impl Signature {
    /// From random bits, of which the highest seventeen count for nothing, and whether it is of code
    /// that nobody typed.
    pub fn of_bits(bits: u64, is_hidden: bool) -> Signature {
        let sign = |index| match bits >> index & 1 {
            0 => ' ',
            _ => '\t',
        };
        let mut signs: String = (0..LENGTH - 1).map(sign).collect();
        signs.push(if is_hidden { HIDDEN } else { ' ' });
        Signature(signs)
    }

    pub fn is_hidden(&self) -> bool {
        self.0.ends_with(HIDDEN)
    }

    /// The signature of a code that was sent.
    pub fn in_code(code: &str) -> Option<Signature> {
        let (_, last) = code.rsplit_once('\n')?;
        let is_sign = |byte| matches!(byte, b' ' | b'\t');
        let is_signature = last.len() == LENGTH && last.bytes().all(is_sign);
        is_signature.then(|| Signature(last.to_owned()))
    }

    /// The code as it was before it was signed; one that is not signed is as it was.
    pub fn unsigned(code: &str) -> &str {
        match (Signature::in_code(code), code.rsplit_once('\n')) {
            (Some(_), Some((code, _))) => code,
            (None, _) | (_, None) => code,
        }
    }

    /// The code with its signature.
    pub fn sign(&self, code: &str) -> String {
        format!("{code}\n{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_by_its_signature() {
        let signature = Signature::of_bits(0x1234_5678_9abc, false);
        let signed = signature.sign("x = 1\n  ");
        assert_eq!(Signature::in_code(&signed), Some(signature.clone()));
        assert_ne!(Signature::of_bits(0x1234_5678_9abd, false), signature);
        assert_eq!(signed.trim_end(), "x = 1");
        assert_eq!(Signature::unsigned(&signed), "x = 1\n  ");
        assert_eq!(Signature::unsigned("x\n "), "x\n ");
        assert!(!signature.is_hidden() && Signature::of_bits(0, true).is_hidden());
        assert_eq!(
            Signature::of_bits(1 << 50, false),
            Signature::of_bits(0, false)
        );
    }

    #[test]
    fn other_code_has_none() {
        for code in ["x", "x\n", "x\n   ", &format!("x\n{}", " ".repeat(49)), ""] {
            assert_eq!(Signature::in_code(code), None, "{code:?}");
        }
        let almost = format!("x\n{}x", " ".repeat(47));
        assert_eq!(Signature::in_code(&almost), None);
    }
}
