//! What a page says that a container or a gateway has made: its title, or the words below it.

/// By these words a page of Apache's httpd begins whose first sentence is enough.
const OF_HTTPD: [&str; 5] = [
    "You don't have permission",
    "The requested URL ",
    "The server encountered an internal error",
    "The server is temporarily unable",
    "The gateway did not receive a timely response",
];
/// Its page about who asks says no more than the status, at length.
const UNAUTHORIZED: &str = "This server could not verify that you are authorized";

/// What a page says: its title, where that says more than a status, else its text.
pub(super) fn said(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let title = lower.find("<title>").and_then(|start| {
        let end = start + lower[start..].find("</title>")?;
        Some((start, end))
    });
    let Some((start, end)) = title else {
        return text_of_html(page);
    };
    let title = text_of_html(&page[start..end]);
    match words_of(&title) {
        "" => below_title(&text_of_html(&format!(
            "{}{}",
            &page[..start],
            &page[end..]
        ))),
        words => words.to_owned(),
    }
}

/// What such a title says, by its parts.
pub(super) fn title_of(status: &str, message: &str) -> String {
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    words_of(&format!("{status} {message}")).to_owned()
}

/// The text of a page whose title is a status.
fn below_title(text: &str) -> String {
    if is_of_jetty(text) {
        return String::new();
    }
    let more = match without_status(text) {
        "" => text,
        more => more,
    };
    match of_httpd(more) {
        Some(said) => said.to_owned(),
        None => more.to_owned(),
    }
}

/// Jetty's page repeats its title, and who was asked for what.
fn is_of_jetty(text: &str) -> bool {
    let says = |words: &str| text.contains(words);
    text.starts_with("HTTP ERROR ")
        && (says(" Problem accessing ") || (says(" URI: ") && says(" STATUS: ")))
}

/// What is worth telling of a page of Apache's httpd; `None` where it is none.
fn of_httpd(text: &str) -> Option<&str> {
    let start = OF_HTTPD.iter().chain([&UNAUTHORIZED]);
    let start = start.filter_map(|words| text.find(words)).min()?;
    // A heading stands before it.
    let said = text
        .get(start..)
        .filter(|_| start <= "Internal Server Error ".len())?;
    if said.starts_with(UNAUTHORIZED) {
        return Some("");
    }
    match said.find(". ") {
        Some(end) => said.get(..=end),
        None => Some(said),
    }
}

/// A title without what the status tells, without the classes of Java's exceptions before its words, and
/// without where a reader of JSON was.
fn words_of(title: &str) -> &str {
    let mut words = without_status(title);
    while let Some((class, rest)) = words.split_once(": ")
        && is_class(class)
    {
        words = rest;
    }
    let words = words.split(" at [Source:").next().unwrap_or_default();
    match words.eq_ignore_ascii_case("error") {
        true => "",
        false => words,
    }
}

/// `java.io.IOException`, `SignerException`
fn is_class(name: &str) -> bool {
    !name.contains(' ') && (name.contains('.') || name.ends_with("Exception"))
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

/// How nginx and Jetty call a status where that is not its usual name.
fn other_name(status: u16) -> Option<&'static str> {
    match status {
        413 => Some("Request Entity Too Large"),
        500 => Some("Server Error"),
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

#[cfg(test)]
mod tests {
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
            assert_eq!(super::said(page), said, "{page}");
        }
    }

    /// Jetty's, as Knox 2.0.0 sends it.
    fn of_knox(status: u16, title: &str) -> String {
        format!(
            "<html>\n<head>\n<meta http-equiv=\"Content-Type\" content=\"text/html;charset=ISO-8859-1\"/>\n\
             <title>Error {status} {title}</title>\n</head>\n<body><h2>HTTP ERROR {status} {title}</h2>\n\
             <table>\n<tr><th>URI:</th><td>/gateway/basic/livy/sessions</td></tr>\n\
             <tr><th>STATUS:</th><td>{status}</td></tr>\n<tr><th>MESSAGE:</th><td>{title}</td></tr>\n\
             <tr><th>SERVLET:</th><td>basic-knox-gateway-servlet</td></tr>\n</table>\n\n</body>\n</html>\n"
        )
    }

    #[test]
    fn a_page_of_knox_says_its_last_words() {
        let causes = "javax.servlet.ServletException: javax.servlet.ServletException: \
                      org.apache.shiro.subject.ExecutionException: \
                      java.security.PrivilegedActionException: ";
        for (status, title, said) in [
            (
                500,
                format!(
                    "{causes}java.io.IOException: java.io.IOException: Service connectivity error."
                ),
                "Service connectivity error.",
            ),
            (
                500,
                format!(
                    "{causes}com.fasterxml.jackson.databind.exc.MismatchedInputException: No content to map \
                     due to end-of-input\n at [Source: (org.eclipse.jetty.server.HttpInputOverHTTP); line: 1, \
                     column: 0]"
                ),
                "No content to map due to end-of-input",
            ),
            (
                500,
                format!(
                    "{causes}com.fasterxml.jackson.core.JsonParseException: Unexpected character \
                     (&apos;b&apos; (code 98)): was expecting double-quote\n at [Source: x; line: 1]"
                ),
                "Unexpected character ('b' (code 98)): was expecting double-quote",
            ),
            (
                401,
                "org.apache.hadoop.security.authentication.util.SignerException: Invalid signature"
                    .to_owned(),
                "Invalid signature",
            ),
            (
                401,
                "SignerException: Invalid signature".to_owned(),
                "Invalid signature",
            ),
            (401, "Token has expired".to_owned(), "Token has expired"),
            (
                400,
                "Missing Required Header for Vulnerability Protection".to_owned(),
                "Missing Required Header for Vulnerability Protection",
            ),
            (401, "Unauthorized".to_owned(), ""),
            (404, "Not Found".to_owned(), ""),
            (500, "Server Error".to_owned(), ""),
        ] {
            assert_eq!(super::said(&of_knox(status, &title)), said, "{title}");
        }
    }

    #[test]
    fn a_page_of_httpd_is_short() {
        for (title, heading, text, said) in [
            (
                "401 Unauthorized",
                "Unauthorized",
                "<p>This server could not verify that you\nare authorized to access the document\n\
                 requested.  Either you supplied the wrong\ncredentials (e.g., bad password), or your\n\
                 browser doesn't understand how to supply\nthe credentials required.</p>",
                "",
            ),
            (
                "503 Service Unavailable",
                "Service Unavailable",
                "<p>The server is temporarily unable to service your\nrequest due to maintenance downtime or \
                 capacity\nproblems. Please try again later.</p>",
                "The server is temporarily unable to service your request due to maintenance downtime or \
                 capacity problems.",
            ),
            (
                "404 Not Found",
                "Not Found",
                "<p>The requested URL was not found on this server.</p>",
                "The requested URL was not found on this server.",
            ),
        ] {
            let page = format!(
                "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>{title}</title>\n\
                 </head><body>\n<h1>{heading}</h1>\n{text}\n<hr>\n<address>Apache/2.4.57 (Debian) Server at \
                 localhost Port 80</address>\n</body></html>\n"
            );
            assert_eq!(super::said(&page), said, "{title}");
        }
    }
}
