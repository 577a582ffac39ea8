//! How the prompt looks and is edited: the top of `config.toml`, whatever server is used.

use super::duration::{duration, duration_text};
use super::layers::Origin;
use super::{Environment, config_path, file};
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::{Table, Value};

/// Whose keys edit a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EditMode {
    #[default]
    Emacs,
    Vi,
}

/// What is wanted of pictures among results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Images {
    /// Drawn in whichever way the terminal has, else saved.
    #[default]
    Auto,
    Kitty,
    Iterm2,
    Blocks,
    Save,
    None,
}

impl Images {
    pub const ALL: [Images; 6] = [
        Images::Auto,
        Images::Kitty,
        Images::Iterm2,
        Images::Blocks,
        Images::Save,
        Images::None,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Images::Auto => "auto",
            Images::Kitty => "kitty",
            Images::Iterm2 => "iterm2",
            Images::Blocks => "blocks",
            Images::Save => "save",
            Images::None => "none",
        }
    }

    pub fn from_name(name: &str) -> Option<Images> {
        let mut all = Images::ALL.into_iter();
        all.find(|images| images.name() == name)
    }
}

/// What is set, the defaults where nothing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looks {
    /// The name of a theme; none where none is named.
    pub theme: Option<String>,
    pub edit_mode: EditMode,
    /// Whether what was typed before is suggested.
    pub suggestions: bool,
    /// Whether the terminal's window is called after the server.
    pub terminal_title: bool,
    /// After a statement that took longer the bell rings; none where it never does.
    pub bell_after: Option<Duration>,
    pub images: Images,
    /// What of it has no effect.
    pub warnings: Vec<String>,
    /// The file and the keys that it sets.
    set: Option<(PathBuf, Vec<&'static str>)>,
}

impl Default for Looks {
    fn default() -> Looks {
        Looks {
            theme: None,
            edit_mode: EditMode::Emacs,
            suggestions: true,
            terminal_title: true,
            bell_after: None,
            images: Images::Auto,
            warnings: Vec::new(),
            set: None,
        }
    }
}

const KEYS: [&str; 6] = [
    "theme",
    "edit_mode",
    "suggestions",
    "bell_after",
    "terminal_title",
    "images",
];
const OFF: &str = "off";
const IMAGES: &str = "\"auto\", \"kitty\", \"iterm2\", \"blocks\", \"save\" or \"none\"";
const BELL: &str = "a length of time, such as \"10s\", or \"off\"";
/// What else may stand there.
const OTHERS: [&str; 2] = ["default_profile", "profiles"];
/// How like two keys must be for one to be suggested.
const ALIKE: f64 = 0.8;

/// What of a broken file cannot be read is left out, and told.
pub fn looks(environment: Environment<'_>) -> Looks {
    let Some(path) = config_path(environment) else {
        return Looks::default();
    };
    match file::table(&path) {
        Ok(None) => Looks::default(),
        Ok(Some(table)) => Looks::of(&table, &path),
        Err(error) => Looks {
            warnings: vec![error.to_string()],
            ..Looks::default()
        },
    }
}

impl Looks {
    fn of(table: &Table, path: &Path) -> Looks {
        let mut looks = Looks::default();
        let mut set = Vec::new();
        for (key, value) in table {
            let Some(known) = KEYS.into_iter().find(|known| known == key) else {
                if !OTHERS.contains(&key.as_str()) {
                    looks
                        .warnings
                        .push(format!("{}: {}", path.display(), unknown(key)));
                }
                continue;
            };
            match looks.take(known, value) {
                Ok(()) => set.push(known),
                Err(wanted) => {
                    let told = format!("{}: {known} is {wanted}", path.display());
                    looks.warnings.push(told);
                }
            }
        }
        looks.set = Some((path.to_owned(), set));
        looks
    }

