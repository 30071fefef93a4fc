//! JSON schemas of what is written as bytes.

use schemars::{gen::SchemaGenerator, schema::Schema, JsonSchema};
use tessera_primitives::Bytes;

use crate::{LastBlockIdProof, ValidatorSet};

fn bytes(generator: &mut SchemaGenerator, description: &str) -> Schema {
    let mut schema = Bytes::json_schema(generator).into_object();
    schema.metadata().description = Some(description.into());
    schema.into()
}

impl JsonSchema for LastBlockIdProof {
    fn schema_name() -> String {
        "LastBlockIdProof".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        bytes(
            generator,
            "the field last_block_id of a header and its Merkle path: parent's hash, number of parts as four bytes, \
             root of parts, four sibling hashes; 196 bytes in base64",
        )
    }
}

impl JsonSchema for ValidatorSet {
    fn schema_name() -> String {
        "ValidatorSet".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        bytes(
            generator,
            "a validator set: the number of validators less one as a byte, then for each its ed25519 key of 32 bytes \
             and its power as LEB128; in base64",
        )
    }
}
