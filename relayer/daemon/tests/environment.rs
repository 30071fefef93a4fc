//! What the environment overrides, and that no error quotes what was given.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::path::Path;

use tessera::config::{environment::Override, Config, SAMPLE};

const BARE: &str = "[[chains]]\nid = \"a-1\"\nrpc_addr = \"http://127.0.0.1:26657\"\n\
    account_prefix = \"wasm\"\nkey_name = \"relayer\"\ngas_price = { price = 0, denom = \"stake\" }\n";

fn overridden(pairs: &[(&str, &str)]) -> Result<Config, String> {
    let given: Vec<Override> = pairs
        .iter()
        .map(|(name, value)| Override {
            name: (*name).into(),
            value: (*value).into(),
        })
        .collect();
    Config::parse_with(Path::new("config.toml"), SAMPLE, &given).map_err(|error| error.to_string())
}

#[test]
fn the_environment_overrides_the_file() {
    let config = overridden(&[
        ("TESSERA_GLOBAL__LOG_LEVEL", "debug"),
        ("TESSERA_CHAINS__0__RPC_ADDR", "http://127.0.0.1:1"),
        ("TESSERA_CHAINS__TESSERA_A__KEY_NAMES", "[\"one\", \"two\"]"),
        ("TESSERA_CHAINS__tessera_a__gas_price__price", "1"),
        ("TESSERA_MODE__PACKETS__ENABLED", "true"),
    ]);
    // A signer has one key.
    assert!(config
        .unwrap_err()
        .contains("TESSERA_CHAINS__TESSERA_A__KEY_NAMES"));
    let config = overridden(&[
        ("TESSERA_GLOBAL__LOG_LEVEL", "debug"),
        ("TESSERA_CHAINS__0__RPC_ADDR", "http://127.0.0.1:1"),
        ("TESSERA_CHAINS__tessera_a__gas_price__price", "1"),
        ("TESSERA_MODE__PACKETS__ENABLED", "true"),
        ("TESSERA_CHAINS__TESSERA_A__POLL_INTERVAL", "2s"),
    ])
    .unwrap();
    let chain = config.chain("tessera-a").unwrap();
    assert_eq!(config.global.log_level, tessera::config::LogLevel::Debug);
    assert_eq!(chain.rpc_addrs, ["http://127.0.0.1:1"]);
    assert_eq!(
        (chain.gas_price.price, chain.poll_interval.as_secs()),
        (1.0, 2)
    );
    assert!(config.mode.packets.enabled);
    for (name, value, expected) in [
        (
            "TESSERA_GLOBAL__LOG_LEVL",
            "debug",
            "did you mean \"log_level\"?",
        ),
        (
            "TESSERA_GLOBAL__LOG_LEVEL",
            "loud",
            "unknown variant `loud`",
        ),
        (
            "TESSERA_CHAINS__1__MAX_GAS",
            "1",
            "there is no chain 1: the file has 1",
        ),
        (
            "TESSERA_CHAINS__TESSERA_B__MAX_GAS",
            "1",
            "no chain is called tessera_b",
        ),
        (
            "TESSERA_CHAINS__0__MAX_GAS",
            "0",
            "max_gas must be 1 or more",
        ),
        (
            "TESSERA_CHAINS__MAX_GAS",
            "0",
            "chains needs a place or an id",
        ),
        ("TESSERA_GLOBAL__", "0", "it names no key"),
    ] {
        let refused = overridden(&[(name, value)]).unwrap_err();
        assert!(
            refused.contains(expected) && refused.contains(name),
            "{refused}"
        );
    }
}

#[test]
fn what_belongs_together_is_overridden_together() {
    let given = |pairs: &[(&str, &str)]| {
        let given = pairs.iter().map(|(name, value)| Override {
            name: format!("TESSERA_CHAINS__0__{name}"),
            value: (*value).into(),
        });
        let homeless = BARE.replace("rpc_addr = \"http://127.0.0.1:26657\"\n", "");
        let given: Vec<Override> = given.collect();
        let config = Config::parse_with(Path::new("config.toml"), &homeless, &given);
        config.map_err(|error| error.to_string())
    };
    let node = ("RPC_ADDR", "http://127.0.0.1:1");
    let signer = ("SIGNER__ADDR", "http://127.0.0.1:3100");
    let account = (
        "SIGNER__ACCOUNT",
        "wasm1tqtxvmx20zz78kdj2auagypu9f23nakgxxdym9",
    );
    let config = given(&[account, signer, node]).unwrap();
    assert_eq!(config.chains[0].rpc_addrs, [node.1]);
    assert_eq!(config.chains[0].signer.as_ref().unwrap().addr, signer.1);
    let inline = format!("{{ addr = \"{}\", account = \"{}\" }}", signer.1, account.1);
    assert_eq!(given(&[node, ("SIGNER", &inline)]).unwrap(), config);
    // What is missing is missed where it is, and of several the one at fault is named.
    let missing = given(&[account, signer]).unwrap_err();
    assert!(missing.starts_with("config.toml: line 1"), "{missing}");
    let alone = given(&[node, signer]).unwrap_err();
    assert!(
        alone.contains("SIGNER__ADDR: missing field `account`"),
        "{alone}"
    );
    let wrong = given(&[node, signer, ("MAX_GAS", "0"), account]).unwrap_err();
    assert!(
        wrong.contains("by TESSERA_CHAINS__0__MAX_GAS: chain a-1"),
        "{wrong}"
    );
}

#[test]
fn no_error_quotes_a_value() {
    let secret = "http://user:hunter2@127.0.0.1/t0ken";
    for (from, to) in [
        ("[\"http://127.0.0.1:26657\"]", format!("[5, \"{secret}\"]")),
        ("[\"http://127.0.0.1:26657\"]", format!("[\"{secret}\"")),
        (
            "{ derivation = \"cosmos\" }",
            format!("\"{secret} \\\" {secret}\""),
        ),
        ("mode = \"push\"", format!("mode = \"{secret}\"")),
        ("max_gas = 30000000", format!("max_gas = \"{secret}\"")),
    ] {
        let refused = {
            assert!(SAMPLE.contains(from), "{from:?} is in the sample");
            let text = SAMPLE.replace(from, &to);
            Config::parse(Path::new("config.toml"), &text)
                .unwrap_err()
                .to_string()
        };
        assert!(
            !refused.contains("hunter2") && !refused.contains("t0ken"),
            "{refused}"
        );
        assert!(
            refused.contains("line ") && refused.lines().count() == 1,
            "{refused}"
        );
        let given = [("TESSERA_CHAINS__0__MAX_GAS", secret)];
        assert!(!overridden(&given).unwrap_err().contains("hunter2"));
    }
}
