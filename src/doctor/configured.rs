//! What is set, and by whom.

use super::check::Check;
use crate::config::{Origin, Settings};
use crate::livy;

/// What holds, and what of the file has no effect.
pub fn configured(settings: &Settings) -> Vec<Check> {
    let values = settings.layers.values();
    let value = |key: &str| values.iter().find(|(known, ..)| known == key);
    let text = |key: &str| value(key).and_then(|(_, value, _)| value.as_str());
    let url = livy::shown_root(text("url").unwrap_or_default());
    let by = |key: &str| match value(key) {
        Some((_, _, origin)) => from(origin),
        None => String::new(),
    };
    let service = match value("preset") {
        Some((_, name, origin)) => {
            let name = name.as_str().unwrap_or_default();
            match origin {
                Origin::Preset {
                    is_known_by_url: true,
                    ..
                } => format!("{name}, known by the URL"),
                Origin::Preset { .. }
                | Origin::Default
                | Origin::Profile { .. }
                | Origin::Environment(_)
                | Origin::File(_)
                | Origin::Flag(_)
                | Origin::Asked => name.to_owned(),
            }
        }
        None => "livy, as none is named".to_owned(),
    };
    let told = format!("{url}{}; service: {service}", by("url"));
    let mut checks = vec![Check::ok("configuration", told)];
    let warnings = settings.warnings.iter();
    checks.extend(warnings.map(|told| {
        let hint = "livysh config init writes a file with every key";
        Check::warning("configuration", told.clone(), hint)
    }));
    checks
}

fn from(origin: &Origin) -> String {
    match origin {
        Origin::Default => " (default)".to_owned(),
        Origin::Preset { .. }
        | Origin::Profile { .. }
        | Origin::Environment(_)
        | Origin::File(_)
        | Origin::Flag(_)
        | Origin::Asked => format!(" ({origin})"),
    }
}
