//! Generates the JSON schemas, event and permission tables, and hash and key vectors.
