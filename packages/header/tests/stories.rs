//! Honest headers, in both forms.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod zone;

use std::time::Duration;

use tendermint::block::CommitSig;
use tessera_header::{
    anchor, header_hash, Header, LastBlockIdProof, Refusal, TrustedHeader, ValidatorSet,
};
use tessera_primitives::{Bytes, Hash};
use zone::{block, header, signed_by, size, Block, Native, Reader, Seats};

/// Ten validators of falling power.
fn ten() -> Seats {
    Seats(
        (0..10)
            .map(|seed| (seed, 100 - 5 * u64::from(seed)))
            .collect(),
    )
}

/// Both forms verify and come to the same.
fn both(reader: &Reader, trusted: &Block, block: &Block) -> TrustedHeader {
    let compact = block.compact(trusted, &reader.cache.0, false).unwrap();
    let compact = reader.open(&compact).unwrap();
    let standard = reader.open(&block.standard(trusted)).unwrap();
    assert_eq!(compact, standard);
    assert_eq!(compact.header, block.header);
    assert_eq!(compact.hash, header_hash(&block.header));
    assert_eq!(compact.validators, block.seats.set());
    assert_eq!(compact.validators_hash, block.seats.set().hash());
    assert_eq!(compact.to_trusted().unwrap(), block.trusted());
    compact.to_trusted().unwrap()
}

#[test]
fn the_next_header_is_verified() {
    let trusted = block(10, &ten(), &ten());
    let reader = Reader::trusting(&trusted, vec![ten().set()], 11);
    both(&reader, &trusted, &block(11, &ten(), &ten()));
}

#[test]
fn headers_are_verified_over_skipped_heights() {
    let trusted = block(10, &ten(), &ten());
    for height in [12, 13, 100, 5_000] {
        let reader = Reader::trusting(&trusted, vec![ten().set()], height);
        both(&reader, &trusted, &block(height, &ten(), &ten()));
    }
}

#[test]
fn a_verified_header_is_the_next_one_s_trust() {
    let mut trusted = block(1, &ten(), &ten());
    for height in [2, 5, 6, 40] {
        let next = block(height, &ten(), &ten());
        let mut reader = Reader::trusting(&trusted, vec![ten().set()], height);
        reader.trusted = trusted.trusted();
        assert_eq!(both(&reader, &trusted, &next), next.trusted());
        trusted = next;
    }
}

#[test]
fn only_the_votes_that_are_needed_are_sent_and_verified() {
    let seats = Seats::equal(100, 10);
    let trusted = block(10, &seats, &seats);
    let reader = Reader::trusting(&trusted, vec![seats.set()], 20);
    let next = block(20, &seats, &seats);
    for form in [
        next.compact(&trusted, &reader.cache.0, false).unwrap(),
        next.standard(&trusted),
    ] {
        reader.crypto.batches.borrow_mut().clear();
        reader.open(&form).unwrap();
        // 66 of 100 are not more than two thirds.
        assert_eq!(*reader.crypto.batches.borrow(), [67]);
    }
}

#[test]
fn the_largest_powers_come_first() {
    let seats = Seats(vec![(0, 600), (1, 100), (2, 100), (3, 100), (4, 100)]);
    let trusted = block(10, &seats, &seats);
    let reader = Reader::trusting(&trusted, vec![seats.set()], 20);
    let next = block(20, &seats, &seats);
    reader
        .open(&next.compact(&trusted, &reader.cache.0, false).unwrap())
        .unwrap();
    assert_eq!(*reader.crypto.batches.borrow(), [2]);
}

#[test]
fn a_changed_power_costs_few_bytes() {
    let mut changed = ten();
    changed.0[3].1 += 1;
    let trusted = block(10, &ten(), &ten());
    let reader = Reader::trusting(&trusted, vec![ten().set()], 20);
    let same = block(20, &ten(), &ten());
    let next = block(20, &changed, &changed);
    both(&reader, &trusted, &next);
    let bytes = |block: &Block| size(&block.compact(&trusted, &reader.cache.0, false).unwrap());
    // The set's hash, its base, and three runs.
    assert_eq!(bytes(&next), bytes(&same) + 32 + 2 + 3 + 3 + 3);
}

#[test]
fn validators_leave_join_and_change_places() {
    let trusted = block(10, &ten(), &ten());
    let reader = Reader::trusting(&trusted, vec![ten().set()], 20);
    let mut left = ten();
    left.0.remove(4);
    let mut joined = ten();
    joined.0.insert(2, (77, 92));
    let mut moved = ten();
    moved.0.swap(0, 9);
    for seats in [left, joined, moved] {
        both(&reader, &trusted, &block(20, &seats, &seats));
    }
}

#[test]
fn the_set_after_the_header_s_may_differ() {
    let mut next = ten();
    next.0[0].1 = 500;
    let trusted = block(10, &ten(), &ten());
    let reader = Reader::trusting(&trusted, vec![ten().set()], 20);
    let verified = both(&reader, &trusted, &block(20, &ten(), &next));
    assert_eq!(verified.next_validators_hash, next.set().hash());
}

