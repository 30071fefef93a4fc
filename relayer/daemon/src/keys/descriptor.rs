use std::{fs::File, io};

use rustix::process::{getpid, pidfd_getfd, pidfd_open, PidfdFlags, PidfdGetfdFlags};

/// A file descriptor that this process was given, read without a buffer that would keep what was read. Opened again by its
/// name it would be a question of permission: whoever made a pipe may be another user.
pub(crate) fn descriptor(number: u32) -> io::Result<File> {
    let raw = i32::try_from(number).map_err(|_| io::ErrorKind::InvalidInput)?;
    let ours = pidfd_open(getpid(), PidfdFlags::empty());
    let given = ours.and_then(|ours| pidfd_getfd(ours, raw, PidfdGetfdFlags::empty()));
    match given {
        Ok(given) => Ok(File::from(given)),
        // Some containers forbid that call.
        Err(_) => File::open(format!("/dev/fd/{number}")),
    }
}
