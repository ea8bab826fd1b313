//! Words counted by all cores, without a lock.

use std::collections::HashMap;

use pyo3::prelude::*;

/// How often each word of `text` occurs, in lower case.
pub fn count_in_parallel(text: &str) -> HashMap<String, u64> {
    todo!("par_split at is_space, fold into maps with borrowed keys, reduce them to one, then lower-case its keys")
}

/// How often each word of `text` occurs, in lower case, counted by all cores while other Python threads run.
///
/// Raises `UnicodeEncodeError` for a lone surrogate.
#[pyfunction]
pub fn word_count(py: Python<'_>, text: &str) -> HashMap<String, u64> {
    todo!("detach, call count_in_parallel")
}
