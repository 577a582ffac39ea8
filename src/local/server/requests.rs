//! What requests ask for: the fields of Livy's classes, and what their values must be.

use super::body::{Body, Class, Fields};
use super::failure::{Answer, Failure};
use crate::local::wire::{self, Completion, CreateBatch, CreateSession, NewStatement, Resources};
use serde_json::Value;

const SESSION: Class = Class {
    name: "org.apache.livy.server.interactive.CreateInteractiveRequest",
    fields: &[
        "executorCores",
        "conf",
        "driverMemory",
        "name",
        "driverCores",
        "idleTimeout",
        "pyFiles",
        "archives",
        "kind",
        "files",
        "jars",
        "proxyUser",
        "numExecutors",
        "heartbeatTimeoutInSecond",
        "ttl",
        "queue",
        "executorMemory",
    ],
    late: false,
};

const BATCH: Class = Class {
    name: "org.apache.livy.server.batch.CreateBatchRequest",
    fields: &[
        "executorCores",
        "className",
        "conf",
        "driverMemory",
        "name",
        "driverCores",
        "pyFiles",
        "archives",
        "executorMemory",
        "files",
        "jars",
        "proxyUser",
        "numExecutors",
        "file",
        "args",
        "queue",
    ],
    late: false,
};

const STATEMENT: Class = Class {
    name: "org.apache.livy.ExecuteRequest",
    fields: &["msg_type", "kind", "code"],
    late: true,
};

const COMPLETION: Class = Class {
    name: "org.apache.livy.CompletionRequest",
    fields: &["cursor", "kind", "code"],
    late: true,
};

const RESOURCE: Class = Class {
    name: "org.apache.livy.client.common.HttpMessages$AddResource",
    fields: &["uri"],
    late: true,
};

impl Body {
    pub(super) fn session(&self) -> Answer<CreateSession> {
        let fields = self.fields(&SESSION)?;
        let kind = match fields.text("kind")? {
            None => "shared",
            Some(name) => wire::canonical_kind(&name).ok_or_else(|| {
                Failure::bad_body(format!(
                    "Invalid kind: {name} (through reference chain: {}[\"kind\"])",
                    SESSION.name
                ))
            })?,
        };
        // Without impersonation Livy takes this and forgets it.
        fields.text("proxyUser")?;
        let resources = resources(&fields)?;
        let request = CreateSession {
            kind,
            heartbeat_timeout_in_second: fields.number("heartbeatTimeoutInSecond")?.unwrap_or(0),
            ttl: fields.text("ttl")?,
            idle_timeout: fields.text("idleTimeout")?,
            ..CreateSession::default()
        };
        if fields.is_null("conf") {
            return Err(Failure::exception(format!(
                "java.lang.NullPointerException: Cannot invoke \
                 \"scala.collection.immutable.Map.nonEmpty()\" because the return value of \
                 \"{}.conf()\" is null",
                SESSION.name
            )));
        }
        // Livy looks at these numbers only when it uses them.
        Ok(CreateSession {
            resources: numbered(resources, &fields)?,
            ..request
        })
    }

    pub(super) fn batch(&self) -> Answer<CreateBatch> {
        let fields = self.fields(&BATCH)?;
        // Without impersonation Livy takes this and forgets it.
        fields.text("proxyUser")?;
        Ok(CreateBatch {
            file: fields.text("file")?,
            args: fields.list("args")?,
            class_name: fields.text("className")?,
            resources: numbered(resources(&fields)?, &fields)?,
        })
    }

    pub(super) fn statement(&self) -> Answer<NewStatement> {
        let fields = self.fields(&STATEMENT)?;
        let kind = fields.text("kind")?;
        match fields.text("code")? {
            Some(code) => Ok(NewStatement { code, kind }),
            None => Err(Failure::in_driver(
                "java.lang.NullPointerException: Cannot invoke \"String.toCharArray()\" because \
                 \"s\" is null",
            )),
        }
    }

    /// Where a file is that a session is to take.
    pub(super) fn resource(&self) -> Answer<String> {
        let uri = self.fields(&RESOURCE)?.text("uri")?;
        uri.ok_or_else(|| {
            Failure::exception(
                "java.lang.NullPointerException: Cannot invoke \"String.length()\" because \
                 \"this.input\" is null"
                    .to_owned(),
            )
        })
    }

    pub(super) fn completion(&self) -> Answer<Completion> {
        let fields = self.fields(&COMPLETION)?;
        let cursor = match fields.value("cursor") {
            // A string that holds a number is taken for one.
            Some(Value::String(text)) => text.trim().parse().unwrap_or(0),
            Some(value) => value.as_u64().unwrap_or(0),
            None => 0,
        };
        Ok(Completion {
            code: fields.text("code")?.unwrap_or_default(),
            kind: fields.text("kind")?,
            cursor: cursor as usize,
        })
    }
}

/// What sessions and batches have alike, without its numbers.
fn resources(fields: &Fields<'_>) -> Answer<Resources> {
    Ok(Resources {
        jars: fields.list("jars")?,
        py_files: fields.list("pyFiles")?,
        files: fields.list("files")?,
        driver_memory: fields.text("driverMemory")?,
        executor_memory: fields.text("executorMemory")?,
        archives: fields.list("archives")?,
        queue: fields.text("queue")?,
        name: fields.text("name")?,
        conf: fields.conf("conf")?,
        ..Resources::default()
    })
}

/// The same with them: they are looked at last.
fn numbered(resources: Resources, fields: &Fields<'_>) -> Answer<Resources> {
    Ok(Resources {
        driver_cores: fields.number("driverCores")?,
        executor_cores: fields.number("executorCores")?,
        num_executors: fields.number("numExecutors")?,
        ..resources
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> String {
        match Body(text.as_bytes().to_vec()).session() {
            Err(Failure::Text(_, text) | Failure::Message(_, text)) => text,
            Ok(request) => panic!("{request:?}"),
        }
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let unknown = failure(r#"{"kind": "spark", "foo": 1}"#);
        assert!(
            unknown.starts_with("Unrecognized field \"foo\""),
            "{unknown}"
        );
        assert!(unknown.contains("(17 known properties: ") && unknown.contains("column: 27]"));
        let list = failure(r#"{"jars": "x"}"#);
        assert!(
            list.contains("from String value") && list.contains("column: 10]"),
            "{list}"
        );
        assert!(failure("{").contains("line: 1, column: 2]"));
        assert!(failure("").starts_with("No content to map"));
        assert!(failure(r#"{"kind": "perl"}"#).starts_with("Invalid kind: perl (through"));
        assert!(failure(r#"{"conf": null}"#).starts_with("java.lang.NullPointerException"));
        assert!(failure(r#"{"driverCores": "x"}"#).starts_with("java.lang.ClassCastException"));
    }

    #[test]
    fn a_statements_unknown_field_is_noticed_at_the_end() {
        let body = Body(br#"{"code": "1", "foo": 2}"#.to_vec());
        let Err(Failure::Text(_, text)) = body.statement() else {
            panic!("it was taken");
        };
        assert!(text.contains("column: 24]"), "{text}");
    }

    #[test]
    fn scalars_become_texts() {
        let body = Body(br#"{"name": 5, "conf": {"a": 1, "b": "x"}, "jars": ["/a.jar"]}"#.to_vec());
        let resources = body.session().unwrap().resources;
        assert_eq!(resources.name.as_deref(), Some("5"));
        assert_eq!(resources.conf["a"], "1");
        assert_eq!(resources.jars, ["/a.jar"]);
    }
}
