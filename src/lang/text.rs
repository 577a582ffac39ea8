//! Code as files hold it.

/// A file's bytes as code, or what is wrong with them. A byte-order mark is no code.
pub fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes()[..valid].iter();
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        format!("byte {valid}, on line {line}, is not UTF-8")
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
        assert_eq!(
            decoded(b"x\ny = \xff").unwrap_err(),
            "byte 6, on line 2, is not UTF-8"
        );
    }
}
