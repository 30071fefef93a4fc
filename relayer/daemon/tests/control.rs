//! What a running relayer is told and asked beside its journal, and who may.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod home;
mod support;

use std::{
    path::Path,
    sync::{Arc, Weak},
};

use home::{Home, CONFIG};
use support::{read, Site};
use tempfile::TempDir;
use tessera::{
    config::LogLevel,
    control::{listen, serve, tell, ControlError, Request},
    telemetry,
};
use tessera_testing::suite::Suite;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    sync::watch,
};
use tokio_util::sync::CancellationToken;

fn filter(directives: &str) -> Request {
    Request::SetLogFilter(directives.into())
}

/// What is answered to raw bytes.
async fn answer(journal: &Path, bytes: &[u8]) -> String {
    let socket = journal.with_extension("control");
    let mut stream = UnixStream::connect(socket).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut text = String::new();
    // What is far too long is not read to its end, and then the connection breaks.
    let _end = stream.read_to_string(&mut text).await;
    text
}

#[tokio::test]
async fn a_journal_too_far_down_says_so() {
    let folder = TempDir::new().unwrap();
    let journal = folder.path().join("deep".repeat(30)).join("journal.redb");
    let refused = listen(&journal).unwrap_err();
    assert!(refused.to_string().contains("--journal"), "{refused}");
    let refused = tell(&journal, &Request::ResetLogFilter).await.unwrap_err();
    assert!(matches!(refused, ControlError::TooLong { .. }), "{refused}");
}

#[tokio::test]
async fn a_running_relayer_changes_what_it_logs_and_refuses_what_is_none() {
    let folder = TempDir::new().unwrap();
    let journal = folder.path().join("journal.redb");
    let nobody = tell(&journal, &Request::ResetLogFilter).await.unwrap_err();
    assert!(matches!(nobody, ControlError::Nobody { .. }), "{nobody}");

    // A socket that a killed process left behind is nobody's, and in nobody's way.
    drop(listen(&journal).unwrap());
    let nobody = tell(&journal, &Request::ResetLogFilter).await.unwrap_err();
    assert!(matches!(nobody, ControlError::Nobody { .. }), "{nobody}");
    let cancel = CancellationToken::new();
    let (_relays, current) = watch::channel(Weak::new());
    let serving = tokio::spawn(serve(listen(&journal).unwrap(), current, cancel.clone()));

    // Before it logs there is nothing to change.
    let refused = tell(&journal, &filter("info")).await.unwrap_err();
    assert!(matches!(refused, ControlError::Refused(_)), "{refused}");
    telemetry::start(LogLevel::Error, false);
    tell(&journal, &filter("warn,tessera=debug")).await.unwrap();
    assert!(tracing::enabled!(target: "tessera", tracing::Level::DEBUG));
    let refused = tell(&journal, &filter("tessera=loud")).await.unwrap_err();
    assert!(refused.to_string().contains("tessera=loud"), "{refused}");
    assert!(tracing::enabled!(target: "tessera", tracing::Level::DEBUG));
    tell(&journal, &Request::ResetLogFilter).await.unwrap();
    assert!(!tracing::enabled!(target: "tessera", tracing::Level::WARN));

    for garbage in [
        &b"\n"[..],
        b"{\"delete_everything\":true}\n",
        b"\xff\xfe\n",
        &[b'x'; 100_000],
    ] {
        let said = answer(&journal, garbage).await;
        assert!(!said.contains("Ok"), "{said}");
    }
    tell(&journal, &Request::ResetLogFilter).await.unwrap();
    cancel.cancel();
    serving.await.unwrap();
}

/// Where `[rest]` is disabled, how a relayer stands is asked beside its journal.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_port_it_still_says_what_is_stuck() {
    let home = Home::new();
    home.write("config.toml", &format!("[rest]\nenabled = false\n{CONFIG}"));
    let stuck = || {
        home.say(
            "",
            &["--json", "query", "stuck", "--journal", "journal.redb"],
        )
    };
    let said = stuck();
    assert!(!said.success && said.out.contains("no relayer runs with this journal"));

    let listener = listen(&home.path("journal.redb")).unwrap();
    let (relays, current) = watch::channel(Weak::new());
    let cancel = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, current, cancel.clone()));
    let said = tokio::task::block_in_place(stuck);
    assert!(!said.success && said.out.contains("it does not relay now"));

    let relay = Site::new(&Suite::new(2).unwrap()).fresh_relay().await;
    read(&relay).await.unwrap();
    let relay = Arc::new(relay);
    relays.send_replace(Arc::downgrade(&relay));
    let said = tokio::task::block_in_place(stuck);
    let expected = r#""result":{"alarms":[],"left":[],"stuck":[]}"#;
    assert!(said.success && said.out.contains(expected), "{}", said.out);
    cancel.cancel();
    serving.await.unwrap();
}
