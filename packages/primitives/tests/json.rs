//! Values by way of a tree are what the derived code reads and writes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use serde::{de::DeserializeOwned, Serialize};
use tessera_primitives::{
    deserialize_by_tree, from_json_fields, from_json_variants,
    json::{FromJson, Json, ToJson, Unfit},
    to_json_fields, to_json_variants, Address, Amount, Asset, Bytes, CanonicalAddress, Closing,
    Coin, Denom, Fork, Hash, Height, Root, Seconds, Standing, Timestamp, ZoneId, ZoneStatus,
};

fn tree(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

/// What `serde` writes, the tree reads.
fn is_read<T: Serialize + FromJson + PartialEq + std::fmt::Debug>(value: T) {
    let text = serde_json::to_string(&value).unwrap();
    assert_eq!(T::from_json(tree(&text)), Ok(value), "{text}");
}

/// What the tree writes, `serde` would have written, and reads.
fn is_written<T: Serialize + DeserializeOwned + ToJson + PartialEq + std::fmt::Debug>(value: T) {
    let text = serde_json::to_string(&value.to_json()).unwrap();
    assert_eq!(text, serde_json::to_string(&value).unwrap());
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), value);
}

fn coin() -> Coin {
    Coin {
        asset: Asset::Cw20(Address::new("zone1token").unwrap()),
        amount: Amount(u128::MAX),
    }
}

#[test]
fn words_and_structures_are_read_as_they_were_written() {
    is_read(coin());
    is_read(Asset::Native(Denom::new("ibc/ABC").unwrap()));
    is_read(CanonicalAddress::new([7; 32]).unwrap());
    is_read(Bytes(vec![0, 255, 7]));
    is_read((Some(Height(3)), ()).0);
    is_read(Vec::from([Seconds(0), Seconds(u64::MAX)]));
    let standing = Standing {
        status: ZoneStatus::Forked,
        branch: 2,
        fork: Some(Fork {
            branch: 0,
            height: Height(7),
            exact: true,
            first_report: Height(9),
        }),
        branch_fork: Some(Fork {
            branch: 2,
            height: Height(12),
            exact: false,
            first_report: Height(15),
        }),
        closing: Some(Closing {
            at: Timestamp(5),
            last: None,
        }),
        latest: Height(u64::MAX),
    };
    is_read(standing);
    is_read(Root {
        app_hash: Hash([3; 32]),
        state_height: Height(1),
        time: Timestamp(u64::MAX),
        branch: u32::MAX,
        standing,
        next: Some(Height(2)),
    });
    for status in [ZoneStatus::Active, ZoneStatus::Expired, ZoneStatus::Closed] {
        is_read(status);
    }
}

#[test]
fn words_and_structures_are_written_as_serde_writes_them() {
    is_written(coin());
    is_written(Asset::Native(Denom::new("uatom").unwrap()));
    is_written(CanonicalAddress::new([7; 20]).unwrap());
    is_written(Bytes(vec![0, 255, 7]));
    is_written(Hash([0xab; 32]));
    is_written(ZoneId::new("zone-1").unwrap());
    is_written(Some(Height(u64::MAX)));
    is_written(None::<Seconds>);
    is_written(vec![true, false]);
    is_written("a \"quoted\"\nline".to_string());
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    Pay {
        coin: Coin,
        times: u8,
        note: Option<String>,
    },
    Rest {},
    Inner(Inner),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Inner {
    Wake { at: Height },
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Letter {
    to: Address,
    said: Vec<Inner>,
}

from_json_variants! {
    Message {
        "pay": Pay { coin, times, note };
        "rest": Rest {};
        in "inner": Inner;
    }
}

from_json_variants! { Inner { "wake": Wake { at }; } }
to_json_variants! { Inner { "wake": Wake { at }; } }
from_json_fields! { Letter { to, said } }
to_json_fields! { Letter { to, said } }
deserialize_by_tree!(Message);

#[test]
fn messages_are_read_as_they_were_written() {
    let inner = Inner::Wake { at: Height(7) };
    for message in [
        Message::Pay {
            coin: coin(),
            times: 255,
            note: Some("x".into()),
        },
        Message::Rest {},
        Message::Inner(inner.clone()),
    ] {
        let text = serde_json::to_string(&message).unwrap();
        assert_eq!(serde_json::from_str::<Message>(&text).unwrap(), message);
    }
    let letter = Letter {
        to: Address::new("zone1a").unwrap(),
        said: vec![inner],
    };
    let text = serde_json::to_string(&letter.to_json()).unwrap();
    assert_eq!(text, serde_json::to_string(&letter).unwrap());
    is_read(letter);
}

#[test]
fn what_is_not_a_message_is_refused_with_a_reason() {
    let coin = r#""coin":{"asset":{"native":"uatom"},"amount":"5"}"#;
    let cases = [
        (format!(r#"{{"pay":{{{coin}}}}}"#), "missing field `times`"),
        (
            format!(r#"{{"pay":{{{coin},"times":1,"spare":1}}}}"#),
            "unknown or repeated: `spare`",
        ),
        (
            format!(r#"{{"pay":{{{coin},"times":1,"times":2}}}}"#),
            "unknown or repeated: `times`",
        ),
        (
            format!(r#"{{"pay":{{{coin},"times":256}}}}"#),
            "`times`: expected a natural number in range",
        ),
        (
            format!(r#"{{"pay":{{{coin},"times":"1"}}}}"#),
            "`times`: expected a natural number in range",
        ),
        (
            format!(r#"{{"pay":{{{coin},"times":-1}}}}"#),
            "expected a natural number",
        ),
        (
            format!(r#"{{"pay":{{{coin},"times":1,"note":7}}}}"#),
            "`note`: expected a string",
        ),
        (
            r#"{"pay":{"coin":{"asset":{"other":"x"},"amount":"5"},"times":1}}"#.into(),
            "unknown or repeated: `other`",
        ),
        (
            r#"{"pay":{"coin":{"asset":{"native":"u"},"amount":"5"},"times":1}}"#.into(),
            "denom is 1 long",
        ),
        (
            r#"{"pay":{"coin":{"asset":{"native":"uatom"},"amount":"-5"},"times":1}}"#.into(),
            "`-5` is not",
        ),
        (r#"{"sing":{}}"#.into(), "unknown or repeated: `sing`"),
        (
            r#"{"rest":{},"pay":{}}"#.into(),
            "an object with one variant",
        ),
        (r#"{"rest":[]}"#.into(), "expected an object"),
        (r#""rest""#.into(), "an object with one variant"),
        (
            r#"{"inner":{"sleep":{}}}"#.into(),
            "unknown or repeated: `sleep`",
        ),
    ];
    for (text, reason) in cases {
        let refused = serde_json::from_str::<Message>(&text)
            .unwrap_err()
            .to_string();
        assert!(refused.contains(reason), "{text}: {refused}");
    }
    assert_eq!(Bytes::from_json(tree("\"*\"")), Err(Unfit::Kind("base64")));
    assert_eq!(
        bool::from_json(tree("1")),
        Err(Unfit::Kind("true or false"))
    );
    assert_eq!(
        Vec::<u8>::from_json(tree("{}")),
        Err(Unfit::Kind("an array"))
    );
    assert!(serde_json::from_str::<Json>("1.5").is_err());
}