    /// What the value is to be, where it is not.
    fn take(&mut self, key: &str, value: &Value) -> Result<(), &'static str> {
        match (key, value) {
            ("theme", Value::String(name)) => self.theme = Some(name.clone()),
            ("theme", _) => return Err("the name of a theme"),
            ("suggestions", Value::Boolean(wanted)) => self.suggestions = *wanted,
            ("terminal_title", Value::Boolean(wanted)) => self.terminal_title = *wanted,
            ("suggestions" | "terminal_title", _) => return Err("true or false"),
            ("bell_after", Value::String(text)) => {
                self.bell_after = match text.as_str() {
                    OFF => None,
                    text => Some(duration(text).map_err(|_| BELL)?),
                }
            }
            ("bell_after", _) => return Err(BELL),
            ("images", value) => {
                let named = value.as_str().and_then(Images::from_name);
                self.images = named.ok_or(IMAGES)?;
            }
            (_, value) => {
                self.edit_mode = match value.as_str() {
                    Some("emacs") => EditMode::Emacs,
                    Some("vi") => EditMode::Vi,
                    _ => return Err("\"emacs\" or \"vi\""),
                }
            }
        }
        Ok(())
    }

    /// Each key as it holds, and who has set it; `theme` is the default's name.
    pub fn values(&self, theme: &str) -> Vec<(&'static str, Value, Origin)> {
        let mode = match self.edit_mode {
            EditMode::Emacs => "emacs",
            EditMode::Vi => "vi",
        };
        let theme = self.theme.as_deref().unwrap_or(theme);
        let bell = self.bell_after.map_or(OFF.to_owned(), duration_text);
        let values = [
            theme.into(),
            mode.into(),
            self.suggestions.into(),
            bell.into(),
            self.terminal_title.into(),
            self.images.name().into(),
        ];
        let origin = |key| match &self.set {
            Some((path, set)) if set.contains(&key) => Origin::File(path.clone()),
            Some(_) | None => Origin::Default,
        };
        let keys = KEYS.into_iter().zip(values);
        keys.map(|(key, value)| (key, value, origin(key))).collect()
    }
}

fn unknown(key: &str) -> String {
    let known = KEYS.into_iter().chain(OTHERS);
    let likeness = known.map(|known| (strsim::jaro_winkler(key, known), known));
    let best = likeness.max_by(|a, b| a.0.total_cmp(&b.0));
    match best.filter(|(alike, _)| *alike >= ALIKE) {
        Some((_, meant)) => format!("there is no key {key}: is {meant} meant?"),
        None => format!("there is no key {key}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Looks {
        Looks::of(&text.parse().unwrap(), Path::new("c"))
    }

    #[test]
    fn keys_at_the_top_say_how_the_prompt_looks() {
        let set = of(
            "theme = 'fjord'\nedit_mode = 'vi'\nsuggestions = false\nbell_after = '90s'\nimages = 'blocks'\n[profiles.a]\nurl = 'x'",
        );
        assert_eq!(set.theme.as_deref(), Some("fjord"));
        assert_eq!((set.edit_mode, set.suggestions), (EditMode::Vi, false));
        assert_eq!(set.warnings, Vec::<String>::new());
        let values = set.values("terminal");
        assert_eq!(values[0].1.as_str(), Some("fjord"));
        assert_eq!(values[0].2, Origin::File("c".into()));
        assert_eq!(set.bell_after, Some(Duration::from_secs(90)));
        assert_eq!(values[3].1.as_str(), Some("1m30s"));
        assert_eq!(values[5].1.as_str(), Some("blocks"));
        let nothing = Looks::default();
        assert_eq!(nothing.values("terminal")[3].1.as_str(), Some("off"));
        assert_eq!(nothing.values("terminal")[0].1.as_str(), Some("terminal"));
        assert!(nothing.suggestions);
    }

    #[test]
    fn what_has_no_effect_is_told() {
        let wrong = of(
            "thema = 'x'\nedit_mode = 'vim'\nsuggestions = 1\ntheme = 2\ncolour = 1\nbell_after = 10\nimages = 'sixel'",
        );
        let told = [
            "c: there is no key colour",
            "c: bell_after is a length of time, such as \"10s\", or \"off\"",
            "c: edit_mode is \"emacs\" or \"vi\"",
            "c: images is \"auto\", \"kitty\", \"iterm2\", \"blocks\", \"save\" or \"none\"",
            "c: suggestions is true or false",
            "c: there is no key thema: is theme meant?",
            "c: theme is the name of a theme",
        ];
        let mut warnings = wrong.warnings;
        warnings.sort();
        let mut told = told.map(str::to_owned);
        told.sort();
        assert_eq!(warnings, told);
    }
}
