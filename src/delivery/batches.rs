//! Creates a batch once, and finds it where its creation was not answered.

use super::once::{NotSent, Sent, Sought, once};
use super::pages;
use super::patience::Patience;
use crate::livy::{Batch, Client, CreateBatch, LivyError};
use tokio::sync::watch;

/// A new batch. Under its name, which must be its own, it is found where the answer is lost; a server
/// that knows no names of batches is asked once.
pub async fn create_batch(
    client: &Client,
    request: &CreateBatch,
    patience: &Patience,
    tell: impl FnMut(&LivyError),
) -> Result<Sent<Batch>, NotSent> {
    // Nobody takes it back: who gives up leaves.
    let (_keep, unwanted) = watch::channel(false);
    let name = request.name.as_deref().unwrap_or_default();
    let created = once(
        patience,
        unwanted,
        tell,
        async || client.sign_on().await,
        async || client.create_batch(request).await,
        async || find_batch(client, name).await,
    );
    match created.await {
        Err(failed) if failed.error.knows_no_field("name") => unnamed(client, request).await,
        created => created,
    }
}

async fn unnamed(client: &Client, request: &CreateBatch) -> Result<Sent<Batch>, NotSent> {
    let unnamed = CreateBatch {
        name: None,
        ..request.clone()
    };
    match client.create_batch(&unnamed).await {
        Ok(made) => Ok(Sent {
            made,
            was_found: false,
        }),
        Err(error) => Err(NotSent::of(error)),
    }
}

/// The batch of this name.
pub async fn find_batch(client: &Client, name: &str) -> Result<Sought<Batch>, LivyError> {
    let page = async |from| {
        let list = client.batches(from, pages::PAGE).await?;
        Ok((list.batches, list.total))
    };
    pages::find(page, |batch| batch.name.as_deref() == Some(name)).await
}
