//! Contract name and version (cw2), and which migrations are refused.

use core::fmt;

use cosmwasm_std::{StdError, Storage};

/// A release: major, minor and patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// Changes when storage or messages change incompatibly.
    pub major: u64,
    /// Changes with additions.
    pub minor: u64,
    /// Changes with repairs.
    pub patch: u64,
}

/// Why a migration is refused.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum VersionError {
    /// The contract is another one.
    #[error("this code is {expected}, the contract at this address is {actual}")]
    Contract {
        /// The name of the code that was to take over.
        expected: String,
        /// The name that the contract recorded.
        actual: String,
    },
    /// The contract was already migrated to a newer version.
    #[error("this code is version {offered}, the contract at this address is already {recorded}")]
    Newer {
        /// The version of the code that was to take over.
        offered: Release,
        /// The version that the contract recorded.
        recorded: Release,
    },
    /// A version that is not three numbers.
    #[error("version `{0}` is not of the form 1.2.3")]
    Malformed(String),
    /// The recorded version cannot be read or written.
    #[error(transparent)]
    Record(#[from] StdError),
}

/// Records what this contract is: `tessera:<contract>` and its version.
///
/// # Errors
/// [`VersionError::Malformed`], when the version is not three numbers.
pub fn record(
    storage: &mut dyn Storage,
    contract: &str,
    version: &str,
) -> Result<(), VersionError> {
    Release::parse(version)?;
    Ok(cw2::set_contract_version(storage, name(contract), version)?)
}

/// Takes over a contract of the same name and the same or an older version, and says which it was.
///
/// # Errors
/// [`VersionError`], and then nothing is written.
pub fn migrate(
    storage: &mut dyn Storage,
    contract: &str,
    version: &str,
) -> Result<Release, VersionError> {
    let found = cw2::get_contract_version(storage)?;
    let expected = name(contract);
    if found.contract != expected {
        let actual = found.contract;
        return Err(VersionError::Contract { expected, actual });
    }
    let (offered, recorded) = (Release::parse(version)?, Release::parse(&found.version)?);
    if recorded > offered {
        return Err(VersionError::Newer { offered, recorded });
    }
    cw2::set_contract_version(storage, expected, version)?;
    Ok(recorded)
}

impl Release {
    fn parse(text: &str) -> Result<Release, VersionError> {
        let malformed = || VersionError::Malformed(text.into());
        let mut numbers = text.split('.').map(str::parse);
        let mut next = || numbers.next()?.ok();
        match (next(), next(), next(), next()) {
            (Some(major), Some(minor), Some(patch), None) => Ok(Release {
                major,
                minor,
                patch,
            }),
            _ => Err(malformed()),
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

fn name(contract: &str) -> String {
    format!("tessera:{contract}")
}
