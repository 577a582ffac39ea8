//! What is read from beside an API, by the same way: a token service's answer.

use super::error::{IdentityError, LivyError};
use super::http::{Authorizer, Http, Transport, Unreachable};
use super::watch::Watch;
use std::sync::Arc;
use std::time::Duration;

/// It may ask another service who we are.
const LONGEST: Duration = Duration::from_secs(30);

/// The text at this URL. Nothing of it is told, whatever it is; no cookie outlives it.
pub async fn beside(
    url: &str,
    authorizer: Arc<dyn Authorizer>,
    watch: Option<Watch>,
    transport: Transport,
) -> Result<String, LivyError> {
    let unreachable = |error: Unreachable| {
        IdentityError::lasting(
            format!("{url}: {error}", url = super::shown_root(url)),
            error.hint(),
        )
    };
    let http = Http::new(url, authorizer, watch, transport).map_err(unreachable)?;
    http.text(LONGEST).await
}
