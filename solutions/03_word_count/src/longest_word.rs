//! A word borrowed from Python's own text.

use pyo3::prelude::*;

use crate::words::words;

/// The longest word of `text`, by characters, as it is written; the first of them if several are as long; `None` if
/// there is no word.
///
/// Nothing is copied but the result. (Python encodes a text that is not ASCII as UTF-8 once, and keeps that.)
///
/// Raises `UnicodeEncodeError` for a lone surrogate.
#[pyfunction]
pub fn longest_word(text: &str) -> Option<&str> {
    let mut longest = None;
    let mut most = 0;
    for word in words(text) {
        let length = word.chars().count();
        if length > most {
            (longest, most) = (Some(word), length);
        }
    }
    longest
}
