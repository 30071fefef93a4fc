use tessera_contract_api::{
    booking::{Booking, ExecuteMsg, InstantiateMsg, ItemResponse, QueryMsg},
    roles::Appointment,
    transaction_lock,
};
use tessera_lock::{Effect, Settlement};
use tessera_primitives::{Amount, Coin};

use crate::{
    ground::Ground,
    people::{Person, PURSE},
    task::{pays, Leg, SENT},
};

const PRICE: u128 = 50;

/// Alice books two berths on one zone if Bob pays her on another; the operator lets legs call the harbour's contract first.
pub fn a_berth_for_a_payment(ground: &Ground) {
    let [alice, bob, harbour] = ground.people(["book-alice", "book-bob", "book-harbour"]);
    let made = InstantiateMsg {
        roles: Appointment {
            owner: Some(harbour.address.clone()),
            guardian: None,
        },
        denom: ground.zone(0).denom.parse().unwrap(),
    };
    let booking = ground.contract(0, &harbour, "booking", &made);
    let stock = ExecuteMsg::Stock {
        item: "berth".into(),
        free: 5,
        price: Amount(PRICE),
        reserved_for: None,
    };
    let lock = ground.sites[0].lock.clone();
    let target = transaction_lock::ExecuteMsg::LinkTarget {
        contract: booking.clone(),
    };
    let owner = Person {
        name: "deployer".into(),
        address: ground.address_of(0, "deployer"),
    };
    ground.send(0, &owner, &[(&lock, target, 0)]).unwrap();
    let link = ExecuteMsg::LinkLock { lock };
    let said = [(&booking, stock, 0), (&booking, link, 0)];
    ground.send(0, &harbour, &said).unwrap();
    ground.targets.lock().unwrap().push((0, booking.clone()));
    ground.deploy();

    let (coin, price) = (ground.coin(0), 2 * PRICE);
    let wanted = Booking {
        item: "berth".into(),
        units: 2,
        price: Amount(price),
    };
    let call = |funds| Effect::Call {
        contract: booking.clone(),
        payload: wanted.payload().unwrap(),
        funds,
    };
    let funds = vec![Coin {
        asset: coin.clone(),
        amount: Amount(price),
    }];
    let legs = [
        Leg {
            zone: 0,
            registrant: &alice,
            tx: vec![call(funds)],
            reversal: vec![call(Vec::new()), pays(coin, price, &alice)],
            ahead: 300,
        },
        ground.payment(1, &bob, &alice, 300),
    ];
    let draft = ground.draft(Settlement::OnProof, &legs);
    let task = ground.register(0, &alice, &draft).task;
    ground.register(1, &bob, &draft);
    ground.expect(&task, &[(0, "kept"), (1, "kept")]);

    let held = QueryMsg::Held {
        holder: alice.address.clone(),
        item: "berth".into(),
    };
    assert_eq!(ground.ask::<u32>(0, &booking, &held), 2);
    let item = QueryMsg::Item {
        item: "berth".into(),
    };
    let item: ItemResponse = ground.ask(0, &booking, &item);
    assert_eq!((item.free, item.reserved, item.taken), (3, 0, 2));
    assert_eq!(ground.coins(0, &booking), price);
    assert_eq!(ground.coins(1, &alice.address), PURSE + SENT);
}
