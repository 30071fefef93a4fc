//! What operators do: configure, deploy, pin.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::{
    ground::{artifacts, ci_zones, Ground, Site},
    shape,
};

/// The fee of a register, in each zone's denom.
pub const FEE: u128 = 10;
/// The `max_horizon` and `fork_grace` of the locks.
pub const HORIZON: u64 = 2_000;
pub const FORK_GRACE: u64 = 400;

/// The zone on which the relayer's wallet is empty at first.
pub const POOR_ZONE: usize = 2;

/// Where a configuration of Hermes is.
const HERMES: &str = "hermes/config.toml";

/// The zone of which a websocket tells the relayer that there is a block.
const WOKEN_ZONE: usize = 1;

impl Ground {
    /// Writes the users' configuration, and the relayer's with its witnesses: on one zone its key has no money.
    pub fn write_configs(&self, witnesses: &[(usize, &str)]) {
        let users = self.config(&[], false);
        fs::write(self.path("config.toml"), users).unwrap();
        let relayer = self.config(witnesses, true);
        fs::write(self.path("relayer.toml"), relayer).unwrap();
    }

    /// A folder as Hermes has it: its configuration, with one key a chain, and no contracts of ours.
    pub fn write_hermes_config(&self) -> &'static str {
        let mut text = String::from(
            "[mode.clients]\nenabled = true\nrefresh = true\nmisbehaviour = true\n\
             [mode.connections]\nenabled = false\n[mode.channels]\nenabled = false\n\
             [mode.packets]\nenabled = true\nclear_interval = 100\nclear_on_start = true\n",
        );
        for zone in &self.record.zones {
            text.push_str(&format!(
                "[[chains]]\nid = {:?}\ntype = 'CosmosSdk'\nrpc_addr = {:?}\ngrpc_addr = {:?}\n\
                 event_source = {{ mode = 'pull', interval = '200ms' }}\naccount_prefix = {:?}\n\
                 key_name = 'packets'\nstore_prefix = 'ibc'\ngas_multiplier = 1.4\nmax_block_time = '2s'\n\
                 gas_price = {{ price = {}, denom = {:?} }}\n",
                zone.chain_id, zone.rpc, zone.grpc, zone.bech32_prefix, zone.gas_price, zone.denom,
            ));
            let keys = Path::new("keys").join(&zone.chain_id);
            let (from, to) = (self.path("").join(&keys), self.path("hermes").join(&keys));
            fs::create_dir_all(&to).unwrap();
            for key in fs::read_dir(from).unwrap() {
                let key = key.unwrap();
                fs::copy(key.path(), to.join(key.file_name())).unwrap();
            }
        }
        fs::write(self.path(HERMES), text).unwrap();
        HERMES
    }

    fn config(&self, witnesses: &[(usize, &str)], relayer: bool) -> String {
        let mut text = String::from("[global]\nlog_level = \"debug\"\n");
        if relayer && self.packets {
            text.push_str("[mode.packets]\nenabled = true\n");
        }
        for (index, zone) in self.record.zones.iter().enumerate() {
            let poor = relayer && index == POOR_ZONE;
            // Two lanes where there is money for them.
            let keys: &[&str] = match (relayer, poor) {
                (true, true) => &["poor"],
                (true, false) => &["relayer", "carol"],
                (false, _) => &["relayer"],
            };
            let seen = witnesses.iter().filter(|(of, _)| *of == index);
            let seen: Vec<&str> = seen.map(|(_, endpoint)| *endpoint).collect();
            // One zone is read when a websocket says so.
            let wake = if relayer && index == WOKEN_ZONE {
                let url = zone.rpc.replacen("http", "ws", 1);
                format!("poll_interval = \"2s\"\nevent_source = {{ mode = \"push\", url = \"{url}/websocket\" }}")
            } else {
                "poll_interval = \"200ms\"".into()
            };
            text.push_str(&format!(
                "[[chains]]\nid = {:?}\nrpc_addr = {:?}\nwitness_addrs = {seen:?}\naccount_prefix = {:?}\n\
                 key_names = {keys:?}\n{wake}\ngas_multiplier = 1.4\n\
                 gas_price = {{ price = {}, denom = {:?} }}\n",
                zone.chain_id, zone.rpc, zone.bech32_prefix, zone.gas_price, zone.denom,
            ));
            if self.packets {
                text.push_str(&format!(
                    "grpc_addr = {:?}\npacket_key_name = \"packets\"\nmax_block_time = \"2s\"\n",
                    zone.grpc
                ));
            }
            if let Some(site) = self.sites.get(index) {
                text.push_str(&format!(
                    "[chains.views]\ncontract = \"{}\"\n[chains.locks]\ncontract = \"{}\"\nstart_height = {}\n",
                    site.view, site.lock, site.start,
                ));
                if let Some(pool) = &site.pool {
                    text.push_str(&format!("[chains.stake]\ncontract = \"{pool}\"\n"));
                }
            }
        }
        text
    }

    /// The keys that stories share; `poor` is a key to which nobody has sent anything yet.
    pub fn add_shared_keys(&self) {
        for name in ["deployer", "relayer", "carol"] {
            let found = self
                .record
                .accounts
                .iter()
                .find(|account| account.name == name);
            self.add_key(name, &found.unwrap().mnemonic);
        }
        self.add_key("poor", &tessera::keys::new_mnemonic().unwrap());
    }

    /// Adds a key on every zone and answers its address.
    pub fn add_key(&self, name: &str, mnemonic: &str) -> String {
        let words = self.path(&format!("{name}.words"));
        fs::write(&words, mnemonic).unwrap();
        let mut address = String::new();
        for zone in &self.record.zones {
            let file = words.to_str().unwrap();
            let chain = zone.chain_id.as_str();
            let added = self.tessera(&[
                "keys",
                "add",
                "--chain",
                chain,
                "--key-name",
                name,
                "--mnemonic-file",
                file,
                "--unencrypted",
            ]);
            address = added["account"].as_str().unwrap().into();
        }
        fs::remove_file(words).unwrap();
        address
    }

    /// Deploys what the manifest says and the deployment file does not have yet, and pins the codes.
    pub fn deploy(&self) -> Vec<Site> {
        let _alone = self.deploying.lock().unwrap();
        self.write_manifest();
        if self.sites.is_empty() {
            self.break_off_deployments();
        }
        let done = self.run_deploy();
        assert_eq!(
            self.run_deploy(),
            done,
            "a second deployment has nothing left to do"
        );
        let mut sites = Vec::new();
        for zone in &self.record.zones {
            let deployed = &done[&zone.chain_id];
            let contract = |name: &str| deployed["contracts"][name].clone();
            let names = [
                "chain_view",
                "transaction_lock",
                "price_oracle",
                "stake_pool",
            ];
            let codes = names.map(|name| contract(name)["code_id"].clone());
            let codes = codes.iter().filter(|code| !code.is_null());
            let codes: Vec<String> = codes.map(Value::to_string).collect();
            assert_eq!(codes[..2], ["1", "2"], "nothing was stored twice");
            let mut pin = vec!["pin", &zone.chain_id];
            pin.extend(codes.iter().map(String::as_str));
            ci_zones(&pin, &self.zones_home());
            let address = |name: &str| {
                let address = contract(name)["address"].clone();
                serde_json::from_value(address).unwrap()
            };
            sites.push(Site {
                lock: address("transaction_lock"),
                view: address("chain_view"),
                pool: serde_json::from_value(contract("stake_pool")["address"].clone()).unwrap(),
                oracle: serde_json::from_value(contract("price_oracle")["address"].clone())
                    .unwrap(),
                start: deployed["start_height"].as_u64().unwrap(),
            });
        }
        sites
    }

    /// Compares what was deployed with the manifest and with a release's checksums.
    pub fn verify(&self, checksums: &Path) -> Result<Value, String> {
        let manifest = self.path("manifest.toml");
        self.try_tessera(&[
            "verify",
            "--no-admin",
            "--manifest",
            manifest.to_str().unwrap(),
            "--checksums",
            checksums.to_str().unwrap(),
        ])
    }

    fn run_deploy(&self) -> Value {
        let run = self.deployment().arg("--json").output().unwrap();
        let log = String::from_utf8_lossy(&run.stderr);
        assert!(
            run.status.success(),
            "{}{log}",
            String::from_utf8_lossy(&run.stdout)
        );
        let answer: Value = serde_json::from_slice(&run.stdout).unwrap();
        shape::expect(&["deploy"], &answer);
        answer["result"].clone()
    }

    fn deployment(&self) -> Command {
        let mut deploy = self.command("config.toml");
        deploy.args(["deploy", "--no-admin", "--key-name", "deployer"]);
        deploy.arg("--manifest").arg(self.path("manifest.toml"));
        deploy.arg("--artifacts").arg(artifacts());
        deploy
    }

    /// Kills deployments before, while and after they send: the next one takes up what they left.
    fn break_off_deployments(&self) {
        for milliseconds in [150, 400, 700, 1_000, 1_300] {
            let mut deploy = self.deployment();
            let mut broken_off = deploy
                .stderr(Stdio::null())
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(milliseconds));
            broken_off.kill().unwrap();
            broken_off.wait().unwrap();
        }
    }

    fn write_manifest(&self) {
        let mut text = String::new();
        for (index, zone) in self.record.zones.iter().enumerate() {
            let others = self
                .record
                .zones
                .iter()
                .filter(|other| other.chain_id != zone.chain_id);
            let mut caps: Vec<String> = others
                .map(|other| {
                    let asset = format!("{{ native = {:?} }}", zone.denom);
                    cap(&other.chain_id, &asset)
                })
                .collect();
            let told = self.caps.lock().unwrap();
            caps.extend(
                told.iter()
                    .filter(|(on, _)| *on == index)
                    .map(|(_, cap)| cap.clone()),
            );
            let targets = self.targets.lock().unwrap();
            let targets = targets.iter().filter(|(on, _)| *on == index);
            let targets: Vec<&str> = targets.map(|(_, target)| target.as_str()).collect();
            let treasury = self.treasury();
            text.push_str(&format!(
                "[[zones]]\nid = {id:?}\n\
                 [zones.viewed]\ntrust_level = {{ numerator = 1, denominator = 3 }}\n\
                 trusting_period = 1209600\nunbonding_period = 1814400\nclock_drift = 30\nmin_block_interval = 100\nk = 64\n\
                 refresh_interval = 300\nclose_delay = 604800\nadvance_reward = \"0\"\nfork_bounty = \"0\"\n\
                 [zones.views]\nreserve_denom = {denom:?}\n\
                 [zones.locks]\ncaps = [{caps}]\ntargets = {targets:?}\n\
                 [zones.locks.settings]\nfee = \"{FEE}\"\nfee_denom = {denom:?}\ntreasury = {treasury:?}\n\
                 min_horizon = 10\nmax_horizon = {HORIZON}\nfork_grace = {FORK_GRACE}\n",
                id = zone.chain_id,
                denom = zone.denom,
                caps = caps.join(", "),
            ));
            let more = self.more.lock().unwrap();
            let more = more.iter().filter(|(on, _)| *on == index);
            text.extend(more.map(|(_, tables)| tables.as_str()));
        }
        fs::write(self.path("manifest.toml"), text).unwrap();
    }

    /// Where the fees go: the deployer.
    fn treasury(&self) -> String {
        let listed = self.tessera(&["keys", "list", "--chain", self.id(0)]);
        let keys = listed.as_array().unwrap();
        let deployer = keys.iter().find(|key| key["name"] == "deployer");
        deployer.unwrap()["account"].as_str().unwrap().into()
    }
}

/// A line of a manifest: what may be at risk from a zone.
pub fn cap(zone: &str, asset: &str) -> String {
    format!("{{ zone = {zone:?}, asset = {asset}, max = \"1000000000\" }}")
}
