//! Ordinary IBC, as users and operators have it: channels, coins that go to another zone, clients.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tessera_primitives::{Address, Asset, Hash};

use crate::{ground::Ground, people::Person};

/// One end of a channel.
#[derive(Clone, Debug)]
pub struct End {
    pub zone: usize,
    pub channel: String,
    pub client: String,
}

/// Coins of a zone's denom that came in by a channel, as ICS-20 names them.
pub fn voucher(arrived_by: &End, denom: &str) -> Asset {
    let path = format!("transfer/{}/{denom}", arrived_by.channel);
    let hash = hex::encode_upper(Hash::sha256(path.as_bytes()).0);
    Asset::Native(format!("ibc/{hash}").parse().unwrap())
}

impl Ground {
    /// Opens a channel for coins between two zones.
    pub fn open_channel(&self, a: usize, b: usize) -> [End; 2] {
        let chains = ["--a-chain", self.id(a), "--b-chain", self.id(b)];
        let opened = self.tessera(&[&["channel", "open"], &chains[..]].concat());
        [("a", a), ("b", b)].map(|(side, zone)| {
            let end = &opened[side];
            assert_eq!(end["chain"], self.id(zone));
            let text = |key: &str| end[key].as_str().unwrap().to_string();
            End {
                zone,
                channel: text("channel"),
                client: text("client"),
            }
        })
    }

    /// One of the accounts with money of its own on every zone, for `wasmd` and for `tessera`.
    pub fn rich(&self, name: &str) -> Person {
        let mut accounts = self.record.accounts.iter();
        let words = accounts.find(|account| account.name == name).unwrap();
        let mut add = self.wasmd(&["keys", "add", name, "--recover"]);
        let add = add.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut added = add.stderr(Stdio::null()).spawn().unwrap();
        let words = &words.mnemonic;
        std::io::Write::write_all(&mut added.stdin.take().unwrap(), words.as_bytes()).unwrap();
        assert!(added.wait().unwrap().success());
        Person {
            name: name.into(),
            address: Address::new(self.add_key(name, words)).unwrap(),
        }
    }

    /// Sends coins over a channel; they come back if nobody carries them in time. The node has taken it, and a block will.
    pub fn transfer(
        &self,
        by: &End,
        from: &Person,
        to: &Person,
        coins: (u128, &Asset),
        time: Duration,
    ) {
        let zone = self.zone(by.zone);
        let Asset::Native(denom) = coins.1 else {
            panic!("no coins: {:?}", coins.1)
        };
        let coin = format!("{}{denom}", coins.0);
        let to = to.address.as_str();
        let transfer = [
            "tx",
            "ibc-transfer",
            "transfer",
            "transfer",
            &by.channel,
            to,
            &coin,
        ];
        let mut send = self.wasmd(&transfer);
        send.args(["--from", &from.name, "--chain-id", &zone.chain_id]);
        send.args(["--packet-timeout-timestamp", &time.as_nanos().to_string()]);
        send.args([
            "--node",
            &zone.rpc,
            "--gas",
            "auto",
            "--gas-adjustment",
            "1.5",
        ]);
        send.args(["--gas-prices", &format!("{}{}", zone.gas_price, zone.denom)]);
        let sent = send.args(["--yes", "--output", "json"]).output().unwrap();
        let said = String::from_utf8_lossy(&sent.stderr);
        assert!(sent.status.success(), "{said}");
        let answer: Value = serde_json::from_slice(&sent.stdout).unwrap();
        assert_eq!(answer["code"], 0, "{answer}");
    }

    /// How a client stands: `Active`, `Frozen` or `Expired`.
    pub fn client_status(&self, end: &End) -> String {
        let mut ask = self.wasmd(&["query", "ibc", "client", "status", &end.client]);
        let ask = ask.args(["--node", &self.zone(end.zone).rpc, "--output", "json"]);
        let answer: Value = serde_json::from_slice(&ask.output().unwrap().stdout).unwrap();
        answer["status"].as_str().unwrap().into()
    }

    /// `wasmd` with keys of its own.
    fn wasmd(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.record.binary);
        let home: PathBuf = self.path("wasmd");
        command.args(arguments).arg("--home").arg(home);
        if arguments.first() != Some(&"query") {
            command.args(["--keyring-backend", "test"]);
        }
        command
    }
}
