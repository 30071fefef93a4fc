//! Which process relays with a journal: a file beside it holds the process's number and is locked while it runs, so that a
//! number that was left behind is never signalled.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use rustix::process::{kill_process, Pid, Signal};

/// Why no process could be told.
#[derive(Debug, thiserror::Error)]
pub enum RunningError {
    /// The file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process relays.
    #[error("process {process} relays with this journal already ({path}): stop it first")]
    Another {
        /// The file.
        path: PathBuf,
        /// Its number.
        process: String,
    },
    /// No process relays.
    #[error("no relayer runs with this journal ({path}): start it with `tessera start`")]
    Nobody {
        /// The file.
        path: PathBuf,
    },
}

/// The lock of the process that relays; given up when dropped, or when the process ends however it ends.
#[derive(Debug)]
pub struct Running {
    _file: File,
}

/// The file of a journal.
fn beside(journal: &Path) -> PathBuf {
    journal.with_extension("pid")
}

/// Takes the lock.
///
/// # Errors
/// [`RunningError::Another`], [`RunningError::File`].
pub fn claim(journal: &Path) -> Result<Running, RunningError> {
    let path = beside(journal);
    let failed = |source| RunningError::File {
        path: path.clone(),
        source,
    };
    // The journal would make its folder, but this file stands there first.
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder.map_err(failed)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let mut file = options.open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut process = String::new();
            file.read_to_string(&mut process).map_err(failed)?;
            let process = process.trim().into();
            return Err(RunningError::Another { path, process });
        }
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    let written = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()));
    written.map_err(failed)?;
    Ok(Running { _file: file })
}

/// Tells the process to read its configuration again; answers its number.
///
/// # Errors
/// [`RunningError::Nobody`], [`RunningError::File`].
pub fn tell(journal: &Path) -> Result<i32, RunningError> {
    let path = beside(journal);
    let failed = |source| RunningError::File {
        path: path.clone(),
        source,
    };
    let nobody = || RunningError::Nobody { path: path.clone() };
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(nobody()),
        Err(error) => return Err(failed(error)),
    };
    match file.try_lock_shared() {
        Ok(()) => return Err(nobody()),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    let mut number = String::new();
    file.read_to_string(&mut number).map_err(failed)?;
    let number = number.trim().parse::<i32>().ok();
    let process = number.and_then(Pid::from_raw).ok_or_else(nobody)?;
    kill_process(process, Signal::HUP).map_err(|error| failed(error.into()))?;
    Ok(process.as_raw_nonzero().get())
}
