//! What the body of an error says.
//!
//! It has one of five shapes: `{"msg": …}`, a bare JSON string, another JSON object (the relatives'
//! `message`, `error`, `errorMessage`, with a code, a number of the request or details beside it),
//! nothing at all, and a page of HTML or text made by the container or a gateway. Jetty, which is Knox's
//! container, writes its page as JSON for whoever wants JSON.

use super::page;
use serde_json::{Map, Value};
use std::borrow::Cow;

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
    let text = text_in(body);
    let text = text.trim();
    match serde_json::from_str::<Value>(text) {
        Ok(value) if let Some(said) = of_jetty(&value) => Said {
            message: shortened(&said),
            ..Said::default()
        },
        Ok(value) => Said {
            message: message_in(&value).unwrap_or_else(|| shortened(text)),
            is_of_livy: is_of_livy(&value),
            is_json: true,
            code: named_in(&value, &["errorCode", "code"]),
            request_id: named_in(&value, &["requestId", "request_id"]),
        },
        Err(_) => Said {
            message: shortened(&match text.starts_with('<') {
                true => page::said(text),
                false => text.to_owned(),
            }),
            ..Said::default()
        },
    }
}

/// What its title would say, where it is Jetty's page: `{"message":"Not Found","url":"/x","status":"404"}`, often
/// with a servlet and causes.
fn of_jetty(page: &Value) -> Option<String> {
    let text = |name: &str| page.get(name)?.as_str();
    let (status, message) = (text("status")?, text("message")?);
    let is_page = text("url")?.starts_with('/') && status.parse::<u16>().is_ok();
    is_page.then(|| page::title_of(status, message))
}

/// JSON is UTF-8; pages of Java's servers are often ISO-8859-1, whose bytes are the first characters of all.
fn text_in(body: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => body.iter().map(|byte| char::from(*byte)).collect(),
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
    fn a_page_of_jettys_may_be_json() {
        let page = |status: &str, message: &str| {
            let page = serde_json::json!({"url": "/gateway/basic/livy/version", "status": status,
                "message": message, "servlet": "basic-knox-gateway-servlet",
                "cause0": "java.io.IOException: Service connectivity error."});
            read(page.to_string().as_bytes())
        };
        let causes = "javax.servlet.ServletException: java.security.PrivilegedActionException: ";
        for (status, message, said) in [
            ("404", "Not Found", ""),
            ("401", "Token has expired", "Token has expired"),
            (
                "500",
                &format!("{causes}java.io.IOException: Service connectivity error."),
                "Service connectivity error.",
            ),
        ] {
            let found = page(status, message);
            assert_eq!(
                (found.message.as_str(), found.is_json),
                (said, false),
                "{message}"
            );
        }
    }

    #[test]
    fn a_page_may_be_written_in_another_alphabet() {
        assert_eq!(message("<title>Größe</title>"), "Größe");
        let page = b"<title>Gr\xf6\xdfe</title>";
        assert_eq!(read(page).message, "Größe");
    }

    #[test]
    fn a_huge_page_is_shortened_and_a_broken_one_ends() {
        let page = format!("<p>{}", "x".repeat(10_000));
        assert_eq!(message(&page).chars().count(), MOST_OF_A_PAGE + 1);
        assert_eq!(message("<script>never closed"), "");
        assert_eq!(message("<title>never closed"), "never closed");
    }
}
