//! A server that was named without a profile: how it is kept as one.

use crate::auth::Credential;
use crate::cli::Cli;
use crate::config::{self, Environment, Place, Settings};
use crate::livy;
use crate::shell::for_shell;

/// The command that keeps it, where there is something to keep beside a URL: how to sign on, or of
/// what service it is. Nothing secret is in it.
pub fn offer(cli: &Cli, settings: &Settings, environment: Environment<'_>) -> Option<String> {
    let Place::Server {
        url,
        credential,
        service,
        ..
    } = &settings.place
    else {
        return None;
    };
    let is_plain = service.name.is_none() && *credential == Credential::None;
    if settings.profile.is_some() || is_plain {
        return None;
    }
    let root = livy::shown_root(url);
    let known = config::config_path(environment).and_then(|path| config::servers(&path).ok()?);
    let known = known.unwrap_or_default().named;
    if known.iter().any(|(_, url)| url.as_deref() == Some(&root)) {
        return None;
    }
    let name = label(&root, |name| known.iter().any(|(taken, _)| taken == name))?;
    let user = credential.user().map(str::to_owned);
    let mut words = vec!["livysh config add".to_owned(), name];
    words.push(for_shell(&root).into_owned());
    let mut given = cli.flags().given();
    // Whoever was asked has said who he is, too.
    given.retain(|given| given.key != "auth.user");
    let given = given.into_iter().map(|given| {
        let value = given.value.as_str().map(|value| match given.key {
            "tls.ca_file" => absolute(value),
            "proxy" => livy::shown_root(value),
            _ => value.to_owned(),
        });
        (given.flag, value)
    });
    let user = user.map(|user| ("--user", Some(user)));
    for (flag, value) in given.chain(user) {
        words.push(flag.to_owned());
        words.extend(value.map(|value| for_shell(&value).into_owned()));
    }
    Some(words.join(" "))
}

fn absolute(path: &str) -> String {
    std::path::absolute(path).map_or_else(|_| path.to_owned(), |path| path.display().to_string())
}

/// The first part of the host's name, or one like it that is not taken.
fn label(root: &str, is_taken: impl Fn(&str) -> bool) -> Option<String> {
    let host = root.split_once("://")?.1;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let first = host.split(|c| !is_name(c)).find(|part| !part.is_empty())?;
    let is_address = host.starts_with('[') || first.chars().all(|c| c.is_ascii_digit());
    let first = if is_address { "livy" } else { first };
    let numbered = (2..100).map(|number| format!("{first}-{number}"));
    [first.to_owned()]
        .into_iter()
        .chain(numbered)
        .find(|name| !is_taken(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_called_by_its_host() {
        for (root, name) in [
            ("https://me.azurehdinsight.net/livy", "me"),
            ("http://localhost:8998", "localhost"),
            ("http://10.0.0.1:8998", "livy"),
            ("http://[::1]:8998", "livy"),
            ("https://taken.example", "taken-2"),
        ] {
            let found = label(root, |name| name == "taken");
            assert_eq!(found.as_deref(), Some(name), "{root}");
        }
    }
}
