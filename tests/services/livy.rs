//! Apache Livy 0.9 itself, without a gateway: Dataproc through a tunnel, EMR on EC2.

use super::service::Service;

pub struct Livy;

impl Service for Livy {
    fn preset(&self) -> &'static str {
        "livy"
    }
}
