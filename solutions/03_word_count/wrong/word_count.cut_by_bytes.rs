//! wrong: cuts the text every 1000 bytes, through words and through characters.
//! fails: test_long_words_of_wide_characters
//! says: A text may only be cut at white space

use std::collections::HashMap;

use pyo3::prelude::*;
use rayon::prelude::*;

use crate::words::words;

/// How often each word of `text` occurs, in lower case.
pub fn count_in_parallel(text: &str) -> HashMap<String, u64> {
    text.as_bytes()
        .par_chunks(1000)
        .fold(HashMap::new, |mut counts, bytes| {
            for word in words(&String::from_utf8_lossy(bytes)) {
                *counts.entry(word.to_lowercase()).or_insert(0) += 1;
            }
            counts
        })
        .reduce(HashMap::new, |mut into, from| {
            for (word, count) in from {
                *into.entry(word).or_insert(0) += count;
            }
            into
        })
}

/// How often each word of `text` occurs, in lower case.
#[pyfunction]
pub fn word_count(py: Python<'_>, text: &str) -> HashMap<String, u64> {
    py.detach(|| count_in_parallel(text))
}
