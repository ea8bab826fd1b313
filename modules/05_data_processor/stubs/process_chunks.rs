//! Means of chunks, and statistics of all that is there.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use pyo3::prelude::*;

use super::DataProcessor;

/// Takes all full chunks out of `buffer`, from the front, and gives the mean of each. The rest stays.
pub fn take_means(buffer: &mut VecDeque<f64>, chunk_size: NonZeroUsize) -> Vec<f64> {
    todo!("the full chunks as one slice, the mean of each chunk of it, then drain them")
}

/// The number of values, their mean and their population standard deviation; `(0, 0.0, 0.0)` if there are none.
pub fn statistics(buffer: &VecDeque<f64>) -> (usize, f64, f64) {
    todo!("the empty buffer first; then the mean; then the mean squared distance from it")
}

impl DataProcessor {
    /// `process_chunks` without a callback. The method that Python calls is in lib.rs, and calls this one.
    pub fn drain_means(&mut self, py: Python<'_>) -> Vec<f64> {
        todo!("take_means, detached")
    }
}

#[pymethods]
impl DataProcessor {
    /// Number, mean and population standard deviation of the values; `(0, 0.0, 0.0)` if there are none.
    fn get_statistics(&self, py: Python<'_>) -> (usize, f64, f64) {
        todo!("statistics, detached")
    }
}
