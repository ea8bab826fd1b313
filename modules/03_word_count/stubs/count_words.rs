//! Words counted in one pass, with Python's idea of white space.

use std::collections::HashMap;

use pyo3::prelude::*;

/// How often each word of `text` occurs, in lower case: what `Counter(text.lower().split())` holds.
///
/// Raises `UnicodeEncodeError` for a lone surrogate, which no UTF-8 can hold.
#[pyfunction]
pub fn count_words(text: &str) -> HashMap<String, u64> {
    todo!("split where Python splits, skip what is empty, lower-case, count with entry")
}
