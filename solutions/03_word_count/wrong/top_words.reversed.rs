//! wrong: sorts by count and word, then reverses both.
//! fails: test_same_count
//! says: Words of the same count are sorted by the word

use std::collections::HashMap;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::words::words;

/// The `k` most frequent words of `text`, in lower case, with their counts: by count down, then by word up.
pub fn top(text: &str, k: usize) -> Vec<(String, u64)> {
    let mut counts = HashMap::new();
    for word in words(text) {
        *counts.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    let mut ranking: Vec<(String, u64)> = counts.into_iter().collect();
    ranking.sort_unstable_by(|(word, count), (other, other_count)| (count, word).cmp(&(other_count, other)));
    ranking.reverse();
    ranking.truncate(k);
    ranking
}

/// The `k` most frequent words of `text` with their counts; all of them if there are fewer.
///
/// By count from high to low, and words of the same count by code points from low to high, as Python's `sorted` has them.
///
/// Raises `ValueError` for a negative `k`, and `UnicodeEncodeError` for a lone surrogate.
#[pyfunction]
pub fn top_words(py: Python<'_>, text: &str, k: i64) -> PyResult<Vec<(String, u64)>> {
    if k < 0 {
        return Err(PyValueError::new_err(format!("k must not be negative, but is {k}")));
    }
    // More than fits in memory is the same as all.
    let k = usize::try_from(k).unwrap_or(usize::MAX);
    Ok(py.detach(|| top(text, k)))
}
