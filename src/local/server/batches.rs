//! The routes of batches.

use super::Shared;
use super::body::Body;
use super::failure::Answer;
use super::files::Rule;
use super::page::Query;
use super::sessions::{check_conf, message, named_in_conf};
use crate::local::wire::{
    self, BatchList, CreateBatch, Message, Resources, SessionLog, SessionState,
};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};

pub(super) async fn list(State(state): Shared, query: Query) -> Answer<Json<BatchList>> {
    let all = state.batches.all();
    let total = all.len();
    let (from, some) = query.of_sessions(all)?;
    Ok(Json(BatchList {
        from,
        total,
        sessions: some.iter().map(|batch| batch.view()).collect(),
    }))
}

pub(super) async fn create(State(state): Shared, body: Body) -> Answer<Response> {
    let request = body.batch()?;
    let check = |request: &CreateBatch| check(request, &state.files);
    let batch = state.batches.create(request, check)?;
    let location = [(LOCATION, format!("/batches/{}", batch.id))];
    Ok((StatusCode::CREATED, location, Json(batch.view())).into_response())
}

/// The batch's file, where it and all others may be named; in the order in which Livy looks.
fn check(request: &CreateBatch, files: &Rule) -> Result<String, String> {
    let asked = &request.resources;
    check_conf(&asked.conf)?;
    let Resources {
        jars,
        py_files,
        files: other_files,
        archives,
        ..
    } = asked;
    let named = jars.iter().chain(other_files).chain(archives);
    files.check(named.chain(py_files))?;
    files.check(&named_in_conf(&asked.conf))?;
    match &request.file {
        None => Err("requirement failed: File is required.".to_owned()),
        Some(file) => files.check([file]).map(|()| file.clone()),
    }
}

pub(super) async fn show(
    State(state): Shared,
    Path(id): Path<String>,
) -> Answer<Json<wire::Batch>> {
    Ok(Json(state.batches.find(&id)?.view()))
}

pub(super) async fn state(
    State(state): Shared,
    Path(id): Path<String>,
) -> Answer<Json<SessionState>> {
    let batch = state.batches.find(&id)?;
    Ok(Json(SessionState {
        id: batch.id,
        state: batch.state(),
    }))
}

pub(super) async fn log(
    State(state): Shared,
    Path(id): Path<String>,
    query: Query,
) -> Answer<Json<SessionLog>> {
    let batch = state.batches.find(&id)?;
    let lines = batch.log();
    let total = lines.len();
    let (from, log) = query.of_lines(lines)?;
    Ok(Json(SessionLog {
        id: batch.id,
        from,
        total,
        log,
    }))
}

/// Answers when the batch's processes are gone, as Livy does.
pub(super) async fn delete(State(state): Shared, Path(id): Path<String>) -> Answer<Json<Message>> {
    let batch = state.batches.find(&id)?;
    // To the end, also where the client does not wait for it.
    let deleting = tokio::spawn(async move { state.batches.delete(&batch).await });
    deleting.await.ok();
    Ok(message("deleted"))
}

#[cfg(test)]
mod tests {
    use super::super::failure::Failure;
    use super::*;

    #[test]
    fn a_batch_has_fields_of_its_own() {
        let body = Body(br#"{"file": "/home/me/ok.py", "kind": "pyspark"}"#.to_vec());
        let Err(Failure::Text(_, text)) = body.batch() else {
            panic!("it was taken");
        };
        assert!(text.contains("(16 known properties: \"executorCores\", \"className\", "));
        let body = Body(br#"{"file": "/a.jar", "className": "A", "args": ["b c", 1]}"#.to_vec());
        let request = body.batch().unwrap();
        assert_eq!(request.file.as_deref(), Some("/a.jar"));
        assert_eq!(request.class_name.as_deref(), Some("A"));
        assert_eq!(request.args, ["b c", "1"]);
    }

    #[test]
    fn what_is_wrong_is_told_in_the_order_in_which_livy_looks() {
        let told = |json: &str| {
            let request = Body(json.as_bytes().to_vec()).batch().unwrap();
            check(&request, &Rule::Below(vec!["/home/me".into()]))
        };
        let file = told(r#"{"file": "/home/me/a.py"}"#);
        assert_eq!(file.as_deref(), Ok("/home/me/a.py"));
        for (json, words) in [
            ("{}", "requirement failed: File is required."),
            (r#"{"jars": ["a.jar"]}"#, "requirement failed: Path 'a.jar'"),
            (
                r#"{"file": "/etc/x.py"}"#,
                "requirement failed: Local path /etc/x.py cannot",
            ),
            (
                r#"{"conf": {"spark.submit.deployMode": "cluster"}}"#,
                "Blacklisted configuration values",
            ),
        ] {
            assert!(told(json).unwrap_err().starts_with(words), "{json}");
        }
    }
}
