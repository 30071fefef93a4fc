//! Tuples as keys: their bytes are those of their parts, so they sort by their first part, then by the next.

use tessera_primitives::{canonical, Hash, Height};

#[test]
fn a_tuple_is_its_parts_in_order_and_reads_back() {
    let key = (Height(0x0102), Hash([7; 32]), 9u8);
    let bytes = canonical::encode(&key);
    assert_eq!(
        bytes,
        [&[0, 0, 0, 0, 0, 0, 1, 2][..], &[7; 32], &[9]].concat()
    );
    assert_eq!(canonical::decode("key", &bytes), Ok(key));
}

#[test]
fn tuples_sort_by_their_parts() {
    let key = |height, byte| canonical::encode(&(Height(height), Hash([byte; 32])));
    assert!(key(255, 9) < key(256, 1));
    assert!(key(256, 1) < key(256, 2));
}
