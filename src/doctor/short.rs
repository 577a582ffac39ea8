//! Texts of others', which may be of any length.

/// As much of one is told.
const MOST: usize = 200;

pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(short("a name"), "a name");
        let cut = short(&"é".repeat(1_000));
        assert_eq!(cut.chars().count(), MOST + 1);
        assert!(cut.ends_with("é…"));
    }
}
