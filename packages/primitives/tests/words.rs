//! Words that are malformed cannot be made, neither by constructor nor from JSON, and facts read back as they were said.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use proptest::prelude::*;
use serde::{de::DeserializeOwned, Serialize};
use tessera_primitives::{
    fact::{Facts, Field},
    facts, Address, Amount, Asset, Bytes, CanonicalAddress, Coin, Denom, Hash, Height, Malformed,
    Seconds, Timestamp, ZoneId, ZoneStatus,
};

#[test]
fn revisions_are_those_of_ibc_go() {
    let cases = [
        ("tessera-1", "tessera", 1),
        ("tessera-a-42", "tessera-a", 42),
        ("a-18446744073709551615", "a", u64::MAX),
        ("tessera", "tessera", 0),
        ("tessera-", "tessera-", 0),
        ("tessera-0", "tessera-0", 0),
        ("tessera-01", "tessera-01", 0),
        ("tessera-+1", "tessera-+1", 0),
        ("tessera-1a", "tessera-1a", 0),
        ("tessera--1", "tessera--1", 0),
        ("-1", "-1", 0),
        ("--1", "--1", 0),
        ("1", "1", 0),
        ("a-18446744073709551616", "a-18446744073709551616", 0),
    ];
    for (text, name, revision) in cases {
        let zone = ZoneId::new(text).unwrap();
        assert_eq!((zone.name(), zone.revision()), (name, revision), "{text}");
    }
}

#[test]
fn lengths_are_exact_at_their_edges() {
    let long = |length: usize| "a".repeat(length);
    let zone = |length| ZoneId::new(long(length)).is_ok();
    assert_eq!(
        [zone(0), zone(1), zone(50), zone(51)],
        [false, true, true, false]
    );
    let denom = |length| Denom::new(long(length)).is_ok();
    assert_eq!(
        [denom(2), denom(3), denom(128), denom(129)],
        [false, true, true, false]
    );
    let address = |length| Address::new(long(length)).is_ok();
    assert_eq!(
        [address(0), address(1), address(255), address(256)],
        [false, true, true, false]
    );
    let canonical = |length: usize| CanonicalAddress::new(vec![0; length]).is_ok();
    assert_eq!(
        [canonical(0), canonical(1), canonical(64), canonical(65)],
        [false, true, true, false]
    );
    let what = "chain id";
    let (min, max, actual) = (1, 50, 51);
    assert_eq!(
        ZoneId::new(long(51)),
        Err(Malformed::Length {
            what,
            min,
            max,
            actual
        })
    );
}

#[test]
fn characters_that_do_not_belong_are_refused() {
    for text in ["a b", "a\n", "é", "a\u{7f}", "\0"] {
        assert!(
            ZoneId::new(text).is_err() && Address::new(text).is_err(),
            "{text:?}"
        );
    }
    for text in ["1ab", "/ab", "ab c", "abc!", "ibc(x)", "ébc"] {
        assert!(Denom::new(text).is_err(), "{text:?}");
    }
    assert!(Denom::new("ibc/0F-a.b_c:d").is_ok());
}

fn refuses<T: DeserializeOwned>(texts: &[&str]) {
    for text in texts {
        assert!(serde_json::from_str::<T>(text).is_err(), "{text}");
    }
}

fn reads_back<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: T, text: &str) {
    assert_eq!(serde_json::to_string(&value).unwrap(), text);
    assert_eq!(serde_json::from_str::<T>(text).unwrap(), value);
}

