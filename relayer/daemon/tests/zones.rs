//! Real wasmd zones, relayed by `tessera start`: the binary as operators run it. `TESSERA_ZONES` names the `zones.json`
//! of zones that run; without it three are started, and ended again. `TESSERA_ARTIFACTS` names the built contracts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{json, Value};

const SENT: u128 = 1_000;
const FEE: u128 = 10;
const TIP: u128 = 20;

/// The repository's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Zones with contracts on them, and a relayer.
struct Ground {
    home: tempfile::TempDir,
    /// What was started here and is ended here.
    own_zones: Option<PathBuf>,
    record: Value,
    contracts: Value,
    relayer: Option<Child>,
    nonce: u64,
}

impl Drop for Ground {
    fn drop(&mut self) {
        self.stop_relayer();
        if let Some(home) = &self.own_zones {
            let mut down = Command::new(root().join("ci/zones"));
            let _ = down.arg("down").arg("--home").arg(home).status();
        }
    }
}

impl Ground {
    fn new() -> Ground {
        let home = tempfile::tempdir().unwrap();
        let (record, own_zones) = match std::env::var_os("TESSERA_ZONES") {
            Some(path) => (PathBuf::from(path), None),
            None => {
                let zones = home.path().join("zones");
                let mut up = Command::new(root().join("ci/zones"));
                up.args(["up", "--zones", "3", "--home"]).arg(&zones);
                assert!(
                    up.stdout(Stdio::null()).status().unwrap().success(),
                    "ci/zones up"
                );
                (zones.join("zones.json"), Some(zones))
            }
        };
        let record: Value = serde_json::from_str(&fs::read_to_string(record).unwrap()).unwrap();
        let mut ground = Ground {
            home,
            own_zones,
            record,
            contracts: Value::Null,
            relayer: None,
            nonce: 0,
        };
        ground.write_config();
        ground.add_keys();
        ground.deploy();
        ground.write_config();
        ground
    }

    fn zones(&self) -> Vec<Value> {
        self.record["zones"].as_array().unwrap().clone()
    }

    fn id(&self, zone: usize) -> String {
        self.record["zones"][zone]["chain_id"]
            .as_str()
            .unwrap()
            .into()
    }

    fn denom(&self, zone: usize) -> String {
        self.record["zones"][zone]["denom"].as_str().unwrap().into()
    }

    fn address(&self, name: &str) -> String {
        let accounts = self.record["accounts"].as_array().unwrap();
        let found = accounts.iter().find(|account| account["name"] == name);
        found.unwrap()["address"].as_str().unwrap().into()
    }

    fn lock(&self, zone: usize) -> String {
        let contracts = &self.contracts[self.id(zone)]["contracts"];
        contracts["transaction_lock"]["address"]
            .as_str()
            .unwrap()
            .into()
    }

    fn write_config(&self) {
        let mut text = String::from("[global]\nlog_level = \"debug\"\n");
        for (index, zone) in self.zones().iter().enumerate() {
            let text_of = |key: &str| zone[key].as_str().unwrap().to_string();
            text.push_str(&format!(
                "[[chains]]\nid = {:?}\nrpc_addr = {:?}\naccount_prefix = {:?}\nkey_name = \"relayer\"\n\
                 poll_interval = \"200ms\"\ngas_price = {{ price = {}, denom = {:?} }}\ngas_multiplier = 1.4\n",
                self.id(index),
                text_of("rpc"),
                text_of("bech32_prefix"),
                text_of("gas_price"),
                self.denom(index),
            ));
            let deployed = &self.contracts[self.id(index)];
            if deployed.is_object() {
                let contract = |name: &str| {
                    let address = &deployed["contracts"][name]["address"];
                    address.as_str().unwrap().to_string()
                };
                text.push_str(&format!(
                    "[chains.views]\ncontract = {:?}\n[chains.locks]\ncontract = {:?}\nstart_height = {}\n",
                    contract("chain_view"),
                    contract("transaction_lock"),
                    deployed["start_height"],
                ));
            }
        }
        fs::write(self.home.path().join("config.toml"), text).unwrap();
    }

