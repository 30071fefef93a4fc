//! Validators with their keys.

use std::sync::Arc;

use ed25519_consensus::SigningKey;
use tendermint::{account, validator, vote, PublicKey};
use tessera_header::{ValidatorKey, ValidatorSet};
use tessera_primitives::Hash;

use crate::ZoneError;

/// A validator: its ed25519 key and its power.
#[derive(Clone, Debug)]
pub struct Validator {
    key: Arc<SigningKey>,
    info: validator::Info,
}

impl Validator {
    /// The validator whose key is derived from `seed`: the same seed always gives the same key.
    ///
    /// # Errors
    /// [`ZoneError::Validators`] for a power of zero or above `i64::MAX`.
    pub fn new(seed: &str, power: u64) -> Result<Validator, ZoneError> {
        let wrong = |_| ZoneError::Validators {
            reason: format!("the power of {seed} is {power}, expected 1 to {}", i64::MAX),
        };
        let power = vote::Power::try_from(power).map_err(wrong)?;
        if power.value() == 0 {
            return Err(ZoneError::Validators {
                reason: format!("the power of {seed} is 0"),
            });
        }
        let key = SigningKey::from(Hash::sha256(seed.as_bytes()).0);
        let public = PublicKey::from_raw_ed25519(key.verification_key().as_bytes());
        let public = public.ok_or_else(|| ZoneError::Validators {
            reason: format!("{seed} gives no key"),
        })?;
        Ok(Validator {
            key: Arc::new(key),
            info: validator::Info::new(public, power),
        })
    }

    /// The same key with another power.
    ///
    /// # Errors
    /// As [`Validator::new`].
    pub fn with_power(&self, power: u64) -> Result<Validator, ZoneError> {
        let wrong = ZoneError::Validators {
            reason: format!("a power of {power}, expected 1 to {}", i64::MAX),
        };
        match vote::Power::try_from(power) {
            Ok(power) if power.value() > 0 => {
                let info = validator::Info {
                    power,
                    ..self.info.clone()
                };
                Ok(Validator {
                    key: self.key.clone(),
                    info,
                })
            }
            _ => Err(wrong),
        }
    }

    /// Its address: the first 20 bytes of its key's hash.
    pub fn address(&self) -> account::Id {
        self.info.address
    }

    /// Its power.
    pub fn power(&self) -> u64 {
        self.info.power()
    }

    /// Its public part.
    pub fn info(&self) -> &validator::Info {
        &self.info
    }

    /// Signs bytes with its key.
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }
}

/// A validator set with its keys, in CometBFT's order: power descending, then address ascending.
#[derive(Clone, Debug)]
pub struct Validators {
    members: Arc<[Validator]>,
    strongest: Validator,
    hash: tendermint::Hash,
}

impl Validators {
    /// A set of these.
    ///
    /// # Errors
    /// [`ZoneError::Validators`] for an empty set, an address that repeats, or powers that sum to more than CometBFT
    /// allows (`i64::MAX / 8`).
    pub fn new(members: impl IntoIterator<Item = Validator>) -> Result<Validators, ZoneError> {
        let refuse = |reason: String| Err(ZoneError::Validators { reason });
        let mut members: Vec<Validator> = members.into_iter().collect();
        members.sort_by_key(|member| (std::cmp::Reverse(member.power()), member.address()));
        let Some(strongest) = members.first().cloned() else {
            return refuse("a set without validators".into());
        };
        let mut addresses: Vec<_> = members.iter().map(Validator::address).collect();
        addresses.sort();
        if addresses.windows(2).any(|pair| pair.first() == pair.last()) {
            return refuse("a validator stands in the set twice".into());
        }
        let total: u128 = members.iter().map(|one| u128::from(one.power())).sum();
        if total > u128::from(validator::Set::MAX_TOTAL_VOTING_POWER) {
            return refuse(format!("a total power of {total}"));
        }
        let infos = members.iter().map(|member| member.info.clone()).collect();
        Ok(Validators {
            hash: validator::Set::without_proposer(infos).hash(),
            members: members.into(),
            strongest,
        })
    }

    /// `count` validators of the same power, with keys from `seed/0`, `seed/1`, …
    ///
    /// # Errors
    /// As [`Validators::new`].
    pub fn equal(seed: &str, count: usize, power: u64) -> Result<Validators, ZoneError> {
        Validators::with_powers(seed, std::iter::repeat_n(power, count))
    }

    /// A validator for each power, with keys from `seed/0`, `seed/1`, …
    ///
    /// # Errors
    /// As [`Validators::new`].
    pub fn with_powers(
        seed: &str,
        powers: impl IntoIterator<Item = u64>,
    ) -> Result<Validators, ZoneError> {
        let member = |(index, power)| Validator::new(&format!("{seed}/{index}"), power);
        let members = powers.into_iter().enumerate().map(member);
        Validators::new(members.collect::<Result<Vec<_>, _>>()?)
    }

    /// The set with one validator put in the place of the one at `index`, with its power.
    ///
    /// # Errors
    /// [`ZoneError::Validators`] when there is none at `index`, or `seed` gives one that is in the set already.
    pub fn replacing(&self, index: usize, seed: &str) -> Result<Validators, ZoneError> {
        let mut members = self.members.to_vec();
        let Some(member) = members.get_mut(index) else {
            return Err(ZoneError::Validators {
                reason: format!("no validator {index} among {}", self.len()),
            });
        };
        *member = Validator::new(seed, member.power())?;
        Validators::new(members)
    }

    /// The validators, in the set's order.
    pub fn members(&self) -> &[Validator] {
        &self.members
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Always false: there is no empty set.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The sum of all powers.
    pub fn total_power(&self) -> u64 {
        let powers = self.members.iter().map(Validator::power);
        powers.fold(0, u64::saturating_add)
    }

    /// What headers name the set by.
    pub fn hash(&self) -> tendermint::Hash {
        self.hash
    }

    /// Who proposes the block of a height: the validators take turns. (CometBFT weighs turns by power; no light client
    /// reads it.)
    pub fn proposer(&self, height: u64) -> &validator::Info {
        let turn = height
            .checked_rem(self.members.len() as u64)
            .and_then(|turn| usize::try_from(turn).ok());
        let member = turn.and_then(|turn| self.members.get(turn));
        &member.unwrap_or(&self.strongest).info
    }

    /// The set without its keys, as package `header` reads it.
    ///
    /// # Errors
    /// [`ZoneError::Validators`] for more validators than that package takes.
    pub fn known(&self) -> Result<ValidatorSet, ZoneError> {
        let member = |member: &Validator| tessera_header::Validator {
            key: ValidatorKey(*member.key.verification_key().as_bytes()),
            power: member.power(),
        };
        let set = ValidatorSet::new(self.members.iter().map(member).collect());
        set.map_err(|refusal| ZoneError::Validators {
            reason: refusal.to_string(),
        })
    }

    /// The set without its keys, as light clients read it, with the proposer of a height.
    pub fn set(&self, height: u64) -> validator::Set {
        let infos = self.members.iter().map(|member| member.info.clone());
        validator::Set::new(infos.collect(), Some(self.proposer(height).clone()))
    }
}
