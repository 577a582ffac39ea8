//! Real programs that stand between livysh and a server: nginx and Apache before the server, tinyproxy
//! and microsocks on the way to it, and a realm of Kerberos beside it. `tests/run` fetches them; nothing
//! is installed. Apache Knox is there on request.

pub mod apache;
pub mod authority;
pub mod demanding;
pub mod forward;
pub mod kerberos;
pub mod knox;
pub mod nginx;
mod running;
pub mod secured;

use std::path::{Path, PathBuf};

/// A text of `tests/neighbours/`, with what stands between `@` put in.
fn filled(name: &str, values: &[(&str, String)]) -> String {
    let path = template(name);
    let mut text = std::fs::read_to_string(path).unwrap();
    for (name, value) in values {
        text = text.replace(&format!("@{name}@"), value);
    }
    text
}

fn template(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/neighbours")
        .join(name)
}
