//! A success, which may be a page of a gateway all the same.

use super::draining::Draining;
use super::large_text::{self, Read};
use crate::livy::error::LivyError;
use serde::de::{DeserializeOwned, IgnoredAny};

/// What is larger is given back while it is read; that takes a little longer.
const LARGE: usize = 32 << 20;

/// An answer with the status of a success.
pub(super) struct Answer {
    /// As it is shown.
    pub(super) url: String,
    pub(super) body: Vec<u8>,
    /// Whether the body is only its beginning.
    pub(super) is_left: bool,
    /// Whether its header says that it is a page.
    pub(super) is_html: bool,
}

impl Answer {
    pub(super) fn is_empty(&self) -> bool {
        self.body.trim_ascii().is_empty()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What it holds, as it is read by somebody.
    pub(super) fn read<T: DeserializeOwned, R>(
        mut self,
        read: impl FnOnce(T) -> Result<R, serde_json::Error>,
    ) -> Result<R, LivyError> {
        let start = self.start();
        let parsed = match self.body.len() > LARGE {
            true => large(std::mem::take(&mut self.body)),
            false => serde_json::from_slice(&self.body),
        };
        parsed.and_then(read).map_err(|error| {
            let start = start.trim_start();
            self.not_livy(if start.is_empty() {
                "nothing".to_owned()
            } else if start.starts_with('<') {
                "a web page".to_owned()
            } else if start.starts_with('{') || start.starts_with('[') {
                format!("JSON of another kind ({error})")
            } else {
                format!("“{}”", start.lines().next().unwrap_or_default())
            })
        })
    }

    /// That the server did it, where what it says of that is not needed: a page to sign on comes with
    /// the status of a success, too.
    pub(super) fn confirm(&self) -> Result<(), LivyError> {
        match self.is_page() {
            true => Err(self.not_livy("a web page".to_owned())),
            false => Ok(()),
        }
    }

    /// Some servers say that nothing, or JSON, is HTML.
    fn is_page(&self) -> bool {
        let start = self.start();
        let start = start.trim_start();
        let is_other = || serde_json::from_slice::<IgnoredAny>(&self.body).is_err();
        start.starts_with('<') || (self.is_html && !start.is_empty() && is_other())
    }

    fn start(&self) -> String {
        String::from_utf8_lossy(&self.body[..self.body.len().min(200)])
            .trim_start_matches('\u{feff}')
            .to_owned()
    }

    fn not_livy(&self, found: String) -> LivyError {
        LivyError::NotLivy {
            url: self.url.clone(),
            found,
        }
    }
}

fn large<T: DeserializeOwned>(body: Vec<u8>) -> Result<T, serde_json::Error> {
    let body = match large_text::find(&body) {
        Some(text) => match large_text::read(body, text)? {
            Read::Whole(value) => return serde_json::from_value(value),
            Read::Not(body) => body,
        },
        None => body,
    };
    serde_json::from_reader(Draining::of(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str, is_html: bool) -> Answer {
        Answer {
            url: "http://h".to_owned(),
            body: body.as_bytes().to_vec(),
            is_left: false,
            is_html,
        }
    }

    #[test]
    fn a_page_confirms_nothing() {
        for (body, is_html) in [
            ("\n <!DOCTYPE html><form>sign on</form>", false),
            ("\u{feff}<html>", false),
            ("please sign on", true),
        ] {
            let told = answer(body, is_html).confirm().unwrap_err().to_string();
            assert!(told.contains("answered a web page"), "{body}: {told}");
        }
        for (body, is_html) in [
            ("", false),
            (" ", true),
            (r#"{"msg":"deleted"}"#, true),
            ("deleted", false),
        ] {
            assert!(answer(body, is_html).confirm().is_ok(), "{body}");
        }
    }
}
