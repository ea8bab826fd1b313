//! wrong: `max_by_key` gives the last of several maxima, Python's `max` the first.
//! fails: test_the_first_of_the_longest
//! says: `max_by_key` gives the last

use pyo3::prelude::*;

use crate::words::words;

/// The longest word of `text`.
#[pyfunction]
pub fn longest_word(text: &str) -> Option<&str> {
    words(text).max_by_key(|word| word.chars().count())
}
