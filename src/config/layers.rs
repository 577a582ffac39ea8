//! What is set, one layer over the other, and where each of it comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use toml::{Table, Value};

/// A secret and how it is sent belong together: an upper table takes the place of a lower one.
const WHOLE: [&str; 1] = ["auth"];

/// Who has set something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    /// By its name in the profile, or known by the URL.
    Preset {
        name: String,
        is_known_by_url: bool,
    },
    Profile {
        name: String,
        file: PathBuf,
    },
    /// The top of `config.toml`.
    File(PathBuf),
    Environment(&'static str),
    Flag(&'static str),
    /// Whoever sits there was asked.
    Asked,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::Preset {
                name,
                is_known_by_url: false,
            } => write!(f, "preset {name}"),
            Origin::Preset {
                name,
                is_known_by_url: true,
            } => write!(f, "preset {name}, known by the URL"),
            Origin::Profile { name, file } => {
                write!(f, "[profiles.{name}] of {}", file.display())
            }
            Origin::File(path) => write!(f, "{}", path.display()),
            Origin::Environment(variable) => write!(f, "environment variable {variable}"),
            Origin::Flag(flag) => f.write_str(flag),
            Origin::Asked => f.write_str("asked for"),
        }
    }
}

/// The keys of a profile, as they hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layers {
    table: Table,
    /// Of each value that is no table, by the names that lead to it.
    origins: BTreeMap<Vec<String>, Origin>,
}

impl Layers {
    /// Puts a layer over those that are there.
    pub(super) fn put(&mut self, layer: &Table, origin: &Origin) {
        let layer = with_long_keys(layer);
        for key in WHOLE.iter().filter(|key| layer.contains_key(**key)) {
            self.remove(key);
        }
        merge(&mut self.table, &layer, &[], origin, &mut self.origins);
    }

    /// Sets one value, by its dotted key.
    pub(super) fn set(&mut self, key: &str, value: impl Into<Value>, origin: Origin) {
        let mut table = &mut self.table;
        let (path, name) = match key.rsplit_once('.') {
            Some((path, name)) => (Some(path), name),
            None => (None, key),
        };
        for part in path.into_iter().flat_map(|path| path.split('.')) {
            let entry = table.entry(part).or_insert_with(|| Table::new().into());
            if !entry.is_table() {
                *entry = Table::new().into();
            }
            let Some(inner) = entry.as_table_mut() else {
                return;
            };
            table = inner;
        }
        table.insert(name.to_owned(), value.into());
        let path = key.split('.').map(str::to_owned).collect();
        self.origins.insert(path, origin);
    }

    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// Who has set a key that stands in no table.
    pub(super) fn origin(&self, key: &str) -> Option<Origin> {
        self.origin_of(&[key])
    }

    /// The same by the names that lead to it.
    pub(super) fn origin_of(&self, names: &[&str]) -> Option<Origin> {
        let path: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        self.origins.get(&path).cloned()
    }

    /// Takes a key away with all below it.
    pub(super) fn remove(&mut self, key: &str) {
        self.table.remove(key);
        self.origins.retain(|path, _| path[0] != key);
    }

    /// Each value by its dotted key, with who has set it; in the order of the keys.
    pub fn values(&self) -> Vec<(String, &Value, &Origin)> {
        let values = self.origins.iter().filter_map(|(path, origin)| {
            let (first, rest) = path.split_first()?;
            let first = self.table.get(first)?;
            let value = rest.iter().try_fold(first, |value, name| value.get(name))?;
            let names: Vec<String> = path.iter().map(|name| written(name)).collect();
            Some((names.join("."), value, origin))
        });
        values.collect()
    }
}

/// A name as it stands in a file.
fn written(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match !name.is_empty() && name.chars().all(is_bare) {
        true => name.to_owned(),
        false => Value::from(name).to_string(),
    }
}

