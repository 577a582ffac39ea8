//! `~`, which a shell would read as the user's home.

use std::path::PathBuf;

/// The path that is meant, as people write it.
pub fn path_of(text: &str) -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    at_home(text, home)
}

fn at_home(text: &str, home: Option<PathBuf>) -> PathBuf {
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        (Some(_) | None, _) => PathBuf::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_that_begins_at_home_is_another() {
        let home = || Some(PathBuf::from("/home/me"));
        assert_eq!(
            at_home("~/a b.csv", home()),
            PathBuf::from("/home/me/a b.csv")
        );
        for text in ["~other/a", "a/~/b", "/a", "~"] {
            assert_eq!(at_home(text, home()), PathBuf::from(text));
        }
        assert_eq!(at_home("~/a", None), PathBuf::from("~/a"));
    }
}
