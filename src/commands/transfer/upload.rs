//! `:upload`: the records of a file are carried to the driver, and Spark's own reader reads them.

use super::driver::{CHUNK, Driver};
use super::format::Format;
use super::records::Records;
use super::{cargo, names, records, rows};
use crate::commands::{Answer, Desk};
use crate::lang::Language;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::path::Path;

/// What is to be carried where.
struct Upload {
    driver: Driver,
    language: Language,
    format: Format,
    name: String,
    records: Records,
}

impl Desk<'_> {
    pub(in crate::commands) fn upload(
        &mut self,
        language: Language,
        path: &Path,
        name: Option<String>,
    ) -> Answer {
        let upload = match prepared(language, path, name) {
            Ok(upload) => upload,
            Err(told) => return Answer::Refused(told),
        };
        let carried = self.carry(&upload, path);
        self.after_transfer(&upload.driver, carried, |desk, carried| match carried {
            Ok(schema) => {
                let count = rows(upload.records.texts.len() as u64);
                let name = &upload.name;
                desk.say(&format!(
                    "{count} of {} in {name}: {schema}",
                    path.display()
                ));
                Answer::Done
            }
            Err(Answer::Refused(told)) => {
                let path = path.display();
                Answer::Refused(format!("{path} cannot be uploaded: {told}"))
            }
            Err(answer) => answer,
        })
    }

    /// Carries it, and makes the DataFrame; its columns and types.
    fn carry(&mut self, upload: &Upload, path: &Path) -> Result<String, Answer> {
        let refused = |told: &str| Answer::Refused(told.to_owned());
        let driver = &upload.driver;
        let packed = cargo::packed(&[&upload.records.columns, &upload.records.texts])
            .map_err(|error| refused(&error.to_string()))?;
        self.hidden_text(driver.language(), &driver.beginning_upload())?;
        let (mut sent, mut chunks) = (0, packed.as_str());
        while !chunks.is_empty() {
            let (chunk, rest) = chunks.split_at(chunks.len().min(CHUNK));
            let progress = format!("{}, {} %: ", path.display(), 100 * sent / packed.len());
            self.out.progress(&progress);
            let held = self.marked(driver, &progress, &driver.adding(chunk), "livysh:held ")?;
            (sent, chunks) = (sent + chunk.len(), rest);
            if held.trim() != sent.to_string() {
                return Err(refused("what has arrived is not what was sent"));
            }
        }
        let code = driver.loading(upload.language, &upload.name, upload.format);
        let progress = format!("{} ", path.display());
        let told = self.marked(driver, &progress, &code, "livysh:loaded ")?;
        let (count, schema) = told.trim().split_once(' ').unwrap_or_default();
        if count != upload.records.texts.len().to_string() {
            return Err(refused(&format!("Spark reads {count} rows of it")));
        }
        let schema = STANDARD.decode(schema).unwrap_or_default();
        Ok(String::from_utf8_lossy(&schema).into_owned())
    }
}

/// What can be wrong before the session is asked.
fn prepared(language: Language, path: &Path, name: Option<String>) -> Result<Upload, String> {
    let driver = Driver::of(language, "upload")?;
    let format = Format::to_read(path)?;
    let name = match name {
        Some(name) if !names::is_name(&name) => {
            return Err(format!(
                "{name} cannot be the name of a DataFrame: letters, digits and _ can, but no word \
                 of a language"
            ));
        }
        Some(name) => name,
        None => names::from_file(path),
    };
    Ok(Upload {
        driver,
        language,
        format,
        name,
        records: records::read(path, format)?,
    })
}
