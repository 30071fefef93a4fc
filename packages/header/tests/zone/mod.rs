//! A zone for tests: validators that sign, headers with every field, and the reading zone's side of things.
// Each story uses its own part.
#![allow(dead_code)]

use std::cell::RefCell;

use ed25519_consensus::{Signature, SigningKey, VerificationKey};
use tendermint::{
    account,
    block::{header::Version, parts, Commit, CommitSig, Header as CometHeader, Id},
    vote::{Type, Vote},
    AppHash, Hash as CometHash, Time,
};
use tessera_header::{
    header_hash, CachedSets, Header, Known, LightBlock, Params, Refusal, Refused, Trust,
    TrustedHeader, Untrusted, Validator, ValidatorKey, ValidatorSet, Verified,
};
use tessera_primitives::{Hash, Height, Ratio, Seconds, Timestamp, ZoneId};
use tessera_proof::Crypto;

pub const CHAIN: &str = "hub-7";

/// The host's cryptography, natively. It remembers how many signatures each batch had.
#[derive(Default)]
pub struct Native {
    pub batches: RefCell<Vec<usize>>,
}

impl Crypto for Native {
    fn ed25519_batch_verify(
        &self,
        messages: &[&[u8]],
        signatures: &[&[u8]],
        keys: &[&[u8]],
    ) -> bool {
        assert!(messages.len() <= 256);
        assert!(messages.len() == signatures.len() && messages.len() == keys.len());
        self.batches.borrow_mut().push(messages.len());
        let valid = |((message, signature), key): ((&&[u8], &&[u8]), &&[u8])| {
            let key = VerificationKey::try_from(*key).ok()?;
            let signature = Signature::try_from(*signature).ok()?;
            key.verify(&signature, message).ok()
        };
        let mut batch = messages.iter().zip(signatures).zip(keys);
        batch.all(|vote| valid(vote).is_some())
    }

    /// Headers carry ed25519 signatures alone.
    fn bls_verify(&self, _: &[u8], _: &[u8], _: &[u8]) -> bool {
        false
    }
}

/// The sets that the reading zone has cached.
#[derive(Default)]
pub struct Cache(pub Vec<ValidatorSet>);

impl CachedSets for Cache {
    type Error = std::convert::Infallible;

    fn set(&self, hash: &Hash) -> Result<Option<ValidatorSet>, Self::Error> {
        Ok(self.0.iter().find(|set| set.hash() == *hash).cloned())
    }

    fn cached(&self) -> Result<Vec<Hash>, Self::Error> {
        Ok(self.0.iter().map(ValidatorSet::hash).collect())
    }
}

pub fn key(seed: u16) -> SigningKey {
    SigningKey::from(Hash::sha256(&seed.to_be_bytes()).0)
}

/// A set of validators named by their seeds, with powers, in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seats(pub Vec<(u16, u64)>);

impl Seats {
    pub fn equal(count: u16, power: u64) -> Seats {
        Seats((0..count).map(|seed| (seed, power)).collect())
    }

    /// Powers that fall as on real zones: 31 of 100 validators hold two thirds.
    pub fn skewed(count: u16) -> Seats {
        let power = |place: u16| {
            let steps = 0..u64::from(place) * 100 / u64::from(count);
            steps.fold(1_000_000_000, |power: u64, _| power * 967 / 1000)
        };
        Seats((0..count).map(|seed| (seed, power(seed))).collect())
    }

    pub fn set(&self) -> ValidatorSet {
        let validator = |(seed, power): &(u16, u64)| Validator {
            key: ValidatorKey(key(*seed).verification_key().to_bytes()),
            power: *power,
        };
        ValidatorSet::new(self.0.iter().map(validator).collect()).unwrap()
    }
}

/// A header with its commit and its set.
#[derive(Clone, Debug)]
pub struct Block {
    pub header: CometHeader,
    pub commit: Commit,
    pub seats: Seats,
    pub next: Seats,
}

pub fn comet(hash: Hash) -> CometHash {
    CometHash::Sha256(hash.0)
}

fn filled(byte: u8) -> CometHash {
    CometHash::Sha256([byte; 32])
}

pub fn at(seconds: u64, nanos: u32) -> Time {
    Time::from_unix_timestamp(seconds as i64, nanos).unwrap()
}

/// The time of a block: five seconds a block.
pub fn block_time(height: u64) -> u64 {
    1_800_000_000 + 5 * height
}

pub fn now_after(height: u64) -> Timestamp {
    Timestamp::from_seconds(block_time(height) + 2).unwrap()
}

/// A header with every field, not yet signed.
pub fn header(height: u64, seats: &Seats, next: &Seats) -> CometHeader {
    CometHeader {
        version: Version { block: 11, app: 3 },
        chain_id: CHAIN.try_into().unwrap(),
        height: height.try_into().unwrap(),
        time: at(block_time(height), 123_456_789),
        last_block_id: Some(Id {
            hash: filled(1),
            part_set_header: parts::Header::new(1, filled(2)).unwrap(),
        }),
        last_commit_hash: Some(filled(3)),
        data_hash: Some(filled(4)),
        validators_hash: comet(seats.set().hash()),
        next_validators_hash: comet(next.set().hash()),
        consensus_hash: filled(5),
        app_hash: AppHash::try_from([6u8; 32].to_vec()).unwrap(),
        last_results_hash: Some(filled(7)),
        evidence_hash: Some(comet(Hash::sha256(&[]))),
        proposer_address: account::Id::new(seats.set().validators()[0].key.address()),
    }
}

