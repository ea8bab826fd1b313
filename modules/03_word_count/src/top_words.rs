//! The most frequent words, in an order that leaves nothing open.

use pyo3::prelude::*;

/// The `k` most frequent words of `text`, in lower case, with their counts: by count down, then by word up.
pub fn top(text: &str, k: usize) -> Vec<(String, u64)> {
    todo!("count, collect into a Vec, sort by two keys, truncate")
}

/// The `k` most frequent words of `text` with their counts; all of them if there are fewer.
///
/// By count from high to low, and words of the same count by code points from low to high, as Python's `sorted` has them.
///
/// Raises `ValueError` for a negative `k`, and `UnicodeEncodeError` for a lone surrogate.
#[pyfunction]
pub fn top_words(py: Python<'_>, text: &str, k: i64) -> PyResult<Vec<(String, u64)>> {
    todo!("refuse a negative k, detach, call top")
}