    fn add_keys(&self) {
        for account in self.record["accounts"].as_array().unwrap() {
            let name = account["name"].as_str().unwrap();
            let words = self.home.path().join("words");
            fs::write(&words, account["mnemonic"].as_str().unwrap()).unwrap();
            for zone in 0..self.zones().len() {
                let file = words.to_str().unwrap();
                let id = self.id(zone);
                let added = self.tessera(&[
                    "keys",
                    "add",
                    "--chain",
                    &id,
                    "--key-name",
                    name,
                    "--mnemonic-file",
                    file,
                ]);
                assert_eq!(
                    added["account"], account["address"],
                    "the address that wasmd derives"
                );
            }
        }
    }

    fn deploy(&mut self) {
        let zones = self.zones().len();
        let mut text = String::new();
        for zone in 0..zones {
            let others = (0..zones).filter(|other| *other != zone);
            let caps = others.map(|other| {
                let (id, denom) = (self.id(other), self.denom(zone));
                format!(
                    "{{ zone = {id:?}, asset = {{ native = {denom:?} }}, max = \"1000000000\" }}"
                )
            });
            let caps: Vec<String> = caps.collect();
            text.push_str(&format!(
                "[[zones]]\nid = {id:?}\n[zones.viewed]\ntrust_level = {{ numerator = 1, denominator = 3 }}\n\
                 trusting_period = 1209600\nunbonding_period = 1814400\nclock_drift = 30\nk = 64\n\
                 refresh_interval = 300\nclose_delay = 604800\nadvance_reward = \"0\"\nfork_bounty = \"0\"\n\
                 [zones.views]\nreserve_denom = {denom:?}\n[zones.locks]\ncaps = [{caps}]\n\
                 [zones.locks.settings]\nfee = \"{FEE}\"\nfee_denom = {denom:?}\ntreasury = {treasury:?}\n\
                 min_horizon = 10\nmax_horizon = 2000\nfork_grace = 400\n",
                id = self.id(zone),
                denom = self.denom(zone),
                caps = caps.join(", "),
                treasury = self.address("deployer"),
            ));
        }
        let manifest = self.home.path().join("manifest.toml");
        fs::write(&manifest, text).unwrap();
        let artifacts = std::env::var_os("TESSERA_ARTIFACTS").map(PathBuf::from);
        let artifacts = artifacts.unwrap_or_else(|| root().join("artifacts"));
        let deploy = || {
            self.tessera(&[
                "deploy",
                "--no-admin",
                "--key-name",
                "deployer",
                "--manifest",
                manifest.to_str().unwrap(),
                "--artifacts",
                artifacts.to_str().unwrap(),
            ])
        };
        let done = deploy();
        assert_eq!(deploy(), done, "a second deployment has nothing left to do");
        self.contracts = done;
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
        command
            .arg("--config")
            .arg(self.home.path().join("config.toml"));
        command
    }

