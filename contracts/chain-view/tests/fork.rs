//! True forks: one validator set, two histories; and what the owner and a stranger can do about them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use tessera_contract_api::chain_view::{ExecuteMsg, QueryMsg, ViewResponse};
use tessera_header::{Header, Refusal as HeaderRefusal};
use tessera_primitives::{Amount, Fork, Height, ZoneId, ZoneStatus};
use tessera_testing::{Zone, ZoneConfig};
use tessera_view::{
    evidence::{ForkProof, Sighted, Sighting},
    state::Block,
    Refusal,
};
use world::*;

/// East at block 20 and a second history that left it at block 15. West has verified 3, 10 and 18 of the first.
fn forked() -> (World, Zone) {
    let mut world = World::new(4);
    world.produce(10);
    let mut other = world.east.fork_at(Height(15)).unwrap();
    other.produce(6).unwrap();
    world.advance(world.compact(10, 3)).unwrap();
    world.advance(world.compact(18, 10)).unwrap();
    world.fund(1_000);
    (world, other)
}

/// East as `east-2`, which begins when `east-1` is as old as it is now.
fn upgraded(world: &World) -> Zone {
    let config = ZoneConfig::new("east-2", "east").unwrap();
    let mut upgraded = Zone::start(ZoneConfig {
        genesis: world.east.time(),
        ..config
    });
    upgraded.produce(30).unwrap();
    upgraded
}

fn later() -> ZoneId {
    ZoneId::new("east-2").unwrap()
}

fn of(zone: &Zone, height: u64, trusted: u64) -> Header {
    zone.standard_header(Height(height), Height(trusted))
        .unwrap()
}

fn compact_of(zone: &Zone, height: u64, trusted: u64) -> Header {
    let set = zone.validators().clone();
    zone.compact_header(Height(height), Height(trusted), third(), &[set], false)
        .unwrap()
}

fn pair(a: Sighting, b: Sighting) -> ForkProof {
    ForkProof::Pair { a, b }
}

fn fork(world: &World) -> (u64, bool) {
    let fork = world.standing().fork.unwrap();
    (fork.height.0, fork.exact)
}

#[test]
fn advancing_onto_the_other_history_succeeds_as_a_report_and_earns_the_bounty() {
    let (mut world, other) = forked();
    let relayer = world.relayer.clone();
    let before = world.west.balance(&relayer, DENOM).unwrap();
    let height = world.west.height();
    world.advance(compact_of(&other, 18, 10)).unwrap();
    let after = world.west.balance(&relayer, DENOM).unwrap();
    assert_eq!(after, before.plus(Amount(100)).unwrap());
    let standing = world.standing();
    assert_eq!(standing.status, ZoneStatus::Forked);
    let expected = Fork {
        branch: 0,
        height: Height(11),
        exact: false,
        first_report: height,
    };
    assert_eq!(standing.fork, Some(expected));
    assert!(world.root(10).is_ok());
    let error = world.root(18).unwrap_err().to_string();
    assert!(error.contains("does not count"), "{error}");
    let refusal = world.refused(compact_of(&world.east.clone(), 19, 18));
    assert!(matches!(refusal, Refusal::Forked { .. }), "{refusal:?}");
}

#[test]
fn links_down_to_the_common_header_make_the_fork_exact_and_fill_the_root_below_it() {
    let (mut world, other) = forked();
    world.advance(of(&other, 18, 10)).unwrap();
    // From block 18 down to 15, whose parent both share.
    let proof = |world: &World, count| ForkProof::Links {
        branch: 0,
        a: links(&world.east, 18, count),
        b: links(&other, 18, count),
    };
    let short = proof(&world, 3);
    let known = Height(11);
    assert_eq!(refusal(world.report(short)), Refusal::NothingNew { known });
    // Swapped lines do not hang together.
    let swapped = ForkProof::Links {
        branch: 0,
        a: links(&other, 18, 4),
        b: links(&world.east, 18, 4),
    };
    let unlinked = refusal(world.report(swapped));
    assert!(
        matches!(unlinked, Refusal::Header(HeaderRefusal::Link { .. })),
        "{unlinked:?}"
    );
    let enough = proof(&world, 4);
    world.report(enough).unwrap();
    assert_eq!(fork(&world), (15, true));
    // By its hash, which until the owner has confirmed it is the word of those who forked.
    let header = world.east.first_header(Height(14)).unwrap();
    let early = refusal(world.advance(header.clone()));
    assert!(matches!(early, Refusal::NoTrustedHeight), "{early:?}");
    let parent = world.east.block(Height(14)).unwrap().hash;
    let parent = Some(Block {
        height: Height(14),
        hash: parent,
    });
    let owner = world.owner.clone();
    let admitted = other.first_header(Height(20)).unwrap();
    world
        .execute(&owner, &admit_above(admitted, parent))
        .unwrap();
    // No trusted header is named, none is needed, and expiry does not matter.
    world.wait(10_000);
    let foreign = refusal(world.advance(of(&other, 15, 14)));
    assert!(
        matches!(foreign, Refusal::UnknownHeader { .. }),
        "{foreign:?}"
    );
    world.advance(header).unwrap();
    let root = world.root(14).unwrap();
    assert_eq!(
        root.app_hash,
        world.east.block(Height(13)).unwrap().stores.hash()
    );
    assert_eq!(world.root(10).unwrap().next, Some(Height(14)));
}

