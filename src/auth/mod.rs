//! Who you are: none, basic or bearer. Secrets live in a type that never prints.

use crate::livy::Authorizer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

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
    fn a_secret_never_prints() {
        let basic = Credential::Basic {
            user: "alice".to_owned(),
            password: Secret::new("hunter2"),
        };
        assert!(!format!("{basic:?} {}", Secret::new("hunter2")).contains("hunter2"));
    }
}
