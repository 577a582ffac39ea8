//! What a request for a session means as Spark settings.

use super::wire::CreateSession;
use std::collections::BTreeMap;
use std::path::Path;

/// The session's Spark settings: ours first, then what the request's fields mean, over `conf`.
pub(super) fn spark(
    id: u64,
    request: &CreateSession,
    directory: &Path,
) -> BTreeMap<String, String> {
    let inside = |name: &str| directory.join(name).to_string_lossy().into_owned();
    let mut conf: BTreeMap<String, String> = [
        ("spark.app.name", format!("livy-session-{id}")),
        ("spark.driver.bindAddress", "127.0.0.1".to_owned()),
        ("spark.driver.host", "127.0.0.1".to_owned()),
        // A port of its own for each session; Spark would warn about every taken one.
        ("spark.ui.port", "0".to_owned()),
        ("spark.ui.showConsoleProgress", "false".to_owned()),
        ("spark.local.dir", inside("local")),
        ("spark.sql.warehouse.dir", inside("warehouse")),
        ("spark.sql.catalogImplementation", "in-memory".to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into();
    let of_livy = |key: &String| key.starts_with("livy.");
    conf.extend(
        request
            .conf
            .iter()
            .filter(|(key, _)| !of_livy(key))
            .map(|(key, value)| (key.clone(), value.clone())),
    );
    let mut set = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            conf.insert(key.to_owned(), value);
        }
    };
    let list = |paths: &Vec<String>| (!paths.is_empty()).then(|| paths.join(","));
    set("spark.driver.memory", request.driver_memory.clone());
    set(
        "spark.driver.cores",
        request.driver_cores.map(|n| n.to_string()),
    );
    set("spark.executor.memory", request.executor_memory.clone());
    set(
        "spark.executor.cores",
        request.executor_cores.map(|n| n.to_string()),
    );
    set(
        "spark.executor.instances",
        request.num_executors.map(|n| n.to_string()),
    );
    set("spark.jars", list(&request.jars));
    set("spark.submit.pyFiles", list(&request.py_files));
    set("spark.files", list(&request.files));
    set("spark.archives", list(&request.archives));
    set("spark.app.name", request.name.clone());
    // One machine is what this server has; Livy, too, decides the master itself.
    set("spark.master", Some("local[*]".to_owned()));
    set("spark.repl.class.outputDir", Some(inside("classes")));
    conf
}

/// A whole number that a setting holds.
pub(super) fn number(request: &CreateSession, key: &str) -> Option<u64> {
    request.conf.get(key)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_win_over_conf_and_the_master_is_ours() {
        let conf = [
            ("spark.driver.memory", "1g"),
            ("spark.master", "yarn"),
            ("spark.x", "y"),
            ("livy.rsc.sql.num-rows", "7"),
        ];
        let request = CreateSession {
            kind: "spark",
            driver_memory: Some("2g".to_owned()),
            num_executors: Some(3),
            jars: vec!["/a.jar".to_owned(), "/b.jar".to_owned()],
            conf: conf
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            ..CreateSession::default()
        };
        let conf = spark(4, &request, Path::new("/s"));
        let value = |key: &str| conf.get(key).map(String::as_str);
        assert_eq!(value("spark.driver.memory"), Some("2g"));
        assert_eq!(value("spark.executor.instances"), Some("3"));
        assert_eq!(value("spark.jars"), Some("/a.jar,/b.jar"));
        assert_eq!(value("spark.master"), Some("local[*]"));
        assert_eq!(value("spark.x"), Some("y"));
        assert_eq!(value("spark.app.name"), Some("livy-session-4"));
        assert_eq!(value("livy.rsc.sql.num-rows"), None);
        assert_eq!(number(&request, "livy.rsc.sql.num-rows"), Some(7));
    }
}
