//! A zone's headers, read by the light client that real relayers use.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod reading;

use reading::{light_client, zone_with};
use tendermint::block::CommitSig;
use tendermint_light_client_verifier::Verdict;
use tendermint_testgen::{
    helpers::{get_vote_sign_bytes, verify_signature},
    Generator, Header as TestHeader, Validator as TestValidator,
};
use tessera_header::ValidatorSet;
use tessera_primitives::{Hash, Height, Seconds, Timestamp};
use tessera_testing::{contracts::notes, LightBlock, Validators, Zone};

#[test]
fn every_header_of_a_busy_zone_is_verified_adjacent_and_skipping() {
    let mut zone = zone_with(Validators::with_powers("v", [50, 30, 20, 10, 10, 5, 1]).unwrap());
    let alice = zone.account("alice").unwrap();
    let code = zone.store_code(notes::code);
    let contract = zone
        .instantiate(&alice, code, &cosmwasm_std::Empty {}, "notes")
        .unwrap();
    for round in 0..20u8 {
        let write = notes::ExecuteMsg::Write {
            entries: vec![(vec![round].into(), vec![round + 1].into())],
        };
        zone.execute(&alice, &contract, &write, &[]).unwrap();
        zone.next_block_after(Seconds(u64::from(round % 7)))
            .unwrap();
    }
    let light = |height| zone.light_block(Height(height)).unwrap();
    for height in 1..20 {
        assert_eq!(
            light_client(&light(height), &light(height + 1)),
            Verdict::Success
        );
        assert_eq!(
            light_client(&light(1), &light(height + 1)),
            Verdict::Success
        );
    }
}

#[test]
fn a_header_tells_the_truth_in_every_field() {
    let mut zone = zone_with(Validators::equal("v", 4, 1).unwrap());
    let alice = zone.account("alice").unwrap();
    let code = zone.store_code(notes::code);
    zone.instantiate(&alice, code, &cosmwasm_std::Empty {}, "notes")
        .unwrap();
    zone.produce(3).unwrap();
    let nothing = tendermint::Hash::Sha256(Hash::sha256(&[]).0);
    let [first, second, third] = [1, 2, 3].map(|height| zone.block(Height(height)).unwrap());
    let header = |block: &tessera_testing::Block| block.signed_header.header.clone();
    assert_eq!(header(first).last_block_id, None);
    assert_eq!(header(first).last_commit_hash, Some(nothing));
    assert_ne!(header(first).data_hash, Some(nothing), "the instantiation");
    assert_eq!(header(second).data_hash, Some(nothing));
    assert_eq!(header(first).last_results_hash, Some(nothing));
    assert_ne!(header(second).last_results_hash, Some(nothing));
    assert_eq!(header(third).last_results_hash, Some(nothing));
    for (below, above) in [(first, second), (second, third)] {
        let id = below.signed_header.commit.block_id;
        assert_eq!(header(above).last_block_id, Some(id));
        assert_eq!(id.hash, header(below).hash());
        assert_eq!(id.hash.as_bytes(), below.hash.as_bytes());
        assert_eq!(
            header(above).app_hash.as_bytes(),
            below.stores.hash().as_bytes()
        );
        assert!(header(above).validators_hash == header(below).next_validators_hash);
        let proposer = header(above).proposer_address;
        assert_eq!(
            above.light_block().validators.proposer.unwrap().address,
            proposer
        );
    }
    assert_eq!(
        header(first).app_hash.as_bytes(),
        Hash::sha256(&[]).as_bytes()
    );
}

