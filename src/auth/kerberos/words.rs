//! What the errors of a GSS-API mean for whoever wants to sign on.

use super::Ticket;
use super::gss::GssError;
use crate::livy::IdentityError;
use std::time::Duration;

pub(super) const ASK_AGAIN: &str = "it is asked again";

/// What gets a ticket.
fn kinit(ticket: &Ticket) -> String {
    let mut words = vec!["kinit".to_owned()];
    let file = ticket
        .keytab
        .as_ref()
        .map(|path| path.display().to_string());
    if let Some(file) = &file {
        words.extend(["-kt".to_owned(), quoted(file)]);
    }
    words.extend(ticket.principal.as_deref().map(quoted));
    let line = words.join(" ");
    format!("run {line}, then it goes on")
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), |word| word.into_owned())
}

/// An error in words of ours where it is one that people meet, else in the library's.
pub(super) fn meaning(error: &GssError, ticket: &Ticket) -> IdentityError {
    let words = match error {
        GssError::NoLibrary => {
            return IdentityError::lasting(
                "Kerberos needs the system's GSS-API, which is not on this machine".to_owned(),
                "install it: libgssapi-krb5-2 on Debian, krb5-libs on Fedora and its like",
            );
        }
        GssError::Unusable(words) => {
            return IdentityError::lasting(
                format!("Kerberos does not work on this machine ({words})"),
                "klist tells what is wrong, mostly with krb5.conf",
            );
        }
        GssError::Refused(words) => words,
    };
    let says = |part: &str| words.to_lowercase().contains(part);
    let is_without = [
        "cannot find mechanisms",
        "no credentials",
        "no kerberos credentials",
        "matching credential not found",
    ];
    if says("ticket expired") || says("credentials have expired") || says("expired credentials") {
        let told = format!("the Kerberos ticket has ended ({words})");
        return IdentityError::passing(told, kinit(ticket));
    }
    if says("not found in kerberos database") || says("server not found") {
        return IdentityError::lasting(
            format!(
                "Kerberos knows no service {}/{} ({words})",
                ticket.service, ticket.host
            ),
            "name the host as it is registered, which is mostly its whole name; the realm is told in krb5.conf",
        );
    }
    if says("cannot determine realm") {
        return IdentityError::lasting(
            format!("Kerberos knows no realm of {} ({words})", ticket.host),
            "the realm of a host is told in krb5.conf: [domain_realm], or default_realm",
        );
    }
    if says("clock skew") {
        return IdentityError::passing(
            format!("the clocks of this machine and the KDC differ too much ({words})"),
            "set this machine's clock",
        );
    }
    if says("cannot contact any kdc") || says("cannot find kdc") || says("cannot resolve") {
        return IdentityError::passing(
            format!("no Kerberos server (KDC) can be reached ({words})"),
            "check the network, a VPN, and krb5.conf",
        );
    }
    if is_without.iter().any(|part| says(part)) || says("credentials cache") {
        let told = format!("there is no Kerberos ticket ({words})");
        return IdentityError::passing(told, kinit(ticket));
    }
    IdentityError::passing(
        format!("Kerberos: {words}"),
        "klist shows the tickets that there are",
    )
}

/// Nothing was heard of the KDC.
pub(super) fn silent(limit: Duration) -> IdentityError {
    IdentityError::passing(
        format!("Kerberos has not answered within {} s", limit.as_secs()),
        "check the network, a VPN, and the KDC in krb5.conf",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket() -> Ticket {
        Ticket {
            service: "HTTP".to_owned(),
            host: "h.example".to_owned(),
            principal: None,
            keytab: None,
            longest: None,
        }
    }

    #[test]
    fn what_people_meet_is_said_in_words() {
        for (words, told, is_passing) in [
            // As MIT's 1.20 prints them.
            (
                "SPNEGO cannot find mechanisms to negotiate",
                "there is no Kerberos ticket",
                true,
            ),
            ("Ticket expired", "the Kerberos ticket has ended", true),
            (
                "Server krbtgt/EXAMPLE@RIG.TEST not found in Kerberos database",
                "Kerberos knows no service HTTP/h.example",
                false,
            ),
            (
                "Server HTTP/127.0.0.1@LIVY.TEST not found in Kerberos database",
                "Kerberos knows no service HTTP/h.example",
                false,
            ),
            (
                "Cannot contact any KDC for realm 'X'",
                "no Kerberos server (KDC) can be reached",
                true,
            ),
            (
                "Cannot determine realm for host (principal HTTP/h.example@)",
                "Kerberos knows no realm of h.example",
                false,
            ),
            ("Clock skew too great", "the clocks of this machine", true),
            ("Something new", "Kerberos: Something new", true),
        ] {
            let error = GssError::Refused(words.to_owned());
            let meant = meaning(&error, &ticket());
            assert!(meant.message.starts_with(told), "{words}: {meant}");
            assert!(meant.message.contains(words), "{words}: {meant}");
            assert_eq!(meant.is_passing, is_passing, "{words}");
        }
        let odd = GssError::Unusable("SPNEGO cannot find mechanisms to negotiate".to_owned());
        let odd = meaning(&odd, &ticket());
        assert!(!odd.is_passing && odd.hint.contains("krb5.conf"), "{odd}");
        let none = meaning(&GssError::NoLibrary, &ticket());
        assert!(!none.is_passing && none.message.contains("GSS-API"));
    }
}
