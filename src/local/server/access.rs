//! Who may ask: tokens, web pages, and Livy's own check against forged requests.

use super::Shared;
use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HOST, ORIGIN, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, Method, StatusCode, header::ACCEPT};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// A web page in the user's browser can send requests to loopback too: it is told apart by its
/// `Origin`, or by a `Host` that some name server pointed here.
pub(super) async fn guard(State(shared): Shared, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let refuse = |why: &'static str| (StatusCode::FORBIDDEN, why).into_response();
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    // Who opens the server to the network opens it under whatever name it has there.
    if !shared.is_open && !host.is_some_and(is_loopback) {
        return refuse("The Host header names no loopback address.");
    }
    let origin = headers
        .get(ORIGIN)
        .map(|value| value.to_str().unwrap_or(""));
    let foreign = |origin: &str| {
        !origin
            .split_once("://")
            .is_some_and(|(_, host)| is_loopback(host))
    };
    if origin.is_some_and(foreign) {
        return refuse("Requests of web pages are refused.");
    }
    if let Some(token) = &shared.token
        && !bears(headers, token)
    {
        let challenge = [(WWW_AUTHENTICATE, "Bearer")];
        let told = "A bearer token is needed.";
        return (StatusCode::UNAUTHORIZED, challenge, told).into_response();
    }
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if shared.csrf_protection && !reads && !headers.contains_key("X-Requested-By") {
        return unprotected(&request);
    }
    next.run(request).await
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    };
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn bears(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
    let Some(given) = given.and_then(|value| value.strip_prefix(b"Bearer ")) else {
        return false;
    };
    // Every byte is compared, so that the time taken tells nothing.
    given.len() == token.len()
        && given
            .iter()
            .zip(token.as_bytes())
            .fold(0, |differing, (a, b)| differing | (a ^ b))
            == 0
}

const UNPROTECTED: &str = "Missing Required Header for CSRF protection.";

/// The page of the container that Livy runs in, in the form that the request accepts.
fn unprotected(request: &Request) -> Response {
    if request.method() == Method::DELETE {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let path = request.uri().path();
    let servlet = match path.starts_with("/batches") {
        true => "org.apache.livy.server.batch.BatchSessionServlet",
        false => "org.apache.livy.server.interactive.InteractiveSessionServlet",
    };
    let accept = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("*/*");
    let (kind, body) = match accept {
        "application/json" => (
            "application/json",
            serde_json::json!({"servlet": servlet, "message": UNPROTECTED, "url": path,
                "status": "400"})
            .to_string(),
        ),
        "text/plain" => (
            "text/plain;charset=iso-8859-1",
            format!(
                "HTTP ERROR 400 {UNPROTECTED}\nURI: {path}\nSTATUS: 400\nMESSAGE: {UNPROTECTED}\n\
                 SERVLET: {servlet}\n"
            ),
        ),
        _ => ("text/html;charset=iso-8859-1", page(path, servlet)),
    };
    let headers = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "must-revalidate,no-cache,no-store"),
    ];
    (StatusCode::BAD_REQUEST, headers, body).into_response()
}

fn page(path: &str, servlet: &str) -> String {
    let rows: String = [
        ("URI", path),
        ("STATUS", "400"),
        ("MESSAGE", UNPROTECTED),
        ("SERVLET", servlet),
    ]
    .iter()
    .map(|(name, value)| format!("<tr><th>{name}:</th><td>{}</td></tr>\n", escaped(value)))
    .collect();
    format!(
        "<html>\n<head>\n<meta http-equiv=\"Content-Type\" content=\"text/html;charset=ISO-8859-1\"/>\n\
         <title>Error 400 {UNPROTECTED}</title>\n</head>\n<body><h2>HTTP ERROR 400 {UNPROTECTED}</h2>\n\
         <table>\n{rows}</table>\n\n</body>\n</html>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_pass() {
        for host in [
            "localhost",
            "LOCALHOST:8998",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]:8998",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "10.0.0.1:8998",
            "localhost.example.com",
            "[fe80::1]",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
