//! What the body of an error says.
//!
//! It has one of five shapes: `{"msg": …}`, a bare JSON string, another JSON object (the relatives'
//! `message`, `error`, `errorMessage`, with a code, a number of the request or details beside it),
//! nothing at all, and a page of HTML or text made by the container or a gateway.

use serde_json::{Map, Value};

/// The longest message that is kept of a page; a server's own words are kept whole.
pub(super) const MOST_OF_A_PAGE: usize = 300;
/// The longest code or number of a request: a longer one is none.
pub(super) const LONGEST_NAME: usize = 100;

/// What a body says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Empty where it says nothing.
    pub(super) message: String,
    /// Whether it came as the JSON in which Livy says what is wrong.
    pub(super) is_of_livy: bool,
    pub(super) is_json: bool,
    /// The service's own name of what is wrong.
    pub(super) code: Option<String>,
    /// By what the service's people find the request again.
    pub(super) request_id: Option<String>,
}

pub(super) fn read(body: &[u8]) -> Said {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    match serde_json::from_str::<Value>(text) {
        Ok(value) => Said {
            message: message_in(&value).unwrap_or_else(|| shortened(text)),
            is_of_livy: is_of_livy(&value),
            is_json: true,
            code: named_in(&value, &["errorCode", "code"]),
            request_id: named_in(&value, &["requestId", "request_id"]),
        },
        Err(_) => Said {
            message: shortened(&match text.starts_with('<') {
                true => text_of_page(text),
                false => text.to_owned(),
            }),
            ..Said::default()
        },
    }
}

/// `{"msg": …}`, or a bare string.
fn is_of_livy(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Object(fields) => matches!(fields.get("msg"), Some(Value::String(_))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => false,
    }
}

