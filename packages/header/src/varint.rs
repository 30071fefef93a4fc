//! LEB128 numbers, as protobuf writes them, but only in their fewest bytes.

use tessera_primitives::{Malformed, Reader};

/// Hands out the bytes of a number, the lowest seven bits first.
pub(crate) fn write(mut number: u64, mut push: impl FnMut(u8)) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return push(low & 0x7f);
        }
        push(low | 0x80);
    }
}

/// Reads what [`write()`] wrote; a number with a needless last byte, or above `u64::MAX`, is refused.
pub(crate) fn read(reader: &mut Reader<'_>) -> Result<u64, Malformed> {
    let mut number = 0u64;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = reader.byte()?;
        let bits = u64::from(byte & 0x7f);
        let shifted = bits << shift;
        if shifted >> shift != bits || (byte == 0 && shift > 0) {
            return Err(reader.wrong());
        }
        number |= shifted;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(reader.wrong())
}
