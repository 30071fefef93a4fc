//! A signer in another process: what it signs, what it refuses, and whom it answers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};

use cosmrs::{
    bank::MsgSend,
    proto::cosmwasm::wasm::v1::MsgExecuteContract,
    tx::{BodyBuilder, Fee, Msg, SignDoc, SignerInfo},
    Any, Coin,
};
use k256::ecdsa::{signature::Verifier, Signature, VerifyingKey};
use prost::Message;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tessera::{
    config::{ChainConfig, Config, SignerConfig},
    keys::{
        self,
        signer::{serve, Allowed, Service, Tls, EXECUTE},
        KeyError, KeyRing, SigningKey, DEFAULT_PATH,
    },
};

const WORDS: &str = "test test test test test test test test test test test junk";
const CONTRACT: &str = "wasm1nc5tatafv6eyq7llkr2gv50ff9e22mnf70qgjlv737ktmt4eswrqr5j2ht";

fn local() -> SigningKey {
    SigningKey::derive(WORDS, DEFAULT_PATH).unwrap()
}

fn service() -> Service {
    let mut service = Service::new(Allowed {
        messages: [EXECUTE.to_string()].into(),
        contracts: [CONTRACT.parse().unwrap()].into(),
        max_fee: Some(1),
    });
    let zone = "tessera-a".parse().unwrap();
    service.add(&zone, "relayer", local()).unwrap();
    service
}

/// A signer that listens; it ends with the test's runtime.
fn start(tls: Option<Tls>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        serve(service(), listener, tls.as_ref(), std::future::pending())
            .await
            .unwrap();
    });
    port
}

fn chain(signer: SignerConfig) -> ChainConfig {
    let text = format!(
        "[[chains]]\nid = \"tessera-a\"\nrpc_addr = \"http://127.0.0.1:1\"\naccount_prefix = \"wasm\"\n\
         key_name = \"relayer\"\ngas_price = {{ price = 0, denom = \"stake\" }}\n[chains.signer]\n{}",
        toml::to_string(&signer).unwrap()
    );
    let config = Config::parse(Path::new("config.toml"), &text).unwrap();
    config.chain("tessera-a").unwrap().clone()
}

fn plain(port: u16) -> SignerConfig {
    SignerConfig {
        addr: format!("http://127.0.0.1:{port}"),
        account: local().account("wasm").unwrap(),
        ca: None,
        cert: None,
        key: None,
    }
}

async fn open(signer: SignerConfig) -> Result<SigningKey, KeyError> {
    // The ring has no key: were it asked, there would be none.
    let ring = KeyRing::new("/nowhere");
    keys::open(&ring, &chain(signer), "relayer").await
}

fn call(contract: &str) -> Any {
    let message = MsgExecuteContract {
        sender: local().account("wasm").unwrap().to_string(),
        contract: contract.into(),
        msg: b"{}".to_vec(),
        funds: Vec::new(),
    };
    Any {
        type_url: EXECUTE.into(),
        value: message.encode_to_vec(),
    }
}

fn transfer() -> Any {
    let account = local().public().account_id("wasm").unwrap();
    let message = MsgSend {
        from_address: account.clone(),
        to_address: account,
        amount: vec![Coin::new(1, "stake").unwrap()],
    };
    message.to_any().unwrap()
}

fn document(chain: &str, messages: Vec<Any>, key: &SigningKey) -> SignDoc {
    paying(1, chain, messages, key)
}

fn paying(fee: u128, chain: &str, messages: Vec<Any>, key: &SigningKey) -> SignDoc {
    let body = BodyBuilder::new().msgs(messages).memo("tessera").finish();
    let fee = Fee::from_amount_and_gas(Coin::new(fee, "stake").unwrap(), 100_000_u64);
    let info = SignerInfo::single_direct(Some(key.public()), 7).auth_info(fee);
    SignDoc::new(&body, &info, &chain.parse().unwrap(), 3).unwrap()
}

#[tokio::test]
async fn a_remote_key_signs_what_a_local_one_would() {
    let remote = open(plain(start(None))).await.unwrap();
    assert_eq!(remote.public(), local().public());
    let document = || document("tessera-a", vec![call(CONTRACT)], &local());
    let signed = remote.sign(document()).await.unwrap();
    let raw = cosmrs::proto::cosmos::tx::v1beta1::TxRaw::decode(signed.as_slice()).unwrap();
    let key = VerifyingKey::from_sec1_bytes(&local().public().to_bytes()).unwrap();
    let signature = Signature::from_slice(&raw.signatures[0]).unwrap();
    key.verify(&document().into_bytes().unwrap(), &signature)
        .unwrap();
    // RFC 6979: the same document, the same signature.
    assert_eq!(signed, local().sign(document()).await.unwrap());
}

