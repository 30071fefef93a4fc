//! What is bytes in JSON is bytes in the JSON schema.
#![cfg(feature = "schema")]

use schemars::schema_for;
use tessera_header::{LastBlockIdProof, ValidatorSet};

#[test]
fn links_and_sets_are_strings() {
    for schema in [schema_for!(LastBlockIdProof), schema_for!(ValidatorSet)] {
        let schema = serde_json::to_value(schema).unwrap_or_default();
        assert_eq!(schema.get("type"), Some(&"string".into()));
    }
}
