//! What holds for every store: the multiproof accepts exactly what the single ICS-23 proofs accept, and no change of a
//! proof gives another answer than the truth.

use std::cell::Cell;

use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use tessera_primitives::Hash;
use tessera_proof::{
    multiproof::{combine, verify},
    single,
};

use crate::{
    model::{case, Case},
    support::{contract, full},
};

/// More cases than usual: one takes microseconds. Their number follows `PROPTEST_CASES`.
fn cases(times: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases * times,
        failure_persistence: None,
        ..usual
    }
}

/// Whether all single proofs of the case are accepted, after checking that the multiproof is exactly then.
fn both_accept(case: &Case) -> Result<bool, TestCaseError> {
    let (singles, shown) = case.singles();
    let root = case.root();
    let pairs = case.keys.iter().zip(&singles);
    let answers: Result<Vec<_>, _> = pairs
        .map(|(key, proof)| single::verify(&root, &full(key), &proof.0))
        .collect();
    let multiproof = case.multi(&shown);
    let many = multiproof.map(|proof| verify(&root, &contract(), &case.keys, &proof));
    let combined = combine(&contract(), &case.keys, &singles);
    match &answers {
        Ok(answers) => {
            prop_assert_eq!(answers, &case.truth());
            prop_assert_eq!(many, Some(Ok(answers.clone())));
            prop_assert!(combined.is_ok());
        }
        Err(refusal) => {
            prop_assert!(!matches!(many, Some(Ok(_))), "single: {}", refusal);
            prop_assert!(combined.is_err());
        }
    }
    Ok(answers.is_ok())
}

#[test]
fn the_multiproof_accepts_exactly_what_the_single_proofs_accept() {
    let (accepted, refused) = (Cell::new(0), Cell::new(0));
    let cases = cases(40);
    TestRunner::new(cases.clone())
        .run(&case(true), |case| {
            let counter = if both_accept(&case)? {
                &accepted
            } else {
                &refused
            };
            counter.set(counter.get() + 1);
            Ok(())
        })
        .unwrap();
    let (accepted, refused) = (accepted.get(), refused.get());
    println!("odd stores: {accepted} accepted and {refused} refused by both");
    assert!(accepted.min(refused) > cases.cases / 10);
}

proptest! {
    #![proptest_config(cases(16))]

    /// In a tree of IAVL's shape every key is proven both ways, `combine` writes the very bytes that the documents ask
    /// for, and the answers are the truth.
    #[test]
    fn a_true_tree_proves_every_key(case in case(false)) {
        let (singles, shown) = case.singles();
        let proof = combine(&contract(), &case.keys, &singles).unwrap();
        prop_assert_eq!(Some(proof.0.clone()), case.multi(&shown));
        let answers = verify(&case.root(), &contract(), &case.keys, &proof.0);
        prop_assert_eq!(answers, Ok(case.truth()));
    }

    /// A leaf more than needed changes no answer; a leaf less is refused.
    #[test]
    fn every_leaf_that_is_shown_is_needed(case in case(false), more: prop::sample::Index, less: prop::sample::Index) {
        let (_, mut shown) = case.singles();
        shown.sort();
        shown.dedup();
        let leaves = case.leaves();
        let more = [shown.as_slice(), &[more.get(&leaves).clone()]].concat();
        let proof = case.multi(&more).unwrap();
        let answers = verify(&case.root(), &contract(), &case.keys, &proof);
        prop_assert_eq!(answers, Ok(case.truth()));
        shown.remove(less.index(shown.len()));
        let proof = case.multi(&shown).unwrap();
        prop_assert!(verify(&case.root(), &contract(), &case.keys, &proof).is_err());
    }

    /// Any two changes of bytes together are refused, or give the truth.
    #[test]
    fn changed_bytes_never_give_another_answer(
        case in case(false),
        changes in vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..4),
    ) {
        let (_, shown) = case.singles();
        let mut proof = case.multi(&shown).unwrap();
        for (at, byte, how) in changes {
            let at = at.index(proof.len());
            match how {
                0 => proof[at] = byte,
                1 => proof.insert(at, byte),
                _ => drop(proof.remove(at)),
            }
        }
        if let Ok(answers) = verify(&case.root(), &contract(), &case.keys, &proof) {
            prop_assert_eq!(answers, case.truth());
        }
    }

    /// Random bytes neither prove nor panic, with tags that look like tags or without.
    #[test]
    fn random_bytes_prove_nothing(
        root: [u8; 32],
        noise in vec(prop_oneof![any::<u8>(), 0..4u8, 60..68u8, 125..131u8, 190..196u8], 0..400),
    ) {
        let keys = [vec![], vec![1], vec![1, 255]];
        prop_assert!(verify(&Hash(root), &contract(), &keys, &noise).is_err());
        prop_assert!(single::verify(&Hash(root), &full(&[]), &noise).is_err());
        prop_assert!(tessera_proof::store::root(&Hash(root), &noise).is_err());
    }

    /// A single proof with changed bytes is refused, or gives the truth (protobuf has many forms of one message).
    #[test]
    fn changed_single_proofs_never_give_another_answer(
        case in case(false),
        changes in vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..4),
    ) {
        let (singles, _) = case.singles();
        let mut proof = singles[0].0.clone();
        for (at, byte, how) in changes {
            let at = at.index(proof.len());
            match how {
                0 => proof[at] = byte,
                1 => proof.insert(at, byte),
                _ => drop(proof.remove(at)),
            }
        }
        if let Ok(answer) = single::verify(&case.root(), &full(&case.keys[0]), &proof) {
            prop_assert_eq!(answer, case.truth()[0].clone());
        }
    }
}
