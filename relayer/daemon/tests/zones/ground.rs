//! Zones with our contracts on them, and a relayer.

use std::{
    fs,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        atomic::{AtomicU64, Ordering},
        Arc, Mutex,
    },
    time::{Duration, Instant},
};

use rustix::process::{kill_process, Pid, Signal};
use serde::Deserialize;
use serde_json::Value;
use tessera_primitives::Address;
use tokio::runtime::Runtime;

use crate::shape;

/// What `ci/zones` says of the zones.
#[derive(Clone, Deserialize)]
pub struct Record {
    pub binary: PathBuf,
    pub accounts: Vec<Account>,
    pub zones: Vec<ZoneRecord>,
}

#[derive(Clone, Deserialize)]
pub struct Account {
    pub name: String,
    pub mnemonic: String,
}

#[derive(Clone, Deserialize)]
pub struct ZoneRecord {
    pub chain_id: String,
    pub denom: String,
    pub gas_price: String,
    pub bech32_prefix: String,
    pub rpc: String,
    pub grpc: String,
    pub nodes: Vec<NodeRecord>,
    pub fork: Option<Branch>,
}

#[derive(Clone, Deserialize)]
pub struct NodeRecord {
    pub home: PathBuf,
    /// The first of its ports: that of its RPC. The fourth is that at which its peers find it.
    pub port: u16,
    pub rpc: String,
}

#[derive(Clone, Deserialize)]
pub struct Branch {
    pub rpc: String,
    pub grpc: String,
}

/// Our contracts on one zone.
#[derive(Clone)]
pub struct Site {
    pub lock: Address,
    pub view: Address,
    /// Where the manifest has one.
    pub pool: Option<Address>,
    pub oracle: Option<Address>,
    pub start: u64,
}

/// Everything that the stories share.
pub struct Ground {
    pub home: tempfile::TempDir,
    pub record: Record,
    pub sites: Vec<Site>,
    pub runtime: Runtime,
    /// Whoever deploys holds this: two would sign the same sequence.
    pub deploying: Mutex<()>,
    /// Whoever sends as a zone's validator holds this, for the same reason.
    pub funding: Vec<Mutex<()>>,
    /// Caps that stories need for tokens of their own, as the manifest writes them, by zone.
    pub caps: Mutex<Vec<(usize, String)>>,
    /// Lockable contracts of stories, by zone.
    pub targets: Mutex<Vec<(usize, Address)>>,
    /// What else the manifest says, by zone.
    pub more: Mutex<Vec<(usize, String)>>,
    /// Whether the relayer carries packets of ordinary IBC, too.
    pub packets: bool,
    relayer: Mutex<Option<Child>>,
    manager: ServiceManager,
    nonce: AtomicU64,
}

/// The repository's root.
pub fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs this");
    let root = Path::new(&package).join("../..");
    root.canonicalize().unwrap()
}

/// The folder of the built contracts.
pub fn artifacts() -> PathBuf {
    let told = std::env::var_os("TESSERA_ARTIFACTS").map(PathBuf::from);
    told.unwrap_or_else(|| root().join("artifacts"))
}

/// A built contract: one of ours, or a token that `ci/wasm` built for tests.
pub fn built(name: &str) -> PathBuf {
    let file = format!("{name}.wasm");
    let ours = artifacts().join(&file);
    if ours.exists() {
        ours
    } else {
        artifacts().join("tests").join(file)
    }
}

/// What `ci/zones` prints, which must succeed.
pub fn ci_zones(arguments: &[&str], home: &Path) -> String {
    let mut zones = Command::new(root().join("ci/zones"));
    zones.args(arguments).arg("--home").arg(home);
    let done = zones.stderr(Stdio::inherit()).output().unwrap();
    assert!(done.status.success(), "ci/zones {arguments:?}");
    String::from_utf8(done.stdout).unwrap()
}

/// What systemd is to a relayer: a socket that it tells how it is.
struct ServiceManager {
    told: Arc<Mutex<String>>,
}

impl ServiceManager {
    fn new(path: &Path) -> ServiceManager {
        let socket = UnixDatagram::bind(path).unwrap();
        let told = Arc::new(Mutex::new(String::new()));
        let heard = told.clone();
        // Ends with the tests' process.
        std::thread::spawn(move || {
            let mut bytes = [0; 1024];
            while let Ok(length) = socket.recv(&mut bytes) {
                let words = String::from_utf8_lossy(&bytes[..length]);
                heard.lock().unwrap().push_str(&words);
            }
        });
        ServiceManager { told }
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        self.kill_relayer();
        let mut down = Command::new(root().join("ci/zones"));
        let down = down.args(["down", "--home"]).arg(self.zones_home());
        let _ended = down.status();
    }
}

impl Ground {
    /// So many zones of one validator each, our contracts deployed and pinned, everybody funded.
    pub fn new(zones: usize) -> Ground {
        Ground::of_validators(zones, 1)
    }

