//! Another program that has a relayer's keys: wasmd's own command line.

use std::{
    collections::BTreeMap,
    io::Write,
    process::{Command, Stdio},
    sync::Mutex,
};

use serde_json::Value;
use tessera_primitives::{Address, Hash};

use crate::{ground::Ground, people::Person};

/// Gas and fee of each of its transactions.
const GAS: &str = "200000";
const FEE: u128 = 5_000;

pub struct Stranger {
    /// Who gets what it sends.
    pub vault: Person,
    /// What a node took from it: zone, hash, sender, coins. Not all of it comes into a block.
    pub sent: Mutex<BTreeMap<(usize, Hash), (Address, u128)>>,
}

impl Stranger {
    /// With the keys of these names.
    pub fn new(ground: &Ground, vault: Person, keys: &[&str]) -> Stranger {
        for key in keys {
            let mut accounts = ground.record.accounts.iter();
            let words = &accounts.find(|known| known.name == *key).unwrap().mnemonic;
            let mut add = command(ground, &["keys", "add", key, "--recover"]);
            let mut child = add.stdin(Stdio::piped()).spawn().unwrap();
            let input = child.stdin.as_mut().unwrap();
            input.write_all(format!("{words}\n").as_bytes()).unwrap();
            assert!(child.wait_with_output().unwrap().status.success());
        }
        let sent = Mutex::default();
        Stranger { vault, sent }
    }

    /// Sends coins of a key to the vault; none for all that are there. Answers whether the node took it.
    pub fn send(&self, ground: &Ground, zone: usize, key: &str, coins: Option<u128>) -> bool {
        let from = ground.address_of(zone, key);
        let coins = coins.unwrap_or_else(|| ground.coins(zone, &from).saturating_sub(FEE));
        if coins == 0 {
            return false;
        }
        let record = ground.zone(zone);
        let [coins_text, fee] = [coins, FEE].map(|amount| format!("{amount}{}", record.denom));
        let what = [
            "tx",
            "bank",
            "send",
            key,
            self.vault.address.as_str(),
            &coins_text,
        ];
        let paid = ["--gas", GAS, "--fees", &fee, "--yes", "--output", "json"];
        let where_to = ["--chain-id", &record.chain_id, "--node", &record.rpc];
        let mut send = command(ground, &[&what[..], &paid, &where_to].concat());
        let done = send.output().unwrap();
        // Refused before it was handed in, or by the queue: another transaction had its place.
        let Ok(answer) = serde_json::from_slice::<Value>(&done.stdout) else {
            return false;
        };
        if answer["code"] != 0 {
            return false;
        }
        let hash = Hash::from_hex(answer["txhash"].as_str().unwrap()).unwrap();
        self.sent
            .lock()
            .unwrap()
            .insert((zone, hash), (from, coins));
        true
    }
}

fn command(ground: &Ground, arguments: &[&str]) -> Command {
    let mut command = Command::new(&ground.record.binary);
    command.args(arguments).args(["--keyring-backend", "test"]);
    command.arg("--home").arg(ground.path("stranger"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
