//! Whether an input looks as if it held a credential: it is kept in no history then.
//!
//! By hand: few shapes are looked for, and what is taken for one by mistake costs a line of history.

/// How tokens of well-known services begin, and how many more of their characters there are at least.
const TOKENS: [(&str, usize); 22] = [
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("dapi", 32),
    ("eyJ", 40),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghu_", 30),
    ("ghs_", 30),
    ("ghr_", 30),
    ("github_pat_", 20),
    ("glpat-", 20),
    ("hf_", 30),
    ("npm_", 36),
    ("pypi-", 30),
    ("sk-", 30),
    ("sk_live_", 20),
    ("rk_live_", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("xoxr-", 20),
];

/// What the end of a name says that its value is a secret.
const SECRET_NAMES: [&str; 16] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "access.key",
    "accesskey",
    "account.key",
    "secret.key",
    "private_key",
    "credential",
];

pub(super) fn looks_like_one(text: &str) -> bool {
    (text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----"))
        || text.contains("AccountKey=")
        || holds_token(text)
        || holds_header(text)
        || holds_url_password(text)
        || names_secret(text)
}

fn holds_token(text: &str) -> bool {
    TOKENS.iter().any(|(start, least)| {
        text.match_indices(start).any(|(at, _)| {
            let is_begun = text[..at].chars().next_back().is_none_or(|c| !is_token(c));
            let rest = &text[at + start.len()..];
            is_begun && rest.chars().take_while(|c| is_token(*c)).count() >= *least
        })
    })
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// The value of an `Authorization` header.
fn holds_header(text: &str) -> bool {
    ["Bearer ", "Basic "].iter().any(|scheme| {
        text.match_indices(scheme).any(|(at, _)| {
            let rest = &text[at + scheme.len()..];
            let value = |c: &char| is_token(*c) || matches!(c, '+' | '/' | '=' | '~');
            rest.chars().take_while(value).count() >= 12
        })
    })
}

/// `scheme://user:password@host`
fn holds_url_password(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '`');
        let authority = text[at + 3..].split(ends).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        let password = user.and_then(|user| user.split_once(':'));
        password.is_some_and(|(_, password)| !password.is_empty())
    })
}

/// A name such as `password`, with a literal as its value.
fn names_secret(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_command = text.starts_with('!') || text.starts_with(":sh");
    SECRET_NAMES.iter().any(|name| {
        lower.match_indices(name).any(|(at, _)| {
            let rest = &text[at + name.len()..];
            // `tokenizer` is no token.
            let goes_on = rest.starts_with(|c: char| c.is_alphabetic());
            !goes_on && has_literal(rest, is_command)
        })
    })
}

/// Whether a literal follows the end of a name: behind `=`, `:`, `,` or `->`, or at once. A shell's
/// words need no quotes.
fn has_literal(rest: &str, of_shell: bool) -> bool {
    let in_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    let name_goes_on = rest.trim_start_matches(in_name);
    // `->` begins like a name.
    let after_name = match rest.strip_prefix("->") {
        Some(_) => rest,
        None => name_goes_on,
    };
    let closed = after_name.trim_start_matches(['"', '\'', '`', ']', ')', ' ', '\t']);
    if of_shell && let Some(value) = closed.strip_prefix('=') {
        return value.starts_with(|c: char| !c.is_whitespace() && c != '$');
    }
    // The type of a value in Scala.
    let typed = closed.strip_prefix(':').map(str::trim_start);
    let closed = match typed.map(|typed| typed.trim_start_matches(in_name)) {
        Some(after) if after.trim_start().starts_with('=') => after.trim_start(),
        Some(_) | None => closed,
    };
    let separators = ["->", "==", "=", ":", ","];
    match separators.iter().find_map(|one| closed.strip_prefix(one)) {
        Some(value) => is_literal(value.trim_start()),
        // `OPTIONS (password 'x')`
        None => after_name.starts_with(' ') && is_literal(after_name.trim_start()),
    }
}

/// Whether it begins with a string that is not empty.
fn is_literal(text: &str) -> bool {
    let text = text.trim_start_matches(['r', 'b', 'f', 'u', 's']);
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return false;
    };
    let inside = text.trim_start_matches(quote);
    let is_empty = text.len() - inside.len() == 2;
    !is_empty && inside.find(quote).is_some_and(|length| length > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_seen() {
        let long = "a1B2c3D4e5F6a1B2c3D4e5F6a1B2c3D4e5F6a1B2";
        for text in [
            "key = 'AKIAIOSFODNN7EXAMPLE'",
            &format!("t = 'ghp_{long}'"),
            &format!("x(\"dapi{long}\")"),
            &format!("jwt = 'eyJ{long}.eyJ{long}.{long}'"),
            "spark.read.jdbc('jdbc:postgresql://alice:pa55@db/x')",
            "!curl https://u:p@host/x",
            "h = {'Authorization': 'Bearer abcdefghijkl.mnop'}",
            "password = \"hunter2\"",
            "val password: String = \"hunter2\"",
            "PASSWORD='x'",
            "df.write.option(\"password\", \"hunter2\").save()",
            "spark.conf.set('fs.azure.account.key.acct.dfs.core.windows.net', 'abc==')",
            "spark.conf.set(\"fs.s3a.secret.key\", \"abc\")",
            "Map(\"token\" -> \"abc\")",
            "connect(user='a', password='b')",
            "d['api_key'] = 'abc'",
            "create table t using jdbc options (user 'a', password 'b')",
            "x = 1\ndb_password = '''abc'''",
            "!export DB_TOKEN=abc",
            ":sh deploy --password=abc",
            "s = '-----BEGIN RSA PRIVATE KEY-----'",
            "'DefaultEndpointsProtocol=https;AccountKey=abc'",
        ] {
            assert!(looks_like_one(text), "{text}");
        }
    }

    #[test]
    fn other_code_is_kept() {
        for text in [
            "val x = 1",
            "tokenizer = 'bert'",
            "tokens = ['a', 'b']",
            "df.filter(df.token == other)",
            "password = os.environ['DB_PASSWORD']",
            "password = getpass.getpass()",
            ".option(\"password\", sys.env(\"DB_PASSWORD\"))",
            "password = dbutils.secrets.get(\"scope\", \"key\")",
            "password = ''",
            "spark.read.parquet('s3a://bucket/a:b@c')",
            "spark.read.csv('hdfs://nn:8020/data')",
            "!deploy --password=$PASSWORD",
            "task-AKIA-short",
            "eyJ = 3",
            "select token from t",
            "secret: String",
        ] {
            assert!(!looks_like_one(text), "{text}");
        }
    }
}
