use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::Value;

use crate::ground::{artifacts, until, Ground};

/// What a running relayer shows of itself, and what its operator can ask beside it.
pub fn how_it_stands(ground: &Ground) {
    let (code, ready) = get("3000", "/ready");
    assert_eq!(code, 200, "{ready}");
    let state: Value = serde_json::from_str(&get("3000", "/state").1).unwrap();
    let zones = state["zones"].as_array().unwrap();
    assert_eq!(zones.len(), ground.record.zones.len());
    for zone in zones {
        assert_eq!(zone["nodes"][0]["serves"], true, "{zone}");
        assert_eq!(zone["views"][0]["status"], "active", "{zone}");
        assert!(zone["included"].as_u64().unwrap() > 0, "{zone}");
    }
    until(
        "balances",
        || get("3001", "/metrics").1,
        |text| text.contains("wallet_balance{") && text.contains("fees_spent_total{"),
    );
    let stuck = ground.try_tessera_with("relayer.toml", &["query", "stuck"]);
    assert_eq!(stuck.unwrap()["alarms"], serde_json::json!([]));

    let views = ground.tessera(&["query", "view", "--chain", ground.id(0)]);
    assert_eq!(views.as_array().unwrap().len(), zones.len() - 1, "{views}");

    let checked = ground.tessera(&["health-check"]);
    let findings = checked.as_array().unwrap();
    assert!(findings.iter().any(|found| found["what"] == "clock"));

    verified(ground);
}

/// Code and configuration are what was released and written; another release is another.
fn verified(ground: &Ground) {
    let released = artifacts().join("checksums.txt");
    let _alone = ground.deploying.lock().unwrap();
    let found = ground.verify(&released).unwrap();
    assert!(found.as_array().unwrap().len() > 30, "{found}");
    // The code of another contract under this one's name.
    let text = fs::read_to_string(&released).unwrap();
    let text = text
        .replace("chain_view", "spare")
        .replace("booking", "chain_view");
    let other = ground.path("checksums.txt");
    fs::write(&other, text).unwrap();
    let refused = ground.verify(&other).unwrap_err();
    assert!(refused.contains("code hash"), "{refused}");
}

/// What a running relayer answers at a port of its own.
pub fn get(port: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let code = head.split(' ').nth(1).unwrap().parse().unwrap();
    (code, body.into())
}