#[test]
fn a_pair_where_the_histories_part_is_exact_at_once() {
    let (mut world, other) = forked();
    let proof = pair(
        shown(of(&world.east, 15, 10)),
        shown(compact_of(&other, 15, 10)),
    );
    world.report(proof).unwrap();
    assert_eq!(fork(&world), (15, true));
}

#[test]
fn a_stored_header_is_shown_by_its_height_with_links_below_it() {
    let (mut world, other) = forked();
    let ours = Sighting {
        header: Sighted::Stored(Height(18)),
        links: links(&world.east, 17, 3),
    };
    let theirs = Sighting {
        header: Sighted::Shown(of(&other, 18, 10)),
        links: links(&other, 17, 3),
    };
    world.report(pair(ours, theirs)).unwrap();
    assert_eq!(fork(&world), (15, true));
}

#[test]
fn what_does_not_prove_a_fork_is_refused() {
    let (mut world, other) = forked();
    let one_chain = pair(
        shown(of(&world.east, 14, 10)),
        shown(of(&world.east, 16, 10)),
    );
    let refused = refusal(world.report(one_chain));
    assert!(matches!(refused, Refusal::NoConflict { .. }));
    let twice = pair(shown(of(&other, 16, 10)), shown(compact_of(&other, 16, 10)));
    let refused = refusal(world.report(twice));
    assert!(matches!(refused, Refusal::NoConflict { .. }));
    let mut foreign = Zone::new("north-1", "north").unwrap();
    foreign.produce(20).unwrap();
    let other_chain = pair(
        Sighting {
            header: Sighted::Stored(Height(18)),
            links: Vec::new(),
        },
        shown(of(&foreign, 18, 10)),
    );
    let refused = refusal(world.report(other_chain));
    assert!(matches!(
        refused,
        Refusal::Header(HeaderRefusal::WrongChain { .. })
    ));
    let too_many = Sighting {
        header: Sighted::Stored(Height(18)),
        links: vec![links(&other, 17, 1)[0]; 257],
    };
    let refused = refusal(world.report(pair(too_many, shown(of(&other, 18, 10)))));
    assert!(matches!(refused, Refusal::TooManyLinks { actual: 257, .. }));
    let no_pair = ForkProof::Links {
        branch: 0,
        a: Vec::new(),
        b: Vec::new(),
    };
    assert_eq!(
        refusal(world.report(no_pair)),
        Refusal::UnknownFork { branch: 0 }
    );
    assert_eq!(world.standing().status, ZoneStatus::Active);
}

#[test]
fn evidence_with_a_forged_commit_is_no_evidence() {
    use ibc_proto::ibc::lightclients::tendermint::v1::Header as Proto;
    use prost::Message;
    let (mut world, _) = forked();
    // A header that nobody signed: the app hash changed, the commit of the true one.
    let forged = mangled(of(&world.east, 18, 10), |bytes| {
        let mut proto = Proto::decode(bytes.as_slice()).unwrap();
        let header = proto
            .signed_header
            .as_mut()
            .unwrap()
            .header
            .as_mut()
            .unwrap();
        header.app_hash = vec![7; 32];
        *bytes = proto.encode_to_vec();
    });
    let refused = refusal(world.report(pair(
        Sighting {
            header: Sighted::Stored(Height(18)),
            links: Vec::new(),
        },
        shown(forged.clone()),
    )));
    assert!(
        matches!(refused, Refusal::Header(HeaderRefusal::WrongBlock { .. })),
        "{refused:?}"
    );
    let refused = world.refused(forged);
    assert!(matches!(refused, Refusal::Header(_)), "{refused:?}");
    assert_eq!(world.standing().status, ZoneStatus::Active);
}

