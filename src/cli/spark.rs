//! The options of spark-submit, under its own names.

use clap::{ArgAction, Args};
use std::path::PathBuf;

#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Spark")]
pub struct SparkOptions {
    /// The main class of a jar
    #[arg(long, value_name = "CLASS")]
    pub class: Option<String>,

    /// A setting; VALUE may be env:NAME or @FILE; may be repeated
    #[arg(short, long, value_name = "KEY=VALUE", action = ArgAction::Append)]
    pub conf: Vec<String>,

    /// A file of this machine with settings, one a line; --conf goes before it
    #[arg(long, value_name = "FILE")]
    pub properties_file: Option<PathBuf>,

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
    #[arg(long, value_name = "OPTIONS")]
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

    /// Taken and passed over: the server decides it
    #[arg(long, value_name = "URL")]
    pub master: Option<String>,

    /// Taken and passed over: the server decides it
    #[arg(long, value_name = "MODE")]
    pub deploy_mode: Option<String>,
}
