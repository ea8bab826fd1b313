//! Words of a file that need not fit in memory, and errors as Python itself would raise them.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str;

use pyo3::exceptions::{PyMemoryError, PyOSError, PyUnicodeDecodeError};
use pyo3::prelude::*;

use crate::words::{is_space, words};

/// How many bytes are read at a time.
const BLOCK: usize = 256 * 1024;

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
        match self {
            Self::Io(error) => match error.raw_os_error() {
                Some(code) => {
                    // Python keeps the number in a place of its own.
                    let text = error.to_string();
                    let reason = text.strip_suffix(&format!(" (os error {code})")).unwrap_or(&text).to_owned();
                    // OSError picks the subclass itself: by the first number on Unix, by the last on Windows.
                    PyOSError::new_err((code, reason, path.as_os_str().to_owned(), code))
                }
                // A word that does not fit into memory: `read_to_end` asks before it makes room.
                None if error.kind() == io::ErrorKind::OutOfMemory => PyMemoryError::new_err(error.to_string()),
                None => error.into(),
            },
            Self::NotUtf8 { start, bytes } => {
                let end = start + bytes.len() as u64;
                PyUnicodeDecodeError::new_err(("utf-8", bytes, start, end, "invalid utf-8"))
            }
        }
    }
}

/// How often each word that `source` holds, as UTF-8, occurs, in lower case.
///
/// Memory holds the different words, one block, and the longest stretch without ASCII white space.
pub fn count_words_in(mut source: impl Read) -> Result<HashMap<String, u64>, ReadError> {
    let mut as_written = HashMap::new();
    let mut buffer = Vec::new(); // Read and not yet counted.
    let mut counted = 0; // Bytes of the source before those in the buffer.
    loop {
        // At least as much as is left over, so that the bytes of a long word are looked at a few times only.
        let wanted = BLOCK.max(buffer.len()) as u64;
        let at_end = source.by_ref().take(wanted).read_to_end(&mut buffer)? == 0;
        let cut = if at_end { buffer.len() } else { buffer.iter().rposition(is_ascii_space).unwrap_or(0) };
        let text = str::from_utf8(&buffer[..cut]).map_err(|error| {
            let start = error.valid_up_to();
            let end = error.error_len().map_or(cut, |length| start + length);
            ReadError::NotUtf8 { start: counted + start as u64, bytes: buffer[start..end].to_vec() }
        })?;
        for word in words(text) {
            // Not `entry`: that would allocate for every word, not only for every new one.
            match as_written.get_mut(word) {
                Some(count) => *count += 1,
                None => {
                    as_written.insert(word.to_owned(), 1);
                }
            }
        }
        if at_end {
            return Ok(in_lower_case(as_written));
        }
        buffer.drain(..cut);
        counted += cut as u64;
    }
}

/// Whether to cut here. An ASCII byte is never part of a longer character, so a cut there splits neither word nor
/// character.
fn is_ascii_space(byte: &u8) -> bool {
    byte.is_ascii() && is_space(char::from(*byte))
}

/// The counts with words that differ in case only put together.
fn in_lower_case(as_written: HashMap<String, u64>) -> HashMap<String, u64> {
    let mut counts = HashMap::with_capacity(as_written.len());
    for (word, count) in as_written {
        *counts.entry(word.to_lowercase()).or_insert(0) += count;
    }
    counts
}

/// How often each word of a UTF-8 file occurs, in lower case, while other Python threads run.
///
/// The file is read in blocks and may be larger than memory.
///
/// Raises `OSError` as `open` does, with `errno` and `filename`, `MemoryError` for a word that does not fit into memory,
/// and `UnicodeDecodeError` with the position of the wrong bytes in the file as `start`; its `object` holds these bytes
/// only.
#[pyfunction]
pub fn count_file(py: Python<'_>, path: PathBuf) -> PyResult<HashMap<String, u64>> {
    py.detach(|| count_words_in(File::open(&path)?)).map_err(|error| error.into_exception(&path))
}
