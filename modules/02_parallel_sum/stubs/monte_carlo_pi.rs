//! An estimate of π that can be repeated, and interrupted.

use std::ops::Range;

use pyo3::prelude::*;

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
///
/// The 64 bits of point `index` are two coordinates of 32 bits, so the radius is 2^32, and a point is inside if
/// x² + y² < 2^64: if the sum does not overflow a `u64`.
pub fn count_inside(seed: u64, samples: Range<u64>) -> u64 {
    todo!("count the indices whose point is inside, in parallel")
}

/// π, estimated from `n_samples` random points in a square.
///
/// The points have the numbers 0 to `n_samples - 1`, so every machine gives the same estimate. Ctrl-C stops it.
///
/// Raises `ValueError` for no samples.
#[pyfunction]
#[pyo3(signature = (n_samples, seed=0))]
pub fn monte_carlo_pi(py: Python<'_>, n_samples: u64, seed: u64) -> PyResult<f64> {
    todo!("slice after slice: count while detached, then check_signals")
}
