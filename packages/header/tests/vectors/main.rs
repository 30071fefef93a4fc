//! The light client vectors of crate `tendermint-light-client`, through our verification path and in both forms. They
//! are read from its source, wherever cargo keeps it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bisection;
mod single_step;
#[path = "../zone/mod.rs"]
mod zone;

use std::{fs, path::PathBuf, process::Command};

use serde_json::Value;
use tendermint::{block::signed_header::SignedHeader, validator, Time};
use tessera_header::{
    encode_compact, encode_standard, header_hash, verify, Header, Known, LightBlock, Params,
    Refusal, Refused, Trust, TrustedHeader, ValidatorSet, Verified,
};
use tessera_primitives::{Hash, Height, Timestamp, ZoneId};
use zone::{Cache, Native};

/// Where cargo keeps the vectors' crate.
fn support() -> PathBuf {
    // Of this machine's platform: on a fresh machine cargo has fetched nothing for others.
    let metadata = output(
        Command::new(std::env::var_os("CARGO").expect("cargo runs this"))
            .args(["metadata", "--format-version", "1", "--locked"])
            .args(["--filter-platform", &host()])
            .current_dir(std::env::var_os("CARGO_MANIFEST_DIR").unwrap()),
    );
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo metadata");
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages
        .iter()
        .find(|package| package["name"] == "tendermint-light-client");
    let manifest = package.unwrap()["manifest_path"].as_str().unwrap();
    PathBuf::from(manifest)
        .parent()
        .unwrap()
        .join("tests/support")
}

/// The platform that this was built on.
fn host() -> String {
    let version = output(Command::new("rustc").arg("-vV"));
    let mut lines = version.lines();
    let host = lines.find_map(|line| line.strip_prefix("host: "));
    host.expect("a host").into()
}

fn output(command: &mut Command) -> String {
    let done = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}");
    String::from_utf8(done.stdout).unwrap()
}

/// Each JSON file of a folder, by name.
fn cases(folder: &str) -> Vec<(String, Value)> {
    let mut cases: Vec<(String, Value)> = fs::read_dir(support().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (
                name,
                serde_json::from_slice(&fs::read(path).unwrap()).unwrap(),
            )
        })
        .collect();
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases
}

/// A block of a vector.
#[derive(Clone, Debug, PartialEq)]
struct Block {
    signed: SignedHeader,
    validators: validator::Set,
    next: validator::Set,
}

impl Block {
    fn read(value: &Value) -> Block {
        Block {
            signed: parse(&value["signed_header"]),
            validators: parse(&value["validator_set"]),
            next: parse(&value["next_validator_set"]),
        }
    }

    fn height(&self) -> Height {
        Height(self.signed.header.height.value())
    }

    fn trusted(&self) -> TrustedHeader {
        trusted(&self.signed)
    }
}

fn parse<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

/// The app hashes of the vectors are empty, or a word: a zone could not store them, but verification does not look at
/// them.
fn trusted(signed: &SignedHeader) -> TrustedHeader {
    let Some(next) = (match signed.header.next_validators_hash {
        tendermint::Hash::Sha256(bytes) => Some(Hash(bytes)),
        tendermint::Hash::None => None,
    }) else {
        panic!("no next validators hash");
    };
    TrustedHeader {
        height: Height(signed.header.height.value()),
        hash: header_hash(&signed.header),
        time: timestamp(signed.header.time),
        app_hash: Hash::ZERO,
        next_validators_hash: next,
        parent: Hash::ZERO,
    }
}

fn timestamp(time: Time) -> Timestamp {
    Timestamp(u64::try_from(time.unix_timestamp_nanos()).unwrap())
}

/// A zone that trusts one header of a vector's chain.
struct Reader {
    zone: ZoneId,
    params: Params,
    trusted: TrustedHeader,
    /// The trusted header's next validators.
    announced: ValidatorSet,
}

impl Reader {
    /// The verdict on a block in the standard form.
    fn standard(&self, block: &Block, now: Timestamp) -> Result<Verified, Refusal> {
        let validators = ValidatorSet::try_from(&block.validators)?;
        let light = LightBlock {
            header: &block.signed.header,
            commit: &block.signed.commit,
            validators: &validators,
        };
        let trusted = Some((self.trusted.height, &self.announced));
        let bytes = encode_standard(&light, &self.zone, trusted)?;
        self.verify(&Header::Standard(bytes), now)
    }

    /// The verdict on a block in the compact form, where it can be written in it.
    fn compact(&self, block: &Block, now: Timestamp) -> Result<Verified, Refusal> {
        let validators = ValidatorSet::try_from(&block.validators)?;
        let light = LightBlock {
            header: &block.signed.header,
            commit: &block.signed.commit,
            validators: &validators,
        };
        let known = Known {
            zone: &self.zone,
            height: self.trusted.height,
            announced: &self.announced,
            cached: &[],
            trust_level: self.params.trust_level,
        };
        self.verify(
            &Header::Compact(encode_compact(&light, &known, false)?),
            now,
        )
    }

    fn verify(&self, header: &Header, now: Timestamp) -> Result<Verified, Refusal> {
        let trust = Trust {
            zone: &self.zone,
            header: &self.trusted,
            params: &self.params,
        };
        let untrusted = header.open()?;
        verify(
            &Native::default(),
            &trust,
            &Cache::default(),
            &untrusted,
            now,
        )
        .map_err(|refused| match refused {
            Refused::Header(refusal) => refusal,
            Refused::Read(never) => match never {},
        })
    }

    fn trust(&mut self, block: &Block) {
        self.trusted = block.trusted();
        self.announced = ValidatorSet::try_from(&block.next).unwrap();
    }
}
