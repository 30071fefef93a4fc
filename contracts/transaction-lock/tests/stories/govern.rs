//! What the owner decides, and what not even the owner can.

use crate::world::{batch, coin_of, denom, rule, settings, World, CAP, FEE, MAX_HORIZON};
use cosmwasm_std::{
    testing::{message_info, mock_dependencies, mock_env},
    Empty, Env,
};
use cw_multi_test::ContractWrapper;
use tessera_contract_api::{
    roles::{Appointment, RolesMsg},
    transaction_lock::{
        CapOf, ConfigResponse, ExecuteMsg, ExposureResponse, InstantiateMsg, PeerResponse,
        QueryMsg, Settings,
    },
};
use tessera_contract_kit::roles::RolesError;
use tessera_lock::{
    state::{MAX_BLOCKS, MAX_GAS, MIN_GAS},
    Refusal,
};
use tessera_primitives::{Address, Amount, Asset, CanonicalAddress, Denom, Seconds, ZoneId};
use transaction_lock::LockError;

fn own_settings(world: &World) -> Settings {
    settings(0, world.address(0, "treasury"))
}

#[test]
fn only_the_owner_decides() {
    let mut world = World::new(2);
    let zone = world.sides[1].zone.id().clone();
    let messages = [
        ExecuteMsg::LinkPeer {
            zone: zone.clone(),
            contract: CanonicalAddress::new([1; 32]).unwrap(),
            roots: world.address(0, "thief"),
        },
        ExecuteMsg::UnlinkPeer { zone: zone.clone() },
        ExecuteMsg::LinkTarget {
            contract: world.address(0, "thief"),
        },
        ExecuteMsg::UnlinkTarget {
            contract: Address::new(world.sides[0].harbour.as_str()).unwrap(),
        },
        ExecuteMsg::SetCap {
            zone,
            asset: coin_of(0),
            max: Amount(u128::MAX),
        },
        ExecuteMsg::SetParameters {
            settings: own_settings(&world),
        },
        ExecuteMsg::Roles(RolesMsg::Unpause {}),
    ];
    for message in messages {
        for pretender in ["thief", "guardian", "ann"] {
            let refusal = world.send(0, pretender, &message, &[]).unwrap_err();
            assert!(
                matches!(refusal, LockError::Roles(RolesError::Unauthorized { .. })),
                "{refusal}"
            );
        }
    }
}

#[test]
fn parameters_have_bounds_to_the_unit() {
    let mut world = World::new(2);
    type Change = fn(&mut Settings, u64);
    let cases: [(&str, Change, u64, u64); 6] = [
        (
            "min_horizon",
            |settings, value| settings.min_horizon = value,
            2,
            MAX_HORIZON,
        ),
        (
            "max_horizon",
            |settings, value| settings.max_horizon = value,
            5,
            MAX_BLOCKS,
        ),
        (
            "fresh",
            |settings, value| settings.fresh = Seconds(value),
            1,
            86_400,
        ),
        (
            "fork_grace",
            |settings, value| settings.fork_grace = value,
            1,
            MAX_BLOCKS,
        ),
        (
            "payout_gas",
            |settings, value| settings.payout_gas = value,
            MIN_GAS,
            MAX_GAS,
        ),
        (
            "lock_gas",
            |settings, value| settings.lock_gas = value,
            MIN_GAS,
            MAX_GAS,
        ),
    ];
    for (name, change, least, most) in cases {
        for (value, fits) in [
            (least - 1, false),
            (least, true),
            (most, true),
            (most + 1, false),
        ] {
            let mut settings = own_settings(&world);
            change(&mut settings, value);
            let result = world.send(0, "owner", &ExecuteMsg::SetParameters { settings }, &[]);
            if fits {
                result.unwrap();
            } else {
                assert!(
                    matches!(rule(result), Refusal::Parameter { .. }),
                    "{name} {value}"
                );
            }
        }
    }
}

#[test]
fn the_denom_of_fees_never_changes() {
    let mut world = World::new(2);
    let mut settings = own_settings(&world);
    settings.fee_denom = Denom::new("uother").unwrap();
    let refusal = rule(world.send(0, "owner", &ExecuteMsg::SetParameters { settings }, &[]));
    assert!(matches!(refusal, Refusal::FeeDenom { .. }));
    let mut settings = own_settings(&world);
    settings.fee = Amount(FEE + 1);
    world
        .send(0, "owner", &ExecuteMsg::SetParameters { settings }, &[])
        .unwrap();
    let config: ConfigResponse = world.ask(0, &QueryMsg::Config {});
    assert_eq!(
        (config.parameters.fee, config.zone.as_str()),
        (Amount(FEE + 1), "alpha-1")
    );
}

