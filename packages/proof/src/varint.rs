//! Varints: seven bits a byte, least significant first, as Go's `binary.PutUvarint` and protobuf write them.

use alloc::vec::Vec;

/// Signed numbers in IAVL are zigzag: 0, -1, 1, -2 … become 0, 1, 2, 3 …; of a number that is not negative, twice it.
pub(crate) fn write_signed(number: u64, to: &mut Vec<u8>) {
    write_wide(u128::from(number) << 1, to);
}

/// A number that is never negative.
pub(crate) fn write(number: u64, to: &mut Vec<u8>) {
    write_wide(number.into(), to);
}

fn write_wide(mut number: u128, to: &mut Vec<u8>) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return to.push(low & 0x7f);
        }
        to.push(low | 0x80);
    }
}

/// Reads the shortest form of a number and what follows it; any longer form, or one above 64 bits, is `None`.
pub(crate) fn read(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0u64;
    let mut rest = bytes;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        let bits = u64::from(byte & 0x7f);
        let shifted = bits << shift;
        if shifted >> shift != bits {
            return None;
        }
        number |= shifted;
        rest = tail;
        if byte & 0x80 == 0 {
            let padded = bits == 0 && shift > 0;
            return (!padded).then_some((number, rest));
        }
    }
    None
}

/// Reads a zigzag number that is not negative.
pub(crate) fn read_signed(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (zigzag, rest) = read(bytes)?;
    (zigzag & 1 == 0).then_some((zigzag >> 1, rest))
}
