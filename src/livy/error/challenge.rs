//! How a server wants to be signed on to, as it says with a 401.

/// What its answer names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Challenge {
    pub kerberos: bool,
    pub basic: bool,
    pub bearer: bool,
    /// A token of Kerberos came with the request, and was not taken.
    pub is_token_refused: bool,
}

impl Challenge {
    /// Reads all values of `WWW-Authenticate`; one may name several schemes.
    pub fn of<'a>(values: impl Iterator<Item = &'a str>) -> Challenge {
        let mut found = Challenge::default();
        for part in values.flat_map(|value| value.split(',')) {
            let scheme = part.split_whitespace().next().unwrap_or_default();
            match scheme.to_ascii_lowercase().as_str() {
                "negotiate" => found.kerberos = true,
                "basic" => found.basic = true,
                "bearer" => found.bearer = true,
                _ => {}
            }
        }
        found
    }

    /// What to try.
    pub(super) fn hint(self) -> String {
        if self.is_token_refused && self.kerberos {
            return "the server has not accepted the Kerberos token: its keytab may be of another \
                    name or out of date, or its clock may differ; its own log tells why"
                .to_owned();
        }
        // Whoever names none of them may take a password or a token all the same.
        let is_silent = !(self.kerberos || self.basic || self.bearer);
        let ways = [
            (self.kerberos, "--auth kerberos after kinit"),
            (
                self.basic || is_silent,
                "--auth basic with --user and the password in LIVYSH_PASSWORD",
            ),
            (
                self.bearer || is_silent,
                "--auth bearer with the token in LIVYSH_TOKEN",
            ),
        ];
        let ways: Vec<&str> = ways
            .into_iter()
            .filter_map(|(is_taken, way)| is_taken.then_some(way))
            .collect();
        format!("sign on: {}", ways.join(", or "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Challenge {
        Challenge::of(values.iter().copied())
    }

    #[test]
    fn the_hint_names_what_the_server_asks_for() {
        for (values, ways) in [
            (&["Negotiate"][..], &["kerberos after kinit"][..]),
            (&["BASIC realm=\"application\""], &["basic"]),
            (&["Bearer error=\"invalid_token\""], &["bearer"]),
            (&["negotiate", "Basic realm=\"h\""], &["kerberos", "basic"]),
            (&["Negotiate, Basic realm=\"h\""], &["kerberos", "basic"]),
            (&["Digest realm=\"h\""], &["basic", "bearer"]),
            (&[], &["basic", "bearer"]),
        ] {
            let told = of(values).hint();
            let flags = told.matches("--auth ").count();
            assert_eq!(flags, ways.len(), "{values:?}: {told}");
            for way in ways {
                assert!(told.contains(&format!("--auth {way}")), "{told}");
            }
        }
    }

    #[test]
    fn a_refused_token_is_the_servers_matter() {
        let refused = |values: &[&str]| {
            let is_token_refused = true;
            Challenge {
                is_token_refused,
                ..of(values)
            }
            .hint()
        };
        assert!(refused(&["Negotiate"]).contains("keytab"));
        assert!(refused(&["Basic realm=\"h\""]).starts_with("sign on: --auth basic"));
    }
}
