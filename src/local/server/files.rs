//! Which local files a request may name. Livy lets nobody read its machine's files, except below
//! folders that its administrator names; a server on one's own desk lets its user.

use super::super::Options;
use std::path::{Component, Path, PathBuf};

pub(super) enum Rule {
    Every,
    /// Those below these folders.
    Below(Vec<PathBuf>),
}

impl Rule {
    pub(super) fn of(options: &Options) -> Rule {
        match options.strict || !options.allowed_folders.is_empty() {
            true => Rule::Below(options.allowed_folders.clone()),
            false => Rule::Every,
        }
    }

    /// Livy's words for the first of these that may not be named.
    pub(super) fn check<'a>(
        &self,
        names: impl IntoIterator<Item = &'a String>,
    ) -> Result<(), String> {
        for name in names {
            // An archive may be given another name behind a #.
            let path = name.split('#').next().unwrap_or(name);
            let path = match path.split_once(":/") {
                Some(("file", rest)) => format!("/{}", rest.trim_start_matches('/')),
                Some(_) => continue,
                None if path.starts_with('/') => path.to_owned(),
                None => {
                    return Err(format!(
                        "requirement failed: Path '{name}' is not absolute."
                    ));
                }
            };
            let path = normal(Path::new(&path));
            let allowed = match self {
                Rule::Every => true,
                Rule::Below(folders) => folders.iter().any(|folder| path.starts_with(folder)),
            };
            if !allowed {
                return Err(format!(
                    "requirement failed: Local path {} cannot be added to user sessions.",
                    path.display()
                ));
            }
        }
        Ok(())
    }
}

/// Without `.` and `..`, whatever the files are.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => normal.push(part),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(rule: &Rule, name: &str) -> Option<String> {
        rule.check([&name.to_owned()]).err()
    }

    #[test]
    fn files_outside_the_named_folders_are_refused_in_livys_words() {
        let below = Rule::Below(vec!["/home/me".into()]);
        for allowed in [
            "/home/me/a.jar",
            "file:///home/me/a.zip#b",
            "hdfs://h/x.jar",
        ] {
            assert_eq!(refused(&below, allowed), None);
        }
        assert_eq!(
            refused(&below, "/home/me/../../etc/passwd").unwrap(),
            "requirement failed: Local path /etc/passwd cannot be added to user sessions."
        );
        assert_eq!(
            refused(&Rule::Every, "rel.py").unwrap(),
            "requirement failed: Path 'rel.py' is not absolute."
        );
        assert_eq!(refused(&Rule::Every, "/etc/passwd"), None);
    }
}