#[tokio::test]
async fn whoever_takes_over_the_relayer_gets_nothing_else_signed() {
    let remote = open(plain(start(None))).await.unwrap();
    let other = SigningKey::derive(&keys::new_mnemonic().unwrap(), DEFAULT_PATH).unwrap();
    let other_contract = CONTRACT.replace("1nc5", "1nc6");
    let mut extended = document("tessera-a", vec![call(CONTRACT)], &local());
    // An unknown field, which the chain might know.
    extended.body_bytes.extend([0xa0, 0x06, 0x01]);
    let mut option = document("tessera-a", vec![call(CONTRACT)], &local());
    let body = cosmrs::proto::cosmos::tx::v1beta1::TxBody::decode(option.body_bytes.as_slice());
    let mut body = body.unwrap();
    body.extension_options.push(call(CONTRACT));
    option.body_bytes = body.encode_to_vec();
    for (document, expected) in [
        (
            document("tessera-a", vec![transfer()], &local()),
            "/cosmos.bank.v1beta1.MsgSend is not signed here",
        ),
        (
            document("tessera-a", vec![call(CONTRACT), transfer()], &local()),
            "MsgSend is not signed here",
        ),
        (
            document("tessera-a", vec![call(&other_contract)], &local()),
            "is not called here",
        ),
        (document("tessera-a", vec![], &local()), "no messages"),
        (
            document("tessera-b", vec![call(CONTRACT)], &local()),
            "is for chain \"tessera-b\"",
        ),
        (
            document("tessera-a", vec![call(CONTRACT)], &other),
            "for another key",
        ),
        (
            paying(2, "tessera-a", vec![call(CONTRACT)], &local()),
            "the fee is 2, and 1 is the most",
        ),
        (extended, "more than is known"),
        (option, "extension options"),
    ] {
        let refused = remote.sign(document).await.unwrap_err().to_string();
        assert!(refused.starts_with("signer http://127.0.0.1:"), "{refused}");
        assert!(refused.contains(expected), "{refused}");
    }
}

#[tokio::test]
async fn a_signer_with_another_key_or_none_is_refused_at_the_start() {
    let port = start(None);
    let wrong = SignerConfig {
        account: CONTRACT.parse().unwrap(),
        ..plain(port)
    };
    let refused = open(wrong).await.unwrap_err();
    assert!(matches!(refused, KeyError::WrongSigner { .. }), "{refused}");
    let mut other = chain(plain(port));
    other.id = "tessera-z".parse().unwrap();
    let refused = keys::open(&KeyRing::new("/nowhere"), &other, "relayer").await;
    assert!(refused
        .unwrap_err()
        .to_string()
        .contains("no key \"relayer\" on chain \"tessera-z\""));
    let silent = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let refused = open(plain(silent)).await.unwrap_err();
    assert!(matches!(refused, KeyError::Signer { .. }), "{refused}");
}

/// An authority, and a certificate that it signed, as PEM files.
fn certificates(folder: &Path, name: &str) -> [std::path::PathBuf; 3] {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_string()]).unwrap();
    let signed = params.signed_by(&key, &authority).unwrap();
    let files = [
        ("ca", authority.pem()),
        ("cert", signed.pem()),
        ("key", key.serialize_pem()),
    ];
    files.map(|(kind, pem)| {
        let path = folder.join(format!("{name}-{kind}.pem"));
        fs::write(&path, pem).unwrap();
        path
    })
}

#[tokio::test]
async fn over_a_network_both_sides_show_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let [ca, cert, key] = certificates(folder.path(), "ours");
    let tls = Tls {
        ca: ca.clone(),
        cert: cert.clone(),
        key: key.clone(),
    };
    let port = start(Some(tls));
    let trusted = SignerConfig {
        addr: format!("https://localhost:{port}"),
        ca: Some(ca.clone()),
        cert: Some(cert),
        key: Some(key),
        ..plain(port)
    };
    let remote = open(trusted.clone()).await.unwrap();
    let document = document("tessera-a", vec![call(CONTRACT)], &local());
    remote.sign(document).await.unwrap();
    // A client of another authority, a server of another authority, and no TLS at all.
    let [stranger, cert, key] = certificates(folder.path(), "strange");
    let client = SignerConfig {
        cert: Some(cert),
        key: Some(key),
        ..trusted.clone()
    };
    let server = SignerConfig {
        ca: Some(stranger),
        ..trusted
    };
    for signer in [client, server, plain(port)] {
        let refused = open(signer).await.unwrap_err();
        assert!(matches!(refused, KeyError::Signer { .. }), "{refused}");
    }
}

#[tokio::test]
async fn without_certificates_it_listens_on_loopback_alone() {
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let refused = serve(service(), listener, None, std::future::pending()).await;
    assert!(refused.unwrap_err().to_string().contains("beyond loopback"));
}

#[test]
fn the_code_is_what_the_protocol_file_says() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let files = protox::compile(["tessera/signer/v1/signer.proto"], [root.join("proto")]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    tonic_build::configure()
        .build_transport(false)
        .out_dir(folder.path())
        .compile_fds(files)
        .unwrap();
    let made = fs::read_to_string(folder.path().join("tessera.signer.v1.rs")).unwrap();
    let path = root.join("src/keys/proto.rs");
    if std::env::var_os("TESSERA_UPDATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap() == made,
        "run this test with TESSERA_UPDATE=1"
    );
}
