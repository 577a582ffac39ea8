//! Each option of spark-shell, pyspark and spark-submit: the field of Livy's or the setting of Spark's
//! that it becomes, or why it becomes none. Pure but for the files that settings are read from.
//!
//! An option goes before `--conf`, that before `--properties-file`, that before the profile, and that
//! before the defaults of a Spark on this machine.

use super::properties::{defaults, properties};
use super::spark_conf::{ConfValue, spark_conf};
use super::{ConfigError, Environment};
use crate::livy::Resources;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a command line says of Spark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SparkGiven {
    /// Options with their values; of a switch that is empty.
    pub options: Vec<(&'static str, String)>,
    /// `KEY=VALUE`
    pub conf: Vec<String>,
    pub properties_file: Option<PathBuf>,
    pub loads_defaults: bool,
}

/// What is to be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Session,
    Batch,
}

/// What a session or batch is made with, so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    pub resources: Resources,
    /// The main class of a batch.
    pub class_name: Option<String>,
    pub conf: BTreeMap<String, ConfValue>,
    /// What is not done as it was asked for.
    pub told: Vec<String>,
}

/// What becomes of an option.
enum Becomes {
    /// A field of the request; Spark's setting says the same.
    Field(&'static str, Put),
    Setting(&'static str),
    /// The same, and there is something to know.
    SettingTold(&'static str, &'static str),
    Class,
    /// Nothing, for this reason.
    PassedOver(&'static str),
    Refused(&'static str),
}

/// Puts a value into its field, or takes it out.
type Put = fn(&mut Resources, Option<&str>);

use Becomes::{Class, Field, PassedOver, Refused, Setting, SettingTold};

/// What both kinds of request have alike.
static BOTH: [(&str, Becomes); 27] = [
    ("--master", PassedOver("the Livy server decides the master")),
    (
        "--deploy-mode",
        PassedOver("the Livy server decides it: the driver runs on its side"),
    ),
    (
        "--jars",
        Field("spark.jars", |to, value| to.jars = list(value)),
    ),
    ("--packages", Setting("spark.jars.packages")),
    ("--exclude-packages", Setting("spark.jars.excludes")),
    ("--repositories", Setting("spark.jars.repositories")),
    (
        "--py-files",
        Field("spark.submit.pyFiles", |to, value| {
            to.py_files = list(value);
        }),
    ),
    (
        "--files",
        Field("spark.files", |to, value| to.files = list(value)),
    ),
    (
        "--archives",
        Field("spark.archives", |to, value| to.archives = list(value)),
    ),
    (
        "--driver-memory",
        Field("spark.driver.memory", |to, value| {
            to.driver_memory = text(value);
        }),
    ),
    (
        "--driver-cores",
        Field("spark.driver.cores", |to, value| {
            to.driver_cores = number(value);
        }),
    ),
    (
        "--executor-memory",
        Field("spark.executor.memory", |to, value| {
            to.executor_memory = text(value);
        }),
    ),
    (
        "--executor-cores",
        Field("spark.executor.cores", |to, value| {
            to.executor_cores = number(value);
        }),
    ),
    (
        "--num-executors",
        Field("spark.executor.instances", |to, value| {
            to.num_executors = number(value);
        }),
    ),
    ("--total-executor-cores", Setting("spark.cores.max")),
    (
        "--driver-java-options",
        Setting("spark.driver.extraJavaOptions"),
    ),
    (
        "--driver-library-path",
        Setting("spark.driver.extraLibraryPath"),
    ),
    (
        "--driver-class-path",
        Setting("spark.driver.extraClassPath"),
    ),
    (
        "--queue",
        Field("spark.yarn.queue", |to, value| to.queue = text(value)),
    ),
    (
        "--proxy-user",
        Field("", |to, value| to.proxy_user = text(value)),
    ),
    ("--principal", Setting("spark.kerberos.principal")),
    ("--keytab", SettingTold("spark.kerberos.keytab", KERBEROS)),
    (
        "--remote",
        Refused("is Spark Connect, which is no Livy: name a Livy server with --url"),
    ),
    (
        "--supervise",
        Refused(
            "is for clusters that Spark itself manages: livysh batch submit --wait tells how it ends",
        ),
    ),
    (
        "--kill",
        Refused("is for clusters that Spark itself manages: livysh batch stop ID ends a batch"),
    ),
    (
        "--status",
        Refused("is for clusters that Spark itself manages: livysh batch show ID shows a batch"),
    ),
    ("--class", Class),
];

const KERBEROS: &str = "is for Spark itself, and the server must be able to read the keytab: to sign on to the server is --auth kerberos";

const CLASS_OF_SESSION: &str =
    "is for a jar, which has no conversation: livysh batch submit --class NAME JAR";

/// Settings that Livy refuses, unless its administrator says otherwise.
const SERVERS_OWN: [&str; 6] = [
    "spark.master",
    "spark.submit.deployMode",
    "spark.yarn.jar",
    "spark.yarn.jars",
    "spark.yarn.archive",
    "livy.rsc.server.idle-timeout",
];

/// What settings begin with that somebody reads.
const READ: [&str; 3] = ["spark.", "livy.", "emr-serverless."];

impl SparkGiven {
    /// The options that shape what is created, by their names.
    pub fn shaping(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        names.extend((!self.conf.is_empty()).then_some("--conf"));
        names.extend(self.properties_file.as_ref().map(|_| "--properties-file"));
        names.extend(self.loads_defaults.then_some("--load-spark-defaults"));
        let options = self.options.iter().map(|(name, _)| *name);
        names.extend(options.filter(|name| !matches!(fate(name), Some(PassedOver(_)))));
        names
    }

    /// What is wanted, with this laid over what was wanted before.
    pub fn over(
        &self,
        before: Wanted,
        target: Target,
        environment: Environment<'_>,
    ) -> Result<Wanted, String> {
        let mut wanted = before;
        if self.loads_defaults {
            for (key, value) in from_file(defaults(environment)?, &mut wanted.told) {
                let is_set = wanted.conf.contains_key(&key) || wanted.has_field_of(&key);
                if !is_set {
                    wanted.conf.insert(key, value);
                }
            }
        }
        if let Some(path) = &self.properties_file {
            for (key, value) in from_file(properties(path)?, &mut wanted.told) {
                wanted.set(key, value);
            }
        }
        let given = spark_conf(&self.conf, environment);
        let given = given.map_err(|error: ConfigError| format!("{error}; {}", error.hint()))?;
        for (key, value) in given {
            if !is_read(&key) {
                wanted.told.push(unread(&key));
                continue;
            }
            if SERVERS_OWN.contains(&key.as_str()) {
                let told = format!("{key} is the server's to decide: most refuse it");
                wanted.told.push(told);
            }
            wanted.set(key, value);
        }
        for (name, value) in &self.options {
            wanted.take(name, value, target)?;
        }
        Ok(wanted)
    }
}

impl Wanted {
    /// A setting goes before a field that was wanted before.
    fn set(&mut self, key: String, value: ConfValue) {
        for (_, becomes) in &BOTH {
            if let Field(same, put) = becomes
                && *same == key
            {
                put(&mut self.resources, None);
            }
        }
        self.conf.insert(key, value);
    }

    fn has_field_of(&self, key: &str) -> bool {
        BOTH.iter().any(|(_, becomes)| {
            if let Field(same, put) = becomes
                && *same == key
            {
                let mut without = self.resources.clone();
                put(&mut without, None);
                return without != self.resources;
            }
            false
        })
    }

    fn take(&mut self, name: &str, value: &str, target: Target) -> Result<(), String> {
        match (fate(name), target) {
            (Some(Field(same, put)), _) => {
                self.conf.remove(*same);
                put(&mut self.resources, Some(value));
            }
            (Some(Setting(key)), _) => self.put(key, value),
            (Some(SettingTold(key, told)), _) => {
                self.put(key, value);
                self.told.push(format!("{name} {told}"));
            }
            (Some(Class), Target::Batch) => self.class_name = Some(value.to_owned()),
            (Some(Class), Target::Session) => return Err(format!("{name} {CLASS_OF_SESSION}")),
            (Some(PassedOver(why)), _) => self.told.push(format!("{name} is passed over: {why}")),
            (Some(Refused(why)), _) => return Err(format!("{name} {why}")),
            (None, _) => return Err(format!("{name} is not known")),
        }
        Ok(())
    }

    fn put(&mut self, key: &str, value: &str) {
        self.conf
            .insert(key.to_owned(), ConfValue::plain(key, value));
    }

    /// The Python that pyspark would take, where nothing names one.
    pub fn take_python(&mut self, environment: Environment<'_>) {
        let Some(python) = environment("PYSPARK_PYTHON") else {
            return;
        };
        for key in [
            "spark.pyspark.python",
            "spark.yarn.appMasterEnv.PYSPARK_PYTHON",
        ] {
            let entry = self.conf.entry(key.to_owned());
            entry.or_insert_with(|| ConfValue::plain(key, &python));
        }
    }
}

/// Variables that the shells of Spark read, and livysh does not.
pub fn unread_variables(environment: Environment<'_>) -> Vec<&'static str> {
    let mut names = vec![
        "PYSPARK_DRIVER_PYTHON",
        "PYSPARK_DRIVER_PYTHON_OPTS",
        "SPARK_HOME",
        "PYTHONSTARTUP",
    ];
    names.retain(|name| environment(name).is_some());
    names
}

fn fate(name: &str) -> Option<&'static Becomes> {
    let found = BOTH.iter().find(|(known, _)| *known == name);
    found.map(|(_, becomes)| becomes)
}

/// Settings of a file that is made for Spark: what only Spark's own shells can follow is left out.
fn from_file(
    settings: BTreeMap<String, String>,
    told: &mut Vec<String>,
) -> Vec<(String, ConfValue)> {
    let mut read = Vec::new();
    for (key, text) in settings {
        if !is_read(&key) {
            told.push(unread(&key));
        } else if SERVERS_OWN.contains(&key.as_str()) {
            told.push(format!(
                "{key} is passed over: it is the server's to decide"
            ));
        } else {
            let value = ConfValue::plain(&key, &text);
            read.push((key, value));
        }
    }
    read
}

fn is_read(key: &str) -> bool {
    READ.iter().any(|start| key.starts_with(start))
}

/// In the words of spark-submit.
fn unread(key: &str) -> String {
    format!("Ignoring non-Spark config property: {key}")
}

fn list(value: Option<&str>) -> Vec<String> {
    let parts = value.unwrap_or_default().split(',').map(str::trim);
    let parts = parts.filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

fn text(value: Option<&str>) -> Option<String> {
    value.map(str::to_owned)
}

fn number(value: Option<&str>) -> Option<u32> {
    value.and_then(|value| value.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn given(option: &'static str, value: &str) -> SparkGiven {
        SparkGiven {
            options: vec![(option, value.to_owned())],
            ..SparkGiven::default()
        }
    }

    fn over(given: &SparkGiven, target: Target) -> Result<Wanted, String> {
        given.over(Wanted::default(), target, &|_| None)
    }

    /// Fields and settings, as they would be sent.
    fn sent(wanted: &Wanted) -> Value {
        let mut sent = serde_json::to_value(&wanted.resources).unwrap();
        for (key, value) in &wanted.conf {
            sent[key.as_str()] = json!(value.text);
        }
        if let Some(class) = &wanted.class_name {
            sent["className"] = json!(class);
        }
        sent
    }

    #[test]
    fn each_option_becomes_its_field_or_setting_and_nothing_else() {
        let rows = [
            (
                "--jars",
                "/a.jar,/b.jar",
                json!({"jars": ["/a.jar", "/b.jar"]}),
            ),
            (
                "--packages",
                "a:b:1",
                json!({"spark.jars.packages": "a:b:1"}),
            ),
            (
                "--exclude-packages",
                "a:b",
                json!({"spark.jars.excludes": "a:b"}),
            ),
            (
                "--repositories",
                "http://r",
                json!({"spark.jars.repositories": "http://r"}),
            ),
            ("--py-files", "/a.py", json!({"pyFiles": ["/a.py"]})),
            ("--files", "/a,/b", json!({"files": ["/a", "/b"]})),
            ("--archives", "/a.zip#x", json!({"archives": ["/a.zip#x"]})),
            ("--driver-memory", "2g", json!({"driverMemory": "2g"})),
            ("--driver-cores", "2", json!({"driverCores": 2})),
            ("--executor-memory", "3g", json!({"executorMemory": "3g"})),
            ("--executor-cores", "4", json!({"executorCores": 4})),
            ("--num-executors", "5", json!({"numExecutors": 5})),
            (
                "--total-executor-cores",
                "6",
                json!({"spark.cores.max": "6"}),
            ),
            (
                "--driver-java-options",
                "-Da=b",
                json!({"spark.driver.extraJavaOptions": "-Da=b"}),
            ),
            (
                "--driver-library-path",
                "/l",
                json!({"spark.driver.extraLibraryPath": "/l"}),
            ),
            (
                "--driver-class-path",
                "/c",
                json!({"spark.driver.extraClassPath": "/c"}),
            ),
            ("--queue", "q", json!({"queue": "q"})),
            ("--proxy-user", "u", json!({"proxyUser": "u"})),
            ("--principal", "p", json!({"spark.kerberos.principal": "p"})),
            ("--keytab", "/k", json!({"spark.kerberos.keytab": "/k"})),
            ("--master", "yarn", json!({})),
            ("--deploy-mode", "cluster", json!({})),
        ];
        for target in [Target::Session, Target::Batch] {
            for (option, value, expected) in &rows {
                let wanted = over(&given(option, value), target).unwrap();
                assert_eq!(sent(&wanted), *expected, "{option}");
                let is_told = ["--master", "--deploy-mode", "--keytab"];
                assert_eq!(
                    !wanted.told.is_empty(),
                    is_told.contains(option),
                    "{option}"
                );
            }
            let refused = ["--remote", "--supervise", "--kill", "--status"];
            for option in refused {
                let told = over(&given(option, "x"), target).unwrap_err();
                assert!(told.starts_with(option), "{told}");
            }
            // No option is without a row here.
            assert_eq!(rows.len() + refused.len() + 1, BOTH.len());
        }
        let class = given("--class", "a.B");
        let batch = over(&class, Target::Batch).unwrap();
        assert_eq!(sent(&batch), json!({"className": "a.B"}));
        let told = over(&class, Target::Session).unwrap_err();
        assert!(told.contains("livysh batch submit"), "{told}");
        assert_eq!(
            sent(&over(&SparkGiven::default(), Target::Session).unwrap()),
            json!({})
        );
    }

    #[test]
    fn the_nearer_goes_before_the_farther() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            path
        };
        file(
            "conf/spark-defaults.conf",
            "spark.a default\nspark.p default\nspark.executor.memory 1g\nspark.driver.cores 9\n\
             spark.master yarn\n",
        );
        let properties = file(
            "own",
            "spark.b file\nspark.c file\nx.y 1\nspark.driver.memory 3g\n",
        );
        let home = folder.path().to_str().unwrap().to_owned();
        let of_profile = Wanted {
            resources: Resources {
                driver_memory: Some("profile".to_owned()),
                executor_memory: Some("profile".to_owned()),
                executor_cores: Some(1),
                queue: Some("profile".to_owned()),
                ..Resources::default()
            },
            conf: [
                ("spark.p", "profile"),
                ("spark.c", "profile"),
                ("spark.driver.cores", "2"),
            ]
            .into_iter()
            .map(|(key, value)| (key.to_owned(), ConfValue::plain(key, value)))
            .collect(),
            ..Wanted::default()
        };
        let given = SparkGiven {
            options: vec![
                ("--driver-cores", "7".to_owned()),
                ("--queue", "line".to_owned()),
            ],
            conf: [
                "spark.c=line",
                "spark.executor.cores=4",
                "z=1",
                "spark.master=yarn",
            ]
            .map(str::to_owned)
            .into(),
            properties_file: Some(properties),
            loads_defaults: true,
        };
        let environment = |name: &str| (name == "SPARK_HOME").then(|| home.clone());
        let wanted = given
            .over(of_profile, Target::Session, &environment)
            .unwrap();
        let expected = json!({"executorMemory": "profile", "driverCores": 7, "queue": "line",
            "spark.a": "default", "spark.p": "profile", "spark.b": "file", "spark.c": "line",
            "spark.driver.memory": "3g", "spark.executor.cores": "4", "spark.master": "yarn"});
        assert_eq!(sent(&wanted), expected);
        assert_eq!(
            wanted.told,
            [
                "spark.master is passed over: it is the server's to decide",
                "Ignoring non-Spark config property: x.y",
                "spark.master is the server's to decide: most refuse it",
                "Ignoring non-Spark config property: z",
            ]
        );
    }

    #[test]
    fn the_python_of_the_environment_is_taken_where_nothing_names_one() {
        let environment = |name: &str| match name {
            "PYSPARK_PYTHON" => Some("/py".to_owned()),
            "PYTHONSTARTUP" => Some("x".to_owned()),
            _ => None,
        };
        let mut wanted = Wanted::default();
        wanted.put("spark.pyspark.python", "mine");
        wanted.take_python(&environment);
        let expected = json!({"spark.pyspark.python": "mine",
            "spark.yarn.appMasterEnv.PYSPARK_PYTHON": "/py"});
        assert_eq!(sent(&wanted), expected);
        let mut none = Wanted::default();
        none.take_python(&|_| None);
        assert_eq!(none, Wanted::default());
        assert_eq!(unread_variables(&environment), ["PYTHONSTARTUP"]);
    }

    #[test]
    fn what_shapes_a_session_is_known() {
        let given = SparkGiven {
            options: vec![("--master", "yarn".to_owned()), ("--jars", "/a".to_owned())],
            conf: vec!["spark.a=b".to_owned()],
            ..SparkGiven::default()
        };
        assert_eq!(given.shaping(), ["--conf", "--jars"]);
    }
}
