//! wrong: a generator per thread: which samples it draws depends on the number of threads and on their luck.
//! fails: same_count_whatever_the_number_of_threads
//! says: the count depends on the number of threads

use std::ops::Range;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// Output number `index` of the SplitMix64 generator that was started with `seed`.
///
/// The state of SplitMix64 is a counter, so any output can be had without those before it: no thread has to wait for
/// another one's numbers. After G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014, with the constants of S. Vigna's public-domain `splitmix64.c`.
pub fn splitmix64(seed: u64, index: u64) -> u64 {
    let counter = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mixed = (counter ^ (counter >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// How many of the points fall inside the quarter circle.
pub fn count_inside(seed: u64, samples: Range<u64>) -> u64 {
    samples
        .into_par_iter()
        .map_init(
            || (seed + rayon::current_thread_index().unwrap_or(0) as u64, 0),
            |(thread_seed, drawn), _| {
                let bits = splitmix64(*thread_seed, *drawn);
                *drawn += 1;
                let (x, y) = (bits >> 32, bits & 0xFFFF_FFFF);
                u64::from((x * x).checked_add(y * y).is_some())
            },
        )
        .sum()
}

/// π, estimated from `n_samples` random points.
#[pyfunction]
#[pyo3(signature = (n_samples, seed=0))]
pub fn monte_carlo_pi(py: Python<'_>, n_samples: u64, seed: u64) -> PyResult<f64> {
    if n_samples == 0 {
        return Err(PyValueError::new_err("n_samples must be at least 1"));
    }
    let (mut done, mut inside) = (0, 0);
    while done < n_samples {
        let end = done + 4_000_000.min(n_samples - done);
        inside += py.detach(|| count_inside(seed, done..end));
        done = end;
        py.check_signals()?;
    }
    Ok(4.0 * inside as f64 / n_samples as f64)
}
