//! wrong: Rust's own idea of white space.
//! fails: test_words_are_pythons
//! says: The words are those of Python's `split()`

use pyo3::prelude::*;

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
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if length > most {
            (longest, most) = (Some(word), length);
        }
    }
    longest
}
