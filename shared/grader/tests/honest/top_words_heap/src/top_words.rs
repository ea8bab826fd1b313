use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::words::words;

pub fn top(text: &str, k: usize) -> Vec<(String, u64)> {
    let mut counts: HashMap<String, u64> = HashMap::default();
    words(text).map(str::to_lowercase).for_each(|word| *counts.entry(word).or_insert(0) += 1);
    let mut heap: BinaryHeap<(u64, Reverse<String>)> =
        counts.into_iter().map(|(word, count)| (count, Reverse(word))).collect();
    std::iter::from_fn(|| heap.pop()).take(k).map(|(count, Reverse(word))| (word, count)).collect()
}

#[pyfunction]
pub fn top_words(text: &str, k: i64) -> PyResult<Vec<(String, u64)>> {
    usize::try_from(k).map(|k| top(text, k)).map_err(|_| PyValueError::new_err("negative"))
}
