//! How fast memory is read.

use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::prelude::*;

use crate::dispatch::widest;
use crate::team::in_team;

/// Words in flight: several additions at once, in the widest registers.
const LANES: usize = 64;

/// Reads memory of its own, as much as it is made with, and does next to nothing with it.
///
/// Its memory is as large as the peers' input, so that it meets the same caches.
#[pyclass(frozen)]
pub(crate) struct Reader {
    words: Vec<u64>,
    threads: usize,
}

#[pymethods]
impl Reader {
    /// So many bytes, read by one thread (`threads=1`) or by all of rayon's (`threads=0`).
    #[new]
    fn new(n_bytes: usize, threads: usize) -> Self {
        Self { words: (0..n_bytes as u64 / 8).collect(), threads }
    }

    /// Reads all of it once.
    fn __call__(&self, py: Python<'_>) -> u64 {
        py.detach(|| match self.threads {
            1 => sum(&self.words),
            _ => {
                let total = AtomicU64::new(0);
                let part = self.words.len().div_ceil(rayon::current_num_threads()).max(1);
                in_team(self.words.chunks(part), |words| {
                    total.fetch_add(sum(words), Ordering::Relaxed);
                });
                total.into_inner()
            }
        })
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