/// The words in an error object, by the names that Livy and its relatives use.
fn message_in(value: &Value) -> Option<String> {
    const NAMES: [&str; 7] = [
        "msg",
        "message",
        "errorMessage",
        "error_description",
        "error",
        "detail",
        "title",
    ];
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Object(fields) => NAMES
            .iter()
            .filter_map(|name| fields.get(*name))
            .find_map(message_in)
            .filter(|text| !text.is_empty())
            .map(|text| with_details(text, fields)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

/// Micronaut's message is the status' name; what is wrong stands in a list of its own.
fn with_details(mut message: String, fields: &Map<String, Value>) -> String {
    let embedded = fields.get("_embedded").and_then(|more| more.get("errors"));
    let lists = embedded.into_iter().chain(fields.get("errors"));
    let details = lists.filter_map(Value::as_array).flatten();
    for detail in details.filter_map(message_in) {
        if !detail.is_empty() && !message.contains(&detail) {
            message = format!("{message}: {detail}");
        }
    }
    message
}

/// A short text in an object, or in the `error` in it.
fn named_in(value: &Value, names: &[&str]) -> Option<String> {
    let fields = [Some(value), value.get("error")];
    let texts = fields.into_iter().flatten().flat_map(|fields| {
        let texts = names.iter().filter_map(|name| fields.get(*name)?.as_str());
        texts.map(str::trim)
    });
    texts
        .filter(|text| !text.is_empty() && text.chars().count() <= LONGEST_NAME)
        .map(str::to_owned)
        .next()
}

/// What a page says: its title, where that says more than a status, else its text.
fn text_of_page(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let title = lower.find("<title>").and_then(|start| {
        let end = start + lower[start..].find("</title>")?;
        Some((start, end))
    });
    let Some((start, end)) = title else {
        return text_of_html(page);
    };
    let said = text_of_html(&page[start..end]);
    match words_of(&said) {
        "" => {
            let rest = text_of_html(&format!("{}{}", &page[..start], &page[end..]));
            match without_status(&rest) {
                "" => rest.clone(),
                more => more.to_owned(),
            }
        }
        words => words.to_owned(),
    }
}

/// A title without what the status tells, and without the class of a Java exception before its words.
fn words_of(title: &str) -> &str {
    let words = without_status(title);
    match words.split_once(": ") {
        Some((class, rest)) if !class.contains(' ') && class.contains('.') => rest,
        _ if words.eq_ignore_ascii_case("error") => "",
        _ => words,
    }
}

/// What follows a status and its name, with or without `Error` before them.
fn without_status(text: &str) -> &str {
    let rest = text.strip_prefix("Error ").unwrap_or(text);
    let number = rest.split(' ').next().unwrap_or_default();
    match number.parse() {
        Ok(status @ 300..600) => {
            let rest = rest[number.len()..].trim_start();
            let names = [super::server::reason(status), other_name(status)];
            let mut named = names.into_iter().flatten();
            named
                .find_map(|name| rest.strip_prefix(name))
                .unwrap_or(rest)
                .trim_start()
        }
        Ok(_) | Err(_) => text,
    }
}

/// How nginx calls a status where that is not its usual name.
fn other_name(status: u16) -> Option<&'static str> {
    match status {
        413 => Some("Request Entity Too Large"),
        503 => Some("Service Temporarily Unavailable"),
        504 => Some("Gateway Time-out"),
        _ => None,
    }
}

/// The visible text of a page: tags, scripts and styles left out, white space folded.
fn text_of_html(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        text.push(' ');
        rest = &rest[start..];
        let lower: String = rest
            .chars()
            .take(8)
            .collect::<String>()
            .to_ascii_lowercase();
        let end = if lower.starts_with("<style") {
            "</style>"
        } else if lower.starts_with("<script") {
            "</script>"
        } else if lower.starts_with("<!--") {
            "-->"
        } else {
            ">"
        };
        rest = match rest.find(end) {
            Some(position) => &rest[position + end.len()..],
            None => "",
        };
    }
    text.push_str(rest);
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= MOST_OF_A_PAGE {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(MOST_OF_A_PAGE).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> String {
        read(body.as_bytes()).message
    }

    #[test]
    fn the_five_shapes_give_their_message() {
        let cases: [(&str, &str); 7] = [
            (
                r#"{"msg":"Session '9' not found."}"#,
                "Session '9' not found.",
            ),
            (r#""Statement not found""#, "Statement not found"),
            (r#"{"message":"denied","code":7}"#, "denied"),
            (r#"{"error":{"code":"X","message":"no pool"}}"#, "no pool"),
            ("", ""),
            ("upstream is gone", "upstream is gone"),
            (r#"{"strange":1}"#, r#"{"strange":1}"#),
        ];
        for (body, said) in cases {
            assert_eq!(message(body), said, "{body}");
        }
    }

    #[test]
    fn codes_and_numbers_of_requests_are_found() {
        for (body, said, code, request_id) in [
            // Fabric
            (
                r#"{"errorCode":"NoCapacity","message":"full","requestId":"0f1e","moreDetails":[]}"#,
                "full",
                Some("NoCapacity"),
                Some("0f1e"),
            ),
            // Synapse
            (
                r#"{"code":"InvalidTokenAuthenticationAudience","message":"wrong audience"}"#,
                "wrong audience",
                Some("InvalidTokenAuthenticationAudience"),
                None,
            ),
            (
                r#"{"error":{"code":"X","message":"no pool","requestId":"7"}}"#,
                "no pool",
                Some("X"),
                Some("7"),
            ),
            // A status is no name.
            (
                r#"{"code":403,"message":"denied","requestId":null}"#,
                "denied",
                None,
                None,
            ),
            (
                r#"{"msg":"requirement failed"}"#,
                "requirement failed",
                None,
                None,
            ),
        ] {
            let found = read(body.as_bytes());
            assert_eq!(
                (
                    found.message.as_str(),
                    found.code.as_deref(),
                    found.request_id.as_deref()
                ),
                (said, code, request_id),
                "{body}"
            );
        }
        let long = format!(r#"{{"message":"m","code":"{}"}}"#, "x".repeat(1_000));
        assert_eq!(read(long.as_bytes()).code, None);
    }

    #[test]
    fn micronaut_tells_more_in_a_list() {
        for (body, said) in [
            (
                r#"{"_links":{"self":{"href":"/lighter/x"}},"_embedded":{"errors":[{"message":"Page Not Found"}]},"message":"Not Found"}"#,
                "Not Found: Page Not Found",
            ),
            (
                r#"{"message":"Bad Request","path":"/x","errors":["maxRunning","too many"]}"#,
                "Bad Request: maxRunning: too many",
            ),
            (
                r#"{"message":"Bad Request: no name","errors":[{"message":"no name"}]}"#,
                "Bad Request: no name",
            ),
            (r#"{"message":"m","errors":null}"#, "m"),
        ] {
            assert_eq!(message(body), said, "{body}");
        }
    }

    #[test]
    fn a_page_says_what_its_title_says() {
        for (page, said) in [
            (
                "<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>\r\n<body>\r\n\
                 <center><h1>400 Bad Request</h1></center>\r\n<center>No required SSL certificate was \
                 sent</center>\r\n<hr><center>nginx</center>",
                "No required SSL certificate was sent",
            ),
            (
                "<html>\n<HEAD>\n<TITLE>Error 500 java.io.IOException: Service connectivity error.</TITLE>",
                "Service connectivity error.",
            ),
            (
                "<html><title>Token has expired</title></html>",
                "Token has expired",
            ),
            // Its words stand in its text.
            (
                "<html><head><style>p{}</style><title>Error 400</title></head>\n<body><h2>HTTP \
                 ERROR 400</h2> &lt;none&gt;</body></html>",
                "HTTP ERROR 400 <none>",
            ),
            (
                "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1>\
                 <hr>nginx</body></html>",
                "nginx",
            ),
            (
                "<title>404 Not Found</title><h1>404 Not Found</h1>",
                "404 Not Found",
            ),
            ("<html>who are you?", "who are you?"),
        ] {
            assert_eq!(message(page), said, "{page}");
        }
    }

    #[test]
    fn a_huge_page_is_shortened_and_a_broken_one_ends() {
        let page = format!("<p>{}", "x".repeat(10_000));
        assert_eq!(message(&page).chars().count(), MOST_OF_A_PAGE + 1);
        assert_eq!(message("<script>never closed"), "");
        assert_eq!(message("<title>never closed"), "never closed");
    }
}
