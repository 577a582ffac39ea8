//! All keys of a server, as they hold.

use super::layers::{Layers, Origin};
use super::presets::{self, Preset};
use super::{Ask, ConfigError, Environment, Flags, file};
use crate::livy;

/// All keys of a server, with who has set each.
pub struct Configured {
    pub layers: Layers,
    /// The profile that is used.
    pub profile: Option<String>,
    /// What of the file has no effect.
    pub warnings: Vec<String>,
}

/// Lays what is set over what holds where nothing is. Who sits there is asked for what a URL lacks; it
/// stays as it is where nobody is to be asked.
pub fn configured(
    flags: &Flags,
    environment: Environment<'_>,
    ask: Option<Ask<'_>>,
) -> Result<Configured, ConfigError> {
    let (url, used) = match (&flags.url, &flags.profile) {
        // A URL replaces that of a profile that is named beside it, and no more of it.
        (Some(url), Some(_)) => (
            Some((url.clone(), Origin::Flag("--url"))),
            Some(file::profile(flags, environment)?),
        ),
        // A profile that is not named on the command line has no say: its secrets belong to its
        // own server.
        (Some(url), None) => (Some((url.clone(), Origin::Flag("--url"))), None),
        (None, Some(_)) => (None, Some(file::profile(flags, environment)?)),
        (None, None) => match environment("LIVYSH_URL") {
            Some(url) => (Some((url, Origin::Environment("LIVYSH_URL"))), None),
            None => (None, Some(file::profile(flags, environment)?)),
        },
    };
    let mut layers = Layers::default();
    layers.put(presets::default(), &Origin::Default);
    let in_profile = |key: &str| used.as_ref()?.table.get(key)?.as_str();
    let given = url.as_ref().map(|(url, _)| url.as_str());
    let address = given.or(in_profile("url")).map(str::to_owned);
    let address = address.ok_or_else(|| {
        let profile = used.as_ref().map(|used| used.name.clone());
        ConfigError::NoUrl(profile.unwrap_or_default())
    })?;
    let named = flags.preset.as_deref().or(in_profile("preset"));
    let preset = match named {
        Some(name) => Some(Preset::named(name)?),
        None => Preset::of_url(&address),
    };
    if let Some(preset) = &preset {
        let origin = Origin::Preset {
            name: preset.name.clone(),
            is_known_by_url: named.is_none(),
        };
        layers.put(&preset.table, &origin);
        layers.set("preset", preset.name.clone(), origin);
    }
    if let Some(used) = &used {
        let origin = Origin::Profile {
            name: used.name.clone(),
            file: used.file.clone(),
        };
        layers.put(&used.table, &origin);
    }
    if let Some((url, origin)) = url {
        layers.set("url", url, origin);
    }
    flags.put(&mut layers);
    let wants_answers = layers.table().get("path").is_some_and(|path| {
        let path = path.as_str().unwrap_or_default();
        path.contains('{')
    });
    match ask {
        None if wants_answers => {}
        ask => fill_path(&mut layers, preset, &address, ask.unwrap_or(&|_, _| None))?,
    }
    Ok(Configured {
        layers,
        profile: used.as_ref().map(|used| used.name.clone()),
        warnings: used.map_or_else(Vec::new, |used| used.warnings),
    })
}

/// The path of the API, where the URL names a host alone.
fn fill_path(
    layers: &mut Layers,
    preset: Option<&Preset>,
    address: &str,
    ask: Ask<'_>,
) -> Result<(), ConfigError> {
    let path = layers.table().get("path").and_then(toml::Value::as_str);
    let Some(path) = path.filter(|_| livy::is_host_alone(address)) else {
        return Ok(());
    };
    let server = livy::shown_root(address);
    let mut origin = layers.origin("path").unwrap_or(Origin::Default);
    let fill = |called: &str| {
        origin = Origin::Asked;
        ask(&format!("{called} on {server}: "), false)
    };
    let asked = preset.map_or(&[][..], |preset| &preset.ask);
    let path = presets::filled(path, asked, fill)?;
    layers.set("url", livy::with_path(address, &path), origin);
    Ok(())
}
