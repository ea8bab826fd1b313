//! Words of a file that need not fit in memory, and errors as Python itself would raise them.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use pyo3::prelude::*;

/// Why a file was not counted.
#[derive(Debug)]
pub enum ReadError {
    /// The operating system could not open or read it.
    Io(io::Error),
    /// It is not UTF-8.
    NotUtf8 {
        /// The place where the wrong bytes begin, counted from the start of the file.
        start: u64,
        /// The wrong bytes, one to three.
        bytes: Vec<u8>,
    },
}

/// For `?` on what reads.
impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl ReadError {
    /// The exception that Python's own `open(path).read()` would raise.
    ///
    /// Not a `From`: that would not know the path.
    fn into_exception(self, path: &Path) -> PyErr {
        todo!(
            "PyOSError with number, reason and path; PyUnicodeDecodeError with encoding, bytes, start, end and reason"
        )
    }
}

/// How often each word that `source` holds, as UTF-8, occurs, in lower case.
///
/// In memory are the different words, one block, and the longest stretch without ASCII white space.
pub fn count_words_in(source: impl Read) -> Result<HashMap<String, u64>, ReadError> {
    todo!("read a block, count up to its last ASCII white space, keep the rest for the next round")
}

/// How often each word of a UTF-8 file occurs, in lower case, while other Python threads run.
///
/// The file is read in blocks and may be larger than memory.
///
/// Raises `OSError` as `open` does, with `errno` and `filename`, and `UnicodeDecodeError` with the position of the wrong
/// bytes in the file as `start`; its `object` holds these bytes only.
#[pyfunction]
pub fn count_file(py: Python<'_>, path: PathBuf) -> PyResult<HashMap<String, u64>> {
    todo!("detach, open, count_words_in; map_err with into_exception")
}
