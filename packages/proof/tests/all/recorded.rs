//! What a wasmd zone really answers (see `tests/recorded/README.md`).

use ics23::{commitment_proof::Proof as Kind, CommitmentProof};
use prost::Message;
use serde::Deserialize;
use tessera_primitives::{Bytes, CanonicalAddress, Hash};
use tessera_proof::{iavl::Path, multiproof, open, store, Proof, Refusal, StoragePath};

#[derive(Deserialize)]
struct Recording {
    app_hash: Hash,
    older_app_hash: Hash,
    other_zone_app_hash: Hash,
    contract: CanonicalAddress,
    store: Bytes,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    key: Bytes,
    value: Option<Bytes>,
    proof: Bytes,
}

impl Item {
    fn value(&self) -> Option<Vec<u8>> {
        self.value.as_ref().map(|value| value.0.clone())
    }
}

impl Recording {
    fn read() -> Recording {
        serde_json::from_str(include_str!("../recorded/wasmd.json")).unwrap()
    }

    fn single(&self, item: &Item) -> Proof {
        Proof::Single {
            item: item.proof.clone(),
            store: self.store.clone(),
        }
    }

    fn open(
        &self,
        app_hash: &Hash,
        keys: &[Vec<u8>],
        proof: &Proof,
    ) -> Result<Vec<Option<Vec<u8>>>, Refusal> {
        open(app_hash, &self.contract, keys, proof)
    }
}

#[test]
fn every_recorded_key_opens_to_its_value_or_to_none() {
    let recording = Recording::read();
    for item in &recording.items {
        let key = item.key.0.clone();
        let answers = recording.open(&recording.app_hash, &[key], &recording.single(item));
        assert_eq!(answers, Ok(vec![item.value()]), "{}", item.key);
    }
    let present = recording
        .items
        .iter()
        .filter(|item| item.value.is_some())
        .count();
    let absent = recording.items.len() - present;
    assert!(
        present >= 10 && absent >= 5,
        "{present} present, {absent} absent"
    );
}

#[test]
fn the_recorded_keys_combine_to_one_multiproof() {
    let recording = Recording::read();
    let keys: Vec<Vec<u8>> = recording
        .items
        .iter()
        .map(|item| item.key.0.clone())
        .collect();
    let proofs: Vec<Bytes> = recording
        .items
        .iter()
        .map(|item| item.proof.clone())
        .collect();
    let items = multiproof::combine(&recording.contract, &keys, &proofs).unwrap();
    let singles: usize = proofs.iter().map(|proof| proof.0.len()).sum();
    println!(
        "{} recorded keys: multiproof {} bytes, single proofs {singles}",
        keys.len(),
        items.0.len()
    );
    let proof = Proof::Many {
        items,
        store: recording.store.clone(),
    };
    let values = recording.items.iter().map(Item::value).collect();
    assert_eq!(
        recording.open(&recording.app_hash, &keys, &proof),
        Ok(values)
    );
}

#[test]
fn no_recorded_proof_belongs_to_another_height_zone_key_or_contract() {
    let recording = Recording::read();
    for (at, item) in recording.items.iter().enumerate() {
        let (key, proof) = (item.key.0.clone(), recording.single(item));
        for app_hash in [recording.older_app_hash, recording.other_zone_app_hash] {
            let refusal = recording.open(&app_hash, std::slice::from_ref(&key), &proof);
            assert!(matches!(
                refusal,
                Err(Refusal::Root {
                    what: "store proof",
                    ..
                })
            ));
        }
        let other = &recording.items[(at + 1) % recording.items.len()];
        let refusal = recording.open(
            &recording.app_hash,
            std::slice::from_ref(&other.key.0),
            &proof,
        );
        assert!(matches!(refusal, Err(Refusal::Key { .. })));
        let stranger = CanonicalAddress::new([7; 32]).unwrap();
        let refusal = open(&recording.app_hash, &stranger, &[key], &proof);
        assert!(matches!(refusal, Err(Refusal::Key { .. })));
    }
}

#[test]
fn every_cut_or_changed_byte_of_a_recorded_proof_is_refused_or_changes_nothing() {
    let recording = Recording::read();
    let present = recording
        .items
        .iter()
        .find(|item| item.value.is_some())
        .unwrap();
    let absent = recording
        .items
        .iter()
        .rfind(|item| item.value.is_none())
        .unwrap();
    for item in [present, absent] {
        let opened = |item_bytes: Vec<u8>, store: Vec<u8>| {
            let proof = Proof::Single {
                item: Bytes(item_bytes),
                store: Bytes(store),
            };
            recording.open(
                &recording.app_hash,
                std::slice::from_ref(&item.key.0),
                &proof,
            )
        };
        let (whole, store) = (&item.proof.0, &recording.store.0);
        for at in 0..whole.len() {
            assert!(
                opened(whole[..at].to_vec(), store.clone()).is_err(),
                "cut at {at}"
            );
            for bit in 0..8 {
                let mut changed = whole.clone();
                changed[at] ^= 1 << bit;
                let answer = opened(changed, store.clone());
                assert!(
                    answer.is_err() || answer == Ok(vec![item.value()]),
                    "byte {at}, bit {bit}"
                );
            }
        }
        for at in 0..store.len() {
            assert!(
                opened(whole.clone(), store[..at].to_vec()).is_err(),
                "store cut at {at}"
            );
            for bit in 0..8 {
                let mut changed = store.clone();
                changed[at] ^= 1 << bit;
                assert!(
                    opened(whole.clone(), changed).is_err(),
                    "store byte {at}, bit {bit}"
                );
            }
        }
    }
}

/// The strict shape loses nothing: what a real tree says is read and written back to the very bytes.
#[test]
fn recorded_paths_are_written_back_as_they_came() {
    let recording = Recording::read();
    let root = store::root(&recording.app_hash, recording.store.as_slice()).unwrap();
    for item in &recording.items {
        let proof = CommitmentProof::decode(item.proof.as_slice()).unwrap();
        assert_eq!(proof.encode_to_vec(), item.proof.0);
        let leaves = match proof.proof {
            Some(Kind::Exist(leaf)) => vec![leaf],
            Some(Kind::Nonexist(between)) => {
                between.left.into_iter().chain(between.right).collect()
            }
            other => panic!("wasmd gave {other:?}"),
        };
        for leaf in leaves {
            let path = Path::read(&leaf).unwrap();
            assert_eq!(path.to_ics23(), leaf);
            assert_eq!(path.root(), root);
        }
    }
}

#[test]
fn a_recorded_query_was_for_the_full_key() {
    let recording = Recording::read();
    let item = &recording.items[0];
    let path = StoragePath {
        contract: recording.contract.clone(),
        key: item.key.0.clone(),
    };
    let proof = CommitmentProof::decode(item.proof.as_slice()).unwrap();
    assert!(matches!(proof.proof, Some(Kind::Exist(leaf)) if leaf.key == path.full_key()));
}
