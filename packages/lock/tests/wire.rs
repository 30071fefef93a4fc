//! Bytes: what is hashed, proven and sent, and what is refused before it is read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use proptest::prelude::*;
use tessera_lock::{
    evidence::{open, ZoneProof, MAX_PROOFS},
    key,
    state::{LegState, Mark},
    Batch, Event, Refusal, Settlement, Task, TaskBody, MAX_BATCH,
};
use tessera_primitives::{canonical, fact::Facts, Amount, Bytes, Hash, Height};
use tessera_proof::Proof;
use world::{plain_body, plain_task};

fn task() -> Task {
    plain_task(&[10, 12], Settlement::OnProof, 1)
}

#[test]
fn every_part_of_a_task_is_in_its_id() {
    let id = task().id();
    let mut others = vec![
        Task { nonce: 2, ..task() },
        Task {
            settlement: Settlement::AfterDeadlines,
            ..task()
        },
    ];
    for change in 0..7 {
        let mut other = task();
        let leg = &mut other.legs[1];
        match change {
            0 => leg.zone = world::zone(2),
            1 => leg.lock = world::lock(2),
            2 => leg.registrant = world::user(99),
            3 => leg.tx_hash = Hash::ZERO,
            4 => leg.reversal_hash = Hash::ZERO,
            5 => leg.deadline = Height(13),
            _ => leg.retention += 1,
        }
        others.push(other);
    }
    for other in others {
        assert_ne!(other.id(), id, "{other:?}");
    }
}

#[test]
fn tx_and_reversal_hash_apart() {
    let (tx, _) = world::plain_effects(0);
    assert_ne!(tessera_lock::tx_hash(&tx), tessera_lock::reversal_hash(&tx));
    assert_eq!(
        tessera_lock::tx_hash(&tx),
        canonical::hash_bytes("tessera/tx/v1", &{
            let mut bytes = vec![0, 0, 0, 1];
            bytes.extend(canonical::encode(&tx[0]));
            bytes
        })
    );
}

#[test]
fn a_mark_is_nine_bytes() {
    let mark = Mark {
        state: LegState::Committed,
        committed_at: Height(0x0102),
    };
    let bytes = key::mark_to_bytes(&mark);
    assert_eq!(bytes, [2, 0, 0, 0, 0, 0, 0, 1, 2]);
    assert_eq!(key::mark_from_bytes(&bytes), Ok(mark));
    for wrong in [
        &bytes[..8],
        &[0; 9],
        &[8, 0, 0, 0, 0, 0, 0, 0, 0],
        &[2; 10],
        &[],
    ] {
        assert!(matches!(
            key::mark_from_bytes(wrong),
            Err(Refusal::Mark { .. })
        ));
    }
    assert_eq!(key::leg(&Hash([7; 32])).len(), 36);
}

