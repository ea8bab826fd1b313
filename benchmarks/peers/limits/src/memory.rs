//! The speed of reading memory.

use std::sync::atomic::{AtomicU64, Ordering};

use numpy::{PyArray1, PyArrayMethods};
use pyo3::prelude::*;

use crate::dispatch::widest;
use crate::team::in_team;

/// Words in flight: several additions at once, in the widest registers.
const LANES: usize = 64;

/// Reads an array and does next to nothing with it.
///
/// The array is as large as the peers' input, so that it meets the same caches, and comes from NumPy like theirs, so that
/// its pages are as large.
#[pyclass(frozen)]
pub(crate) struct Reader {
    words: Py<PyArray1<u64>>,
    threads: usize,
}

#[pymethods]
impl Reader {
    /// These words, read by one thread (`threads=1`) or by all of rayon's (`threads=0`).
    #[new]
    fn new(words: Py<PyArray1<u64>>, threads: usize) -> Self {
        Self { words, threads }
    }

    /// Reads all of it once.
    ///
    /// Raises `ValueError` for words that are not side by side, `BorrowError` for words that are being written.
    fn __call__(&self, py: Python<'_>) -> PyResult<u64> {
        let words = self.words.bind(py).try_readonly()?;
        let words = words.as_slice()?;
        Ok(py.detach(|| match self.threads {
            1 => sum(words),
            _ => {
                let total = AtomicU64::new(0);
                let part = words.len().div_ceil(rayon::current_num_threads()).max(1);
                in_team(words.chunks(part), |words| {
                    total.fetch_add(sum(words), Ordering::Relaxed);
                });
                total.into_inner()
            }
        }))
    }
}

widest!(fn sum(words: &[u64]) -> u64 = sum_of_words, else sum_of_words);

/// The sum of the words, in lanes.
#[inline(always)]
fn sum_of_words(words: &[u64]) -> u64 {
    let (rows, rest) = words.as_chunks::<LANES>();
    let mut sums = [0_u64; LANES];
    for row in rows {
        for (sum, word) in sums.iter_mut().zip(row) {
            *sum = sum.wrapping_add(*word);
        }
    }
    sums.into_iter().chain(rest.iter().copied()).fold(0, u64::wrapping_add)
}