#[test]
fn an_announced_set_that_is_not_cached_is_described() {
    // The set changes with every block, and the zone has cached an old one.
    let mut announced = ten();
    announced.0[1].1 = 96;
    let mut own = announced.clone();
    own.0[2].1 = 94;
    let trusted = block(10, &ten(), &announced);
    let reader = Reader::trusting(&trusted, vec![ten().set()], 20);
    both(&reader, &trusted, &block(20, &own, &own));
    // The adjacent header is signed by the announced set.
    let reader = Reader::trusting(&trusted, vec![ten().set()], 11);
    both(&reader, &trusted, &block(11, &announced, &own));
    // And a zone that has cached nothing is told the whole set.
    let reader = Reader::trusting(&trusted, vec![], 20);
    both(&reader, &trusted, &block(20, &own, &own));
}

#[test]
fn all_validators_but_a_third_may_change_over_skipped_heights() {
    let old = Seats::equal(9, 10);
    let new = Seats((5..14).map(|seed| (seed, 10)).collect());
    let trusted = block(10, &old, &old);
    let reader = Reader::trusting(&trusted, vec![old.set()], 20);
    // Four of nine old ones are still there: more than a third.
    both(&reader, &trusted, &block(20, &new, &new));
    let new = Seats((6..15).map(|seed| (seed, 10)).collect());
    let next = block(20, &new, &new);
    let level = zone::params().trust_level;
    let refusal = Refusal::TooLittleTrust {
        signed: 30,
        total: 90,
        level,
    };
    assert_eq!(
        next.compact(&trusted, &[old.set()], false),
        Err(refusal.clone())
    );
    assert_eq!(reader.open(&next.standard(&trusted)), Err(refusal));
}

#[test]
fn all_validators_may_change_at_the_next_height() {
    let new = Seats::equal(7, 3);
    let old = Seats((50..58).map(|seed| (seed, 9)).collect());
    let trusted = block(10, &old, &new);
    let reader = Reader::trusting(&trusted, vec![old.set()], 11);
    both(&reader, &trusted, &block(11, &new, &new));
}

#[test]
fn votes_of_old_validators_are_sent_along_where_trust_needs_them() {
    // Two thirds of the new set are two newcomers; trust needs the old ones, who are small there.
    let old = Seats::equal(6, 10);
    let mut new = old.clone();
    new.0.insert(0, (20, 200));
    new.0.insert(0, (21, 200));
    let trusted = block(10, &old, &old);
    let reader = Reader::trusting(&trusted, vec![old.set()], 20);
    both(&reader, &trusted, &block(20, &new, &new));
    assert_eq!(*reader.crypto.batches.borrow(), [5, 5]);
}

#[test]
fn the_sender_may_ask_for_the_set_to_be_cached() {
    let trusted = block(10, &ten(), &ten());
    let reader = Reader::trusting(&trusted, vec![ten().set()], 20);
    let next = block(20, &ten(), &ten());
    let form = next.compact(&trusted, &reader.cache.0, true).unwrap();
    assert!(reader.open(&form).unwrap().keep);
}

#[test]
fn votes_long_after_the_header_s_time_have_eight_bytes() {
    let seats = Seats::equal(4, 1);
    let trusted = block(10, &seats, &seats);
    let reader = Reader::trusting(&trusted, vec![seats.set()], 20);
    let late = |nanos: u64| {
        let mut next = block(20, &seats, &seats);
        let time = (next.header.time + Duration::from_nanos(nanos)).unwrap();
        next.commit.signatures[0] = zone::vote(&next.commit, &next.header, 0, 0, time);
        next
    };
    let bytes = |block: &Block| size(&block.compact(&trusted, &reader.cache.0, false).unwrap());
    let (near, far) = (late((1 << 40) - 1), late(1 << 40));
    both(&reader, &trusted, &near);
    both(&reader, &trusted, &far);
    assert_eq!(bytes(&far), bytes(&near) + 3 * 3);
    // A vote from before the header's time is odd, but signed.
    let mut early = block(20, &seats, &seats);
    let time = (early.header.time - Duration::from_nanos(1)).unwrap();
    early.commit.signatures[0] = zone::vote(&early.commit, &early.header, 0, 0, time);
    both(&reader, &trusted, &early);
}

#[test]
fn rounds_the_first_header_and_fields_without_hashes_are_carried() {
    let trusted = block(10, &ten(), &ten());
    let reader = Reader::trusting(&trusted, vec![ten().set()], 20);
    let mut bare = header(20, &ten(), &ten());
    bare.last_block_id = None;
    bare.last_commit_hash = None;
    bare.data_hash = Some(zone::comet(Hash::sha256(&[])));
    bare.last_results_hash = None;
    bare.evidence_hash = None;
    bare.proposer_address = tendermint::account::Id::new([9; 20]);
    let mut next = signed_by(bare, &ten(), &ten(), |_| true);
    next.commit.round = 3u8.into();
    for place in 0..10 {
        let time = (next.header.time + Duration::from_millis(5)).unwrap();
        next.commit.signatures[place] =
            zone::vote(&next.commit, &next.header, place, place as u16, time);
    }
    let compact = next.compact(&trusted, &reader.cache.0, false).unwrap();
    let verified = reader.open(&compact).unwrap();
    assert_eq!(verified.header, next.header);
    assert_eq!(verified.to_trusted().unwrap().parent, Hash::ZERO);
    assert_eq!(reader.open(&next.standard(&trusted)).unwrap(), verified);
}

