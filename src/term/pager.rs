//! The program that shows long results by the page.

/// As its users have set it, else `less` where that is there; `None` where none is wanted.
pub fn pager(
    environment: &dyn Fn(&str) -> Option<String>,
    is_there: impl Fn(&str) -> bool,
) -> Option<String> {
    let set = ["LIVYSH_PAGER", "PAGER"];
    let set = set.into_iter().find_map(environment);
    match set.as_deref().map(str::trim) {
        // They would only print it.
        Some("" | "cat" | "-" | "none" | "off") => None,
        Some(pager) => Some(pager.to_owned()),
        None => is_there("less").then(|| "less".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_our_own_then_the_users_then_less() {
        let of = |variables: &[(&str, &str)], is_there: bool| {
            let environment = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            pager(&environment, |_| is_there)
        };
        let both = [("PAGER", "more"), ("LIVYSH_PAGER", "less -S")];
        assert_eq!(of(&both, true).as_deref(), Some("less -S"));
        assert_eq!(of(&both[..1], true).as_deref(), Some("more"));
        assert_eq!(of(&[("LIVYSH_PAGER", "off"), both[0]], true), None);
        assert_eq!(of(&[], true).as_deref(), Some("less"));
        assert_eq!(of(&[], false), None);
    }
}