#[test]
fn a_treasury_or_a_source_of_roots_is_of_this_zone() {
    let mut world = World::new(2);
    let abroad = world.address(1, "treasury");
    let settings = settings(0, abroad.clone());
    let refusal = world
        .send(0, "owner", &ExecuteMsg::SetParameters { settings }, &[])
        .unwrap_err();
    assert!(matches!(refusal, LockError::Address(_)));
    let link = |roots: Address| ExecuteMsg::LinkPeer {
        zone: ZoneId::new("omega-1").unwrap(),
        contract: CanonicalAddress::new([1; 32]).unwrap(),
        roots,
    };
    let refusal = world
        .send(0, "owner", &link(abroad.clone()), &[])
        .unwrap_err();
    assert!(matches!(refusal, LockError::Address(_)));
    let cap = ExecuteMsg::SetCap {
        zone: world.sides[1].zone.id().clone(),
        asset: Asset::Cw20(abroad),
        max: Amount(1),
    };
    assert!(matches!(
        world.send(0, "owner", &cap, &[]).unwrap_err(),
        LockError::Address(_)
    ));
}

#[test]
fn a_zone_is_not_its_own_peer_and_a_stranger_has_no_cap() {
    let mut world = World::new(2);
    let zone = world.sides[0].zone.id().clone();
    let roots = Address::new(world.sides[0].view.as_str()).unwrap();
    let contract = CanonicalAddress::new([1; 32]).unwrap();
    let link = ExecuteMsg::LinkPeer {
        zone: zone.clone(),
        contract,
        roots,
    };
    assert_eq!(
        rule(world.send(0, "owner", &link, &[])),
        Refusal::OwnZone { zone }
    );
    let zone = ZoneId::new("omega-1").unwrap();
    let cap = ExecuteMsg::SetCap {
        zone: zone.clone(),
        asset: coin_of(0),
        max: Amount(1),
    };
    assert_eq!(
        rule(world.send(0, "owner", &cap, &[])),
        Refusal::NotLinked { zone: zone.clone() }
    );
    let unlink = ExecuteMsg::UnlinkPeer { zone: zone.clone() };
    assert_eq!(
        rule(world.send(0, "owner", &unlink, &[])),
        Refusal::NotLinked { zone }
    );
}

#[test]
fn peers_and_caps_come_by_pages() {
    let mut world = World::new(3);
    let peers: Vec<PeerResponse> = world.ask(
        0,
        &QueryMsg::Peers {
            start_after: None,
            limit: Some(1),
        },
    );
    assert_eq!(
        (peers.len(), peers[0].zone.as_str(), peers[0].linked),
        (1, "beta-1", true)
    );
    let start_after = Some(peers[0].zone.clone());
    let rest: Vec<PeerResponse> = world.ask(
        0,
        &QueryMsg::Peers {
            start_after,
            limit: None,
        },
    );
    assert_eq!((rest.len(), rest[0].zone.as_str()), (1, "gamma-1"));
    let unlink = ExecuteMsg::UnlinkPeer {
        zone: rest[0].zone.clone(),
    };
    world.send(0, "owner", &unlink, &[]).unwrap();
    let all: Vec<PeerResponse> = world.ask(
        0,
        &QueryMsg::Peers {
            start_after: None,
            limit: None,
        },
    );
    assert!(
        !all[1].linked,
        "it stays known: what is committed is settled by its roots"
    );
    let mut seen = Vec::new();
    let mut start_after = None;
    loop {
        let limit = Some(4);
        let page: Vec<ExposureResponse> = world.ask(0, &QueryMsg::Caps { start_after, limit });
        let Some(last) = page.last() else { break };
        start_after = Some(CapOf {
            zone: last.zone.clone(),
            asset: last.asset.clone(),
        });
        seen.extend(page);
    }
    assert_eq!(seen.len(), 6, "three assets against two zones");
    assert!(seen
        .iter()
        .all(|cap| cap.max == Amount(CAP) && cap.at_risk == Amount(0)));
}

#[test]
fn a_lock_with_bad_parameters_is_not_made() {
    let mut world = World::new(1);
    let owner = world.who(0, "owner");
    let make = |world: &mut World, settings: Settings| {
        let roles = Appointment {
            owner: None,
            guardian: None,
        };
        let message = InstantiateMsg { roles, settings };
        world.sides[0].zone.instantiate(&owner, 1, &message, "lock")
    };
    let mut wrong = own_settings(&world);
    wrong.fresh = Seconds(0);
    let refusal: LockError = make(&mut world, wrong).unwrap_err().downcast().unwrap();
    assert!(matches!(refusal, LockError::Rule(_)), "{refusal}");
    let abroad = settings(0, Address::new("beta1treasury").unwrap());
    let refusal: LockError = make(&mut world, abroad).unwrap_err().downcast().unwrap();
    assert!(matches!(refusal, LockError::Address(_)), "{refusal}");
    let fine = own_settings(&world);
    make(&mut world, fine).unwrap();
}