/// A block that everybody signs.
pub fn block(height: u64, seats: &Seats, next: &Seats) -> Block {
    signed_by(header(height, seats, next), seats, next, |_| true)
}

/// Signs a header: each seat for which `signs` says so.
pub fn signed_by(
    header: CometHeader,
    seats: &Seats,
    next: &Seats,
    signs: impl Fn(usize) -> bool,
) -> Block {
    let block_id = Id {
        hash: comet(header_hash(&header)),
        part_set_header: parts::Header::new(2, filled(8)).unwrap(),
    };
    let mut commit = Commit {
        height: header.height,
        round: 0u8.into(),
        block_id,
        signatures: Vec::new(),
    };
    for (place, (seed, _)) in seats.0.iter().enumerate() {
        let late = std::time::Duration::from_nanos(1_000_000 + 7_777_777 * place as u64);
        let time = (header.time + late).unwrap();
        let slot = if signs(place) {
            vote(&commit, &header, place, *seed, time)
        } else {
            CommitSig::BlockIdFlagAbsent
        };
        commit.signatures.push(slot);
    }
    Block {
        header,
        commit,
        seats: seats.clone(),
        next: next.clone(),
    }
}

/// A vote for the commit's block, with the sign bytes as `tendermint` makes them.
pub fn vote(
    commit: &Commit,
    header: &CometHeader,
    place: usize,
    seed: u16,
    time: Time,
) -> CommitSig {
    let key = key(seed);
    let address = ValidatorKey(key.verification_key().to_bytes()).address();
    let vote = Vote {
        vote_type: Type::Precommit,
        height: commit.height,
        round: commit.round,
        block_id: Some(commit.block_id),
        timestamp: Some(time),
        validator_address: account::Id::new(address),
        validator_index: place.try_into().unwrap(),
        signature: None,
        extension: Vec::new(),
        extension_signature: None,
    };
    let message = vote.into_signable_vec(header.chain_id.clone());
    CommitSig::BlockIdFlagCommit {
        validator_address: account::Id::new(address),
        timestamp: time,
        signature: tendermint::Signature::new(key.sign(&message).to_bytes()).unwrap(),
    }
}

impl Block {
    pub fn height(&self) -> Height {
        Height(self.header.height.value())
    }

    /// What a zone stores that trusts this block.
    pub fn trusted(&self) -> TrustedHeader {
        TrustedHeader {
            height: self.height(),
            hash: header_hash(&self.header),
            time: Timestamp(self.header.time.unix_timestamp_nanos().try_into().unwrap()),
            app_hash: Hash::try_from(self.header.app_hash.as_bytes()).unwrap(),
            next_validators_hash: self.next.set().hash(),
            parent: Hash([1; 32]),
        }
    }

    /// The compact form, for a zone that trusts `trusted`.
    pub fn compact(
        &self,
        trusted: &Block,
        cached: &[ValidatorSet],
        keep: bool,
    ) -> Result<Header, Refusal> {
        let validators = self.seats.set();
        let light = LightBlock {
            header: &self.header,
            commit: &self.commit,
            validators: &validators,
        };
        let known = Known {
            zone: &zone(),
            height: trusted.height(),
            announced: &trusted.next.set(),
            cached,
            trust_level: params().trust_level,
        };
        tessera_header::encode_compact(&light, &known, keep).map(Header::Compact)
    }

    /// The standard form, for a zone that trusts `trusted`.
    pub fn standard(&self, trusted: &Block) -> Header {
        self.standard_from(Some((trusted.height(), &trusted.next.set())))
    }

    pub fn standard_from(&self, trusted: Option<(Height, &ValidatorSet)>) -> Header {
        let validators = self.seats.set();
        let light = LightBlock {
            header: &self.header,
            commit: &self.commit,
            validators: &validators,
        };
        tessera_header::encode_standard(&light, &zone(), trusted)
            .map(Header::Standard)
            .unwrap()
    }
}

pub fn zone() -> ZoneId {
    ZoneId::new(CHAIN).unwrap()
}

pub fn params() -> Params {
    Params {
        trust_level: Ratio::new(1, 3).unwrap(),
        trusting_period: Seconds(1_000_000),
        clock_drift: Seconds(10),
    }
}

pub fn size(header: &Header) -> usize {
    let (Header::Compact(bytes) | Header::Standard(bytes)) = header;
    bytes.0.len()
}

/// The reading zone: what it trusts, what it has cached, and what time it is there.
pub struct Reader {
    pub zone: ZoneId,
    pub params: Params,
    pub trusted: TrustedHeader,
    pub cache: Cache,
    pub now: Timestamp,
    pub crypto: Native,
}

impl Reader {
    /// Trusts a block and has cached the sets given; its clock shows two seconds after the block at `height`.
    pub fn trusting(block: &Block, cached: Vec<ValidatorSet>, height: u64) -> Reader {
        Reader {
            zone: zone(),
            params: params(),
            trusted: block.trusted(),
            cache: Cache(cached),
            now: now_after(height),
            crypto: Native::default(),
        }
    }

    pub fn open(&self, header: &Header) -> Result<Verified, Refusal> {
        self.verify(&header.open()?)
    }

    pub fn verify(&self, untrusted: &Untrusted) -> Result<Verified, Refusal> {
        let trust = Trust {
            zone: &self.zone,
            header: &self.trusted,
            params: &self.params,
        };
        tessera_header::verify(&self.crypto, &trust, &self.cache, untrusted, self.now).map_err(
            |refused| match refused {
                Refused::Header(refusal) => refusal,
                Refused::Read(never) => match never {},
            },
        )
    }
}
