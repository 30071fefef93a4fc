//! What is read off a module, and what a chain refuses.

use tessera_ci::wasm::{wrong_checksums, Artifact, Shape};

/// `(module (memory (export "memory") 1) (func (export "interface_version_8")) (func (export "allocate") (param i32)
/// (result i32) (i32.const 0)) (func (export "deallocate") (param i32)) (func (export "instantiate") …))`
const SMALLEST: &str = include_str!("smallest_contract.hex");

fn smallest() -> Vec<u8> {
    hex::decode(SMALLEST.split_whitespace().collect::<String>()).unwrap()
}

#[test]
fn the_shape_of_a_module() {
    let shape = Shape::of(&smallest()).unwrap();
    assert_eq!(shape.functions, 4);
    assert_eq!(shape.locals, 0);
    assert_eq!(
        shape.exports,
        [
            "allocate",
            "deallocate",
            "instantiate",
            "interface_version_8"
        ]
    );
    assert_eq!(shape.entry_points().collect::<Vec<_>>(), ["instantiate"]);
    assert!(Shape::of(b"not a module").is_err());
}

#[test]
fn locals_are_those_of_the_worst_function() {
    // (module (func (local i32 i32)) (func (param i32) (local i64 i64 i64 f32)))
    let module = hex::decode(
        "0061736d0100000001080260000060017f0003030200010a0f020501027f010b0702037e017d010b",
    );
    let module = module.unwrap();
    let shape = Shape::of(&module).unwrap();
    assert_eq!((shape.functions, shape.locals), (2, 4));
}

#[test]
fn artifacts_are_read_and_compared_with_their_checksums() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        Artifact::read_all(folder.path()).is_err(),
        "checking nothing proves nothing"
    );
    std::fs::write(folder.path().join("b.wasm"), b"b").unwrap();
    std::fs::write(folder.path().join("a.wasm"), b"a").unwrap();
    let artifacts = Artifact::read_all(folder.path()).unwrap();
    let listed: String = artifacts
        .iter()
        .map(|one| format!("{}  {}.wasm\n", one.checksum(), one.name))
        .collect();
    assert!(listed
        .starts_with("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a.wasm\n"));
    assert_eq!(wrong_checksums(&artifacts, &listed), []);

    let swapped = listed.replace("a.wasm", "c.wasm");
    let wrong: Vec<_> = wrong_checksums(&artifacts, &swapped)
        .into_iter()
        .map(|wrong| wrong.file)
        .collect();
    assert_eq!(wrong, ["a.wasm", "c.wasm"]);
}

#[cfg(feature = "vm")]
mod on_chain {
    use super::smallest;
    use tessera_ci::wasm::check;

    #[test]
    fn the_smallest_contract_passes() {
        check(&smallest()).unwrap();
    }

    #[test]
    fn a_module_that_is_no_contract_is_refused_with_the_reason() {
        let empty = hex::decode("0061736d01000000").unwrap();
        let error = format!("{:#}", check(&empty).unwrap_err());
        assert!(
            error.starts_with("static check: ") && error.contains("memory"),
            "{error}"
        );
    }
}
