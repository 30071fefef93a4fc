//! The reference signer: it holds keys, reads every document that it is asked to sign, and signs what is on its list.
//! Whoever takes over the relayer can then have it send what the list allows, and nothing else: no transfer, no grant, no
//! vote, nothing on another chain.

mod document;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use cosmrs::crypto::secp256k1;
use tessera_primitives::ZoneId;
use tonic::{
    transport::{Certificate, Identity, Server, ServerTlsConfig},
    Request, Response, Status,
};

use document::check;

pub use document::{Allowed, Refusal, EXECUTE};

use super::{
    proto::{
        signer_server::{Signer, SignerServer},
        PublicKeyRequest, PublicKeyResponse, SignRequest, SignResponse,
    },
    remote::{detail, pem},
    sign_bytes, KeyError, Kind, SigningKey,
};

/// Largest document that is read, in bytes.
const LONGEST: usize = 8 * 1024 * 1024;

/// The certificates of mutual TLS, as PEM files.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The authority that signed the relayers' certificates.
    pub ca: PathBuf,
    /// The signer's certificate.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// Keys by chain and name, and what they may sign.
pub struct Service {
    keys: BTreeMap<(String, String), secp256k1::SigningKey>,
    allowed: Allowed,
}

impl Service {
    /// A service without keys.
    pub fn new(allowed: Allowed) -> Service {
        Service {
            keys: BTreeMap::new(),
            allowed,
        }
    }

    /// Adds a key of a chain.
    ///
    /// # Errors
    /// [`KeyError::Signing`] for a key that is remote itself.
    pub fn add(&mut self, zone: &ZoneId, name: &str, key: SigningKey) -> Result<(), KeyError> {
        let Kind::Local(key) = key.0 else {
            return Err(KeyError::Signing("a signer's keys are its own".into()));
        };
        self.keys.insert((zone.to_string(), name.into()), key);
        Ok(())
    }

    fn key(&self, chain: &str, name: &str) -> Result<&secp256k1::SigningKey, Refusal> {
        let found = self.keys.get(&(chain.into(), name.into()));
        found.ok_or_else(|| Refusal::NoKey {
            chain: chain.into(),
            name: name.into(),
        })
    }

    fn answer(&self, asked: &SignRequest) -> Result<&secp256k1::SigningKey, Refusal> {
        let key = self.key(&asked.chain_id, &asked.key_name)?;
        check(asked, &key.public_key().to_bytes(), &self.allowed)?;
        Ok(key)
    }
}

#[tonic::async_trait]
impl Signer for Service {
    async fn public_key(
        &self,
        request: Request<PublicKeyRequest>,
    ) -> Result<Response<PublicKeyResponse>, Status> {
        let asked = request.into_inner();
        let key = self.key(&asked.chain_id, &asked.key_name)?;
        let public_key = key.public_key().to_bytes();
        Ok(Response::new(PublicKeyResponse { public_key }))
    }

    async fn sign(&self, request: Request<SignRequest>) -> Result<Response<SignResponse>, Status> {
        let asked = request.into_inner();
        let (chain, name) = (&asked.chain_id, &asked.key_name);
        let key = self.answer(&asked).inspect_err(|refusal| {
            tracing::warn!(chain, name, %refusal, "not signed");
        })?;
        let signature = sign_bytes(key, &asked.sign_doc)
            .map_err(|error| Status::internal(error.to_string()))?;
        tracing::info!(chain, name, bytes = asked.sign_doc.len(), "signed");
        Ok(Response::new(SignResponse { signature }))
    }
}

/// Serves until `stop` ends. Without certificates only on loopback.
///
/// # Errors
/// [`KeyError::Signer`], [`KeyError::File`].
pub async fn serve(
    service: Service,
    listener: std::net::TcpListener,
    tls: Option<&Tls>,
    stop: impl std::future::Future<Output = ()>,
) -> Result<(), KeyError> {
    let listen = listener.local_addr();
    let addr = listen
        .as_ref()
        .map_or_else(ToString::to_string, SocketAddr::to_string);
    let refused = |reason: String| KeyError::Signer {
        addr: addr.clone(),
        reason,
    };
    let loopback = listen.is_ok_and(|listen| listen.ip().is_loopback());
    let mut server = Server::builder().timeout(std::time::Duration::from_secs(10));
    match tls {
        Some(tls) => {
            let config = ServerTlsConfig::new()
                .identity(Identity::from_pem(pem(&tls.cert)?, pem(&tls.key)?))
                .client_ca_root(Certificate::from_pem(pem(&tls.ca)?));
            server = server
                .tls_config(config)
                .map_err(|error| refused(detail(&error)))?;
        }
        None if loopback => {}
        None => {
            return Err(refused(
                "beyond loopback --ca, --cert and --key are needed".into(),
            ))
        }
    }
    let failed = |error: std::io::Error| refused(error.to_string());
    listener.set_nonblocking(true).map_err(failed)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
    let incoming = tonic::transport::server::TcpIncoming::from_listener(listener, true, None)
        .map_err(|error| refused(error.to_string()))?;
    let service = SignerServer::new(service).max_decoding_message_size(LONGEST);
    server
        .add_service(service)
        .serve_with_incoming_shutdown(incoming, stop)
        .await
        .map_err(|error| refused(detail(&error)))
}
