//! What the errors of a GSS-API mean for whoever wants to sign on.

use super::gss::GssError;
use crate::livy::IdentityError;
use std::time::Duration;

pub(super) const ASK_AGAIN: &str = "it is asked again";
const KINIT: &str = "run kinit, then it goes on";

/// An error in words of ours where it is one that people meet, else in the library's.
pub(super) fn meaning(error: &GssError, service: &str, host: &str) -> IdentityError {
    let words = match error {
        GssError::NoLibrary => {
            return IdentityError::lasting(
                "Kerberos needs the system's GSS-API, which is not on this machine".to_owned(),
                "install it: libgssapi-krb5-2 on Debian, krb5-libs on Fedora and its like",
            );
        }
        GssError::Refused(words) => words,
    };
    let says = |part: &str| words.to_lowercase().contains(part);
    let is_without = [
        "cannot find mechanisms",
        "no credentials",
        "no kerberos credentials",
    ];
    if says("ticket expired") || says("credentials have expired") || says("expired credentials") {
        let told = format!("the Kerberos ticket has ended ({words})");
        return IdentityError::passing(told, KINIT);
    }
    if says("not found in kerberos database") || says("server not found") {
        return IdentityError::lasting(
            format!("Kerberos knows no service {service}/{host} ({words})"),
            "name the host as it is registered, which is mostly its whole name; the realm is told in krb5.conf",
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
        return IdentityError::passing(told, KINIT);
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

    #[test]
    fn what_people_meet_is_said_in_words() {
        for (words, told, is_passing) in [
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
                "Cannot contact any KDC for realm 'X'",
                "no Kerberos server (KDC) can be reached",
                true,
            ),
            ("Clock skew too great", "the clocks of this machine", true),
            ("Something new", "Kerberos: Something new", true),
        ] {
            let error = GssError::Refused(words.to_owned());
            let meant = meaning(&error, "HTTP", "h.example");
            assert!(meant.message.starts_with(told), "{words}: {meant}");
            assert!(meant.message.contains(words), "{words}: {meant}");
            assert_eq!(meant.is_passing, is_passing, "{words}");
        }
        let none = meaning(&GssError::NoLibrary, "HTTP", "h");
        assert!(!none.is_passing && none.message.contains("GSS-API"));
    }
}