#[test]
fn settings_that_are_left_out_are_the_documented_ones() {
    let json = format!(
        r#"{{"fee":"10","fee_denom":"{}","treasury":"alpha1treasury"}}"#,
        denom(0)
    );
    let settings: Settings = cosmwasm_std::from_json(json).unwrap();
    assert_eq!((settings.min_horizon, settings.max_horizon), (50, 100_000));
    assert_eq!(
        (settings.fresh, settings.fork_grace),
        (Seconds(900), 100_000)
    );
    for wrong in [
        r#"{"fee":"10"}"#,
        r#"{"fee":"10","fee_denom":"ualpha","treasury":"alpha1t","tip":1}"#,
    ] {
        assert!(
            cosmwasm_std::from_json::<Settings>(wrong).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn a_migration_takes_the_legs_over_and_another_contract_not() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register_all(&plan);
    let (owner, lock) = (world.who(0, "owner"), world.sides[0].lock.clone());
    let zone = &mut world.sides[0].zone;
    let code = zone.store_code(|| {
        use transaction_lock::contract::{execute, instantiate, migrate, query, reply};
        let contract = ContractWrapper::new(execute, instantiate, query);
        Box::new(contract.with_reply(reply).with_migrate(migrate))
    });
    zone.migrate(&owner, &lock, code, &Empty {}).unwrap();
    let harbour = world.sides[0].harbour.clone();
    let refused = world.sides[0]
        .zone
        .migrate(&owner, &harbour, code, &Empty {});
    let refused: LockError = refused.unwrap_err().downcast().unwrap();
    assert!(matches!(refused, LockError::Version(_)), "{refused}");
    world.commit(0, &[&plan]).unwrap();
}

#[test]
fn what_is_linked_as_a_target_is_a_contract_of_this_zone() {
    let mut world = World::new(2);
    let address = world.address(0, "bob");
    let link = |contract: Address| ExecuteMsg::LinkTarget { contract };
    assert_eq!(
        world
            .send(0, "owner", &link(address.clone()), &[])
            .unwrap_err(),
        LockError::NoContract { address }
    );
    let foreign = Address::new(world.sides[1].harbour.as_str()).unwrap();
    let refusal = world.send(0, "owner", &link(foreign), &[]).unwrap_err();
    assert!(matches!(refusal, LockError::Address(_)), "{refusal}");
    let side = &world.sides[0];
    let targets = [&side.harbour, &side.villain].map(|of| Address::new(of.as_str()).unwrap());
    let all = QueryMsg::Targets {
        start_after: None,
        limit: None,
    };
    let mut linked: Vec<Address> = world.ask(0, &all);
    linked.sort();
    let mut expected = targets.to_vec();
    expected.sort();
    assert_eq!(linked, expected);
    let [harbour, villain] = targets;
    let unlink = ExecuteMsg::UnlinkTarget { contract: harbour };
    world.send(0, "owner", &unlink, &[]).unwrap();
    assert_eq!(world.ask::<Vec<Address>>(0, &all), [villain]);
    let refusal = rule(world.send(0, "owner", &unlink, &[]));
    assert!(matches!(refusal, Refusal::NotTarget { .. }), "{refusal}");
}

/// Attack: the state of a zone, run under another chain id (a test net from an export, one half of a split), makes tasks
/// that name the zone and are another's.
#[test]
fn nothing_begins_on_another_chain_than_the_locks_own_and_what_began_can_end() {
    use transaction_lock::contract::{execute, instantiate};
    let (mut deps, home) = (mock_dependencies(), mock_env());
    let owner = deps.api.addr_make("owner");
    let message = InstantiateMsg {
        roles: Appointment {
            owner: Some(Address::new(owner.as_str()).unwrap()),
            guardian: None,
        },
        settings: settings(0, Address::new(owner.as_str()).unwrap()),
    };
    let info = message_info(&owner, &[]);
    instantiate(deps.as_mut(), home.clone(), info.clone(), message).unwrap();
    let mut copy = home.clone();
    copy.block.chain_id = "copy-1".into();
    let refused = LockError::OtherChain {
        expected: ZoneId::new(home.block.chain_id.as_str()).unwrap(),
        actual: "copy-1".into(),
    };
    let plan = World::new(2).swap();
    let messages = [
        ExecuteMsg::Register {
            task: plan.task.clone(),
            tx: vec![],
            reversal: vec![],
            tip: Amount(0),
        },
        ExecuteMsg::Commit {
            batch: batch(0, &[&plan], vec![]),
        },
    ];
    let mut send = |env: &Env, message: ExecuteMsg| {
        execute(deps.as_mut(), env.clone(), info.clone(), message).map(|_| ())
    };
    for message in messages {
        assert_eq!(send(&copy, message.clone()), Err(refused_again(&refused)));
        assert_ne!(send(&home, message), Err(refused_again(&refused)));
    }
    // Exits get as far as they do at home: to the task, which is not there.
    let lapse = ExecuteMsg::Lapse { task_id: plan.id() };
    assert_eq!(send(&copy, lapse.clone()), send(&home, lapse));
    let settle = ExecuteMsg::Settle {
        batch: batch(0, &[&plan], vec![]),
    };
    assert_eq!(send(&copy, settle), Ok(()));
}

fn refused_again(refusal: &LockError) -> LockError {
    match refusal {
        LockError::OtherChain { expected, actual } => LockError::OtherChain {
            expected: expected.clone(),
            actual: actual.clone(),
        },
        other => panic!("{other}"),
    }
}
