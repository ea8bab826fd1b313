//! wrong: the version of the tutorials: one map behind a lock, Rust's white space, attached all the time.
//! fails: test_every_space
//! fails: test_other_threads_run_meanwhile
//! says: `par_split_whitespace` leaves U+001C to U+001F
//! says: counted attached to the interpreter

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use rayon::prelude::*;

/// How often each word of `text` occurs, in lower case.
pub fn count_in_parallel(text: &str) -> HashMap<String, u64> {
    let counts = Mutex::new(HashMap::new());
    text.par_split_whitespace().for_each(|word| {
        let word = word.to_lowercase();
        *counts.lock().unwrap_or_else(PoisonError::into_inner).entry(word).or_insert(0) += 1;
    });
    counts.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// How often each word of `text` occurs, in lower case.
#[pyfunction]
pub fn word_count(text: &str) -> HashMap<String, u64> {
    count_in_parallel(text)
}
