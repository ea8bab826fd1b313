//! A word borrowed from Python's own text.

use pyo3::prelude::*;

/// The longest word of `text`, by characters, as it is written; the first of them if several are as long; `None` if
/// there is no word.
///
/// Raises `UnicodeEncodeError` for a lone surrogate.
#[pyfunction]
pub fn longest_word(text: &str) -> Option<&str> {
    todo!("a loop over words(text) that keeps the longest so far")
}
