use std::{fs, io::Write, path::Path, process::Stdio, time::Duration};

use serde_json::{json, Value};
use tessera_contract_api::stake_pool::{
    ExecuteMsg, PoolResponse, QueryMsg, SlashOrder, SlasherResponse,
};
use tessera_primitives::{Address, Asset, Bytes, Hash};
use tessera_stake::{state::Kind, Share};

use crate::{
    ground::{artifacts, until, Ground},
    ibc::{voucher, End},
    people::Person,
};

/// The zone with the pool, and the zone whose coin comes there.
const HUB: usize = 0;
const GUEST: usize = 1;
/// Whole coins of six decimals cost a unit of the reference currency.
const DECIMALS: u8 = 6;
const LONG: Duration = Duration::from_secs(600);

const SELF_BOND: u128 = 20_000_000;
const STAKED: u128 = 4_000_000;
const SLASHED: u128 = STAKED / 10;

/// An oracle with three reporters, and a pool whose periods are as short as they may be.
pub fn deploy(ground: &mut Ground) {
    let reporters = ground.people(["reporter-1", "reporter-2", "reporter-3", "core", "operator"]);
    let [.., core, _] = &reporters;
    // A core will be a contract: this one says what its owner says.
    let owner = json!({ "admins": [core.address], "mutable": false });
    let slasher = ground.contract(HUB, core, "cw1_whitelist", &owner);
    let names: Vec<&str> = reporters[..3]
        .iter()
        .map(|reporter| reporter.address.as_str())
        .collect();
    let treasury = ground.address_of(HUB, "deployer");
    let feed = |name: &str| {
        format!(
            "{{ feed = \"{name}\", settings = {{ source = \"reporters\", recovery = 0, interval = 1, weight_window = 300 }} }}"
        )
    };
    let denom = &ground.zone(HUB).denom;
    let tables = format!(
        "[zones.prices]\nreporters = {names:?}\nquorum = 3\nfeeds = [{}, {}]\n\
         [zones.stake]\nepoch = 4\nunbonding = 60\n\
         tokens = [{{ asset = {{ native = {denom:?} }}, decimals = {DECIMALS}, feed = \"HUB/USD\" }}]\n\
         slashers = [{{ address = \"{}\", max_fraction = 500000000 }}]\n\
         [zones.stake.settings]\ntreasury = \"{treasury}\"\nmin_self_value = \"1000000\"\n\
         min_deposit = \"1000000\"\ndeposit_period = 60\nvoting_period = 20\nenact_delay = 2\npay = \"10\"\n",
        feed("HUB/USD"),
        feed("GUEST/USD"),
        slasher,
    );
    ground.more.lock().unwrap().push((HUB, tables));
    ground.sites = ground.deploy();
    ground.write_configs(&[]);
    let found = ground.verify(&artifacts().join("checksums.txt")).unwrap();
    let pool = |line: &&Value| line["contract"] == "stake_pool" && line["what"] == "settings";
    assert_eq!(found.as_array().unwrap().iter().filter(pool).count(), 1);
}

