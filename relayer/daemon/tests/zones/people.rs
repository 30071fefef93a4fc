//! Who takes part in the stories, and what they have.

use std::process::Command;

use serde::Serialize;
use tendermint_rpc::{Client, HttpClient};
use tessera::{
    app,
    chain::{wasmd::Wasmd, Chain},
    config::Config,
    keys::{new_mnemonic, KeyRing},
};
use tessera_primitives::{Address, Amount, Asset};

use crate::ground::{built, until, Ground};

/// What each person gets on each zone.
pub const PURSE: u128 = 100_000_000;

/// Somebody with a key, and the same address on every zone.
#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub address: Address,
}

impl Ground {
    /// New people with money on every zone.
    pub fn people<const N: usize>(&self, names: [&str; N]) -> [Person; N] {
        let people = names.map(|name| Person {
            address: Address::new(self.add_key(name, &new_mnemonic().unwrap())).unwrap(),
            name: name.into(),
        });
        let addresses: Vec<&Address> = people.iter().map(|person| &person.address).collect();
        std::thread::scope(|scope| {
            for zone in 0..self.record.zones.len() {
                let addresses = &addresses;
                scope.spawn(move || self.fund(zone, addresses));
            }
        });
        people
    }

    /// Sends coins of a zone from its validator's account.
    pub fn fund(&self, zone: usize, addresses: &[&Address]) {
        let _alone = self.funding[zone].lock().unwrap();
        let last = addresses.last().unwrap();
        let before = self.coins(zone, last);
        let found = self.zone(zone);
        let mut send = Command::new(&self.record.binary);
        let verb = if addresses.len() == 1 {
            "send"
        } else {
            "multi-send"
        };
        send.args(["tx", "bank", verb, "validator"]);
        send.args(addresses.iter().map(|address| address.as_str()));
        send.arg(format!("{PURSE}{}", found.denom));
        send.args(["--keyring-backend", "test", "--home"])
            .arg(&found.nodes[0].home);
        send.args(["--chain-id", &found.chain_id, "--node", &found.rpc]);
        send.args(["--gas", "auto", "--gas-adjustment", "1.5", "--gas-prices"]);
        send.arg(format!("{}{}", found.gas_price, found.denom))
            .args(["--yes", "--output", "json"]);
        let sent = send.output().unwrap();
        let said = String::from_utf8_lossy(&sent.stderr);
        assert!(sent.status.success(), "{said}");
        // Whoever gets coins may spend some at once.
        until("funded", || self.coins(zone, last), |now| *now > before);
    }

    /// A zone as a person uses it by the library, where the binary has no verb.
    pub fn chain(&self, zone: usize, person: &str) -> Wasmd {
        let config = Config::load(&self.path("config.toml")).unwrap();
        let chain = config.chain(self.id(zone)).unwrap().clone();
        let ring = KeyRing::new(self.path("keys"));
        let connected = app::connect(&chain, chain.rpc_addr(), Some((&ring, person)));
        self.runtime.block_on(connected).unwrap()
    }

    /// The address of a key.
    pub fn address_of(&self, zone: usize, key: &str) -> Address {
        self.chain(zone, key).account().unwrap().clone()
    }

    /// Stores a contract of `artifacts/`, or of `tokens/` beside it, and makes one.
    pub fn contract(
        &self,
        zone: usize,
        person: &Person,
        name: &str,
        made: &impl Serialize,
    ) -> Address {
        let chain = self.chain(zone, &person.name);
        let wasm = std::fs::read(built(name)).unwrap();
        let message = serde_json::to_vec(made).unwrap();
        self.runtime.block_on(async {
            let stored = chain.prepare_code(wasm).await.unwrap();
            let code = chain.broadcast(stored).await.unwrap().code_id().unwrap();
            let made = chain.prepare_contract(code, None, name.into(), message);
            let made = chain.broadcast(made.await.unwrap()).await.unwrap();
            made.contract().unwrap()
        })
    }

    /// What somebody has of a zone's coin.
    pub fn coins(&self, zone: usize, holder: &Address) -> u128 {
        self.holds(zone, holder, &self.coin(zone))
    }

    pub fn holds(&self, zone: usize, holder: &Address, asset: &Asset) -> u128 {
        let chain = self.chain(zone, "relayer");
        let held: Amount = self.runtime.block_on(chain.balance(holder, asset)).unwrap();
        held.0
    }

    /// The asset in which a zone's fees are paid.
    pub fn coin(&self, zone: usize) -> Asset {
        Asset::Native(self.zone(zone).denom.parse().unwrap())
    }

    pub fn height(&self, zone: usize) -> u64 {
        let chain = self.chain(zone, "relayer");
        self.runtime.block_on(chain.tip()).unwrap().0
    }

    /// Waits until a zone whose nodes were stopped makes blocks again.
    pub fn await_blocks(&self, zone: usize) {
        let client = HttpClient::new(self.zone(zone).rpc.as_str()).unwrap();
        let tip = || {
            let status = self.runtime.block_on(client.status());
            status.map_or(0, |status| status.sync_info.latest_block_height.value())
        };
        let before = until("an answer", tip, |tip| *tip > 0);
        until("blocks", tip, |now| *now > before + 1);
    }

    /// Asks a contract.
    pub fn ask<A: serde::de::DeserializeOwned>(
        &self,
        zone: usize,
        contract: &Address,
        question: &impl Serialize,
    ) -> A {
        let chain = self.chain(zone, "relayer");
        let question = serde_json::to_vec(question).unwrap();
        let answer = self.runtime.block_on(chain.query(contract, &question));
        serde_json::from_slice(&answer.unwrap()).unwrap()
    }

    /// Sends messages to contracts as one transaction, each with coins of the zone; answers what the zone refuses.
    pub fn send<M: Serialize>(
        &self,
        zone: usize,
        person: &Person,
        messages: &[(&Address, M, u128)],
    ) -> Result<(), String> {
        let chain = self.chain(zone, &person.name);
        let denom = self.zone(zone).denom.clone();
        let calls = messages.iter().map(|(contract, message, coins)| {
            let mut call = tessera::duties::call(contract, message).unwrap();
            if *coins > 0 {
                call.funds.push((denom.clone(), Amount(*coins)));
            }
            call
        });
        let calls: Vec<_> = calls.collect();
        self.runtime.block_on(async {
            let prepared = chain
                .prepare(&calls)
                .await
                .map_err(|error| error.to_string())?;
            let sent = chain.send(prepared).await;
            sent.map(|_| ()).map_err(|error| error.to_string())
        })
    }
}
