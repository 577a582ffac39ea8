//! How many columns a text takes on a screen.

use unicode_width::UnicodeWidthStr;

/// Of a text without control characters, as all that is shown in a table is.
pub(super) fn width(text: &str) -> usize {
    match text.is_ascii() {
        true => text.len(),
        false => text.width(),
    }
}
