//! What a request for a session or a batch means as Spark settings.

use super::wire::Resources;
use std::collections::BTreeMap;
use std::path::Path;

/// What the fields of a request mean.
fn of_fields(asked: &Resources) -> impl Iterator<Item = (String, String)> {
    owned([
        ("spark.driver.memory", asked.driver_memory.clone()),
        ("spark.driver.cores", text(asked.driver_cores)),
        ("spark.executor.memory", asked.executor_memory.clone()),
        ("spark.executor.cores", text(asked.executor_cores)),
        ("spark.executor.instances", text(asked.num_executors)),
        ("spark.jars", list(&asked.jars)),
        ("spark.submit.pyFiles", list(&asked.py_files)),
        ("spark.files", list(&asked.files)),
        ("spark.archives", list(&asked.archives)),
        ("spark.yarn.queue", asked.queue.clone()),
        ("spark.app.name", asked.name.clone()),
        // One machine is what this server has; Livy, too, decides the master itself.
        ("spark.master", Some("local[*]".to_owned())),
    ])
}

/// A session's Spark settings: ours first, then what the request's fields mean, over `conf`.
pub(super) fn spark(id: u64, asked: &Resources, directory: &Path) -> BTreeMap<String, String> {
    let inside = |name: &str| directory.join(name).to_string_lossy().into_owned();
    let mut conf = own(directory);
    conf.extend(owned([
        ("spark.app.name", Some(format!("livy-session-{id}"))),
        ("spark.sql.warehouse.dir", Some(inside("warehouse"))),
        (
            "spark.sql.catalogImplementation",
            Some("in-memory".to_owned()),
        ),
    ]));
    conf.extend(of_spark(&asked.conf));
    conf.extend(of_fields(asked));
    conf.extend(owned([(
        "spark.repl.class.outputDir",
        Some(inside("classes")),
    )]));
    conf
}

/// A batch's, in the same way.
pub(super) fn batch(asked: &Resources, directory: &Path) -> BTreeMap<String, String> {
    let mut conf = own(directory);
    conf.extend(of_spark(&asked.conf));
    conf.extend(of_fields(asked));
    conf
}

/// What is set here unless the request sets it.
fn own(directory: &Path) -> BTreeMap<String, String> {
    let local = directory.join("local").to_string_lossy().into_owned();
    owned([
        ("spark.driver.bindAddress", Some("127.0.0.1".to_owned())),
        ("spark.driver.host", Some("127.0.0.1".to_owned())),
        // A port of its own for each; Spark would warn about every taken one.
        ("spark.ui.port", Some("0".to_owned())),
        ("spark.ui.showConsoleProgress", Some("false".to_owned())),
        ("spark.local.dir", Some(local)),
    ])
    .collect()
}

fn owned<const N: usize>(
    settings: [(&str, Option<String>); N],
) -> impl Iterator<Item = (String, String)> {
    let set = settings.map(|(key, value)| Some((key.to_owned(), value?)));
    set.into_iter().flatten()
}

/// Without what is meant for Livy.
fn of_spark(conf: &BTreeMap<String, String>) -> impl Iterator<Item = (String, String)> {
    let conf = conf.iter().filter(|(key, _)| !key.starts_with("livy."));
    conf.map(|(key, value)| (key.clone(), value.clone()))
}

fn text(number: Option<u32>) -> Option<String> {
    number.map(|number| number.to_string())
}

fn list(paths: &[String]) -> Option<String> {
    (!paths.is_empty()).then(|| paths.join(","))
}

/// A whole number that a setting holds.
pub(super) fn number(asked: &Resources, key: &str) -> Option<u64> {
    asked.conf.get(key)?.trim().parse().ok()
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
        let asked = Resources {
            driver_memory: Some("2g".to_owned()),
            num_executors: Some(3),
            jars: vec!["/a.jar".to_owned(), "/b.jar".to_owned()],
            conf: conf
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            ..Resources::default()
        };
        let conf = spark(4, &asked, Path::new("/s"));
        let value = |key: &str| conf.get(key).map(String::as_str);
        assert_eq!(value("spark.driver.memory"), Some("2g"));
        assert_eq!(value("spark.executor.instances"), Some("3"));
        assert_eq!(value("spark.jars"), Some("/a.jar,/b.jar"));
        assert_eq!(value("spark.master"), Some("local[*]"));
        assert_eq!(value("spark.x"), Some("y"));
        assert_eq!(value("spark.app.name"), Some("livy-session-4"));
        assert_eq!(value("livy.rsc.sql.num-rows"), None);
        assert_eq!(number(&asked, "livy.rsc.sql.num-rows"), Some(7));
    }

    #[test]
    fn a_batch_has_its_file_as_name_unless_it_is_named() {
        let asked = Resources {
            py_files: vec!["/a.zip".to_owned()],
            conf: [("spark.master".to_owned(), "yarn".to_owned())].into(),
            ..Resources::default()
        };
        let conf = batch(&asked, Path::new("/s"));
        assert_eq!(conf["spark.submit.pyFiles"], "/a.zip");
        assert_eq!(conf["spark.master"], "local[*]");
        assert_eq!(conf["spark.local.dir"], "/s/local");
        assert!(!conf.contains_key("spark.app.name"));
    }
}
