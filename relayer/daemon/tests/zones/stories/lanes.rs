//! Signing lanes on a real node, with what may go wrong between them and it. Every transaction pays one token, so the
//! receiver's balance counts how often each was done.

use std::{process::Command, sync::Arc, time::Duration};

use serde_json::json;
use tessera::{
    chain::{
        wasmd::{Gas, Settings, Wasmd},
        Call, Chain, ChainError, Included, Offered,
    },
    duties,
    keys::KeyRing,
};
use tessera_primitives::{Address, Asset};

use crate::{
    bad_node::{BadNode, Behind, Spoilt},
    ground::Ground,
    people::Person,
};

/// Who pays whom in which token, by way of which nodes.
struct Payments<'a> {
    ground: &'a Ground,
    payer: Person,
    payee: Person,
    token: Address,
    nodes: Vec<BadNode>,
}

impl<'a> Payments<'a> {
    fn new(ground: &'a Ground, names: [&str; 2], nodes: usize) -> Payments<'a> {
        let [payer, payee] = ground.people(names);
        let purse = json!([{ "address": payer.address, "amount": "1000" }]);
        let made =
            json!({ "name": "token", "symbol": "TOK", "decimals": 6, "initial_balances": purse });
        let token = ground.contract(0, &payer, "cw20_base", &made);
        let nodes = (0..nodes).map(|_| {
            let behind = Behind::Node(ground.zone(0).rpc.clone());
            ground.runtime.block_on(BadNode::start(behind))
        });
        Payments {
            nodes: nodes.collect(),
            ground,
            payer,
            payee,
            token,
        }
    }

    fn settings(&self) -> Settings {
        let zone = self.ground.zone(0);
        Settings {
            zone: zone.chain_id.parse().unwrap(),
            endpoints: self.nodes.iter().map(|node| node.url.clone()).collect(),
            account_prefix: zone.bech32_prefix.clone(),
            gas: Gas {
                price: zone.gas_price.parse().unwrap(),
                denom: zone.denom.clone(),
                multiplier: 1.4,
                limit: 30_000_000,
                dynamic: None,
            },
            fee_granter: None,
            max_bytes: 180_000,
            memo: String::new(),
            timeout: Duration::from_secs(2),
            timeout_blocks: 30,
        }
    }

    async fn lane(&self, settings: Settings) -> Wasmd {
        let ring = KeyRing::new(self.ground.path("keys"));
        let id = self.ground.id(0).parse().unwrap();
        let key = ring.load(&id, &self.payer.name).unwrap();
        Wasmd::connect(settings, Some(key)).await.unwrap()
    }

    fn pay(&self, amount: u32) -> Vec<Call> {
        let transfer = json!({ "transfer": { "recipient": self.payee.address, "amount": amount.to_string() } });
        vec![duties::call(&self.token, &transfer).unwrap()]
    }

    fn paid(&self) -> u128 {
        let token = Asset::Cw20(self.token.clone());
        self.ground.holds(0, &self.payee.address, &token)
    }

    fn offers(&self) -> usize {
        let asked = self.nodes.iter().flat_map(BadNode::asked);
        asked.filter(|method| method == "broadcast_tx_sync").count()
    }
}

/// As the relayer does: what lost its place is signed again.
async fn insist(lane: &Wasmd, calls: &[Call]) -> Included {
    loop {
        let sent = match lane.prepare(calls).await {
            Ok(prepared) => lane.send(prepared).await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(included) => return included,
            Err(error) if error.is_sequence() => {
                let chance: f64 = rand::random();
                tokio::time::sleep(Duration::from_millis(200).mul_f64(0.5 + chance)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// The node takes a transaction and its answer is lost: it is known all the same, and done once.
pub fn an_answer_is_lost(ground: &Ground) {
    let payments = Payments::new(ground, ["lost-payer", "lost-payee"], 1);
    ground.runtime.block_on(async {
        let lane = payments.lane(payments.settings()).await;
        let prepared = lane.prepare(&payments.pay(1)).await.unwrap();
        payments.nodes[0].spoil(Spoilt::Swallowing);
        assert_eq!(lane.offer(&prepared).await.unwrap(), Offered::Unknown);
        // The next one is signed only when the first one's fate is known.
        let next = lane.prepare(&payments.pay(10)).await.unwrap();
        payments.nodes[0].spoil(Spoilt::Sound);
        lane.settled(&prepared).await.unwrap();
        lane.send(next).await.unwrap();
    });
    assert_eq!(payments.paid(), 11);
}

/// The node loses it: the same bytes are offered again until they are in a block.
pub fn a_transaction_is_lost(ground: &Ground) {
    let payments = Payments::new(ground, ["loser-payer", "loser-payee"], 1);
    ground.runtime.block_on(async {
        let lane = Arc::new(payments.lane(payments.settings()).await);
        let prepared = lane.prepare(&payments.pay(1)).await.unwrap();
        payments.nodes[0].spoil(Spoilt::Losing);
        assert_eq!(lane.offer(&prepared).await.unwrap(), Offered::Unknown);
        let (waiting, waited) = (lane.clone(), prepared.clone());
        let settled = tokio::spawn(async move { waiting.settled(&waited).await });
        tokio::time::sleep(Duration::from_secs(2)).await;
        payments.nodes[0].spoil(Spoilt::Sound);
        let included = settled.await.unwrap().unwrap();
        assert_eq!(included.hash, prepared.hash);
        lane.send(lane.prepare(&payments.pay(10)).await.unwrap())
            .await
            .unwrap();
    });
    assert_eq!(payments.paid(), 11);
}

/// A second transaction waits behind the first one in the queue.
pub fn two_are_under_way(ground: &Ground) {
    let payments = Payments::new(ground, ["pipe-payer", "pipe-payee"], 1);
    ground.runtime.block_on(async {
        let lane = payments.lane(payments.settings()).await;
        let mut under_way = Vec::new();
        for amount in [1, 10, 100] {
            let prepared = lane.prepare(&payments.pay(amount)).await.unwrap();
            assert_eq!(lane.offer(&prepared).await.unwrap(), Offered::Queued);
            under_way.push(prepared);
        }
        for prepared in &under_way {
            lane.settled(prepared).await.unwrap();
        }
    });
    assert_eq!(payments.paid(), 111);
    assert_eq!(payments.offers(), 3, "none was refused");
}

/// Another program uses the key all the time: each transaction is done once, with few refused ones.
pub fn the_key_is_used_elsewhere(ground: &Ground) {
    const EACH: u32 = 10;
    let payments = Payments::new(ground, ["shared-payer", "shared-payee"], 1);
    ground.runtime.block_on(async {
        let lanes = [
            payments.lane(payments.settings()).await,
            payments.lane(payments.settings()).await,
        ];
        // Different ones: alike at one sequence they would be one transaction.
        let send = |lane, amount| {
            let calls = payments.pay(amount);
            async move {
                for _ in 0..EACH {
                    insist(lane, &calls).await;
                }
            }
        };
        tokio::join!(send(&lanes[0], 1), send(&lanes[1], 10));
    });
    assert_eq!(payments.paid(), u128::from(11 * EACH));
    let offers = payments.offers();
    println!("{offers} offers for {} transactions", 2 * EACH);
    assert!(offers <= 4 * EACH as usize, "{offers}: a storm");
}

/// The lane's node is gone: another takes its place, and nothing is done twice.
pub fn the_node_changes(ground: &Ground) {
    let payments = Payments::new(ground, ["moving-payer", "moving-payee"], 2);
    ground.runtime.block_on(async {
        let lane = payments.lane(payments.settings()).await;
        for (turn, amount) in [1, 10, 100, 1_000 - 111].into_iter().enumerate() {
            insist(&lane, &payments.pay(amount)).await;
            let (gone, back) = (turn % 2, 1 - turn % 2);
            payments.nodes[gone].spoil(Spoilt::Refusing);
            payments.nodes[back].spoil(Spoilt::Sound);
        }
    });
    assert_eq!(payments.paid(), 1_000);
}

/// A key without money says so, and goes on when it was given some; a granter may pay for it.
pub fn the_wallet_is_empty(ground: &Ground) {
    let payments = Payments::new(ground, ["rich-payer", "rich-payee"], 1);
    let poor = "penniless";
    let words = tessera::keys::new_mnemonic().unwrap();
    let address = Address::new(ground.add_key(poor, &words)).unwrap();
    let lane = |granter: Option<Address>| {
        let payments = &payments;
        async move {
            let ring = KeyRing::new(payments.ground.path("keys"));
            let key = ring.load(&payments.ground.id(0).parse().unwrap(), poor);
            let settings = Settings {
                fee_granter: granter,
                ..payments.settings()
            };
            Wasmd::connect(settings, Some(key.unwrap())).await.unwrap()
        }
    };
    // It holds no token either: paying nobody nothing is refused by the token, allowing is not.
    let allow =
        json!({ "increase_allowance": { "spender": payments.payee.address, "amount": "1" } });
    let calls = [duties::call(&payments.token, &allow).unwrap()];
    let own = ground.runtime.block_on(lane(None));
    let refused = ground.runtime.block_on(own.prepare(&calls)).unwrap_err();
    assert!(
        matches!(&refused, ChainError::NoMoney { account, .. } if *account == address),
        "{refused}"
    );
    grant(ground, &address);
    let granter = ground.runtime.block_on(async {
        let granter = validator(ground);
        let granted = lane(Some(granter.clone())).await;
        let prepared = granted.prepare(&calls).await.unwrap();
        granted.send(prepared).await.unwrap();
        let refused = own.prepare(&calls).await.unwrap_err();
        assert!(matches!(refused, ChainError::NoMoney { .. }), "{refused}");
        granter
    });
    assert_ne!(granter, address);
    ground.fund(0, &[&address]);
    ground.runtime.block_on(async {
        let prepared = own.prepare(&calls).await.unwrap();
        own.send(prepared).await.unwrap();
    });
}

fn wasmd(ground: &Ground, arguments: &[&str]) -> String {
    let zone = ground.zone(0);
    let mut command = Command::new(&ground.record.binary);
    command
        .args(arguments)
        .arg("--home")
        .arg(&zone.nodes[0].home);
    let done = command
        .args(["--keyring-backend", "test"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    String::from_utf8(done.stdout).unwrap()
}

fn validator(ground: &Ground) -> Address {
    let shown = wasmd(ground, &["keys", "show", "validator", "--address"]);
    Address::new(shown.trim()).unwrap()
}

/// The validator pays somebody's fees from now on.
fn grant(ground: &Ground, to: &Address) {
    let _alone = ground.funding[0].lock().unwrap();
    let zone = ground.zone(0);
    let price = format!("{}{}", zone.gas_price, zone.denom);
    let grant = ["tx", "feegrant", "grant", "validator", to.as_str()];
    let paid = [
        "--gas",
        "auto",
        "--gas-adjustment",
        "1.5",
        "--gas-prices",
        &price,
    ];
    let where_to = ["--chain-id", &zone.chain_id, "--node", &zone.rpc, "--yes"];
    wasmd(ground, &[&grant[..], &paid, &where_to].concat());
    std::thread::sleep(Duration::from_secs(2));
}