#[test]
fn json_goes_through_the_same_doors() {
    refuses::<ZoneId>(&[r#""""#, r#""a b""#, "1", "null"]);
    refuses::<Amount>(&[
        r#""""#,
        "1",
        r#""-1""#,
        r#""+1""#,
        r#"" 1""#,
        r#""1.0""#,
        r#""0x1""#,
        r#""340282366920938463463374607431768211456""#,
    ]);
    refuses::<Timestamp>(&[r#""""#, "1", r#""18446744073709551616""#]);
    refuses::<Hash>(&[
        r#""00""#,
        r#""""#,
        &format!("{:?}", "g".repeat(64)),
        &format!("{:?}", "0".repeat(66)),
    ]);
    refuses::<CanonicalAddress>(&[
        r#""""#,
        r#""0""#,
        r#""zz""#,
        &format!("{:?}", "00".repeat(65)),
    ]);
    refuses::<Bytes>(&[r#""A""#, r#""AQ""#, r#""AR==""#, r#""A Q==""#, "[1]"]);
    refuses::<Asset>(&[
        r#"{"native":"x"}"#,
        r#"{"native":"abc","cw20":"d"}"#,
        r#"{"nft":"abc"}"#,
    ]);
    refuses::<Coin>(&[
        r#"{"asset":{"native":"abc"},"amount":"1","memo":""}"#,
        r#"{"asset":{"native":"abc"}}"#,
    ]);
    refuses::<Height>(&[r#""1""#, "-1", "1.5", "18446744073709551616"]);
    refuses::<ZoneStatus>(&[r#""Active""#, r#""open""#, "0"]);
    let coin = Coin {
        asset: Asset::Native(Denom::new("utessera").unwrap()),
        amount: Amount(u128::MAX),
    };
    let text =
        r#"{"asset":{"native":"utessera"},"amount":"340282366920938463463374607431768211455"}"#;
    reads_back(coin, text);
    reads_back(Timestamp(u64::MAX), r#""18446744073709551615""#);
    reads_back(Hash([0xab; 32]), &format!("{:?}", "ab".repeat(32)));
    reads_back(CanonicalAddress::new([1, 0xfe]).unwrap(), r#""01fe""#);
    reads_back(Bytes(vec![1]), r#""AQ==""#);
}

#[test]
fn every_status_has_a_byte_of_its_own() {
    for byte in 0..=255u8 {
        let status = ZoneStatus::from_byte(byte);
        assert_eq!(status.map(ZoneStatus::byte), (byte < 4).then_some(byte));
    }
}

facts! {
    /// What a test says.
    pub enum Event {
        /// With every kind of field.
        Said = "said" {
            /// A hash.
            task: Hash,
            /// A height.
            height: Height,
            /// A time.
            time: Timestamp,
            /// A length of time.
            length: Seconds,
            /// An amount.
            amount: Amount,
            /// An asset.
            asset: Asset,
            /// An account.
            who: Address,
            /// A contract elsewhere.
            lock: CanonicalAddress,
            /// A zone.
            zone: ZoneId,
            /// A status.
            status: ZoneStatus,
            /// Free text.
            reason: String,
            /// Bytes.
            payload: Bytes,
            /// A flag.
            exact: bool,
            /// A number.
            count: u8,
            /// Perhaps a height.
            next: Option<Height>,
        },
        /// Without any.
        Silent = "silent" {},
    }
}

prop_compose! {
    fn said()(
        (task, height, time, length) in any::<([u8; 32], u64, u64, u64)>(),
        (amount, exact, count, next) in any::<(u128, bool, u8, Option<u64>)>(),
        (denom, token, native) in ("[a-z][a-z0-9/:._-]{2,9}", "[!-~]{1,9}", any::<bool>()),
        (who, zone, lock) in ("[!-~]{1,9}", "[!-~]{1,50}", proptest::collection::vec(any::<u8>(), 1..64)),
        (reason, payload) in any::<(String, Vec<u8>)>(),
        status in 0..4u8,
    ) -> Event {
        let native = native.then(|| Asset::Native(Denom::new(denom).unwrap()));
        Event::Said {
            task: Hash(task),
            height: Height(height),
            time: Timestamp(time),
            length: Seconds(length),
            amount: Amount(amount),
            asset: native.unwrap_or_else(|| Asset::Cw20(Address::new(token).unwrap())),
            who: Address::new(who).unwrap(),
            lock: CanonicalAddress::new(lock).unwrap(),
            zone: ZoneId::new(zone).unwrap(),
            status: ZoneStatus::from_byte(status).unwrap(),
            reason,
            payload: Bytes(payload),
            exact,
            count,
            next: next.map(Height),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn facts_read_back_as_they_were_said(event in said(), order: u64) {
        let mut attributes = event.attributes();
        let names: Vec<&str> = attributes.iter().map(|(name, _)| name.as_str()).collect();
        prop_assert_eq!(Event::TABLE[0], ("said", names.as_slice()));
        // The chain adds its own, and nobody promises an order.
        attributes.push(("_contract_address".into(), "wasm1".into()));
        let turn = usize::try_from(order % 16).unwrap();
        attributes.rotate_left(turn);
        prop_assert_eq!(Event::read("said", &attributes), Some(Ok(event)));
    }

    #[test]
    fn fields_never_panic_on_text(text: String) {
        let _ = (Hash::from_text(&text), Asset::from_text(&text), bool::from_text(&text));
        let _ = (ZoneStatus::from_text(&text), Bytes::from_text(&text), u64::from_text(&text));
    }
}

#[test]
fn facts_with_missing_doubled_or_wrong_attributes_are_refused() {
    assert_eq!(Event::read("silent", &[]), Some(Ok(Event::Silent {})));
    assert_eq!(Event::read("shouted", &[]), None);
    assert!(matches!(
        Event::read("said", &[]),
        Some(Err(Malformed::Range {
            what: "task",
            actual: 0,
            ..
        }))
    ));
    let twice = [
        ("task".to_string(), Hash::ZERO.to_text()),
        ("task".to_string(), Hash::ZERO.to_text()),
    ];
    assert!(matches!(
        Event::read("said", &twice),
        Some(Err(Malformed::Range {
            what: "task",
            actual: 2,
            ..
        }))
    ));
    let wrong = [("task".to_string(), "short".to_string())];
    assert!(matches!(
        Event::read("said", &wrong),
        Some(Err(Malformed::Encoding { what: "hash", .. }))
    ));
}

#[test]
fn hashes_are_sha_256() {
    // FIPS 180-2, appendix B.1.
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(Hash::sha256(b"abc").to_string(), expected);
    assert_eq!(Hash::sha256_of(&[b"a", b"", b"bc"]).to_string(), expected);
    assert_eq!(Hash::from_hex(expected), Ok(Hash::sha256(b"abc")));
    assert_eq!(
        Hash::try_from([0u8; 31].as_slice()),
        Err(Malformed::Length {
            what: "hash",
            min: 32,
            max: 32,
            actual: 31
        })
    );
}
