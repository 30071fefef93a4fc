//! What only the owner may do, what goes on while the contract is paused, and who takes over from whom.
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
use cosmwasm_std::coins;
use cw_multi_test::ContractWrapper;
use tessera_contract_api::{
    chain_view::{ExecuteMsg, HeaderResponse, MigrateMsg, QueryMsg, ViewResponse},
    roles::{RolesMsg, RolesResponse},
};
use tessera_contract_kit::{
    roles::RolesError,
    version::{self, VersionError},
};
use tessera_header::Refusal as HeaderRefusal;
use tessera_primitives::{Amount, Denom, Height, Seconds, ZoneId, ZoneStatus};
use tessera_testing::{Validators, Zone, ZoneConfig};
use tessera_view::{state::Params, Refusal};
use world::*;

fn id(text: &str) -> ZoneId {
    ZoneId::new(text).unwrap()
}

#[test]
fn a_stranger_may_not_do_what_the_owner_may() {
    let mut world = World::new(4);
    let header = world.east.first_header(Height(8)).unwrap();
    let owners = [
        ExecuteMsg::RegisterZone {
            zone: id("north-1"),
            header: header.clone(),
            params: params(),
        },
        admit(header.clone()),
        ExecuteMsg::Renew {
            zone: east(),
            chain_id: id("east-2"),
            header,
        },
        ExecuteMsg::CloseZone { zone: east() },
        ExecuteMsg::Roles(RolesMsg::Unpause {}),
    ];
    let before = world.view();
    for sender in [world.relayer.clone(), world.guardian.clone()] {
        for message in &owners {
            let refused = world.execute(&sender, message).unwrap_err();
            assert!(
                matches!(
                    refused,
                    ChainViewError::Roles(RolesError::Unauthorized { .. })
                ),
                "{refused:?}"
            );
        }
    }
    assert_eq!(world.view(), before);
}

#[test]
fn what_keeps_views_alive_works_while_paused() {
    let mut world = World::new(4);
    world.produce(10);
    let mut other = world.east.fork_at(Height(15)).unwrap();
    other.produce(6).unwrap();
    let (owner, guardian, relayer) = (
        world.owner.clone(),
        world.guardian.clone(),
        world.relayer.clone(),
    );
    world.fund(500);
    world
        .execute(&guardian, &ExecuteMsg::Roles(RolesMsg::Pause {}))
        .unwrap();
    let roles: RolesResponse = world.query(&QueryMsg::Roles {});
    assert!(roles.paused);
    // Entries do not.
    world.west.mint(&relayer, 10, DENOM).unwrap();
    let fund = ExecuteMsg::Fund { zone: east() };
    let refused = world
        .execute_with(&relayer, &fund, &coins(10, DENOM))
        .unwrap_err();
    assert_eq!(refused, ChainViewError::Roles(RolesError::Paused));
    let header = world.east.first_header(Height(8)).unwrap();
    let refused = world.execute(&owner, &register(header)).unwrap_err();
    assert_eq!(refused, ChainViewError::Roles(RolesError::Paused));
    // A paused advance would let clients expire; a paused report would let a fork pay out.
    world.advance(world.compact(18, 3)).unwrap();
    world
        .advance(other.standard_header(Height(18), Height(3)).unwrap())
        .unwrap();
    assert_eq!(world.standing().status, ZoneStatus::Forked);
    world
        .execute(&owner, &admit(other.first_header(Height(20)).unwrap()))
        .unwrap();
    world
        .execute(&owner, &ExecuteMsg::CloseZone { zone: east() })
        .unwrap();
    world.wait(3_000);
    let limit = 10;
    world
        .execute(
            &relayer,
            &ExecuteMsg::Prune {
                zone: east(),
                limit,
            },
        )
        .unwrap();
    assert_eq!(world.standing().status, ZoneStatus::Closed);
    world
        .execute(&owner, &ExecuteMsg::Roles(RolesMsg::Unpause {}))
        .unwrap();
}

