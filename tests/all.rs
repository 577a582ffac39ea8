//! One binary for all integration tests, so that one Spark serves the whole run.
#![allow(clippy::unwrap_used)]

mod support;

mod architecture;
mod arriving;
mod batch_command;
mod batches;
mod cells;
mod clients;
mod command_dialogue;
mod commands;
mod config_command;
mod create_fields;
mod dialogue;
mod doctor;
mod errors;
mod failures;
mod faults;
mod help;
mod hostile;
mod interrupts;
mod languages;
mod leaving;
mod limits;
mod local_server;
mod long_run;
mod neighbours;
mod outages;
mod real_code;
mod recordings;
mod replay;
mod robustness;
mod runs;
mod scanner;
mod scripts;
mod secrets;
mod services;
mod sessions;
mod sessions_command;
mod sign_on;
mod signals;
mod snippets;
mod soak;
mod spark_lines;
mod spark_options;
mod transfer;
