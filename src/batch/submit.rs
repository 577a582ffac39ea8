//! Creates a batch once, and waits for its end where that is wanted.

use super::{end_of, words};
use crate::delivery::{self, NotSent, Sought, chance, session_gap};
use crate::exit::Exit;
use crate::livy::{Batch, CreateBatch, Id, LivyError};
use crate::remote::{Desk, End, document, failed, plain};
use crate::shell::{Signals, asking_again};
use std::cell::RefCell;
use std::time::{Duration, Instant};

/// How much of its log tells why it failed.
const LINES_OF_FAILURE: i64 = 20;
/// The log is an addition: nobody should wait long for it.
const LOG_PATIENCE: Duration = Duration::from_secs(5);

impl Desk {
    /// A signal ends the waiting, not the batch.
    pub(super) async fn submit(&self, request: &CreateBatch, wait: bool) -> Exit {
        let name = request.name.as_deref().unwrap_or_default();
        let mut signals = match Signals::listen() {
            Ok(signals) => signals,
            Err(error) => return self.say(failed(&error.to_string()), Exit::Server),
        };
        let batch = tokio::select! {
            created = self.create(request) => match created {
                Ok(batch) => batch,
                Err(exit) => return exit,
            },
            signal = signals.next() => {
                return self.say(words::perhaps_made(name, &self.root, &self.command), signal.into());
            }
        };
        let called = called(&batch);
        // For machines there is one document, of how it has come out.
        let document_of = |batch: &Batch| match self.is_json {
            true => self.print(&document(&batch.sent)),
            false => Exit::Ok,
        };
        if !self.is_json {
            match self.print(&format!("{}\n", plain(&called))) {
                Exit::Ok => {}
                other => return self.say(words::left(&called, &self.command), other),
            }
        }
        if !wait {
            let lines = words::submitted(&batch, &called, &self.root, &self.command);
            let printed = document_of(&batch);
            return self.say(lines, printed);
        }
        let seen = RefCell::new(batch.clone());
        let exit = tokio::select! {
            exit = self.wait(request, batch, &called, &seen) => exit,
            signal = signals.next() => {
                self.say(words::left(&called, &self.command), signal.into())
            }
        };
        match document_of(&seen.borrow()) {
            Exit::Ok => exit,
            other => other,
        }
    }

    async fn create(&self, request: &CreateBatch) -> Result<Batch, Exit> {
        let tell = |error: &LivyError| self.out.phase(&asking_again(error), "");
        let created =
            delivery::create_batch(&self.client, request, &self.patience.get(), tell).await;
        match created {
            Ok(sent) => {
                self.has_answered();
                Ok(sent.made)
            }
            Err(failed) => {
                let name = request.name.as_deref().unwrap_or_default();
                self.sweep(&failed, name).await;
                let exit = Exit::from(&failed.error);
                Err(self.say(words::not_made(&failed, name, &self.command), exit))
            }
        }
    }

    /// Livy lists a batch whose file it does not accept for ever, as starting.
    async fn sweep(&self, failed: &NotSent, name: &str) {
        if failed.error.status() == Some(400)
            && let Ok(Sought::Found(batch)) = delivery::find_batch(&self.client, name).await
        {
            self.client.delete_batch(&batch.id).await.ok();
        }
    }

    /// What is seen of it last stands in `seen`.
    async fn wait(
        &self,
        request: &CreateBatch,
        made: Batch,
        called: &str,
        seen: &RefCell<Batch>,
    ) -> Exit {
        let began = Instant::now();
        let patience = self.patience.get();
        let id = made.id.clone();
        let mut batch = made;
        loop {
            self.out.phase(&words::state(&batch), "");
            match end_of(&batch) {
                End::Succeeded => return Exit::Ok,
                End::Failed => return self.tell_failure(&batch, called).await,
                End::NotYet => {}
            }
            tokio::time::sleep(session_gap(began.elapsed(), chance())).await;
            let tell = |error: &LivyError| self.out.phase(&asking_again(error), "");
            let look = async || self.client.batch(&id).await;
            match delivery::read_made(&patience, tell, look).await {
                // Numbers are given anew by a server that was started anew.
                Ok(found) if is_another(request, &batch, &found) => {
                    return self.say(words::replaced(&id, called), Exit::Server);
                }
                Ok(found) => {
                    batch = Batch {
                        app_id: application(&found)
                            .or(application(&batch))
                            .map(str::to_owned),
                        ..found
                    };
                    seen.replace(batch.clone());
                }
                Err(error) => {
                    let exit = Exit::from(&error);
                    return self.say(words::lost(&error, called, &self.command), exit);
                }
            }
        }
    }

    async fn tell_failure(&self, batch: &Batch, called: &str) -> Exit {
        let look = async || self.client.batch_log(&batch.id, -1, LINES_OF_FAILURE).await;
        let reading = self.read(look);
        let log = match tokio::time::timeout(LOG_PATIENCE, reading).await {
            Ok(Ok(log)) => log.log,
            Ok(Err(_)) | Err(_) => batch.log.clone(),
        };
        let lines = words::failure(batch, called, &log, &self.root);
        self.say(lines, Exit::CodeFailed)
    }
}

/// Whether what is found under its number is not the batch that was made. An application has one
/// batch; a name tells where the application is not known, and some answers leave the name out.
fn is_another(request: &CreateBatch, known: &Batch, found: &Batch) -> bool {
    if let (Some(known), Some(found)) = (application(known), application(found)) {
        return known != found;
    }
    match (&known.name, &found.name) {
        (Some(known), found) => found.as_ref() != Some(known),
        (None, Some(found)) => request.name.as_ref() != Some(found),
        // A server that knows no names of batches.
        (None, None) => false,
    }
}

fn application(batch: &Batch) -> Option<&str> {
    batch.app_id.as_deref().filter(|id| !id.is_empty())
}

/// Its name, where it has one: numbers are given anew.
fn called(batch: &Batch) -> String {
    let id = |id: &Id| id.to_string();
    batch.name.clone().unwrap_or_else(|| id(&batch.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_application_or_a_name_tells_whose_batch_it_is() {
        let request = CreateBatch {
            name: Some("a-1".to_owned()),
            ..CreateBatch::default()
        };
        let batch = |name: Option<&str>, application: Option<&str>| -> Batch {
            let value = json!({"id": 0, "name": name, "appId": application, "state": "running"});
            serde_json::from_value(value).unwrap()
        };
        for (known, found, is_other) in [
            ((Some("a-1"), None), (Some("a-1"), Some("x")), false),
            ((Some("a-1"), None), (Some("b-1"), Some("x")), true),
            ((Some("a-1"), None), (None, None), true),
            // Its creation is answered without a name.
            ((None, None), (Some("a-1"), None), false),
            ((None, None), (Some("b-1"), None), true),
            // Without names.
            ((None, None), (None, Some("x")), false),
            ((None, Some("x")), (None, Some("x")), false),
            ((None, Some("")), (None, Some("x")), false),
            ((None, Some("x")), (None, Some("y")), true),
            ((Some("a-1"), Some("x")), (Some("a-1"), Some("y")), true),
        ] {
            let (known, found) = (batch(known.0, known.1), batch(found.0, found.1));
            assert_eq!(
                is_another(&request, &known, &found),
                is_other,
                "{known:?} {found:?}"
            );
        }
    }
}
