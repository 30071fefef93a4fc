//! The relayer as a process that is looked at from outside.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::ground::Ground;

/// One journal for all measurements that do not need another: what was before is not read again.
pub const JOURNAL: &str = "bench.redb";
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// Ticks of the kernel's clock for processes in a second: always these on Linux.
const TICKS: f64 = 100.0;

pub struct Relayer<'a> {
    ground: &'a Ground,
    process: Child,
    rest: u16,
    began: Instant,
}

impl<'a> Relayer<'a> {
    /// With these keys on every zone, on a journal, and with whatever else is to be changed in its configuration.
    pub fn start(
        ground: &'a Ground,
        keys: &[&str],
        journal: &Path,
        change: impl Fn(String) -> String,
    ) -> Relayer<'a> {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let rest = free.local_addr().unwrap().port();
        drop(free);
        ground.write_configs(&[]);
        let config = fs::read_to_string(ground.path("relayer.toml")).unwrap();
        let two = "key_names = [\"relayer\", \"carol\"]";
        assert!(config.contains(two), "{config}");
        let config = config
            .replace(two, &format!("key_names = {keys:?}"))
            .replace("log_level = \"debug\"", "log_level = \"info\"");
        let ports = format!("[rest]\nport = {rest}\n[telemetry]\nenabled = false\n");
        fs::write(ground.path("measured.toml"), change(ports + &config)).unwrap();
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(ground.path("relayer.log"));
        let mut start = ground.command("measured.toml");
        start.arg("start").arg("--journal").arg(journal);
        start.stdout(Stdio::null()).stderr(log.unwrap());
        let began = Instant::now();
        Relayer {
            ground,
            process: start.spawn().unwrap(),
            rest,
            began,
        }
    }

    /// Since it was started.
    pub fn age(&self) -> Duration {
        self.began.elapsed()
    }

    /// What it says of itself; none while it does not answer.
    pub fn state(&self) -> Option<Value> {
        let url = format!("http://127.0.0.1:{}/state", self.rest);
        self.ground.runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let answer = client.get(url).send().await.ok()?.bytes().await.ok()?;
            serde_json::from_slice(&answer).ok()
        })
    }

    /// Waits until it has read every block that there is, of every zone.
    pub fn wait_until_it_keeps_up(&self) {
        self.wait(Duration::from_millis(5), || {
            let Some(state) = self.state() else {
                return false;
            };
            let zones = state["zones"].as_array().unwrap();
            let reads = |zone: &Value| {
                zone["tip"]
                    .as_u64()
                    .is_some_and(|tip| zone["height"].as_u64() >= Some(tip))
            };
            zones.len() == self.ground.record.zones.len() && zones.iter().all(reads)
        });
    }

    pub fn wait(&self, every: Duration, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < PATIENCE, "{}", self.ground.log_end());
            sleep(every);
        }
    }

    /// Seconds of a core that it has used.
    pub fn cpu(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let fields: Vec<&str> = stat
            .rsplit_once(')')
            .unwrap()
            .1
            .split_whitespace()
            .collect();
        let ticks = |index: usize| fields[index].parse::<f64>().unwrap();
        (ticks(11) + ticks(12)) / TICKS
    }

    /// Megabytes of memory that it has: now, and at most so far.
    pub fn memory(&self) -> [f64; 2] {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        ["VmRSS:", "VmHWM:"].map(|name| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            let kilobytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
            kilobytes / 1024.0
        })
    }
}

impl Drop for Relayer<'_> {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// To a tenth, or to a hundredth: more than that is noise.
pub fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}
