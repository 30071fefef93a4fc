//! Who may do what: the owner, the guardian, a stranger, and the contract itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use cosmwasm_std::{
    testing::{mock_env, MockApi, MockStorage},
    Addr, Storage,
};
use tessera_contract_api::{
    permissions,
    roles::{Appointment, RolesMsg},
};
use tessera_contract_kit::{
    address::AddressError,
    roles::{appoint, execute, permit, query, RolesError},
};
use tessera_primitives::Address;

enum Message {
    Enter,
    Exit,
    Inner,
}

permissions! {
    Message {
        "enter": Message::Enter => Anyone, Refused;
        "exit": Message::Exit => Anyone, Works;
        "inner": Message::Inner => Itself, Works;
    }
}

fn who(name: &str) -> Addr {
    MockApi::default().addr_make(name)
}

fn named(name: &str) -> Option<Address> {
    Some(Address::new(who(name).as_str()).unwrap())
}

fn contract() -> MockStorage {
    let mut storage = MockStorage::new();
    let appointment = Appointment {
        owner: named("owner"),
        guardian: named("guardian"),
    };
    appoint(&mut storage, &MockApi::default(), appointment).unwrap();
    storage
}

fn send(storage: &mut dyn Storage, sender: &str, message: RolesMsg) -> Result<(), RolesError> {
    permit(storage, &mock_env(), &who(sender), &message)?;
    execute(storage, &MockApi::default(), message)
}

#[test]
fn the_owner_is_handed_over_in_two_steps() {
    let mut storage = contract();
    send(
        &mut storage,
        "owner",
        RolesMsg::OfferOwner { to: named("heir") },
    )
    .unwrap();
    assert_eq!(
        query(&storage).unwrap().owner,
        named("owner"),
        "an offer changes nothing yet"
    );
    for thief in ["stranger", "guardian", "owner"] {
        let refused = send(&mut storage, thief, RolesMsg::AcceptOwner {});
        assert!(
            matches!(refused, Err(RolesError::Unauthorized { .. })),
            "{thief}"
        );
    }
    send(&mut storage, "heir", RolesMsg::AcceptOwner {}).unwrap();
    let roles = query(&storage).unwrap();
    assert_eq!((roles.owner, roles.pending_owner), (named("heir"), None));
    assert!(
        send(&mut storage, "owner", RolesMsg::Pause {}).is_err(),
        "the old owner is out"
    );
    assert!(
        send(&mut storage, "heir", RolesMsg::AcceptOwner {}).is_err(),
        "an offer holds once"
    );
}

#[test]
fn an_offer_can_be_withdrawn() {
    let mut storage = contract();
    send(
        &mut storage,
        "owner",
        RolesMsg::OfferOwner { to: named("heir") },
    )
    .unwrap();
    send(&mut storage, "owner", RolesMsg::OfferOwner { to: None }).unwrap();
    let refused = send(&mut storage, "heir", RolesMsg::AcceptOwner {}).unwrap_err();
    assert!(refused.to_string().contains("nobody"), "{refused}");
}

#[test]
fn a_renounced_contract_has_no_owner_for_good() {
    let mut storage = contract();
    send(
        &mut storage,
        "owner",
        RolesMsg::OfferOwner { to: named("heir") },
    )
    .unwrap();
    send(&mut storage, "owner", RolesMsg::RenounceOwner {}).unwrap();
    for account in ["owner", "heir"] {
        assert!(send(&mut storage, account, RolesMsg::AcceptOwner {}).is_err());
        assert!(send(
            &mut storage,
            account,
            RolesMsg::OfferOwner { to: named(account) }
        )
        .is_err());
    }
}

#[test]
fn the_guardian_stops_entries_and_cannot_stop_exits() {
    let mut storage = contract();
    let env = mock_env();
    assert!(send(&mut storage, "stranger", RolesMsg::Pause {}).is_err());
    send(&mut storage, "guardian", RolesMsg::Pause {}).unwrap();
    let user = who("user");
    assert_eq!(
        permit(&storage, &env, &user, &Message::Enter),
        Err(RolesError::Paused)
    );
    assert_eq!(permit(&storage, &env, &user, &Message::Exit), Ok(()));
    // A guardian's stolen key can stop, and neither start nor take over.
    assert!(send(&mut storage, "guardian", RolesMsg::Unpause {}).is_err());
    assert!(send(
        &mut storage,
        "guardian",
        RolesMsg::SetGuardian { guardian: None }
    )
    .is_err());
    send(
        &mut storage,
        "owner",
        RolesMsg::SetGuardian {
            guardian: named("other"),
        },
    )
    .unwrap();
    send(&mut storage, "owner", RolesMsg::Unpause {}).unwrap();
    assert_eq!(permit(&storage, &env, &user, &Message::Enter), Ok(()));
    assert!(send(&mut storage, "guardian", RolesMsg::Pause {}).is_err());
    send(&mut storage, "owner", RolesMsg::Pause {}).unwrap();
}

#[test]
fn only_the_contract_speaks_as_itself() {
    let (storage, env) = (contract(), mock_env());
    assert_eq!(
        permit(&storage, &env, &env.contract.address, &Message::Inner),
        Ok(())
    );
    for account in ["owner", "guardian", "stranger"] {
        let refused = permit(&storage, &env, &who(account), &Message::Inner).unwrap_err();
        assert!(
            refused.to_string().contains("the contract itself"),
            "{refused}"
        );
    }
}

#[test]
fn nobody_can_be_appointed_who_is_not_of_this_zone() {
    let mut storage = contract();
    let foreign = Some(Address::new("other1qqqq").unwrap());
    let refused = send(
        &mut storage,
        "owner",
        RolesMsg::OfferOwner {
            to: foreign.clone(),
        },
    );
    assert!(matches!(
        refused,
        Err(RolesError::Address(AddressError::Foreign { .. }))
    ));
    let shouted = Address::new(who("heir").as_str().to_uppercase()).unwrap();
    let refused = send(
        &mut storage,
        "owner",
        RolesMsg::SetGuardian {
            guardian: Some(shouted),
        },
    );
    assert!(refused.is_err(), "an address that is not normalised");
    let appointment = Appointment {
        owner: foreign,
        guardian: None,
    };
    assert!(appoint(&mut MockStorage::new(), &MockApi::default(), appointment).is_err());
}
