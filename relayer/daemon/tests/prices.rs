//! Prices from an address, a file and a program, reported to the real oracle on an embedded zone; and what is kept back.
#![cfg(feature = "demo")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use axum::{extract::State, http::StatusCode, routing::get, Router};
use tempfile::TempDir;
use tessera::{
    chain::{embedded::Embedded, Chain},
    config::{Config, PriceFeed, PriceSource, PricesConfig, SAMPLE},
    prices::{judge, Hold, Known, Outcome, Plan, Reporter, Said, Ways},
};
use tessera_contract_api::{
    price_oracle::{
        ExecuteMsg, FeedName, FeedSettings, InstantiateMsg, NamedFeed, QueryMsg, Quote, Source,
    },
    roles::Appointment,
};
use tessera_price::state::{Board, Feed, Suspicion};
use tessera_primitives::{Address, Price, Seconds, Timestamp};
use tessera_testing::{contracts, Zone};

const UNIT: u128 = 1_000_000_000_000_000_000;
const FEEDS: [&str; 3] = ["ATOM/USD", "OSMO/USD", "JUNO/USD"];

/// An oracle whose first reporter is ours, and a folder for files.
struct Site {
    chain: Embedded,
    oracle: Address,
    folder: TempDir,
}

fn name(text: &str) -> FeedName {
    FeedName::new(text).unwrap()
}

