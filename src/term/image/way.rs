//! Which way of drawing pictures the terminal has, as its environment tells: a question to the terminal
//! would leave its answer among the keys of whoever types.

/// What is wanted of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Images {
    /// Whichever way the terminal has.
    #[default]
    Auto,
    Kitty,
    Iterm2,
    Blocks,
    Save,
    None,
}

/// What becomes of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Kitty,
    Iterm2,
    Blocks,
    /// It is kept in a file.
    Saved,
    /// It is told that there was one.
    Named,
}

/// Since this version pictures of Konsole are kitty's.
const KONSOLE: u32 = 220_400;
/// Since this version VS Code's terminal shows iTerm2's.
const VS_CODE: (u32, u32) = (1, 80);

impl Way {
    /// `has_colours` says whether a terminal shows results, and takes colours; `variable` reads one that
    /// is set and not empty.
    pub fn of(
        images: Images,
        is_terminal: bool,
        has_colours: bool,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Way {
        match images {
            Images::None => Way::Named,
            Images::Save => Way::Saved,
            // Nothing but a terminal draws.
            _ if !is_terminal => Way::Saved,
            Images::Kitty => Way::Kitty,
            Images::Iterm2 => Way::Iterm2,
            Images::Blocks => Way::Blocks,
            Images::Auto => match protocol(variable) {
                Way::Blocks if !has_colours => Way::Saved,
                way => way,
            },
        }
    }
}

fn protocol(variable: impl Fn(&str) -> Option<String>) -> Way {
    let term = variable("TERM").unwrap_or_default();
    let is_within = variable("TMUX").is_some() || variable("STY").is_some();
    // What runs within these is not the terminal that one sees, and passes no pictures on.
    if is_within || term.starts_with("tmux") || term.starts_with("screen") {
        return Way::Blocks;
    }
    if matches!(term.as_str(), "dumb" | "") {
        return Way::Saved;
    }
    let program = variable("TERM_PROGRAM");
    match program.as_deref() {
        Some("ghostty" | "kitty") => return Way::Kitty,
        Some("iTerm.app" | "WezTerm" | "mintty" | "rio") => return Way::Iterm2,
        Some("vscode") => {
            let version = variable("TERM_PROGRAM_VERSION").and_then(|version| {
                let (major, rest) = version.split_once('.')?;
                let minor = rest.split('.').next()?;
                Some((major.parse().ok()?, minor.parse().ok()?))
            });
            return match version.is_some_and(|version: (u32, u32)| version >= VS_CODE) {
                true => Way::Iterm2,
                false => Way::Blocks,
            };
        }
        Some(_) => return Way::Blocks,
        None => {}
    }
    // Over ssh these are what goes along.
    match term.as_str() {
        "xterm-kitty" | "xterm-ghostty" => return Way::Kitty,
        "wezterm" => return Way::Iterm2,
        _ => {}
    }
    if variable("LC_TERMINAL").is_some_and(|name| name == "iTerm2") {
        return Way::Iterm2;
    }
    let konsole = variable("KONSOLE_VERSION").and_then(|version| version.parse().ok());
    let is_kitty = variable("KITTY_WINDOW_ID").is_some();
    match is_kitty || konsole.is_some_and(|version: u32| version >= KONSOLE) {
        true => Way::Kitty,
        false => Way::Blocks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(images: Images, terminal: bool, colours: bool, set: &[(&str, &str)]) -> Way {
        let has_term = set.iter().any(|(name, _)| *name == "TERM");
        let term = (!has_term).then_some(("TERM", "xterm-256color"));
        let all: Vec<_> = set.iter().copied().chain(term).collect();
        Way::of(images, terminal, colours, |name| {
            let found = all.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_tells_the_way() {
        for (set, way) in [
            (&[][..], Way::Blocks),
            (&[("KITTY_WINDOW_ID", "1")], Way::Kitty),
            (&[("TERM", "xterm-kitty")], Way::Kitty),
            (&[("TERM", "xterm-ghostty")], Way::Kitty),
            (&[("TERM_PROGRAM", "ghostty")], Way::Kitty),
            (&[("KONSOLE_VERSION", "230800")], Way::Kitty),
            (&[("KONSOLE_VERSION", "210400")], Way::Blocks),
            (&[("TERM_PROGRAM", "iTerm.app")], Way::Iterm2),
            (&[("TERM_PROGRAM", "WezTerm")], Way::Iterm2),
            (&[("LC_TERMINAL", "iTerm2")], Way::Iterm2),
            (
                &[
                    ("TERM_PROGRAM", "vscode"),
                    ("TERM_PROGRAM_VERSION", "1.95.2"),
                ],
                Way::Iterm2,
            ),
            (
                &[
                    ("TERM_PROGRAM", "vscode"),
                    ("TERM_PROGRAM_VERSION", "1.70.0"),
                ],
                Way::Blocks,
            ),
            (&[("TERM_PROGRAM", "Apple_Terminal")], Way::Blocks),
            // One terminal that was started from another.
            (
                &[("TERM_PROGRAM", "Apple_Terminal"), ("KITTY_WINDOW_ID", "1")],
                Way::Blocks,
            ),
            (
                &[("TMUX", "/tmp/x,1,0"), ("KITTY_WINDOW_ID", "1")],
                Way::Blocks,
            ),
            (
                &[("TERM", "tmux-256color"), ("TERM_PROGRAM", "WezTerm")],
                Way::Blocks,
            ),
            (&[("STY", "1.x"), ("TERM", "xterm-kitty")], Way::Blocks),
            (&[("TERM", "dumb"), ("KITTY_WINDOW_ID", "1")], Way::Saved),
        ] {
            assert_eq!(of(Images::Auto, true, true, set), way, "{set:?}");
        }
    }

    #[test]
    fn without_colours_or_a_terminal_it_is_saved() {
        let kitty = [("TERM", "xterm-kitty")];
        assert_eq!(of(Images::Auto, true, false, &[]), Way::Saved);
        assert_eq!(of(Images::Auto, true, false, &kitty), Way::Kitty);
        for wanted in [Images::Auto, Images::Kitty, Images::Iterm2, Images::Blocks] {
            assert_eq!(of(wanted, false, true, &kitty), Way::Saved, "{wanted:?}");
        }
        assert_eq!(of(Images::None, false, false, &kitty), Way::Named);
        assert_eq!(of(Images::Save, true, true, &kitty), Way::Saved);
        let tmux = [("TMUX", "x")];
        assert_eq!(of(Images::Iterm2, true, true, &tmux), Way::Iterm2);
    }
}
