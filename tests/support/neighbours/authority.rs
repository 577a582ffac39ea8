//! An authority that nobody knows but a test, and what it signs.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate.
    pub pem: String,
}

/// A certificate and its key, as PEM.
pub struct Signed {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new(name: &str) -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut about = named(name, &[]);
        about.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        about.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let pem = about.self_signed(&key).unwrap().pem();
        Authority {
            issuer: Issuer::new(about, key),
            pem,
        }
    }

    /// One below it, whose time is over.
    pub fn expired_below(&self, name: &str) -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut about = named(name, &[]);
        about.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        about.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        about.not_before = date_time_ymd(2020, 1, 1);
        about.not_after = date_time_ymd(2020, 2, 1);
        let pem = about.signed_by(&key, &self.issuer).unwrap().pem();
        Authority {
            issuer: Issuer::new(about, key),
            pem,
        }
    }

    /// For a server that is called so.
    pub fn server(&self, names: &[&str]) -> Signed {
        let mut about = named("server", names);
        about.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(&about)
    }

    /// The same, of a time that is over.
    pub fn expired(&self, names: &[&str]) -> Signed {
        let mut about = named("server", names);
        about.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        about.not_before = date_time_ymd(2020, 1, 1);
        about.not_after = date_time_ymd(2020, 2, 1);
        self.sign(&about)
    }

    /// The same, which ends nine days and an hour from now on.
    pub fn soon_over(&self, names: &[&str]) -> Signed {
        let mut about = named("server", names);
        about.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let left = Duration::from_secs(9 * 86_400 + 3_600);
        about.not_after = (SystemTime::now() + left).into();
        self.sign(&about)
    }

    pub fn client(&self, name: &str) -> Signed {
        let mut about = named(name, &[]);
        about.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(&about)
    }

    fn sign(&self, about: &CertificateParams) -> Signed {
        let key = KeyPair::generate().unwrap();
        Signed {
            certificate: about.signed_by(&key, &self.issuer).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }
}

fn named(name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut about = CertificateParams::new(names).unwrap();
    about.distinguished_name.push(DnType::CommonName, name);
    about
}

impl Signed {
    /// As `NAME.pem` and `NAME.key`, which is its owner's to read.
    pub fn write(&self, folder: &Path, name: &str) {
        let key = folder.join(format!("{name}.key"));
        std::fs::write(folder.join(format!("{name}.pem")), &self.certificate).unwrap();
        std::fs::write(&key, &self.key).unwrap();
        std::fs::set_permissions(key, Permissions::from_mode(0o600)).unwrap();
    }
}