#[test]
fn a_zone_is_registered_from_a_header_of_its_own_inside_its_trusting_period() {
    let mut world = World::empty(Validators::equal("east-1", 4, 10).unwrap());
    let owner = world.owner.clone();
    let compact = world.compact(8, 3);
    let refused = refusal(world.execute(&owner, &register(compact)));
    assert!(
        matches!(refused, Refusal::Header(_)),
        "the compact form says too little: {refused:?}"
    );
    let mut north = Zone::new("north-1", "north").unwrap();
    north.produce(5).unwrap();
    let foreign = north.first_header(Height(3)).unwrap();
    let refused = refusal(world.execute(&owner, &register(foreign)));
    assert!(matches!(
        refused,
        Refusal::Header(HeaderRefusal::WrongChain { .. })
    ));
    let header = world.east.first_header(Height(3)).unwrap();
    let too_long = ExecuteMsg::RegisterZone {
        zone: east(),
        header: header.clone(),
        params: Params {
            trusting_period: Seconds(3_000),
            ..params()
        },
    };
    let refused = refusal(world.execute(&owner, &too_long));
    assert!(matches!(
        refused,
        Refusal::Parameter {
            what: "trusting_period",
            actual: 3_000,
            ..
        }
    ));
    let unregistered = world.refused(compact_of_east(&world));
    assert_eq!(unregistered, Refusal::UnknownZone { zone: east() });
    world.wait(2_000);
    let refused = refusal(world.execute(&owner, &register(header)));
    assert!(matches!(refused, Refusal::Expired { .. }));
    world.produce(1);
    let header = world.east.first_header(world.east.sealed()).unwrap();
    world.execute(&owner, &register(header.clone())).unwrap();
    let refused = refusal(world.execute(&owner, &register(header)));
    assert!(matches!(refused, Refusal::IdTaken { .. }));
}

fn compact_of_east(world: &World) -> tessera_header::Header {
    world.compact(8, 3)
}

#[test]
fn an_expired_zone_is_renewed_by_the_owner_alone() {
    let mut world = World::new(4);
    world.wait(2_500);
    world.produce(2);
    let sealed = world.east.sealed();
    let header = world.east.first_header(sealed).unwrap();
    let renew = |chain_id: &str, header| ExecuteMsg::Renew {
        zone: east(),
        chain_id: id(chain_id),
        header,
    };
    let owner = world.owner.clone();
    let wrong = refusal(world.execute(&owner, &renew("east-2", header.clone())));
    assert!(matches!(
        wrong,
        Refusal::Header(HeaderRefusal::WrongChain { .. })
    ));
    world
        .execute(&owner, &renew("east-1", header.clone()))
        .unwrap();
    assert_eq!(world.standing().status, ZoneStatus::Active);
    let again = refusal(world.execute(&owner, &renew("east-1", header)));
    assert!(matches!(again, Refusal::NothingToRenew { .. }));
    world.produce(2);
    let compact = world.compact(sealed.0 + 1, sealed.0);
    world.advance(compact).unwrap();
}

#[test]
fn an_upgraded_zone_is_followed_and_answers_to_its_old_id() {
    let mut world = World::new(4);
    let config = ZoneConfig::new("east-2", "east").unwrap();
    let mut upgraded = Zone::start(ZoneConfig {
        genesis: world.east.time(),
        ..config
    });
    upgraded.produce(20).unwrap();
    world.produce(20);
    let owner = world.owner.clone();
    let renew = ExecuteMsg::Renew {
        zone: east(),
        chain_id: id("east-2"),
        header: upgraded.first_header(Height(15)).unwrap(),
    };
    world.execute(&owner, &renew).unwrap();
    let by_both: [ViewResponse; 2] =
        ["east-1", "east-2"].map(|zone| world.query(&QueryMsg::View { zone: id(zone) }));
    assert_eq!(by_both[0], by_both[1]);
    assert_eq!(by_both[0].chain_id, id("east-2"));
    assert!(world.root(3).is_ok());
    let cached = [upgraded.validators().clone()];
    let header = upgraded
        .compact_header(Height(18), Height(15), third(), &cached, false)
        .unwrap();
    world.advance(header).unwrap();
    assert_eq!(world.standing().latest, Height(18));
    let old = world.refused(world.standard(20, 3));
    assert!(
        matches!(old, Refusal::Header(HeaderRefusal::WrongChain { .. })),
        "{old:?}"
    );
}

#[test]
fn a_closed_zone_ends_where_it_was_and_stays_there() {
    let mut world = World::new(4);
    let owner = world.owner.clone();
    world
        .execute(&owner, &ExecuteMsg::CloseZone { zone: east() })
        .unwrap();
    world.advance(world.compact(8, 3)).unwrap();
    world.wait(600);
    world.produce(1);
    let standing = world.standing();
    assert_eq!(standing.status, ZoneStatus::Closed);
    assert_eq!(standing.closing.unwrap().last, Some(Height(8)));
    let refused = world.refused(world.compact(10, 8));
    assert!(matches!(refused, Refusal::Closed { .. }));
    assert!(world.root(8).is_ok());
}

