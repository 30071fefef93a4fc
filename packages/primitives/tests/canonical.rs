//! A structure has one canonical form, and no other bytes are read as it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::fmt::Debug;

use proptest::{collection::vec, prelude::*};
use tessera_primitives::{
    canonical::{self, decode, encode},
    Address, Amount, Asset, Bytes, Canonical, CanonicalAddress, Coin, Denom, Hash, Height,
    Malformed, Reader, Timestamp, Writer, ZoneId,
};

/// One of everything that canonical bytes are made of.
#[derive(Clone, Debug, PartialEq)]
struct Everything {
    zone: ZoneId,
    lock: CanonicalAddress,
    hash: Hash,
    height: Height,
    time: Timestamp,
    coins: Vec<Coin>,
    payload: Bytes,
    note: Option<String>,
    tag: u8,
    port: u16,
    count: u32,
}

const MAX_COINS: usize = 5;

impl Canonical for Everything {
    fn write(&self, writer: &mut Writer) {
        writer
            .value(&self.zone)
            .value(&self.lock)
            .value(&self.hash)
            .value(&self.height);
        writer
            .value(&self.time)
            .list(&self.coins)
            .value(&self.payload)
            .value(&self.note);
        writer.byte(self.tag).value(&self.port).value(&self.count);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Everything, Malformed> {
        Ok(Everything {
            zone: reader.value()?,
            lock: reader.value()?,
            hash: reader.value()?,
            height: reader.value()?,
            time: reader.value()?,
            coins: reader.list(MAX_COINS)?,
            payload: reader.value()?,
            note: reader.value()?,
            tag: reader.byte()?,
            port: reader.value()?,
            count: reader.value()?,
        })
    }
}

fn coin() -> impl Strategy<Value = Coin> {
    let asset = prop_oneof![
        "[a-zA-Z][a-zA-Z0-9/:._-]{2,20}"
            .prop_map(|denom| Asset::Native(Denom::new(denom).unwrap())),
        "[!-~]{1,20}".prop_map(|token| Asset::Cw20(Address::new(token).unwrap())),
    ];
    (asset, any::<u128>()).prop_map(|(asset, amount)| Coin {
        asset,
        amount: Amount(amount),
    })
}

prop_compose! {
    fn everything()(
        zone in "[!-~]{1,50}",
        lock in vec(any::<u8>(), 1..65),
        hash: [u8; 32],
        (height, time) in any::<(u64, u64)>(),
        coins in vec(coin(), 0..=MAX_COINS),
        payload in vec(any::<u8>(), 0..40),
        note: Option<String>,
        (tag, port, count) in any::<(u8, u16, u32)>(),
    ) -> Everything {
        Everything {
            zone: ZoneId::new(zone).unwrap(),
            lock: CanonicalAddress::new(lock).unwrap(),
            hash: Hash(hash),
            height: Height(height),
            time: Timestamp(time),
            coins,
            payload: Bytes(payload),
            note,
            tag,
            port,
            count,
        }
    }
}

fn read_back<T: Canonical + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    let bytes = encode(value);
    prop_assert_eq!(&decode::<T>("value", &bytes).unwrap(), value);
    for length in 0..bytes.len() {
        prop_assert!(
            decode::<T>("value", &bytes[..length]).is_err(),
            "cut at {}",
            length
        );
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    let (what, offset) = ("value", bytes.len());
    prop_assert_eq!(
        decode::<T>("value", &longer),
        Err(Malformed::Canonical { what, offset })
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_whole_and_only_whole(value in everything()) {
        read_back(&value)?;
    }

    /// Unique: whatever bytes are read, they are the ones that would be written.
    #[test]
    fn no_other_bytes_are_read_as_the_same(value in everything(), at: prop::sample::Index, byte: u8) {
        let mut bytes = encode(&value);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(other) = decode::<Everything>("value", &bytes) {
            prop_assert_eq!(encode(&other), bytes);
        }
    }

    #[test]
    fn random_bytes_are_read_only_as_written(bytes in vec(prop_oneof![Just(0u8), 0..4u8, any::<u8>()], 0..80)) {
        if let Ok(value) = decode::<Everything>("value", &bytes) {
            prop_assert_eq!(encode(&value), bytes.clone());
        }
        if let Ok(value) = decode::<Coin>("coin", &bytes) {
            prop_assert_eq!(encode(&value), bytes.clone());
        }
        if let Ok(value) = decode::<Option<Option<u8>>>("option", &bytes) {
            prop_assert_eq!(encode(&value), bytes);
        }
    }

    #[test]
    fn different_values_have_different_bytes(one in everything(), other in everything()) {
        prop_assert_eq!(one == other, encode(&one) == encode(&other));
    }

    #[test]
    fn options_and_numbers_are_read_back(number: Option<u128>, nested: Option<Option<u64>>, text: String) {
        read_back(&number)?;
        read_back(&nested)?;
        read_back(&text)?;
    }
}

#[test]
fn the_table_of_bytes_is_as_documented() {
    let coin = Coin {
        asset: Asset::Cw20("wasm1x".parse().unwrap()),
        amount: Amount(258),
    };
    let expected = "01000000067761736d317800000000000000000000000000000102";
    assert_eq!(hex::encode(encode(&coin)), expected);
    assert_eq!(hex::encode(encode(&Some(Height(1)))), "010000000000000001");
    assert_eq!(hex::encode(encode(&None::<Height>)), "00");
    assert_eq!(hex::encode(encode(&Bytes(vec![7, 8]))), "000000020708");
    let mut writer = Writer::default();
    writer.list(&[1u16, 2]);
    struct Both(Vec<u16>);
    impl Canonical for Both {
        fn write(&self, writer: &mut Writer) {
            writer.list(&self.0);
        }
        fn read(reader: &mut Reader<'_>) -> Result<Both, Malformed> {
            reader.list(2).map(Both)
        }
    }
    assert_eq!(hex::encode(encode(&Both(vec![1, 2]))), "0000000200010002");
}

#[test]
fn a_hash_is_of_the_tag_a_zero_and_the_fields() {
    let fields = [b"tessera/test/v1".as_slice(), &[0], &7u64.to_be_bytes()].concat();
    assert_eq!(
        canonical::hash("tessera/test/v1", &Height(7)),
        Hash::sha256(&fields)
    );
    // Reference value from another implementation (Python's hashlib).
    let expected = "bad3f0033f8827974b0ba2aaebc99e9b0f0325c1a1112ec1314bdea44dfcc282";
    assert_eq!(Hash::sha256(&fields).to_string(), expected);
    // A byte cannot wander from the tag into the fields.
    assert_ne!(
        canonical::hash_bytes("a", b"b"),
        canonical::hash_bytes("ab", b"")
    );
    assert_ne!(
        canonical::hash_bytes("a", &[0]),
        canonical::hash_bytes("a", &[])
    );
}

#[test]
fn lengths_cannot_make_the_reader_work() {
    #[derive(Debug)]
    struct Many;
    impl Canonical for Many {
        fn write(&self, _: &mut Writer) {}
        fn read(reader: &mut Reader<'_>) -> Result<Many, Malformed> {
            reader.list::<u8>(3).map(|_| Many)
        }
    }
    let refusal = decode::<Many>("many", &[255, 255, 255, 255]).unwrap_err();
    let (max, actual) = (3, u128::from(u32::MAX));
    assert_eq!(
        refusal,
        Malformed::Range {
            what: "many",
            min: 0,
            max,
            actual
        }
    );
    let refusal = decode::<Bytes>("bytes", &[255, 255, 255, 255, 1]).unwrap_err();
    assert_eq!(
        refusal,
        Malformed::Canonical {
            what: "bytes",
            offset: 4
        }
    );
    assert!(
        decode::<Many>("many", &[0, 0, 0, 3, 1, 2]).is_err(),
        "an item is missing"
    );
}

#[test]
fn tags_and_texts_that_nobody_assigned_are_refused() {
    let refusal = decode::<Asset>("asset", &[2, 0, 0, 0, 3, b'a', b'b', b'c']);
    assert!(matches!(
        refusal,
        Err(Malformed::Canonical { what: "asset", .. })
    ));
    assert!(matches!(
        decode::<Option<u8>>("option", &[2, 0]),
        Err(Malformed::Canonical { .. })
    ));
    assert!(matches!(
        decode::<String>("text", &[0, 0, 0, 1, 255]),
        Err(Malformed::Canonical { .. })
    ));
    let with_space = [0, 0, 0, 3, b'a', b' ', b'b'];
    assert!(matches!(
        decode::<ZoneId>("zone", &with_space),
        Err(Malformed::Character { .. })
    ));
    assert!(matches!(
        decode::<Denom>("denom", &with_space),
        Err(Malformed::Character { .. })
    ));
    assert!(matches!(
        decode::<Address>("address", &[0; 4]),
        Err(Malformed::Length { actual: 0, .. })
    ));
    assert!(matches!(
        decode::<CanonicalAddress>("lock", &[0; 4]),
        Err(Malformed::Length { actual: 0, .. })
    ));
}
