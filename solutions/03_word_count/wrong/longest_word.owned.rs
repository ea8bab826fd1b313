//! wrong: takes a `String`: PyO3 copies the whole text before the first line runs.
//! fails: test_copies_nothing
//! says: The text, or a list of its words, was built anew

use pyo3::prelude::*;

use crate::words::words;

/// The longest word of `text`.
#[pyfunction]
pub fn longest_word(text: String) -> Option<String> {
    let mut longest = "";
    for word in words(&text) {
        if word.chars().count() > longest.chars().count() {
            longest = word;
        }
    }
    (!longest.is_empty()).then(|| longest.to_owned())
}
