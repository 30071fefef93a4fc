//! Addresses of hosted nodes carry secrets: nobody is shown one.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tessera::chain::{
    wasmd::{shown, Wasmd},
    Chain,
};

use super::{bad_node::Spoilt, Recorded};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_and_no_error_has_more_than_the_host() {
    let log = Log::default();
    let written = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || written.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let recorded = Recorded::load();
    let node = recorded.node().await;
    let host = node.url.strip_prefix("http://").unwrap().to_string();
    let mut settings = recorded.settings(&[]);
    settings.endpoints = vec![format!("http://user:pa55word@{host}/k3y/rpc?token=t0ken")];
    let chain = Wasmd::open(settings).unwrap();
    let mut told = format!("{:?}", chain.tip().await.unwrap());
    for spoilt in [
        Spoilt::Refusing,
        Spoilt::Cut,
        Spoilt::Garbage,
        Spoilt::WrongChain,
        Spoilt::Limiting(0),
    ] {
        node.spoil(spoilt);
        let block = chain.block(recorded.height()).await;
        told.push_str(&format!("{block:?} {:?}", chain.services()));
        if let Err(error) = block {
            told.push_str(&error.to_string());
        }
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains(&host), "something was logged");
    for secret in ["user", "pa55word", "k3y", "t0ken"] {
        assert!(!log.contains(secret), "{secret} in {log}");
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}

#[test]
fn an_endpoint_is_shown_by_its_host() {
    let secret = "https://user:pass@rpc.example.org/key/123?token=456#789";
    assert_eq!(shown(secret), "https://rpc.example.org:443");
    assert_eq!(shown("http://[::1]:26657/x"), "http://[::1]:26657");
    assert_eq!(
        shown("rpc.example.org/secret"),
        "(an address that cannot be read)"
    );
}
