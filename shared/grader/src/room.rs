//! Whether the disk has room: on a full one the compiler and the tests fail, and that must not be charged to a student.

use std::io;
use std::path::Path;

use course::fault::{Fault, Outcome};

/// Bytes that one submission may need at a time, with room to spare.
const LEAST: u64 = 128 << 20;

/// A fault where the file system of this folder is nearly full.
pub(crate) fn check(folder: &Path) -> Outcome<()> {
    let about = rustix::fs::statvfs(folder).map_err(|error| Fault::file("look at", folder, &error.into()))?;
    // Some file systems do not count files; they say that there are none at all.
    let no_files_left = about.f_files > 0 && about.f_favail == 0;
    if about.f_bavail.saturating_mul(about.f_frsize) < LEAST || no_files_left {
        return Err(Fault::file("work in", folder, &io::Error::from(io::ErrorKind::StorageFull)));
    }
    Ok(())
}
