//! What a running relayer can be told and asked from beside it: a socket in the file system next to the journal, for whoever
//! runs as the same user. One line of JSON is a request, and one line answers it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Weak,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::watch,
};
use tokio_util::sync::CancellationToken;

use crate::{relay::Relay, telemetry};

/// Longest request, in bytes.
const LONGEST: u64 = 4_096;
/// Longest answer, in bytes.
const LONGEST_ANSWER: u64 = 16 << 20;
/// How long either side waits for the other.
const PATIENCE: Duration = Duration::from_secs(5);

/// Longest path of a socket, in bytes.
const MOST: usize = 107;

/// What can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Log by these directives until the next change or restart.
    SetLogFilter(String),
    /// Log as the configuration says.
    ResetLogFilter,
    /// Say what `/state` says.
    State,
}

/// The relay of now: another after each changed configuration, and none before the first.
pub type Current = watch::Receiver<Weak<Relay>>;

/// Why a running relayer could not be told.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The socket could not be made, reached, read or written.
    #[error("{path}: {source}")]
    Socket {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No socket can be called so.
    #[error("{path} has more than {MOST} bytes, and no socket's path may: put the journal elsewhere by --journal FILE")]
    TooLong {
        /// The socket.
        path: PathBuf,
    },
    /// No process listens.
    #[error("no relayer runs with this journal ({path}): start it with `tessera start`")]
    Nobody {
        /// The socket.
        path: PathBuf,
    },
    /// It did not answer in time, or not in this protocol.
    #[error("the relayer gave no answer that can be read: {0}")]
    Answer(String),
    /// It refused.
    #[error("{0}")]
    Refused(String),
}

/// The socket of a journal.
fn beside(journal: &Path) -> Result<PathBuf, ControlError> {
    let path = journal.with_extension("control");
    if path.as_os_str().len() > MOST {
        return Err(ControlError::TooLong { path });
    }
    Ok(path)
}

/// The socket, which is listened at from now on. The journal is this process's own, so one that is there was left behind.
///
/// # Errors
/// [`ControlError::Socket`].
pub fn listen(journal: &Path) -> Result<UnixListener, ControlError> {
    let path = beside(journal)?;
    let bound = match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => UnixListener::bind(&path),
    };
    bound.map_err(|source| ControlError::Socket { path, source })
}

/// Answers until it is cancelled. Only this process's own user is listened to.
pub async fn serve(listener: UnixListener, current: Current, cancel: CancellationToken) {
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            () = cancel.cancelled() => return,
        };
        match stream {
            Ok((stream, _)) => {
                let current = current.clone();
                tokio::spawn(async move {
                    let answered = tokio::time::timeout(PATIENCE, answer(stream, current)).await;
                    if let Ok(Err(error)) = answered {
                        tracing::debug!(%error, "a request was not answered");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "nobody can tell this relayer anything");
                tokio::time::sleep(PATIENCE).await;
            }
        }
    }
}

async fn answer(mut stream: UnixStream, current: Current) -> io::Result<()> {
    let user = stream.peer_cred()?.uid();
    if user != rustix::process::geteuid().as_raw() && user != 0 {
        tracing::warn!(user, "another user wanted to tell this relayer something");
        return Ok(());
    }
    let (read, mut write) = stream.split();
    let mut line = String::new();
    BufReader::new(read.take(LONGEST))
        .read_line(&mut line)
        .await?;
    let done = match serde_json::from_str(&line) {
        Ok(request) => carry_out(request, &current).await,
        Err(error) => Err(error.to_string()),
    };
    let mut text = serde_json::to_string(&done)?;
    text.push('\n');
    write.write_all(text.as_bytes()).await
}

async fn carry_out(request: Request, current: &Current) -> Result<Value, String> {
    match request {
        Request::State => {
            let relay = current.borrow().upgrade();
            let relay =
                relay.ok_or("it does not relay now: it starts, or changes its configuration")?;
            return serde_json::to_value(relay.state().await).map_err(|error| error.to_string());
        }
        Request::SetLogFilter(directives) => {
            telemetry::set_filter(&directives)?;
            tracing::info!(directives, "the log filter was changed");
        }
        Request::ResetLogFilter => {
            telemetry::reset_filter()?;
            tracing::info!("the log filter was reset");
        }
    }
    Ok(Value::Null)
}

/// Tells the relayer that runs with a journal, and answers what it says to that: nothing but to [`Request::State`].
///
/// # Errors
/// [`ControlError`].
pub async fn tell(journal: &Path, request: &Request) -> Result<Value, ControlError> {
    let path = beside(journal)?;
    let socket = |source| ControlError::Socket {
        path: path.clone(),
        source,
    };
    let mut stream = match UnixStream::connect(&path).await {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Err(ControlError::Nobody { path });
        }
        Err(error) => return Err(socket(error)),
    };
    let unread = |reason: String| ControlError::Answer(reason);
    let mut text = serde_json::to_string(request).map_err(|error| unread(error.to_string()))?;
    text.push('\n');
    let asking = async {
        stream.write_all(text.as_bytes()).await?;
        let mut line = String::new();
        BufReader::new((&mut stream).take(LONGEST_ANSWER))
            .read_line(&mut line)
            .await?;
        Ok(line)
    };
    let asked = tokio::time::timeout(PATIENCE, asking).await;
    let asked: io::Result<String> = asked.map_err(|_| unread("it took too long".into()))?;
    let line = asked.map_err(socket)?;
    let done: Result<Value, String> =
        serde_json::from_str(&line).map_err(|error| unread(error.to_string()))?;
    done.map_err(ControlError::Refused)
}
