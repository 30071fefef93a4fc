//! Thresholds, slots and signatures.

use tendermint::block::CommitSig;
use tessera_header::{header_hash, Refusal};
use tessera_primitives::Ratio;

use crate::{
    changed, four, refused, scene,
    zone::{self, block, header, signed_by, Seats},
};

#[test]
fn exactly_a_third_of_the_trusted_power_is_too_little() {
    // Three old validators of equal power; one of them is left, with all power in the new set.
    let old = Seats::equal(3, 10);
    let new = Seats(vec![(0, 100), (8, 1), (9, 1)]);
    let (trusted, reader) = scene(&old);
    let refusal = Refusal::TooLittleTrust {
        signed: 10,
        total: 30,
        level: reader.params.trust_level,
    };
    refused(&reader, &trusted, &block(20, &new, &new), &refusal);
    let mut heavier = old.clone();
    heavier.0[0].1 = 11;
    let (trusted, reader) = scene(&heavier);
    reader
        .open(&block(20, &new, &new).standard(&trusted))
        .unwrap();
}

#[test]
fn exactly_two_thirds_of_the_power_are_too_little() {
    let seats = Seats::equal(6, 10);
    let (trusted, reader) = scene(&seats);
    let of = |signers: usize, height| {
        let header = header(height, &seats, &seats);
        signed_by(header, &seats, &seats, |place| place < signers)
    };
    for height in [11, 20] {
        let refusal = Refusal::TooLittlePower {
            signed: 40,
            total: 60,
        };
        refused(&reader, &trusted, &of(4, height), &refusal);
        reader.open(&of(5, height).standard(&trusted)).unwrap();
    }
}

#[test]
fn a_higher_trust_level_asks_for_more() {
    let seats = Seats::equal(10, 1);
    let (trusted, mut reader) = scene(&seats);
    let header = header(20, &seats, &seats);
    let block = signed_by(header, &seats, &seats, |place| place < 8);
    let form = block.standard(&trusted);
    reader.params.trust_level = Ratio::new(3, 4).unwrap();
    reader.open(&form).unwrap();
    let level = Ratio::new(4, 5).unwrap();
    reader.params.trust_level = level;
    let refusal = Refusal::TooLittleTrust {
        signed: 8,
        total: 10,
        level,
    };
    assert_eq!(reader.open(&form), Err(refusal));
}

#[test]
fn a_vote_in_two_slots() {
    let (trusted, reader) = scene(&four());
    let mut next = block(20, &four(), &four());
    next.commit.signatures[1] = next.commit.signatures[0].clone();
    let refusal = Refusal::WrongSlot { index: 1 };
    assert_eq!(reader.open(&next.standard(&trusted)), Err(refusal));
    // Under the address of the slot's own validator its signature is invalid; and so in the compact form, which has
    // no addresses.
    let CommitSig::BlockIdFlagCommit {
        validator_address, ..
    } = &mut next.commit.signatures[1]
    else {
        panic!("a vote");
    };
    *validator_address = tendermint::account::Id::new(four().set().validators()[1].key.address());
    let key = four().set().validators()[1].key;
    refused(
        &reader,
        &trusted,
        &next,
        &Refusal::Signature { index: 1, key },
    );
}

#[test]
fn forged_and_borrowed_signatures_name_their_validator() {
    let (trusted, reader) = scene(&four());
    let header = header(20, &four(), &four());
    let below = block(19, &four(), &four());
    let mut round = block(20, &four(), &four());
    round.commit.round = 1u8.into();
    for index in 0..3 {
        let key = four().set().validators()[index].key;
        // A vote for the height below, for another round, and one of somebody else.
        let mut forged = block(20, &four(), &four());
        forged.commit.signatures[index] = below.commit.signatures[index].clone();
        refused(
            &reader,
            &trusted,
            &forged,
            &Refusal::Signature { index, key },
        );
        let mut forged = block(20, &four(), &four());
        let vote = zone::vote(&round.commit, &header, index, index as u16, header.time);
        forged.commit.signatures[index] = vote;
        refused(
            &reader,
            &trusted,
            &forged,
            &Refusal::Signature { index, key },
        );
    }
}

#[test]
fn a_vote_against_the_block_does_not_count_for_it() {
    let (trusted, reader) = scene(&four());
    let mut next = block(20, &four(), &four());
    for slot in next.commit.signatures.iter_mut().take(2) {
        let CommitSig::BlockIdFlagCommit {
            validator_address,
            timestamp,
            signature,
        } = slot.clone()
        else {
            panic!("a vote");
        };
        *slot = CommitSig::BlockIdFlagNil {
            validator_address,
            timestamp,
            signature,
        };
    }
    let refusal = Refusal::TooLittlePower {
        signed: 20,
        total: 40,
    };
    refused(&reader, &trusted, &next, &refusal);
}

#[test]
fn nobody_votes() {
    let (trusted, reader) = scene(&four());
    let form = changed(&block(20, &four(), &four()).standard(&trusted), |raw| {
        let commit = raw.signed_header.as_mut().unwrap().commit.as_mut().unwrap();
        for slot in &mut commit.signatures {
            *slot = CommitSig::BlockIdFlagAbsent.into();
        }
    });
    assert_eq!(reader.open(&form), Err(Refusal::NoVotes));
}

#[test]
fn a_commit_for_another_block() {
    let (trusted, reader) = scene(&four());
    let other = block(20, &four(), &Seats::equal(3, 10));
    let mut next = block(20, &four(), &four());
    let refusal = Refusal::WrongBlock {
        expected: header_hash(&next.header),
        actual: header_hash(&other.header),
    };
    next.commit = other.commit;
    refused(&reader, &trusted, &next, &refusal);
}

#[test]
fn a_commit_with_too_few_or_too_many_slots() {
    let (trusted, reader) = scene(&four());
    let mut more = block(20, &four(), &four());
    more.commit.signatures.push(CommitSig::BlockIdFlagAbsent);
    let mut less = block(20, &four(), &four());
    less.commit.signatures.pop();
    for (block, actual) in [(more, 5), (less, 3)] {
        let expected = 4;
        refused(
            &reader,
            &trusted,
            &block,
            &Refusal::SlotCount { expected, actual },
        );
    }
}
