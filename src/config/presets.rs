//! What services have of their own, as data: `presets.toml`.

use super::ConfigError;
use crate::livy;
use std::sync::OnceLock;
use toml::{Table, Value};

const TEXT: &str = include_str!("presets.toml");
const DEFAULT: &str = "default";
/// The keys of a preset that are no keys of a profile.
const MATCH: &str = "match";
const ASK: &str = "ask";

/// A service's own, in the keys of a profile.
#[derive(Debug, Clone)]
pub(super) struct Preset {
    pub(super) name: String,
    pub(super) table: Table,
    /// Addresses by which it is known.
    known_by: Vec<String>,
    /// What its path is to be filled with, and what people call that.
    pub(super) ask: Vec<(String, String)>,
}

/// What holds where nothing else does.
pub(super) fn default() -> &'static Table {
    &read().default
}

/// The names of all presets, the plain one first.
pub fn names() -> Vec<&'static str> {
    let all = read().presets.iter();
    all.map(|preset| preset.name.as_str()).collect()
}

impl Preset {
    pub(super) fn named(name: &str) -> Result<&'static Preset, ConfigError> {
        let found = read().presets.iter().find(|preset| preset.name == name);
        found.ok_or_else(|| ConfigError::NoPreset(name.to_owned()))
    }

    /// The one by whose host or path a URL is known.
    pub(super) fn of_url(url: &str) -> Option<&'static Preset> {
        let address = livy::shown_root(url);
        let (scheme, address) = address.split_once("://")?;
        let (host, path) = match address.find('/') {
            Some(slash) => address.split_at(slash),
            None => (address, ""),
        };
        let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
        // What proves who asks is made for a service, not for whoever answers in its name.
        let is_safe = |preset: &&Preset| scheme == "https" || !preset.table.contains_key("auth");
        read().presets.iter().filter(is_safe).find(|preset| {
            preset
                .known_by
                .iter()
                .any(|pattern| match pattern.split_once('/') {
                    None => fits(pattern, &host),
                    Some((of_host, of_path)) => {
                        let of_path = format!("/{of_path}");
                        fits(of_host, &host) && fits(&of_path, &format!("{path}/"))
                            || fits(of_host, &host) && fits(&of_path, path)
                    }
                })
        })
    }
}

/// A path with what only people know in place of its parts in braces.
pub(super) fn filled(
    path: &str,
    asked: &[(String, String)],
    mut fill: impl FnMut(&str) -> Option<String>,
) -> Result<String, ConfigError> {
    let mut filled = path.to_owned();
    let missing = |called: &str| ConfigError::NoPart {
        called: called.to_owned(),
        path: path.to_owned(),
    };
    for (name, called) in asked {
        let part = format!("{{{name}}}");
        if filled.contains(&part) {
            let value = fill(called).map(|value| value.trim().to_owned());
            let value = value.filter(|value| !value.is_empty());
            let value = value.ok_or_else(|| missing(called))?;
            filled = filled.replace(&part, &livy::in_path(&value));
        }
    }
    match filled.contains('{') {
        true => Err(missing("what stands in braces")),
        false => Ok(filled),
    }
}

/// `presets.toml`, read once.
struct Read {
    default: Table,
    /// The plain one first.
    presets: Vec<Preset>,
}

fn read() -> &'static Read {
    static READ: OnceLock<Read> = OnceLock::new();
    READ.get_or_init(|| {
        // A test reads them all.
        let mut tables: Table = TEXT.parse().unwrap_or_default();
        let default = match tables.remove(DEFAULT) {
            Some(Value::Table(table)) => table,
            _ => Table::new(),
        };
        let presets = tables.into_iter().filter_map(|(name, table)| match table {
            Value::Table(table) => Some(preset(name, table)),
            _ => None,
        });
        let mut presets: Vec<Preset> = presets.collect();
        presets.sort_by_key(|preset| preset.name != "livy");
        Read { default, presets }
    })
}

fn preset(name: String, mut table: Table) -> Preset {
    let known_by = match table.remove(MATCH) {
        Some(Value::Array(patterns)) => patterns
            .iter()
            .filter_map(|pattern| pattern.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    let ask = match table.remove(ASK) {
        Some(Value::Table(asked)) => asked
            .iter()
            .filter_map(|(name, called)| Some((name.clone(), called.as_str()?.to_owned())))
            .collect(),
        _ => Vec::new(),
    };
    Preset {
        name,
        table,
        known_by,
        ask,
    }
}

/// Whether a text is as a pattern says, in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            ends.into_iter().any(|at| fits(after, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(url: &str) -> Option<String> {
        Preset::of_url(url).map(|preset| preset.name.clone())
    }

    #[test]
    fn each_preset_is_in_the_keys_of_a_profile() {
        let names = names();
        assert_eq!(names[0], "livy");
        assert_eq!(names.len(), 7);
        for preset in &read().presets {
            let unknown = super::super::keys::unknown(&preset.table);
            assert!(unknown.is_empty(), "{}: {unknown:?}", preset.name);
        }
        assert!(super::super::keys::unknown(default()).is_empty());
    }

    #[test]
    fn a_service_is_known_by_its_address() {
        for (url, name) in [
            ("https://me.azurehdinsight.net", Some("hdinsight")),
            ("https://ME.azurehdinsight.net:443/livy/", Some("hdinsight")),
            ("https://ws.dev.azuresynapse.net", Some("synapse")),
            (
                "https://api.fabric.microsoft.com/v1//workspaces/W",
                Some("fabric"),
            ),
            ("https://gw:8443/gateway/cdp-proxy-api/livy", Some("knox")),
            (
                "https://c-gateway.e.cloudera.site/c/cdp-proxy-api/livy_for_spark3",
                Some("knox"),
            ),
            (
                "https://00f.livy.emr-serverless-services.eu-west-1.amazonaws.com",
                Some("emr-serverless"),
            ),
            ("http://lighter:8080/lighter/api/", Some("lighter")),
            ("http://lighter:8080/lighter/api", Some("lighter")),
            ("http://me.azurehdinsight.net", None),
            ("https://azurehdinsight.net.evil.example", None),
            ("http://host:8998", None),
            ("http://host:8998/livy", None),
        ] {
            assert_eq!(known(url).as_deref(), name, "{url}");
        }
    }

    #[test]
    fn a_path_is_filled_with_what_people_know() {
        let path = |answers: &[&str]| {
            let mut answers = answers.iter().map(|answer| (*answer).to_owned());
            let preset = Preset::named("fabric").unwrap();
            let path = preset.table["path"].as_str().unwrap();
            filled(path, &preset.ask, |_| answers.next())
        };
        // In the order of the names: the lakehouse first.
        let whole = "/v1/workspaces/w/lakehouses/a%20b/livyApi/versions/2023-12-01";
        assert_eq!(path(&["a b", "w"]).unwrap(), whole);
        for too_little in [&[][..], &["l"], &["l", " "]] {
            let told = path(too_little).unwrap_err().to_string();
            assert!(told.contains("(its GUID)"), "{told}");
        }
        assert!(filled("/a/{b}", &[], |_| None).is_err());
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, is_so) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("*", "", true),
            ("*b*", "abc", true),
            ("*.b", "a.c", false),
            ("a", "ab", false),
            ("*é", "aé", true),
        ] {
            assert_eq!(fits(pattern, text), is_so, "{pattern} {text}");
        }
    }
}
