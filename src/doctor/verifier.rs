//! Believes what the client of requests believes, and remembers what it was shown.

use crate::livy::Transport;
use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use std::sync::{Arc, Mutex, PoisonError};

/// What the server has shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// Its own certificate first.
    pub(super) chain: Vec<Vec<u8>>,
    /// Why it is not believed.
    pub(super) objection: Option<Error>,
}

#[derive(Debug)]
pub(super) struct Verifier {
    inner: rustls_platform_verifier::Verifier,
    /// Whoever answers is believed.
    is_insecure: bool,
    seen: Mutex<Seen>,
}

/// Shows the client's certificate to a server that asks for one.
#[derive(Debug)]
pub(super) struct Asked {
    own: Option<Arc<CertifiedKey>>,
    issuers: Mutex<Option<Vec<Vec<u8>>>>,
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

impl Verifier {
    /// With what a server's settings trust and show.
    pub(super) fn of(transport: &Transport) -> Result<(Arc<Verifier>, Arc<Asked>), String> {
        let certificates = |pem: &[u8]| -> Result<Vec<CertificateDer<'static>>, String> {
            let all: Result<_, _> = CertificateDer::pem_slice_iter(pem).collect();
            all.map_err(|error| format!("a certificate cannot be read: {error}"))
        };
        let told = |error: Error| error.to_string();
        let roots = transport.authorities.as_deref().map(certificates);
        let roots = roots.transpose()?.unwrap_or_default();
        let inner = match roots.is_empty() {
            true => rustls_platform_verifier::Verifier::new(provider()),
            false => rustls_platform_verifier::Verifier::new_with_extra_roots(roots, provider()),
        };
        let own = match &transport.certificate {
            None => None,
            Some(pem) => {
                let key = PrivateKeyDer::from_pem_slice(pem)
                    .map_err(|_| "the key of your certificate cannot be read".to_owned())?;
                let key = provider()
                    .key_provider
                    .load_private_key(key)
                    .map_err(told)?;
                Some(Arc::new(CertifiedKey::new(certificates(pem)?, key)))
            }
        };
        let verifier = Verifier {
            inner: inner.map_err(told)?,
            is_insecure: transport.is_insecure,
            seen: Mutex::default(),
        };
        let asked = Asked {
            own,
            issuers: Mutex::default(),
        };
        Ok((Arc::new(verifier), Arc::new(asked)))
    }

    pub(super) fn seen(&self) -> Seen {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }

    fn unless_insecure<T>(&self, verdict: Result<T, Error>, believed: T) -> Result<T, Error> {
        match self.is_insecure {
            true => Ok(believed),
            false => verdict,
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let all = std::iter::once(end_entity).chain(intermediates);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen {
            chain: all.map(|der| der.to_vec()).collect(),
            objection: verdict.as_ref().err().cloned(),
        };
        self.unless_insecure(verdict, ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verdict = self
            .inner
            .verify_tls12_signature(message, certificate, signed);
        self.unless_insecure(verdict, HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verdict = self
            .inner
            .verify_tls13_signature(message, certificate, signed);
        self.unless_insecure(verdict, HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

impl Asked {
    /// By whom the server wants a certificate to be issued, where it has asked for one.
    pub(super) fn issuers(&self) -> Option<Vec<Vec<u8>>> {
        let issuers = self.issuers.lock().unwrap_or_else(PoisonError::into_inner);
        issuers.clone()
    }
}

impl ResolvesClientCert for Asked {
    fn resolve(&self, issuers: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let issuers = issuers.iter().map(|issuer| issuer.to_vec()).collect();
        *self.issuers.lock().unwrap_or_else(PoisonError::into_inner) = Some(issuers);
        self.own.clone()
    }

    fn has_certs(&self) -> bool {
        self.own.is_some()
    }
}

/// A client that works with both.
pub(super) fn config(verifier: Arc<Verifier>, asked: Arc<Asked>) -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = builder.with_client_cert_resolver(asked);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
