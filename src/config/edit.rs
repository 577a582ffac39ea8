//! Changes `config.toml` as a person would: what else stands in it stays as it is.

use super::ConfigError;
use super::file::ConfigFile;
use std::fs::{self, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, Item, Table, TableLike, value};

/// What a new file holds: every key with what it is for, none of them in force.
pub(super) const EXAMPLE: &str = include_str!("example.toml");

/// Whoever signs on somewhere is nobody else's business.
const MODE: u32 = 0o600;

/// A profile that is to be written.
#[derive(Debug, Clone, Default)]
pub struct NewProfile {
    pub name: String,
    /// Dotted keys with their values, in order.
    pub values: Vec<(&'static str, toml::Value)>,
}

/// Writes a file with every key as a comment, where there is none.
pub fn init(path: &Path) -> Result<(), ConfigError> {
    match path.try_exists() {
        Ok(false) => write(path, EXAMPLE),
        Ok(true) => Err(ConfigError::Exists(path.to_owned())),
        Err(error) => Err(ConfigError::Unreadable(path.to_owned(), error)),
    }
}

/// Adds a profile. The first one is the default; whether it is so.
pub fn add(path: &Path, profile: &NewProfile) -> Result<bool, ConfigError> {
    let mut file = read(path)?;
    let comments = comments_alone(&mut file);
    let name = profile.name.as_str();
    let profiles = table(file.as_table_mut(), "profiles", path)?;
    if profiles.contains_key(name) {
        return Err(ConfigError::ProfileExists {
            name: name.to_owned(),
            path: path.to_owned(),
        });
    }
    let is_first = profiles.is_empty();
    let mut written = Table::new();
    for (key, of) in &profile.values {
        let (above, key) = key.rsplit_once('.').unwrap_or(("", key));
        let of = literal(of);
        match above {
            "" => written[key] = of,
            // As `auth = { … }`, on one line.
            above => written[above][key] = of,
        }
    }
    profiles.insert(name, Item::Table(written));
    let is_default = is_first && !file.contains_key(DEFAULT);
    if is_default {
        set_first(&mut file, name);
    }
    write(path, &(comments + &file.to_string()))?;
    Ok(is_default)
}

/// Makes a profile the one that holds where none is named.
pub fn set_default(path: &Path, name: &str) -> Result<(), ConfigError> {
    let known = ConfigFile::read(path)?;
    if !known.is_some_and(|file| file.profiles.contains_key(name)) {
        return Err(ConfigError::NoProfile {
            name: name.to_owned(),
            path: path.to_owned(),
        });
    }
    let mut file = read(path)?;
    match file.get_mut(DEFAULT) {
        Some(default) => *default = value(name),
        None => set_first(&mut file, name),
    }
    write(path, &file.to_string())
}

/// What a file holds that has no key yet; it stays before those that come.
fn comments_alone(file: &mut DocumentMut) -> String {
    let comments = file.trailing().as_str().unwrap_or_default().to_owned();
    if !file.is_empty() || comments.trim().is_empty() {
        return String::new();
    }
    file.set_trailing("");
    comments + "\n"
}

const DEFAULT: &str = "default_profile";

/// A key of the whole file stands before its tables.
fn set_first(file: &mut DocumentMut, name: &str) {
    file.insert(DEFAULT, value(name));
    if let Some(mut key) = file.key_mut(DEFAULT) {
        key.leaf_decor_mut().set_prefix("");
    }
}

fn literal(of: &toml::Value) -> Item {
    match of {
        toml::Value::Boolean(is_so) => value(*is_so),
        toml::Value::String(text) => value(text.as_str()),
        other => value(other.to_string()),
    }
}

fn table<'a>(
    file: &'a mut Table,
    name: &str,
    path: &Path,
) -> Result<&'a mut dyn TableLike, ConfigError> {
    let mut new = Table::new();
    new.set_implicit(true);
    let item = file.entry(name).or_insert(Item::Table(new));
    item.as_table_like_mut()
        .ok_or_else(|| ConfigError::Malformed {
            path: path.to_owned(),
            message: format!("{name} is no table"),
        })
}