    /// The same with so many validators a zone: one or four.
    pub fn of_validators(zones: usize, validators: usize) -> Ground {
        let home = tempfile::tempdir().unwrap();
        let (count, each) = (zones.to_string(), validators.to_string());
        ci_zones(
            &["up", "--zones", &count, "--validators", &each],
            &home.path().join("zones"),
        );
        let manager = ServiceManager::new(&home.path().join("manager"));
        let mut ground = Ground {
            record: Record {
                binary: PathBuf::new(),
                accounts: Vec::new(),
                zones: Vec::new(),
            },
            home,
            sites: Vec::new(),
            runtime: Runtime::new().unwrap(),
            deploying: Mutex::new(()),
            funding: (0..zones).map(|_| Mutex::new(())).collect(),
            caps: Mutex::new(Vec::new()),
            targets: Mutex::new(Vec::new()),
            more: Mutex::new(Vec::new()),
            packets: false,
            relayer: Mutex::new(None),
            manager,
            nonce: AtomicU64::new(1),
        };
        ground.read_record();
        ground.write_configs(&[]);
        ground.add_shared_keys();
        ground.sites = ground.deploy();
        ground.write_configs(&[]);
        ground
    }

    /// From now on the relayer carries packets of ordinary IBC, too, with a key of its own.
    pub fn use_packets(&mut self) {
        let [_packets] = self.people(["packets"]);
        self.packets = true;
        self.write_configs(&[]);
    }

    pub fn zones_home(&self) -> PathBuf {
        self.home.path().join("zones")
    }

    pub fn read_record(&mut self) {
        let record = fs::read_to_string(self.zones_home().join("zones.json")).unwrap();
        self.record = serde_json::from_str(&record).unwrap();
    }

    pub fn zone(&self, zone: usize) -> &ZoneRecord {
        &self.record.zones[zone]
    }

    pub fn id(&self, zone: usize) -> &str {
        &self.zone(zone).chain_id
    }

    /// A number that no other task here has.
    pub fn nonce(&self) -> u64 {
        self.nonce.fetch_add(1, Ordering::Relaxed)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The binary with a configuration.
    pub fn command(&self, config: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
        command.arg("--config").arg(self.path(config));
        command
    }

    /// The result of a verb, or what it says is wrong.
    pub fn try_tessera(&self, arguments: &[&str]) -> Result<Value, String> {
        self.try_tessera_with("config.toml", arguments)
    }

    /// The same with another configuration.
    pub fn try_tessera_with(&self, config: &str, arguments: &[&str]) -> Result<Value, String> {
        let mut verb = self.command(config);
        let run = verb.arg("--json").args(arguments).output().unwrap();
        let log = String::from_utf8_lossy(&run.stderr);
        let answer: Value = serde_json::from_slice(&run.stdout)
            .unwrap_or_else(|_| panic!("{arguments:?} printed no result: {log}"));
        assert_eq!(run.status.success(), answer["status"] == "success");
        shape::expect(arguments, &answer);
        if run.status.success() {
            Ok(answer["result"].clone())
        } else {
            // A sentence, or what was found wrong.
            let result = &answer["result"];
            Err(result
                .as_str()
                .map_or_else(|| result.to_string(), String::from))
        }
    }

    pub fn tessera(&self, arguments: &[&str]) -> Value {
        let result = self.try_tessera(arguments);
        result.unwrap_or_else(|refused| panic!("{arguments:?}: {refused}"))
    }

    /// Starts the relayer on the journal that is there, or on a new one.
    pub fn start_relayer(&self) {
        self.start_relayer_with("relayer.toml");
    }

    /// The same with another configuration.
    pub fn start_relayer_with(&self, config: &str) {
        let mut log = fs::OpenOptions::new();
        let log = log.create(true).append(true);
        let mut start = self.command(config);
        start.arg("start").stdout(Stdio::null());
        start.env("NOTIFY_SOCKET", self.path("manager"));
        start.env("WATCHDOG_USEC", "1000000");
        let start = start.stderr(log.open(self.path("relayer.log")).unwrap());
        *self.relayer.lock().unwrap() = Some(start.spawn().unwrap());
    }

    /// Ends the relayer by SIGKILL, as a power cut would.
    pub fn kill_relayer(&self) {
        if let Some(mut child) = self.relayer.lock().unwrap().take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Asks the relayer to end, and waits until it has.
    pub fn stop_relayer(&self) {
        let mut child = self.relayer.lock().unwrap().take().unwrap();
        let process = Pid::from_child(&child);
        kill_process(process, Signal::TERM).unwrap();
        assert!(child.wait().unwrap().success());
    }

    /// What relayers have told their service manager.
    pub fn told(&self) -> String {
        self.manager.told.lock().unwrap().clone()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path("relayer.log")).unwrap_or_default()
    }

    /// What the relayer did last, for whoever looks for the cause of a failure.
    pub fn log_end(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }
}

/// Waits until something is so; says what was there instead when it takes too long.
pub fn until<T: std::fmt::Debug>(what: &str, ask: impl Fn() -> T, is_so: impl Fn(&T) -> bool) -> T {
    const PATIENCE: Duration = Duration::from_secs(150);
    let began = Instant::now();
    loop {
        let answer = ask();
        if is_so(&answer) {
            return answer;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "{what}: {answer:?} after {PATIENCE:?}"
        );
        std::thread::sleep(Duration::from_millis(400));
    }
}
