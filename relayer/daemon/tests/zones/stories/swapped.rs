use cw20_base::msg::InstantiateMsg;
use tessera_primitives::{Address, Asset};

use tessera_lock::Settlement;

use crate::{
    ground::Ground,
    operator::cap,
    people::PURSE,
    task::{pays, Leg, SENT},
};

const TOKENS: u128 = 7_000;

/// Alice gives coins of one zone for Bob's tokens on another; the operator raises the token's cap in the manifest first.
pub fn a_coin_against_a_token(ground: &Ground) {
    let [alice, bob] = ground.people(["swap-alice", "swap-bob"]);
    let made = InstantiateMsg {
        name: "Example".into(),
        symbol: "EXA".into(),
        decimals: 6,
        initial_balances: vec![cw20::Cw20Coin {
            address: bob.address.to_string(),
            amount: (TOKENS + 1).into(),
        }],
        mint: None,
        marketing: None,
    };
    let token: Address = ground.contract(1, &bob, "cw20_base", &made);
    let asset = Asset::Cw20(token.clone());
    let written = format!("{{ cw20 = \"{token}\" }}");
    ground
        .caps
        .lock()
        .unwrap()
        .push((1, cap(ground.id(0), &written)));
    ground.deploy();

    let legs = [
        ground.payment(0, &alice, &bob, 300),
        Leg {
            zone: 1,
            registrant: &bob,
            tx: vec![pays(asset.clone(), TOKENS, &alice)],
            reversal: vec![pays(asset.clone(), TOKENS, &bob)],
            ahead: 300,
        },
    ];
    let draft = ground.draft(Settlement::OnProof, &legs);
    let task = ground.register(0, &alice, &draft).task;
    ground.register(1, &bob, &draft);
    ground.expect(&task, &[(0, "kept"), (1, "kept")]);
    assert_eq!(ground.coins(0, &bob.address), PURSE + SENT);
    assert_eq!(ground.holds(1, &alice.address, &asset), TOKENS);
    assert_eq!(ground.holds(1, &bob.address, &asset), 1);
    assert_eq!(ground.holds(1, &ground.sites[1].lock, &asset), 0);
}