/// CometBFT takes the median of the votes' times, weighted by power, as the time of the next block.
#[test]
fn a_blocks_time_is_the_median_of_the_votes_for_the_block_below() {
    for powers in [vec![1, 1, 1, 1], vec![100, 1, 1, 1, 60], (1..50).collect()] {
        let mut zone = zone_with(Validators::with_powers("v", powers).unwrap());
        for seconds in [5, 0, 1, 3_600] {
            let block = zone.next_block_after(Seconds(seconds)).unwrap();
            let mut votes = Vec::new();
            for (vote, member) in block
                .signed_header
                .commit
                .signatures
                .iter()
                .zip(block.validators.members())
            {
                let CommitSig::BlockIdFlagCommit { timestamp, .. } = vote else {
                    panic!("{vote:?}");
                };
                let nanos = u64::try_from(timestamp.unix_timestamp_nanos()).unwrap();
                votes.extend(vec![nanos; member.power() as usize]);
            }
            votes.sort_unstable();
            let median = votes[votes.len().div_ceil(2) - 1];
            assert!([votes[votes.len() / 2], median].contains(&zone.time().0));
            let expected = block.time.plus(Seconds(seconds)).unwrap();
            assert_eq!(zone.time(), expected.max(Timestamp(block.time.0 + 1)));
        }
    }
}

#[test]
fn a_changed_field_a_forged_vote_and_another_chain_are_refused() {
    let mut zone = zone_with(Validators::equal("v", 4, 1).unwrap());
    zone.produce(5).unwrap();
    let (trusted, good) = (
        zone.light_block(Height(1)).unwrap(),
        zone.light_block(Height(4)).unwrap(),
    );
    let refused = |change: &dyn Fn(&mut LightBlock)| {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(!matches!(light_client(&trusted, &bad), Verdict::Success));
    };
    refused(&|bad| bad.signed_header.header.app_hash = vec![7; 32].try_into().unwrap());
    refused(&|bad| bad.signed_header.header.data_hash = None);
    refused(&|bad| bad.signed_header.header.chain_id = "gamma-3".try_into().unwrap());
    // The first vote with the second one's signature.
    refused(&|bad| {
        let CommitSig::BlockIdFlagCommit {
            signature: other, ..
        } = bad.signed_header.commit.signatures[1].clone()
        else {
            panic!("no vote");
        };
        if let CommitSig::BlockIdFlagCommit { signature, .. } =
            &mut bad.signed_header.commit.signatures[0]
        {
            *signature = other;
        }
    });
    let other = Zone::new("beta-4", "beta").unwrap();
    refused(&|bad| bad.validators = other.validators().set(4));
}

/// tendermint-rs' own generator writes the same sign bytes for our votes, finds our signatures good over them, and
/// hashes a set of its own as we do.
#[test]
fn testgen_agrees() {
    let mut zone = zone_with(Validators::with_powers("v", [9, 7, 7]).unwrap());
    zone.produce(2).unwrap();
    let block = zone.block(Height(2)).unwrap();
    let commit = &block.signed_header.commit;
    for (index, member) in block.validators.members().iter().enumerate() {
        let CommitSig::BlockIdFlagCommit {
            validator_address,
            timestamp,
            signature,
        } = &commit.signatures[index]
        else {
            panic!("no vote");
        };
        let vote = tendermint::Vote {
            vote_type: tendermint::vote::Type::Precommit,
            height: commit.height,
            round: commit.round,
            block_id: Some(commit.block_id),
            timestamp: Some(*timestamp),
            validator_address: *validator_address,
            validator_index: index.try_into().unwrap(),
            signature: signature.clone(),
            extension: Vec::new(),
            extension_signature: None,
        };
        let chain = block.signed_header.header.chain_id.clone();
        let bytes = get_vote_sign_bytes(chain, &vote);
        let key = member.info().pub_key.ed25519().unwrap();
        assert!(verify_signature(&key, &bytes, signature.as_ref().unwrap()));
    }

    let theirs = ["a", "b", "c"].map(|name| TestValidator::new(name).voting_power(7));
    let header = TestHeader::new(&theirs)
        .chain_id("beta-3")
        .height(2)
        .generate()
        .unwrap();
    let keys = theirs.map(|one| one.generate().unwrap().pub_key.ed25519().unwrap());
    let mut set = keys.map(|key| tessera_header::Validator {
        key: tessera_header::ValidatorKey(key.as_bytes().try_into().unwrap()),
        power: 7,
    });
    set.sort_by_key(|validator| validator.key.address());
    let set = ValidatorSet::new(set.into()).unwrap();
    assert_eq!(set.hash().as_bytes(), header.validators_hash.as_bytes());
}
