//! wrong: exercise 1 over again: right, detached, and on one core.
//! fails: test_the_pool_does_the_work
//! says: counted one after the other

use std::collections::HashMap;

use pyo3::prelude::*;

use crate::words::words;

/// How often each word of `text` occurs, in lower case.
pub fn count_in_parallel(text: &str) -> HashMap<String, u64> {
    let mut counts = HashMap::new();
    for word in words(text) {
        *counts.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    counts
}

/// How often each word of `text` occurs, in lower case.
#[pyfunction]
pub fn word_count(py: Python<'_>, text: &str) -> HashMap<String, u64> {
    py.detach(|| count_in_parallel(text))
}
