//! Whether colours are wanted, how many the terminal has, and how they are written.

use super::signs::takes_signs;
use crate::render::Role;
use syntect::highlighting::{Color, FontStyle, Style};

pub(super) const RESET: &str = "\x1b[0m";

/// The prompt's colour in spark-shell.
pub const PROMPT: &str = "\x1b[35m";

/// Whether colours are wanted, as the command line says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    #[default]
    Auto,
    Always,
    Never,
}

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    #[default]
    Sixteen,
    /// The palette of 256.
    Palette,
    /// 24 bits.
    True,
}

/// What the environment says of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Surroundings {
    refuses: bool,
    forces: bool,
    pub(super) is_dumb: bool,
    pub depth: Depth,
    /// Whether it takes what is no text.
    pub(super) has_signs: bool,
}

impl Surroundings {
    /// `variable` reads one that is set and not empty.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Surroundings {
        let forces =
            |name| variable(name).is_some_and(|value| !matches!(value.as_str(), "0" | "false"));
        let terminal = variable("TERM").unwrap_or_default();
        let is_true = variable("COLORTERM")
            .is_some_and(|value| matches!(value.as_str(), "truecolor" | "24bit"));
        let depth = match (is_true, terminal.as_str()) {
            (true, _) => Depth::True,
            (false, name) if name.ends_with("-direct") => Depth::True,
            (false, name) if name.contains("256color") => Depth::Palette,
            (false, _) => Depth::Sixteen,
        };
        Surroundings {
            refuses: variable("NO_COLOR").is_some(),
            forces: forces("CLICOLOR_FORCE") || forces("FORCE_COLOR"),
            is_dumb: terminal == "dumb",
            depth,
            has_signs: takes_signs(variable),
        }
    }

    /// Whether a stream takes colours: the command line decides, then `NO_COLOR`, then
    /// `CLICOLOR_FORCE` and `FORCE_COLOR`, then whether it is a terminal that knows them.
    pub(super) fn takes(self, wish: Colour, is_terminal: bool) -> bool {
        match wish {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto if self.refuses => false,
            Colour::Auto => self.forces || (is_terminal && !self.is_dumb),
        }
    }
}

/// The sequence that begins a role, or none.
pub(super) fn of_role(role: Role) -> &'static str {
    match role {
        Role::Plain | Role::Link => "",
        Role::Error => "\x1b[31m",
        Role::Strong => "\x1b[1m",
        Role::Faint => "\x1b[2m",
    }
}

/// Appends text in a style of a theme that was mapped to the terminal's colours.
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
    codes.extend(code(style.foreground));
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
pub(super) fn code(colour: Color) -> Option<String> {
    match (colour.a, colour.r) {
        (0, number @ 0..=7) => Some(format!("3{number}")),
        (0, number @ 8..=15) => Some(format!("9{}", number - 8)),
        (0, number) => Some(format!("38;5;{number}")),
        (1, _) => None,
        _ => Some(format!("38;2;{};{};{}", colour.r, colour.g, colour.b)),
    }
}

/// The same for what is behind the text.
pub(super) fn behind(colour: Color) -> Option<String> {
    let code = code(colour)?;
    Some(match code.strip_prefix('9') {
        Some(bright) => format!("10{bright}"),
        None => code.replacen('3', "4", 1),
    })
}

/// The colour that a terminal of this depth has for it.
pub(super) fn mapped(colour: Color, depth: Depth) -> Color {
    let palette = |number| Color {
        r: number,
        g: 0,
        b: 0,
        a: 0,
    };
    match (colour.a, depth) {
        (0 | 1, _) | (_, Depth::True) => colour,
        (_, Depth::Palette) => palette(nearest((16..=255).map(|n| (n, of_palette(n))), colour)),
        (_, Depth::Sixteen) => {
            let sixteen = (0..).zip(SIXTEEN);
            palette(nearest(sixteen, colour))
        }
    }
}

/// The sixteen as xterm has them; a terminal's own may differ.
const SIXTEEN: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

