//! Headers that must not be believed, and those that stop just short of it. Each has its own refusal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod bytes;
mod sets;
mod trust;
mod votes;
#[path = "../zone/mod.rs"]
mod zone;

use ibc_proto::ibc::lightclients::tendermint::v1::Header as RawHeader;
use prost::Message as _;
use tessera_header::{Header, Refusal};
use tessera_primitives::Bytes;
use zone::{block, Block, Reader, Seats};

fn four() -> Seats {
    Seats::equal(4, 10)
}

/// A trusted block at height 10, and its zone five minutes later.
fn scene(seats: &Seats) -> (Block, Reader) {
    let trusted = block(10, seats, seats);
    let reader = Reader::trusting(&trusted, vec![seats.set()], 20);
    (trusted, reader)
}

/// The standard form with its protobuf changed.
fn changed(header: &Header, change: impl FnOnce(&mut RawHeader)) -> Header {
    let Header::Standard(Bytes(bytes)) = header else {
        panic!("the standard form");
    };
    let mut raw = RawHeader::decode(bytes.as_slice()).unwrap();
    change(&mut raw);
    Header::Standard(Bytes(raw.encode_to_vec()))
}

/// Refused alike in both forms.
fn refused(reader: &Reader, trusted: &Block, block: &Block, refusal: &Refusal) {
    let standard = reader.open(&block.standard(trusted));
    assert_eq!(standard.as_ref(), Err(refusal));
    let compact = block.compact(trusted, &reader.cache.0, false);
    let compact = compact.and_then(|form| reader.open(&form));
    assert_eq!(compact.as_ref(), Err(refusal));
}