/// A coin of one zone comes to another, is whitelisted there by a vote, priced, staked, slashed and unbonded, and goes home.
/// The relayer that carries it turns the epochs, counts the votes, enacts and drains.
pub fn one_is_staked_and_sent_home(
    ground: &Ground,
    [here, there]: &[End; 2],
    [alice, _]: &[Person; 2],
) {
    let pool = ground.sites[HUB].pool.clone().unwrap();
    let voucher = voucher(here, &ground.zone(GUEST).denom);
    let Asset::Native(denom) = &voucher else {
        panic!("a voucher is a denom");
    };
    let denom = denom.as_str();
    price(ground);
    fund(ground, alice, &pool);
    ground.start_relayer();
    ground.transfer(there, alice, alice, (STAKED, &ground.coin(GUEST)), LONG);
    let held = || ground.holds(HUB, &alice.address, &voucher);
    until("the voucher", held, |held| *held == STAKED);

    create_validator(ground);
    let hub = ground.zone(HUB).denom.clone();
    counts(ground, &pool);
    propose(ground, &hub, denom);
    say(
        ground,
        "operator",
        &[
            "governance",
            "vote",
            "--proposal",
            "0",
            "--validator",
            "0",
            "yes",
        ],
    );
    let tokens = || query(ground, "pool")["tokens"].as_array().unwrap().len();
    until("it is whitelisted", tokens, |tokens| *tokens == 2);

    let [amount, first] = [STAKED.to_string(), "0".into()];
    let bond = [
        "stake",
        "bond",
        "--token",
        denom,
        "--amount",
        &amount,
        "--validator",
        &first,
    ];
    say(ground, &alice.name, &bond);
    assert_eq!(held(), 0);
    let (counted, weight) = until(
        "it counts",
        || {
            let standings = query(ground, "pool");
            let epoch = standings["pool"]["pool"]["snapshot"].as_u64().unwrap();
            (epoch, standings["tokens"][1]["weight"].clone())
        },
        |(_, weight)| !weight.is_null() && weight != "0",
    );
    // A coin of each costs the same, and a newcomer may have a fifth.
    assert_eq!(weight, (STAKED).to_string(), "a sixth is not capped");

    let core = person(ground, "core");
    let order = SlashOrder {
        validator: 0,
        kind: Kind::Leak,
        from: u32::try_from(counted).unwrap(),
        to: u32::try_from(counted).unwrap(),
        fraction: Share::percent(10),
        evidence: Hash([7; 32]),
        reward_to: core.address.clone(),
    };
    slash(ground, &core, &pool, order);
    let worth = || delegation(ground, alice)["delegations"][0]["parts"][0]["worth"].clone();
    let left = (STAKED - SLASHED).to_string();
    until("the slash takes", worth, |worth| *worth == left.as_str());
    assert!(!query(ground, "validator").is_null());
    assert!(!query_of(ground, "rewards", alice).is_null());
    let drained = || {
        let standings = query(ground, "pool");
        let pool = &standings["pool"]["pool"];
        pool["slashes"] == pool["drained"]
    };
    until("the relayer drains it", drained, |drained| *drained);

    let unbond = [
        "stake",
        "unbond",
        "--token",
        denom,
        "--amount",
        &left,
        "--validator",
        "0",
    ];
    say(ground, &alice.name, &unbond);
    let part = || delegation(ground, alice)["delegations"][0]["parts"][0].clone();
    until("it matures", part, |part| part["withdrawable"] == true);
    say(
        ground,
        &alice.name,
        &[
            "stake",
            "withdraw-unbonded",
            "--token",
            denom,
            "--validator",
            "0",
        ],
    );
    assert_eq!(held(), STAKED - SLASHED);
    // What was taken of a voucher is never burned.
    let treasury = ["stake", "collect", "--token", denom];
    say(ground, "deployer", &treasury);
    say(ground, "core", &treasury);
    let share = |who: &Address| ground.holds(HUB, who, &voucher);
    assert_eq!(share(&core.address), SLASHED / 10);
    assert_eq!(
        share(&ground.address_of(HUB, "deployer")),
        SLASHED - SLASHED / 10
    );

    let before = ground.coins(GUEST, &alice.address);
    ground.transfer(here, alice, alice, (STAKED - SLASHED, &voucher), LONG);
    let home = || ground.coins(GUEST, &alice.address);
    until("it comes home", home, |now| {
        *now == before + STAKED - SLASHED
    });
    let turns = ground.log().matches("turn").count();
    assert!(turns > 5, "the relayer turned the epochs: {turns}");
    ground.kill_relayer();
}

/// Three reporters say what the coins cost, by what a file and a program say: as much, so that amounts are weights. What has
/// moved far since is kept back.
fn price(ground: &Ground) {
    let said = ground.path("price");
    fs::write(&said, "1").unwrap();
    let report = |name: &str| {
        let config = format!("{name}.toml");
        fs::write(ground.path(&config), reporting(ground, name, &said)).unwrap();
        let mut verb = ground.command(&config);
        let verb = verb.args(["price", "report", "--chain", ground.id(HUB), "--once"]);
        let run = verb.output().unwrap();
        let text = String::from_utf8_lossy(&run.stdout).into_owned();
        let log = String::from_utf8_lossy(&run.stderr).into_owned();
        (run.status.success(), text, log)
    };
    for name in ["reporter-1", "reporter-2", "reporter-3"] {
        let (sound, text, log) = report(name);
        assert!(sound, "{text}{log}");
        assert_eq!(text.matches(": reported").count(), 2, "{text}{log}");
    }
    fs::write(&said, "2").unwrap();
    let (sound, text, log) = report("reporter-1");
    assert!(!sound && text.contains("kept back"), "{text}{log}");
    let again = ["price", "report", "--chain", ground.id(HUB), "--once"];
    let told = ground.try_tessera_with("reporter-1.toml", &[&again[..], &["--dry-run"]].concat());
    assert!(told.is_err(), "{told:?}");
}

/// The configuration of somebody who reports prices and does nothing else.
fn reporting(ground: &Ground, name: &str, said: &Path) -> String {
    let zone = ground.zone(HUB);
    let oracle = ground.sites[HUB].oracle.clone().unwrap();
    format!(
        "[[chains]]\nid = {:?}\nrpc_addr = {:?}\naccount_prefix = {:?}\nkey_names = [{name:?}]\ngas_multiplier = 1.4\n\
         gas_price = {{ price = {}, denom = {:?} }}\n\
         [chains.prices]\ncontract = \"{oracle}\"\n\
         [[chains.prices.feeds]]\nfeed = \"HUB/USD\"\nsource = \"file\"\nat = {said:?}\n\
         [[chains.prices.feeds]]\nfeed = \"GUEST/USD\"\nsource = \"command\"\nat = \"/bin/echo\"\narguments = [\"1\"]\n",
        zone.chain_id, zone.rpc, zone.bech32_prefix, zone.gas_price, zone.denom,
    )
}

