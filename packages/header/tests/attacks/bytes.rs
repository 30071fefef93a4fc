//! Bytes that are no header, or too many.

use ibc_proto::ibc::lightclients::tendermint::v1::Header as RawHeader;
use tessera_header::{Header, Refusal, ValidatorSet};
use tessera_primitives::{Bytes, Malformed};

use crate::{
    changed, four, scene,
    zone::{self, block, Seats},
};

#[test]
fn missing_fields_of_the_standard_form() {
    let (trusted, reader) = scene(&four());
    let form = block(20, &four(), &four()).standard(&trusted);
    let field = |field| Refusal::Field { field };
    let open = |change: &dyn Fn(&mut RawHeader)| changed(&form, change).open().unwrap_err();
    assert_eq!(
        open(&|raw| raw.signed_header = None),
        field("signed_header")
    );
    assert_eq!(
        open(&|raw| raw.validator_set = None),
        field("validator_set")
    );
    let commitless = |raw: &mut RawHeader| raw.signed_header.as_mut().unwrap().commit = None;
    assert!(matches!(open(&commitless), Refusal::Protobuf { .. }));
    // Without the trusted set the header's own must be the announced one.
    let without = changed(&form, |raw| raw.trusted_validators = None);
    reader.open(&without).unwrap();
    let mut other = four();
    other.0[0].1 += 1;
    let form = block(20, &other, &other).standard(&trusted);
    let without = changed(&form, |raw| raw.trusted_validators = None);
    assert_eq!(reader.open(&without), Err(field("trusted_validators")));
}

#[test]
fn every_truncation_is_refused() {
    let (trusted, reader) = scene(&four());
    let next = block(20, &four(), &four());
    let Header::Compact(Bytes(compact)) = next.compact(&trusted, &reader.cache.0, false).unwrap()
    else {
        panic!("the compact form");
    };
    for length in 0..compact.len() {
        let form = Header::Compact(Bytes(compact[..length].to_vec()));
        assert!(matches!(
            form.open(),
            Err(Refusal::Malformed(Malformed::Canonical { .. }))
        ));
    }
    let mut longer = compact;
    longer.push(0);
    assert!(Header::Compact(Bytes(longer)).open().is_err());
    let Header::Standard(Bytes(standard)) = next.standard(&trusted) else {
        panic!("the standard form");
    };
    let mut protobuf = 0;
    for length in 0..standard.len() {
        let form = Header::Standard(Bytes(standard[..length].to_vec()));
        let refusal = match form.open() {
            Err(refusal) => refusal,
            // Cut between two fields; the last one is the trusted set, which the zone can do without.
            Ok(untrusted) => match reader.verify(&untrusted) {
                Err(refusal) => refusal,
                Ok(verified) => {
                    assert_eq!(verified.header, next.header);
                    continue;
                }
            },
        };
        protobuf += usize::from(matches!(refusal, Refusal::Protobuf { .. }));
    }
    assert!(protobuf > standard.len() * 9 / 10);
}

#[test]
fn headers_over_the_size_limit_are_not_read() {
    let compact = Header::Compact(Bytes(vec![0; 42 * 1024 + 1]));
    let refusal = Refusal::Size {
        form: "compact",
        max: 42 * 1024,
        actual: 42 * 1024 + 1,
    };
    assert_eq!(compact.open().unwrap_err(), refusal);
    let standard = Header::Standard(Bytes(vec![0; 80 * 1024 + 1]));
    let refusal = Refusal::Size {
        form: "standard",
        max: 80 * 1024,
        actual: 80 * 1024 + 1,
    };
    assert_eq!(standard.open().unwrap_err(), refusal);
    // The greatest that fits the other limits fits these.
    let great = |first: u16| {
        let power = |seed| ValidatorSet::MAX_TOTAL / 256 - u64::from(seed % 7);
        Seats(
            (first..first + 256)
                .map(|seed| (seed, power(seed)))
                .collect(),
        )
    };
    let (old, new) = (great(0), great(0x0300));
    let trusted = block(10, &old, &old);
    let mut next = block(1 << 28, &old, &new);
    for place in 0..256 {
        let time = zone::at(1 << 33, 999_999_999 - place as u32);
        let vote = zone::vote(&next.commit, &next.header, place, place as u16, time);
        next.commit.signatures[place] = vote;
    }
    let size = zone::size(&next.standard(&trusted));
    println!("greatest standard header: {size}");
    assert!(size < 80 * 1024);
}