#[test]
fn votes_against_the_block_do_no_harm() {
    let trusted = block(10, &ten(), &ten());
    let reader = Reader::trusting(&trusted, vec![ten().set()], 20);
    let mut next = block(20, &ten(), &ten());
    if let CommitSig::BlockIdFlagCommit {
        validator_address,
        timestamp,
        signature,
    } = next.commit.signatures[9].clone()
    {
        next.commit.signatures[9] = CommitSig::BlockIdFlagNil {
            validator_address,
            timestamp,
            signature,
        };
    }
    both(&reader, &trusted, &next);
}

#[test]
fn up_to_256_validators() {
    let seats = Seats::equal(256, 1);
    let trusted = block(10, &seats, &seats);
    let reader = Reader::trusting(&trusted, vec![], 20);
    let mut own = seats.clone();
    own.0.reverse();
    both(&reader, &trusted, &block(20, &own, &own));
    let last = *reader.crypto.batches.borrow().last().unwrap();
    assert_eq!(last, 171);
}

#[test]
fn an_owner_anchors_a_view_in_a_header_that_its_own_validators_signed() {
    let first = block(10, &ten(), &ten());
    let form = first.standard_from(None);
    let untrusted = form.open().unwrap();
    assert_eq!(untrusted.trusted_height(), None);
    assert_eq!(untrusted.time().unwrap(), first.trusted().time);
    let verified = anchor(&Native::default(), &zone::zone(), &untrusted).unwrap();
    assert_eq!(verified.to_trusted().unwrap(), first.trusted());
    assert!(!verified.keep);
}

#[test]
fn a_chain_of_links_leads_from_a_verified_header_down() {
    // Four headers, each naming the one below.
    let mut headers = vec![header(10, &ten(), &ten())];
    for height in 11..14 {
        let mut next = header(height, &ten(), &ten());
        let mut id = next.last_block_id.unwrap();
        id.hash = zone::comet(header_hash(headers.last().unwrap()));
        next.last_block_id = Some(id);
        headers.push(next);
    }
    let mut at = header_hash(&headers[3]);
    for height in (1..4).rev() {
        let proof = LastBlockIdProof::of(&headers[height]).unwrap();
        let bytes = Bytes::from(proof);
        assert_eq!(bytes.0.len(), 196);
        let proof = LastBlockIdProof::try_from(bytes).unwrap();
        at = proof.parent_of(&at).unwrap();
        assert_eq!(at, header_hash(&headers[height - 1]));
    }
}

#[test]
fn a_link_that_is_changed_anywhere_leads_nowhere() {
    let header = header(10, &ten(), &ten());
    let hash = header_hash(&header);
    let bytes = Bytes::from(LastBlockIdProof::of(&header).unwrap());
    for place in 0..bytes.0.len() {
        let mut changed = bytes.clone();
        changed.0[place] ^= 1;
        let proof = LastBlockIdProof::try_from(changed).unwrap();
        assert!(matches!(proof.parent_of(&hash), Err(Refusal::Link { .. })));
    }
    let proof = LastBlockIdProof::try_from(bytes).unwrap();
    let other = header_hash(&zone::header(11, &ten(), &ten()));
    assert!(
        matches!(proof.parent_of(&other), Err(Refusal::Link { expected, .. }) if expected == other)
    );
    let mut first = header;
    first.last_block_id = None;
    let field = "last_block_id";
    assert_eq!(LastBlockIdProof::of(&first), Err(Refusal::Field { field }));
}

#[test]
fn sets_are_stored_as_one_byte_string() {
    let set = Seats::skewed(100).set();
    let stored = postcard::to_allocvec(&set).unwrap();
    println!("a stored set of 100 validators: {} bytes", stored.len());
    assert!(stored.len() < 3_750);
    assert_eq!(postcard::from_bytes::<ValidatorSet>(&stored).unwrap(), set);
    let json = serde_json::to_string(&set).unwrap();
    assert_eq!(serde_json::from_str::<ValidatorSet>(&json).unwrap(), set);
    let trusted = block(10, &ten(), &ten()).trusted();
    let stored = postcard::to_allocvec(&trusted).unwrap();
    println!("a stored header: {} bytes", stored.len());
    assert_eq!(
        postcard::from_bytes::<TrustedHeader>(&stored).unwrap(),
        trusted
    );
    let form = Header::Compact(Bytes(vec![1, 2, 3]));
    assert_eq!(
        serde_json::to_string(&form).unwrap(),
        r#"{"compact":"AQID"}"#
    );
}
