//! The options of spark-submit, under its own names.

use crate::config::{SparkGiven, Target};
use clap::{ArgAction, Args};
use std::path::PathBuf;

#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Spark")]
pub struct SparkOptions {
    /// The main class of a jar (batch submit)
    #[arg(long, value_name = "CLASS")]
    pub class: Option<String>,

    /// A setting of Spark; VALUE may be env:NAME or @FILE; may be repeated
    #[arg(short, long, value_name = "KEY=VALUE", action = ArgAction::Append)]
    pub conf: Vec<String>,

    /// A file of this machine with settings, one a line; --conf goes before it
    #[arg(long, value_name = "FILE")]
    pub properties_file: Option<PathBuf>,

    /// Settings that nothing else names from $SPARK_HOME/conf/spark-defaults.conf
    #[arg(long)]
    pub load_spark_defaults: bool,

    /// Jars for driver and executors, parted by commas
    #[arg(long, value_name = "JARS", value_delimiter = ',')]
    pub jars: Vec<String>,

    /// Maven coordinates of jars
    #[arg(long, value_name = "COORDINATES")]
    pub packages: Option<String>,

    /// Coordinates to leave out of what --packages needs
    #[arg(long, value_name = "COORDINATES")]
    pub exclude_packages: Option<String>,

    /// Repositories for --packages
    #[arg(long, value_name = "URLS")]
    pub repositories: Option<String>,

    /// Python files, zips and eggs
    #[arg(long, value_name = "FILES", value_delimiter = ',')]
    pub py_files: Vec<String>,

    /// Files for the working directory of each executor
    #[arg(long, value_name = "FILES", value_delimiter = ',')]
    pub files: Vec<String>,

    /// Archives to be unpacked there
    #[arg(long, value_name = "ARCHIVES", value_delimiter = ',')]
    pub archives: Vec<String>,

    /// Such as 4g
    #[arg(long, value_name = "SIZE")]
    pub driver_memory: Option<String>,

    #[arg(long, value_name = "N")]
    pub driver_cores: Option<u32>,

    /// Options of the driver's Java
    #[arg(long, value_name = "OPTIONS", allow_hyphen_values = true)]
    pub driver_java_options: Option<String>,

    #[arg(long, value_name = "PATH")]
    pub driver_library_path: Option<String>,

    #[arg(long, value_name = "PATH")]
    pub driver_class_path: Option<String>,

    /// Such as 4g
    #[arg(long, value_name = "SIZE")]
    pub executor_memory: Option<String>,

    #[arg(long, value_name = "N")]
    pub executor_cores: Option<u32>,

    #[arg(long, value_name = "N")]
    pub num_executors: Option<u32>,

    /// Cores of all executors, where Spark itself is the cluster
    #[arg(long, value_name = "N")]
    pub total_executor_cores: Option<u32>,

    /// The queue of YARN
    #[arg(long, value_name = "NAME")]
    pub queue: Option<String>,

    /// Whom to run it as, where the server allows that
    #[arg(long, value_name = "USER")]
    pub proxy_user: Option<String>,

    #[arg(long, value_name = "PRINCIPAL")]
    pub principal: Option<String>,

    /// A keytab that the server can read
    #[arg(long, value_name = "FILE")]
    pub keytab: Option<String>,

    /// Passed over: the server decides it; but http://… is taken for --url, local[…] for --local
    #[arg(long, value_name = "URL")]
    pub master: Option<String>,

    /// Passed over: the server decides it
    #[arg(long, value_name = "MODE")]
    pub deploy_mode: Option<String>,

    // What cannot be over Livy, to say so.
    #[arg(long, value_name = "URL", hide = true)]
    remote: Option<String>,
    #[arg(long, hide = true)]
    supervise: bool,
    #[arg(long, value_name = "ID", hide = true)]
    kill: Option<String>,
    #[arg(long, value_name = "ID", hide = true)]
    status: Option<String>,
}

/// What `--master` is for a program that has servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Master<'a> {
    /// The URL of a server, where none is named.
    Server(&'a str),
    /// A Spark on this machine, where no server is named.
    Local,
    /// The server's to decide.
    PassedOver,
}

impl SparkOptions {
    /// Where the command line names no server.
    pub(super) fn master_for(&self, target: Target) -> Option<Master<'_>> {
        let master = self.master.as_deref()?;
        let is_server = master.starts_with("http://") || master.starts_with("https://");
        let is_local = master == "local" || master.starts_with("local[");
        Some(match (target, is_server, is_local) {
            (_, true, _) => Master::Server(master),
            (Target::Session, false, true) => Master::Local,
            (Target::Session, false, false) | (Target::Batch, false, _) => Master::PassedOver,
        })
    }

    /// What they say, with the master or without one that names the place.
    pub(super) fn given(&self, with_master: bool) -> SparkGiven {
        let number = |value: Option<u32>| value.map(|value| value.to_string());
        let list = |values: &[String]| (!values.is_empty()).then(|| values.join(","));
        let options = [
            ("--class", self.class.clone()),
            ("--jars", list(&self.jars)),
            ("--packages", self.packages.clone()),
            ("--exclude-packages", self.exclude_packages.clone()),
            ("--repositories", self.repositories.clone()),
            ("--py-files", list(&self.py_files)),
            ("--files", list(&self.files)),
            ("--archives", list(&self.archives)),
            ("--driver-memory", self.driver_memory.clone()),
            ("--driver-cores", number(self.driver_cores)),
            ("--driver-java-options", self.driver_java_options.clone()),
            ("--driver-library-path", self.driver_library_path.clone()),
            ("--driver-class-path", self.driver_class_path.clone()),
            ("--executor-memory", self.executor_memory.clone()),
            ("--executor-cores", number(self.executor_cores)),
            ("--num-executors", number(self.num_executors)),
            ("--total-executor-cores", number(self.total_executor_cores)),
            ("--queue", self.queue.clone()),
            ("--proxy-user", self.proxy_user.clone()),
            ("--principal", self.principal.clone()),
            ("--keytab", self.keytab.clone()),
            ("--master", self.master.clone().filter(|_| with_master)),
            ("--deploy-mode", self.deploy_mode.clone()),
            ("--remote", self.remote.clone()),
            ("--supervise", self.supervise.then(String::new)),
            ("--kill", self.kill.clone()),
            ("--status", self.status.clone()),
        ];
        let options = options.into_iter();
        SparkGiven {
            options: options
                .filter_map(|(name, value)| Some((name, value?)))
                .collect(),
            conf: self.conf.clone(),
            properties_file: self.properties_file.clone(),
            loads_defaults: self.load_spark_defaults,
        }
    }
}
