//! What a certificate says.

use super::short::short;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// So many names of a certificate are told.
const TOLD: usize = 6;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) names: Vec<String>,
    pub(super) from: SystemTime,
    pub(super) until: SystemTime,
}

impl Facts {
    pub(super) fn of(der: &[u8]) -> Option<Facts> {
        let read = Certificate::from_der(der).ok()?.tbs_certificate;
        let names = read.get::<SubjectAltName>().ok().flatten();
        let names = names.map_or_else(Vec::new, |(_, names)| names.0);
        let time = |time: x509_cert::time::Time| UNIX_EPOCH + time.to_unix_duration();
        Some(Facts {
            subject: read.subject.to_string(),
            issuer: read.issuer.to_string(),
            names: names.iter().filter_map(name).collect(),
            from: time(read.validity.not_before),
            until: time(read.validity.not_after),
        })
    }

    /// Whose it is.
    pub(super) fn called(&self) -> String {
        match self.subject.is_empty() {
            true => "the certificate".to_owned(),
            false => format!("the certificate {}", short(&self.subject)),
        }
    }

    /// The hosts that it is for.
    pub(super) fn hosts(&self) -> String {
        let told = self.names.iter().take(TOLD);
        let told: Vec<String> = told.map(|name| short(name)).collect();
        match self.names.len() {
            0 => "no host".to_owned(),
            count if count > TOLD => format!("{} and {} more", told.join(", "), count - TOLD),
            _ => told.join(", "),
        }
    }

    /// For how long it still holds; none where its time is over.
    pub(super) fn left(&self, now: SystemTime) -> Option<Duration> {
        self.until.duration_since(now).ok()
    }
}

fn name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.to_string()),
        GeneralName::IpAddress(bytes) => {
            let bytes = bytes.as_bytes();
            let four = <[u8; 4]>::try_from(bytes).map(std::net::IpAddr::from);
            let address = four.or_else(|_| <[u8; 16]>::try_from(bytes).map(Into::into));
            address.ok().map(|address| address.to_string())
        }
        _ => None,
    }
}

/// The name that a server wants a certificate to be issued by.
pub(super) fn distinguished(der: &[u8]) -> Option<String> {
    let name = x509_cert::name::Name::from_der(der).ok()?;
    Some(name.to_string())
}
