//! Files that a session or batch is made with: the server reads them, not livysh.

use crate::config::Place;
use crate::livy::{Call, Offer, Resources};
use std::path::Path;

/// Whether a server on another machine can read them.
pub fn check_whole(resources: &Resources) -> Result<(), String> {
    let Resources {
        jars,
        py_files,
        files,
        archives,
        ..
    } = resources;
    let mut all = [jars, py_files, files, archives].into_iter().flatten();
    match all.find(|path| !is_whole(path)) {
        Some(path) => Err(refusal(path)),
        None => Ok(()),
    }
}

/// Makes paths of this machine whole where the server is on it. A server elsewhere reads a path without
/// a scheme in its own file system, and takes none that is not whole: what a session can be given once it
/// runs comes back, where that is an `upload`, the rest is refused.
pub fn settle(
    resources: &mut Resources,
    place: &Place,
    upload: bool,
) -> Result<Vec<String>, String> {
    if let Place::Server { service, .. } = place {
        let takes_files = service.capabilities.get(&Call::Files) != Some(&Offer::Off);
        let mut own = Vec::new();
        if upload && takes_files {
            let is_own = |path: &mut String| !is_whole(path) && is_for_sessions(path);
            own.extend(resources.jars.extract_if(.., is_own));
            own.extend(resources.py_files.extract_if(.., is_own));
        }
        check_whole(resources)?;
        return match own.iter().find(|path| !Path::new(path).is_file()) {
            Some(path) => Err(format!("{path}: there is no such file")),
            None => Ok(own),
        };
    }
    let Resources {
        jars,
        py_files,
        files,
        archives,
        ..
    } = resources;
    let all = [jars, py_files, files, archives].into_iter().flatten();
    for path in all.filter(|path| !is_whole(path)) {
        if let Ok(whole) = std::path::absolute(&*path) {
            *path = whole.display().to_string();
        }
    }
    Ok(Vec::new())
}

/// Whether `:require` takes it.
fn is_for_sessions(path: &str) -> bool {
    [".jar", ".py", ".zip", ".egg"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// Whether it has a scheme or begins at the root.
pub fn is_whole(path: &str) -> bool {
    path.starts_with('/') || path.contains(":/")
}

fn refusal(path: &str) -> String {
    let told = format!(
        "{path}: the server reads the file itself, so it needs a whole path or a scheme, such as \
         hdfs:///lib/{path}"
    );
    match is_for_sessions(path) {
        true => format!("{told}; :require {path} gives it to a session that runs"),
        false => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_whole_by_its_root_or_scheme() {
        for path in [
            "/a.jar",
            "hdfs:///a.jar",
            "local:/a",
            "s3a://b/c#d",
            "file:/a",
        ] {
            assert!(is_whole(path), "{path}");
        }
        for path in ["a.jar", "./a.jar", "lib/a:b.jar"] {
            assert!(!is_whole(path), "{path}");
        }
    }

    #[test]
    fn what_is_on_this_machine_is_made_whole() {
        let mut resources = Resources {
            jars: vec!["a.jar".to_owned(), "/b.jar".to_owned()],
            archives: vec!["e.zip#e".to_owned()],
            ..Resources::default()
        };
        settle(&mut resources, &Place::Local, true).unwrap();
        let here = std::env::current_dir().unwrap();
        let whole = |name: &str| here.join(name).display().to_string();
        assert_eq!(resources.jars, [whole("a.jar"), "/b.jar".to_owned()]);
        assert_eq!(resources.archives, [whole("e.zip#e")]);
    }
}