/// Whoever pushes the pool along is paid from its reserve.
fn fund(ground: &Ground, by: &Person, pool: &Address) {
    let fund = ExecuteMsg::Fund { reserve: true };
    ground.send(HUB, by, &[(pool, fund, 1_000)]).unwrap();
}

/// The operator makes a vote key, encrypted with a passphrase, and becomes a validator.
fn create_validator(ground: &Ground) {
    let chain = ground.id(HUB);
    let add = [
        "keys",
        "vote",
        "add",
        "--chain",
        chain,
        "--key-name",
        "operator",
        "--new",
    ];
    with_passphrase(ground, &add);
    let amount = SELF_BOND.to_string();
    let create = [
        "tx",
        "stake",
        "create-validator",
        "--chain",
        chain,
        "--key-name",
        "operator",
        "--name",
        "first",
        "--token",
        "0",
        "--amount",
        &amount,
    ];
    with_passphrase(ground, &create);
}

fn with_passphrase(ground: &Ground, arguments: &[&str]) {
    let mut verb = ground.command("config.toml");
    let verb = verb.args(["--passphrase-fd", "0"]).args(arguments);
    let mut verb = verb
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = verb.stdin.take().unwrap();
    stdin.write_all(b"correct horse battery").unwrap();
    drop(stdin);
    assert!(verb.wait().unwrap().success(), "{arguments:?}");
}

/// The registered contract says that the pool shall slash.
fn slash(ground: &Ground, core: &Person, pool: &Address, order: SlashOrder) {
    let slashers: Vec<SlasherResponse> = ground.ask(
        HUB,
        pool,
        &QueryMsg::Slashers {
            start_after: None,
            limit: None,
        },
    );
    let msg = serde_json::to_vec(&ExecuteMsg::Slash(order)).unwrap();
    let slash =
        json!({ "wasm": { "execute": { "contract_addr": pool, "msg": Bytes(msg), "funds": [] } } });
    let say = json!({ "execute": { "msgs": [slash] } });
    let slasher = &slashers[0].slasher.address;
    ground.send(HUB, core, &[(slasher, say, 0)]).unwrap();
}

/// Waits until the validator's own stake is in a snapshot.
fn counts(ground: &Ground, pool: &Address) {
    let snapshot = || {
        let now: PoolResponse = ground.ask(HUB, pool, &QueryMsg::Pool {});
        match now.pool.snapshot {
            0 => None,
            snapshot => {
                let question = QueryMsg::WeightsAt { snapshot };
                let weights: Value = ground.ask(HUB, pool, &question);
                weights["members"].as_array().map(Vec::len)
            }
        }
    };
    until("a snapshot with the validator", snapshot, |members| {
        *members == Some(1)
    });
}

/// The deposit opens the vote once the epoch has its snapshot, which the relayer sees to.
fn propose(ground: &Ground, hub: &str, denom: &str) {
    let report = ground.path("report.md");
    fs::write(&report, "what it is, and why it may count").unwrap();
    let chain = ground.id(HUB);
    let propose = [
        "tx",
        "governance",
        "propose",
        "--chain",
        chain,
        "--key-name",
        "operator",
        "--token",
        hub,
        "--amount",
        "2000000",
        "--link",
        "ipfs://report",
        "--report",
        report.to_str().unwrap(),
        "add-token",
        "--denom",
        denom,
        "--decimals",
        "6",
        "--feed",
        "GUEST/USD",
    ];
    let proposed = until("proposed", || ground.try_tessera(&propose), Result::is_ok);
    assert!(proposed.is_ok());
    let proposals = query(ground, "proposals");
    let phase = &proposals[0]["proposal"]["phase"];
    assert!(phase.get("voting").is_some(), "{proposals}");
}

/// Sends something about stake; what is refused because the epoch's snapshot is being taken is tried again.
fn say(ground: &Ground, by: &str, words: &[&str]) {
    let who = ["--chain", ground.id(HUB), "--key-name", by];
    let verb = [&["tx"], &words[..2], &who, &words[2..]].concat();
    ground.tessera(&verb);
}

fn query(ground: &Ground, what: &str) -> Value {
    ground.tessera(&["query", what, "--chain", ground.id(HUB)])
}

fn delegation(ground: &Ground, whose: &Person) -> Value {
    query_of(ground, "delegation", whose)
}

fn query_of(ground: &Ground, what: &str, whose: &Person) -> Value {
    let verb = ["query", what, "--chain", ground.id(HUB)];
    ground.tessera(&[&verb[..], &["--delegator", whose.address.as_str()]].concat())
}

fn person(ground: &Ground, name: &str) -> Person {
    Person {
        address: ground.address_of(HUB, name),
        name: name.into(),
    }
}
