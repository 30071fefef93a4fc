//! The probe finds wrong edges that are sown into a small workspace, and none in what the design allows.

use serde_json::{json, Value};
use tessera_ci::edges::{wrong, Kind, Metadata, Wrong};

fn crate_in(folder: &str, name: &str, dependencies: Value) -> Value {
    json!({
        "id": name, "name": name, "manifest_path": format!("/ws/{folder}/Cargo.toml"),
        "dependencies": dependencies, "features": {},
    })
}

fn normal(name: &str) -> Value {
    json!({ "name": name, "kind": null, "optional": false })
}

fn probe(crates: Vec<Value>) -> Vec<Wrong> {
    let members: Vec<Value> = crates.iter().map(|package| package["id"].clone()).collect();
    let workspace =
        json!({ "packages": crates, "workspace_members": members, "workspace_root": "/ws" });
    wrong(&serde_json::from_value::<Metadata>(workspace).unwrap())
}

fn edge(from: &str, to: &str, kind: Kind) -> Vec<Wrong> {
    vec![Wrong::Edge {
        from: from.into(),
        to: to.into(),
        kind,
    }]
}

#[test]
fn what_the_design_allows_passes() {
    let testing_only = json!([{ "name": "testing", "kind": "dev", "optional": false }]);
    let found = probe(vec![
        crate_in("packages/primitives", "primitives", testing_only),
        crate_in(
            "packages/proof",
            "proof",
            json!([normal("primitives"), normal("ics23")]),
        ),
        crate_in(
            "packages/lock",
            "lock",
            json!([normal("primitives"), normal("proof")]),
        ),
        crate_in(
            "packages/contract-api",
            "api",
            json!([normal("lock"), normal("cosmwasm-std")]),
        ),
        crate_in(
            "packages/contract-kit",
            "kit",
            json!([normal("api"), normal("proof")]),
        ),
        crate_in(
            "contracts/transaction-lock",
            "door",
            json!([normal("lock"), normal("kit"), normal("api")]),
        ),
        crate_in(
            "packages/testing",
            "testing",
            json!([normal("door"), normal("lock")]),
        ),
        crate_in("schema", "schema", json!([normal("api")])),
        crate_in("ci", "ci", json!([normal("testing")])),
    ]);
    assert_eq!(found, []);
}

#[test]
fn a_rule_may_not_see_another_rule() {
    let found = probe(vec![
        crate_in("packages/lock", "lock", json!([normal("view")])),
        crate_in("packages/view", "view", json!([])),
    ]);
    assert_eq!(found, edge("lock", "view", Kind::Normal));
    assert_eq!(
        found[0].to_string(),
        "lock may not see view (normal dependency)"
    );
}

#[test]
fn a_contract_sees_its_one_rule_and_no_other_contract() {
    let view = crate_in("packages/view", "view", json!([]));
    let lock = crate_in("packages/lock", "lock", json!([]));
    let booking = crate_in("contracts/booking", "booking", json!([]));
    let door = |sees| crate_in("contracts/chain-view", "door", json!([normal(sees)]));
    let found = |sees| {
        probe(vec![
            view.clone(),
            lock.clone(),
            booking.clone(),
            door(sees),
        ])
    };
    assert_eq!(found("view"), []);
    assert_eq!(found("lock"), edge("door", "lock", Kind::Normal));
    assert_eq!(found("booking"), edge("door", "booking", Kind::Normal));
}

#[test]
fn build_dependencies_count_and_dev_dependencies_may_only_add_testing() {
    let rule = |kind: &str, name: &str| {
        let dependency = json!([{ "name": name, "kind": kind, "optional": false }]);
        probe(vec![
            crate_in("packages/lock", "lock", dependency),
            crate_in("packages/testing", "testing", json!([])),
            crate_in("packages/contract-api", "api", json!([])),
        ])
    };
    assert_eq!(rule("dev", "testing"), []);
    assert_eq!(
        rule("build", "testing"),
        edge("lock", "testing", Kind::Build)
    );
    assert_eq!(rule("dev", "api"), edge("lock", "api", Kind::Dev));
}

#[test]
fn the_daemon_sees_testing_only_by_its_feature() {
    let daemon = |optional: bool, demo: Value| {
        let mut daemon = crate_in(
            "relayer/daemon",
            "daemon",
            json!([{ "name": "testing", "optional": optional }]),
        );
        daemon["features"] = json!({ "demo": demo });
        probe(vec![
            daemon,
            crate_in("packages/testing", "testing", json!([])),
        ])
    };
    let unconditional = vec![Wrong::Unconditional {
        from: "daemon".into(),
        to: "testing".into(),
        feature: "demo",
    }];
    assert_eq!(daemon(true, json!(["dep:testing"])), []);
    assert_eq!(daemon(true, json!([])), unconditional);
    assert_eq!(daemon(false, json!(["dep:testing"])), unconditional);
}

#[test]
fn pure_crates_see_no_runtime_and_have_no_feature_but_schema() {
    let mut rule = crate_in("packages/lock", "lock", json!([normal("cosmwasm-std")]));
    rule["features"] = json!({ "schema": [], "fast": [] });
    let found = probe(vec![rule]);
    let runtime = Wrong::Runtime {
        from: "lock".into(),
        to: "cosmwasm-std".into(),
    };
    let feature = Wrong::Feature {
        package: "lock".into(),
        feature: "fast".into(),
    };
    assert_eq!(found, [feature, runtime]);
}

#[test]
fn a_crate_outside_of_every_room_is_named() {
    let found = probe(vec![crate_in("tools/thing", "thing", json!([]))]);
    assert_eq!(
        found,
        [Wrong::NoRoom {
            package: "thing".into(),
            folder: "tools/thing".into()
        }]
    );
}
