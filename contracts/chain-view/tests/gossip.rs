//! Views of Algorithm 1 with their proof, from a zone that signs: what relayers check before they merge.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use std::convert::Infallible;

use tessera_header::{CachedSets, Header, Refusal as HeaderRefusal, Trust, ValidatorSet};
use tessera_primitives::{Bytes, Hash, Height, Timestamp};
use tessera_testing::{NativeCrypto, Zone};
use tessera_view::{
    evidence::{anchor, check_view},
    view::{connect, extend, generate, Connection, ViewProof},
    Refusal, Refused, View,
};
use world::*;

/// The standard form brings its own sets.
struct NoSets;

impl CachedSets for NoSets {
    type Error = Infallible;

    fn set(&self, _: &Hash) -> Result<Option<ValidatorSet>, Infallible> {
        Ok(None)
    }

    fn cached(&self) -> Result<Vec<Hash>, Infallible> {
        Ok(Vec::new())
    }
}

fn hashes(zone: &Zone, to: u64) -> Vec<Hash> {
    let blocks = zone.blocks().iter().take(to as usize);
    blocks.map(|block| block.hash).collect()
}

/// The proof of a view up to `height` with a window of `k`, for who trusts header 3.
fn proof(zone: &Zone, height: u64, k: u64) -> ViewProof {
    let Header::Standard(newest) = zone.standard_header(Height(height), Height(3)).unwrap() else {
        panic!("form");
    };
    let window = k.min(height);
    let between = links(zone, height - 1, window.saturating_sub(2));
    ViewProof {
        newest,
        links: between.into_iter().map(Bytes::from).collect(),
    }
}

fn view(zone: &Zone, height: u64, k: u64) -> View {
    let headers = hashes(zone, height);
    generate(east(), &headers, k as usize, proof(zone, height, k)).unwrap()
}

fn check(zone: &Zone, view: &View) -> Result<(), Refusal> {
    let first = zone.first_header(Height(3)).unwrap();
    let trusted = anchor(&NativeCrypto, &east(), &first).unwrap().header;
    let trust = Trust {
        zone: &east(),
        header: &trusted,
        params: &params().for_headers(),
    };
    let now = Timestamp(zone.time().0);
    check_view(&NativeCrypto, &trust, &NoSets, now, view).map_err(|refused| match refused {
        Refused::Rule(refusal) => refusal,
        Refused::Read(never) => match never {},
    })
}

#[test]
fn a_view_is_believed_by_its_commit_and_the_links_of_its_window() {
    let mut east = World::new(4).east;
    east.produce(20).unwrap();
    for (height, k) in [(4, 64), (10, 1), (10, 2), (10, 3), (25, 8), (25, 22)] {
        let view = view(&east, height, k);
        assert_eq!(check(&east, &view), Ok(()), "{height}, {k}");
    }
    let (old, new) = (view(&east, 10, 8), view(&east, 16, 8));
    assert_eq!(connect(&old, &new, &[]), Connection::Extends);
    let more = &hashes(&east, 16)[10..];
    assert_eq!(extend(&old, more, 8, proof(&east, 16, 8)), Some(new));
}

#[test]
fn a_true_newest_header_does_not_carry_a_forged_window() {
    let mut east = World::new(4).east;
    east.produce(20).unwrap();
    let honest = view(&east, 20, 6);
    for index in 0..6 {
        let mut forged = honest.clone();
        forged.recent[index] = Hash::sha256(b"forged");
        let refusal = check(&east, &forged).unwrap_err();
        assert!(
            matches!(refusal, Refusal::BadView { .. }),
            "{index}: {refusal:?}"
        );
    }
    let mut unlinked = honest.clone();
    unlinked.proof.links.swap(0, 1);
    let refusal = check(&east, &unlinked).unwrap_err();
    assert!(
        matches!(refusal, Refusal::Header(HeaderRefusal::Link { .. })),
        "{refusal:?}"
    );
    let mut fewer = honest.clone();
    fewer.proof.links.pop();
    assert!(matches!(check(&east, &fewer), Err(Refusal::BadView { .. })));
    let mut cut = honest.clone();
    cut.proof.links[0].0.pop();
    assert!(matches!(check(&east, &cut), Err(Refusal::Malformed(_))));
    let mut higher = honest.clone();
    higher.height = Height(21);
    assert!(matches!(
        check(&east, &higher),
        Err(Refusal::BadView { .. })
    ));
    let mut empty = honest;
    empty.recent.clear();
    assert!(matches!(check(&east, &empty), Err(Refusal::BadView { .. })));
}

#[test]
fn two_proven_views_that_conflict_are_what_a_fork_looks_like_from_outside() {
    let mut east = World::new(4).east;
    east.produce(10).unwrap();
    let mut other = east.fork_at(Height(15)).unwrap();
    other.produce(6).unwrap();
    let (ours, theirs) = (view(&east, 20, 8), view(&other, 20, 8));
    assert_eq!(
        (check(&east, &ours), check(&other, &theirs)),
        (Ok(()), Ok(()))
    );
    match connect(&ours, &theirs, &[]) {
        Connection::Conflict { height, .. } => assert_eq!(height, Height(15)),
        wrong => panic!("{wrong:?}"),
    }
}