fn merge(
    lower: &mut Table,
    upper: &Table,
    above: &[String],
    origin: &Origin,
    origins: &mut BTreeMap<Vec<String>, Origin>,
) {
    for (name, value) in upper {
        let mut path = above.to_vec();
        path.push(name.clone());
        match (lower.get_mut(name), value) {
            (Some(Value::Table(lower)), Value::Table(upper)) => {
                merge(lower, upper, &path, origin, origins);
            }
            (_, Value::Table(upper)) => {
                let mut table = Table::new();
                merge(&mut table, upper, &path, origin, origins);
                origins.remove(&path);
                lower.insert(name.clone(), table.into());
            }
            (_, value) => {
                origins.retain(|known, _| !known.starts_with(&path));
                origins.insert(path, origin.clone());
                lower.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Short ways to write a key, as the long one.
pub(super) fn with_long_keys(layer: &Table) -> Table {
    let mut table = layer.clone();
    let mut keepalive = match table.remove("keepalive") {
        Some(Value::Table(table)) => table,
        Some(every) => [("every".to_owned(), every)].into_iter().collect(),
        None => Table::new(),
    };
    for (short, name) in [("keep_alive", "every"), ("keep_idle", "idle")] {
        if let Some(value) = table.remove(short) {
            keepalive.insert(name.to_owned(), value);
        }
    }
    let mode = keepalive.get("mode").and_then(Value::as_str);
    let mode = mode.map(str::to_owned);
    match mode.as_deref() {
        Some("poll") => {
            keepalive.insert("method".to_owned(), "GET".into());
            keepalive.insert("path".to_owned(), "/sessions/{id}".into());
        }
        Some("none") => {
            keepalive.insert("every".to_owned(), "0".into());
        }
        Some(_) | None => {}
    }
    if !keepalive.is_empty() {
        table.insert("keepalive".to_owned(), keepalive.into());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layered(layers: &[(&str, Origin)]) -> Vec<String> {
        let mut all = Layers::default();
        for (text, origin) in layers {
            all.put(&text.parse().unwrap(), origin);
        }
        let values = all.values();
        let values = values.iter();
        values
            .map(|(key, value, origin)| format!("{key} = {value} ({origin})"))
            .collect()
    }

    #[test]
    fn an_upper_value_goes_before_a_lower_one_and_says_so() {
        let flag = Origin::Flag("--x");
        let told = layered(&[
            ("a = 1\nb = { c = 1, d = 2 }", Origin::Default),
            ("b = { d = 3, 'x.y' = 4 }\ne = [1]", flag),
        ]);
        assert_eq!(
            told,
            [
                "a = 1 (default)",
                "b.c = 1 (default)",
                "b.d = 3 (--x)",
                "b.\"x.y\" = 4 (--x)",
                "e = [1] (--x)",
            ]
        );
    }

    #[test]
    fn who_signs_on_is_taken_whole() {
        let told = layered(&[
            (
                "auth = { type = 'bearer', command = ['az'] }",
                Origin::Default,
            ),
            ("auth = { type = 'none' }", Origin::Flag("--x")),
        ]);
        assert_eq!(told, ["auth.type = \"none\" (--x)"]);
    }

    #[test]
    fn short_ways_are_read() {
        let told = layered(&[
            (
                "keepalive = { every = '5m', method = 'PUT' }",
                Origin::Default,
            ),
            ("keep_alive = '3m'\nkeep_idle = '1h'", Origin::Default),
        ]);
        assert_eq!(
            told,
            [
                "keepalive.every = \"3m\" (default)",
                "keepalive.idle = \"1h\" (default)",
                "keepalive.method = \"PUT\" (default)",
            ]
        );
        let none = layered(&[("keepalive = { mode = 'none' }", Origin::Default)]);
        assert_eq!(none[0], "keepalive.every = \"0\" (default)");
    }

    #[test]
    fn one_value_is_set_by_its_key() {
        let mut layers = Layers::default();
        layers.set("tls.insecure", true, Origin::Flag("--insecure"));
        layers.set("tls.insecure", false, Origin::Asked);
        assert_eq!(layers.values().len(), 1);
        assert_eq!(layers.table()["tls"]["insecure"].as_bool(), Some(false));
    }
}
