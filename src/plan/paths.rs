//! Files that a session or batch is made with: the server reads them, not livysh.

use crate::config::Place;
use crate::livy::Resources;

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

/// Makes paths of this machine whole where the server is on it; elsewhere they are refused: a server
/// reads a path without a scheme in its own file system, and takes none that is not whole.
pub fn settle(resources: &mut Resources, place: &Place) -> Result<(), String> {
    if let Place::Server { .. } = place {
        return check_whole(resources);
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
    Ok(())
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
    let may_be_required = [".jar", ".py", ".zip", ".egg"];
    match may_be_required.iter().any(|end| path.ends_with(end)) {
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
        settle(&mut resources, &Place::Local).unwrap();
        let here = std::env::current_dir().unwrap();
        let whole = |name: &str| here.join(name).display().to_string();
        assert_eq!(resources.jars, [whole("a.jar"), "/b.jar".to_owned()]);
        assert_eq!(resources.archives, [whole("e.zip#e")]);
    }
}