#[test]
fn views_and_headers_are_listed_by_pages() {
    let mut world = World::new(1);
    let owner = world.owner.clone();
    for number in 0..33 {
        let name = format!("z{number:02}-1");
        let mut zone = Zone::new(&name, "east").unwrap();
        zone.produce(5).unwrap();
        let register = ExecuteMsg::RegisterZone {
            zone: id(&name),
            header: zone.first_header(Height(3)).unwrap(),
            params: params(),
        };
        world.execute(&owner, &register).unwrap();
    }
    let page = |start_after, limit| -> Vec<ViewResponse> {
        world.query(&QueryMsg::ViewList { start_after, limit })
    };
    let first = page(None, None);
    assert_eq!(first.len(), 30);
    let rest = page(Some(first[29].zone.clone()), Some(1_000));
    assert_eq!(rest.len(), 4);
    let mut names: Vec<_> = first
        .iter()
        .chain(&rest)
        .map(|view| view.zone.clone())
        .collect();
    names.dedup();
    assert_eq!(names.len(), 34);
    for (height, trusted) in [(4, 3), (6, 4), (9, 6)] {
        world.advance(world.compact(height, trusted)).unwrap();
    }
    let headers = |start_after, limit| -> Vec<u64> {
        let headers: Vec<HeaderResponse> = world.query(&QueryMsg::Headers {
            zone: east(),
            start_after,
            limit,
        });
        assert!(headers.iter().all(|stored| stored.counts));
        headers
            .iter()
            .map(|stored| stored.header.height.0)
            .collect()
    };
    assert_eq!(headers(None, Some(2)), [3, 4]);
    assert_eq!(headers(Some(Height(4)), None), [6, 9]);
    assert_eq!(headers(Some(Height(u64::MAX)), None), [0u64; 0]);
    let denom: Denom = world.query(&QueryMsg::ReserveDenom {});
    assert_eq!(denom.as_str(), DENOM);
}

#[test]
fn a_migration_from_another_contract_or_to_an_older_version_is_refused() {
    let mut world = World::new(4);
    world.fund(100);
    let before = world.view();
    let (owner, code, view) = (world.owner.clone(), world.code, world.view.clone());
    // The same version over itself is taken.
    world
        .west
        .migrate(&owner, &view, code, &MigrateMsg {})
        .unwrap();
    assert_eq!(world.view(), before);
    for (name, number, other_name) in [("chain-view", "99.0.0", false), ("booking", "0.1.0", true)]
    {
        let mut world = world.clone();
        let address = view.clone();
        world.west.with_app(|app| {
            let mut storage = app.contract_storage_mut(&address);
            version::record(storage.as_mut(), name, number).unwrap();
        });
        let error = world
            .west
            .migrate(&owner, &view, code, &MigrateMsg {})
            .unwrap_err();
        let refused = error.downcast::<ChainViewError>().unwrap();
        match refused {
            ChainViewError::Version(VersionError::Contract { .. }) => assert!(other_name),
            ChainViewError::Version(VersionError::Newer { .. }) => assert!(!other_name),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.view(), before);
    }
    let stranger = world.relayer.clone();
    assert!(world
        .west
        .migrate(&stranger, &view, code, &MigrateMsg {})
        .is_err());
}

#[test]
fn a_contract_instantiated_with_money_or_with_unknown_fields_is_refused() {
    let mut west = Zone::new("west-1", "west").unwrap();
    let code = west.store_code(|| {
        Box::new(ContractWrapper::new(
            chain_view::contract::execute,
            chain_view::contract::instantiate,
            chain_view::contract::query,
        ))
    });
    let owner = west.account("owner").unwrap();
    let unknown = serde_json::json!({
        "roles": { "owner": null, "guardian": null },
        "reserve_denom": DENOM,
        "denom": DENOM,
    });
    let error = west
        .instantiate(&owner, code, &unknown, "chain-view")
        .unwrap_err();
    assert!(format!("{error:#}").contains("unknown field"), "{error:#}");
    let foreign = serde_json::json!({
        "roles": { "owner": "cosmos1deadbeef", "guardian": null },
        "reserve_denom": DENOM,
    });
    let error = west
        .instantiate(&owner, code, &foreign, "chain-view")
        .unwrap_err();
    assert!(
        format!("{error:#}").contains("cosmos1deadbeef"),
        "{error:#}"
    );
    let nobody = serde_json::json!({
        "roles": { "owner": null, "guardian": null },
        "reserve_denom": DENOM,
    });
    let view = west
        .instantiate(&owner, code, &nobody, "chain-view")
        .unwrap();
    let close = ExecuteMsg::CloseZone { zone: east() };
    let error = west.execute(&owner, &view, &close, &[]).unwrap_err();
    assert!(format!("{error:#}").contains("nobody"), "{error:#}");
    assert_eq!(west.balance(&view, DENOM).unwrap(), Amount(0));
}
