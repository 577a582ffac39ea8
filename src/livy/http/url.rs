//! The root of a Livy API, and how it is shown.

use reqwest::Url;

/// The URL cannot be the root of a Livy API.
#[derive(Debug, Clone, thiserror::Error)]
pub enum UrlError {
    #[error("{url} is no URL ({reason})")]
    Malformed { url: String, reason: String },
    #[error("{0} is no http or https URL")]
    Scheme(String),
    #[error("the URL holds a user or password; these would show in messages and process lists")]
    Credentials,
}

impl UrlError {
    pub fn hint(&self) -> &'static str {
        match self {
            UrlError::Malformed { .. } | UrlError::Scheme(_) => {
                "a Livy URL looks like http://host:8998 or https://gateway/livy"
            }
            UrlError::Credentials => {
                "leave them out: --auth basic --user NAME, with the password in LIVYSH_PASSWORD"
            }
        }
    }
}

/// The root of a Livy API, as people write or paste it.
pub fn parse_root(root: &str) -> Result<Url, UrlError> {
    let mut url = Url::parse(root.trim()).map_err(|error| UrlError::Malformed {
        url: redacted(root),
        reason: error.to_string(),
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlError::Scheme(redacted(root)));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlError::Credentials);
    }
    // What people paste: slashes too many, or the address of the list of sessions.
    let segments = url.path().split('/').filter(|segment| !segment.is_empty());
    let mut segments: Vec<&str> = segments.collect();
    if segments.last() == Some(&"sessions") {
        segments.pop();
    }
    let path = segments.join("/");
    url.set_path(&path);
    Ok(url)
}

/// Whether a URL names a host and no path.
pub fn is_host_alone(url: &str) -> bool {
    parse_root(url).is_ok_and(|url| url.path().trim_matches('/').is_empty())
}

/// The host that a URL names; nothing where it is none.
pub fn host_of(url: &str) -> String {
    let url = Url::parse(url.trim()).ok();
    let host = url.and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_default()
}

/// A host's URL with a path that is encoded already.
pub fn with_path(url: &str, path: &str) -> String {
    match Url::parse(url.trim()) {
        Ok(mut url) => {
            url.set_path(path);
            url.to_string()
        }
        Err(_) => url.to_owned(),
    }
}

/// A text as one segment of a path.
pub fn in_path(text: &str) -> String {
    let Ok(mut url) = Url::parse("http://h") else {
        return text.to_owned();
    };
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.push(text);
    }
    url.path().trim_start_matches('/').to_owned()
}

/// A URL as it may be shown: without user, password and query, which may hold a secret.
pub fn shown_root(root: &str) -> String {
    match parse_root(root) {
        Ok(url) => shown(&url),
        Err(_) => redacted(root),
    }
}

pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().trim_end_matches('/').to_owned()
}

/// The same for a text that is no URL.
pub(super) fn redacted(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    match (text.find("://"), text.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}***{}", &text[..scheme + 3], &text[at..])
        }
        (None, Some(at)) => format!("***{}", &text[at..]),
        _ => text.to_owned(),
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost"
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(url: &str) -> Result<String, UrlError> {
        parse_root(url).map(|url| shown(&url))
    }

    #[test]
    fn what_is_shown_holds_no_secret() {
        for (given, expected) in [
            ("https://h/livy?key=SECRET", "https://h/livy"),
            ("http://u:SECRET@h:port/", "http://***@h:port/"),
            ("htp://u:SECRET@h", "htp://***@h"),
            ("u:SECRET@h", "***@h"),
        ] {
            assert_eq!(shown_root(given), expected);
        }
        let error = root("http://u:SECRET@h:port/").unwrap_err();
        assert!(!error.to_string().contains("SECRET"), "{error}");
    }

    #[test]
    fn pasted_urls_are_normalised() {
        for (given, root_url) in [
            ("http://h:8998", "http://h:8998"),
            ("http://h:8998/", "http://h:8998"),
            ("https://h/livy/sessions/", "https://h/livy"),
            (" https://h/a/b ", "https://h/a/b"),
            (
                "https://h//v1//workspaces/sessions/",
                "https://h/v1/workspaces",
            ),
            ("https://h/sessions", "https://h"),
        ] {
            assert_eq!(root(given).unwrap(), root_url, "{given}");
        }
    }

    #[test]
    fn what_is_no_livy_url_is_told() {
        assert!(matches!(root("localhost:8998"), Err(UrlError::Scheme(_))));
        assert!(matches!(root("ftp://h"), Err(UrlError::Scheme(_))));
        assert!(matches!(root("http://"), Err(UrlError::Malformed { .. })));
        assert!(matches!(root("http://u:p@h"), Err(UrlError::Credentials)));
    }
}
