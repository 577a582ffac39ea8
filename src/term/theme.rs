//! Colours: roles of our own text, and the theme of code.

use crate::render::Role;
use std::io::Cursor;
use syntect::highlighting::{Color, FontStyle, Style, Theme, ThemeSet};

/// The default theme: the terminal's own sixteen colours.
const TERMINAL: &[u8] = include_bytes!("../../themes/terminal.tmTheme");

pub(super) const RESET: &str = "\x1b[0m";

pub(super) fn default_theme() -> Theme {
    // It is part of the program and loaded by a test; without it, code is shown uncoloured.
    ThemeSet::load_from_reader(&mut Cursor::new(TERMINAL)).unwrap_or_default()
}

/// The sequence that begins a role, or none.
pub(super) fn of_role(role: Role) -> &'static str {
    match role {
        Role::Plain => "",
        Role::Error => "\x1b[31m",
        Role::Strong => "\x1b[1m",
        Role::Faint => "\x1b[2m",
    }
}

/// The prompt's colour in spark-shell.
pub const PROMPT: &str = "\x1b[35m";

/// Appends text in a style of the theme.
pub(super) fn push_styled(line: &mut String, style: Style, text: &str) {
    let mut codes: Vec<String> = Vec::new();
    if style.font_style.contains(FontStyle::BOLD) {
        codes.push("1".to_owned());
    }
    if style.font_style.contains(FontStyle::ITALIC) {
        codes.push("3".to_owned());
    }
    if style.font_style.contains(FontStyle::UNDERLINE) {
        codes.push("4".to_owned());
    }
    codes.extend(colour_code(style.foreground));
    if codes.is_empty() {
        line.push_str(text);
        return;
    }
    line.push_str("\x1b[");
    line.push_str(&codes.join(";"));
    line.push('m');
    line.push_str(text);
    line.push_str(RESET);
}

/// A theme's colour: alpha 0 is a palette colour in red, alpha 1 the terminal's default.
fn colour_code(colour: Color) -> Option<String> {
    match (colour.a, colour.r) {
        (0, number @ 0..=7) => Some(format!("3{number}")),
        (0, number @ 8..=15) => Some(format!("9{}", number - 8)),
        (0, number) => Some(format!("38;5;{number}")),
        (1, _) => None,
        _ => Some(format!("38;2;{};{};{}", colour.r, colour.g, colour.b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_theme_loads_and_uses_the_palette() {
        let theme = default_theme();
        assert_eq!(theme.name.as_deref(), Some("terminal"));
        let colours = theme.scopes.iter().filter_map(|item| item.style.foreground);
        let palette = |colour: Color| colour.a <= 1 && colour.r < 16;
        assert!(theme.scopes.len() > 5 && colours.into_iter().all(palette));
    }

    #[test]
    fn colours_become_codes() {
        let colour = |r, a| Color { r, g: 9, b: 9, a };
        assert_eq!(colour_code(colour(5, 0)).as_deref(), Some("35"));
        assert_eq!(colour_code(colour(8, 0)).as_deref(), Some("90"));
        assert_eq!(colour_code(colour(0, 1)), None);
        assert_eq!(colour_code(colour(7, 255)).as_deref(), Some("38;2;7;9;9"));
    }
}
