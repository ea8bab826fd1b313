//! wrong: Rust's own idea of white space, as in every tutorial: U+001C to U+001F stay inside the words.
//! fails: test_every_space
//! says: Python's `split()` also splits at U+001C to U+001F

use std::collections::HashMap;

use pyo3::prelude::*;

/// How often each word of `text` occurs, in lower case.
#[pyfunction]
pub fn count_words(text: &str) -> HashMap<String, u64> {
    let mut counts = HashMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    counts
}
