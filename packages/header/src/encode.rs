//! Making the compact form: the relayer's side.

use alloc::vec::Vec;

use tendermint::block::{Commit, CommitSig, Header as CometHeader};
use tessera_primitives::{canonical, Bytes, Hash, Height, Ratio, ZoneId};

use crate::{
    choose::{choose, is_more_than, Announced, TWO_THIRDS},
    comet,
    compact::{BlockId, Compact, Proposer, Vote, MAX_APP_HASH},
    difference::{Base, Difference},
    expand::chain_tag,
    Refusal, ValidatorSet,
};

/// A block's header, the commit for it, and the set that signed it, as a node of the zone tells them.
#[derive(Clone, Copy, Debug)]
pub struct LightBlock<'a> {
    /// The header.
    pub header: &'a CometHeader,
    /// The commit for this header: the node has it once the next block is there.
    pub commit: &'a Commit,
    /// The validators at the header's height, in CometBFT's order.
    pub validators: &'a ValidatorSet,
}

/// What the zone that shall verify the header knows already.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The chain id that it expects.
    pub zone: &'a ZoneId,
    /// Height of the trusted header to build on.
    pub height: Height,
    /// That header's *next* validators.
    pub announced: &'a ValidatorSet,
    /// The validator sets that the zone has cached.
    pub cached: &'a [ValidatorSet],
    /// The trust level that the zone asks for over skipped heights.
    pub trust_level: Ratio,
}

/// Writes the compact form with the fewest votes that reach both thresholds, the largest powers first, and with sets as
/// the shortest differences. `keep` asks the zone to cache the header's set. That costs 30 gas a byte, about 1,100 a
/// validator, once; a difference costs 13.3 a byte, 90 for a changed power, in every header until then.
///
/// # Errors
/// [`Refusal`] when the zone would refuse the header for what is in it: too little power, a commit for another block,
/// a set that does not hash to the header's.
pub fn encode_compact(
    block: &LightBlock<'_>,
    known: &Known<'_>,
    keep: bool,
) -> Result<Bytes, Refusal> {
    let header = block.header;
    let height = comet::height_of(header.height);
    let above = height.since(known.height);
    if above == 0 {
        return Err(Refusal::HeightNotHigher {
            above: known.height,
            actual: height,
        });
    }
    let validators_hash = check_block(block, known.zone)?;
    let time = comet::time_of("header time", header.time)?.0;
    let (announced, own) = describe(block.validators, &validators_hash, known);
    let next = comet::required("next_validators_hash", Some(header.next_validators_hash))?;
    let hashes = [
        header.last_commit_hash,
        header.data_hash,
        header.last_results_hash,
        header.evidence_hash,
    ];
    let parts = &block.commit.block_id.part_set_header;
    let compact = Compact {
        chain_tag: chain_tag(known.zone),
        block_version: header.version.block,
        app_version: header.version.app,
        height: height.0,
        above,
        time,
        last_block_id: last_block_id(header)?,
        hashes: hashes.map(|hash| hash.and_then(comet::hash_of)),
        consensus_hash: comet::required("consensus_hash", Some(header.consensus_hash))?,
        app_hash: app_hash(header)?,
        next_validators_hash: (next != validators_hash).then_some(next),
        proposer: proposer(header, block.validators)?,
        round: block.commit.round.value(),
        parts: parts.total,
        parts_hash: comet::required("commit's root of parts", Some(parts.hash))?,
        announced,
        own,
        keep,
        last_place: last_place(block.validators),
        votes: votes(block, known, above)?,
    };
    Ok(Bytes(canonical::encode(&compact)))
}

/// Checks what the form has no place for, and returns the hash of the header's set.
fn check_block(block: &LightBlock<'_>, zone: &ZoneId) -> Result<Hash, Refusal> {
    let (header, commit) = (block.header, block.commit);
    if header.chain_id.as_str() != zone.as_str() {
        return Err(Refusal::WrongChain {
            expected: zone.clone(),
            actual: header.chain_id.as_str().into(),
        });
    }
    let expected = comet::header_hash(header);
    let actual = comet::hash_of(commit.block_id.hash).unwrap_or(Hash::ZERO);
    if header.height != commit.height || expected != actual {
        return Err(Refusal::WrongBlock { expected, actual });
    }
    let (expected, actual) = (block.validators.validators().len(), commit.signatures.len());
    if expected != actual {
        return Err(Refusal::SlotCount { expected, actual });
    }
    let expected = comet::required("validators_hash", Some(header.validators_hash))?;
    let actual = block.validators.hash();
    if expected != actual {
        return Err(Refusal::ValidatorsHash {
            set: "validators",
            expected,
            actual,
        });
    }
    Ok(expected)
}

