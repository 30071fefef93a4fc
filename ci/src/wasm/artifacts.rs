//! The built contracts and `checksums.txt` beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::Context;
use sha2::{Digest, Sha256};

/// One built contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The file's name without `.wasm`.
    pub name: String,
    /// The module.
    pub bytes: Vec<u8>,
}

impl Artifact {
    /// Every `*.wasm` in a folder, by name. Errors where there is none, since checking nothing proves nothing.
    pub fn read_all(folder: &Path) -> anyhow::Result<Vec<Self>> {
        let mut found = Vec::new();
        for entry in
            fs::read_dir(folder).with_context(|| format!("no {}: run ci/wasm", folder.display()))?
        {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "wasm")
            {
                let name = path
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                found.push(Self {
                    name,
                    bytes: fs::read(&path)?,
                });
            }
        }
        anyhow::ensure!(
            !found.is_empty(),
            "no contract in {}: run ci/wasm",
            folder.display()
        );
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// Size in bytes.
    pub fn size(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }

    /// SHA-256 in lower-case hex: what a chain shows as the code's hash.
    pub fn checksum(&self) -> String {
        hex::encode(Sha256::digest(&self.bytes))
    }
}

/// One line of `checksums.txt` that does not fit the artifacts, or one that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongChecksum {
    /// The artifact's file.
    pub file: String,
    /// What the file hashes to; none where it is not there.
    pub actual: Option<String>,
    /// What `checksums.txt` says; none where it says nothing.
    pub listed: Option<String>,
}

impl fmt::Display for WrongChecksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actual = self.actual.as_deref().unwrap_or("no such file");
        let listed = self.listed.as_deref().unwrap_or("nothing");
        write!(f, "{}: is {actual}, checksums.txt says {listed}", self.file)
    }
}

/// Compares artifacts with the text of `checksums.txt`, in the form that `sha256sum` writes and checks.
pub fn wrong_checksums(artifacts: &[Artifact], text: &str) -> Vec<WrongChecksum> {
    let actual: BTreeMap<String, String> = artifacts
        .iter()
        .map(|artifact| (format!("{}.wasm", artifact.name), artifact.checksum()))
        .collect();
    let listed: BTreeMap<String, String> = text
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(checksum, file)| (file.to_owned(), checksum.to_owned()))
        .collect();
    let files: BTreeSet<&String> = actual.keys().chain(listed.keys()).collect();
    files
        .into_iter()
        .filter(|file| actual.get(*file) != listed.get(*file))
        .map(|file| WrongChecksum {
            file: file.clone(),
            actual: actual.get(file).cloned(),
            listed: listed.get(file).cloned(),
        })
        .collect()
}