fn read(path: &Path) -> Result<DocumentMut, ConfigError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(ConfigError::Unreadable(path.to_owned(), error)),
    };
    text.parse()
        .map_err(|error: toml_edit::TomlError| ConfigError::Malformed {
            path: path.to_owned(),
            message: error.to_string().trim().to_owned(),
        })
}

/// Whole or not at all. A link stays one, and a file keeps its mode.
fn write(path: &Path, text: &str) -> Result<(), ConfigError> {
    let unwritten = |error| ConfigError::Unwritten(path.to_owned(), error);
    let target: PathBuf = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(unwritten)?;
    let mode = fs::metadata(&target).map_or(MODE, |known| known.permissions().mode());
    let mut new = tempfile::NamedTempFile::new_in(folder).map_err(unwritten)?;
    new.write_all(text.as_bytes()).map_err(unwritten)?;
    new.as_file()
        .set_permissions(Permissions::from_mode(mode))
        .map_err(unwritten)?;
    new.persist(&target)
        .map_err(|error| unwritten(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::*;

    fn profile(name: &str) -> NewProfile {
        NewProfile {
            name: name.to_owned(),
            values: vec![
                ("url", "http://h:8998".into()),
                ("auth.type", "basic".into()),
                ("auth.user", "me".into()),
                ("tls.insecure", true.into()),
            ],
        }
    }

    #[test]
    fn what_else_stands_in_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/config.toml");
        assert!(add(&path, &profile("a")).unwrap());
        let first = "default_profile = \"a\"\n\n[profiles.a]\nurl = \"http://h:8998\"\n\
                     auth = { type = \"basic\", user = \"me\" }\ntls = { insecure = true }\n";
        assert_eq!(fs::read_to_string(&path).unwrap(), first);
        let text = format!("# mine\n{first}# the end\n");
        fs::write(&path, &text).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        assert!(!add(&path, &profile("b")).unwrap());
        let both = fs::read_to_string(&path).unwrap();
        assert!(
            both.starts_with("# mine\ndefault_profile = \"a\"\n"),
            "{both}"
        );
        assert!(both.contains("# the end"), "{both}");
        assert!(both.contains("\n[profiles.b]\nurl = "), "{both}");
        assert_eq!(mode(&path), 0o640);
        assert!(matches!(
            add(&path, &profile("a")),
            Err(ConfigError::ProfileExists { .. })
        ));
        set_default(&path, "b").unwrap();
        let other = fs::read_to_string(&path).unwrap();
        assert_eq!(
            other,
            both.replace("default_profile = \"a\"", "default_profile = \"b\"")
        );
        assert!(matches!(
            set_default(&path, "c"),
            Err(ConfigError::NoProfile { .. })
        ));
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("dotfile"), folder.path().join("link"));
        fs::write(&target, "[profiles.a]\nurl = 'http://a'\n").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        set_default(&link, "a").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let text = fs::read_to_string(&target).unwrap();
        assert!(text.starts_with("default_profile = \"a\"\n"), "{text}");
    }

    #[test]
    fn the_example_names_every_key_and_each_of_them_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        init(&path).unwrap();
        assert!(matches!(init(&path), Err(ConfigError::Exists(_))));
        assert!(
            ConfigFile::read(&path)
                .unwrap()
                .unwrap()
                .profiles
                .is_empty()
        );
        add(&path, &profile("a")).unwrap();
        let with_one = fs::read_to_string(&path).unwrap();
        let added = with_one.strip_prefix(EXAMPLE).unwrap();
        assert!(
            added.starts_with("\ndefault_profile = \"a\"\n\n[profiles.a]\n"),
            "{added}"
        );
        // Once it is in force, all of it is known, and nothing that is known is missing.
        let lines = EXAMPLE.lines().map(|line| {
            let key = line.strip_prefix('#').filter(|key| !key.starts_with(' '));
            format!("{}\n", key.unwrap_or(line))
        });
        let text: String = lines.collect();
        let file: toml::Table = text.parse().unwrap();
        let mut named = std::collections::BTreeSet::new();
        for (name, profile) in file["profiles"].as_table().unwrap() {
            let profile = profile.as_table().unwrap();
            assert_eq!(keys::unknown(profile), [], "{name}");
            keys::collect_named(profile, "", &mut named);
        }
        let missing: Vec<&str> = keys::all().filter(|key| !named.contains(*key)).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