/// The announced set, unless it is cached, and the header's own, unless it is the announced one.
fn describe(
    validators: &ValidatorSet,
    validators_hash: &Hash,
    known: &Known<'_>,
) -> (Option<Difference>, Option<(Hash, Difference)>) {
    let mut bases: Vec<(Base, &ValidatorSet)> = known
        .cached
        .iter()
        .map(|set| (Base::Cached(set.hash()), set))
        .collect();
    let announced = (!known.cached.contains(known.announced))
        .then(|| Difference::shortest(known.announced, &bases));
    bases.push((Base::Announced, known.announced));
    let own = (validators != known.announced)
        .then(|| (*validators_hash, Difference::shortest(validators, &bases)));
    (announced, own)
}

fn last_block_id(header: &CometHeader) -> Result<Option<BlockId>, Refusal> {
    let field = "last_block_id";
    let Some(id) = header.last_block_id else {
        return Ok(None);
    };
    Ok(Some(BlockId {
        hash: comet::required(field, Some(id.hash))?,
        parts: id.part_set_header.total,
        parts_hash: comet::required(field, Some(id.part_set_header.hash))?,
    }))
}

fn app_hash(header: &CometHeader) -> Result<Vec<u8>, Refusal> {
    let bytes = header.app_hash.as_bytes();
    if bytes.len() > MAX_APP_HASH {
        return Err(Refusal::AppHash {
            actual: bytes.len(),
        });
    }
    Ok(bytes.to_vec())
}

fn proposer(header: &CometHeader, validators: &ValidatorSet) -> Result<Proposer, Refusal> {
    let address = header.proposer_address.as_bytes();
    let place = (0..=u8::MAX)
        .zip(validators.validators())
        .find(|(_, validator)| validator.key.address() == address);
    if let Some((place, _)) = place {
        return Ok(Proposer::Place(place));
    }
    let field = "proposer_address";
    address
        .try_into()
        .map(Proposer::Address)
        .map_err(|_| Refusal::Field { field })
}

/// A set has 1 to 256 validators.
fn last_place(validators: &ValidatorSet) -> u8 {
    let last = validators.validators().len().saturating_sub(1);
    u8::try_from(last).unwrap_or(u8::MAX)
}

fn votes(block: &LightBlock<'_>, known: &Known<'_>, above: u64) -> Result<Vec<Vote>, Refusal> {
    let slots = &block.commit.signatures;
    let voted = |place| slots.get(place).is_some_and(CommitSig::is_commit);
    let announced = (above > 1).then_some(Announced {
        set: known.announced,
        level: known.trust_level,
    });
    let places = choose(block.validators, announced.as_ref(), voted);
    check_power(block.validators, announced.as_ref(), &places)?;
    let vote = |place: usize| match slots.get(place) {
        Some(CommitSig::BlockIdFlagCommit {
            timestamp,
            signature: Some(signature),
            ..
        }) => Ok(Vote {
            place: u8::try_from(place).map_err(|_| Refusal::WrongSlot { index: place })?,
            time: comet::time_of("vote time", *timestamp)?.0,
            signature: signature
                .as_bytes()
                .try_into()
                .map_err(|_| Refusal::Field { field: "signature" })?,
        }),
        _ => Err(Refusal::Field { field: "signature" }),
    };
    places.into_iter().map(vote).collect()
}

/// All votes there are may not be enough: then a later header, or one nearer to the trusted one, may do.
fn check_power(
    validators: &ValidatorSet,
    announced: Option<&Announced<'_>>,
    places: &[usize],
) -> Result<(), Refusal> {
    let voters = || {
        places
            .iter()
            .filter_map(|place| validators.validators().get(*place))
    };
    let (signed, total) = (
        voters().fold(0u64, |sum, voter| sum.saturating_add(voter.power)),
        validators.total(),
    );
    if !is_more_than(TWO_THIRDS, signed, total) {
        return Err(Refusal::TooLittlePower { signed, total });
    }
    let Some(Announced { set, level }) = announced else {
        return Ok(());
    };
    let trusted = set.validators().iter();
    let trusted = trusted.filter(|each| voters().any(|voter| voter.key == each.key));
    let signed = trusted.fold(0u64, |sum, each| sum.saturating_add(each.power));
    let (total, level) = (set.total(), *level);
    if !is_more_than((level.numerator(), level.denominator()), signed, total) {
        return Err(Refusal::TooLittleTrust {
            signed,
            total,
            level,
        });
    }
    Ok(())
}