impl Site {
    fn new() -> Site {
        let mut zone = Zone::new("zone-1", "wasm").unwrap();
        let owner = zone.account("owner").unwrap();
        let code = zone.store_code(contracts::price_oracle);
        let address = |zone: &Zone, who: &str| zone.address(&zone.account(who).unwrap()).unwrap();
        let message = InstantiateMsg {
            roles: Appointment {
                owner: Some(address(&zone, "owner")),
                guardian: None,
            },
            reporters: (0..3)
                .map(|number| address(&zone, &format!("reporter{number}")))
                .collect(),
            quorum: 3,
            feeds: FEEDS
                .iter()
                .map(|feed| NamedFeed {
                    feed: name(feed),
                    settings: FeedSettings::new(Source::Reporters),
                })
                .collect(),
        };
        let oracle = zone.instantiate(&owner, code, &message, "oracle").unwrap();
        let oracle = zone.address(&oracle).unwrap();
        let reporter = zone.account("reporter0").unwrap();
        zone.produce(2).unwrap();
        Site {
            chain: Embedded::new(zone, reporter).unwrap(),
            oracle,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn pass(&self, seconds: u64) {
        self.chain.zone().produce(seconds / 5).unwrap();
    }

    /// Time of the newest block, in seconds.
    fn tip(&self) -> u64 {
        let zone = self.chain.zone();
        let sealed = zone.sealed();
        zone.block(sealed).unwrap().time.seconds()
    }

    fn config(&self, feeds: Vec<PriceFeed>) -> PricesConfig {
        PricesConfig {
            contract: self.oracle.clone(),
            key_name: None,
            interval: Duration::from_secs(30),
            timeout: Duration::from_millis(500),
            confirm: Duration::from_secs(120),
            feeds,
        }
    }

    fn reporter(&self, feeds: Vec<PriceFeed>) -> Reporter {
        self.reporter_as(&self.chain, feeds)
    }

    fn reporter_as(&self, chain: &Embedded, feeds: Vec<PriceFeed>) -> Reporter {
        let drift = Duration::from_secs(5);
        let plan = Plan::new(Arc::new(chain.clone()), drift, self.config(feeds));
        let clock = self.chain.clone();
        Reporter::new(plan, Box::new(move || clock.zone().time()))
    }

    fn ask<T: serde::de::DeserializeOwned>(&self, question: &QueryMsg) -> T {
        let zone = self.chain.zone();
        let oracle = cosmwasm_std::Addr::unchecked(self.oracle.as_str());
        zone.query(&oracle, question).unwrap()
    }

    fn board(&self, feed: &str) -> Board {
        self.ask(&QueryMsg::Board { feed: name(feed) })
    }

    /// All reporters say a price of now, apart from us the way we would.
    fn agree(&self, price: u128) {
        let mut zone = self.chain.zone();
        let time = zone.time();
        for number in 0..3 {
            let reporter = zone.account(&format!("reporter{number}")).unwrap();
            let oracle = cosmwasm_std::Addr::unchecked(self.oracle.as_str());
            let feed = name(FEEDS[0]);
            let price = Price(price * UNIT);
            let message = ExecuteMsg::Report { feed, price, time };
            zone.execute(&reporter, &oracle, &message, &[]).unwrap();
        }
    }

    /// A file that was written at a time of the zone.
    fn write(&self, text: &str, seconds: u64) -> PathBuf {
        let path = self.folder.path().join("price");
        fs::write(&path, text).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        file.set_modified(time).unwrap();
        path
    }
}

fn of_file(feed: &str, path: &Path) -> PriceFeed {
    PriceFeed {
        feed: name(feed),
        source: PriceSource::File,
        at: path.display().to_string(),
        arguments: Vec::new(),
        price: None,
        time: None,
    }
}

fn of_command(feed: &str, script: &str) -> PriceFeed {
    PriceFeed {
        source: PriceSource::Command,
        at: "sh".into(),
        arguments: vec!["-c".into(), script.into()],
        ..of_file(feed, Path::new(""))
    }
}

fn of_http(feed: &str, server: &Server) -> PriceFeed {
    PriceFeed {
        source: PriceSource::Http,
        at: format!("http://{}/price?key=secret", server.address),
        price: Some("/data/0/price".into()),
        time: Some("/time".into()),
        ..of_file(feed, Path::new(""))
    }
}

/// A server that answers as told, or not at all.
struct Server {
    address: SocketAddr,
    answer: Arc<Mutex<Option<(StatusCode, String)>>>,
}

impl Server {
    async fn start() -> Server {
        type Answer = Arc<Mutex<Option<(StatusCode, String)>>>;
        async fn answer(State(answer): State<Answer>) -> (StatusCode, String) {
            let told = answer.lock().unwrap().clone();
            match told {
                Some(told) => told,
                None => std::future::pending().await,
            }
        }
        let told: Answer = Arc::default();
        let router = Router::new()
            .route("/price", get(answer))
            .with_state(told.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Server {
            address,
            answer: told,
        }
    }

    fn say(&self, status: StatusCode, text: &str) {
        *self.answer.lock().unwrap() = Some((status, text.into()));
    }

    fn fall_silent(&self) {
        *self.answer.lock().unwrap() = None;
    }
}

async fn outcomes(reporter: &mut Reporter) -> Vec<Outcome> {
    let round = reporter.round(None, Ways::default()).await.unwrap();
    round.into_iter().map(|one| one.outcome).collect()
}

async fn held(reporter: &mut Reporter) -> String {
    match outcomes(reporter).await.remove(0) {
        Outcome::Held(reason) => reason,
        other => panic!("{other:?}"),
    }
}

async fn failed(reporter: &mut Reporter) -> String {
    match outcomes(reporter).await.remove(0) {
        Outcome::Failed(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn prices_come_from_an_address_a_file_and_a_program() {
    let site = Site::new();
    let server = Server::start().await;
    let now = site.tip();
    let json = format!(r#"{{"time": {now}.5, "data": [{{"price": "9.817263548190273645"}}]}}"#);
    server.say(StatusCode::OK, &json);
    let path = site.write("0.51\n", now - 7);
    let feeds = vec![
        of_http(FEEDS[0], &server),
        of_file(FEEDS[1], &path),
        of_command(FEEDS[2], &format!("echo 3e-2 {}", now - 20)),
    ];
    let mut reporter = site.reporter(feeds);
    let dry = Ways {
        dry: true,
        confirmed: false,
    };
    let round = reporter.round(None, dry).await.unwrap();
    assert!(round.iter().all(|one| one.outcome == Outcome::Ready));
    assert!(site.board(FEEDS[0]).reports.is_empty(), "nothing was sent");
    assert_eq!(
        outcomes(&mut reporter).await,
        [(); 3].map(|()| Outcome::Reported)
    );
    let said = FEEDS.map(|feed| {
        let board = site.board(feed);
        (board.reports[0].price.0, board.reports[0].time)
    });
    let at = |seconds| Timestamp::from_seconds(seconds).unwrap();
    // What is later than the newest block is said of that block.
    assert_eq!(said[0], (9_817_263_548_190_273_645, at(now)));
    assert_eq!(said[1], (UNIT / 100 * 51, at(now - 7)));
    assert_eq!(said[2], (UNIT / 100 * 3, at(now - 20)));
    // Each is said once.
    for reason in outcomes(&mut reporter).await {
        let Outcome::Held(reason) = reason else {
            panic!("{reason:?}")
        };
        assert!(reason.contains("nothing new"), "{reason}");
    }
}

#[tokio::test]
async fn three_reporters_make_a_price() {
    let site = Site::new();
    let path = site.write("9.81", site.tip());
    for number in 0..3 {
        let account = site.chain.zone().account(&format!("reporter{number}"));
        let chain = site.chain.with_account(account.unwrap()).unwrap();
        let mut reporter = site.reporter_as(&chain, vec![of_file(FEEDS[0], &path)]);
        assert_eq!(outcomes(&mut reporter).await, [Outcome::Reported]);
    }
    let feed = name(FEEDS[0]);
    let quote: Option<Quote> = site.ask(&QueryMsg::Quote { feed });
    assert_eq!(quote.unwrap().fresh(), Some(Price(UNIT / 100 * 981)));
}

#[tokio::test]
async fn a_broken_address_is_told_without_its_secrets_and_spoils_no_other_feed() {
    let site = Site::new();
    let server = Server::start().await;
    let mut reporter = site.reporter(vec![
        of_http(FEEDS[0], &server),
        of_command(FEEDS[1], "echo 1"),
    ]);
    let time = site.tip();
    let of = |price: &str| format!(r#"{{"time": {time}, "data": [{{"price": {price}}}]}}"#);
    let long = of(&"1".repeat(70_000));
    for (status, answer, expected) in [
        (StatusCode::INTERNAL_SERVER_ERROR, of("1"), "500"),
        (StatusCode::NOT_FOUND, String::new(), "404"),
        (StatusCode::OK, "9.81".into(), "/data/0/price"),
        (StatusCode::OK, "<html>".into(), "must be JSON"),
        (StatusCode::OK, r#"{"data": []}"#.into(), "/data/0/price"),
        (StatusCode::OK, of("null"), "/data/0/price"),
        (StatusCode::OK, of("-1"), "not negative"),
        (StatusCode::OK, of("\"dear\""), "\"dear\""),
        (StatusCode::OK, of("1e30"), "below 10^20"),
        (StatusCode::OK, of("\"1e9999999999\""), "below 10^20"),
        (StatusCode::OK, r#"{"data":[{"price":1}]}"#.into(), "/time"),
        (StatusCode::OK, long, "more than"),
    ] {
        server.say(status, &answer);
        let reason = failed(&mut reporter).await;
        assert!(reason.contains(expected), "{answer}: {reason}");
        assert!(!reason.contains("secret"), "{reason}");
    }
    server.fall_silent();
    assert!(failed(&mut reporter).await.contains("longer than"));
    let mut nobody = site.reporter(vec![PriceFeed {
        at: "http://127.0.0.1:1/?key=secret".into(),
        ..of_http(FEEDS[0], &server)
    }]);
    let reason = failed(&mut nobody).await;
    assert!(reason.contains("cannot be read") && !reason.contains("secret"));
    assert_eq!(site.board(FEEDS[1]).reports.len(), 1);
    assert!(site.board(FEEDS[0]).reports.is_empty());
}

#[tokio::test]
async fn a_broken_file_is_told() {
    let site = Site::new();
    let now = site.tip();
    let missing = site.folder.path().join("nothing");
    let mut reporter = site.reporter(vec![of_file(FEEDS[0], &missing)]);
    assert!(failed(&mut reporter).await.contains("No such file"));
    for (text, expected) in [
        ("", "must be a decimal number"),
        ("9,81", "must be a decimal number"),
        (".5", "must be a decimal number"),
        ("1 soon", "must be seconds"),
        ("1 2 3", "must be a price"),
    ] {
        let path = site.write(text, now);
        let mut reporter = site.reporter(vec![of_file(FEEDS[0], &path)]);
        let reason = failed(&mut reporter).await;
        assert!(reason.contains(expected), "{text:?}: {reason}");
    }
    let path = site.write("x", now);
    fs::write(&path, [0xff, 0xfe]).unwrap();
    let mut reporter = site.reporter(vec![of_file(FEEDS[0], &path)]);
    assert!(failed(&mut reporter).await.contains("no text"));
    // A file that nobody writes any more is as old as it is, however often it is read.
    let path = site.write("9.81", now - 301);
    let mut reporter = site.reporter(vec![of_file(FEEDS[0], &path)]);
    assert!(held(&mut reporter).await.contains("counts for 300 s"));
    let path = site.write("9.81", now + 60);
    let mut reporter = site.reporter(vec![of_file(FEEDS[0], &path)]);
    assert!(held(&mut reporter).await.contains("the price is of"));
    assert!(site.board(FEEDS[0]).reports.is_empty());
}

#[tokio::test]
async fn a_broken_program_is_told_and_one_that_hangs_is_killed() {
    let site = Site::new();
    for (script, expected) in [
        ("echo 1; exit 3", "exit status: 3"),
        ("exit 0", "must be a decimal number"),
        ("yes", "more than 65536"),
        ("echo 0 >&2", "must be a decimal number"),
    ] {
        let mut reporter = site.reporter(vec![of_command(FEEDS[0], script)]);
        let reason = failed(&mut reporter).await;
        assert!(reason.contains(expected), "{script}: {reason}");
    }
    let mark = site.folder.path().join("survived");
    let script = format!("sleep 2; touch {}", mark.display());
    let mut reporter = site.reporter(vec![of_command(FEEDS[0], &script)]);
    assert!(failed(&mut reporter).await.contains("longer than"));
    let mut absent = site.reporter(vec![PriceFeed {
        at: "/no/such/program".into(),
        ..of_command(FEEDS[0], "")
    }]);
    assert!(failed(&mut absent).await.contains("No such file"));
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert!(!mark.exists(), "it was killed");
}

#[tokio::test]
async fn a_price_that_moved_far_waits_until_it_has_stayed_or_a_person_confirms_it() {
    let site = Site::new();
    site.agree(100);
    site.pass(30);
    let write = |text: &str| site.write(text, site.tip());
    let mut reporter = site.reporter(vec![of_file(FEEDS[0], &write("150"))]);
    assert!(held(&mut reporter).await.contains("5000 basis points"));
    site.pass(60);
    write("155");
    assert!(held(&mut reporter).await.contains("5500 basis points"));
    // It jumps again: what waits is another price.
    site.pass(30);
    write("300");
    held(&mut reporter).await;
    site.pass(100);
    write("300");
    held(&mut reporter).await;
    site.pass(20);
    write("310");
    assert_eq!(outcomes(&mut reporter).await, [Outcome::Reported]);
    let said = |site: &Site| {
        let board = site.board(FEEDS[0]);
        let newest = board.reports.iter().max_by_key(|report| report.time);
        newest.unwrap().price.0 / UNIT
    };
    assert_eq!(said(&site), 310);
    // One that came back is forgotten.
    site.pass(10);
    write("104");
    assert_eq!(outcomes(&mut reporter).await, [Outcome::Reported]);
    site.pass(10);
    write("300");
    held(&mut reporter).await;
    let confirmed = Ways {
        dry: false,
        confirmed: true,
    };
    let round = reporter.round(None, confirmed).await.unwrap();
    assert_eq!(round[0].outcome, Outcome::Reported);
    assert_eq!(said(&site), 300);
}

#[tokio::test]
async fn a_key_that_may_not_report_and_a_feed_that_is_not_there_are_told() {
    let site = Site::new();
    let path = site.write("1", site.tip());
    let stranger = site.chain.zone().account("stranger").unwrap();
    let chain = site.chain.with_account(stranger).unwrap();
    let mut reporter = site.reporter_as(&chain, vec![of_file(FEEDS[0], &path)]);
    let account = chain.account().unwrap().to_string();
    let reason = held(&mut reporter).await;
    assert!(reason.contains(&account) && reason.contains("no reporter"));
    let mut reporter = site.reporter(vec![of_file("ZERO/USD", &path)]);
    assert!(held(&mut reporter).await.contains("no feed ZERO/USD"));
    let path = site.write("0.0000000000000000001", site.tip());
    let mut reporter = site.reporter(vec![of_file(FEEDS[0], &path)]);
    assert_eq!(held(&mut reporter).await, "the price is zero");
}

#[tokio::test]
async fn what_the_chain_refuses_of_several_is_tried_alone() {
    let site = Site::new();
    site.pass(30);
    let path = site.write("1", site.tip());
    let twin = of_file(FEEDS[0], &path);
    // The same feed twice: the second one's time does not rise any more. A configuration with that is refused.
    let mut reporter = site.reporter(vec![twin.clone(), of_file(FEEDS[1], &path), twin]);
    let outcomes = outcomes(&mut reporter).await;
    assert_eq!(outcomes[..2], [Outcome::Reported, Outcome::Reported]);
    assert!(matches!(&outcomes[2], Outcome::Failed(reason) if reason.contains("expected after")));
}

#[test]
fn a_price_is_judged_as_the_oracle_would() {
    let parameters = Feed::with_defaults(Source::Reporters).unwrap();
    let at = |seconds| Timestamp::from_seconds(seconds).unwrap();
    let known = Known {
        parameters: &parameters,
        base: Price(100),
        last: Some(at(900)),
        tip: at(1_000),
        clock: at(1_002),
        drift: Seconds(5),
        confirm: Seconds(60),
        confirmed: false,
    };
    let said = |price, seconds| Said {
        price: Price(price),
        time: at(seconds),
    };
    let judged = |said, known: &Known<'_>| judge(said, known, &mut None);
    assert_eq!(judged(said(110, 950), &known), Ok(at(950)));
    assert_eq!(judged(said(90, 1_002), &known), Ok(at(1_000)));
    assert_eq!(judged(said(100, 1_007), &known), Ok(at(1_000)));
    let (time, clock) = (at(1_008), at(1_002));
    assert_eq!(
        judged(said(100, 1_008), &known),
        Err(Hold::Future { time, clock })
    );
    let last = at(900);
    assert_eq!(
        judged(said(100, 900), &known),
        Err(Hold::NothingNew { last })
    );
    let (age, max_age) = (Seconds(300), Seconds(300));
    assert_eq!(
        judged(said(100, 702), &known),
        Err(Hold::Old { age, max_age })
    );
    assert_eq!(judged(said(0, 950), &known), Err(Hold::Zero));
    // A chain that stands still is told nothing.
    let late = Known {
        clock: at(1_400),
        ..known
    };
    assert!(matches!(
        judged(said(100, 1_400), &late),
        Err(Hold::Old { .. })
    ));
    let (deviation, confirm) = (1_100, Seconds(60));
    let moved = Err(Hold::Moved { deviation, confirm });
    assert_eq!(judged(said(111, 950), &known), moved);
    let mut suspicion = Some(Suspicion {
        price: Price(115),
        since: at(942),
    });
    assert_eq!(judge(said(111, 950), &known, &mut suspicion), Ok(at(950)));
    assert!(suspicion.is_some(), "it goes on being reported");
    let first = Known {
        base: Price(0),
        ..known
    };
    assert_eq!(judged(said(7, 950), &first), Ok(at(950)));
}

#[test]
fn a_configuration_that_cannot_be_meant_is_refused() {
    let parse = |from: &str, to: &str| {
        assert!(SAMPLE.contains(from), "{from}");
        let text = SAMPLE.replace(from, to);
        Config::parse(Path::new("config.toml"), &text).map(drop)
    };
    parse("[chains.prices]", "[chains.prices]").unwrap();
    let twin = "[[chains.prices.feeds]]\nfeed = \"ATOM/USD\"\nsource = \"file\"\nat = \"/x\"\n\n[[chains.prices.feeds]]\n# The";
    for (from, to, expected) in [
        ("source = \"command\"", "source = \"http\"", "http or https"),
        (
            "source = \"command\"",
            "source = \"file\"",
            "none but of a command",
        ),
        ("source = \"command\"", "source = \"gossip\"", "gossip"),
        (
            "at = \"/usr/local/bin/price\"",
            "at = \"\"",
            "a path or a program",
        ),
        (
            "price = \"/data/price\"",
            "price = \"data\"",
            "JSON pointer",
        ),
        ("price = \"/data/price\"\n", "", "JSON pointer"),
        ("confirm = \"10m\"", "confirn = \"10m\"", "confirm"),
        (
            "interval = \"30s\"\n# How long a source",
            "interval = \"2h\"\n# How long a source",
            "100ms to 1h",
        ),
        ("feed = \"ATOM/USD\"", "feed = \"no name\"", "feed"),
        ("[[chains.prices.feeds]]\n# The", twin, "distinct feeds"),
    ] {
        let refused = parse(from, to).unwrap_err().to_string();
        assert!(refused.contains(expected), "{to}: {refused}");
    }
}