/// A cube of 6 × 6 × 6 colours, then 24 greys.
fn of_palette(number: u8) -> (u8, u8, u8) {
    let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
    match number {
        0..=15 => SIXTEEN[usize::from(number)],
        16..=231 => {
            let n = number - 16;
            (step(n / 36), step(n / 6 % 6), step(n % 6))
        }
        232..=255 => {
            let grey = 8 + 10 * (number - 232);
            (grey, grey, grey)
        }
    }
}

fn nearest(known: impl Iterator<Item = (u8, (u8, u8, u8))>, wanted: Color) -> u8 {
    let square = |a: u8, b: u8| (i32::from(a) - i32::from(b)).pow(2);
    // The eye sees green best and blue least.
    let distance = |(r, g, b): (u8, u8, u8)| {
        3 * square(r, wanted.r) + 6 * square(g, wanted.g) + square(b, wanted.b)
    };
    known
        .min_by_key(|(_, colour)| distance(*colour))
        .map_or(7, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Surroundings {
        Surroundings::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_flag_then_the_environment_then_the_terminal_decide() {
        let takes =
            |variables: &[(&str, &str)], wish, terminal| of(variables).takes(wish, terminal);
        let auto = Colour::Auto;
        assert!(takes(&[], auto, true) && !takes(&[], auto, false));
        assert!(!takes(&[("TERM", "dumb")], auto, true));
        assert!(!takes(&[("NO_COLOR", "1")], auto, true));
        for forcing in [("CLICOLOR_FORCE", "1"), ("FORCE_COLOR", "3")] {
            assert!(takes(&[forcing], auto, false));
            assert!(takes(&[forcing, ("TERM", "dumb")], auto, false));
            assert!(!takes(&[forcing, ("NO_COLOR", "1")], auto, true));
        }
        assert!(!takes(&[("CLICOLOR_FORCE", "0")], auto, false));
        let all = [("NO_COLOR", "1"), ("TERM", "dumb")];
        assert!(takes(&all, Colour::Always, false));
        assert!(!takes(&[("FORCE_COLOR", "1")], Colour::Never, true));
    }

    #[test]
    fn the_terminal_says_how_many_colours_it_has() {
        for (variables, depth) in [
            (&[][..], Depth::Sixteen),
            (&[("TERM", "xterm")], Depth::Sixteen),
            (&[("TERM", "screen-256color")], Depth::Palette),
            (&[("TERM", "xterm-direct")], Depth::True),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
                Depth::True,
            ),
            (&[("COLORTERM", "24bit")], Depth::True),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "yes")],
                Depth::Palette,
            ),
        ] {
            assert_eq!(of(variables).depth, depth, "{variables:?}");
        }
    }

    #[test]
    fn colours_become_codes() {
        let colour = |r, a| Color { r, g: 9, b: 9, a };
        assert_eq!(code(colour(5, 0)).as_deref(), Some("35"));
        assert_eq!(code(colour(8, 0)).as_deref(), Some("90"));
        assert_eq!(code(colour(99, 0)).as_deref(), Some("38;5;99"));
        assert_eq!(code(colour(0, 1)), None);
        assert_eq!(code(colour(7, 255)).as_deref(), Some("38;2;7;9;9"));
        let behind = |r, a| behind(colour(r, a)).unwrap();
        assert_eq!(behind(5, 0), "45");
        assert_eq!(behind(8, 0), "100");
        assert_eq!(behind(99, 0), "48;5;99");
        assert_eq!(behind(33, 255), "48;2;33;9;9");
    }

    #[test]
    fn a_colour_becomes_the_nearest_that_the_terminal_has() {
        let red = Color {
            r: 250,
            g: 5,
            b: 5,
            a: 255,
        };
        let codes = |depth| code(mapped(red, depth)).unwrap();
        assert_eq!(codes(Depth::True), "38;2;250;5;5");
        assert_eq!(codes(Depth::Palette), "38;5;196");
        assert_eq!(codes(Depth::Sixteen), "91");
        let grey = Color {
            r: 118,
            g: 118,
            b: 118,
            a: 255,
        };
        assert_eq!(mapped(grey, Depth::Palette).r, 243);
        // A theme's own palette colours stay.
        let own = Color { a: 0, ..grey };
        assert_eq!(mapped(own, Depth::Sixteen), own);
    }
}
