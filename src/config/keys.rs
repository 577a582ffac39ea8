//! All keys of a profile, so that a wrong one is told.

/// Keys of a profile, dotted; `*` stands for names that the user chooses.
const KEYS: [&str; 119] = [
    "url",
    "preset",
    "path",
    "lang",
    "on_exit",
    "tunnel_hint",
    "hints",
    "running_is_waiting",
    "list.from",
    "list.size",
    "list.name",
    "kind",
    "kinds",
    "lacks",
    "states.at",
    "states.ready",
    "states.dead",
    "states.reason",
    "gone_is_404",
    "phases",
    "capabilities.*",
    "limits.request",
    "limits.output",
    "http.accept_encoding",
    "headers.*",
    "query.*",
    "proxy",
    "proxy.url",
    "proxy.user",
    "proxy.password_env",
    "tls.ca_file",
    "tls.cert_file",
    "tls.key_file",
    "tls.insecure",
    "auth.type",
    "auth.user",
    "auth.header",
    "auth.service",
    "auth.host",
    "auth.region",
    "auth.profile",
    "auth.principal",
    "auth.keytab",
    "auth.password.env",
    "auth.password.file",
    "auth.password.command",
    "auth.password.prompt",
    "auth.password_env",
    "auth.password_file",
    "auth.password_command",
    "auth.token.env",
    "auth.token.file",
    "auth.token.command",
    "auth.token.prompt",
    "auth.token_env",
    "auth.token_file",
    "auth.token_command",
    "auth.value.env",
    "auth.value.file",
    "auth.value.command",
    "auth.value.prompt",
    "auth.value_env",
    "auth.value_file",
    "auth.value_command",
    "auth.command",
    "auth.user_pointer",
    "auth.password_pointer",
    "auth.token_pointer",
    "auth.value_pointer",
    "auth.expiry.pointer",
    "auth.expiry.unit",
    "auth.expiry.fallback",
    "auth.source",
    "auth.token_url",
    "auth.login.type",
    "auth.login.user",
    "auth.login.service",
    "auth.login.host",
    "auth.login.principal",
    "auth.login.keytab",
    "auth.login.password.env",
    "auth.login.password.file",
    "auth.login.password.command",
    "auth.login.password.prompt",
    "auth.login.password_env",
    "auth.login.password_file",
    "auth.login.password_command",
    "timeout",
    "settle",
    "gateway_patience",
    "visible_after",
    "keepalive",
    "keepalive.every",
    "keepalive.idle",
    "keepalive.mode",
    "keepalive.method",
    "keepalive.path",
    "keepalive.only_when_idle",
    "keep_alive",
    "keep_idle",
    "heartbeat",
    "session.name",
    "session.kind",
    "session.proxy_user",
    "session.queue",
    "session.jars",
    "session.py_files",
    "session.files",
    "session.archives",
    "session.driver_memory",
    "session.driver_cores",
    "session.executor_memory",
    "session.executor_cores",
    "session.num_executors",
    "session.heartbeat_timeout_in_second",
    "session.ttl",
    "session.idle_timeout",
    "session.conf.*",
    "session.extra.*",
];

/// Whether there is such a key, dotted.
pub fn is_key(key: &str) -> bool {
    KEYS.iter().any(|known| match known.strip_suffix('*') {
        Some(above) => key.starts_with(above),
        None => *known == key,
    })
}

/// How like two keys must be for one to be suggested.
const ALIKE: f64 = 0.8;

/// The keys of a profile that there are not, each with one that may be meant.
pub(super) fn unknown(profile: &toml::Table) -> Vec<(String, Option<&'static str>)> {
    let mut found = Vec::new();
    collect(profile, "", &mut found);
    found
        .into_iter()
        .map(|key| {
            let likeness = |known: &str| strsim::jaro_winkler(&key, known);
            let best = KEYS
                .iter()
                .map(|known| (likeness(known), *known))
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let meant = best.filter(|(alike, _)| *alike >= ALIKE);
            (key, meant.map(|(_, name)| name))
        })
        .collect()
}

/// All keys, dotted.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    KEYS.into_iter()
}

/// The keys that a table names, as they stand in the list of all.
#[cfg(test)]
pub(super) fn collect_named(
    table: &toml::Table,
    prefix: &str,
    named: &mut std::collections::BTreeSet<String>,
) {
    for (name, value) in table {
        let name = format!("{prefix}{name}");
        let any = format!("{name}.*");
        match value {
            toml::Value::Table(_) if KEYS.contains(&any.as_str()) => {
                named.insert(any);
            }
            toml::Value::Table(table) => collect_named(table, &format!("{name}."), named),
            _ => {
                named.insert(name);
            }
        }
    }
}

fn collect(table: &toml::Table, prefix: &str, unknown: &mut Vec<String>) {
    for (name, value) in table {
        let name = format!("{prefix}{name}");
        let below = format!("{name}.");
        let is_known = KEYS.iter().any(|key| *key == name);
        let holds_known = KEYS.iter().any(|key| key.starts_with(&below));
        let takes_any = KEYS.iter().any(|key| *key == format!("{name}.*"));
        match value {
            toml::Value::Table(_) if takes_any => {}
            toml::Value::Table(table) if holds_known => collect(table, &below, unknown),
            _ if is_known => {}
            _ => unknown.push(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_told_with_the_one_that_is_meant() {
        let of = |text: &str| unknown(&text.parse().unwrap());
        let told = of(
            "url = 'x'\ntiemout = '3s'\nheaders = { any = 'x' }\nzzz = 1\n\
                       auth = { type = 'basic', pasword_env = 'X', password = { evn = 'X' } }\n\
                       proxy = { url = 'x' }\ntls = { ca_file = 'x' }",
        );
        let expected = [
            ("auth.password.evn", Some("auth.password.env")),
            ("auth.pasword_env", Some("auth.password_env")),
            ("tiemout", Some("timeout")),
            ("zzz", None),
        ];
        let mut told: Vec<_> = told
            .iter()
            .map(|(key, meant)| (key.as_str(), *meant))
            .collect();
        told.sort_unstable();
        assert_eq!(told, expected);
        assert!(of("proxy = 'http://p'\nkeep_idle = '1h'").is_empty());
    }
}
