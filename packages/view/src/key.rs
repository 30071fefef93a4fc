//! The provable key of this rule, and its bytes: what zone C reads to learn what this zone believed of another.
//!
//! Key: `view/` and the chain id that the zone was registered with, as text. Value, 101 bytes, integers big-endian:
//!
//! | offset | bytes | what |
//! | --- | --- | --- |
//! | 0 | 8 | height of the newest verified header |
//! | 8 | 32 | its hash |
//! | 40 | 1 | status: 0 active, 2 forked, 3 closed (`Expired` is the reader's to tell, from time) |
//! | 41 | 4 | branch number |
//! | 45 | 8 | height of the lowest known fork, 0 for none |
//! | 53 | 8 | this zone's height at the first report, 0 for none |
//! | 61 | 32 | acceptance digest |
//! | 93 | 8 | number of accepted headers |

use alloc::vec::Vec;

use tessera_primitives::{
    canonical, Canonical, Hash, Height, Malformed, Reader, Writer, ZoneId, ZoneStatus,
};

use crate::state::Belief;

/// What every key begins with.
pub const PREFIX: &str = "view/";

/// Tag of the acceptance digest.
pub const ACCEPTANCE_TAG: &str = "tessera/view/v1";

/// The provable key of a zone's belief.
pub fn view(zone: &ZoneId) -> Vec<u8> {
    [PREFIX.as_bytes(), zone.as_str().as_bytes()].concat()
}

/// The acceptance digest after one more header.
pub fn accept(digest: &Hash, height: Height, hash: &Hash) -> Hash {
    let fields = [digest.as_bytes(), &height.0.to_be_bytes(), hash.as_bytes()].concat();
    canonical::hash_bytes(ACCEPTANCE_TAG, &fields)
}

impl Canonical for Belief {
    fn write(&self, writer: &mut Writer) {
        writer
            .value(&self.latest)
            .value(&self.hash)
            .byte(self.status.byte())
            .value(&self.branch)
            .value(&self.fork)
            .value(&self.first_report)
            .value(&self.acceptance_digest)
            .value(&self.accepted);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Belief, Malformed> {
        Ok(Belief {
            latest: reader.value()?,
            hash: reader.value()?,
            status: {
                let byte = reader.byte()?;
                ZoneStatus::from_byte(byte).ok_or_else(|| reader.wrong())?
            },
            branch: reader.value()?,
            fork: reader.value()?,
            first_report: reader.value()?,
            acceptance_digest: reader.value()?,
            accepted: reader.value()?,
        })
    }
}
