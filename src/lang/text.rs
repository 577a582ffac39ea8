//! Code as files hold it.

use std::fmt;

/// A byte that is no UTF-8, and the line on which it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadByte {
    /// From 0.
    byte: usize,
    /// From 1.
    line: usize,
}

impl fmt::Display for BadByte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}, on line {}, is not UTF-8", self.byte, self.line)
    }
}

impl BadByte {
    /// The same where so many bytes and lines came before.
    pub fn after(self, bytes: usize, lines: usize) -> BadByte {
        BadByte {
            byte: self.byte + bytes,
            line: self.line + lines,
        }
    }
}

/// A file's bytes as code, or what is wrong with them. A byte-order mark is no code.
pub fn decoded(bytes: Vec<u8>) -> Result<String, BadByte> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        let before = error.as_bytes()[..byte].iter();
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        BadByte { byte, line }
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(code) => code.to_owned(),
        None => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_code() {
        let decoded = |bytes: &[u8]| decoded(bytes.to_vec());
        assert_eq!(decoded(b"\xef\xbb\xbfx = 1").as_deref(), Ok("x = 1"));
        assert_eq!(decoded("x = 'é'".as_bytes()).as_deref(), Ok("x = 'é'"));
        let bad = decoded(b"x\ny = \xff").unwrap_err();
        assert_eq!(bad.to_string(), "byte 6, on line 2, is not UTF-8");
        assert_eq!(
            bad.after(10, 3).to_string(),
            "byte 16, on line 5, is not UTF-8"
        );
    }
}
