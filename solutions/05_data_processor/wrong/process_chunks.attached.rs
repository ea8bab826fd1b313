//! wrong: computes attached to the interpreter: every other Python thread stands still.
//! fails: test_other_threads_run_meanwhile
//! says: The work was done attached

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use pyo3::prelude::*;
use rayon::prelude::*;

use super::{DataProcessor, sum_of};

/// With fewer values than this, threads cost more than they save.
const WORTH_THREADS: usize = 256 * 1024;

/// Takes all full chunks out of `buffer`, from the front, and gives the mean of each. The rest stays.
pub fn take_means(buffer: &mut VecDeque<f64>, chunk_size: NonZeroUsize) -> Vec<f64> {
    let size = chunk_size.get();
    let full = buffer.len() - buffer.len() % size;
    let values = &buffer.make_contiguous()[..full];
    let mean = |chunk: &[f64]| sum_of(chunk, |value| value) / size as f64;
    let means = if full < WORTH_THREADS {
        values.chunks_exact(size).map(mean).collect()
    } else {
        values.par_chunks_exact(size).with_min_len(WORTH_THREADS.div_ceil(8 * size)).map(mean).collect()
    };
    buffer.drain(..full);
    means
}

/// How many values, their mean and their population standard deviation; `(0, 0.0, 0.0)` if there are none.
///
/// In two passes: the mean of the squares minus the square of the mean loses all digits where the values are large and
/// close together.
pub fn statistics(buffer: &VecDeque<f64>) -> (usize, f64, f64) {
    if buffer.is_empty() {
        return (0, 0.0, 0.0);
    }
    // A ring buffer's values may lie in two pieces.
    let (front, back) = buffer.as_slices();
    let count = buffer.len() as f64;
    let mean = (sum_of(front, |value| value) + sum_of(back, |value| value)) / count;
    let square = |value: f64| (value - mean) * (value - mean);
    let variance = (sum_of(front, square) + sum_of(back, square)) / count;
    (buffer.len(), mean, variance.sqrt())
}

impl DataProcessor {
    /// `process_chunks` without a callback: the means of the full chunks, computed while other Python threads run.
    pub fn drain_means(&mut self, _py: Python<'_>) -> Vec<f64> {
        let Self { buffer, chunk_size, .. } = self;
        take_means(buffer, *chunk_size)
    }
}

#[pymethods]
impl DataProcessor {
    /// Number, mean and population standard deviation of the values; `(0, 0.0, 0.0)` if there are none.
    fn get_statistics(&self, _py: Python<'_>) -> (usize, f64, f64) {
        statistics(&self.buffer)
    }
}