    /// The result of a verb, or what it says is wrong.
    fn try_tessera(&self, arguments: &[&str]) -> Result<Value, String> {
        let run = self
            .command()
            .arg("--json")
            .args(arguments)
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&run.stderr);
        let answer: Value = serde_json::from_slice(&run.stdout)
            .unwrap_or_else(|_| panic!("{arguments:?} printed no result: {log}"));
        assert_eq!(run.status.success(), answer["status"] == "success");
        if run.status.success() {
            Ok(answer["result"].clone())
        } else {
            Err(answer["result"].as_str().unwrap().to_string())
        }
    }

    fn tessera(&self, arguments: &[&str]) -> Value {
        let result = self.try_tessera(arguments);
        result.unwrap_or_else(|refused| panic!("{arguments:?}: {refused}"))
    }

    fn start_relayer(&mut self) {
        let path = self.home.path().join("relayer.log");
        let mut log = fs::OpenOptions::new();
        let log = log.create(true).append(true).open(path).unwrap();
        let mut start = self.command();
        start.arg("start").stdout(Stdio::null()).stderr(log);
        self.relayer = Some(start.spawn().unwrap());
    }

    /// Ends it as a power cut would.
    fn stop_relayer(&mut self) {
        if let Some(mut child) = self.relayer.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.home.path().join("relayer.log")).unwrap_or_default()
    }

    fn rpc(&self, zone: usize, what: &str) -> Value {
        let endpoint = self.record["zones"][zone]["rpc"]
            .as_str()
            .unwrap()
            .to_string();
        let answer = Command::new("curl")
            .args(["-s", &format!("{endpoint}/{what}")])
            .output();
        serde_json::from_slice(&answer.unwrap().stdout).unwrap()
    }

    fn height(&self, zone: usize) -> u64 {
        let status = self.rpc(zone, "status");
        let height = &status["result"]["sync_info"]["latest_block_height"];
        height.as_str().unwrap().parse().unwrap()
    }

    fn balance(&self, zone: usize, name: &str) -> u128 {
        let rest = self.record["zones"][zone]["rest"].as_str().unwrap();
        let (address, denom) = (self.address(name), self.denom(zone));
        let url = format!("{rest}/cosmos/bank/v1beta1/balances/{address}/by_denom?denom={denom}");
        let answer = Command::new("curl").args(["-s", &url]).output().unwrap();
        let answer: Value = serde_json::from_slice(&answer.stdout).unwrap();
        answer["balance"]["amount"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// A task in which each registrant pays the next one on his zone; deadlines so many blocks ahead.
    fn draft(&mut self, legs: &[(usize, &str, &str, u64)], settlement: &str) -> PathBuf {
        self.nonce += 1;
        let legs: Vec<Value> = legs
            .iter()
            .map(|(zone, from, to, ahead)| {
                let pay = |to: &str| {
                    let asset = json!({ "native": self.denom(*zone) });
                    let to = self.address(to);
                    json!([{ "transfer": { "asset": asset, "amount": SENT.to_string(), "to": to } }])
                };
                json!({
                    "zone": self.id(*zone),
                    "lock": self.lock(*zone),
                    "registrant": self.address(from),
                    "tx": pay(to),
                    "reversal": pay(from),
                    "deadline": self.height(*zone) + ahead,
                    "retention": 3_000,
                    "tip": TIP.to_string(),
                })
            })
            .collect();
        let path = self.home.path().join(format!("task-{}.json", self.nonce));
        let draft = json!({ "settlement": settlement, "nonce": self.nonce, "legs": legs });
        fs::write(&path, draft.to_string()).unwrap();
        path
    }

    fn register(&self, zone: usize, key: &str, draft: &Path) -> String {
        let (id, file) = (self.id(zone), draft.to_str().unwrap());
        let done = self.tessera(&[
            "tx",
            "task",
            "register",
            "--chain",
            &id,
            "--key-name",
            key,
            "--file",
            file,
        ]);
        done["task"].as_str().unwrap().to_string()
    }

    fn states(&self, task: &str) -> BTreeMap<String, String> {
        let legs = self.tessera(&["query", "task", task]);
        let legs = legs.as_array().unwrap();
        legs.iter()
            .map(|leg| {
                let state = leg["leg"]["state"].as_str().unwrap_or("unregistered");
                (leg["zone"].as_str().unwrap().to_string(), state.to_string())
            })
            .collect()
    }

    /// Waits until the legs of a task stand like this.
    fn expect(&self, task: &str, ends: &[(usize, &str)]) {
        let began = Instant::now();
        loop {
            let states = self.states(task);
            if ends
                .iter()
                .all(|(zone, end)| states[&self.id(*zone)] == *end)
            {
                return;
            }
            if began.elapsed() > Duration::from_secs(180) {
                panic!("{states:?} instead of {ends:?}\n{}", self.log());
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    }
}

#[test]
#[ignore = "starts real zones"]
fn tasks_on_real_zones_end_as_they_should() {
    let mut ground = Ground::new();
    let third = ground.zones().len() > 2;
    ground.start_relayer();

    // Kept: alice pays bob on one zone, bob pays alice on the other.
    let (alice, bob) = (ground.balance(1, "alice"), ground.balance(0, "bob"));
    let draft = ground.draft(
        &[(0, "alice", "bob", 200), (1, "bob", "alice", 200)],
        "on_proof",
    );
    let kept = ground.register(0, "alice", &draft);
    assert_eq!(ground.register(1, "bob", &draft), kept);
    ground.expect(&kept, &[(0, "kept"), (1, "kept")]);
    assert_eq!(ground.balance(1, "alice"), alice + SENT);
    assert_eq!(ground.balance(0, "bob"), bob + SENT);

    // Lapsed: the other one never comes; and rejected: he does not wait that long.
    let draft = ground.draft(
        &[(0, "alice", "bob", 15), (1, "bob", "alice", 15)],
        "on_proof",
    );
    let lapsed = ground.register(0, "alice", &draft);
    let draft = ground.draft(
        &[(0, "alice", "bob", 500), (1, "bob", "alice", 500)],
        "on_proof",
    );
    let rejected = ground.register(0, "alice", &draft);
    let (chain, missing) = (ground.id(0), ground.id(1));
    let file = draft.to_str().unwrap();
    ground.tessera(&[
        "tx",
        "task",
        "reject",
        "--chain",
        &chain,
        "--missing",
        &missing,
        "--key-name",
        "alice",
        "--file",
        file,
    ]);
    ground.expect(&rejected, &[(0, "rejected"), (1, "unregistered")]);
    ground.expect(&lapsed, &[(0, "lapsed"), (1, "unregistered")]);

    // After the deadlines, by a relayer that is killed in between.
    let draft = ground.draft(
        &[(0, "alice", "bob", 40), (1, "bob", "alice", 40)],
        "after_deadlines",
    );
    let late = ground.register(0, "alice", &draft);
    ground.register(1, "bob", &draft);
    ground.expect(&late, &[(0, "committed"), (1, "committed")]);
    ground.stop_relayer();
    ground.start_relayer();
    ground.expect(&late, &[(0, "kept"), (1, "kept")]);

    if third {
        let legs = [
            (0, "alice", "bob", 300),
            (1, "bob", "carol", 300),
            (2, "carol", "alice", 300),
        ];
        let draft = ground.draft(&legs, "on_proof");
        let three = ground.register(0, "alice", &draft);
        ground.register(1, "bob", &draft);
        ground.register(2, "carol", &draft);
        ground.expect(&three, &[(0, "kept"), (1, "kept"), (2, "kept")]);
    }

    // Nothing is left in the locks but what is nobody's: no funds, no tips.
    for zone in 0..2 {
        let open = ground.tessera(&["query", "open-tasks", "--chain", &ground.id(zone)]);
        assert_eq!(open.as_array().unwrap().len(), 0);
    }
    bad_input(&mut ground);
}

/// What users and operators get wrong.
fn bad_input(ground: &mut Ground) {
    let chain = ground.id(0);
    let unknown = ground.try_tessera(&["query", "open-tasks", "--chain", "nowhere-1"]);
    assert!(unknown.unwrap_err().contains("there is no chain nowhere-1"));
    let draft = ground.draft(
        &[(0, "alice", "bob", 2), (1, "bob", "alice", 200)],
        "on_proof",
    );
    let file = draft.to_str().unwrap();
    let register = [
        "tx",
        "task",
        "register",
        "--chain",
        &chain,
        "--file",
        file,
        "--key-name",
    ];
    let near = ground
        .try_tessera(&[&register[..], &["alice"]].concat())
        .unwrap_err();
    assert!(near.contains("deadline"), "{near}");
    let draft = ground.draft(
        &[(0, "alice", "bob", 200), (1, "bob", "alice", 200)],
        "on_proof",
    );
    let file = draft.to_str().unwrap();
    let register = [
        "tx",
        "task",
        "register",
        "--chain",
        &chain,
        "--file",
        file,
        "--key-name",
    ];
    let stranger = ground
        .try_tessera(&[&register[..], &["bob"]].concat())
        .unwrap_err();
    assert!(stranger.contains("registrant"), "{stranger}");

    let words = ground.home.path().join("words");
    let fresh = tessera::keys::new_mnemonic().unwrap();
    fs::write(&words, fresh).unwrap();
    let file_of_words = words.to_str().unwrap();
    ground.tessera(&[
        "keys",
        "add",
        "--chain",
        &chain,
        "--key-name",
        "poor",
        "--mnemonic-file",
        file_of_words,
    ]);
    let poor = ground
        .try_tessera(&[&register[..], &["poor"]].concat())
        .unwrap_err();
    assert!(poor.contains("Send it some coins"), "{poor}");

    let path = ground.home.path().join("config.toml");
    let text = fs::read_to_string(&path).unwrap();
    let rpc = |zone: usize| {
        ground.record["zones"][zone]["rpc"]
            .as_str()
            .unwrap()
            .to_string()
    };
    fs::write(&path, text.replace(&rpc(0), &rpc(1))).unwrap();
    let wrong = ground
        .try_tessera(&["query", "view", "--chain", &chain])
        .unwrap_err();
    assert!(
        wrong.contains("serves chain") && wrong.contains("check rpc_addr"),
        "{wrong}"
    );
    fs::write(&path, text).unwrap();
}
