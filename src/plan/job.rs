//! From `livysh batch submit` to the request: each option of spark-submit as a field of Livy's or a
//! setting of Spark's.

use super::paths::{check_whole, is_whole};
use super::session::parted;
use crate::cli::Submit;
use crate::config::{Environment, SparkGiven, Target, Wanted};
use crate::livy::CreateBatch;
use crate::local;
use crate::shell::named;
use std::collections::BTreeSet;

/// What is to run.
#[derive(Debug)]
pub struct Job {
    pub request: CreateBatch,
    /// Settings that must not be shown.
    pub secrets: BTreeSet<String>,
    /// What is not done as it was asked for.
    pub told: Vec<String>,
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
pub fn job(
    submit: &Submit,
    given: &SparkGiven,
    environment: Environment<'_>,
) -> Result<Job, String> {
    let file = &submit.file;
    if !is_whole(file) {
        return Err(format!(
            "{file}: the server reads the file itself, so it needs a whole path or a scheme, such as \
             /jobs/{file} or hdfs:///jobs/{file}"
        ));
    }
    let mut wanted = given.over(Wanted::default(), Target::Batch, environment)?;
    if file.ends_with(".py") {
        wanted.take_python(environment);
    }
    check_whole(&wanted.resources)?;
    let label = submit.name.as_deref().unwrap_or_else(|| stem(file));
    let unique = local::random_name().map_err(|error| error.to_string())?;
    let (conf, secrets) = parted(wanted.conf);
    Ok(Job {
        request: CreateBatch {
            file: file.clone(),
            args: submit.arguments.clone(),
            class_name: wanted.class_name,
            name: Some(named(label, &unique)),
            resources: wanted.resources,
            conf,
        },
        secrets,
        told: wanted.told,
    })
}

/// `hdfs:///jobs/daily.py` is `daily`.
fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    if stem.is_empty() { "batch" } else { stem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Batch, BatchCommand, Cli, Command};
    use serde_json::json;

    fn job_of(line: &str) -> Result<Job, String> {
        let words = ["livysh", "batch", "submit"].into_iter();
        let cli = Cli::parse_from(words.chain(line.split_whitespace()).map(Into::into)).unwrap();
        let Some(Command::Batch(Batch {
            command: Some(BatchCommand::Submit(submit)),
        })) = &cli.command
        else {
            panic!("{line}");
        };
        job(submit, &cli.spark_given(), &|name| match name {
            "KEY" => Some("hidden".to_owned()),
            "PYSPARK_PYTHON" => Some("/py".to_owned()),
            _ => None,
        })
    }

    #[test]
    fn the_file_is_the_servers_and_names_the_batch() {
        for (file, name) in [
            ("/jobs/daily.py", "daily-"),
            ("hdfs:///a/b.tar.gz", "b-"),
            ("s3://bucket/", "batch-"),
        ] {
            let given = job_of(file).unwrap().request.name.unwrap();
            assert!(
                given.starts_with(name) && given.len() == name.len() + 8,
                "{given}"
            );
        }
        for line in [
            "daily.py",
            "jobs/daily.py",
            "./daily.py",
            "--jars a.jar /daily.py",
        ] {
            let told = job_of(line).unwrap_err();
            assert!(told.contains("needs a whole path or a scheme"), "{told}");
        }
    }

    #[test]
    fn nothing_is_sent_that_nobody_set() {
        let job = job_of("/a.jar").unwrap();
        let sent = serde_json::to_value(&job.request).unwrap();
        let fields: Vec<&String> = sent.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["file", "name"]);
        assert_eq!(job.told, Vec::<String>::new());
    }

    #[test]
    fn what_is_set_is_sent_and_secrets_are_not_shown() {
        let line = "--class A --conf spark.b=env:KEY --packages a:b:1 --master yarn \
                    --driver-memory 2g /a.py --class own";
        let job = job_of(line).unwrap();
        let sent = serde_json::to_value(&CreateBatch {
            name: None,
            ..job.request.clone()
        });
        let expected = json!({"file": "/a.py", "args": ["--class", "own"], "className": "A",
            "driverMemory": "2g", "conf": {"spark.b": "hidden", "spark.jars.packages": "a:b:1",
            "spark.pyspark.python": "/py", "spark.yarn.appMasterEnv.PYSPARK_PYTHON": "/py"}});
        assert_eq!(sent.unwrap(), expected);
        assert!(!job.shown().contains("hidden"), "{}", job.shown());
        assert_eq!(
            job.told,
            ["--master is passed over: the Livy server decides the master"]
        );
    }
}
