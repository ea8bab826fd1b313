//! How fast memory is read.

use pyo3::prelude::*;
use rayon::prelude::*;

use crate::dispatch::widest;

/// Words per task, 512 KiB: no thread waits long for the last one.
const BLOCK: usize = 64 * 1024;

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
            1 => self.words.chunks(BLOCK).map(sum).fold(0, u64::wrapping_add),
            _ => self.words.par_chunks(BLOCK).map(sum).reduce(|| 0, u64::wrapping_add),
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
