//! What the command line says of a server.

use super::AuthKind;
use super::layers::{Layers, Origin};
use std::path::PathBuf;
use toml::Value;

/// What the command line says, as far as it is layered over something.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub url: Option<String>,
    pub profile: Option<String>,
    pub preset: Option<String>,
    pub local: bool,
    pub auth: Option<AuthKind>,
    pub user: Option<String>,
    pub principal: Option<String>,
    pub keytab: Option<PathBuf>,
    pub ca_file: Option<PathBuf>,
    pub proxy: Option<String>,
    pub insecure: bool,
}

/// A key of a profile that the command line sets.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenKey {
    pub key: &'static str,
    /// The flag that sets it.
    pub flag: &'static str,
    pub value: Value,
}

impl Flags {
    /// The keys of a profile that they set, but for the URL.
    pub fn given(&self) -> Vec<GivenKey> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let kind = self.auth.map(|kind| kind.name().to_owned());
        let text = |text: Option<String>| text.map(Value::from);
        let all = [
            ("preset", "--preset", text(self.preset.clone())),
            ("proxy", "--proxy", text(self.proxy.clone())),
            ("tls.ca_file", "--ca-file", text(path(&self.ca_file))),
            ("auth.type", "--auth", text(kind)),
            ("auth.user", "--user", text(self.user.clone())),
            (
                "tls.insecure",
                "--insecure",
                self.insecure.then_some(Value::from(true)),
            ),
        ];
        let given = all.into_iter().filter_map(|(key, flag, value)| {
            let value = value?;
            Some(GivenKey { key, flag, value })
        });
        given.collect()
    }

    /// Each over what is set below it.
    pub(super) fn put(&self, layers: &mut Layers) {
        if self.is_another_sign_on(layers) {
            layers.remove("auth");
        }
        for GivenKey { key, flag, value } in self.given() {
            layers.set(key, value, Origin::Flag(flag));
        }
    }

    /// Whether they name a way to sign on that is not the one below. What belongs to that has no place in
    /// it, least of all its secret.
    fn is_another_sign_on(&self, layers: &Layers) -> bool {
        let below = layers.table().get("auth").and_then(toml::Value::as_table);
        let Some(below) = below else {
            return false;
        };
        let kind = below.get("type").and_then(toml::Value::as_str);
        let kind = kind.map_or("basic", |kind| match kind {
            "spnego" => "kerberos",
            kind => kind,
        });
        let of_preset = matches!(
            layers.origin_of(&["auth", "type"]),
            Some(Origin::Preset { .. })
        );
        match (self.auth, &self.user) {
            (Some(wanted), _) => of_preset || wanted.name() != kind,
            (None, Some(_)) => kind != "basic",
            (None, None) => false,
        }
    }
}
