//! From `livysh batch submit` to the request: each option of spark-submit as a field of Livy's or a
//! setting of Spark's.

use crate::cli::{SparkOptions, Submit};
use crate::config::{self, Environment};
use crate::livy::CreateBatch;
use crate::local;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What is to run.
#[derive(Debug)]
pub struct Job {
    pub request: CreateBatch,
    /// Settings that must not be shown.
    pub secrets: BTreeSet<String>,
    /// Options that only the server can decide.
    pub passed_over: Vec<&'static str>,
}

impl Job {
    /// The request as it may be shown.
    pub fn shown(&self) -> String {
        let mut shown = self.request.clone();
        for (key, value) in &mut shown.conf {
            if self.secrets.contains(key) {
                *value = "***".to_owned();
            }
        }
        serde_json::to_string_pretty(&shown).unwrap_or_default() + "\n"
    }
}

/// The job of a command line; why it is none.
pub fn job(submit: &Submit, environment: Environment<'_>) -> Result<Job, String> {
    let file = &submit.file;
    if !file.starts_with('/') && !file.contains(":/") {
        return Err(format!(
            "{file}: the server reads the file itself, so it needs a whole path or a scheme, such as \
             /jobs/{file} or hdfs:///jobs/{file}"
        ));
    }
    let options = &submit.spark;
    let (conf, secrets) = settings(options, environment)?;
    let label = submit.name.as_deref().unwrap_or_else(|| stem(file));
    let unique = local::random_name().map_err(|error| error.to_string())?;
    let passed = [
        ("--master", options.master.is_some()),
        ("--deploy-mode", options.deploy_mode.is_some()),
    ];
    Ok(Job {
        request: CreateBatch {
            file: file.clone(),
            args: submit.arguments.clone(),
            class_name: options.class.clone(),
            name: Some(format!("{label}-{unique}")),
            proxy_user: options.proxy_user.clone(),
            queue: options.queue.clone(),
            jars: options.jars.clone(),
            py_files: options.py_files.clone(),
            files: options.files.clone(),
            archives: options.archives.clone(),
            driver_memory: options.driver_memory.clone(),
            driver_cores: options.driver_cores,
            executor_memory: options.executor_memory.clone(),
            executor_cores: options.executor_cores,
            num_executors: options.num_executors,
            conf,
        },
        secrets,
        passed_over: passed
            .into_iter()
            .filter_map(|(name, is_given)| is_given.then_some(name))
            .collect(),
    })
}

/// `hdfs:///jobs/daily.py` is `daily`.
fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    if stem.is_empty() { "batch" } else { stem }
}

type Conf = (BTreeMap<String, String>, BTreeSet<String>);

/// An option goes before `--conf`, and that before the file of properties, as in spark-submit.
fn settings(options: &SparkOptions, environment: Environment<'_>) -> Result<Conf, String> {
    let mut conf = match &options.properties_file {
        Some(path) => properties(path)?,
        None => BTreeMap::new(),
    };
    let mut secrets = BTreeSet::new();
    let given = config::spark_conf(&options.conf, environment)
        .map_err(|error| format!("{error}; {}", error.hint()))?;
    for (key, value) in given {
        if value.is_secret {
            secrets.insert(key.clone());
        }
        conf.insert(key, value.text);
    }
    for (key, value) in of_options(options) {
        conf.insert(key.to_owned(), value);
    }
    Ok((conf, secrets))
}

/// The options for which Livy has no field.
fn of_options(options: &SparkOptions) -> impl Iterator<Item = (&'static str, String)> {
    let cores = options.total_executor_cores.map(|cores| cores.to_string());
    let table = [
        ("spark.jars.packages", options.packages.clone()),
        ("spark.jars.excludes", options.exclude_packages.clone()),
        ("spark.jars.repositories", options.repositories.clone()),
        ("spark.cores.max", cores),
        (
            "spark.driver.extraJavaOptions",
            options.driver_java_options.clone(),
        ),
        (
            "spark.driver.extraLibraryPath",
            options.driver_library_path.clone(),
        ),
        (
            "spark.driver.extraClassPath",
            options.driver_class_path.clone(),
        ),
        ("spark.kerberos.principal", options.principal.clone()),
        ("spark.kerberos.keytab", options.keytab.clone()),
    ];
    table
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
}

/// Settings of a file: a key, then blanks, `=` or `:`, then the value.
fn properties(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = text.lines().map(str::trim);
    let settings = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', '!']));
    let parted = settings.map(|line| {
        let is_end = |c: char| c.is_whitespace() || c == '=' || c == ':';
        let (key, rest) = line.split_at(line.find(is_end).unwrap_or(line.len()));
        let rest = rest.trim_start();
        let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start();
        (key.to_owned(), value.to_owned())
    });
    Ok(parted.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submit(file: &str, spark: SparkOptions) -> Submit {
        Submit {
            wait: false,
            name: None,
            spark,
            file: file.to_owned(),
            arguments: Vec::new(),
        }
    }

    fn job_of(file: &str, spark: SparkOptions) -> Result<Job, String> {
        job(&submit(file, spark), &|name| {
            (name == "KEY").then(|| "hidden".to_owned())
        })
    }

    #[test]
    fn the_file_is_the_servers_and_names_the_batch() {
        for (file, name) in [
            ("/jobs/daily.py", "daily-"),
            ("hdfs:///a/b.tar.gz", "b-"),
            ("s3://bucket/", "batch-"),
        ] {
            let name_of = job_of(file, SparkOptions::default()).unwrap().request.name;
            let given = name_of.unwrap();
            assert!(
                given.starts_with(name) && given.len() == name.len() + 8,
                "{given}"
            );
        }
        for file in ["daily.py", "jobs/daily.py", "./daily.py"] {
            let told = job_of(file, SparkOptions::default()).unwrap_err();
            assert!(told.contains("needs a whole path or a scheme"), "{told}");
        }
    }

    #[test]
    fn options_go_before_settings_and_those_before_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spark.properties");
        std::fs::write(
            &path,
            "# x\nspark.a 1\nspark.b = 2\nspark.c: x=3\nspark.d\n",
        )
        .unwrap();
        let job = job_of(
            "/a.jar",
            SparkOptions {
                conf: vec!["spark.b=env:KEY".to_owned(), "spark.cores.max=1".to_owned()],
                properties_file: Some(path),
                total_executor_cores: Some(8),
                packages: Some("a:b:1".to_owned()),
                master: Some("yarn".to_owned()),
                ..SparkOptions::default()
            },
        )
        .unwrap();
        let conf = &job.request.conf;
        let keys = [
            ("spark.a", "1"),
            ("spark.b", "hidden"),
            ("spark.c", "x=3"),
            ("spark.cores.max", "8"),
            ("spark.d", ""),
            ("spark.jars.packages", "a:b:1"),
        ];
        let found: Vec<(&str, &str)> = conf
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        assert_eq!(found, keys);
        assert!(!job.shown().contains("hidden"), "{}", job.shown());
        assert_eq!(job.passed_over, ["--master"]);
    }
}
