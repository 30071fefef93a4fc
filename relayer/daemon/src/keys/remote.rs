//! A key that another process holds: see `proto/tessera/signer/v1/signer.proto`.

use std::{fs, path::Path, time::Duration};

use cosmrs::crypto::PublicKey;
use k256::ecdsa::{signature::Verifier, Signature, VerifyingKey};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

use super::{
    proto::{signer_client::SignerClient, PublicKeyRequest, SignRequest},
    KeyError, SigningKey,
};
use crate::{
    chain::wasmd::shown,
    config::{ChainConfig, SignerConfig},
};

/// How long a signer may take: long enough for a person who presses a button.
const PATIENCE: Duration = Duration::from_secs(30);

/// A key of a signer, which signs for one chain.
pub struct RemoteKey {
    client: SignerClient<Channel>,
    /// As it is shown.
    addr: String,
    chain: String,
    name: String,
    key: VerifyingKey,
}

/// Connects to a chain's signer, and makes sure that its key has the configured address.
///
/// # Errors
/// [`KeyError::Signer`] when it does not answer, [`KeyError::WrongSigner`], [`KeyError::File`] for a certificate.
pub async fn connect(
    signer: &SignerConfig,
    chain: &ChainConfig,
    name: &str,
) -> Result<RemoteKey, KeyError> {
    let refused = |reason: String| KeyError::Signer {
        addr: shown(&signer.addr),
        reason,
    };
    let mut endpoint = Endpoint::from_shared(signer.addr.clone())
        .map_err(|error| refused(error.to_string()))?
        .connect_timeout(PATIENCE)
        .timeout(PATIENCE);
    if let Some(tls) = tls(signer)? {
        endpoint = endpoint
            .tls_config(tls)
            .map_err(|error| refused(detail(&error)))?;
    }
    let channel = endpoint
        .connect()
        .await
        .map_err(|error| refused(detail(&error)))?;
    let mut client = SignerClient::new(channel);
    let asked = PublicKeyRequest {
        chain_id: chain.id.to_string(),
        key_name: name.into(),
    };
    let answer = client
        .public_key(asked)
        .await
        .map_err(|status| refused(status.message().to_string()))?;
    let key = VerifyingKey::from_sec1_bytes(&answer.into_inner().public_key)
        .map_err(|_| refused("its public key is no compressed secp256k1 key".into()))?;
    let remote = RemoteKey {
        client,
        addr: shown(&signer.addr),
        chain: chain.id.to_string(),
        name: name.into(),
        key,
    };
    let remote = check(remote, signer, chain)?;
    Ok(remote)
}

fn check(
    remote: RemoteKey,
    signer: &SignerConfig,
    chain: &ChainConfig,
) -> Result<RemoteKey, KeyError> {
    let key = SigningKey::remote(remote);
    let actual = key.account(&chain.account_prefix)?;
    match key.0 {
        super::Kind::Remote(remote) if actual == signer.account => Ok(*remote),
        _ => Err(KeyError::WrongSigner {
            addr: shown(&signer.addr),
            zone: chain.id.clone(),
            expected: signer.account.clone(),
            actual,
        }),
    }
}

impl RemoteKey {
    pub(super) fn public(&self) -> PublicKey {
        self.key.into()
    }

    /// Has a document signed, and verifies what comes back.
    pub(super) async fn sign(&self, sign_doc: Vec<u8>) -> Result<Vec<u8>, KeyError> {
        let refused = |reason: String| KeyError::Signer {
            addr: self.addr.clone(),
            reason,
        };
        let asked = SignRequest {
            chain_id: self.chain.clone(),
            key_name: self.name.clone(),
            sign_doc: sign_doc.clone(),
        };
        let answer = self
            .client
            .clone()
            .sign(asked)
            .await
            .map_err(|status| refused(status.message().to_string()))?;
        let signature = answer.into_inner().signature;
        let valid = Signature::from_slice(&signature)
            .and_then(|signature| self.key.verify(&sign_doc, &signature));
        valid.map_err(|_| refused("its signature does not verify".into()))?;
        Ok(signature)
    }
}

/// Mutual TLS where the section names certificates: that it names all or none, and that plain text stays on loopback, was
/// checked with the configuration.
fn tls(signer: &SignerConfig) -> Result<Option<ClientTlsConfig>, KeyError> {
    let (Some(ca), Some(cert), Some(key)) = (&signer.ca, &signer.cert, &signer.key) else {
        return Ok(None);
    };
    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(pem(ca)?))
        .identity(Identity::from_pem(pem(cert)?, pem(key)?));
    Ok(Some(tls))
}

pub(super) fn pem(path: &Path) -> Result<Vec<u8>, KeyError> {
    fs::read(path).map_err(|source| KeyError::File {
        path: path.into(),
        source,
    })
}

/// What `tonic` says is only that there was a transport error: its causes say which.
pub(crate) fn detail(error: &tonic::transport::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(found) = cause {
        text = format!("{text}: {found}");
        cause = found.source();
    }
    text
}
