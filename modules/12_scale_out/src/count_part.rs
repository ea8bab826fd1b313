//! The words of a range of a file, so that ranges that meet add up to the whole.

use std::path::PathBuf;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::arguments::{WholeNumber, byte_range, thread_count};
use crate::partial_count::{Counts, PartialCount};
use crate::process_pools::{default_threads, in_pool};
use crate::source::{self, ReadAt, ReadError};
use crate::words::words;

/// The counts, in lower case, of the words whose first byte lies in `start..stop`.
///
/// Each word has one first byte, so it belongs to one of the ranges that a file is cut into, wherever the cuts are: inside
/// a word, inside a character. In memory are the different words, one block, and the longest stretch without ASCII
/// white space.
///
/// # Errors
///
/// See [`ReadError`]. If a file is no UTF-8, at least one of its ranges finds the first wrong byte.
pub fn count_range(source: &(impl ReadAt + ?Sized), start: u64, stop: u64) -> Result<Counts, ReadError> {
    todo!("what is cut at `start`, then block by block up to `stop`, then the rest of the last word")
}

/// The usual recipe: takes the bytes of the range for a text of its own. Right for a whole file; `count_range` replaces it.
fn count_bytes(source: &impl ReadAt, start: u64, stop: u64) -> Result<Counts, ReadError> {
    let mut bytes = vec![0; (stop - start) as usize];
    let length = source.fill_at(&mut bytes, start)?;
    let text = str::from_utf8(&bytes[..length]).map_err(|error| {
        let at = error.valid_up_to();
        let end = error.error_len().map_or(length, |length| at + length);
        ReadError::NotUtf8 { start: start + at as u64, bytes: bytes[at..end].to_vec() }
    })?;
    let mut counts = Counts::new();
    for word in words(text) {
        *counts.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    Ok(counts)
}

/// The words of a UTF-8 file whose first byte lies in `start..stop`, in lower case, while other Python threads run.
///
/// Ranges that meet add up to the whole, wherever they are cut. With `threads=None` a worker's share is taken: see
/// `default_threads`.
///
/// Raises `OSError` as `open` does, with `errno` and `filename`; `UnicodeDecodeError` with the position in the file as
/// `start`; `ValueError` for a range that is not in the file, and for `threads=0`; `RuntimeError` in a process that was
/// forked after threads were started.
#[pyfunction]
#[pyo3(signature = (path, start, stop, threads=None))]
pub fn count_part(
    py: Python<'_>,
    path: PathBuf,
    start: WholeNumber,
    stop: WholeNumber,
    threads: Option<WholeNumber>,
) -> PyResult<PartialCount> {
    let (start, stop) = byte_range(start, stop)?;
    let threads = threads.map_or_else(|| Ok(default_threads()), thread_count)?;
    let counted = py.detach(|| {
        let (file, end) = source::open(&path)?;
        if stop > end {
            return Err(ReadError::TooShort { stop, end });
        }
        Ok(in_pool(threads, || count_bytes(&file, start, stop)))
    });
    let counts = counted
        .map_err(|error| error.into_exception(py, &path))?
        .map_err(|error| PyRuntimeError::new_err(error.to_string()))?
        .map_err(|error| error.into_exception(py, &path))?;
    Ok(PartialCount::of(counts))
}
