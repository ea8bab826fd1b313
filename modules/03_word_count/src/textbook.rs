//! The parallel word count that tutorials show, mended in two places: it splits as Python does, and it detaches.
//!
//! Given, for `cargo course bench 03`. It is right. What it costs is the point.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use rayon::prelude::*;

use crate::words::is_space;

/// The count of each lower-cased word: all threads share one map, and one at a time may use it.
#[pyfunction]
pub fn textbook_word_count(py: Python<'_>, text: &str) -> HashMap<String, u64> {
    py.detach(|| {
        let counts = Mutex::new(HashMap::new());
        text.par_split(is_space).filter(|word| !word.is_empty()).for_each(|word| {
            let word = word.to_lowercase();
            *counts.lock().unwrap_or_else(PoisonError::into_inner).entry(word).or_insert(0) += 1;
        });
        counts.into_inner().unwrap_or_else(PoisonError::into_inner)
    })
}
