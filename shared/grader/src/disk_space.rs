//! Whether the disk has space: on a full disk the compiler and the tests fail, and no student must lose points by that.

use std::io;
use std::path::Path;

use course_core::{Error, Result};

use crate::unix;

/// Bytes that one submission may need at a time, with some to spare.
const LEAST: u64 = 128 << 20;

/// An error where the file system of this folder is nearly full.
pub(crate) fn check(folder: &Path) -> Result<()> {
    let free = unix::free_space(folder).map_err(|error| Error::file("look at", folder, error))?;
    if free.bytes < LEAST || free.no_files_left {
        return Err(Error::file("work in", folder, io::Error::from(io::ErrorKind::StorageFull)));
    }
    Ok(())
}
