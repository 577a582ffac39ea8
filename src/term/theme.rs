//! The themes of code: ours, and those in a folder of the user's.

use super::colour::{Depth, mapped};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use syntect::highlighting::{Theme as Colours, ThemeSet};

/// What holds where none is chosen: the terminal's own sixteen colours.
pub const DEFAULT_THEME: &str = "terminal";

/// Ours, with what each is for. Whoever adds one writes the file and a line here.
const OURS: [(&str, &str, &[u8]); 7] = [
    (
        DEFAULT_THEME,
        "the terminal's own colours",
        include_bytes!("../../themes/terminal.tmTheme"),
    ),
    (
        "ember",
        "warm, for dark backgrounds",
        include_bytes!("../../themes/ember.tmTheme"),
    ),
    (
        "fjord",
        "cool, for dark backgrounds",
        include_bytes!("../../themes/fjord.tmTheme"),
    ),
    (
        "paper",
        "warm, for light backgrounds",
        include_bytes!("../../themes/paper.tmTheme"),
    ),
    (
        "meadow",
        "cool, for light backgrounds",
        include_bytes!("../../themes/meadow.tmTheme"),
    ),
    (
        "beacon",
        "high contrast, for dark backgrounds",
        include_bytes!("../../themes/beacon.tmTheme"),
    ),
    (
        "ink",
        "bold, italic and underlined, no colours",
        include_bytes!("../../themes/ink.tmTheme"),
    ),
];

const ENDING: &str = "tmTheme";
/// How like two names must be for one to be suggested.
const ALIKE: f64 = 0.7;
const MOST_SUGGESTED: usize = 3;

/// A theme that there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    pub name: String,
    /// What it is for, or where it is.
    pub about: String,
    source: Source,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Ours(&'static [u8]),
    File(PathBuf),
}

/// All themes that there are.
#[derive(Debug, Clone, Default)]
pub struct Themes {
    folder: Option<PathBuf>,
}

impl Themes {
    /// Ours, and those in this folder, which go before ours of the same name.
    pub fn with(folder: Option<PathBuf>) -> Themes {
        Themes { folder }
    }

    /// Ours first, then the user's by their names.
    pub fn all(&self) -> Vec<Theme> {
        let own = self.own();
        let is_own = |name: &str| own.iter().any(|theme| theme.name == name);
        let ours = OURS.iter().filter(|(name, ..)| !is_own(name)).map(ours);
        ours.chain(own.iter().cloned()).collect()
    }

    /// The theme of this name; else the names that are meant, or all of them.
    pub fn find(&self, name: &str) -> Result<Theme, String> {
        // A name is no path.
        let file = self.folder.as_ref().map(|folder| file_of(folder, name));
        if let Some(path) = file.filter(|path| !name.contains('/') && path.is_file()) {
            return Ok(of_file(&path, name));
        }
        if let Some(known) = OURS.iter().find(|(known, ..)| *known == name) {
            return Ok(ours(known));
        }
        Err(self.suggested(name))
    }

    fn suggested(&self, name: &str) -> String {
        let all = self.all();
        let name = name.to_lowercase();
        let mut alike: Vec<(f64, &str)> = all
            .iter()
            .map(|theme| {
                let likeness = strsim::jaro_winkler(&name, &theme.name);
                (likeness, theme.name.as_str())
            })
            .filter(|(likeness, _)| *likeness >= ALIKE)
            .collect();
        alike.sort_by(|a, b| b.0.total_cmp(&a.0));
        match alike.is_empty() {
            true => {
                let names: Vec<&str> = all.iter().map(|theme| theme.name.as_str()).collect();
                format!("there are {}", listed(&names, "and"))
            }
            false => {
                let names: Vec<&str> = alike.iter().map(|(_, name)| *name).collect();
                let names = &names[..names.len().min(MOST_SUGGESTED)];
                format!("is {} meant?", listed(names, "or"))
            }
        }
    }

    fn own(&self) -> Vec<Theme> {
        let entries = self.folder.as_ref().map(std::fs::read_dir);
        let Some(Ok(entries)) = entries else {
            return Vec::new();
        };
        let mut own: Vec<Theme> = entries
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let is_theme = path.extension().is_some_and(|ending| ending == ENDING);
                let name = path.file_stem()?.to_str()?.to_owned();
                is_theme.then(|| of_file(&path, &name))
            })
            .collect();
        own.sort_by(|a, b| a.name.cmp(&b.name));
        own
    }
}

impl Default for Theme {
    fn default() -> Theme {
        ours(&OURS[0])
    }
}

