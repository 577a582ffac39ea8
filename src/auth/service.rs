//! A service that gives tokens to whom it knows, such as Apache Knox's.

use super::expiry::Unit;
use super::identity::{Credential, Identity};
use super::kerberos::Tell;
use super::pointers::Pointers;
use super::program::Printed;
use crate::livy::{self, Authorizer as _, IdentityError, LivyError, Transport, Watch};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// Whoever is turned away is not shown again before: too often, and the account may be locked.
const NEXT_TRY: Duration = Duration::from_secs(30);
const LOOK_AT_LOGIN: &str = "\
look at auth.login in the profile: user, and where its password is; a topology of Knox that wants tokens gives \
none to a password, so that auth.token_url is to name another";
const LOOK_AT_URL: &str = "\
look at auth.token_url in the profile: with Knox it is like \
https://gateway:8443/gateway/TOPOLOGY/knoxtoken/api/v1/token";

/// Where tokens are to be had, and as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenService {
    pub url: String,
    pub login: Credential,
    /// A JSON pointer to the token, where it is not where one usually is.
    pub token: Option<String>,
    /// A JSON pointer to the time until which it holds.
    pub until: Option<String>,
    pub unit: Unit,
    /// How it is reached.
    pub transport: Transport,
}

/// One at work.
pub(super) struct Tokens {
    service: TokenService,
    login: Arc<Identity>,
    watch: Option<Watch>,
    turned_away: std::sync::Mutex<Option<(Instant, IdentityError)>>,
}

impl Tokens {
    pub(super) fn new(service: TokenService, tell: Option<Tell>, watch: Option<Watch>) -> Tokens {
        Tokens {
            login: Arc::new(Identity::telling(service.login.clone(), tell)),
            service,
            watch,
            turned_away: std::sync::Mutex::default(),
        }
    }

    /// Asks for a token. What it is asked with is another one after it was turned away, where a program
    /// gives it.
    pub(super) async fn next(&self) -> Result<Printed, IdentityError> {
        if let Some(error) = self.last_refusal() {
            return Err(error);
        }
        let is_renewable = matches!(self.service.login, Credential::Printed { .. });
        let answer = match self.asked().await {
            Err(error) if is_renewable && error.is_turned_away() => self.asked().await,
            answer => answer,
        };
        let text = answer.map_err(|error| self.told(error))?;
        self.read(&text).map_err(|found| {
            let url = livy::shown_root(&self.service.url);
            let told = format!("the token service {url} answered {found}");
            IdentityError::lasting(told, LOOK_AT_URL)
        })
    }

    async fn asked(&self) -> Result<String, LivyError> {
        let (login, watch) = (self.login.clone(), self.watch.clone());
        let transport = self.service.transport.clone();
        livy::beside(&self.service.url, login, watch, transport).await
    }

    fn read(&self, text: &str) -> Result<Printed, String> {
        if text.trim_start().starts_with('<') {
            return Err("a web page".to_owned());
        }
        let pointers = Pointers {
            secret: self.service.token.as_deref(),
            user: None,
            session: None,
            until: self.service.until.as_deref(),
            unit: self.service.unit,
        };
        let printed = pointers.read(text, SystemTime::now())?;
        match printed.secret.reveal().contains(char::is_whitespace) {
            true => Err("a text that is no token".to_owned()),
            false => Ok(printed),
        }
    }

    /// What its failure means for whoever wants to sign on.
    fn told(&self, error: LivyError) -> IdentityError {
        let said = error.to_string();
        let said = match said.strip_prefix("GET ") {
            Some(rest) => format!("the token service {rest}"),
            None => format!("the token service {said}"),
        };
        let own = error.hint();
        match error {
            // It is about the login, and says what is missing.
            LivyError::Identity(error) => error,
            error if error.is_identity() => {
                let hint = match self.service.login {
                    Credential::Kerberos(_) => own.unwrap_or_default(),
                    _ if error.status().is_some_and(|status| status < 400) => {
                        own.unwrap_or_default()
                    }
                    _ => LOOK_AT_LOGIN.to_owned(),
                };
                let error = IdentityError::lasting(said, hint);
                if let Ok(mut turned_away) = self.turned_away.lock() {
                    *turned_away = Some((Instant::now(), error.clone()));
                }
                error
            }
            error if error.is_passing() || error.is_defect() => {
                IdentityError::passing(said, own.unwrap_or_else(|| LOOK_AT_URL.to_owned()))
            }
            LivyError::Transport(_) => {
                IdentityError::lasting(said, own.unwrap_or_else(|| LOOK_AT_URL.to_owned()))
            }
            LivyError::Server(_)
            | LivyError::NotLivy { .. }
            | LivyError::Replaced { .. }
            | LivyError::Unsent { .. } => IdentityError::lasting(said, LOOK_AT_URL),
        }
    }

    fn last_refusal(&self) -> Option<IdentityError> {
        let turned_away = self.turned_away.lock().ok()?;
        let (since, error) = turned_away.as_ref()?;
        (since.elapsed() < NEXT_TRY).then(|| error.clone())
    }

    /// A text without what the service was asked with.
    pub(super) fn conceal(&self, text: String) -> String {
        self.login.conceal(text)
    }
}
