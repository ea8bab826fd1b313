//! wrong: each slice starts from point 0 again, so a longer run is no better than one slice.
//! fails: test_each_slice_has_points_of_its_own
//! says: go on where the last one ended

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

/// How many of the points numbered `samples` fall inside the quarter circle.
pub fn count_inside(seed: u64, samples: Range<u64>) -> u64 {
    samples
        .into_par_iter()
        .filter(|&index| {
            let bits = splitmix64(seed, index);
            let (x, y) = (bits >> 32, bits & 0xFFFF_FFFF);
            (x * x).checked_add(y * y).is_some()
        })
        .count() as u64
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
        let slice = 4_000_000.min(n_samples - done);
        inside += py.detach(|| count_inside(seed, 0..slice));
        done += slice;
        py.check_signals()?;
    }
    Ok(4.0 * inside as f64 / n_samples as f64)
}
