//! One binary for all integration tests, so that one Spark serves the whole run.
#![allow(clippy::unwrap_used)]

mod scanner;
