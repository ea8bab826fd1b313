//! wrong: the one-liner of tutorials: the whole file in memory, and io errors through `From`.
//! fails: test_no_such_file
//! fails: test_a_file_larger_than_memory
//! fails: test_bad_utf8
//! says: gives no errno and no filename
//! says: The whole file, or a whole line of it

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use pyo3::prelude::*;

use crate::words::words;

/// Why a file was not counted.
#[derive(Debug)]
pub enum ReadError {
    /// The operating system could not open or read it.
    Io(io::Error),
    /// It is not UTF-8.
    NotUtf8 {
        /// Where the wrong bytes begin, counted from the start of the file.
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

impl From<ReadError> for PyErr {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => error.into(),
            ReadError::NotUtf8 { .. } => unreachable!("an io::Error tells of bad UTF-8"),
        }
    }
}

/// How often each word that `source` holds occurs, in lower case.
pub fn count_words_in(mut source: impl Read) -> Result<HashMap<String, u64>, ReadError> {
    let mut text = String::new();
    source.read_to_string(&mut text)?;
    let mut counts = HashMap::new();
    for word in words(&text) {
        *counts.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    Ok(counts)
}

/// How often each word of a UTF-8 file occurs, in lower case.
#[pyfunction]
pub fn count_file(py: Python<'_>, path: PathBuf) -> PyResult<HashMap<String, u64>> {
    Ok(py.detach(|| count_words_in(File::open(&path)?))?)
}
