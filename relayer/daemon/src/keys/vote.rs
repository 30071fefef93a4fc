//! Vote keys: BLS12-381, public keys in G1 and signatures in G2, one a validator. They stand beside the keys that sign
//! transactions, as `<chain id>/vote/<name>.json`, in the form that validators of other chains use ([`super::keystore`]).

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use age::secrecy::SecretString;
use blst::min_pk::SecretKey;
use rand::RngCore;
use serde::Serialize;
use tessera_primitives::ZoneId;
use tessera_proof::BLS_DOMAIN;
use tessera_stake::evidence::VoteKey;
use zeroize::Zeroizing;

use super::{draft::Draft, keystore::Keystore, ring::read, KeyError, KeyRing, Storage};

const FOLDER: &str = "vote";

/// A secret vote key, wiped when dropped.
pub struct VoteSecret(SecretKey);

impl fmt::Debug for VoteSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VoteSecret")
    }
}

impl VoteSecret {
    /// A new one.
    ///
    /// # Errors
    /// [`KeyError::Signing`], never in practice: 32 bytes are enough to make a key of.
    pub fn random() -> Result<VoteSecret, KeyError> {
        let mut material = Zeroizing::new([0; 32]);
        rand::rngs::OsRng.fill_bytes(material.as_mut_slice());
        let key = SecretKey::key_gen(material.as_slice(), &[]);
        key.map(VoteSecret)
            .map_err(|error| KeyError::Signing(format!("{error:?}")))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<VoteSecret> {
        SecretKey::from_bytes(bytes).ok().map(VoteSecret)
    }

    pub(super) fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Its public key.
    pub fn public(&self) -> VoteKey {
        VoteKey(self.0.sk_to_pk().to_bytes())
    }

    /// A signature, 96 bytes.
    pub fn sign(&self, message: &[u8]) -> [u8; 96] {
        self.0.sign(message, BLS_DOMAIN, &[]).to_bytes()
    }
}

/// A vote key as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedVote {
    /// Its name.
    pub name: String,
    /// Its public key, in hexadecimal, as the file says.
    pub key: String,
}

/// Where a vote key comes from.
pub enum VoteSource<'a> {
    /// It is made.
    New,
    /// A keystore of another program, with its password.
    Keystore {
        /// The file.
        path: &'a Path,
        /// What it opens with.
        password: SecretString,
    },
}

impl KeyRing {
    /// Stores a vote key under the passphrase of the keys, and answers its public key. No key is ever replaced: what it has
    /// voted for may still have to be defended.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn add_vote(
        &self,
        zone: &ZoneId,
        name: &str,
        source: VoteSource<'_>,
    ) -> Result<VoteKey, KeyError> {
        let path = self.vote_path(zone, name)?;
        if path.exists() {
            return Err(KeyError::exists(zone, name));
        }
        let secret = match source {
            VoteSource::New => VoteSecret::random()?,
            VoteSource::Keystore { path, password } => {
                let text = fs::read_to_string(path).map_err(|source| KeyError::File {
                    path: path.into(),
                    source,
                })?;
                Keystore::parse(path, &text)?.open(path, &password)?
            }
        };
        let passphrase = self.passphrases.fresh()?;
        self.check_same(&path, &passphrase)?;
        let described = format!("tessera vote key {name} of {zone}");
        let keystore = Keystore::seal(&path, &secret, &passphrase, described)?;
        let text = serde_json::to_vec_pretty(&keystore)
            .map_err(|error| KeyError::content(&path, error.to_string()))?;
        Draft::write((zone, name), path, &text, false)?.keep()?;
        Ok(secret.public())
    }

    /// Reads a vote key.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn vote(&self, zone: &ZoneId, name: &str) -> Result<VoteSecret, KeyError> {
        let path = self.vote_path(zone, name)?;
        if !path.exists() {
            let known = self.votes(zone)?.into_iter().map(|listed| listed.name);
            return Err(KeyError::UnknownVote {
                zone: zone.clone(),
                name: name.into(),
                known: known.collect(),
            });
        }
        let text = read(&path, Storage::Encrypted)?;
        Keystore::parse(&path, &text)?.open(&path, &self.passphrases.existing()?)
    }

    /// The vote keys of a zone, by name. No passphrase is needed.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn votes(&self, zone: &ZoneId) -> Result<Vec<ListedVote>, KeyError> {
        let folder = self.zone_folder(zone).join(FOLDER);
        let failed = |source| KeyError::File {
            path: folder.clone(),
            source,
        };
        let mut listed = Vec::new();
        if !folder.exists() {
            return Ok(listed);
        }
        for file in fs::read_dir(&folder).map_err(failed)? {
            let path = file.map_err(failed)?.path();
            let name = path.file_stem().and_then(|name| name.to_str());
            let json = path.extension().is_some_and(|end| end == "json");
            let Some(name) = name.filter(|_| json) else {
                continue;
            };
            listed.push(ListedVote {
                name: name.into(),
                key: Keystore::parse(&path, &read(&path, Storage::Encrypted)?)?.pubkey,
            });
        }
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(listed)
    }

    fn vote_path(&self, zone: &ZoneId, name: &str) -> Result<PathBuf, KeyError> {
        self.path(zone, name)?;
        let folder = self.zone_folder(zone).join(FOLDER);
        Ok(folder.join(format!("{name}.json")))
    }
}
