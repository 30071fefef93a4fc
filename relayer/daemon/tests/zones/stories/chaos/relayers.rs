//! Relayers that may be killed at any time: each has keys, a journal, a configuration and a log of its own.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Stdio},
    sync::Mutex,
};

use crate::{bad_node::BadNode, ground::Ground};

pub struct Relayer {
    pub name: &'static str,
    /// By the same names on every zone.
    pub keys: [&'static str; 2],
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    process: Option<Child>,
    starts: usize,
}

impl Relayer {
    /// One that uses these nodes, by zone, the preferred one first.
    pub fn new(
        ground: &Ground,
        name: &'static str,
        keys: [&'static str; 2],
        nodes: &[Vec<&BadNode>],
    ) -> Relayer {
        let mut text = String::from(
            "[global]\nlog_level = \"debug\"\n[rest]\nenabled = false\n[telemetry]\nenabled = false\n",
        );
        for (index, (zone, nodes)) in ground.record.zones.iter().zip(nodes).enumerate() {
            let site = &ground.sites[index];
            let nodes: Vec<&str> = nodes.iter().map(|node| node.url.as_str()).collect();
            text.push_str(&format!(
                "[[chains]]\nid = {:?}\nrpc_addrs = {nodes:?}\nwitness_addrs = [{:?}]\naccount_prefix = {:?}\n\
                 key_names = {keys:?}\npoll_interval = \"200ms\"\nrpc_timeout = \"2s\"\ngas_multiplier = 1.4\n\
                 gas_price = {{ price = {}, denom = {:?} }}\n\
                 [chains.views]\ncontract = \"{}\"\n[chains.locks]\ncontract = \"{}\"\nstart_height = {}\n",
                zone.chain_id, zone.rpc, zone.bech32_prefix, zone.gas_price, zone.denom, site.view, site.lock, site.start,
            ));
        }
        fs::write(ground.path(&format!("{name}.toml")), text).unwrap();
        Relayer {
            name,
            keys,
            running: Mutex::default(),
        }
    }

    pub fn journal(&self, ground: &Ground) -> PathBuf {
        ground.path(&format!("{}.redb", self.name))
    }

    /// Starts it unless it runs: as whatever supervises it would, after it was killed or has given up.
    pub fn revive(&self, ground: &Ground) {
        let mut running = self.running.lock().unwrap();
        let ended = match &mut running.process {
            Some(process) => process.try_wait().unwrap().is_some(),
            None => true,
        };
        if !ended {
            return;
        }
        let log = ground.path(&format!("{}.log", self.name));
        let log = fs::OpenOptions::new().create(true).append(true).open(log);
        let mut start = ground.command(&format!("{}.toml", self.name));
        start
            .arg("start")
            .arg("--journal")
            .arg(self.journal(ground));
        start.stdout(Stdio::null()).stderr(log.unwrap());
        running.process = Some(start.spawn().unwrap());
        running.starts += 1;
    }

    /// Ends it by SIGKILL.
    pub fn kill(&self) {
        if let Some(mut process) = self.running.lock().unwrap().process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    pub fn starts(&self) -> usize {
        self.running.lock().unwrap().starts
    }

    /// The end of its log.
    pub fn log_end(&self, ground: &Ground) -> String {
        let log = fs::read_to_string(ground.path(&format!("{}.log", self.name)));
        let log = log.unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Relayer {
    fn drop(&mut self) {
        self.kill();
    }
}