#[test]
fn an_admitted_branch_inherits_and_the_other_one_is_heard_no_more() {
    let (mut world, mut other) = forked();
    let owner = world.owner.clone();
    let early = world.execute(&owner, &admit(other.first_header(Height(19)).unwrap()));
    assert!(matches!(refusal(early), Refusal::NotForked { .. }));
    world.advance(of(&other, 18, 10)).unwrap();
    let shown_already = world.execute(&owner, &admit(other.first_header(Height(18)).unwrap()));
    let (above, actual) = (Height(18), Height(18));
    assert_eq!(refusal(shown_already), Refusal::NotHigher { above, actual });
    world
        .execute(&owner, &admit(other.first_header(Height(20)).unwrap()))
        .unwrap();
    let standing = world.standing();
    assert_eq!((standing.status, standing.branch), (ZoneStatus::Active, 1));
    assert_eq!(standing.latest, Height(20));
    assert_eq!(world.root(20).unwrap().branch, 1);
    assert_eq!(world.root(10).unwrap().next, Some(Height(20)));
    // The branch that was not admitted goes on signing, and nobody listens.
    world.produce(5);
    other.produce(5).unwrap();
    let refused = world.refused(of(&world.east.clone(), 24, 18));
    assert!(matches!(refused, Refusal::NotTrusted { .. }), "{refused:?}");
    let refused = world.refused(of(&other, 19, 10));
    assert!(matches!(refused, Refusal::NotTrusted { .. }), "{refused:?}");
    world.advance(compact_of(&other, 24, 20)).unwrap();
    // A header of the lost branch that verifies from the admitted one would be a fork of the admitted branch.
    world.advance(of(&world.east.clone(), 24, 20)).unwrap();
    assert_eq!(world.standing().status, ZoneStatus::Forked);
    let fork = world.standing().branch_fork.unwrap();
    assert_eq!((fork.branch, fork.height), (1, Height(21)));
}

#[test]
fn a_fork_is_proven_to_third_zones() {
    use tessera_primitives::canonical;
    use tessera_view::{key, state::Belief};
    let (mut world, other) = forked();
    let height = world.west.height();
    world.advance(of(&other, 18, 10)).unwrap();
    world.produce(1);
    let path = key::view(&east());
    let value = world
        .west
        .value(&world.view, &path, world.west.sealed())
        .unwrap();
    let belief: Belief = canonical::decode("belief", &value.unwrap()).unwrap();
    assert_eq!(belief.status, ZoneStatus::Forked);
    assert_eq!((belief.fork, belief.first_report), (Height(11), height));
}

#[test]
fn a_fork_pays_one_bounty_whoever_comes_second() {
    let (mut world, other) = forked();
    let stranger = world.west.account("stranger").unwrap();
    world.advance(of(&other, 18, 10)).unwrap();
    let proof = pair(shown(of(&world.east, 15, 10)), shown(of(&other, 15, 10)));
    let message = ExecuteMsg::ReportFork {
        zone: east(),
        proof,
    };
    // 15 is not certainly lower than 11.
    let refused = refusal(world.execute(&stranger, &message));
    assert!(matches!(refused, Refusal::NotLower { .. }), "{refused:?}");
    assert_eq!(world.west.balance(&stranger, DENOM).unwrap(), Amount(0));
}

#[test]
fn a_fork_between_the_only_stored_header_and_the_next_is_seen() {
    let mut world = World::new(4);
    let mut other = world.east.fork_at(Height(4)).unwrap();
    other.produce(3).unwrap();
    world.advance(world.compact(4, 3)).unwrap();
    world.advance(compact_of(&other, 4, 3)).unwrap();
    assert_eq!(fork(&world), (4, true));
}

#[test]
fn the_header_below_a_fork_is_shown_after_an_upgrade_too() {
    let (mut world, other) = forked();
    let proof = pair(shown(of(&world.east, 15, 10)), shown(of(&other, 15, 10)));
    world.report(proof).unwrap();
    let block = |height: u64| Block {
        height: Height(height),
        hash: other.block(Height(height)).unwrap().hash,
    };
    let header = |height: u64| other.first_header(Height(height)).unwrap();
    let owner = world.owner.clone();
    world
        .execute(&owner, &admit_above(header(20), Some(block(14))))
        .unwrap();
    let new = upgraded(&world);
    world.produce(30);
    let renew = ExecuteMsg::Renew {
        zone: east(),
        chain_id: later(),
        header: new.first_header(Height(25)).unwrap(),
    };
    world.execute(&owner, &renew).unwrap();
    // It carries the id of its time.
    world.advance(header(14)).unwrap();
    assert_eq!(world.root(14).unwrap().next, Some(Height(20)));
    let refused = world.refused(header(13));
    assert!(matches!(refused, Refusal::NoTrustedHeight), "{refused:?}");
}

#[test]
fn a_branch_may_be_admitted_by_a_header_of_a_new_revision() {
    let (mut world, other) = forked();
    world.advance(of(&other, 18, 10)).unwrap();
    let new = upgraded(&world);
    world.produce(30);
    let owner = world.owner.clone();
    let mut west = Zone::new("north-2", "north").unwrap();
    west.produce(30).unwrap();
    let foreign = admit(west.first_header(Height(25)).unwrap());
    let refused = refusal(world.execute(&owner, &foreign));
    assert!(
        matches!(refused, Refusal::NotARevision { .. }),
        "{refused:?}"
    );
    let admitted = admit(new.first_header(Height(25)).unwrap());
    world.execute(&owner, &admitted).unwrap();
    let view: ViewResponse = world.query(&QueryMsg::View { zone: later() });
    assert_eq!((view.chain_id, view.branch), (later(), 1));
    let next = new.standard_header(Height(28), Height(25)).unwrap();
    world.advance(next).unwrap();
    assert_eq!(world.standing().status, ZoneStatus::Active);
}
