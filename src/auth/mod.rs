//! Who you are: none, basic or bearer. Secrets live in a type that never prints.

use crate::livy::Authorizer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

const SHORTEST_CONCEALED: usize = 6;

/// A password or token; its `Debug` and `Display` show `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The secret itself, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    None,
    Basic { user: String, password: Secret },
    Bearer(Secret),
}

impl Authorizer for Credential {
    fn authorization(&self) -> Option<String> {
        match self {
            Credential::None => None,
            Credential::Basic { user, password } => {
                let pair = format!("{user}:{}", password.reveal());
                Some(format!("Basic {}", STANDARD.encode(pair)))
            }
            Credential::Bearer(token) => Some(format!("Bearer {}", token.reveal())),
        }
    }

    fn conceal(&self, text: String) -> String {
        let header = self.authorization();
        let sent = header.as_deref().and_then(|header| header.split_once(' '));
        let own = match self {
            Credential::None => None,
            Credential::Basic { password, .. } => Some(password.reveal()),
            Credential::Bearer(token) => Some(token.reveal()),
        };
        let secrets = sent.map(|(_, sent)| sent).into_iter().chain(own);
        // A short one would be found in words that have nothing to do with it.
        let secrets = secrets.filter(|secret| secret.len() >= SHORTEST_CONCEALED);
        secrets.fold(text, |text, secret| text.replace(secret, "***"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_as_the_standards_say() {
        let basic = Credential::Basic {
            user: "alice".to_owned(),
            password: Secret::new("s:3"),
        };
        assert_eq!(basic.authorization().unwrap(), "Basic YWxpY2U6czoz");
        let bearer = Credential::Bearer(Secret::new("t"));
        assert_eq!(bearer.authorization().unwrap(), "Bearer t");
        assert_eq!(Credential::None.authorization(), None);
    }

    #[test]
    fn what_a_server_repeats_is_concealed() {
        let basic = Credential::Basic {
            user: "alice".to_owned(),
            password: Secret::new("hunter2"),
        };
        let header = basic.authorization().unwrap();
        let told = basic.conceal(format!("bad “{header}”, alice:hunter2"));
        assert_eq!(told, "bad “Basic ***”, alice:***");
        let bearer = Credential::Bearer(Secret::new("t"));
        assert_eq!(bearer.conceal("it".to_owned()), "it");
    }

    #[test]
    fn a_secret_never_prints() {
        let basic = Credential::Basic {
            user: "alice".to_owned(),
            password: Secret::new("hunter2"),
        };
        assert!(!format!("{basic:?} {}", Secret::new("hunter2")).contains("hunter2"));
    }
}
