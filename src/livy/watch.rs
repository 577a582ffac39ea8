//! Who watches the requests.

use std::sync::Arc;
use std::time::Duration;

/// A request and what came of it. It holds no secret: no header, query or body.
#[derive(Debug)]
pub struct Exchange<'a> {
    pub method: &'static str,
    pub url: &'a str,
    /// The status, and the bytes of the body as they were read.
    pub answer: Result<(u16, usize), String>,
    pub took: Duration,
}

/// Is told of every request when its answer has come, or is not awaited any more.
pub type Watch = Arc<dyn Fn(&Exchange<'_>) + Send + Sync>;
