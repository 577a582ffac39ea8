//! What Spark's own UI tells of the stages that run: `GET /api/v1/applications/ID/stages?status=active`
//! (Spark's monitoring API, the same since 1.4). Livy tells where it is, and has no part in it.

use super::error::LivyError;
use super::http::{AuthHeader, Authorizer, Http, Preparing, Signing, Transport, Unsigned};
use super::watch::Watch;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// Nobody waits for it; the first answer of a UI may take seconds, for Spark sets it up then.
const LONGEST: Duration = Duration::from_secs(20);

/// A stage that runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    #[serde(rename = "stageId")]
    pub id: u64,
    #[serde(rename = "numTasks")]
    pub tasks: u64,
    #[serde(rename = "numCompleteTasks")]
    pub done: u64,
    #[serde(rename = "numActiveTasks")]
    pub running: u64,
}

/// The UI of one application.
pub struct SparkUi {
    http: Http,
    application: String,
}

impl SparkUi {
    /// By the server's way, but without a credential; `None` where it cannot be asked.
    pub fn new(
        url: &str,
        application: &str,
        transport: &Transport,
        watch: Option<Watch>,
    ) -> Option<SparkUi> {
        let http = Http::new(url, Arc::new(Nobody), watch, transport.of_nobody()).ok()?;
        let application = application.to_owned();
        Some(SparkUi { http, application })
    }

    /// In the order of their numbers.
    pub async fn active_stages(&self) -> Result<Vec<Stage>, LivyError> {
        let path = ["api", "v1", "applications", &self.application, "stages"];
        let query = [("status", "active")];
        let mut stages: Vec<Stage> = self.http.get(&path, &query, LONGEST).await?;
        stages.sort_by_key(|stage| stage.id);
        Ok(stages)
    }
}

/// It is told nothing of who asks.
struct Nobody;

impl Authorizer for Nobody {
    fn headers<'a>(&'a self, _: &'a Unsigned<'a>) -> Signing<'a> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn prepare(&self) -> Preparing<'_> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn refused(&self, _: &[AuthHeader]) {}

    fn conceal(&self, text: String) -> String {
        text
    }
}
