//! All that needs Unix: files opened without following links, the space of a file system, time stamps, permissions,
//! signals.

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Timespec, Timestamps};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

/// The causes that keep a path from being opened.
#[derive(Debug)]
pub(crate) enum OpenError {
    NotFound,
    /// It is a link.
    Link,
    /// A folder is wanted and this is none. Linux says the same of a link where a folder is wanted.
    NotAFolder,
    /// A socket, or the file of a device that is not there. A pipe opens, because reading from it needs nobody at its other end.
    NoSuchDevice,
    Other(io::Error),
}

impl From<Errno> for OpenError {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::NOENT => Self::NotFound,
            Errno::LOOP => Self::Link,
            Errno::NOTDIR => Self::NotAFolder,
            Errno::NXIO => Self::NoSuchDevice,
            other => Self::Other(other.into()),
        }
    }
}

/// Opens a folder, following links: the path is the teacher's.
pub(crate) fn open_folder(path: &Path) -> Result<OwnedFd, OpenError> {
    Ok(rustix::fs::open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
}

/// Opens a file or folder in an opened folder, never through a link, and never waiting for the other end of a pipe.
pub(crate) fn open_in(folder: &OwnedFd, name: &OsStr, must_be_folder: bool) -> Result<OwnedFd, OpenError> {
    let kind = if must_be_folder { OFlags::DIRECTORY } else { OFlags::empty() };
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC | kind;
    Ok(rustix::fs::openat(folder, name, flags, Mode::empty())?)
}

/// The kind of an opened file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A regular file with one name.
    Regular,
    /// A regular file with several names. The user who made this one need not be able to read the others.
    HardLink,
    /// A folder, a pipe, a device.
    Other,
}

/// The kind of an opened file.
pub(crate) fn kind_of(file: &OwnedFd) -> io::Result<Kind> {
    let metadata = rustix::fs::fstat(file)?;
    Ok(match FileType::from_raw_mode(metadata.st_mode) {
        FileType::RegularFile if metadata.st_nlink > 1 => Kind::HardLink,
        FileType::RegularFile => Kind::Regular,
        _ => Kind::Other,
    })
}

/// The free space of a file system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FreeSpace {
    pub(crate) bytes: u64,
    /// Whether no more files can be made, however small.
    pub(crate) no_files_left: bool,
}

/// The space of the file system that a folder lies in.
pub(crate) fn free_space(folder: &Path) -> io::Result<FreeSpace> {
    let found = rustix::fs::statvfs(folder)?;
    // Some file systems do not count files; they say that there are none at all.
    let no_files_left = found.f_files > 0 && found.f_favail == 0;
    Ok(FreeSpace { bytes: found.f_bavail.saturating_mul(found.f_frsize), no_files_left })
}

/// Sets a file's times to 1970, also of a read-only file: cargo then takes it for one that has not changed.
pub(crate) fn make_old(path: &Path) -> io::Result<()> {
    let epoch = Timespec { tv_sec: 0, tv_nsec: 0 };
    let times = Timestamps { last_access: epoch, last_modification: epoch };
    Ok(rustix::fs::utimensat(CWD, path, &times, AtFlags::empty())?)
}

/// If the grader is root, the jail's user is nobody, who must be able to read what is made for it.
pub(crate) fn let_nobody_read_what_root_makes() {
    if rustix::process::geteuid().is_root() {
        rustix::process::umask(Mode::from_raw_mode(0o022));
    }
}

/// Whether a process died of a signal by which a machine ends processes: for want of memory, at the end of a batch job, as it
/// goes down. The jail reports a signal of the program in it as 128 and the signal's number.
pub(crate) fn was_killed(status: ExitStatus) -> bool {
    const ENDED_FROM_OUTSIDE: [Signal; 6] =
        [Signal::KILL, Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT, Signal::POWER];
    let number = status.signal().or_else(|| status.code().map(|code| code - 128));
    ENDED_FROM_OUTSIDE.iter().any(|signal| Some(signal.as_raw()) == number)
}

/// Ends a process by its number, as text. One that is gone already is no error.
pub(crate) fn kill(number: &str) {
    if let Some(process) = number.trim().parse().ok().and_then(Pid::from_raw) {
        let _ = kill_process(process, Signal::KILL);
    }
}