impl Theme {
    /// Its colours as a terminal of this depth has them; why there are none.
    pub(super) fn load(&self, depth: Depth) -> Result<Colours, String> {
        let read;
        let bytes = match &self.source {
            Source::Ours(bytes) => *bytes,
            Source::File(path) => {
                read = std::fs::read(path).map_err(|error| error.to_string())?;
                &read
            }
        };
        let mut colours = ThemeSet::load_from_reader(&mut Cursor::new(bytes))
            .map_err(|error| error.to_string())?;
        let styles = colours
            .scopes
            .iter_mut()
            .map(|item| &mut item.style.foreground);
        for colour in styles.chain([&mut colours.settings.foreground]) {
            *colour = colour.map(|colour| mapped(colour, depth));
        }
        Ok(colours)
    }
}

fn ours((name, about, bytes): &(&'static str, &'static str, &'static [u8])) -> Theme {
    Theme {
        name: (*name).to_owned(),
        about: (*about).to_owned(),
        source: Source::Ours(bytes),
    }
}

fn of_file(path: &Path, name: &str) -> Theme {
    Theme {
        name: name.to_owned(),
        about: path.display().to_string(),
        source: Source::File(path.to_owned()),
    }
}

fn file_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.{ENDING}"))
}

/// `a, b and c`
fn listed(names: &[&str], last: &str) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syntect::highlighting::Color;

    fn colours(theme: &Theme) -> Vec<Color> {
        let loaded = theme.load(Depth::True).unwrap();
        let colours = loaded
            .scopes
            .iter()
            .filter_map(|item| item.style.foreground);
        colours.collect()
    }

    #[test]
    fn each_of_ours_loads_under_its_own_name() {
        for theme in Themes::default().all() {
            let loaded = theme.load(Depth::Sixteen).unwrap();
            assert_eq!(loaded.name.as_deref(), Some(theme.name.as_str()));
            assert!(loaded.scopes.len() > 5, "{}", theme.name);
            let palette = |colour: &Color| colour.a <= 1 && colour.r < 16;
            let mapped = loaded
                .scopes
                .iter()
                .filter_map(|item| item.style.foreground);
            assert!(
                mapped.collect::<Vec<_>>().iter().all(palette),
                "{}",
                theme.name
            );
        }
        let palette = |colour: &Color| colour.a <= 1 && colour.r < 16;
        assert!(colours(&Theme::default()).iter().all(palette));
        assert!(colours(&Themes::default().find("ink").unwrap()).is_empty());
    }

    /// As it is measured for pages of the web: 4.5 is what one reads well.
    #[test]
    fn what_is_written_can_be_read_on_the_background_it_is_for() {
        let light = |part: u8| {
            let part = f64::from(part) / 255.0;
            match part <= 0.03928 {
                true => part / 12.92,
                false => ((part + 0.055) / 1.055).powf(2.4),
            }
        };
        let lightness = |(r, g, b)| 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
        for (name, background, least) in [
            ("ember", (30, 30, 30), 4.5),
            ("fjord", (30, 30, 30), 4.5),
            ("paper", (255, 255, 255), 4.5),
            ("meadow", (255, 255, 255), 4.5),
            ("beacon", (0, 0, 0), 7.0),
        ] {
            for colour in colours(&Themes::default().find(name).unwrap()) {
                let (one, other) = (
                    lightness((colour.r, colour.g, colour.b)),
                    lightness(background),
                );
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= least, "{name}: {colour:?} has {contrast:.1}");
            }
        }
    }

    #[test]
    fn a_wrong_name_is_told_with_those_that_are_near() {
        let find = |name: &str| Themes::default().find(name).unwrap_err();
        assert_eq!(find("papper"), "is paper meant?");
        assert_eq!(find("FJORD!"), "is fjord meant?");
        assert!(find("xyzzy").starts_with("there are terminal, ember, "));
        assert!(find("../../etc/passwd").starts_with("there are "));
    }

    #[test]
    fn the_users_own_stand_beside_ours_and_before_one_of_the_same_name() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
        write("mine.tmTheme", OURS[1].2);
        write("ember.tmTheme", b"<plist>");
        write("notes.txt", b"");
        let themes = Themes::with(Some(folder.path().to_owned()));
        let names: Vec<String> = themes.all().into_iter().map(|theme| theme.name).collect();
        let expected = [
            "terminal", "fjord", "paper", "meadow", "beacon", "ink", "ember", "mine",
        ];
        assert_eq!(names, expected);
        assert!(themes.find("mine").unwrap().load(Depth::True).is_ok());
        assert!(themes.find("ember").unwrap().load(Depth::True).is_err());
        assert!(themes.find("mien").unwrap_err().starts_with("is mine "));
    }
}
