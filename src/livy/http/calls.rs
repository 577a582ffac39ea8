//! What can be asked of a server: its answers are read here.

use super::Http;
use super::sending::{Call, Carried};
use crate::livy::error::LivyError;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How a session is touched.
#[derive(Debug, Clone, Copy)]
pub enum Touch {
    /// With an empty object.
    Post,
    /// With nothing.
    Put,
}

impl Http {
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        timeout: Duration,
    ) -> Result<T, LivyError> {
        self.get_as(path, query, timeout, Ok).await
    }

    /// What stands at the root itself, as text.
    pub async fn text(&self, timeout: Duration) -> Result<String, LivyError> {
        let answer = self.send(Call::of(Method::GET, &[], timeout)).await?;
        Ok(answer.text())
    }

    /// A GET whose answer is read by somebody.
    pub async fn get_as<T: DeserializeOwned, R>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        timeout: Duration,
        read: impl FnOnce(T) -> Result<R, serde_json::Error>,
    ) -> Result<R, LivyError> {
        let call = Call {
            query,
            ..Call::of(Method::GET, path, timeout)
        };
        let answer = self.send(call).await?;
        answer.read(read).map_err(|error| self.told(error))
    }

    /// A GET whose large answer is left, and is none, once what has come of it is enough for that.
    pub async fn get_unless<T: DeserializeOwned>(
        &self,
        path: &[&str],
        timeout: Duration,
        is_enough: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<T>, LivyError> {
        let call = Call::of(Method::GET, path, timeout);
        let answer = self.send_unless(call, is_enough).await?;
        match answer.is_left {
            true => Ok(None),
            false => answer.read(Ok).map(Some).map_err(|error| self.told(error)),
        }
    }

    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
        timeout: Duration,
    ) -> Result<T, LivyError> {
        self.post_as(path, body, timeout, Ok).await
    }

    /// A POST whose answer is read by somebody.
    pub async fn post_as<T: DeserializeOwned, R>(
        &self,
        path: &[&str],
        body: &impl Serialize,
        timeout: Duration,
        read: impl FnOnce(T) -> Result<R, serde_json::Error>,
    ) -> Result<R, LivyError> {
        let answer = self.send(Call::post(path, body, timeout)).await?;
        answer.read(read).map_err(|error| self.told(error))
    }

    /// A POST whose answer says nothing that is needed.
    pub async fn post_without_answer(
        &self,
        path: &[&str],
        body: &impl Serialize,
        timeout: Duration,
    ) -> Result<(), LivyError> {
        let answer = self.send(Call::post(path, body, timeout)).await?;
        answer.confirm()
    }

    /// Sends a file as the part of a form that has this name.
    pub async fn upload(
        &self,
        path: &[&str],
        part: &'static str,
        file_name: String,
        bytes: Vec<u8>,
        timeout: Duration,
    ) -> Result<(), LivyError> {
        let form = Form::new().part(part, Part::bytes(bytes).file_name(file_name));
        let call = Call {
            body: Carried::Form(form),
            ..Call::of(Method::POST, path, timeout)
        };
        let answer = self.send(call).await?;
        answer.confirm()
    }

    /// A change of nothing but the time of the last one; its answer may be empty.
    pub async fn touch<T: DeserializeOwned, R: Default>(
        &self,
        how: Touch,
        path: &[&str],
        timeout: Duration,
        read: impl FnOnce(T) -> Result<R, serde_json::Error>,
    ) -> Result<R, LivyError> {
        let answer = match how {
            Touch::Post => {
                let nothing = serde_json::Map::new();
                self.send(Call::post(path, &nothing, timeout)).await?
            }
            Touch::Put => self.send(Call::of(Method::PUT, path, timeout)).await?,
        };
        match answer.is_empty() {
            true => Ok(R::default()),
            false => answer.read(read).map_err(|error| self.told(error)),
        }
    }

    pub async fn delete(&self, path: &[&str], timeout: Duration) -> Result<(), LivyError> {
        let call = Call::of(Method::DELETE, path, timeout);
        let answer = self.send(call).await?;
        answer.confirm()
    }
}