#[test]
fn a_body_may_leave_out_what_is_not_needed() {
    let body = plain_body(&task(), 0);
    let bare = TaskBody {
        tx: None,
        reversal: None,
        ..body.clone()
    };
    for body in [&body, &bare] {
        assert_eq!(TaskBody::from_bytes(&body.to_bytes()).as_ref(), Ok(body));
    }
    assert!(bare.to_bytes().len() < body.to_bytes().len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// One encoding a body: whatever reads is what would have been written.
    #[test]
    fn mutated_bytes_are_refused_or_another_body(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let bytes = plain_body(&task(), 0).to_bytes();
        let mut other = bytes.clone();
        let place = at.index(other.len());
        if cut { other.truncate(place); } else { other[place] = byte; }
        match TaskBody::from_bytes(&other) {
            Ok(body) => prop_assert_eq!(body.to_bytes(), other),
            Err(refusal) => prop_assert!(matches!(refusal, Refusal::Malformed(_))),
        }
    }
}

#[test]
fn events_are_read_as_they_were_written() {
    let event = Event::Registered {
        task: task().id(),
        leg: 0,
        registrant: world::relayer(),
        deadline: Height(10),
        tip: Amount(5),
        body: Bytes(plain_body(&task(), 0).to_bytes()),
    };
    assert_eq!(
        Event::read(event.name(), &event.attributes()),
        Some(Ok(event))
    );
}

fn proof(zone: usize, tasks: Vec<u8>) -> ZoneProof {
    let items = Bytes(vec![1]);
    let store = Bytes(vec![2]);
    ZoneProof {
        zone: world::zone(zone),
        height: Height(5),
        tasks,
        proof: Proof::Many { items, store },
    }
}

fn opened(tasks: &[&Task], proofs: &[ZoneProof]) -> Result<usize, Refusal> {
    let root = world::root(4, world::time(4), world::active(5));
    open(tasks, proofs, |_, _| Ok::<_, Refusal>(root))
        .map(|evidence| evidence.of(&task().id()).len())
}

#[test]
fn a_bad_proof_refuses_the_message() {
    let task = task();
    let mut other = plain_task(&[10, 12], Settlement::OnProof, 2);
    other.legs[1].lock = world::lock(3);
    assert!(matches!(
        opened(&[&task], &[proof(1, vec![])]),
        Err(Refusal::Proof { .. })
    ));
    assert!(matches!(
        opened(&[&task], &[proof(1, vec![1])]),
        Err(Refusal::NoSubject { position: 1, .. })
    ));
    assert!(matches!(
        opened(&[&task], &[proof(5, vec![0])]),
        Err(Refusal::NoSubject { .. })
    ));
    assert!(matches!(
        opened(&[&task], &[proof(5, vec![])]),
        Err(Refusal::Number { .. })
    ));
    assert!(matches!(
        opened(&[&task, &other], &[proof(1, vec![])]),
        Err(Refusal::TwoLocks { .. })
    ));
    assert!(matches!(opened(&[], &[]), Err(Refusal::Number { .. })));
    let many = vec![proof(1, vec![]); MAX_PROOFS + 1];
    assert!(matches!(
        opened(&[&task], &many),
        Err(Refusal::Number { .. })
    ));
    assert!(matches!(
        opened(&[&task; 31], &[]),
        Err(Refusal::Number { .. })
    ));
    assert_eq!(opened(&[&task], &[]), Ok(0));
}

fn batch(tasks: usize) -> Batch {
    let bodies = (0..tasks as u64).map(|nonce| {
        let task = plain_task(&[10, 12, 14], Settlement::AfterDeadlines, nonce);
        let body = plain_body(&task, 0);
        TaskBody {
            tx: body.tx.filter(|_| nonce % 2 == 0),
            reversal: body.reversal.filter(|_| nonce % 3 == 0),
            ..body
        }
    });
    let (item, store) = (Bytes(vec![1; 40]), Bytes(vec![2; 50]));
    let single = ZoneProof {
        proof: Proof::Single { item, store },
        ..proof(2, vec![3, 1])
    };
    Batch {
        tasks: bodies.collect(),
        proofs: vec![proof(1, vec![]), single],
    }
}

#[test]
fn a_batch_is_read_as_it_was_written_and_names_locks_once() {
    for tasks in [1, 2, MAX_BATCH] {
        let batch = batch(tasks);
        let bytes = batch.to_bytes();
        assert_eq!(Batch::from_bytes(bytes.as_slice()).unwrap(), batch);
        let bare: usize = batch.tasks.iter().map(|body| body.to_bytes().len()).sum();
        if tasks == MAX_BATCH {
            // Zone, lock and registrant: 70 bytes a leg, and two in their place.
            assert!(bytes.as_slice().len() + 29 * 3 * 60 < bare, "{bare}");
        }
    }
}

#[test]
fn a_batch_has_its_limits() {
    for (tasks, proofs) in [(0, 0), (MAX_BATCH + 1, 0), (1, MAX_PROOFS + 1)] {
        let mut batch = batch(tasks);
        batch.proofs = vec![proof(1, vec![]); proofs];
        let refused = Batch::from_bytes(batch.to_bytes().as_slice());
        assert!(
            matches!(refused, Err(Refusal::Malformed(_))),
            "{tasks} {proofs}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes is read or refused, and what is read means what it says.
    #[test]
    fn mutated_batches_are_refused_or_other_batches(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let whole = batch(2);
        let mut other = whole.to_bytes().0;
        let place = at.index(other.len());
        let same = !cut && other[place] == byte;
        if cut { other.truncate(place); } else { other[place] = byte; }
        match Batch::from_bytes(&other) {
            Ok(read) => prop_assert!(same || read != whole),
            Err(refusal) => prop_assert!(matches!(refusal, Refusal::Malformed(_))),
        }
    }
}
