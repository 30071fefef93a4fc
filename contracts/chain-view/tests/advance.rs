//! Signed headers of a real validator set, in both forms, through the contract.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use chain_view::ChainViewError;
use tessera_contract_api::{chain_view::QueryMsg, event, roots::RootsClient};
use tessera_header::{Header, Refusal as HeaderRefusal};
use tessera_primitives::{canonical, Amount, Bytes, Hash, Height, Seconds, ZoneId, ZoneStatus};
use tessera_testing::{Validators, Zone};
use tessera_view::{key, state::Belief, Event, Refusal};
use world::*;

fn header_refusal(refusal: Refusal) -> HeaderRefusal {
    match refusal {
        Refusal::Header(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_forms_advance_a_view_adjacent_and_over_skipped_heights() {
    for validators in [1, 4, 31, 100] {
        let mut world = World::new(validators);
        world.advance(world.compact(4, 3)).unwrap();
        world.advance(world.standard(5, 4)).unwrap();
        world.advance(world.compact(8, 5)).unwrap();
        world.advance(world.standard(10, 3)).unwrap();
        assert_eq!(world.heights(), [3, 4, 5, 8, 10], "{validators} validators");
        let block = world.east.block(Height(8)).unwrap();
        let root = world.root(8).unwrap();
        let below = world.east.block(Height(7)).unwrap();
        assert_eq!(
            root.app_hash,
            below.stores.hash(),
            "the state after block 7"
        );
        assert_eq!((root.state_height, root.time), (Height(7), block.time));
        assert_eq!((root.next, root.branch), (Some(Height(10)), 0));
        assert_eq!(
            world.view().latest.hash,
            world.east.block(Height(10)).unwrap().hash
        );
    }
}

#[test]
fn a_hole_is_filled_by_the_full_form_and_the_cached_sets_stay() {
    let mut world = World::new(4);
    let changed = world.east.validators().replacing(0, "new").unwrap();
    let first = world.east.validators().clone();
    world.east.change_validators(changed.clone());
    world.produce(5);
    world
        .advance(world.compact_with(14, 3, &[first], true))
        .unwrap();
    let sets = world.view().validator_sets;
    assert_eq!(sets.len(), 2);
    world.advance(world.standard(6, 3)).unwrap();
    world.advance(world.standard(12, 6)).unwrap();
    assert_eq!(world.heights(), [3, 6, 12, 14]);
    assert_eq!(world.view().validator_sets, sets);
    assert_eq!(world.standing().latest, Height(14));
}

#[test]
fn a_view_follows_validators_that_change_one_by_one_and_all_at_once() {
    let mut world = World::new(4);
    let mut cached = vec![world.east.validators().clone()];
    let mut trusted = 3;
    for round in 0..3 {
        let changed = match round {
            2 => Validators::equal("another", 7, 10).unwrap(),
            _ => cached[0].replacing(round, &format!("new/{round}")).unwrap(),
        };
        world.east.change_validators(changed.clone());
        world.produce(4);
        // The last header that the old set signed announces the new one.
        let sealed = world.east.sealed().0;
        let first_of_new = (trusted + 1..=sealed)
            .find(|height| {
                let block = world.east.block(Height(*height)).unwrap();
                block.validators.hash() == changed.hash()
            })
            .unwrap();
        world
            .advance(world.compact_with(first_of_new - 1, trusted, &cached, false))
            .unwrap();
        world
            .advance(world.compact_with(first_of_new, first_of_new - 1, &cached, true))
            .unwrap();
        cached = vec![changed];
        trusted = first_of_new;
    }
    assert_eq!(world.standing().latest, Height(trusted));
    assert_eq!(world.view().validator_sets.len(), 2, "the newest two");
}

#[test]
fn a_difference_against_a_set_that_is_not_cached_names_the_cached_ones() {
    let mut world = World::new(4);
    let unknown = world.east.validators().replacing(0, "unknown").unwrap();
    world.east.change_validators(unknown.clone());
    world.produce(5);
    let header = world.compact_with(14, 13, &[unknown], false);
    world.advance(world.standard(13, 3)).unwrap();
    let cached = world.view().validator_sets;
    match header_refusal(world.refused(header)) {
        HeaderRefusal::UnknownSet { cached: named, .. } => assert_eq!(named, cached),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_bad_header_has_its_own_refusal_and_changes_nothing() {
    let mut world = World::new(4);
    let before = world.view();
    let mut other = Zone::new("north-1", "north").unwrap();
    other.produce(10).unwrap();
    let of_another_chain = other.standard_header(Height(8), Height(3)).unwrap();
    let refusal = header_refusal(world.refused(of_another_chain));
    assert!(
        matches!(refusal, HeaderRefusal::WrongChain { .. }),
        "{refusal:?}"
    );
    let of_another_chain = other
        .compact_header(
            Height(8),
            Height(3),
            third(),
            &[other.validators().clone()],
            false,
        )
        .unwrap();
    let refusal = header_refusal(world.refused(of_another_chain));
    assert!(
        matches!(refusal, HeaderRefusal::WrongChainTag { .. }),
        "{refusal:?}"
    );

    // Every truncation of either form, and every form read as the other.
    for header in [world.compact(8, 3), world.standard(8, 3)] {
        let (Header::Compact(bytes) | Header::Standard(bytes)) = &header;
        for length in (0..bytes.0.len()).step_by(7) {
            let cut = mangled(header.clone(), |bytes| bytes.truncate(length));
            header_refusal(world.refused(cut));
        }
    }
    let (Header::Compact(bytes), Header::Standard(full)) =
        (world.compact(8, 3), world.standard(8, 3))
    else {
        panic!("forms");
    };
    header_refusal(world.refused(Header::Standard(bytes)));
    header_refusal(world.refused(Header::Compact(full)));
    let huge = Header::Standard(Bytes(vec![0; 1_000_000]));
    let refusal = header_refusal(world.refused(huge));
    assert!(matches!(refusal, HeaderRefusal::Size { .. }), "{refusal:?}");

    // A trusted header that is not stored, and one that says nothing about it.
    let unknown = world.refused(world.compact(8, 5));
    let expected = Refusal::UnknownHeader {
        zone: east(),
        height: Height(5),
    };
    assert_eq!(unknown, expected);
    let anchor = world.east.first_header(Height(8)).unwrap();
    assert_eq!(world.refused(anchor), Refusal::NoTrustedHeight);
    assert_eq!(world.view(), before);
}

#[test]
fn a_single_flipped_bit_anywhere_is_refused_or_harmless() {
    let mut world = World::new(4);
    let hash = world.east.block(Height(8)).unwrap().hash;
    let header = world.compact(8, 3);
    let Header::Compact(bytes) = &header else {
        panic!("form");
    };
    let mut refused = 0;
    for byte in 0..bytes.0.len() {
        let mut fresh = world.clone();
        let flipped = mangled(header.clone(), |bytes| bytes[byte] ^= 1 << (byte % 8));
        match fresh.advance(flipped) {
            Err(_) => refused += 1,
            // A vote that was not needed, or a wish to cache: the header is the same.
            Ok(_) => assert_eq!(fresh.view().latest.hash, hash, "byte {byte}"),
        }
    }
    assert!(refused > bytes.0.len() / 2);
    world.advance(header).unwrap();
}

#[test]
fn too_little_power_is_refused_with_the_tally() {
    let mut world = World::new(4);
    // Block 11 is the first that only three of four sign: enough. Half of them cannot even seal a block.
    let members = world.east.validators().members().to_vec();
    world.east.silence([members[0].address()]);
    world.produce(3);
    world.advance(world.standard(12, 3)).unwrap();
    // Votes dropped from a good header: the protobuf's last signature is cut out by marking it absent.
    let header = world.standard(13, 12);
    let refusal = drop_votes(&mut world, header);
    assert!(
        matches!(
            refusal,
            HeaderRefusal::TooLittlePower {
                signed: 20,
                total: 40
            } | HeaderRefusal::TooLittleTrust { .. }
        ),
        "{refusal:?}"
    );
}

fn drop_votes(world: &mut World, header: Header) -> HeaderRefusal {
    use ibc_proto::ibc::lightclients::tendermint::v1::Header as Proto;
    use prost::Message;
    let changed = mangled(header, |bytes| {
        let mut proto = Proto::decode(bytes.as_slice()).unwrap();
        let commit = proto
            .signed_header
            .as_mut()
            .unwrap()
            .commit
            .as_mut()
            .unwrap();
        let present = commit
            .signatures
            .iter_mut()
            .find(|s| s.block_id_flag == 2)
            .unwrap();
        present.block_id_flag = 1;
        present.validator_address.clear();
        present.signature.clear();
        present.timestamp = None;
        *bytes = proto.encode_to_vec();
    });
    header_refusal(world.refused(changed))
}

#[test]
fn an_expired_view_takes_nothing_and_says_when_it_expired() {
    let mut world = World::new(4);
    world.wait(2_100);
    world.produce(1);
    assert_eq!(world.standing().status, ZoneStatus::Expired);
    let sealed = world.east.sealed().0;
    let refusal = header_refusal(world.refused(world.compact(sealed, 3)));
    assert!(
        matches!(refusal, HeaderRefusal::Expired { .. }),
        "{refusal:?}"
    );
    assert!(world.root(3).is_ok(), "what was verified stays");
}

#[test]
fn a_header_from_beyond_the_clock_drift_is_refused() {
    let mut world = World::new(4);
    world.east.next_block_after(Seconds(100)).unwrap();
    world.east.produce(1).unwrap();
    let sealed = world.east.sealed().0;
    let refusal = header_refusal(world.refused(world.compact(sealed, 3)));
    assert!(
        matches!(refusal, HeaderRefusal::FromFuture { .. }),
        "{refusal:?}"
    );
}

#[test]
fn the_same_header_twice_succeeds_and_pays_once() {
    let mut world = World::new(4);
    world.fund(1_000);
    let header = world.compact(8, 3);
    world.advance(header.clone()).unwrap();
    let relayer = world.relayer.clone();
    assert_eq!(world.west.balance(&relayer, DENOM).unwrap(), Amount(5));
    world.produce(100);
    let before = world.view();
    world.advance(header).unwrap();
    assert_eq!(world.view(), before);
    assert_eq!(world.west.balance(&relayer, DENOM).unwrap(), Amount(5));
    assert_eq!(before.reserve, Amount(995));
    let contract = world.view.clone();
    assert_eq!(world.west.balance(&contract, DENOM).unwrap(), Amount(995));
}

#[test]
fn funds_where_none_belong_and_in_another_denom_are_refused() {
    let mut world = World::new(4);
    let relayer = world.relayer.clone();
    world.west.mint(&relayer, 100, DENOM).unwrap();
    world.west.mint(&relayer, 100, "uother").unwrap();
    let some = cosmwasm_std::coins(1, DENOM);
    let message = advance(world.compact(8, 3));
    let refusal = world.execute_with(&relayer, &message, &some).unwrap_err();
    assert!(matches!(refusal, ChainViewError::Payment(_)), "{refusal:?}");
    let fund = tessera_contract_api::chain_view::ExecuteMsg::Fund { zone: east() };
    let other = cosmwasm_std::coins(1, "uother");
    let refusal = world.execute_with(&relayer, &fund, &other).unwrap_err();
    assert!(matches!(refusal, ChainViewError::Payment(_)), "{refusal:?}");
    assert_eq!(refusal_of(world.execute(&relayer, &fund)), Refusal::NoFunds);
}

fn refusal_of(outcome: Result<cw_multi_test::AppResponse, ChainViewError>) -> Refusal {
    refusal(outcome)
}

#[test]
fn a_third_zone_can_be_shown_what_west_believes_of_east() {
    let mut world = World::new(4);
    let mut digest = Hash::ZERO;
    let accept = |digest: &mut Hash, world: &World, height: u64| {
        let hash = world.east.block(Height(height)).unwrap().hash;
        *digest = key::accept(digest, Height(height), &hash);
    };
    accept(&mut digest, &world, 3);
    for (height, trusted) in [(10, 3), (6, 3), (8, 6)] {
        world.advance(world.standard(height, trusted)).unwrap();
        accept(&mut digest, &world, height);
    }
    world.produce(2);
    let state = world.west.sealed();
    let path = key::view(&east());
    let proven = world.west.prove(&world.view, &path, state).unwrap();
    let contract = world.west.canonical(&world.view).unwrap();
    let opened =
        tessera_proof::open(&proven.app_hash, &contract, &[path], &proven.to_proof()).unwrap();
    let belief: Belief = canonical::decode("belief", opened[0].as_ref().unwrap()).unwrap();
    assert_eq!(belief.latest, Height(10));
    assert_eq!(belief.hash, world.east.block(Height(10)).unwrap().hash);
    assert_eq!((belief.acceptance_digest, belief.accepted), (digest, 4));
    assert_eq!(belief.status, ZoneStatus::Active);
}

#[test]
fn a_zone_views_itself_like_any_other_a_block_behind() {
    let mut world = World::new(4);
    let header = world.west.first_header(Height(5)).unwrap();
    let zone = ZoneId::new("west-1").unwrap();
    let owner = world.owner.clone();
    let message = tessera_contract_api::chain_view::ExecuteMsg::RegisterZone {
        zone: zone.clone(),
        header,
        params: params(),
    };
    world.execute(&owner, &message).unwrap();
    let newest = world.west.sealed();
    let header = world
        .west
        .compact_header(
            newest,
            Height(5),
            third(),
            &[world.west.validators().clone()],
            false,
        )
        .unwrap();
    let relayer = world.relayer.clone();
    let message = tessera_contract_api::chain_view::ExecuteMsg::Advance {
        zone: zone.clone(),
        header,
    };
    let response = world.execute(&relayer, &message).unwrap();
    let events: Vec<Event> = response
        .events
        .iter()
        .filter_map(|emitted| {
            let attributes: Vec<_> = emitted
                .attributes
                .iter()
                .map(|attribute| (attribute.key.clone(), attribute.value.clone()))
                .collect();
            let contract = world.west.address(&world.view).unwrap();
            event::decode::<Event>(&contract, &emitted.ty, &attributes)
        })
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(
        matches!(&events[..], [Event::Advanced { zone: viewed, height, .. }]
        if *viewed == zone && *height == newest)
    );
    let root: tessera_primitives::Root = world.query(&QueryMsg::Root {
        zone,
        height: newest,
    });
    assert_eq!(root.state_height, newest.minus(1).unwrap());
}

#[test]
fn other_contracts_ask_through_the_client_of_roots() {
    let mut world = World::new(4);
    world.advance(world.compact(8, 3)).unwrap();
    let client = RootsClient(world.west.address(&world.view).unwrap());
    let zone = east();
    world.west.with_app(|app| {
        let querier = app.wrap();
        let root = client.root(&querier, &zone, Height(8)).unwrap();
        assert_eq!(root.state_height, Height(7));
        let standing = client.standing(&querier, &zone).unwrap();
        assert_eq!(standing, root.standing);
        let next = client.next_root_after(&querier, &zone, Height(3)).unwrap();
        assert_eq!(next, Some(Height(8)));
        assert_eq!(
            client.next_root_after(&querier, &zone, Height(8)).unwrap(),
            None
        );
        let unknown = ZoneId::new("nowhere-1").unwrap();
        let error = client.standing(&querier, &unknown).unwrap_err().to_string();
        assert!(
            error.contains("zone nowhere-1 is not registered"),
            "{error}"
        );
    });
}
